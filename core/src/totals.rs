//! What a cluster has in all: nodes, cores, GPUs, memory.

use crate::cluster::{Cluster, NodeGroup, NodeOverride};
use crate::hostlist;
use crate::memory;
use std::collections::HashMap;

/// What a cluster, or a group of its nodes, has in all. Sums stop at the largest number instead of overflowing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Nodes.
    pub nodes: u64,
    /// Physical cores: sockets × cores per socket.
    pub cores: u64,
    /// GPUs.
    pub gpus: u64,
    /// The installed memory, in MiB; nodes whose memory is not known count nothing.
    pub memory_mib: u64,
    /// The nodes whose memory is not known.
    pub without_memory: u64,
}

impl Totals {
    /// The memory in a few digits: `256 GiB`, `≥ 256 GiB` where that of some nodes is not known.
    pub fn memory(&self) -> String {
        match (self.without_memory, self.memory_mib) {
            (0, mib) => memory::brief(mib),
            (_, 0) => memory::UNKNOWN.to_owned(),
            (_, mib) => format!("≥ {}", memory::brief(mib)),
        }
    }

    fn plus(self, other: Totals) -> Totals {
        Totals {
            nodes: self.nodes.saturating_add(other.nodes),
            cores: self.cores.saturating_add(other.cores),
            gpus: self.gpus.saturating_add(other.gpus),
            memory_mib: self.memory_mib.saturating_add(other.memory_mib),
            without_memory: self.without_memory.saturating_add(other.without_memory),
        }
    }

    fn times(self, count: u64) -> Totals {
        Totals {
            nodes: self.nodes.saturating_mul(count),
            cores: self.cores.saturating_mul(count),
            gpus: self.gpus.saturating_mul(count),
            memory_mib: self.memory_mib.saturating_mul(count),
            without_memory: self.without_memory.saturating_mul(count),
        }
    }
}

/// What the whole cluster has. Groups whose hostlists cannot be read count nothing: a check names them.
///
/// Groups are counted, not expanded; only where a group has several overrides are the hosts of these looked at,
/// since one host can be in more than one. Hosts of an override are taken to be of the group: a check names others.
pub fn totals(cluster: &Cluster) -> Totals {
    cluster.nodes.iter().map(group_totals).fold(Totals::default(), Totals::plus)
}

/// What one group has, as [`totals`] counts it.
pub fn group_totals(group: &NodeGroup) -> Totals {
    let Ok(count) = hostlist::count(&group.hosts) else { return Totals::default() };
    let count = count as u64;
    let mut changes = group.overrides.iter().filter(|change| changes_totals(change));
    let (first, second) = (changes.next(), changes.next());
    let (changed_count, changed) = match (first, second) {
        (None, _) => (0, Totals::default()),
        (Some(change), None) => {
            let Ok(changed) = hostlist::count(&change.hosts) else { return Totals::default() };
            let changed = (changed as u64).min(count);
            (changed, one(group, &[change]).times(changed))
        }
        (Some(_), Some(_)) => {
            let Some(hosts) = changes_by_host(group) else { return Totals::default() };
            let sum = hosts.values().map(|changes| one(group, changes)).fold(Totals::default(), Totals::plus);
            (sum.nodes.min(count), sum)
        }
    };
    one(group, &[]).times(count - changed_count).plus(changed)
}

fn changes_totals(change: &NodeOverride) -> bool {
    change.sockets.is_some()
        || change.cores_per_socket.is_some()
        || change.memory_mib.is_some()
        || change.gpus.is_some()
}

/// The overrides of each host, in their order; `None` where a hostlist cannot be read.
fn changes_by_host(group: &NodeGroup) -> Option<HashMap<String, Vec<&NodeOverride>>> {
    let mut hosts: HashMap<String, Vec<&NodeOverride>> = HashMap::new();
    for change in group.overrides.iter().filter(|change| changes_totals(change)) {
        for host in hostlist::expand(&change.hosts).ok()? {
            hosts.entry(host).or_default().push(change);
        }
    }
    Some(hosts)
}

