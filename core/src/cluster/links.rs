//! Bonds and VLANs: which device stands on which.

use super::Network;
use std::collections::{HashMap, HashSet};

/// What a device stands on.
pub(crate) struct Links<'c> {
    pub network: &'c Network,
    pub below: HashMap<&'c str, Vec<&'c str>>,
}

impl<'c> Links<'c> {
    pub fn new(network: &'c Network) -> Self {
        let bonds = network.bonds.iter().map(|bond| (&bond.name, bond.interfaces.iter().map(String::as_str).collect()));
        let vlans = network.vlans.iter().map(|vlan| (&vlan.name, vec![vlan.interface.as_str()]));
        let mut below = HashMap::new();
        for (name, devices) in vlans.chain(bonds) {
            below.entry(name.as_str()).or_insert(devices);
        }
        Self { network, below }
    }

    /// The device and all that it stands on, each once.
    pub fn devices<'d>(&'d self, device: &'d str) -> Vec<&'d str> {
        let (mut found, mut seen) = (vec![device], HashSet::from([device]));
        let mut next = 0;
        while let Some(device) = found.get(next) {
            found.extend(self.below.get(device).into_iter().flatten().copied().filter(|below| seen.insert(*below)));
            next += 1;
        }
        found
    }

    /// The network cards at the bottom of a device, a bond's in its order.
    pub fn cards<'d>(&'d self, device: &'d str) -> Vec<&'d str> {
        self.devices(device).into_iter().filter(|device| !self.below.contains_key(device)).collect()
    }
}
