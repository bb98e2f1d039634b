//! Every node starts by itself, lets its administrators in, and has what its group and its overrides say.

use crate::harness::{Flake, World, strings};
use crate::{Invariant, Switch};
use clusterflake_core::cluster::{Architecture, BootLoader, Cluster, Role};
use clusterflake_core::hostlist;
use std::fs;

pub const INVARIANTS: &[Invariant] = &[
    ("every node starts by itself", starts_by_itself),
    ("arrays are assembled, and only they", arrays_are_assembled),
    ("disks do not fill up, and processors have their microcode", upkeep),
    ("root has a password for the console where one is asked for, and from a file only", console),
    ("every node has the Nix that was written for it", has_extra_nix),
];

const MACS: &str = r#"nodes[0].macAddresses = ["0c:42:a1:00:00:01", "0c:42:a1:00:00:02", "0c:42:a1:00:00:03"]
    nodes[3].macAddresses = ["0c:42:a1:00:00:04", "0c:42:a1:00:00:05"]"#;
/// Of a bond's members each its own; where the node has no bond, the first is taken.
const MACS_OF_BONDS: &str = r#"nodes[3].macAddresses = ["0c:42:a1:00:01:04 0c:42:a1:00:02:04", "0c:42:a1:00:01:05 0c:42:a1:00:02:05"]
    nodes[4].macAddresses = ["0c:42:a1:00:01:06"]"#;
const EXTRA: &str = r#"nodes[0].extraConfig = "{ networking.search = [ \"group.example\" ]; }"
    nodes[0].overrides = [{"hosts": "head[2-3]", "extraConfig": "{ lib, ... }:\n{\n  networking.search = lib.mkIf true [ \"host.example\" ];\n}\n"}]
    nodes[2].extraConfig = "{ networking.search = [ \"group.example\" ]; }""#;

