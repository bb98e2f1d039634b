//! Who mounts what from whom.

use crate::harness::World;
use crate::{Invariant, Switch};

pub const INVARIANTS: &[Invariant] = &[("what is mounted is exported", mounts_are_exported)];

pub const SWITCHES: &[Switch] = &[];

/// Whoever mounts something over NFS finds it exported by the server, with the port open; nobody mounts their own.
fn mounts_are_exported(world: &World) {
    for (node, config) in world.each() {
        for (mount, fs) in config["fileSystems"].as_object().unwrap().iter().filter(|(_, fs)| fs["fsType"] == "nfs") {
            let (server, export) = fs["device"].as_str().unwrap().split_once(':').unwrap();
            assert_ne!(server, node.name, "{} mounts its own {mount}", node.name);
            let Some((server, serving)) = world.each().find(|(node, _)| node.name == server) else { continue };
            let exports = serving["services"]["nfs"]["server"]["exports"].as_str().unwrap_or_default();
            let wanted = format!("{export} {}(", world.cluster.network.subnet);
            assert!(exports.lines().any(|line| line.starts_with(&wanted)), "{} exports no {export}", server.name);
            assert!(world.opens_tcp(server, 2049), "{} does not open 2049", server.name);
        }
    }
}
