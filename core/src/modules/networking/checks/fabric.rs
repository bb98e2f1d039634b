//! The second network: its kind and driver, its interface, its subnet managers.

use crate::cluster::links::Links;
use crate::cluster::{Choice, Cluster, Fabric, FabricDriver, FabricKind, Network, NodeGroup, SubnetManager};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::{Facts, Host, Spot, group_path, override_path};
use crate::field_checks::{check_interface, check_subnet};
use crate::path;
use crate::path::Path;
use crate::quoting::quote;
use crate::subnet;
use std::collections::HashSet;

checks! {
    FABRIC_OFF "fabric-off" Warning "Nodes have addresses on the fabric, but there is none.",
    FABRIC_EMPTY "fabric-empty" Warning "No node is on the fabric.",
    FABRIC_OVERLAP "fabric-overlap" Error "The fabric's subnet and the cluster's share addresses.",
    FABRIC_INTERFACE "fabric-interface" Error "The fabric's interface is that of a node in the cluster's network.",
    FABRIC_DRIVER "fabric-driver" Error "The fabric's driver is for another kind of network.",
    FABRIC_MTU "fabric-mtu" Error "The fabric's MTU is one that its interface cannot have.",
    FABRIC_MTU_CONNECTED "fabric-mtu-connected" Warning "The fabric's MTU is larger than IPoIB's datagrams.",
    NO_SUBNET_MANAGER "no-subnet-manager" Hint "An InfiniBand fabric has no subnet manager on a node.",
    SUBNET_MANAGER_UNUSED "subnet-manager-unused" Warning "Subnet managers are listed for a network that has none.",
    SUBNET_MANAGER_HOST "subnet-manager-host" Error "A subnet manager is on a host that does not exist or is not on the fabric.",
    SUBNET_MANAGER_GUID "subnet-manager-guid" Error "A GUID is not of the form 0x0002c9030012ab34.",
    SUBNET_MANAGER_REPEATED "subnet-manager-repeated" Error "Two subnet managers have the same port.",
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let fabric = &facts.cluster.network.fabric;
    if fabric.kind == FabricKind::None {
        check_off(facts, problems);
        return;
    }
    check_subnet(
        &fabric.subnet,
        facts.fabric_subnet,
        path![Cluster::network, Network::fabric, Fabric::subnet],
        problems,
    );
    check_overlap(facts, problems);
    check_interface(&fabric.interface, || path![Cluster::network, Network::fabric, Fabric::interface], problems);
    check_own_interface(facts, problems);
    check_driver(fabric, problems);
    check_mtu(fabric, problems);
    if !spots(facts).any(|(_, address)| !address.trim().is_empty()) {
        let message = "No node is on the fabric: give the groups that are on it their first address there.";
        problems.push(FABRIC_EMPTY.at(path![Cluster::network, Network::fabric, Fabric::kind], message));
    }
    check_managers(facts, fabric, problems);
}

/// The groups and overrides that say something of the fabric, and what.
fn spots<'c>(facts: &Facts<'c>) -> impl Iterator<Item = (Spot, &'c str)> {
    let groups =
        facts.node_groups().map(|(i, group)| (Spot { group: i, change: None }, group.fabric_first_ip.as_str()));
    let overrides = facts
        .overrides()
        .filter_map(|(i, j, change)| Some((Spot { group: i, change: Some(j) }, change.fabric_first_ip.as_deref()?)));
    groups.chain(overrides)
}

fn check_off(facts: &Facts, problems: &mut Vec<Problem>) {
    for (spot, address) in spots(facts).filter(|(_, address)| !address.trim().is_empty()) {
        let path = spot.path().field(NodeGroup::fabric_first_ip);
        let message =
            format!("{} has no effect: choose the kind of the fabric in the network section.", quote(address));
        problems.push(FABRIC_OFF.at(path.clone(), message).with_fix(Fix::set("Leave it empty", path, "")));
    }
}

