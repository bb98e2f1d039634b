//! Holds what is generated against Slurm itself (Debian's 22.05): its daemons read the configuration, and jobs run.

mod accounting;
mod conf;
mod daemons;
#[allow(dead_code)] // The other half of it is for tests/nix.
#[path = "../nix/harness.rs"]
mod harness;
mod health;
mod import;
mod jobs;
mod mpi;
mod update;

use clusterflake_core::check;
use clusterflake_core::cluster::{Choice, Cluster, Node, Role, expand};
use clusterflake_core::diagnostic::Fix;
use clusterflake_core::diagnostic::apply;
use clusterflake_core::hostlist;
use clusterflake_core::modules::schedulable_memory;
use clusterflake_core::preset::PRESETS;
use conf::Here;
use daemons::{Daemon, Machine, free_ports, run};
use harness::Flake;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

/// What `scontrol show WHAT` says of each: by its name, the values by their key.
fn shown(machine: &Machine, what: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let text = machine.ask("scontrol", &["show", what, "--oneliner"]);
    let values = |line: &str| {
        let words = line.split(' ').filter_map(|word| word.split_once('='));
        words.map(|(key, value)| (key.to_owned(), value.to_owned())).collect::<BTreeMap<_, _>>()
    };
    let name = |values: &BTreeMap<String, String>| values.get("NodeName").or(values.get("PartitionName")).cloned();
    text.lines().map(values).filter_map(|values| Some((name(&values)?, values))).collect()
}

/// A time in any of Slurm's ways to write one, in seconds; `None` for no limit.
fn seconds(text: &str) -> Option<u64> {
    let (days, rest) = text.split_once('-').map_or((None, text), |(days, rest)| (days.parse::<u64>().ok(), rest));
    let parts: Vec<u64> = rest.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let time = match (days, parts.as_slice()) {
        (None, [m]) => m * 60,
        (None, [m, s]) => m * 60 + s,
        (_, [h, rest @ ..]) => h * 3600 + rest.first().unwrap_or(&0) * 60 + rest.get(1).unwrap_or(&0),
        _ => return None,
    };
    Some(days.unwrap_or(0) * 86_400 + time)
}

/// What Slurm knows of nodes and partitions is what is described.
fn agrees(machine: &Machine, cluster: &Cluster, nodes: &[Node]) {
    let workers: Vec<&Node> = nodes.iter().filter(|node| node.is(Role::Worker)).collect();
    let known = shown(machine, "node");
    assert_eq!(known.len(), workers.len());
    for node in &workers {
        let gres = if node.gpus.count > 0 {
            format!("gpu:{}:{}", node.gpus.model, node.gpus.count)
        } else {
            "(null)".to_owned()
        };
        let features = if node.features.is_empty() { "(null)".to_owned() } else { node.features.join(",") };
        for (key, wanted) in [
            ("CPUTot", node.cpus().to_string()),
            ("Sockets", node.sockets.to_string()),
            ("CoresPerSocket", node.cores_per_socket.to_string()),
            ("ThreadsPerCore", node.threads_per_core.to_string()),
            ("RealMemory", schedulable_memory(node.memory_mib).to_string()),
            ("Gres", gres),
            ("AvailableFeatures", features),
            ("Weight", node.weight.to_string()),
        ] {
            assert_eq!(known[&node.name][key], wanted, "{}: {key}", node.name);
        }
    }
    let known = shown(machine, "partition");
    assert_eq!(known.len(), cluster.slurm.partitions.len());
    for partition in &cluster.slurm.partitions {
        let at = &partition.name;
        let known = &known[at];
        let mut named: Vec<String> = match partition.nodes.as_str() {
            "" => workers.iter().map(|node| node.name.clone()).collect(),
            nodes => hostlist::expand(nodes).unwrap(),
        };
        let mut hosts = hostlist::expand(&known["Nodes"]).unwrap();
        named.sort();
        hosts.sort();
        assert_eq!(hosts, named, "{at}");
        assert_eq!(seconds(&known["MaxTime"]), seconds(&partition.max_time), "{at}");
        assert_eq!(seconds(&known["DefaultTime"]), seconds(&partition.default_time), "{at}");
        let list = |names: &[String]| if names.is_empty() { "ALL".to_owned() } else { names.join(",") };
        let limit = |limit: u64| if limit == 0 { "UNLIMITED".to_owned() } else { limit.to_string() };
        let memory = known.get("DefMemPerCPU").map_or("UNLIMITED", String::as_str);
        for (key, found, wanted) in [
            ("Default", &*known["Default"], if partition.is_default { "YES" } else { "NO" }.to_owned()),
            ("MaxNodes", &*known["MaxNodes"], limit(partition.max_nodes.into())),
            ("DefMemPerCPU", memory, limit(partition.default_memory_per_cpu_mib)),
            ("PriorityTier", &*known["PriorityTier"], partition.priority_tier.to_string()),
            (
                "OverSubscribe",
                &*known["OverSubscribe"],
                if partition.exclusive { "EXCLUSIVE" } else { "NO" }.to_owned(),
            ),
            ("AllowGroups", &*known["AllowGroups"], list(&partition.allow_groups)),
            ("AllowAccounts", &*known["AllowAccounts"], list(&partition.allow_accounts)),
            ("State", &*known["State"], partition.state.key().to_owned()),
        ] {
            assert_eq!(found, wanted, "{at}: {key}");
        }
    }
}

