//! The flakes, evaluated by real Nix: presets and combinations of features, and what must hold across their nodes.
//!
//! `lib.nix` and `evaluate.nix` stand in for nixpkgs: its `lib` and the table of NixOS options, without NixOS's own
//! modules. Each topic declares invariants and, for the combinations, switches.

mod accept;
mod containers;
mod custom;
mod custom_properties;
mod exports;
mod extensions;
mod firewall;
mod guide;
mod guide_errors;
mod guide_steps;
mod harness;
mod hpc;
mod interface;
mod login;
mod matrix;
mod monitoring;
mod network;
mod networkd;
mod nodes;
mod outputs;
mod policy;
mod programs;
mod prometheus;
mod slurm;
mod storage;
mod tools;
mod typed;
mod update;
mod users;
mod walkthrough;

use clusterflake_core::cluster::{Cluster, FabricKind, NodeGroup, NodeOverride, Role, expand};
use clusterflake_core::hostlist;
use clusterflake_core::modules::schedulable_memory;
use clusterflake_core::preset::{self, PRESETS};
use harness::{Flake, World, strings};
use matrix::Switch;
use serde_json::json;
use std::fs;
use std::sync::Arc;

/// What must hold of every cluster, by a name for messages.
type Invariant = (&'static str, fn(&World));

const INVARIANTS: &[&[Invariant]] = &[
    nodes::INVARIANTS,
    network::INVARIANTS,
    storage::INVARIANTS,
    exports::INVARIANTS,
    slurm::INVARIANTS,
    hpc::INVARIANTS,
    monitoring::INVARIANTS,
    users::INVARIANTS,
    login::INVARIANTS,
    containers::INVARIANTS,
    outputs::INVARIANTS,
    guide_errors::INVARIANTS,
];

const SWITCHES: &[&[Switch]] = &[
    nodes::SWITCHES,
    network::SWITCHES,
    storage::SWITCHES,
    slurm::SWITCHES,
    hpc::SWITCHES,
    monitoring::SWITCHES,
    users::SWITCHES,
    login::SWITCHES,
    containers::SWITCHES,
];

/// Evaluates the cluster's nodes and holds every invariant against them.
fn hold(label: &str, cluster: Cluster) {
    hold_in(label, &World::new(cluster), INVARIANTS.iter().copied().flatten());
}

/// Holds these invariants against the world.
fn hold_in<'i>(label: &str, world: &World, invariants: impl Iterator<Item = &'i Invariant>) {
    for (name, holds) in invariants {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| holds(world)));
        assert!(outcome.is_ok(), "{label}: the invariant “{name}” does not hold");
    }
}

/// A test for each preset: its nodes evaluate and fit together.
mod presets {
    use super::*;

    macro_rules! tests {
        ($($test:ident: $name:literal,)*) => {
            $(#[test]
            fn $test() {
                hold($name, preset::find($name).unwrap().cluster());
            })*

            #[test]
            fn each_has_its_test() {
                let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
                assert_eq!(names, [$($name),*]);
            }
        };
    }

    tests! {
        minimal: "minimal",
        two_node: "two-node",
        four_node: "four-node",
        teaching: "teaching",
        eight_node: "eight-node",
        gpu: "gpu",
        large: "large",
    }
}

