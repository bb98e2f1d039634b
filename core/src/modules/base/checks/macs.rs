//! MAC addresses: one for each host, or for each member of its bond, and each once.

use crate::cluster::NodeGroup;
use crate::cluster::links::Links;
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::{Facts, Spot};
use crate::quoting::{counted, quote};
use std::collections::{HashMap, HashSet};

checks! {
    MAC_ADDRESS "mac-address" Error "A MAC address is not of the form 0c:42:a1:00:1b:07, or that of no single device.",
    MAC_COUNT "mac-count" Error "A group or an override lists more or fewer MAC addresses than it has hosts.",
    MAC_REPEATED "mac-repeated" Error "Two devices have the same MAC address.",
    MAC_MEMBERS "mac-members" Warning "A host has more or fewer MAC addresses than devices under its interface.",
    MAC_MISSING "mac-missing" Hint "No MAC address says which device has the name that every group has by default.",
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
        check_members(facts, i, problems);
    }
    check_missing(facts, problems);
}

/// Each device under a host's interface gets its name by its own MAC address.
fn check_members(facts: &Facts, index: usize, problems: &mut Vec<Problem>) {
    let group = &facts.cluster.nodes[index];
    let links = Links::new(&facts.cluster.network);
    let moved = facts.overriding(index, |change| change.interface.is_some());
    let interface = |name: &str| {
        let own = moved.get(name).and_then(|(change, _)| group.overrides[*change].interface.as_deref());
        own.unwrap_or(&group.interface)
    };
    let overrides = group.overrides.iter().enumerate().filter_map(|(j, change)| {
        Some((Some(j), change.mac_addresses.as_ref()?, facts.groups[index].overrides[j].names()))
    });
    let lists = std::iter::once((None, &group.mac_addresses, facts.groups[index].hosts.names()));
    for (change, macs, names) in lists.chain(overrides) {
        let found = names.iter().zip(macs).enumerate().find_map(|(k, (name, macs))| {
            let (cards, listed) = (links.cards(interface(name)), macs.split_whitespace().count());
            (listed > 0 && listed != cards.len()).then_some((k, name, cards, listed))
        });
        let Some((k, name, cards, listed)) = found else { continue };
        let path = Spot { group: index, change }.path().field(NodeGroup::mac_addresses).index(k);
        let listed = addresses(listed);
        let message = match cards.as_slice() {
            [card] => format!("{name} has {listed} for {card} alone: list the one of that device."),
            cards => format!(
                "{name} has {listed} for {}: list one for each, in this order, with spaces between. A device without one \
                 keeps the name that the machine gives it, and a bond stays without it where that is another name.",
                cards.join(" and ")
            ),
        };
        problems.push(MAC_MEMBERS.at(path, message));
    }
}

/// Where nobody said anything of interfaces, their names are a guess.
fn check_missing(facts: &Facts, problems: &mut Vec<Problem>) {
    let usual = NodeGroup::default().interface;
    let guessed = |group: &NodeGroup| group.interface == usual && group.mac_addresses.is_empty();
    if facts.cluster.nodes.is_empty() || !facts.cluster.nodes.iter().all(guessed) {
        return;
    }
    let message = format!(
        "Every node is to have its address on {usual}, which is the default. A machine that has another name for that device \
         comes up without a network, and nobody can log in: list MAC addresses, or write the name that “ip link” shows there."
    );
    problems.push(MAC_MISSING.at(Spot { group: 0, change: None }.path().field(NodeGroup::mac_addresses), message));
}

fn addresses(count: usize) -> String {
    counted(count, "MAC address").replace("addresss", "addresses")
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
        let (hosts, listed) = (counted(names.len(), "host"), addresses(macs.len()));
        let message = format!("There are {hosts} and {listed}: list one for each host, in the order of the hostlist.");
        problems.push(MAC_COUNT.at(list(), message));
    }
    let mut told = HashSet::new();
    for (k, text) in macs.iter().enumerate() {
        let Some(macs) = read_all(text) else {
            problems.push(wrong(text, list().index(k)));
            continue;
        };
        let Some(name) = names.get(k).filter(|name| counts(name)) else { continue };
        for mac in macs {
            if let Some(other) = owners.insert(mac, name)
                && told.insert(other)
            {
                let message =
                    format!("{name} has the MAC address of {other}, {}: every device has its own.", show(&mac));
                problems.push(MAC_REPEATED.at(list().index(k), message));
            }
        }
    }
}

