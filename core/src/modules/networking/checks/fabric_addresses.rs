//! The nodes' addresses on the fabric: inside its subnet, each once.

use crate::cluster::expand::count_on;
use crate::cluster::{FabricKind, NodeGroup};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::{Facts, Spot};
use crate::quoting::quote;
use std::collections::{HashMap, HashSet};
use std::net::Ipv4Addr;

checks! {
    FABRIC_ADDRESS "fabric-address" Error "An address on the fabric is no IPv4 address.",
    FABRIC_ADDRESS_OUTSIDE "fabric-address-outside" Error "A node's address on the fabric is outside its subnet, or none of its hosts'.",
    FABRIC_ADDRESS_OVERLAP "fabric-address-overlap" Error "Two nodes would get the same address on the fabric.",
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    if facts.cluster.network.fabric.kind == FabricKind::None {
        return;
    }
    let mut owners: HashMap<Ipv4Addr, &str> = HashMap::new();
    let mut told = HashSet::new();
    for (i, group) in facts.node_groups() {
        let first = read(Spot { group: i, change: None }, &group.fabric_first_ip, problems);
        let changed: Vec<_> = group
            .overrides
            .iter()
            .enumerate()
            .map(|(j, change)| {
                let spot = Spot { group: i, change: Some(j) };
                change.fabric_first_ip.as_ref().and_then(|text| read(spot, text, problems))
            })
            .collect();
        if first.is_none() && changed.iter().all(Option::is_none) {
            continue;
        }
        let overriding = facts.overriding(i, |change| change.fabric_first_ip.is_some());
        for (position, name) in facts.groups[i].hosts.names().iter().enumerate() {
            let (change, first, step) = match overriding.get(name.as_str()) {
                Some((change, step)) => (Some(*change), changed[*change], *step),
                None => (None, first, position),
            };
            let Some(first) = first else { continue };
            let spot = Spot { group: i, change };
            let found = fault(facts, name, count_on(first, step), spot, &mut owners);
            if let Some(problem) = found.filter(|problem| told.insert((spot, problem.id))) {
                problems.push(problem);
            }
        }
    }
}

fn read(spot: Spot, text: &str, problems: &mut Vec<Problem>) -> Option<Ipv4Addr> {
    let trimmed = text.trim();
    let address = trimmed.parse().ok();
    if trimmed == text && (address.is_some() || text.is_empty()) {
        return address;
    }
    let path = spot.path().field(NodeGroup::fabric_first_ip);
    let message = format!("{} is no IPv4 address: write one of the fabric's subnet, or nothing.", quote(text));
    let mends = address.is_some() || trimmed.is_empty();
    let label = if trimmed.is_empty() { "Leave it empty".to_owned() } else { format!("Use {trimmed}") };
    let fix = mends.then(|| Fix::set(label, path.clone(), trimmed));
    problems.push(FABRIC_ADDRESS.at(path, message).with_fix(fix));
    address
}

/// What is wrong with the address of one node.
fn fault<'c>(
    facts: &Facts<'c>,
    name: &'c str,
    address: Option<Ipv4Addr>,
    spot: Spot,
    owners: &mut HashMap<Ipv4Addr, &'c str>,
) -> Option<Problem> {
    let path = || spot.path().field(NodeGroup::fabric_first_ip);
    let Some(address) = address else {
        return Some(
            FABRIC_ADDRESS_OUTSIDE.at(path(), format!("{name} would get an address past the last one there is.")),
        );
    };
    if let Some(subnet) = facts.fabric_subnet {
        let inside = subnet.contains(&address);
        let reserved = subnet.prefix_len() < 31 && (address == subnet.network() || address == subnet.broadcast());
        if !inside || reserved {
            let fault = if inside { "is the network or broadcast address of" } else { "is outside" };
            let message =
                format!("{name} would get {address}, which {fault} the fabric's subnet {subnet}: use another one.");
            return Some(FABRIC_ADDRESS_OUTSIDE.at(path(), message));
        }
    }
    let other = owners.insert(address, name)?;
    let message = format!("{name} would get {address}, the fabric's address of {other}: begin at another one.");
    Some(FABRIC_ADDRESS_OVERLAP.at(path(), message))
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    (
        "network.fabric = {\"kind\": \"roce\", \"interface\": \"enp65s0np0\", \"subnet\": \"10.1.0.0/24\"}\nnodes[1].fabricFirstIP = \"10.1.0.11\"",
        &[],
    ),
    (
        "network.fabric = {\"kind\": \"roce\", \"interface\": \"enp65s0np0\", \"subnet\": \"10.1.0.0/24\"}\nnodes[1].fabricFirstIP = \"10.1.0.11 \"",
        &["error fabric-address nodes[1].fabricFirstIP"],
    ),
    (
        "network.fabric = {\"kind\": \"roce\", \"interface\": \"enp65s0np0\", \"subnet\": \"10.1.0.0/24\"}\nnodes[1].fabricFirstIP = \"ib0\"",
        &["error fabric-address nodes[1].fabricFirstIP"],
    ),
    (
        "network.fabric = {\"kind\": \"roce\", \"interface\": \"enp65s0np0\", \"subnet\": \"10.1.0.0/24\"}\nnodes[1].fabricFirstIP = \"10.2.0.11\"",
        &["error fabric-address-outside nodes[1].fabricFirstIP"],
    ),
    (
        "network.fabric = {\"kind\": \"roce\", \"interface\": \"enp65s0np0\", \"subnet\": \"10.1.0.0/24\"}\nnodes[1].fabricFirstIP = \"10.1.0.254\"",
        &["error fabric-address-outside nodes[1].fabricFirstIP"],
    ),
    (
        "network.fabric = {\"kind\": \"roce\", \"interface\": \"enp65s0np0\", \"subnet\": \"10.1.0.0/24\"}\nnodes[1].fabricFirstIP = \"10.1.0.11\"\nnodes[2].fabricFirstIP = \"10.1.0.12\"",
        &["error fabric-address-overlap nodes[2].fabricFirstIP"],
    ),
    (
        "network.fabric = {\"kind\": \"roce\", \"interface\": \"enp65s0np0\", \"subnet\": \"10.1.0.0/24\"}\nnodes[1].fabricFirstIP = \"10.1.0.11\"\nnodes[1].overrides = [{\"hosts\": \"cn1\", \"fabricFirstIP\": \"10.1.0.12\"}]",
        &["error fabric-address-overlap nodes[1].fabricFirstIP"],
    ),
    (
        "network.fabric = {\"kind\": \"roce\", \"interface\": \"enp65s0np0\", \"subnet\": \"10.1.0.0/24\"}\nnodes[1].fabricFirstIP = \"10.1.0.11\"\nnodes[1].overrides = [{\"hosts\": \"cn2\", \"fabricFirstIP\": \"\"}]\nnodes[2].fabricFirstIP = \"10.1.0.12\"",
        &[],
    ),
];
