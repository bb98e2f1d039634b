//! One configuration of Slurm for all nodes, which matches what is described.

use crate::harness::{World, runs, strings};
use crate::{Invariant, Switch};
use clusterflake_core::cluster::{Node, Role};
use clusterflake_core::hostlist;
use clusterflake_core::modules::schedulable_memory;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub const INVARIANTS: &[Invariant] = &[
    ("slurm.conf is the same everywhere", one_configuration),
    ("Slurm's daemons run where they should, with their ports open", daemons),
    ("slurm.conf knows the hardware", knows_the_hardware),
];

pub const SWITCHES: &[Switch] = &[Switch { name: "slurm", levels: &["", "slurm.enable = false"] }];

/// What of slurm.conf is set on a node.
fn conf(config: &Value) -> Value {
    let slurm = &config["services"]["slurm"];
    json!([slurm["clusterName"], slurm["nodeName"], slurm["partitionName"], slurm["extraConfig"]])
}

fn one_configuration(world: &World) {
    let mut all = world.each().map(|(node, config)| (&node.name, conf(config)));
    let (_, first) = all.next().unwrap();
    for (at, conf) in all {
        assert_eq!(first, conf, "{at}");
    }
}

fn daemons(world: &World) {
    for (node, config) in world.each().filter(|_| world.cluster.slurm.enable) {
        let at = &node.name;
        let slurm = &config["services"]["slurm"];
        let controls = *at == world.controller().name;
        assert!(runs(config, &["munge"]), "{at}");
        assert_eq!(slurm["client"]["enable"] == true, node.is(Role::Worker), "{at}");
        assert_eq!(slurm["server"]["enable"] == true, controls, "{at}");
        assert_eq!(world.opens_tcp(node, 6817), controls, "{at}");
        assert_eq!(world.opens_tcp(node, 6818), node.is(Role::Worker), "{at}");
    }
}

fn knows_the_hardware(world: &World) {
    if !world.cluster.slurm.enable {
        return;
    }
    let conf = conf(world.each().next().unwrap().1);
    let mut lines = BTreeMap::new();
    for line in strings(&conf[1]) {
        let (hosts, rest) = line.split_once(' ').unwrap();
        for host in hostlist::expand(hosts).unwrap() {
            assert!(lines.insert(host, rest).is_none(), "a node has two lines");
        }
    }
    let workers: Vec<&Node> = world.with(Role::Worker).collect();
    assert_eq!(lines.len(), workers.len());
    for node in workers {
        let mut wanted = format!(
            "Sockets={} CoresPerSocket={} ThreadsPerCore={} RealMemory={}",
            node.sockets,
            node.cores_per_socket,
            node.threads_per_core,
            schedulable_memory(node.memory_mib)
        );
        if node.gpus.count > 0 {
            wanted += &format!(" Gres=gpu:{}:{}", node.gpus.model, node.gpus.count);
        }
        assert!(lines[&node.name].starts_with(&wanted), "{}: {}", node.name, lines[&node.name]);
    }
    for line in strings(&conf[2]) {
        let hosts = line.split_once("Nodes=").unwrap().1.split(' ').next().unwrap();
        for host in hostlist::expand(hosts).unwrap() {
            assert!(lines.contains_key(&host), "a partition names {host}");
        }
    }
}