/// The MAC addresses of a host; `None` where one is not written as it is shown, or there is none.
fn read_all(text: &str) -> Option<Vec<[u8; 6]>> {
    let own = |word: &str| read(word).filter(|mac| mac[0] & 1 == 0 && *mac != [0; 6] && word == show(mac));
    let macs = text.split_whitespace().map(own).collect::<Option<Vec<_>>>()?;
    (!macs.is_empty()).then_some(macs)
}

fn wrong(text: &str, path: crate::Path) -> Problem {
    let words: Vec<&str> = text.split_whitespace().collect();
    let first = words.iter().copied().find(|word| read_all(word).is_none()).unwrap_or(text);
    let message = match read(first) {
        Some(mac) if mac[0] & 1 == 1 => {
            format!(
                "{} is the MAC address of a multicast group: write the device's own, as “ip link” shows it.",
                quote(first)
            )
        }
        Some([0, 0, 0, 0, 0, 0]) => {
            "The MAC address is empty: write the device's own, as “ip link” shows it.".to_owned()
        }
        _ => format!(
            "{} is not written as a MAC address: write it as “ip link” shows it, “0c:42:a1:00:1b:07”.",
            quote(first)
        ),
    };
    let mended = words.iter().map(|word| read(word).map(|mac| show(&mac))).collect::<Option<Vec<_>>>();
    let mended = mended.map(|words| words.join(" ")).filter(|mended| read_all(mended).is_some());
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
pub(super) const CASES: crate::facts::Cases = &[
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
        "nodes[1].interface = \"bond0\"\nnetwork.bonds = [{\"interfaces\": [\"eth0\", \"eth1\"]}]\n\
         nodes[1].macAddresses = [\"0c:42:a1:00:1b:07 0c:42:a1:00:1b:08\", \"0c:42:a1:00:1b:09 0c:42:a1:00:1b:0a\"]",
        &[],
    ),
    (
        "nodes[1].interface = \"bond0\"\nnetwork.bonds = [{\"interfaces\": [\"eth0\", \"eth1\"]}]\n\
         nodes[1].macAddresses = [\"0c:42:a1:00:1b:07\", \"0c:42:a1:00:1b:09\"]",
        &["warning mac-members nodes[1].macAddresses[0]"],
    ),
    (
        "nodes[1].macAddresses = [\"0c:42:a1:00:1b:07\", \"0c:42:a1:00:1b:08 0C:42:a1:00:1b:09\"]",
        &["error mac-address nodes[1].macAddresses[1]", "warning mac-members nodes[1].macAddresses[1]"],
    ),
    (
        "nodes[1].interface = \"mgmt\"\nnetwork.bonds = [{\"interfaces\": [\"eth0\", \"eth1\"]}]\n\
         network.vlans = [{\"name\": \"mgmt\", \"id\": 20, \"interface\": \"bond0\"}]\n\
         nodes[1].overrides = [{\"hosts\": \"cn2\", \"macAddresses\": [\"0c:42:a1:00:1b:07 0c:42:a1:00:1b:07\"]}]",
        &["error mac-repeated nodes[1].overrides[0].macAddresses[0]"],
    ),
    (
        "nodes[0].interface = \"eno1\"\nnodes[1].interface = \"eno1\"\nnodes[2].interface = \"eno1\"",
        &["hint mac-missing nodes[0].macAddresses"],
    ),
    (
        r#"nodes[1].overrides = [{"hosts": "cn1", "macAddresses": ["0c:42:a1:00:1b:09", "0c:42:a1:00:1b:0a"]}]"#,
        &["error mac-count nodes[1].overrides[0].macAddresses"],
    ),
];
