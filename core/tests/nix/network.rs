//! Names, addresses, devices, the fabric, time and the firewall.

use crate::harness::{World, opens, strings};
use crate::{Invariant, Switch};
use clusterflake_core::check::check;
use clusterflake_core::cluster::{FabricKind, Network, Node, Role};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

pub const INVARIANTS: &[Invariant] = &[
    ("every node resolves every other", resolves_everybody),
    ("every node has its addresses, on interfaces that exist", has_its_addresses),
    ("devices have the MTU of what they carry", mtus),
    ("MAC addresses give devices their names", names_by_mac),
    ("who waits for the network waits for every address", waits_for_every_address),
    ("who is on the fabric has its drivers", fabric),
    ("time comes from the controllers", time),
    ("the firewall lets in the cluster only", firewall_is_for_the_cluster_only),
    ("the checks know which ports the modules open", ports_are_known),
];

const BOND: &str = r#"network.bonds = [{"interfaces": ["eno1", "eno2"], "mode": "802.3ad"}, {"name": "bond7", "interfaces": ["eno7"]}]
    nodes[3].interface = "bond0""#;
const VLAN: &str = r#"network.vlans = [{"name": "mgmt", "id": 20, "interface": "eno3"}]
    nodes[0].interface = "mgmt"
    nodes[3].interface = "mgmt""#;
const BOND_AND_VLAN: &str = r#"network.bonds = [{"name": "pair", "interfaces": ["eno1", "eno2"]}]
    network.vlans = [{"name": "eno.20", "id": 20, "interface": "pair"}, {"name": "inner", "id": 30, "interface": "eno.20"}]
    nodes[1].interface = "inner"
    nodes[4].interface = "eno.20""#;

const ROCE: &str = r#"network.fabric = {"kind": "roce", "subnet": "10.1.0.0/16", "interface": "enp65s0np0", "driver": "bnxt_re", "mtu": 4200}"#;
const MANAGED: &str = r#"network.fabric.mtu = 4092
    network.fabric.driver = "mlx4"
    network.fabric.subnetManagers = [{"host": "store1", "guid": "0x0002c9030012ab34"}, {"host": "store1", "guid": "0x0002c9030012ab35"}]
    nodes[3].overrides = [{"hosts": "cn2", "fabricFirstIP": ""}]"#;

