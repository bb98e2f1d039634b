//! The nodes by name and address. There may be a hundred thousand: they are kept small, and few are given.

use super::{Best, Entry, Query};
use crate::cluster::expand;
use crate::path::Step;
use crate::{Cluster, Path, hostlist};
use std::net::Ipv4Addr;

/// What of a node is searched: its name and addresses.
pub struct Host {
    /// Its host name, without a domain: `cn001`.
    pub name: String,
    /// Its group, counted from 0.
    group: usize,
    ip: Option<Ipv4Addr>,
    fabric_ip: Option<Ipv4Addr>,
}

/// All nodes of `cluster`, to be searched many times by [`find_hosts`].
pub fn hosts(cluster: &Cluster) -> Vec<Host> {
    let host = |node: expand::Node| Host { name: node.name, group: node.group, ip: node.ip, fabric_ip: node.fabric_ip };
    expand::expand(cluster).into_iter().map(host).collect()
}

/// The best `limit` of the nodes whose name answers to `query`, or whose address starts with it. The place of each
/// entry is that of its group.
pub fn find_hosts(cluster: &Cluster, hosts: &[Host], query: &Query, limit: usize) -> Best<Entry> {
    let mut best = Best::new(limit);
    let typed = query.text();
    let is_address = typed.contains('.') && typed.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    for host in hosts {
        let entry = || {
            let addresses = [host.ip, host.fabric_ip].into_iter().flatten().map(|ip| ip.to_string());
            Entry {
                kind: "node",
                name: host.name.clone(),
                within: cluster.nodes.get(host.group).map(|group| group.hosts.clone()).unwrap_or_default(),
                about: addresses.collect::<Vec<_>>().join(" · "),
                path: Path::root().key("nodes").index(host.group),
            }
        };
        if is_address {
            let ranks = [host.ip, host.fabric_ip].into_iter().flatten().filter_map(|ip| {
                let ip = ip.to_string();
                query.rank(&ip, &[]).filter(|_| ip.starts_with(typed))
            });
            if let Some(rank) = ranks.min() {
                best.offer(rank, entry);
            }
        } else if let Some(rank) = query.rank(&host.name, &[]) {
            best.offer(rank, entry);
        }
    }
    best
}

/// Where the description has the host `name` of the group at `path`: at an override for it, or else at the group.
pub fn host_place(cluster: &Cluster, path: &Path, name: &str) -> Path {
    let group = match path.steps() {
        [_, Step::Index(group), ..] => cluster.nodes.get(*group),
        _ => None,
    };
    let overrides = group.map(|group| group.overrides.as_slice()).unwrap_or_default();
    let tells = |hosts: &str| hostlist::expand(hosts).is_ok_and(|hosts| hosts.iter().any(|host| host == name));
    // The last one wins.
    match overrides.iter().rposition(|change| tells(&change.hosts)) {
        Some(row) => path.key("overrides").index(row),
        None => path.key("hosts"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster() -> Cluster {
        let text = r#"{"nodes": [
            {"hosts": "ctl", "firstIP": "10.0.0.1"},
            {"hosts": "cn[001-512]", "firstIP": "10.20.4.1", "overrides": [{"hosts": "cn017", "memoryMiB": 1}]}]}"#;
        Cluster::from_json(text).unwrap()
    }

    fn found(typed: &str) -> Vec<Entry> {
        let cluster = cluster();
        find_hosts(&cluster, &hosts(&cluster), &Query::new(typed), 3).into_vec()
    }

    #[test]
    fn a_node_is_found_by_its_name_and_its_address() {
        let cn017 = &found("cn017")[0];
        assert_eq!((&*cn017.name, &*cn017.about, &*cn017.within), ("cn017", "10.20.4.17", "cn[001-512]"));
        assert_eq!(found("10.20.4.17")[0].name, "cn017");
        assert_eq!(found("10.20.4.17").len(), 3, "10.20.4.17, .170, .171");
        assert!(found("0.4.17").is_empty());
        assert_eq!(found("cn").len(), 3);
    }

    #[test]
    fn a_node_that_differs_leads_to_its_difference() {
        let (cluster, group) = (cluster(), "nodes[1]".parse().unwrap());
        assert_eq!(host_place(&cluster, &group, "cn017").to_string(), "nodes[1].overrides[0]");
        assert_eq!(host_place(&cluster, &group, "cn018").to_string(), "nodes[1].hosts");
    }
}