fn check_overlap(facts: &Facts, problems: &mut Vec<Problem>) {
    let (Some(subnet), Some(other)) = (facts.fabric_subnet, facts.subnet) else { return };
    if subnet::overlap(subnet, other) {
        let message = format!("{subnet} and the cluster's subnet {other} share addresses: use one outside it.");
        problems.push(FABRIC_OVERLAP.at(path![Cluster::network, Network::fabric, Fabric::subnet], message));
    }
}

/// A node has both networks: they need devices of their own, or VLANs.
fn check_own_interface(facts: &Facts, problems: &mut Vec<Problem>) {
    let network = &facts.cluster.network;
    let links = Links::new(network);
    let own = network.fabric.interface.as_str();
    let mut told = HashSet::new();
    for (i, group) in facts.node_groups() {
        let overrides = group.overrides.iter().enumerate();
        let interfaces = std::iter::once((&group.interface, group_path(i)))
            .chain(overrides.filter_map(|(j, change)| Some((change.interface.as_ref()?, override_path(i, j)))));
        let on_fabric = !group.fabric_first_ip.trim().is_empty()
            || group.overrides.iter().any(|change| change.fabric_first_ip.is_some());
        for (interface, at) in interfaces.filter(|_| on_fabric) {
            if !told.insert(interface) {
                continue;
            }
            let at = at.field(NodeGroup::interface);
            let shared = interface == own
                || network.bonds.iter().any(|bond| {
                    bond.interfaces.iter().any(|device| device == own)
                        && links.devices(interface).contains(&bond.name.as_str())
                });
            if shared {
                let message = format!(
                    "{} is the fabric's interface too: each of the two networks needs one of its own, or a VLAN.",
                    quote(interface)
                );
                problems.push(FABRIC_INTERFACE.at(at, message));
            }
        }
    }
}

fn check_driver(fabric: &Fabric, problems: &mut Vec<Problem>) {
    let ethernet_only = matches!(fabric.driver, FabricDriver::Irdma | FabricDriver::BnxtRe);
    let fault = match (fabric.kind, fabric.driver) {
        (FabricKind::InfiniBand, _) if ethernet_only => "is for Ethernet adapters, and the fabric is InfiniBand",
        (FabricKind::Roce, FabricDriver::Hfi1) => "is for Omni-Path, which has no RoCE",
        _ => return,
    };
    let message = format!("The driver {} {fault}: choose the adapters' own.", fabric.driver.key());
    let fix = Fix::set("Use mlx5", path![Cluster::network, Network::fabric, Fabric::driver], FabricDriver::Mlx5.key());
    problems.push(FABRIC_DRIVER.at(path![Cluster::network, Network::fabric, Fabric::driver], message).with_fix(fix));
}

fn check_mtu(fabric: &Fabric, problems: &mut Vec<Problem>) {
    /// That of IPoIB in datagram mode on a fabric of the largest MTU, 4096 bytes less a header of 4.
    const DATAGRAM: u32 = 4092;
    let infiniband = fabric.kind == FabricKind::InfiniBand;
    let most = if infiniband { 65520 } else { 9216 };
    let path = || path![Cluster::network, Network::fabric, Fabric::mtu];
    let use_drivers = || Fix::set("Leave it to the driver", path(), 0);
    if fabric.mtu != 0 && !(576..=most).contains(&fabric.mtu) {
        let message = format!(
            "An MTU of {} does not work there: use 0 for what the driver sets, or what is between 576 and {most}.",
            fabric.mtu
        );
        problems.push(FABRIC_MTU.at(path(), message).with_fix(use_drivers()));
    } else if infiniband && fabric.mtu > DATAGRAM && fabric.driver == FabricDriver::Mlx5 {
        let message = format!(
            "An MTU of {} needs IPoIB's connected mode, which mlx5 does not have: use {DATAGRAM} at most.",
            fabric.mtu
        );
        problems.push(FABRIC_MTU_CONNECTED.at(path(), message).with_fix(use_drivers()));
    }
}

