//! Nodes, folded into groups: those that are alike and whose names differ in numbers only.

use crate::cluster::expand::count_on;
use crate::cluster::{Node, NodeGroup, NodeOverride, Role};
use crate::hostlist;
use std::collections::{HashMap, HashSet};
use std::net::Ipv4Addr;

/// `nodes` in groups, in the order in which their first nodes come. What nodes do not carry (a group's Nix) is `template`'s.
pub(super) fn fold(nodes: Vec<Node>, template: &NodeGroup) -> Vec<NodeGroup> {
    let mut order: Vec<Vec<Node>> = Vec::new();
    let mut index: HashMap<String, usize> = HashMap::new();
    for node in nodes {
        let place = *index.entry(likeness(&node)).or_insert_with(|| {
            order.push(Vec::new());
            order.len() - 1
        });
        order[place].push(node);
    }
    let nix: Vec<(HashSet<String>, &str)> = template
        .overrides
        .iter()
        .filter(|change| !change.extra_config.is_empty())
        .map(|change| {
            (hostlist::expand(&change.hosts).unwrap_or_default().into_iter().collect(), &*change.extra_config)
        })
        .collect();
    order
        .into_iter()
        .map(|alike| {
            let (mut group, names) = group(alike);
            group.extra_config.clone_from(&template.extra_config);
            keep_nix(&mut group, &names, &nix);
            group
        })
        .collect()
}

/// What nodes of one group have in common.
fn likeness(node: &Node) -> String {
    let (on_fabric, mac) = (node.fabric_ip.is_some(), !node.mac_address.is_empty());
    let hardware = (node.architecture, node.sockets, node.cores_per_socket, node.threads_per_core, node.memory_mib);
    let rest = (&node.roles, &node.interface, &node.gpus, &node.boot, &node.features, node.weight);
    format!("{:?}", (pattern(&node.name), on_fabric, mac, hardware, rest))
}

/// A name with a sign in the place of each number: `r1n02` is `r#n#`.
fn pattern(name: &str) -> String {
    let mut pattern = String::new();
    for c in name.chars() {
        match c {
            '0'..='9' if pattern.ends_with('#') => {}
            '0'..='9' => pattern.push('#'),
            c => pattern.push(c),
        }
    }
    pattern
}

/// What names of one pattern are sorted by: their numbers.
fn numbers(name: &str) -> Vec<(usize, String)> {
    let digits = name.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    digits.map(|digits| digits.trim_start_matches('0')).map(|digits| (digits.len(), digits.to_owned())).collect()
}

/// The group of nodes that are alike, and their names.
fn group(mut nodes: Vec<Node>) -> (NodeGroup, Vec<String>) {
    // The first controller runs what there is one of: the order of controllers has a meaning.
    if !nodes[0].is(Role::Controller) {
        nodes.sort_by_cached_key(|node| numbers(&node.name));
    }
    let names: Vec<String> = nodes.iter().map(|node| node.name.clone()).collect();
    let first = nodes[0].clone();
    let mut group = NodeGroup {
        hosts: hostlist::compress(&names),
        roles: first.roles,
        interface: first.interface,
        architecture: first.architecture,
        sockets: first.sockets,
        cores_per_socket: first.cores_per_socket,
        threads_per_core: first.threads_per_core,
        memory_mib: first.memory_mib,
        gpus: first.gpus,
        boot: first.boot,
        features: first.features,
        weight: first.weight,
        ..NodeGroup::default()
    };
    if nodes.iter().any(|node| !node.mac_address.is_empty()) {
        group.mac_addresses = nodes.iter().map(|node| node.mac_address.clone()).collect();
    }
    place(&mut group, &nodes, &names);
    (group, names)
}

/// The addresses of a group's nodes: the first where the others count on, more where that begins anew a few times, or
/// each.
fn place(group: &mut NodeGroup, nodes: &[Node], names: &[String]) {
    let text = |address: Option<Ipv4Addr>| address.map(|address| address.to_string()).unwrap_or_default();
    let addresses: Vec<Option<Ipv4Addr>> = nodes.iter().map(|node| node.ip).collect();
    let runs = runs(&addresses);
    if runs.len() * 4 <= addresses.len().max(4) && addresses.iter().all(Option::is_some) {
        group.first_ip = text(addresses[0]);
        group.overrides.extend(runs[1..].iter().map(|(start, end)| NodeOverride {
            hosts: hostlist::compress(&names[*start..*end]),
            first_ip: Some(text(addresses[*start])),
            ..NodeOverride::default()
        }));
    } else if addresses.iter().any(Option::is_some) {
        group.addresses = addresses.into_iter().map(text).collect();
    }
    let fabric: Vec<Option<Ipv4Addr>> = nodes.iter().map(|node| node.fabric_ip).collect();
    group.fabric_first_ip = text(fabric[0]);
    group.overrides.extend(self::runs(&fabric)[1..].iter().filter(|_| fabric[0].is_some()).map(|(start, end)| {
        NodeOverride {
            hosts: hostlist::compress(&names[*start..*end]),
            fabric_first_ip: Some(text(fabric[*start])),
            ..NodeOverride::default()
        }
    }));
}

/// Where addresses count on: from each start up to, but without, its end.
fn runs(addresses: &[Option<Ipv4Addr>]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (place, address) in addresses.iter().enumerate() {
        match runs.last_mut() {
            Some((start, end)) if *address == addresses[*start].and_then(|first| count_on(first, place - *start)) => {
                *end = place + 1;
            }
            _ => runs.push((place, place + 1)),
        }
    }
    runs
}

/// Keeps the Nix that was there for some of the group's hosts.
fn keep_nix(group: &mut NodeGroup, names: &[String], nix: &[(HashSet<String>, &str)]) {
    for (hosts, text) in nix {
        let here: Vec<String> = names.iter().filter(|name| hosts.contains(*name)).cloned().collect();
        if !here.is_empty() {
            group.overrides.push(NodeOverride {
                hosts: hostlist::compress(&here),
                extra_config: (*text).to_owned(),
                ..NodeOverride::default()
            });
        }
    }
}
