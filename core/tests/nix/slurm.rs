//! One configuration of Slurm for all nodes, which matches what is described, and daemons where it says.

use crate::harness::{Flake, World, runs, strings};
use crate::matrix::edited;
use crate::{Invariant, Switch, hold, hold_in};
use clusterflake_core::cluster::{Choice, Cluster, GpuVendor, Mpi, Node, Partition, Role};
use clusterflake_core::gpu;
use clusterflake_core::hostlist;
use clusterflake_core::modules::schedulable_memory;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

pub const INVARIANTS: &[Invariant] = &[
    ("slurm.conf is the same everywhere", one_configuration),
    ("Slurm's daemons run where they should, with their ports open", daemons),
    ("slurm.conf knows the hardware", knows_the_hardware),
    ("slurm.conf has the partitions", has_the_partitions),
    ("slurm.conf says what is on", says_what_is_on),
    ("the accounting is on its host only", accounting),
    ("both controllers share Slurm's state", shared_state),
    ("logins on workers are as described", logins),
    ("jobs get their prolog, epilog and /tmp", jobs),
    ("slurmd takes no jobs before what they need is there, and starts again", slurmd_waits),
    ("a node that lacks what jobs need is drained", nodes_are_checked),
    ("Slurm can reboot its nodes, and waits for them", slurm_can_reboot_nodes),
    ("Slurm's libraries find its files without being told where", files_in_etc),
];

