//! The hosts of a group, and which overrides name them: what is needed to show its nodes one by one.

use super::own;
use crate::cluster::expand::Pattern;
use crate::cluster::{Node, NodeGroup, NodeOverride};
use crate::hostlist::{self, MAX_HOSTS};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Hostlists, expanded once and kept while they are asked for.
#[derive(Default)]
pub struct Names {
    known: HashMap<String, Arc<Vec<String>>>,
    asked: HashSet<String>,
    /// How many more hosts may be expanded: short texts must not fill the memory.
    left: usize,
}

impl Names {
    /// Begins a new round: what was not asked for in the last one is forgotten.
    pub(super) fn begin(&mut self) {
        let asked = std::mem::take(&mut self.asked);
        self.known.retain(|hosts, _| asked.contains(hosts));
        self.left = MAX_HOSTS;
    }

    /// The names that `hosts` stands for; `None` where it cannot be read, or the lists of this round name too many.
    pub(super) fn of(&mut self, hosts: &str) -> Option<Arc<Vec<String>>> {
        if !self.asked.contains(hosts) {
            self.left = self.left.checked_sub(hostlist::count(hosts).ok()?)?;
            self.asked.insert(hosts.to_owned());
        }
        if let Some(names) = self.known.get(hosts) {
            return Some(names.clone());
        }
        let names = Arc::new(hostlist::expand(hosts).ok()?);
        self.known.insert(hosts.to_owned(), names.clone());
        Some(names)
    }
}

/// The hosts of a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Members {
    /// Their names, in the order of the group's hostlist.
    pub names: Arc<Vec<String>>,
    /// For the place of each host that differs: the overrides that name it, and its place among their hosts.
    owners: HashMap<usize, Vec<(usize, usize)>>,
}

impl Members {
    /// The hosts of `group`, called `names`. Overrides that cannot be read count for nobody.
    pub fn new(group: &NodeGroup, names: Arc<Vec<String>>) -> Self {
        let mut owners: HashMap<usize, Vec<(usize, usize)>> = HashMap::new();
        if !group.overrides.is_empty() {
            let places: HashMap<&str, usize> = names.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
            let mut left = MAX_HOSTS;
            for (j, change) in group.overrides.iter().enumerate() {
                let count = hostlist::count(&change.hosts).unwrap_or(0);
                if count > left {
                    break;
                }
                left -= count;
                for (step, host) in hostlist::expand(&change.hosts).unwrap_or_default().into_iter().enumerate() {
                    if let Some(place) = places.get(host.as_str()) {
                        owners.entry(*place).or_default().push((j, step));
                    }
                }
            }
        }
        Self { names, owners }
    }

    /// The places of the hosts that differ from their group, in no order.
    pub fn differing(&self) -> impl Iterator<Item = usize> + '_ {
        self.owners.keys().copied()
    }

    /// The overrides of `group` that name the host at this place.
    pub fn overrides_of(&self, position: usize) -> impl Iterator<Item = usize> + '_ {
        self.owners.get(&position).into_iter().flatten().map(|(j, _)| *j)
    }

    /// The host at `position` in the hostlist of `group`, counted from 0, with its overrides applied; `index` is the
    /// group's in `Cluster::nodes`. `None` where the group has no such host.
    pub fn node(&self, index: usize, group: &NodeGroup, position: usize) -> Option<Node> {
        let mut node = Pattern::new(index, group).node(position, self.names.get(position)?.clone());
        for (j, step) in self.owners.get(&position).into_iter().flatten() {
            if let Some(change) = group.overrides.get(*j) {
                change.apply(*step, &mut node);
            }
        }
        Some(node)
    }

    /// What the host at this place has of its own; of several overrides that set a field, the last one counts.
    pub fn own(&self, group: &NodeGroup, position: usize) -> NodeOverride {
        let mut whole = NodeOverride::default();
        for (j, step) in self.owners.get(&position).into_iter().flatten() {
            if let Some(change) = group.overrides.get(*j) {
                let name = self.names.get(position).cloned().unwrap_or_default();
                own::lay_over(&mut whole, own::of_host(change, *step, name));
            }
        }
        whole
    }
}