fn check_managers(facts: &Facts, fabric: &Fabric, problems: &mut Vec<Problem>) {
    let list = path![Cluster::network, Network::fabric, Fabric::subnet_managers];
    if !fabric.wants_subnet_manager() {
        if !fabric.subnet_managers.is_empty() {
            let what = if fabric.kind == FabricKind::Roce { "Ethernet has no" } else { "Omni-Path has its own" };
            let message = format!("{what} subnet manager: these are not used.");
            let none: Vec<String> = Vec::new();
            let fix = Fix::set("Remove them", list.clone(), none);
            problems.push(SUBNET_MANAGER_UNUSED.at(list, message).with_fix(fix));
        }
        return;
    }
    if fabric.subnet_managers.is_empty() {
        let message =
            "No node runs a subnet manager: InfiniBand works only where a switch does. Else name a node and its port.";
        problems.push(NO_SUBNET_MANAGER.at(list, message));
        return;
    }
    let mut ports = HashSet::new();
    for (i, manager) in fabric.subnet_managers.iter().enumerate() {
        check_manager_host(facts, manager, list.index(i).field(SubnetManager::host), problems);
        let path = list.index(i).field(SubnetManager::guid);
        if let Some(problem) = guid_fault(&manager.guid, &path) {
            problems.push(problem);
        } else if !ports.insert(&manager.guid) {
            let message = format!("The port {} has another subnet manager: list each port once.", quote(&manager.guid));
            problems.push(SUBNET_MANAGER_REPEATED.at(path, message));
        }
    }
}

fn check_manager_host(facts: &Facts, manager: &SubnetManager, path: Path, problems: &mut Vec<Problem>) {
    let message = match facts.hosts.get(manager.host.as_str()) {
        None => format!("No node is named {}: write the short host name of one.", quote(&manager.host)),
        Some(host) if !on_fabric(facts, *host, &manager.host) => {
            format!(
                "{} is not on the fabric: give its group a first address there, or name another node.",
                manager.host
            )
        }
        Some(_) => return,
    };
    problems.push(SUBNET_MANAGER_HOST.at(path, message));
}

fn on_fabric(facts: &Facts, host: Host, name: &str) -> bool {
    let group = &facts.cluster.nodes[host.group];
    let own = facts.overriding(host.group, |change| change.fabric_first_ip.is_some()).get(name).copied();
    let own = own.and_then(|(change, _)| group.overrides[change].fabric_first_ip.as_deref());
    !own.unwrap_or(&group.fabric_first_ip).trim().is_empty()
}