pub const SWITCHES: &[Switch] = &[
    Switch { name: "slurm", levels: &["", "slurm.enable = false"] },
    Switch { name: "limits", levels: &["", "slurm.enforceLimits = false"] },
    Switch {
        name: "memory for the system and affinity",
        levels: &["", "slurm.systemMemoryMiB = 4096\nslurm.gpuAffinity = true"],
    },
    Switch {
        name: "partitions",
        levels: &[
            "",
            r#"slurm.partitions[0].maxNodes = 1
            slurm.partitions[0].defaultMemoryPerCPUMiB = 2000
            slurm.partitions[0].priorityTier = 10
            slurm.partitions[0].allowGroups = ["lab", "wheel"]
            slurm.partitions[1].nodes = ""
            slurm.partitions[1].exclusive = true
            slurm.partitions[1].state = "DRAIN""#,
        ],
    },
    Switch { name: "scheduler", levels: &["", r#"slurm.schedulerParameters = ["bf_window=2880", "bf_continue"]"#] },
    Switch {
        name: "accounting",
        levels: &[
            "",
            "slurm.accounting.enable = true",
            r#"slurm.accounting = {"enable": true, "host": "store1", "passwordFile": "", "enforce": ["associations", "limits"], "fairShare": true}
            slurm.partitions[1].allowAccounts = ["physics", "chemistry"]"#,
        ],
    },
    Switch {
        name: "backup controller",
        levels: &["", r#"slurm.backup = {"host": "head2", "stateFolder": "/shared/state/slurmctld"}"#],
    },
    Switch { name: "REST", levels: &["", "slurm.rest.enable = true"] },
    Switch { name: "X11", levels: &["", "slurm.x11 = true"] },
    Switch { name: "PAM", levels: &["", "slurm.pamAdopt = true"] },
    Switch { name: "private /tmp", levels: &["", "slurm.privateTmp = true"] },
    Switch {
        name: "prolog and epilog",
        levels: &[
            "",
            r#"slurm.prolog = "echo \"${SLURM_JOB_ID}\" >> /var/log/jobs\n"
            slurm.epilog = "rm -rf /scratch/''$SLURM_JOB_ID\n""#,
        ],
    },
    Switch { name: "Slurm's metrics", levels: &["", "slurm.metrics = true"] },
    Switch {
        name: "further Slurm settings",
        levels: &[
            "",
            r#"slurm.extraConfig = "KillWait=60\nMessageTimeout=20"
            slurm.srunFirstPort = 50001
            slurm.srunLastPort = 50999"#,
        ],
    },
];

/// What of slurm.conf and the files beside it is set on a node.
fn conf(config: &Value) -> Value {
    let mut slurm = config["services"]["slurm"].clone();
    if let Some(options) = slurm.as_object_mut() {
        options.retain(|name, _| !["server", "client", "dbdserver", "rest"].contains(&name.as_str()));
    }
    slurm
}

/// The versions that nixpkgs has and had: what a newer one renamed is called as this one knows it.
#[test]
fn slurm_conf_is_for_the_version_that_reads_it() {
    let text =
        "slurm.metrics = true\nslurm.privateTmp = true\nslurm.accounting.enable = true\nslurm.rest.enable = true";
    let base = Cluster::from_json(include_str!("base.json")).unwrap();
    let world =
        |version: &str| World::evaluated_with(edited(base.clone(), text), format!("slurmVersion = \"{version}\";"));
    for version in ["25.11.2.1", "26.05.1.1"] {
        hold_in(version, &world(version), INVARIANTS.iter());
    }
    let old = shared(&world("25.05.3.1")).unwrap();
    assert_eq!(said(&old, "JobContainerType"), Some("job_container/tmpfs"));
    assert_eq!((said(&old, "NamespaceType"), said(&old, "MetricsType")), (None, None));
}

fn one_configuration(world: &World) {
    let mut all = world.each().map(|(node, config)| (&node.name, conf(config)));
    let (_, first) = all.next().unwrap();
    for (at, conf) in all {
        assert_eq!(first, conf, "{at}");
    }
}

/// The configuration of the nodes, which is the same on all; `None` where Slurm is off.
fn shared(world: &World) -> Option<Value> {
    world.cluster.slurm.enable.then(|| conf(world.each().next().unwrap().1))
}

/// What slurm.conf says for `key`; `None` where it says nothing.
fn said<'c>(conf: &'c Value, key: &str) -> Option<&'c str> {
    let mut lines = conf["extraConfig"].as_str().unwrap().lines();
    lines.find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
}

fn controllers(world: &World) -> Vec<&str> {
    let backup = world.cluster.slurm.backup.host.as_str();
    let first = world.controller().name.as_str();
    if backup.is_empty() { vec![first] } else { vec![first, backup] }
}

fn accounting_host(world: &World) -> &str {
    let host = world.cluster.slurm.accounting.host.as_str();
    if host.is_empty() { &world.controller().name } else { host }
}

fn daemons(world: &World) {
    let slurm = &world.cluster.slurm;
    for (node, config) in world.each() {
        let at = &node.name;
        let first = *at == world.controller().name;
        let daemons = [
            ("server", 6817, controllers(world).contains(&at.as_str())),
            ("client", 6818, node.is(Role::Worker)),
            ("dbdserver", 6819, slurm.accounting.enable && accounting_host(world) == at),
            ("rest", 6820, slurm.rest.enable && first),
        ];
        for (daemon, port, wanted) in daemons {
            let wanted = wanted && slurm.enable;
            assert_eq!(runs(config, &["slurm", daemon]), wanted, "{at}: {daemon}");
            assert_eq!(world.opens_tcp(node, port), wanted, "{at}: {port}");
        }
        assert_eq!(runs(config, &["munge"]), slurm.enable, "{at}");
        assert_eq!(config["cluster"]["services"]["slurm"]["available"] == true, slurm.enable, "{at}");
        let metrics = &config["cluster"]["services"]["slurm-metrics"]["available"];
        assert_eq!(*metrics == true, slurm.enable && slurm.metrics && first, "{at}");
        if slurm.enable {
            assert!(world.opens_tcp(node, slurm.srun_first_port.into()), "{at}");
            assert!(world.opens_tcp(node, slurm.srun_last_port.into()), "{at}");
        } else {
            assert!(config["services"].get("slurm").is_none(), "{at} has something of Slurm");
        }
    }
}

fn knows_the_hardware(world: &World) {
    let Some(conf) = shared(world) else { return };
    let mut lines = BTreeMap::new();
    for line in strings(&conf["nodeName"]) {
        let (hosts, rest) = line.split_once(' ').unwrap();
        for host in hostlist::expand(hosts).unwrap() {
            assert!(lines.insert(host, rest).is_none(), "a node has two lines");
        }
    }
    let workers: Vec<&Node> = world.with(Role::Worker).collect();
    assert_eq!(lines.len(), workers.len());
    for node in &workers {
        let mut wanted = format!(
            "Sockets={} CoresPerSocket={} ThreadsPerCore={}",
            node.sockets, node.cores_per_socket, node.threads_per_core,
        );
        if node.memory_mib > 0 {
            let usable = schedulable_memory(node.memory_mib) - world.cluster.hpc.huge_pages_mib();
            wanted += &format!(" RealMemory={usable}");
            if world.cluster.slurm.system_memory_mib > 0 {
                wanted += &format!(" MemSpecLimit={}", world.cluster.slurm.system_memory_mib);
            }
        }
        if node.gpus.count > 0 {
            wanted += &format!(" Gres=gpu:{}:{}", node.gpus.model, node.gpus.count);
        }
        assert!(lines[&node.name].starts_with(&wanted), "{}: {}", node.name, lines[&node.name]);
        assert_eq!(lines[&node.name].contains("RealMemory="), node.memory_mib > 0, "{}", node.name);
    }
    let has_gpus = workers.iter().any(|node| node.gpus.count > 0);
    assert_eq!(said(&conf, "GresTypes"), has_gpus.then_some("gpu"));
    let files: Vec<&str> =
        conf["extraConfigPaths"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
    // The devices of slices are known on the node only.
    let whole: Vec<&&Node> =
        workers.iter().filter(|node| node.gpus.count > 0 && !gpu::is_mig(&node.gpus.model)).collect();
    assert_eq!(files.contains(&"gres.conf"), !whole.is_empty());
    let gres = conf["extraConfigPaths"].as_array().unwrap().iter().find(|file| file["name"] == "gres.conf");
    let lines: Vec<&str> = gres.map_or(Vec::new(), |file| file["text"].as_str().unwrap().lines().collect());
    let hosts = |line: &str| {
        let hosts = line.strip_prefix("NodeName=").unwrap().split(' ').next().unwrap();
        hostlist::expand(hosts).unwrap()
    };
    assert_eq!(lines.iter().flat_map(|line| hosts(line)).count(), whole.len(), "{lines:?}");
    for node in whole {
        let found: Vec<&&str> = lines.iter().filter(|line| hosts(line).contains(&node.name)).collect();
        let [line] = found.as_slice() else { panic!("{}: {lines:?}", node.name) };
        let is_amd = node.gpus.vendor == GpuVendor::Amd;
        let has = |word: &str| line.split(' ').any(|found| found == word);
        assert!(has(&format!("Type={}", node.gpus.model)), "{line}");
        assert_eq!(has("AutoDetect=nvidia"), world.cluster.slurm.gpu_affinity && !is_amd, "{line}");
        assert_eq!(has("Flags=amd_gpu_env"), is_amd, "{line}");
    }
}

#[test]
fn slurm_conf_says_nothing_of_memory_that_is_not_known_and_gres_conf_nothing_of_slices() {
    let mut cluster = Cluster::from_json(include_str!("base.json")).unwrap();
    let nodes = Arc::make_mut(&mut cluster.nodes);
    nodes[3].memory_mib = 0;
    nodes[4].gpus.model = "a100_1g.5gb".to_owned();
    nodes[4].gpus.count = 7;
    hold("slices", cluster.clone());
    Arc::make_mut(&mut cluster.nodes)[5].gpus.model = "h100_1g.10gb+me".to_owned();
    hold("slices only", cluster);
}

/// Which GRES types are slices is said in Rust, for checks and imports, and in Nix, for workers that were added by hand.
#[test]
fn slices_of_gpus_are_told_apart_as_the_core_does() {
    let models = [
        "a100_1g.5gb",
        "A100_1G.5GB",
        "1g.10gb",
        "h100_1g.10gb+me",
        "nvidia_a100-3g.20gb",
        "a100",
        "h100-80gb",
        "gb200",
        "rtx4090",
        "xa1g.5gb",
        "mi300x",
        "1g5gb",
        "gpu",
        "",
    ];
    let conf = include_str!("../../src/modules/slurm/conf.nix");
    let test = conf.split("isSliced =").nth(1).unwrap().split(';').next().unwrap();
    let list: String = models.iter().map(|model| format!("{{ gpuModel = \"{model}\"; }} ")).collect();
    let found = Flake::new(&Cluster::default()).evaluate(&format!("map ({test}) [ {list} ]"));
    let found = found.unwrap_or_else(|error| panic!("{error}"));
    for (model, found) in models.iter().zip(found.as_array().unwrap()) {
        assert_eq!(*found, gpu::is_mig(model), "{model}");
    }
}

fn has_the_partitions(world: &World) {
    let Some(conf) = shared(world) else { return };
    let lines = strings(&conf["partitionName"]);
    assert_eq!(lines.len(), world.cluster.slurm.partitions.len());
    for (line, partition) in lines.into_iter().zip(&world.cluster.slurm.partitions) {
        let mut words = line.split(' ');
        assert_eq!(words.next(), Some(partition.name.as_str()));
        let values: BTreeMap<&str, &str> = words.map(|word| word.split_once('=').unwrap()).collect();
        let named = match partition.nodes.as_str() {
            "" => world.with(Role::Worker).map(|node| node.name.clone()).collect(),
            nodes => hostlist::expand(nodes).unwrap(),
        };
        let hosts = hostlist::expand(values["Nodes"]).unwrap();
        assert_eq!(hosts, named, "{line}");
        assert!(hosts.iter().all(|host| world.with(Role::Worker).any(|node| node.name == *host)), "{line}");
        let text = |value: &str| (!value.is_empty()).then(|| value.to_owned());
        let number = |value: u64, usual: u64| (value != usual).then(|| value.to_string());
        let Partition { max_nodes, default_memory_per_cpu_mib, priority_tier, .. } = *partition;
        for (key, wanted) in [
            ("Default", text(if partition.is_default { "YES" } else { "NO" })),
            ("MaxTime", text(&partition.max_time).or(text("INFINITE"))),
            ("DefaultTime", text(&partition.default_time)),
            ("MaxNodes", number(max_nodes.into(), 0)),
            ("DefMemPerCPU", number(default_memory_per_cpu_mib, 0)),
            ("PriorityTier", number(priority_tier.into(), 1)),
            ("OverSubscribe", partition.exclusive.then(|| "EXCLUSIVE".to_owned())),
            ("AllowGroups", text(&partition.allow_groups.join(","))),
            ("AllowAccounts", text(&partition.allow_accounts.join(","))),
            ("State", text(partition.state.key())),
        ] {
            assert_eq!(values.get(key).copied(), wanted.as_deref(), "{key} of {line}");
        }
    }
}

fn says_what_is_on(world: &World) {
    let Some(conf) = shared(world) else { return };
    let slurm = &world.cluster.slurm;
    let contained = slurm.enforce_limits || slurm.x11 || slurm.pam_adopt || slurm.private_tmp;
    assert_eq!(conf["procTrackType"] == "proctrack/cgroup", contained);
    let constrains = conf["extraCgroupConfig"].as_str().is_some_and(|text| text.contains("ConstrainCores=yes"));
    assert_eq!(constrains, slurm.enforce_limits);
    let hosts: Vec<&str> =
        conf["extraConfig"].as_str().unwrap().lines().filter_map(|line| line.strip_prefix("SlurmctldHost=")).collect();
    let named: Vec<String> = controllers(world)
        .into_iter()
        .map(|name| format!("{name}({})", world.nodes.iter().find(|node| node.name == name).unwrap().ip.unwrap()))
        .collect();
    assert_eq!(hosts, named);
    let given = |on: bool, text: &str| on.then(|| text.to_owned());
    let flags = match (slurm.x11, slurm.pam_adopt || slurm.private_tmp, !slurm.prolog.is_empty()) {
        (true, _, _) => Some("X11"),
        (_, true, _) => Some("Contain"),
        (_, _, true) => Some("Alloc"),
        _ => None,
    };
    for (key, wanted) in [
        ("SchedulerParameters", given(!slurm.scheduler_parameters.is_empty(), &slurm.scheduler_parameters.join(","))),
        ("SrunPortRange", given(true, &format!("{}-{}", slurm.srun_first_port, slurm.srun_last_port))),
        ("TaskPlugin", given(contained, "task/cgroup,task/affinity")),
        ("MpiDefault", mpi_default(world.cluster.hpc.mpi).map(str::to_owned)),
        ("AuthAltTypes", given(slurm.rest.enable, "auth/jwt")),
        ("AuthAltParameters", given(slurm.rest.enable, &format!("jwt_key={}", slurm.rest.jwt_key_file))),
        ("PrologFlags", flags.map(str::to_owned)),
        ("NamespaceType", given(slurm.private_tmp, "namespace/tmpfs")),
        ("MetricsType", given(slurm.metrics, "metrics/openmetrics")),
        ("Prolog", given(!slurm.prolog.is_empty(), "/etc/slurm/prolog")),
        ("Epilog", given(!slurm.epilog.is_empty(), "/etc/slurm/epilog")),
    ] {
        assert_eq!(said(&conf, key), wanted.as_deref(), "{key}");
    }
    assert!(conf["extraConfig"].as_str().unwrap().ends_with(slurm.extra_config.trim()));
}

/// What srun must speak for ranks to find each other without `--mpi`.
fn mpi_default(mpi: Mpi) -> Option<&'static str> {
    match mpi {
        Mpi::None => None,
        Mpi::OpenMpi => Some("pmix"),
        Mpi::Mpich => Some("pmi2"),
    }
}

fn accounting(world: &World) {
    let slurm = &world.cluster.slurm;
    let (accounting, on) = (&slurm.accounting, slurm.enable && slurm.accounting.enable);
    if let Some(conf) = shared(world) {
        let enforce: Vec<&str> = accounting.enforce.iter().map(|what| what.key()).collect();
        let given = |on: bool, text: &str| on.then(|| text.to_owned());
        for (key, wanted) in [
            ("AccountingStorageType", given(on, "accounting_storage/slurmdbd")),
            ("AccountingStorageHost", given(on, accounting_host(world))),
            ("AccountingStorageEnforce", given(on && !enforce.is_empty(), &enforce.join(","))),
            ("PriorityType", given(on && accounting.fair_share, "priority/multifactor")),
        ] {
            assert_eq!(said(&conf, key), wanted.as_deref(), "{key}");
        }
        let has_gpus = world.with(Role::Worker).any(|node| node.gpus.count > 0);
        let tracked = said(&conf, "AccountingStorageTRES").is_some_and(|list| list.starts_with("gres/gpu"));
        assert_eq!(tracked, on && has_gpus);
    }
    for (node, config) in world.each() {
        let at = &node.name;
        let here = on && accounting_host(world) == at;
        assert_eq!(runs(config, &["mysql"]), here, "{at}");
        assert_eq!(config["systemd"]["services"].get("slurmdbd-login").is_some(), here, "{at}");
        assert!(!world.opens_tcp(node, 3306), "{at} opens the database");
        if here {
            assert_eq!(config["services"]["slurm"]["dbdserver"]["dbdHost"], *at);
            let login = &config["systemd"]["services"]["slurmdbd-login"];
            let file = accounting.password_file.as_str();
            let passed = config["services"]["slurm"]["dbdserver"].get("storagePassFile").cloned().unwrap_or_default();
            assert_eq!(passed, if file.is_empty() { json!(null) } else { json!(file) });
            let loaded = login["serviceConfig"]["LoadCredential"].as_str();
            assert_eq!(loaded, (!file.is_empty()).then(|| format!("password:{file}")).as_deref());
            assert_eq!(login["requiredBy"], json!(["slurmdbd.service"]));
            assert_eq!(login["script"].as_str().unwrap().contains("unix_socket"), file.is_empty());
            // slurmdbd counts as started when it answers.
            let dbd = &config["systemd"]["services"]["slurmdbd"];
            assert!(dbd["postStart"].as_str().unwrap().contains("/6819"), "{at}");
            starts_again(config, "slurmdbd", at);
            let late = strings(&config["systemd"]["services"]["slurmctld"]["after"]).contains(&"slurmdbd.service");
            assert_eq!(late, controllers(world).contains(&at.as_str()), "{at}");
        }
    }
}

fn shared_state(world: &World) {
    let Some(conf) = shared(world) else { return };
    let backup = &world.cluster.slurm.backup;
    if backup.host.is_empty() {
        assert!([json!(null), json!("/var/spool/slurmctld")].contains(&conf["stateSaveLocation"]));
        return;
    }
    assert_eq!(conf["stateSaveLocation"], backup.state_folder);
    for (node, config) in world.each().filter(|(node, _)| controllers(world).contains(&node.name.as_str())) {
        let at = &node.name;
        let mut mounts = config["fileSystems"].as_object().unwrap().keys();
        let mount = mounts.rfind(|mount| *mount != "/" && backup.state_folder.starts_with(*mount));
        assert!(mount.is_some(), "{at} does not mount {}", backup.state_folder);
        // Else it would make the folder, and begin with an empty queue.
        let unit = &config["systemd"]["services"]["slurmctld"];
        assert_eq!(required_mounts(unit), [mount.unwrap().as_str()], "{at}");
        starts_again(config, "slurmctld", at);
        assert!(strings(&unit["after"]).contains(&"remote-fs.target"), "{at}");
    }
}

fn logins(world: &World) {
    let slurm = &world.cluster.slurm;
    for (node, config) in world.each() {
        let at = &node.name;
        let people = node.is(Role::Login) || node.is(Role::Controller);
        let forwards = config["services"]["openssh"]["settings"]["X11Forwarding"] == true;
        assert_eq!(forwards, slurm.enable && slurm.x11 && people, "{at}");
        let adopts = slurm.enable && slurm.pam_adopt && node.is(Role::Worker) && !people;
        let pam = &config["security"]["pam"]["services"]["sshd"];
        assert_eq!(pam["slurm"]["adopt"]["enable"] == true, adopts, "{at}");
        assert!(!adopts || pam["startSession"] == false, "{at}");
        let rule = &pam["rules"]["account"]["administrators"];
        assert_eq!(rule["control"] == "sufficient", adopts, "{at}");
        assert!(!adopts || rule["order"].is_i64(), "{at}: {rule}");
    }
}

/// The unit comes back by itself, however often it failed.
fn starts_again(config: &Value, unit: &str, at: &str) {
    let unit = &config["systemd"]["services"][unit];
    assert_eq!(unit["serviceConfig"]["Restart"], "on-failure", "{at}");
    assert_eq!(unit["startLimitIntervalSec"], 0, "{at}");
}

/// The mounts without which the unit does not start.
fn required_mounts(unit: &Value) -> Vec<&str> {
    let script = unit["preStart"].as_str().unwrap_or_default();
    let test = "if ! grep --quiet --fixed-strings ' ";
    script.lines().filter_map(|line| line.strip_prefix(test)?.strip_suffix(" ' /proc/self/mounts; then")).collect()
}

/// The mounts of shared file systems on a node.
fn shared_mounts<'w>(world: &'w World, node: &Node) -> Vec<&'w str> {
    let shared = world.cluster.storage.shared.iter();
    shared.filter(|fs| !(fs.server == node.name && fs.export == fs.mount)).map(|fs| fs.mount.as_str()).collect()
}

