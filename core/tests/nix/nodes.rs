//! Every node starts by itself and lets its administrators in.

use crate::harness::{World, strings};
use crate::{Invariant, Switch};

pub const INVARIANTS: &[Invariant] = &[("every node starts by itself", starts_by_itself)];

pub const SWITCHES: &[Switch] = &[];

fn starts_by_itself(world: &World) {
    for (node, config) in world.each() {
        let at = &node.name;
        assert!(config["fileSystems"]["/"]["fsType"].is_string(), "{at} has no root file system");
        let boot = &config["boot"]["loader"];
        assert!(boot["systemd-boot"]["enable"] == true || boot["grub"]["enable"] == true, "{at} has no boot loader");
        assert_eq!(config["networking"]["hostName"], node.name, "{at}");
        assert!(config["system"]["stateVersion"].is_string(), "{at}");
        assert_eq!(config["users"]["mutableUsers"], false, "{at}");
        let keys = strings(&config["users"]["users"]["root"]["openssh"]["authorizedKeys"]["keys"]);
        assert!(!keys.is_empty(), "{at}: nobody can log in");
    }
}
