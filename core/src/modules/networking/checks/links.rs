//! Bonds and VLANs, and the interfaces that stand on them.

use crate::cluster::links::Links;
use crate::cluster::{Bond, Cluster, Fabric, FabricKind, Network, NodeGroup, Vlan};
use crate::diagnostic::{Problem, checks};
use crate::facts::Facts;
use crate::field_checks::check_interface;
use crate::path;
use crate::path::{Field, Path};
use crate::quoting::quote;
use std::collections::{HashMap, HashSet};

checks! {
    LINK_REPEATED "link-repeated" Error "Two bonds or VLANs have the same name.",
    LINK_UNKNOWN "link-unknown" Error "An interface is named like a bond or VLAN that does not exist.",
    LINK_CYCLE "link-cycle" Error "A VLAN stands on itself.",
    LINK_UNUSED "link-unused" Hint "A bond or VLAN is no node's interface, and nothing stands on it.",
    BOND_EMPTY "bond-empty" Error "A bond has no interfaces.",
    BOND_INTERFACE "bond-interface" Error "A bond is made of another bond or a VLAN, or has a device twice.",
    BOND_SHARED "bond-shared" Warning "A device is in two bonds.",
    VLAN_ID "vlan-id" Error "A VLAN's tag is outside 1 to 4094.",
    VLAN_REPEATED "vlan-repeated" Error "Two VLANs have the same tag on the same device.",
}

fn place<T>(list: Field<Network, Vec<T>>, index: usize) -> Path {
    Path::root().field(Cluster::network).field(list).index(index)
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let links = Links::new(&facts.cluster.network);
    let uses = uses(facts);
    check_names(&links, &uses, problems);
    for (user, path) in &uses {
        check_known(&links, user, path, problems);
    }
    check_bonds(&links, problems);
    check_vlans(&links, problems);
}

/// The interfaces that the description names, each with one of the places that name it.
fn uses<'c>(facts: &Facts<'c>) -> Vec<(&'c str, Path)> {
    let groups = facts.node_groups().map(|(i, group)| (&group.interface, crate::facts::group_path(i)));
    let overrides = facts
        .overrides()
        .filter_map(|(i, j, change)| Some((change.interface.as_ref()?, crate::facts::override_path(i, j))));
    let network = &facts.cluster.network;
    let fabric = path![Cluster::network, Network::fabric, Fabric::interface];
    let fabric = (network.fabric.kind != FabricKind::None).then_some((&network.fabric.interface, fabric));
    let vlans = network.vlans.iter().enumerate();
    let vlans = vlans.map(|(i, vlan)| (&vlan.interface, place(Network::vlans, i).field(Vlan::interface)));
    let nodes = groups.chain(overrides).map(|(name, spot)| (name, spot.field(NodeGroup::interface)));
    let mut seen = HashSet::new();
    nodes
        .chain(fabric)
        .chain(vlans)
        .map(|(name, path)| (name.as_str(), path))
        .filter(|(name, _)| seen.insert(*name))
        .collect()
}

fn check_names(links: &Links, uses: &[(&str, Path)], problems: &mut Vec<Problem>) {
    let bonds = links.network.bonds.iter().enumerate();
    let bonds = bonds.map(|(i, bond)| (&bond.name, place(Network::bonds, i).field(Bond::name)));
    let vlans = links.network.vlans.iter().enumerate();
    let vlans = vlans.map(|(i, vlan)| (&vlan.name, place(Network::vlans, i).field(Vlan::name)));
    let used: HashSet<&str> = uses.iter().map(|(name, _)| *name).collect();
    let mut seen = HashSet::new();
    for (name, path) in bonds.chain(vlans) {
        check_interface(name, || path.clone(), problems);
        if !seen.insert(name) {
            let message = format!("{} is the name of another bond or VLAN too: choose another one.", quote(name));
            problems.push(LINK_REPEATED.at(path, message));
        } else if !name.is_empty() && !used.contains(name.as_str()) {
            let message = format!(
                "Nothing uses {}: name it as the interface of a group, of the fabric or of a VLAN.",
                quote(name)
            );
            problems.push(LINK_UNUSED.at(path, message));
        }
    }
}

/// Names that no device has by itself must be those of a bond or VLAN.
fn check_known(links: &Links, name: &str, path: &Path, problems: &mut Vec<Problem>) {
    let numbered =
        |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    let made = numbered("bond") || numbered("vlan") || name.contains('.');
    if made && !links.below.contains_key(name) {
        let message = format!("No bond or VLAN of the network section is named {}: add it there.", quote(name));
        problems.push(LINK_UNKNOWN.at(path.clone(), message));
    }
}