/// One node of `group` with these overrides; the last one that sets a field counts.
fn one(group: &NodeGroup, changes: &[&NodeOverride]) -> Totals {
    let (mut sockets, mut cores) = (group.sockets, group.cores_per_socket);
    let (mut gpus, mut memory_mib) = (group.gpus.count, group.memory_mib);
    for change in changes {
        sockets = change.sockets.unwrap_or(sockets);
        cores = change.cores_per_socket.unwrap_or(cores);
        gpus = change.gpus.as_ref().map_or(gpus, |changed| changed.count);
        memory_mib = change.memory_mib.unwrap_or(memory_mib);
    }
    Totals {
        nodes: 1,
        cores: u64::from(sockets) * u64::from(cores),
        gpus: u64::from(gpus),
        memory_mib,
        without_memory: u64::from(memory_mib == 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::expand::expand;
    use crate::cluster::{Gpus, NodeOverride};
    use std::sync::Arc;

    fn cluster(groups: Vec<NodeGroup>) -> Cluster {
        Cluster { nodes: Arc::new(groups), ..Cluster::default() }
    }

    fn group(hosts: &str) -> NodeGroup {
        NodeGroup {
            hosts: hosts.to_owned(),
            sockets: 2,
            cores_per_socket: 16,
            memory_mib: 1024,
            ..NodeGroup::default()
        }
    }

    /// The same, by expansion.
    fn counted(cluster: &Cluster) -> Totals {
        expand(cluster).iter().fold(Totals::default(), |sum, node| {
            sum.plus(Totals {
                nodes: 1,
                cores: u64::from(node.sockets) * u64::from(node.cores_per_socket),
                gpus: u64::from(node.gpus.count),
                memory_mib: node.memory_mib,
                without_memory: u64::from(node.memory_mib == 0),
            })
        })
    }

    #[test]
    fn totals_are_those_of_the_expanded_nodes() {
        let memory = |hosts: &str, memory_mib| NodeOverride {
            hosts: hosts.to_owned(),
            memory_mib: Some(memory_mib),
            ..NodeOverride::default()
        };
        let gpus = |hosts: &str, count| NodeOverride {
            hosts: hosts.to_owned(),
            gpus: Some(Gpus { count, ..Gpus::default() }),
            ..NodeOverride::default()
        };
        let moved = NodeOverride {
            hosts: "cn[1-3]".to_owned(),
            first_ip: Some("10.0.9.1".to_owned()),
            ..NodeOverride::default()
        };
        let with =
            |overrides: Vec<NodeOverride>| cluster(vec![NodeGroup { overrides, ..group("cn[1-20]") }, group("a,b")]);
        for cluster in [
            with(vec![]),
            with(vec![memory("cn[2-5]", 4096)]),
            with(vec![moved.clone(), memory("cn[2-5]", 4096)]),
            with(vec![memory("cn[2-5]", 4096), gpus("cn[5-9]", 4), moved, memory("cn5", 8192)]),
            with(vec![memory("cn[1-20]", 4096), memory("cn[1-20]", 1)]),
            with(vec![memory("cn[1-5]", 0)]),
        ] {
            assert_eq!(totals(&cluster), counted(&cluster));
        }
        assert_eq!(totals(&with(vec![])).cores, 22 * 32);
        assert_eq!(totals(&with(vec![])).memory(), "22 GiB");
        assert_eq!(totals(&with(vec![memory("cn[1-5]", 0)])).memory(), "≥ 17 GiB");
    }

    #[test]
    fn what_cannot_be_read_counts_nothing() {
        assert_eq!(totals(&cluster(vec![group("cn[1-")])), Totals::default());
        assert_eq!(totals(&cluster(vec![group("cn[1-999999999]")])), Totals::default());
        let mut huge = group("cn[1-1000]");
        (huge.sockets, huge.cores_per_socket, huge.memory_mib) = (u32::MAX, u32::MAX, u64::MAX);
        assert_eq!(totals(&cluster(vec![huge])).cores, u64::MAX);
    }
}
