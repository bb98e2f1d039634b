//! Orchestration: agents find their servers.

use crate::harness::{World, runs};
use crate::{Invariant, Switch};

pub const INVARIANTS: &[Invariant] = &[("k3s agents reach their server", agents_reach_their_server)];

pub const SWITCHES: &[Switch] = &[Switch { name: "k3s", levels: &["", "containers.enable = true"] }];

fn agents_reach_their_server(world: &World) {
    let controller = world.controller();
    for (node, config) in world.each().filter(|(_, config)| runs(config, &["k3s"])) {
        let k3s = &config["services"]["k3s"];
        assert!(k3s["tokenFile"].is_string() && k3s.get("token").is_none(), "{}", node.name);
        if k3s["role"] == "agent" {
            assert_eq!(k3s["serverAddr"], format!("https://{}:6443", controller.ip.unwrap()), "{}", node.name);
        } else {
            assert_eq!(node.name, controller.name);
            assert!(world.opens_tcp(node, 6443));
        }
    }
}