pub const SWITCHES: &[Switch] = &[
    Switch { name: "MAC addresses", levels: &["", MACS, MACS_OF_BONDS] },
    Switch { name: "listed addresses", levels: &["", r#"nodes[3].addresses = ["10.0.9.9", "10.0.9.3"]"#] },
    Switch { name: "extra Nix", levels: &["", EXTRA] },
    Switch {
        name: "boot",
        levels: &[
            "",
            r#"nodes[1].boot = {"loader": "grub", "grubDevice": "/dev/vda", "rootFsType": "xfs"}"#,
            r#"nodes[1].boot = {"rootDevice": "/dev/md/root", "rootFsType": "xfs"}"#,
            "nodes[0].boot.hardwareConfig = \"local/hardware\"\nnodes[4].boot = {\"loader\": \"grub\", \"hardwareConfig\": \"local/gn.nix\"}",
        ],
    },
    Switch { name: "architecture", levels: &["", r#"nodes[2].architecture = "aarch64""#] },
    Switch { name: "release", levels: &["", "cluster.release = \"unstable\"\ncluster.pinned = true"] },
    Switch { name: "root's password", levels: &["", r#"cluster.rootPasswordFile = "/var/lib/secrets/root-password""#] },
    Switch { name: "unfree", levels: &["", "cluster.allowUnfree = false"] },
];

fn starts_by_itself(world: &World) {
    for (node, config) in world.each() {
        let at = &node.name;
        let root = &config["fileSystems"]["/"];
        let brought = !node.boot.hardware_config.is_empty();
        assert!(root["fsType"].is_string(), "{at} has no root file system");
        // The file that the harness brings has this device.
        assert_eq!(root["device"] == "/dev/disk/by-uuid/0a1b", brought, "{at}");
        let boot = &config["boot"]["loader"];
        let grub = node.boot.loader == BootLoader::Grub;
        assert_eq!(boot["grub"]["enable"], grub, "{at}");
        assert_eq!(boot["systemd-boot"]["enable"], !grub, "{at} has no boot loader, or two");
        assert_eq!(config["fileSystems"].get("/boot").is_some(), !grub && !brought, "{at}");
        assert_eq!(config["networking"]["hostName"], node.name, "{at}");
        assert!(config["system"]["stateVersion"].is_string(), "{at}");
        assert_eq!(config["users"]["mutableUsers"], false, "{at}");
        let keys = strings(&config["users"]["users"]["root"]["openssh"]["authorizedKeys"]["keys"]);
        assert!(!keys.is_empty(), "{at}: nobody can log in");
    }
}

fn arrays_are_assembled(world: &World) {
    let scratch = &world.cluster.storage.scratch;
    for (node, config) in world.each() {
        let at = &node.name;
        let mut devices = Vec::new();
        if node.boot.hardware_config.is_empty() {
            devices.push(&node.boot.root_device);
        }
        if scratch.enable && node.is(Role::Worker) {
            devices.push(&scratch.device);
        }
        let wanted = devices.iter().any(|device| device.starts_with("/dev/md"));
        let raid = &config["boot"]["swraid"];
        assert_eq!(raid["enable"] == true, wanted, "{at}: {devices:?}");
        // mdadm's monitor fails without one, and NixOS warns.
        assert_eq!(raid["mdadmConf"].as_str().unwrap_or_default().contains("MAILADDR"), wanted, "{at}");
    }
}

fn upkeep(world: &World) {
    for (node, config) in world.each() {
        let at = &node.name;
        assert_eq!(config["nix"]["gc"]["automatic"], true, "{at}");
        let loader = if node.boot.loader == BootLoader::Grub { "grub" } else { "systemd-boot" };
        assert!(config["boot"]["loader"][loader]["configurationLimit"].is_u64(), "{at}");
        // The file of nixos-generate-config says it itself.
        let ours = node.boot.hardware_config.is_empty() && node.architecture == Architecture::X86_64;
        for vendor in ["amd", "intel"] {
            assert_eq!(config["hardware"]["cpu"][vendor]["updateMicrocode"] == true, ours, "{at}: {vendor}");
        }
    }
}

fn console(world: &World) {
    let file = &world.cluster.general.root_password_file;
    for (node, config) in world.each() {
        let at = &node.name;
        let root = &config["users"]["users"]["root"];
        assert_eq!(root["hashedPasswordFile"].as_str().unwrap_or_default(), file, "{at}");
        for inline in ["password", "hashedPassword", "initialPassword", "initialHashedPassword"] {
            assert!(root[inline].is_null(), "{at}: {inline} would be in the Nix store");
        }
        assert_eq!(config["services"]["openssh"]["settings"]["PasswordAuthentication"], false, "{at}");
    }
}

fn has_extra_nix(world: &World) {
    for (node, config) in world.each() {
        let group = &world.cluster.nodes[node.group];
        let own = group
            .overrides
            .iter()
            .filter(|change| hostlist::expand(&change.hosts).is_ok_and(|hosts| hosts.contains(&node.name)));
        let texts: String =
            std::iter::once(&group.extra_config).chain(own.map(|change| &change.extra_config)).cloned().collect();
        let found = strings(&config["networking"]["search"]);
        for domain in ["group.example", "host.example"] {
            assert_eq!(found.contains(&domain), texts.contains(domain), "{}: {domain}", node.name);
        }
    }
}

#[test]
fn a_missing_hardware_file_is_told() {
    let mut cluster = Cluster::from_json(include_str!("base.json")).unwrap();
    for (named, file) in [("local/hardware", "local/hardware/login1.nix"), ("local/disks.nix", "local/disks.nix")] {
        (Cluster::nodes.get_mut)(&mut cluster)[2].boot.hardware_config = named.to_owned();
        let flake = Flake::new(&cluster);
        let error = flake.evaluate("configurations [ \"login1\" ]").unwrap_err();
        assert!(
            error.contains(&format!("The disks of login1 are to be declared in {file}, which is missing")),
            "{error}"
        );
        assert!(error.contains(&format!("nixos-generate-config --show-hardware-config > {file}")), "{error}");
        flake.evaluate("configurations [ \"head1\" ]").expect("other nodes do not need it");
        flake.add(file, "{ fileSystems.\"/\" = { device = \"/dev/sdz9\"; fsType = \"btrfs\"; }; }");
        let found = flake.configurations(&["login1".to_owned()]);
        assert_eq!(found["login1"]["fileSystems"]["/"]["device"], "/dev/sdz9");
        assert!(found["login1"]["fileSystems"].get("/boot").is_none());
    }
}

/// Another flake may pass a path of its own, and text that does not parse leaves the flake whole.
#[test]
fn hardware_files_of_another_flake_and_nix_that_does_not_parse() {
    let mut cluster = Cluster::from_json(include_str!("base.json")).unwrap();
    let nodes = (Cluster::nodes.get_mut)(&mut cluster);
    nodes[2].boot.hardware_config = "local/disks.nix".to_owned();
    nodes[3].extra_config = "{ oops".to_owned();
    let flake = Flake::new(&cluster);
    let elsewhere = flake.folder.path().join("site/disks.nix");
    fs::create_dir_all(elsewhere.parent().unwrap()).unwrap();
    fs::write(&elsewhere, "{ fileSystems.\"/\" = { device = \"/dev/sdy1\"; fsType = \"xfs\"; }; }").unwrap();
    let values = flake.folder.path().join("flake/cluster.nix");
    let text = fs::read_to_string(&values).unwrap();
    assert!(!text.contains("hosts/") && text.contains("hardwareConfig = ./local/disks.nix;"), "{text}");
    fs::write(&values, text.replace("./local/disks.nix", elsewhere.to_str().unwrap())).unwrap();
    let found = flake.configurations(&["login1".to_owned(), "cn1".to_owned()]);
    assert_eq!(found["login1"]["fileSystems"]["/"]["device"], "/dev/sdy1");
}