fn first_with(nodes: &[Node], role: Role) -> &str {
    &nodes.iter().find(|node| node.is(role)).unwrap().name
}

/// What is set on a node of a cluster.
fn configuration(cluster: &Cluster, name: &str) -> Value {
    Flake::new(cluster).configurations(&[name.to_owned()]).remove(name).unwrap()
}

/// slurmctld with the configuration that is generated for `cluster`; `ports` are those of the nodes that will run.
fn controller(machine: &Machine, nodes: &[Node], config: &Value, ports: &BTreeMap<String, u16>) -> Daemon {
    let munge_socket = machine.munge_socket();
    let here = Here {
        folder: machine.folder(),
        munge_socket: &munge_socket,
        controller_port: free_ports(1)[0],
        accounting_port: None,
        ports,
    };
    conf::write(&conf::as_nixos_writes_it(&config["services"]["slurm"]), &here);
    machine.controller(first_with(nodes, Role::Controller))
}

fn base(edits: &[(&str, Value)]) -> Cluster {
    let base = Cluster::from_json(include_str!("../nix/base.json")).unwrap();
    let set = edits.iter().map(|(path, value)| (path.parse().unwrap(), value.clone())).collect();
    let cluster = apply(&base, &Fix { label: String::new(), set }).unwrap();
    let problems = check::check(&cluster);
    assert!(!check::has_errors(&problems), "{problems:#?}");
    cluster
}

#[test]
fn slurmctld_knows_what_is_described() {
    let many = base(&[
        ("slurm.partitions[0].maxNodes", json!(1)),
        ("slurm.partitions[0].defaultMemoryPerCPUMiB", json!(2000)),
        ("slurm.partitions[0].priorityTier", json!(65_533)),
        ("slurm.partitions[0].allowGroups", json!(["lab", "wheel"])),
        ("slurm.partitions[0].allowAccounts", json!(["physics", "chemistry"])),
        ("slurm.partitions[1].nodes", json!("")),
        ("slurm.partitions[1].exclusive", json!(true)),
        ("slurm.partitions[1].state", json!("DRAIN")),
        ("slurm.partitions[1].maxTime", json!("1-12:30")),
        ("slurm.partitions[1].defaultTime", json!("0-1")),
        ("slurm.schedulerParameters", json!(["bf_window=2880", "bf_continue"])),
        ("slurm.accounting", json!({"enable": true, "enforce": ["associations", "qos"], "fairShare": true})),
        ("slurm.backup", json!({"host": "head2", "stateFolder": "/shared/state/slurmctld"})),
        ("slurm.rest.enable", json!(true)),
        ("slurm.x11", json!(true)),
        ("slurm.privateTmp", json!(true)),
        ("slurm.metrics", json!(true)),
        ("slurm.prolog", json!("true\n")),
        ("slurm.epilog", json!("true\n")),
        ("slurm.extraConfig", json!("KillWait=61")),
    ]);
    for cluster in PRESETS.iter().map(|preset| preset.cluster()).chain([base(&[]), many]) {
        println!("== {}", cluster.general.name);
        let machine = Machine::new();
        let nodes = expand::expand(&cluster);
        let config = configuration(&cluster, first_with(&nodes, Role::Worker));
        let _controller = controller(&machine, &nodes, &config, &BTreeMap::new());
        agrees(&machine, &cluster, &nodes);
        let settings = machine.ask("scontrol", &["show", "config"]);
        let says = |key: &str, value: &str| {
            let mut lines = settings.lines().filter_map(|line| line.split_once('='));
            lines.any(|(found, text)| found.trim() == key && text.trim() == value)
        };
        if cluster.slurm.extra_config == "KillWait=61" {
            assert!(
                says("KillWait", "61 sec") && says("SchedulerParameters", "bf_window=2880,bf_continue"),
                "{settings}"
            );
            assert!(
                says("PriorityType", "priority/multifactor") && says("PriorityWeightFairShare", "100000"),
                "{settings}"
            );
            assert!(settings.contains("head2"), "{settings}");
        }
        assert!(says("SelectTypeParameters", "CR_CORE_MEMORY"), "{settings}");
    }
}

