//! Names, addresses and the firewall.

use crate::harness::{World, strings};
use crate::{Invariant, Switch};
use serde_json::json;

pub const INVARIANTS: &[Invariant] = &[
    ("every node resolves every other", resolves_everybody),
    ("the firewall lets in the cluster only", firewall_is_for_the_cluster_only),
];

pub const SWITCHES: &[Switch] = &[];

fn resolves_everybody(world: &World) {
    for (node, config) in world.each() {
        let at = &node.name;
        let hosts = config["networking"]["hosts"].as_object().unwrap();
        assert_eq!(hosts["127.0.0.2"], json!([]), "{at} resolves its own name to the loopback");
        assert_eq!(hosts.len(), world.nodes.len() + 1, "{at}");
        for other in &world.nodes {
            let names = json!([format!("{}.{}", other.name, world.cluster.network.domain), other.name]);
            assert_eq!(hosts[&other.ip.unwrap().to_string()], names, "{at}");
        }
    }
}

fn firewall_is_for_the_cluster_only(world: &World) {
    for (node, config) in world.each() {
        let at = &node.name;
        let firewall = &config["networking"]["firewall"];
        assert_eq!(firewall["enable"], true, "{at}");
        assert_eq!(config["networking"]["nftables"]["enable"], true, "{at}: the rules are for nftables");
        assert!(strings(&firewall["allowedTCPPorts"]).is_empty() && strings(&firewall["allowedUDPPorts"]).is_empty());
        let open = format!("ip saddr {} ", world.cluster.network.subnet);
        for rule in firewall["extraInputRules"].as_str().unwrap().lines() {
            assert!(rule.starts_with(&open), "{at}: {rule}");
        }
    }
}
