//! Groups, expanded: one [`Node`] for each host, with its address counted and its overrides applied.
//!
//! `lib/default.nix` of the flake does the same in Nix; a test holds the two against each other.

use super::{Architecture, Boot, Cluster, FabricKind, Gpus, NodeGroup, Role};
use crate::hostlist::{self, HostlistError};
use std::collections::HashMap;
use std::net::Ipv4Addr;

/// One node, as its group and the overrides for it say.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub name: String,
    /// Which group of the description it is of, counted from 0.
    pub group: usize,
    /// Its place in the group's hostlist, counted from 0.
    pub position: usize,
    /// Its address; `None` where the description gives none that can be read.
    pub ip: Option<Ipv4Addr>,
    pub roles: Vec<Role>,
    pub interface: String,
    /// The MAC address of the device under its interface; empty where the description gives none.
    pub mac_address: String,
    /// Its address on the fabric; `None` where there is no fabric, the node is not on it, or the address cannot be read.
    pub fabric_ip: Option<Ipv4Addr>,
    pub architecture: Architecture,
    pub sockets: u32,
    pub cores_per_socket: u32,
    pub threads_per_core: u32,
    /// The installed memory, in MiB.
    pub memory_mib: u64,
    pub gpus: Gpus,
    pub boot: Boot,
    pub features: Vec<String>,
    pub weight: u32,
}

impl Node {
    /// Whether the node has this role.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// The logical processors: sockets × cores × threads.
    pub fn cpus(&self) -> u32 {
        self.sockets.saturating_mul(self.cores_per_socket).saturating_mul(self.threads_per_core)
    }
}

/// The address `steps` after `first`; `None` past the end of the address space.
pub fn count_on(first: Ipv4Addr, steps: usize) -> Option<Ipv4Addr> {
    u32::try_from(steps).ok().and_then(|steps| u32::from(first).checked_add(steps)).map(Ipv4Addr::from)
}

/// The nodes of one group, the `index`th of the description.
///
/// Fails where the group's hostlist or that of an override cannot be read. Hosts of an override that the group
/// does not have are passed over: a check names them.
fn expand_group(index: usize, group: &NodeGroup) -> Result<Vec<Node>, HostlistError> {
    let names = hostlist::expand(&group.hosts)?;
    let first: Option<Ipv4Addr> = group.first_ip.trim().parse().ok();
    let first_on_fabric: Option<Ipv4Addr> = group.fabric_first_ip.trim().parse().ok();
    let mut nodes: Vec<Node> = names
        .into_iter()
        .enumerate()
        .map(|(position, name)| Node {
            name,
            group: index,
            position,
            ip: if group.addresses.is_empty() {
                first.and_then(|first| count_on(first, position))
            } else {
                group.addresses.get(position).and_then(|address| address.trim().parse().ok())
            },
            roles: group.roles.clone(),
            interface: group.interface.clone(),
            mac_address: group.mac_addresses.get(position).map(|mac| mac.trim().to_owned()).unwrap_or_default(),
            fabric_ip: first_on_fabric.and_then(|first| count_on(first, position)),
            architecture: group.architecture,
            sockets: group.sockets,
            cores_per_socket: group.cores_per_socket,
            threads_per_core: group.threads_per_core,
            memory_mib: group.memory_mib,
            gpus: group.gpus.clone(),
            boot: group.boot.clone(),
            features: group.features.clone(),
            weight: group.weight,
        })
        .collect();
    if group.overrides.is_empty() {
        return Ok(nodes);
    }
    let positions: HashMap<String, usize> = nodes.iter().map(|node| (node.name.clone(), node.position)).collect();
    for change in &group.overrides {
        let read = |text: &Option<String>| text.as_ref().map(|text| text.trim().parse::<Ipv4Addr>().ok());
        let (first, first_on_fabric) = (read(&change.first_ip), read(&change.fabric_first_ip));
        for (step, host) in hostlist::expand(&change.hosts)?.into_iter().enumerate() {
            let Some(node) = positions.get(&host).map(|position| &mut nodes[*position]) else { continue };
            if let Some(first) = first {
                node.ip = first.and_then(|first| count_on(first, step));
            }
            if let Some(first) = first_on_fabric {
                node.fabric_ip = first.and_then(|first| count_on(first, step));
            }
            if let Some(addresses) = &change.mac_addresses {
                node.mac_address = addresses.get(step).map(|mac| mac.trim().to_owned()).unwrap_or_default();
            }
            macro_rules! take {
                ($($field:ident)*) => {
                    $(if let Some(value) = &change.$field { node.$field = value.clone(); })*
                };
            }
            take!(interface sockets cores_per_socket threads_per_core memory_mib gpus boot features weight);
        }
    }
    Ok(nodes)
}

/// Every node of the cluster, group by group. Groups whose hostlists cannot be read are left out: a check names them.
pub fn expand(cluster: &Cluster) -> Vec<Node> {
    let groups = cluster.nodes.iter().enumerate();
    let mut nodes: Vec<Node> = groups.filter_map(|(index, group)| expand_group(index, group).ok()).flatten().collect();
    if cluster.network.fabric.kind == FabricKind::None {
        nodes.iter_mut().for_each(|node| node.fabric_ip = None);
    }
    nodes
}

/// The name of the first controller: the node that runs what there is one of. `None` where there is no controller, or
/// its group's hostlist cannot be read.
pub fn first_controller(cluster: &Cluster) -> Option<String> {
    let group = cluster.nodes.iter().find(|group| group.roles.contains(&Role::Controller))?;
    hostlist::expand(&group.hosts).ok()?.into_iter().next()
}