#[test]
fn jobs_run() {
    let machine = Machine::new();
    let seen = machine.folder().join("seen");
    fs::write(&seen, "").unwrap();
    let note = |what: &str| json!(format!("echo {what} \"$SLURMD_NODENAME\" >> {}\n", seen.display()));
    let cluster = base(&[
        ("slurm.partitions[1].allowGroups", json!(["lab"])),
        ("slurm.partitions[1].maxNodes", json!(1)),
        ("slurm.privateTmp", json!(true)),
        ("slurm.prolog", note("prolog")),
        ("slurm.epilog", note("epilog")),
    ]);
    let nodes = expand::expand(&cluster);
    let config = configuration(&cluster, first_with(&nodes, Role::Worker));
    for name in ["prolog", "epilog"] {
        let script = machine.folder().join(name);
        let text = config["environment"]["etc"][format!("slurm/{name}")]["source"]["text"].as_str().unwrap();
        fs::write(&script, format!("#!/bin/sh\n{text}")).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    }
    // What gres.conf names must be devices.
    fs::create_dir(machine.folder().join("dev/dri")).unwrap();
    let gpus = (0..4).map(|i| format!("nvidia{i}")).chain((128..136).map(|i| format!("dri/renderD{i}")));
    gpus.for_each(|gpu| symlink("/dev/null", machine.folder().join("dev").join(gpu)).unwrap());

    let workers: Vec<&str> = nodes.iter().filter(|node| node.is(Role::Worker)).map(|node| node.name.as_str()).collect();
    let ports = workers.iter().map(|name| (*name).to_owned()).zip(free_ports(workers.len())).collect();
    let _controller = controller(&machine, &nodes, &config, &ports);
    let _nodes: Vec<Daemon> = workers.iter().map(|name| machine.node(name)).collect();
    machine.until("all nodes are idle", || {
        let states = machine.ask("sinfo", &["--noheader", "--Node", "--format=%N %T"]);
        workers.iter().all(|name| states.lines().any(|line| line == format!("{name} idle")))
    });
    agrees(&machine, &cluster, &nodes);

    let sorted = |text: String| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let ran = sorted(machine.ask("srun", &["--mpi=none", "--nodes=2", "sh", "-c", "hostname; ls /tmp | wc -l"]));
    assert_eq!(ran, ["0", "0", "cn1", "cn2"], "two nodes, and nothing in the job's own /tmp");
    let devices = ["--partition=gpu", "--nodelist=gn1", "--gres=gpu:h100:2", "printenv", "CUDA_VISIBLE_DEVICES"];
    assert_eq!(machine.ask("srun", &devices), "0,1\n");
    // HIP heeds CUDA's variable too, and would count twice.
    let variables = "echo $SLURMD_NODENAME $ROCR_VISIBLE_DEVICES ${CUDA_VISIBLE_DEVICES-none}";
    let devices = ["--partition=gpu", "--nodelist=an1", "--gres=gpu:mi300x:8", "sh", "-c", variables];
    assert_eq!(machine.ask("srun", &devices), "an1 0,1,2,3,4,5,6,7 none\n");
    machine.until("prologs and epilogs ran", || {
        let seen = fs::read_to_string(&seen).unwrap();
        ["cn1", "cn2", "gn1", "an1"].iter().all(|node| {
            ["prolog", "epilog"].iter().all(|what| seen.lines().any(|line| line == format!("{what} {node}")))
        })
    });

    let refused = |command: &mut std::process::Command, why: &str| {
        let output = run(command);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && complaint.contains(why), "{complaint}");
    };
    let too_many = ["--partition=gpu", "--nodes=2", "true"];
    refused(machine.slurm("srun").args(too_many), "Node count specification invalid");
    let nobody = |words: &[&str]| {
        let mut command = machine.slurm("setpriv");
        command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "srun"]).args(words);
        command
    };
    refused(&mut nobody(&["--partition=gpu", "true"]), "group not permitted");
    assert!(run(&mut nobody(&["true"])).status.success());
}