fn guid_fault(guid: &str, path: &Path) -> Option<Problem> {
    let valid = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        text.strip_prefix("0x").is_some_and(|digits| digits.len() == 16 && digits.bytes().all(plain))
    };
    if valid(guid) {
        return None;
    }
    let digits: String = guid.trim().to_ascii_lowercase().chars().filter(|c| *c != ':').collect();
    let mended = format!("0x{}", digits.trim_start_matches("0x"));
    let fix = valid(&mended).then(|| Fix::set(format!("Use {mended}"), path.clone(), mended));
    let message =
        format!("{} is no GUID of a port: write it as “ibstat -p” prints it, “0x0002c9030012ab34”.", quote(guid));
    Some(SUBNET_MANAGER_GUID.at(path.clone(), message).with_fix(fix))
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    (r#"nodes[1].fabricFirstIP = "10.1.0.11""#, &["warning fabric-off nodes[1].fabricFirstIP"]),
    (r#"network.fabric = {"kind": "roce", "interface": "enp65s0np0"}"#, &["warning fabric-empty network.fabric.kind"]),
    (
        "nodes[1].fabricFirstIP = \"10.1.0.11\"\nnetwork.fabric = {\"kind\": \"infiniband\", \"subnetManagers\": [{\"host\": \"cn1\", \"guid\": \"0x0002c9030012ab34\"}]}",
        &[],
    ),
    (
        "nodes[1].fabricFirstIP = \"10.0.7.11\"\nnetwork.fabric = {\"kind\": \"roce\", \"subnet\": \"10.0.7.0/24\"}",
        &["error fabric-overlap network.fabric.subnet"],
    ),
    (
        "nodes[1].fabricFirstIP = \"10.1.0.11\"\nnetwork.fabric = {\"kind\": \"roce\", \"subnet\": \"10.1.0.1/16\"}",
        &["error subnet-host-bits network.fabric.subnet"],
    ),
    (
        "nodes[1].fabricFirstIP = \"10.1.0.11\"\nnetwork.fabric = {\"kind\": \"roce\", \"subnet\": \"ten\", \"interface\": \"enp1s0\"}",
        &["error fabric-interface nodes[1].interface", "error subnet network.fabric.subnet"],
    ),
    (
        "nodes[1].fabricFirstIP = \"10.1.0.11\"\nnodes[1].interface = \"bond0\"\n\
         network.bonds = [{\"interfaces\": [\"eno1\", \"eno2\"]}]\nnetwork.fabric = {\"kind\": \"roce\", \"interface\": \"eno2\"}",
        &["error fabric-interface nodes[1].interface"],
    ),
    (
        "nodes[1].fabricFirstIP = \"10.1.0.11\"\nnetwork.vlans = [{\"name\": \"mpi\", \"id\": 20, \"interface\": \"eno1\"}]\n\
         network.fabric = {\"kind\": \"roce\", \"interface\": \"mpi\", \"mtu\": 9000}",
        &[],
    ),
    (
        "nodes[1].fabricFirstIP = \"10.1.0.11\"\nnetwork.fabric = {\"kind\": \"infiniband\", \"driver\": \"irdma\", \"mtu\": 100, \"interface\": \"bond7\"}",
        &[
            "error link-unknown network.fabric.interface",
            "error fabric-driver network.fabric.driver",
            "error fabric-mtu network.fabric.mtu",
            "hint no-subnet-manager network.fabric.subnetManagers",
        ],
    ),
    (
        "nodes[1].fabricFirstIP = \"10.1.0.11\"\nnetwork.fabric = {\"kind\": \"infiniband\", \"mtu\": 65520, \"subnetManagers\": \
         [{\"host\": \"cn9\", \"guid\": \"0002:C903:0012:AB34\"}, {\"host\": \"head\", \"guid\": \"mlx5_0\"}]}",
        &[
            "warning fabric-mtu-connected network.fabric.mtu",
            "error subnet-manager-host network.fabric.subnetManagers[0].host",
            "error subnet-manager-guid network.fabric.subnetManagers[0].guid",
            "error subnet-manager-host network.fabric.subnetManagers[1].host",
            "error subnet-manager-guid network.fabric.subnetManagers[1].guid",
        ],
    ),
    (
        "nodes[1].fabricFirstIP = \"10.1.0.11\"\nnetwork.fabric = {\"kind\": \"infiniband\", \"subnetManagers\": \
         [{\"host\": \"cn1\", \"guid\": \"0x0002c9030012ab34\"}, {\"host\": \"cn2\", \"guid\": \"0x0002c9030012ab34\"}]}",
        &["error subnet-manager-repeated network.fabric.subnetManagers[1].guid"],
    ),
    (
        "nodes[1].fabricFirstIP = \"10.1.0.11\"\nnetwork.fabric = {\"kind\": \"roce\", \"driver\": \"hfi1\", \"subnetManagers\": \
         [{\"host\": \"cn1\", \"guid\": \"0x0002c9030012ab34\"}]}",
        &["error fabric-driver network.fabric.driver", "warning subnet-manager-unused network.fabric.subnetManagers"],
    ),
];