/// What a device of `node` is driven by, as units that its slurmd comes after.
fn gpu_units(world: &World, node: &Node) -> Vec<&'static str> {
    let cuda = &world.cluster.hpc.cuda;
    let switched = cuda.fabric_manager && gpu::runs_fabric_manager(&node.gpus);
    match node.gpus.vendor {
        _ if node.gpus.count == 0 => vec![],
        GpuVendor::Amd => vec!["modprobe@amdgpu.service"],
        GpuVendor::Nvidia if !cuda.enable => vec![],
        GpuVendor::Nvidia => {
            let mut units = vec![];
            units.extend(cuda.persistence.then_some("nvidia-persistenced.service"));
            units.extend(switched.then_some("nvidia-fabricmanager.service"));
            units
        }
    }
}

fn slurmd_waits(world: &World) {
    for (node, config) in world.each() {
        let at = &node.name;
        let unit = &config["systemd"]["services"]["slurmd"];
        if !world.cluster.slurm.enable || !node.is(Role::Worker) {
            assert!(unit.is_null(), "{at}");
            continue;
        }
        assert_eq!(required_mounts(unit), shared_mounts(world, node), "{at}");
        starts_again(config, "slurmd", at);
        let mut wanted = vec!["munged.service"];
        wanted.extend(gpu_units(world, node));
        assert_eq!(strings(&unit["after"]), wanted, "{at}");
    }
}