fn check_bonds(links: &Links, problems: &mut Vec<Problem>) {
    let mut owners: HashMap<&str, &str> = HashMap::new();
    for (i, bond) in links.network.bonds.iter().enumerate() {
        let list = place(Network::bonds, i).field(Bond::interfaces);
        if bond.interfaces.is_empty() {
            let message =
                format!("The bond {} has no interfaces: name the devices that it is made of.", quote(&bond.name));
            problems.push(BOND_EMPTY.at(list.clone(), message));
        }
        let mut own = HashSet::new();
        for (k, device) in bond.interfaces.iter().enumerate() {
            let path = list.index(k);
            check_interface(device, || path.clone(), problems);
            if links.below.contains_key(device.as_str()) {
                let message = format!("{} is a bond or a VLAN itself: a bond is made of devices.", quote(device));
                problems.push(BOND_INTERFACE.at(path, message));
            } else if !own.insert(device) {
                let message = format!("{} is in this bond twice: name each device once.", quote(device));
                let fix = crate::field_checks::without(&bond.interfaces, k, &list, "Remove it");
                problems.push(BOND_INTERFACE.at(path, message).with_fix(fix));
            } else if let Some(other) = owners.insert(device, &bond.name)
                && !device.is_empty()
            {
                let message = format!(
                    "{} is in the bond {} too: that is right only where no node has both bonds.",
                    quote(device),
                    quote(other)
                );
                problems.push(BOND_SHARED.at(path, message));
            }
        }
    }
}

fn check_vlans(links: &Links, problems: &mut Vec<Problem>) {
    let mut tags: HashMap<(&str, u32), &str> = HashMap::new();
    for (i, vlan) in links.network.vlans.iter().enumerate() {
        let at = place(Network::vlans, i);
        check_interface(&vlan.interface, || at.field(Vlan::interface), problems);
        if !(1..=4094).contains(&vlan.id) {
            let message = format!("{} cannot be the tag of a VLAN: use one from 1 to 4094.", vlan.id);
            problems.push(VLAN_ID.at(at.field(Vlan::id), message));
        }
        let own_parent =
            |device: &&str| links.below.get(device).is_some_and(|below| below.contains(&vlan.name.as_str()));
        if links.devices(&vlan.interface).iter().any(own_parent) {
            let message =
                format!("The VLAN {} stands on itself: name the device or bond that carries it.", quote(&vlan.name));
            problems.push(LINK_CYCLE.at(at.field(Vlan::interface), message));
        }
        if let Some(other) = tags.insert((&vlan.interface, vlan.id), &vlan.name) {
            let message = format!("{} has the tag {} on the same device: use another tag.", quote(other), vlan.id);
            problems.push(VLAN_REPEATED.at(at.field(Vlan::id), message));
        }
    }
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    (
        "network.bonds = [{\"interfaces\": [\"eno1\", \"eno2\"]}]\nnetwork.vlans = [{\"name\": \"mgmt\", \"id\": 20, \"interface\": \"bond0\"}]\nnodes[1].interface = \"mgmt\"",
        &[],
    ),
    (r#"network.bonds = [{"interfaces": ["eno1", "eno2"]}]"#, &["hint link-unused network.bonds[0].name"]),
    (r#"nodes[1].interface = "bond0""#, &["error link-unknown nodes[1].interface"]),
    (
        r#"nodes[1].overrides = [{"hosts": "cn1", "interface": "eno1.20"}]"#,
        &["error link-unknown nodes[1].overrides[0].interface"],
    ),
    ("nodes[1].interface = \"bond0\"\nnetwork.bonds = [{}]", &["error bond-empty network.bonds[0].interfaces"]),
    (
        "nodes[1].interface = \"bond0\"\nnetwork.bonds = [{\"interfaces\": [\"eno1\", \"eno1\", \"a b\"]}]",
        &["error bond-interface network.bonds[0].interfaces[1]", "error interface-name network.bonds[0].interfaces[2]"],
    ),
    (
        "nodes[1].interface = \"bond0\"\nnodes[2].interface = \"bond1\"\n\
         network.bonds = [{\"interfaces\": [\"eno1\", \"eno2\"]}, {\"name\": \"bond1\", \"interfaces\": [\"eno2\", \"bond0\"]}]",
        &["warning bond-shared network.bonds[1].interfaces[0]", "error bond-interface network.bonds[1].interfaces[1]"],
    ),
    (
        "nodes[1].interface = \"v\"\nnetwork.vlans = [{\"name\": \"v\", \"id\": 4095, \"interface\": \"vlan9\"}, {\"name\": \"v\", \"id\": 2, \"interface\": \"eno1\"}]",
        &[
            "error vlan-id network.vlans[0].id",
            "error link-unknown network.vlans[0].interface",
            "error link-repeated network.vlans[1].name",
        ],
    ),
    (
        "nodes[1].interface = \"v\"\nnetwork.vlans = [{\"name\": \"v\", \"id\": 2, \"interface\": \"w\"}, {\"name\": \"w\", \"id\": 3, \"interface\": \"v\"}]",
        &["error link-cycle network.vlans[0].interface", "error link-cycle network.vlans[1].interface"],
    ),
    (
        "nodes[1].interface = \"v\"\nnetwork.vlans = [{\"name\": \"v\", \"id\": 2, \"interface\": \"v\"}]",
        &["error link-cycle network.vlans[0].interface"],
    ),
    (
        "nodes[1].interface = \"v\"\nnodes[2].interface = \"w\"\n\
         network.vlans = [{\"name\": \"v\", \"id\": 2, \"interface\": \"eno1\"}, {\"name\": \"w\", \"id\": 2, \"interface\": \"eno1\"}]",
        &["error vlan-repeated network.vlans[1].id"],
    ),
];