pub const SWITCHES: &[Switch] = &[
    Switch { name: "links", levels: &["", BOND, VLAN, BOND_AND_VLAN] },
    Switch { name: "fabric", levels: &["", MANAGED, ROCE, r#"network.fabric.kind = "none""#] },
    Switch { name: "MTU", levels: &["", "network.mtu = 9000"] },
    Switch { name: "firewall", levels: &["", "network.firewall = false", "network.extraTCPPorts = [8080]"] },
    Switch { name: "gateway", levels: &["", "network.gateway = \"\"\nnetwork.nameservers = []"] },
    Switch { name: "time", levels: &["", "network.timeServers = []\nnetwork.tuning = false"] },
];

fn resolves_everybody(world: &World) {
    let network = &world.cluster.network;
    let suffix = if network.fabric.kind == FabricKind::Roce { "roce" } else { "ib" };
    let on_fabric = world.nodes.iter().filter(|node| node.fabric_ip.is_some()).count();
    for (node, config) in world.each() {
        let at = &node.name;
        let hosts = config["networking"]["hosts"].as_object().unwrap();
        assert_eq!(hosts["127.0.0.2"], json!([]), "{at} resolves its own name to the loopback");
        assert_eq!(hosts.len(), world.nodes.len() + on_fabric + 1, "{at}");
        for other in &world.nodes {
            let names = |name: String| json!([format!("{name}.{}", network.domain), name]);
            assert_eq!(hosts[&other.ip.unwrap().to_string()], names(other.name.clone()), "{at}");
            if let Some(address) = other.fabric_ip {
                assert_eq!(hosts[&address.to_string()], names(format!("{}-{suffix}", other.name)), "{at}");
            }
        }
    }
}

/// A device of the description and all that it stands on.
fn devices(network: &Network, device: &str) -> Vec<String> {
    let vlans = network.vlans.iter().filter(|vlan| vlan.name == device).map(|vlan| &vlan.interface);
    let bonds = network.bonds.iter().filter(|bond| bond.name == device).flat_map(|bond| &bond.interfaces);
    let below = vlans.chain(bonds).flat_map(|below| devices(network, below));
    std::iter::once(device.to_owned()).chain(below).collect()
}

/// The devices of a node: those of the cluster's network, and those of the fabric.
fn devices_of(world: &World, node: &Node) -> (Vec<String>, Vec<String>) {
    let network = &world.cluster.network;
    let fabric = node.fabric_ip.map_or(Vec::new(), |_| devices(network, &network.fabric.interface));
    (devices(network, &node.interface), fabric)
}

fn has_its_addresses(world: &World) {
    let network = &world.cluster.network;
    for (node, config) in world.each() {
        let at = &node.name;
        let networking = &config["networking"];
        let addressed = |interface: &str, address: String, subnet: &str| {
            let prefix: u64 = subnet.split_once('/').unwrap().1.parse().unwrap();
            let wanted = json!([{ "address": address, "prefixLength": prefix }]);
            assert_eq!(networking["interfaces"][interface]["ipv4"]["addresses"], wanted, "{at}: {interface}");
        };
        addressed(&node.interface, node.ip.unwrap().to_string(), &network.subnet);
        if let Some(address) = node.fabric_ip {
            addressed(&network.fabric.interface, address.to_string(), &network.fabric.subnet);
        }
        assert_eq!(networking["useDHCP"], false, "{at}");
        let gateway = &networking["defaultGateway"];
        assert_eq!(gateway.is_null(), network.gateway.is_empty(), "{at}");
        assert!(gateway.is_null() || gateway["interface"] == json!(node.interface), "{at}");

        let (cluster, fabric) = devices_of(world, node);
        let used: Vec<&String> = cluster.iter().chain(&fabric).collect();
        let empty = json!({});
        let made = |kind: &str| networking.get(kind).unwrap_or(&empty).as_object().unwrap().clone();
        for bond in &network.bonds {
            let found = made("bonds").get(&bond.name).cloned();
            assert_eq!(found.is_some(), used.contains(&&bond.name), "{at}: {}", bond.name);
            let Some(found) = found else { continue };
            assert_eq!(found["interfaces"], json!(bond.interfaces), "{at}");
            assert_eq!(found["driverOptions"]["miimon"], "100", "{at}");
        }
        for vlan in &network.vlans {
            let found = made("vlans").get(&vlan.name).cloned();
            assert_eq!(found.is_some(), used.contains(&&vlan.name), "{at}: {}", vlan.name);
            let Some(found) = found else { continue };
            assert_eq!(found, json!({ "id": vlan.id, "interface": vlan.interface }), "{at}");
        }
    }
}

fn mtus(world: &World) {
    let network = &world.cluster.network;
    for (node, config) in world.each() {
        let (cluster, fabric) = devices_of(world, node);
        for device in cluster.iter().chain(&fabric) {
            let mut wanted = 0;
            if cluster.contains(device) {
                wanted = network.mtu;
            }
            if fabric.contains(device) {
                wanted = wanted.max(network.fabric.mtu);
            }
            let found = &config["networking"]["interfaces"][device]["mtu"];
            let as_it_comes = found.is_null() && (wanted == 1500 || wanted == 0);
            assert!(as_it_comes || *found == json!(wanted), "{}: {device} has {found}, not {wanted}", node.name);
        }
    }
}

/// Each card below a node's interface, the members of a bond too, by its own MAC address.
fn names_by_mac(world: &World) {
    for (node, config) in world.each() {
        let at = &node.name;
        let network = &world.cluster.network;
        let links = config["systemd"]["network"]["links"].as_object().cloned().unwrap_or_default();
        let named: Vec<_> = links.iter().filter(|(name, _)| *name != "10-infiniband").collect();
        let cards = devices(network, &node.interface)
            .into_iter()
            .filter(|name| devices(network, name).len() == 1)
            .collect::<Vec<_>>();
        let macs: Vec<&str> = node.mac_address.split_whitespace().collect();
        assert_eq!(named.len(), cards.len().min(macs.len()), "{at}: {named:?}");
        for (card, mac) in cards.iter().zip(macs) {
            let link = &links[&format!("10-{card}")];
            assert_eq!(link["matchConfig"]["PermanentMACAddress"], mac, "{at}");
            assert_eq!(link["linkConfig"]["Name"], card.as_str(), "{at}");
        }
        // udev takes the first file that matches, and systemd's own would rename ib0.
        let counted = node.fabric_ip.is_some()
            && devices(network, &network.fabric.interface).iter().any(|device| {
                device
                    .strip_prefix("ib")
                    .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
            });
        assert_eq!(links.contains_key("10-infiniband"), counted, "{at}");
        if counted {
            let link = &links["10-infiniband"];
            assert_eq!(link["matchConfig"], json!({ "Type": "infiniband" }), "{at}");
            assert!(link["linkConfig"]["Name"].is_null() && link["linkConfig"]["NamePolicy"].is_null(), "{at}");
        }
    }
}

/// With a gateway or without, in either network: network-online.target waits for the addresses, and for nothing that can be
/// missing while they are there.
fn waits_for_every_address(world: &World) {
    let network = &world.cluster.network;
    for (node, config) in world.each() {
        let at = &node.name;
        assert_eq!(
            config["networking"]["useNetworkd"], true,
            "{at}: the scripts wait for the gateway's interface alone"
        );
        let wait_online = &config["systemd"]["network"]["wait-online"];
        assert!(wait_online["enable"] != false && wait_online["anyInterface"] != true, "{at}: {wait_online}");
        let (cluster, fabric) = devices_of(world, node);
        let mut addressed = vec![&node.interface];
        addressed.extend(node.fabric_ip.map(|_| &network.fabric.interface));
        for device in cluster.iter().chain(&fabric) {
            let found = &config["systemd"]["network"]["networks"][format!("40-{device}")];
            let wanted = if addressed.contains(&device) { "routable" } else { "no" };
            assert_eq!(found["linkConfig"]["RequiredForOnline"], wanted, "{at}: {device}");
            let rest = json!({ "IPv6AcceptRA": false, "IgnoreCarrierLoss": true });
            assert_eq!(found["networkConfig"], rest, "{at}: {device}");
        }
        // What is mounted over the network is ordered after that target by systemd, which knows it by this word.
        let mounts = config["fileSystems"].as_object().unwrap();
        for (mount, fs) in
            mounts.iter().filter(|(_, fs)| fs["device"].as_str().is_some_and(|device| device.contains(":/")))
        {
            assert!(strings(&fs["options"]).contains(&"_netdev"), "{at}: {mount}");
        }
        // Names are in the hosts file, and networkd's resolver would answer first.
        assert_eq!(config["services"]["resolved"]["enable"], false, "{at}");
    }
}

fn fabric(world: &World) {
    let fabric = &world.cluster.network.fabric;
    for (node, config) in world.each() {
        let at = &node.name;
        let infiniband = &config["hardware"]["infiniband"];
        assert_eq!(infiniband["enable"] == true, node.fabric_ip.is_some(), "{at}");
        let managers = fabric.subnet_managers.iter().filter(|manager| {
            fabric.kind == FabricKind::InfiniBand && node.fabric_ip.is_some() && manager.host == node.name
        });
        let guids: Vec<&str> = managers.map(|manager| manager.guid.as_str()).collect();
        assert_eq!(strings(&infiniband["guids"]), guids, "{at}");
    }
}

fn time(world: &World) {
    let network = &world.cluster.network;
    let controllers: Vec<&str> = world.with(Role::Controller).map(|node| node.name.as_str()).collect();
    for (node, config) in world.each() {
        let at = &node.name;
        let chrony = &config["services"]["chrony"];
        let mut wanted: Vec<&str> = Vec::new();
        match controllers.iter().position(|name| name == at) {
            Some(place) => {
                wanted.extend(network.time_servers.iter().map(String::as_str));
                wanted.extend(&controllers[..place]);
                let allowed = format!("allow {}\n", network.subnet);
                assert!(chrony["extraConfig"].as_str().unwrap().contains(&allowed), "{at}");
                assert!(opens(config, &network.subnet, "udp", 123), "{at}");
            }
            None => {
                wanted.extend(&controllers);
                assert!(chrony["extraConfig"].as_str().unwrap_or_default().is_empty(), "{at}");
                assert!(!opens(config, &network.subnet, "udp", 123), "{at}");
            }
        }
        assert_eq!(strings(&chrony["servers"]), wanted, "{at}");
    }
}

fn firewall_is_for_the_cluster_only(world: &World) {
    let network = &world.cluster.network;
    for (node, config) in world.each() {
        let at = &node.name;
        let firewall = &config["networking"]["firewall"];
        assert_eq!(firewall["enable"], network.firewall, "{at}");
        assert_eq!(config["networking"]["nftables"]["enable"], network.firewall, "{at}: the rules are for nftables");
        assert_eq!(firewall["allowedTCPPorts"], json!(network.extra_tcp_ports), "{at}");
        assert_eq!(firewall["allowedUDPPorts"], json!(network.extra_udp_ports), "{at}");
        let from_cluster = format!("ip saddr {} ", network.subnet);
        let from_fabric = format!("ip saddr {} ", network.fabric.subnet);
        for rule in firewall["extraInputRules"].as_str().unwrap_or_default().lines() {
            let known = rule.starts_with(&from_cluster) || node.fabric_ip.is_some() && rule.starts_with(&from_fabric);
            assert!(known, "{at}: {rule}");
        }
    }
}

/// Whoever opens one of them to everybody is told. Those of custom modules are their authors' to know.
fn ports_are_known(world: &World) {
    if !world.cluster.modules.is_empty() {
        return;
    }
    let ports = |list: &str| -> Vec<u16> {
        let firewalls = world.each().map(|(_, config)| &config["cluster"]["firewall"]);
        let opened = firewalls.flat_map(|firewall| [&firewall[list], &firewall["fabric"][list]]);
        let numbers =
            opened.filter_map(Value::as_array).flatten().map(|port| port.as_u64().unwrap().try_into().unwrap());
        Vec::from_iter(BTreeSet::<u16>::from_iter(numbers))
    };
    let mut cluster = world.cluster.clone();
    let network = Arc::make_mut(&mut cluster.network);
    (network.extra_tcp_ports, network.extra_udp_ports) = (ports("tcpPorts"), ports("udpPorts"));
    let wanted = network.extra_tcp_ports.len() + network.extra_udp_ports.len();
    let told = check(&cluster).into_iter().filter(|problem| problem.id == "port-own").count();
    assert_eq!(told, wanted, "{:?} {:?}", cluster.network.extra_tcp_ports, cluster.network.extra_udp_ports);
}