fn nodes_are_checked(world: &World) {
    let Some(conf) = shared(world) else { return };
    let storage = &world.cluster.storage;
    let scratch = storage.scratch.enable && !storage.scratch.device.is_empty();
    for (node, config) in world.each() {
        let at = &node.name;
        let script = config["environment"]["etc"]["slurm/health-check"]["source"]["text"].as_str();
        let checked = said(&conf, "HealthCheckProgram").is_some();
        assert_eq!(script.is_some(), checked && node.is(Role::Worker), "{at}");
        let mut needed: Vec<&str> = shared_mounts(world, node);
        needed.extend(scratch.then_some(storage.scratch.mount.as_str()));
        let services: Vec<_> = gpu_units(world, node).into_iter().filter(|unit| unit.contains("fabric")).collect();
        let cuda = &world.cluster.hpc.cuda;
        let driven = cuda.enable && cuda.persistence && node.gpus.vendor == GpuVendor::Nvidia;
        let gpus = if driven && !node.gpus.model.contains("g.") { node.gpus.count } else { 0 };
        if node.is(Role::Worker) {
            assert!(checked || needed.is_empty() && services.is_empty() && gpus == 0, "{at}");
        }
        if let Some(script) = script {
            let (mounts, services) = (needed.join(" "), services.join(" "));
            for line in [format!("mounts=({mounts})"), format!("services=({services})"), format!("gpus={gpus}")] {
                assert!(script.lines().any(|found| found == line), "{at}: {line}\n{script}");
            }
        }
    }
    assert_eq!(said(&conf, "HealthCheckInterval").is_some(), said(&conf, "HealthCheckProgram").is_some());
}