/// Groups are expanded twice, in Rust and in Nix; here the two are held against each other.
#[test]
fn nix_expands_groups_as_the_core_does() {
    let mut odd = Cluster::default();
    *Arc::make_mut(&mut odd.nodes) = vec![
        NodeGroup {
            hosts: "ctl".to_owned(),
            roles: vec![Role::Controller, Role::Login],
            first_ip: "10.0.0.250".to_owned(),
            ..NodeGroup::default()
        },
        NodeGroup {
            hosts: "r[1-2]n[08-11],x[1,5-6]".to_owned(),
            first_ip: "10.0.0.254".to_owned(),
            fabric_first_ip: "10.1.0.254".to_owned(),
            mac_addresses: (1..=11).map(|host| format!("02:00:00:00:00:{host:02x}")).collect(),
            extra_config: "{ services.smartd.enable = true; }".to_owned(),
            overrides: vec![
                NodeOverride {
                    hosts: "r2n[09-10]".to_owned(),
                    first_ip: Some("10.0.7.255".to_owned()),
                    mac_addresses: Some(vec!["02:00:00:00:01:01".to_owned(), "02:00:00:00:01:02".to_owned()]),
                    fabric_first_ip: Some("10.1.7.255".to_owned()),
                    memory_mib: Some(1 << 20),
                    ..NodeOverride::default()
                },
                NodeOverride {
                    hosts: "r2n10,x5".to_owned(),
                    weight: Some(9),
                    fabric_first_ip: Some(String::new()),
                    mac_addresses: Some(Vec::new()),
                    extra_config: "{ ... }: { }".to_owned(),
                    ..NodeOverride::default()
                },
            ],
            ..NodeGroup::default()
        },
        NodeGroup {
            hosts: "listed[1-2]".to_owned(),
            mac_addresses: vec!["02:00:00:00:02:01 02:00:00:00:02:02".to_owned(), "02:00:00:00:02:03".to_owned()],
            addresses: vec!["10.0.9.9".to_owned(), "10.0.9.3".to_owned()],
            ..NodeGroup::default()
        },
    ];
    let modules_of = |name: &str| match name {
        "r2n10" | "x5" => vec!["r_1-2_n_08-11__x_1_5-6.nix", "r2n10_x5.nix"],
        _ if name.starts_with('r') || name.starts_with('x') => vec!["r_1-2_n_08-11__x_1_5-6.nix"],
        _ => vec![],
    };
    Arc::make_mut(&mut odd.network).fabric.kind = FabricKind::Roce;
    for cluster in PRESETS.iter().map(preset::Preset::cluster).chain([odd]) {
        let nodes = expand::expand(&cluster);
        let found = Flake::new(&cluster).evaluate("expanded").unwrap_or_else(|error| panic!("{error}"));
        let found = found.as_object().unwrap();
        assert_eq!(found.len(), nodes.len());
        for (index, node) in nodes.iter().enumerate() {
            let read = &found[&node.name];
            // Of a bond a list.
            let macs = match Vec::from_iter(node.mac_address.split_whitespace()).as_slice() {
                [] => json!(null),
                [mac] => json!(mac),
                macs => json!(macs),
            };
            let roles = serde_json::to_value(&node.roles).unwrap();
            for (key, wanted) in [
                ("index", json!(index)),
                ("hostname", json!(node.name)),
                ("ip", json!(node.ip.unwrap().to_string())),
                ("roles", roles),
                ("interface", json!(node.interface)),
                ("mac", macs),
                ("fabricIP", json!(node.fabric_ip.map(|address| address.to_string()))),
                ("modules", json!(modules_of(&node.name))),
                ("sockets", json!(node.sockets)),
                ("coresPerSocket", json!(node.cores_per_socket)),
                ("threadsPerCore", json!(node.threads_per_core)),
                ("cpus", json!(node.cpus())),
                ("memoryMB", json!(node.memory_mib)),
                ("realMemoryMB", json!(schedulable_memory(node.memory_mib))),
                ("hasGPU", json!(node.gpus.count > 0)),
                ("gpus", json!(node.gpus.count)),
                ("features", json!(node.features)),
                ("weight", json!(node.weight)),
                ("isController", json!(node.is(Role::Controller))),
            ] {
                assert_eq!(read[key], wanted, "{}: {key}", node.name);
            }
        }
    }
}

#[test]
fn nix_reads_and_writes_hostlists_as_the_core_does() {
    let lists = [
        "a",
        "cn[001-003]",
        "cn[1-3,7,09-11]",
        "r[1-2]n[01-03]",
        "r[1-2]n[1-2]k[1-3]",
        "a[1-2]b[3,5]c[1-2]d[8-9]",
        "a,b[8-12],c",
        "n[098-102]",
        "cn[5]",
        "big[1-1000]",
        "a1b2c[3-4]",
    ];
    let flake = Flake::new(&PRESETS[0].cluster());
    let found = flake.evaluate(&format!("hostlists {}", nix_list(lists.iter().map(|l| format!("\"{l}\""))))).unwrap();
    for (list, found) in lists.iter().zip(found.as_array().unwrap()) {
        let wanted = hostlist::expand(list).unwrap();
        assert_eq!(strings(found), wanted, "{list}");
        let names = nix_list(wanted.iter().map(|name| format!("\"{name}\"")));
        let compressed = flake.evaluate(&format!("compressed [ {names} ]")).unwrap();
        let compressed = compressed[0].as_str().unwrap();
        assert_eq!(hostlist::expand(compressed).unwrap(), wanted, "{list} → {compressed}");
        assert!(compressed.len() <= wanted.join(",").len(), "{list} → {compressed}");
        assert!(list.matches('[').count() > 1 || compressed.len() <= list.len() * 2, "{list} → {compressed}");
    }
}

fn nix_list(items: impl Iterator<Item = String>) -> String {
    format!("[ {} ]", items.collect::<Vec<_>>().join(" "))
}

/// The harness must be able to fail, or a green run tells nothing.
#[test]
fn what_nixos_would_refuse_is_refused_here() {
    let cluster = PRESETS[0].cluster();
    for (from, to, complaint) in [
        ("services.chrony = {", "services.chronny = {", "does not exist"),
        ("useDHCP = false", "useDHCP = \"no\"", "wrong type"),
        ("hostName = node.hostname", "hostName = node.hostnam", "missing"),
        ("enable = true;\n      servers", "enable = lib.mkMerge [ true false ];\n      servers", "defined twice"),
    ] {
        let flake = Flake::new(&cluster);
        let path = flake.folder.path().join("flake/modules/networking/default.nix");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(&path, text.replace(from, to)).unwrap();
        let error = flake.evaluate("configurations names").expect_err(to);
        assert!(error.contains(complaint), "{to}: {error}");
    }
}
