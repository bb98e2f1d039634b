//! MAC addresses: one for each host, each once.

use super::facts::{Facts, Spot};
use super::text::{counted, quote};
use super::{Fix, Problem, checks};
use crate::cluster::NodeGroup;
use std::collections::{HashMap, HashSet};

checks! {
    MAC_ADDRESS "mac-address" Error "A MAC address is not of the form 0c:42:a1:00:1b:07, or that of no single device.",
    MAC_COUNT "mac-count" Error "A group or an override lists more or fewer MAC addresses than it has hosts.",
    MAC_REPEATED "mac-repeated" Error "Two nodes have the same MAC address.",
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let mut owners = HashMap::new();
    for (i, group) in facts.node_groups() {
        let names = facts.groups[i].hosts.names();
        let moved = facts.overriding(i, |change| change.mac_addresses.is_some());
        let stays = |name: &str| !moved.contains_key(name);
        check_list(Spot { group: i, change: None }, &group.mac_addresses, names, stays, &mut owners, problems);
        for (j, change) in group.overrides.iter().enumerate() {
            let Some(macs) = &change.mac_addresses else { continue };
            let names = facts.groups[i].overrides[j].names();
            let counts = |name: &str| moved.get(name).is_some_and(|(change, _)| *change == j);
            check_list(Spot { group: i, change: Some(j) }, macs, names, counts, &mut owners, problems);
        }
    }
}

/// Checks one list; those of its hosts for which it `counts` are held against all others.
fn check_list<'c>(
    spot: Spot,
    macs: &[String],
    names: &'c [String],
    counts: impl Fn(&str) -> bool,
    owners: &mut HashMap<[u8; 6], &'c str>,
    problems: &mut Vec<Problem>,
) {
    let list = || spot.path().field(NodeGroup::mac_addresses);
    if !macs.is_empty() && !names.is_empty() && macs.len() != names.len() {
        let (hosts, listed) = (counted(names.len(), "host"), counted(macs.len(), "MAC address"));
        let listed = listed.replace("addresss", "addresses");
        let message = format!("There are {hosts} and {listed}: list one for each host, in the order of the hostlist.");
        problems.push(MAC_COUNT.at(list(), message));
    }
    let mut told = HashSet::new();
    for (k, text) in macs.iter().enumerate() {
        let Some(mac) = read(text).filter(|mac| mac[0] & 1 == 0 && *mac != [0; 6] && text.trim() == show(mac)) else {
            problems.push(wrong(text, list().index(k)));
            continue;
        };
        let Some(name) = names.get(k).filter(|name| counts(name)) else { continue };
        if let Some(other) = owners.insert(mac, name)
            && told.insert(other)
        {
            let message = format!("{name} has the MAC address of {other}, {text}: every device has its own.");
            problems.push(MAC_REPEATED.at(list().index(k), message));
        }
    }
}

fn wrong(text: &str, path: crate::Path) -> Problem {
    let message = match read(text) {
        Some(mac) if mac[0] & 1 == 1 => {
            format!(
                "{} is the MAC address of a multicast group: write the device's own, as “ip link” shows it.",
                quote(text)
            )
        }
        Some([0, 0, 0, 0, 0, 0]) => {
            "The MAC address is empty: write the device's own, as “ip link” shows it.".to_owned()
        }
        _ => format!(
            "{} is not written as a MAC address: write it as “ip link” shows it, “0c:42:a1:00:1b:07”.",
            quote(text)
        ),
    };
    let mended = read(text).filter(|mac| mac[0] & 1 == 0 && *mac != [0; 6]).map(|mac| show(&mac));
    let fix = mended.map(|mended| Fix::set(format!("Use {mended}"), path.clone(), mended));
    MAC_ADDRESS.at(path, message).with_fix(fix)
}

/// Reads twelve hexadecimal digits, with whatever stands between them.
fn read(text: &str) -> Option<[u8; 6]> {
    let digits: String = text.trim().chars().filter(|c| !matches!(c, ':' | '-' | '.')).collect();
    if digits.len() != 12 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let value = u64::from_str_radix(&digits, 16).ok()?.to_be_bytes();
    value[2..].try_into().ok()
}

fn show(mac: &[u8; 6]) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}

#[cfg(test)]
pub(super) const CASES: super::fixtures::Cases = &[
    (r#"nodes[1].macAddresses = ["0c:42:a1:00:1b:07", "0c:42:a1:00:1b:08"]"#, &[]),
    (r#"nodes[1].macAddresses = ["0c:42:a1:00:1b:07"]"#, &["error mac-count nodes[1].macAddresses"]),
    (
        r#"nodes[1].macAddresses = ["0C-42-A1-00-1B-07", "0c42.a100.1b08 "]"#,
        &["error mac-address nodes[1].macAddresses[0]", "error mac-address nodes[1].macAddresses[1]"],
    ),
    (r#"nodes[2].macAddresses = ["01:00:5e:00:00:01"]"#, &["error mac-address nodes[2].macAddresses[0]"]),
    (r#"nodes[2].macAddresses = ["00:00:00:00:00:00"]"#, &["error mac-address nodes[2].macAddresses[0]"]),
    (r#"nodes[2].macAddresses = ["eno1"]"#, &["error mac-address nodes[2].macAddresses[0]"]),
    (
        "nodes[0].macAddresses = [\"0c:42:a1:00:1b:07\"]\nnodes[2].macAddresses = [\"0c:42:a1:00:1b:07\"]",
        &["error mac-repeated nodes[2].macAddresses[0]"],
    ),
    (
        "nodes[2].macAddresses = [\"0c:42:a1:00:1b:07\"]\nnodes[1].macAddresses = [\"0c:42:a1:00:1b:07\", \"0c:42:a1:00:1b:08\"]\n\
         nodes[1].overrides = [{\"hosts\": \"cn1\", \"macAddresses\": [\"0c:42:a1:00:1b:09\"]}]",
        &[],
    ),
    (
        r#"nodes[1].overrides = [{"hosts": "cn1", "macAddresses": ["0c:42:a1:00:1b:09", "0c:42:a1:00:1b:0a"]}]"#,
        &["error mac-count nodes[1].overrides[0].macAddresses"],
    ),
];