/// `cluster-tools update --reboot` asks Slurm to reboot nodes, for which a minute is too short. A store path would differ from
/// node to node.
fn slurm_can_reboot_nodes(world: &World) {
    let Some(conf) = shared(world) else { return };
    let program = said(&conf, "RebootProgram").expect("RebootProgram");
    assert!(program.starts_with('/') && !program.starts_with("/nix/store/"), "{program}");
    let seconds: u32 = said(&conf, "ResumeTimeout").expect("ResumeTimeout").parse().unwrap();
    assert!(seconds >= 600, "{seconds}");
}

fn files_in_etc(world: &World) {
    for (node, config) in world.each() {
        for file in ["slurm.conf", "cgroup.conf", "plugstack.conf", "mpi.conf"] {
            let source = config["environment"]["etc"][format!("slurm/{file}")]["source"].as_str().unwrap_or_default();
            assert_eq!(source.ends_with(&format!("etc-slurm/{file}")), world.cluster.slurm.enable, "{}", node.name);
        }
    }
}

fn jobs(world: &World) {
    let slurm = &world.cluster.slurm;
    for (node, config) in world.each() {
        let at = &node.name;
        for (name, text) in [("prolog", &slurm.prolog), ("epilog", &slurm.epilog)] {
            let script = &config["environment"]["etc"][format!("slurm/{name}")]["source"]["text"];
            let here = slurm.enable && node.is(Role::Worker) && !text.is_empty();
            assert_eq!(script.as_str(), here.then_some(text.as_str()), "{at}: {name}");
        }
        if slurm.enable {
            let files = config["services"]["slurm"]["extraConfigPaths"].as_array().unwrap();
            let has_tmp = files.iter().any(|file| file["name"] == "job_container.conf");
            assert_eq!(has_tmp, slurm.private_tmp, "{at}");
        }
    }
}
