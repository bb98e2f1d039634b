//! What an import calls understood is what Slurm itself shows for the same files.

use crate::conf;
use crate::daemons::{Machine, free_ports};
use crate::{agrees, configuration, first_with};
use clusterflake_core::cluster::{Cluster, GpuFormFactor, Gpus, Node, Role, expand};
use clusterflake_core::import::{self, Mode, SourceFile};
use clusterflake_core::modules::schedulable_memory;
use clusterflake_core::preset::PRESETS;
use std::collections::BTreeMap;

const SITE: &[(&str, &str)] = &[
    ("slurm.conf", include_str!("../import/slurm.conf")),
    ("nodes.conf", include_str!("../import/nodes.conf")),
    ("gres.conf", include_str!("../import/gres.conf")),
];

fn imported(files: &BTreeMap<String, String>) -> Cluster {
    let file = |(name, text): (&String, &String)| SourceFile { name: name.clone(), bytes: text.clone().into_bytes() };
    let files: Vec<SourceFile> = files.iter().map(file).collect();
    let reading = import::read(None, &files).unwrap();
    import::propose(&reading, &Cluster::default(), Mode::Replace).cluster
}

/// The files with every node at the loopback, so that nobody is looked up.
fn placed(files: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let place = |line: &str| {
        // Small letters keep the line from being written out for flakes.
        let line = line.replace(" Sockets=", " sockets=");
        let is_node = line.starts_with("NodeName=") && !line.contains("=DEFAULT ") && !line.contains(" Name=");
        if is_node { format!("{line} NodeAddr=127.0.0.1 Port=1\n") } else { line + "\n" }
    };
    files.iter().map(|(name, text)| (name.clone(), text.lines().map(place).collect())).collect()
}

fn workers(cluster: &Cluster) -> Vec<Node> {
    let mut nodes: Vec<Node> = expand::expand(cluster).into_iter().filter(|node| node.is(Role::Worker)).collect();
    nodes.sort_by(|a, b| a.name.cmp(&b.name));
    nodes
}

#[test]
fn slurmctld_shows_what_the_import_understood() {
    let files: BTreeMap<String, String> =
        SITE.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let cluster = imported(&files);
    let machine = Machine::new();
    let munge_socket = machine.munge_socket();
    let here = conf::Here {
        folder: machine.folder(),
        munge_socket: &munge_socket,
        controller_port: free_ports(1)[0],
        accounting_port: None,
        ports: &BTreeMap::new(),
    };
    conf::write(&placed(&files), &here);
    let nodes = expand::expand(&cluster);
    let _controller = machine.controller(first_with(&nodes, Role::Controller));
    agrees(&machine, &cluster, &nodes);
}

#[test]
fn the_slurm_conf_of_a_flake_gives_its_nodes_and_partitions_back() {
    for preset in PRESETS {
        let cluster = preset.cluster();
        let before = workers(&cluster);
        let config = configuration(&cluster, &before[0].name);
        let back = imported(&conf::as_nixos_writes_it(&config["services"]["slurm"]));
        let after = workers(&back);
        assert_eq!(after.len(), before.len(), "{}", preset.name);
        let reserved = cluster.hpc.huge_pages_mib();
        for (before, after) in before.iter().zip(&after) {
            let told = |node: &Node, reserved: u64| {
                let hardware = (node.sockets, node.cores_per_socket, node.threads_per_core);
                let memory = schedulable_memory(node.memory_mib) - reserved;
                // Slurm does not know whether they sit on a board.
                let gpus = Gpus { form_factor: GpuFormFactor::Unspecified, ..node.gpus.clone() };
                (node.name.clone(), hardware, memory, gpus, node.features.clone(), node.weight)
            };
            assert_eq!(told(after, 0), told(before, reserved), "{}", preset.name);
        }
        let all: Vec<String> = before.iter().map(|node| node.name.clone()).collect();
        assert_eq!(back.slurm.partitions.len(), cluster.slurm.partitions.len());
        for (after, before) in back.slurm.partitions.iter().zip(&cluster.slurm.partitions) {
            let mut before = before.clone();
            if before.nodes.is_empty() {
                // slurm.conf names all workers.
                let mut named = clusterflake_core::hostlist::expand(&after.nodes).unwrap();
                named.sort();
                assert_eq!(named, all, "{}", preset.name);
                before.nodes = after.nodes.clone();
            }
            assert_eq!(*after, before, "{}", preset.name);
        }
        assert_eq!(back.slurm.accounting, cluster.slurm.accounting, "{}", preset.name);
        assert_eq!(back.slurm.backup, cluster.slurm.backup, "{}", preset.name);
        assert_eq!(back.slurm.enforce_limits, cluster.slurm.enforce_limits, "{}", preset.name);
    }
}
