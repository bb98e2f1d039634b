//! The flakes, evaluated by real Nix: every preset's nodes, and what must hold across them.
//!
//! `tests/nix/` stands in for nixpkgs: its `lib` and the table of NixOS options, without NixOS's own modules.

use clusterflake_core::cluster::{Cluster, Node, NodeGroup, NodeOverride, Role, expand};
use clusterflake_core::flake::generate;
use clusterflake_core::hostlist;
use clusterflake_core::modules::schedulable_memory;
use clusterflake_core::nix::options;
use clusterflake_core::preset::{self, PRESETS};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;

/// A generated flake in a folder of its own, with what its evaluation needs.
struct Flake {
    folder: TempDir,
}

impl Flake {
    fn new(cluster: &Cluster) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (path, file) in generate(cluster) {
            let path = folder.path().join("flake").join(path);
            fs::create_dir_all(path.parent().expect("inside the flake")).unwrap();
            fs::write(path, &file.text).unwrap();
        }
        let table = serde_json::to_string(&options::tree(options::TABLE)).unwrap();
        fs::write(folder.path().join("options.json"), table).unwrap();
        let packages: Vec<&str> = include_str!("../data/packages.txt").lines().collect();
        fs::write(folder.path().join("packages.json"), json!(packages).to_string()).unwrap();
        Self { folder }
    }

    /// The value of `expression`, which may use what `tests/nix/evaluate.nix` gives.
    fn evaluate(&self, expression: &str) -> Result<Value, String> {
        let at = self.folder.path();
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nix/evaluate.nix");
        let text = format!(
            "with import {} {{ flake = {}; options = (builtins.fromJSON (builtins.readFile {})).children; \
             packages = builtins.fromJSON (builtins.readFile {}); }}; {expression}",
            here.display(),
            at.join("flake").display(),
            at.join("options.json").display(),
            at.join("packages.json").display()
        );
        fs::write(at.join("run.nix"), text).unwrap();
        let output = Command::new("nix-instantiate")
            .args(["--eval", "--strict", "--json", "--show-trace"])
            .arg(at.join("run.nix"))
            .env("NIX_STATE_DIR", at.join("state"))
            .env("NIX_STORE_DIR", at.join("store"))
            .env("NIX_LOG_DIR", at.join("log"))
            .env("XDG_CACHE_HOME", at.join("cache"))
            .env("NIX_CONFIG", "build-users-group =")
            .output()
            .expect("nix-instantiate is missing: apt-get install nix-bin, or run `cargo xtask test`");
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        Ok(serde_json::from_slice(&output.stdout).expect("Nix prints JSON"))
    }

    /// What is defined on each of the nodes `names`.
    fn configurations(&self, names: &[String]) -> BTreeMap<String, Value> {
        let list: String = names.iter().map(|name| format!("\"{name}\" ")).collect();
        let value = self.evaluate(&format!("configurations [ {list} ]")).unwrap_or_else(|error| panic!("{error}"));
        serde_json::from_value(value).unwrap()
    }
}

/// The names to evaluate: all, or of a large cluster the first and last of each group and every kind of override.
fn sample(cluster: &Cluster, nodes: &[Node]) -> Vec<String> {
    if nodes.len() <= 20 {
        return nodes.iter().map(|node| node.name.clone()).collect();
    }
    let mut names = Vec::new();
    for (index, group) in cluster.nodes.iter().enumerate() {
        let of_group: Vec<&Node> = nodes.iter().filter(|node| node.group == index).collect();
        names.extend([of_group[0].name.clone(), of_group[of_group.len() - 1].name.clone()]);
        for change in &group.overrides {
            names.push(hostlist::expand(&change.hosts).unwrap().remove(0));
        }
    }
    names.sort();
    names.dedup();
    names
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().map_or(Vec::new(), |list| list.iter().filter_map(Value::as_str).collect())
}

/// Whether `config`'s firewall lets the cluster in at this TCP port.
fn opens_tcp(config: &Value, port: u64) -> bool {
    let firewall = &config["cluster"]["firewall"];
    firewall["tcpPorts"].as_array().is_some_and(|ports| ports.contains(&json!(port)))
}

fn runs(config: &Value, service: &[&str]) -> bool {
    service.iter().fold(&config["services"], |place, step| &place[*step])["enable"] == true
}

#[test]
fn every_preset_evaluates_and_its_nodes_fit_together() {
    for preset in PRESETS {
        let cluster = preset.cluster();
        let nodes = expand::expand(&cluster);
        let names = sample(&cluster, &nodes);
        let configs = Flake::new(&cluster).configurations(&names);
        assert_eq!(configs.len(), names.len());
        let by_name: BTreeMap<&str, &Node> = nodes.iter().map(|node| (node.name.as_str(), node)).collect();
        let controller = nodes.iter().find(|node| node.is(Role::Controller)).unwrap();
        let mut slurm_conf = None;
        for (name, config) in &configs {
            let at = format!("{}: {name}", preset.name);
            let node = by_name[name.as_str()];
            stands_alone(&at, node, config);
            resolves_everybody(&at, &cluster, &nodes, config);
            firewall_is_for_the_cluster_only(&at, &cluster, config);

            // Slurm's configuration is the same everywhere, and munge runs wherever Slurm does.
            let slurm = &config["services"]["slurm"];
            let conf = json!([slurm["clusterName"], slurm["nodeName"], slurm["partitionName"], slurm["extraConfig"]]);
            assert_eq!(slurm_conf.get_or_insert_with(|| conf.clone()), &conf, "{at}");
            assert!(runs(config, &["munge"]), "{at}");
            assert_eq!(slurm["client"]["enable"] == true, node.is(Role::Worker), "{at}");
            assert_eq!(slurm["server"]["enable"] == true, node.name == controller.name, "{at}");
            assert_eq!(opens_tcp(config, 6817), node.name == controller.name, "{at}");
            assert_eq!(opens_tcp(config, 6818), node.is(Role::Worker), "{at}");

            for (service, port) in [("node", 9100), ("nvidia-gpu", 9835)] {
                let runs = runs(config, &["prometheus", "exporters", service]);
                assert_eq!(opens_tcp(config, port), runs, "{at}: {service}");
            }
            assert_eq!(opens_tcp(config, 9090), runs(config, &["prometheus"]), "{at}");
            assert_eq!(opens_tcp(config, 3000), runs(config, &["grafana"]), "{at}");
        }
        mounts_are_exported(preset.name, &cluster, &configs);
        scraped_is_what_runs(preset.name, &controller.name, &configs);
        slurm_knows_the_hardware(preset.name, &nodes, slurm_conf.as_ref().unwrap());
        users_are_the_same(preset.name, &configs);
        k3s_agents_reach_their_server(preset.name, controller, &configs);
    }
}

fn stands_alone(at: &str, node: &Node, config: &Value) {
    assert!(config["fileSystems"]["/"]["fsType"].is_string(), "{at} has no root file system");
    let boot = &config["boot"]["loader"];
    assert!(boot["systemd-boot"]["enable"] == true || boot["grub"]["enable"] == true, "{at} has no boot loader");
    assert_eq!(config["networking"]["hostName"], node.name, "{at}");
    assert!(config["system"]["stateVersion"].is_string(), "{at}");
    assert_eq!(config["users"]["mutableUsers"], false, "{at}");
    let keys = strings(&config["users"]["users"]["root"]["openssh"]["authorizedKeys"]["keys"]);
    assert!(!keys.is_empty(), "{at}: nobody can log in");
}

fn resolves_everybody(at: &str, cluster: &Cluster, nodes: &[Node], config: &Value) {
    let hosts = config["networking"]["hosts"].as_object().unwrap();
    assert_eq!(hosts["127.0.0.2"], json!([]), "{at} resolves its own name to the loopback");
    assert_eq!(hosts.len(), nodes.len() + 1, "{at}");
    for other in nodes {
        let names = json!([format!("{}.{}", other.name, cluster.network.domain), other.name]);
        assert_eq!(hosts[&other.ip.unwrap().to_string()], names, "{at}");
    }
}

fn firewall_is_for_the_cluster_only(at: &str, cluster: &Cluster, config: &Value) {
    let firewall = &config["networking"]["firewall"];
    assert_eq!(firewall["enable"], true, "{at}");
    assert_eq!(config["networking"]["nftables"]["enable"], true, "{at}: the rules are for nftables");
    assert!(strings(&firewall["allowedTCPPorts"]).is_empty() && strings(&firewall["allowedUDPPorts"]).is_empty());
    let open = format!("ip saddr {} ", cluster.network.subnet);
    for rule in firewall["extraInputRules"].as_str().unwrap().lines() {
        assert!(rule.starts_with(&open), "{at}: {rule}");
    }
}

/// Whoever mounts something over NFS finds it exported by the server, with the port open; nobody mounts their own.
fn mounts_are_exported(preset: &str, cluster: &Cluster, configs: &BTreeMap<String, Value>) {
    for (name, config) in configs {
        for (mount, fs) in config["fileSystems"].as_object().unwrap().iter().filter(|(_, fs)| fs["fsType"] == "nfs") {
            let (server, export) = fs["device"].as_str().unwrap().split_once(':').unwrap();
            assert_ne!(server, name, "{preset}: {name} mounts its own {mount}");
            let Some(serving) = configs.get(server) else { continue };
            let exports = serving["services"]["nfs"]["server"]["exports"].as_str().unwrap_or_default();
            let wanted = format!("{export} {}(", cluster.network.subnet);
            assert!(exports.lines().any(|line| line.starts_with(&wanted)), "{preset}: {server} exports no {export}");
            assert!(opens_tcp(serving, 2049), "{preset}: {server} does not open 2049");
        }
    }
}

fn scraped_is_what_runs(preset: &str, controller: &str, configs: &BTreeMap<String, Value>) {
    let prometheus = &configs[controller]["services"]["prometheus"];
    let jobs = prometheus["scrapeConfigs"].as_array().cloned().unwrap_or_default();
    let targets: Vec<&str> = jobs.iter().flat_map(|job| strings(&job["static_configs"][0]["targets"])).collect();
    for (name, config) in configs {
        for (exporter, port) in [("node", 9100), ("nvidia-gpu", 9835)] {
            let scraped = targets.contains(&format!("{name}:{port}").as_str());
            let runs = runs(config, &["prometheus", "exporters", exporter]);
            assert_eq!(scraped, runs, "{preset}: {exporter} exporter of {name}");
        }
    }
}

fn slurm_knows_the_hardware(preset: &str, nodes: &[Node], conf: &Value) {
    let mut lines = BTreeMap::new();
    for line in strings(&conf[1]) {
        let (hosts, rest) = line.split_once(' ').unwrap();
        for host in hostlist::expand(hosts).unwrap() {
            assert!(lines.insert(host, rest).is_none(), "{preset}: a node has two lines");
        }
    }
    let workers: Vec<&Node> = nodes.iter().filter(|node| node.is(Role::Worker)).collect();
    assert_eq!(lines.len(), workers.len(), "{preset}");
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
        assert!(lines[&node.name].starts_with(&wanted), "{preset}: {}: {}", node.name, lines[&node.name]);
    }
    for line in strings(&conf[2]) {
        let hosts = line.split_once("Nodes=").unwrap().1.split(' ').next().unwrap();
        for host in hostlist::expand(hosts).unwrap() {
            assert!(lines.contains_key(&host), "{preset}: a partition names {host}");
        }
    }
}

fn users_are_the_same(preset: &str, configs: &BTreeMap<String, Value>) {
    let mut uids: BTreeMap<String, Value> = BTreeMap::new();
    for config in configs.values() {
        for (name, user) in config["users"]["users"].as_object().unwrap().iter().filter(|(name, _)| *name != "root") {
            assert!(user["uid"].is_u64(), "{preset}: {name} has no uid");
            assert_eq!(uids.entry(name.clone()).or_insert_with(|| user["uid"].clone()), &user["uid"], "{preset}");
        }
    }
}

fn k3s_agents_reach_their_server(preset: &str, controller: &Node, configs: &BTreeMap<String, Value>) {
    for (name, config) in configs.iter().filter(|(_, config)| runs(config, &["k3s"])) {
        let k3s = &config["services"]["k3s"];
        assert!(k3s["tokenFile"].is_string() && k3s.get("token").is_none(), "{preset}: {name}");
        if k3s["role"] == "agent" {
            assert_eq!(k3s["serverAddr"], format!("https://{}:6443", controller.ip.unwrap()), "{preset}: {name}");
        } else {
            assert_eq!(name, &controller.name);
            assert!(opens_tcp(config, 6443), "{preset}");
        }
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
            overrides: vec![
                NodeOverride {
                    hosts: "r2n[09-10]".to_owned(),
                    first_ip: Some("10.0.7.255".to_owned()),
                    memory_mib: Some(1 << 20),
                    ..NodeOverride::default()
                },
                NodeOverride { hosts: "r2n10,x5".to_owned(), weight: Some(9), ..NodeOverride::default() },
            ],
            ..NodeGroup::default()
        },
        NodeGroup {
            hosts: "listed[1-2]".to_owned(),
            addresses: vec!["10.0.9.9".to_owned(), "10.0.9.3".to_owned()],
            ..NodeGroup::default()
        },
    ];
    for cluster in PRESETS.iter().map(preset::Preset::cluster).chain([odd]) {
        let nodes = expand::expand(&cluster);
        let found = Flake::new(&cluster).evaluate("expanded").unwrap_or_else(|error| panic!("{error}"));
        let found = found.as_object().unwrap();
        assert_eq!(found.len(), nodes.len());
        for (index, node) in nodes.iter().enumerate() {
            let read = &found[&node.name];
            let roles = serde_json::to_value(&node.roles).unwrap();
            for (key, wanted) in [
                ("index", json!(index)),
                ("hostname", json!(node.name)),
                ("ip", json!(node.ip.unwrap().to_string())),
                ("roles", roles),
                ("interface", json!(node.interface)),
                ("sockets", json!(node.sockets)),
                ("coresPerSocket", json!(node.cores_per_socket)),
                ("threadsPerCore", json!(node.threads_per_core)),
                ("cpus", json!(node.cpus())),
                ("memoryMB", json!(schedulable_memory(node.memory_mib))),
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

/// The guide's own parameters: a controller and workers one by one, modules of one's own, a type that is not known.
#[test]
fn the_guides_way_to_call_it_works() {
    let flake = Flake::new(&preset::find("gpu").unwrap().cluster());
    let folder = flake.folder.path().join("flake");
    fs::write(
        folder.join("cluster.nix"),
        r#"{
            controllerHostname = "head"; controllerIP = "10.0.0.1";
            workerNodes = [
              { hostname = "w1"; ip = "10.0.0.2"; hasGPU = true; cpus = 16; memoryMB = 64000; gpus = 2; }
              { hostname = "w2"; ip = "10.0.0.3"; hasGPU = false; cpus = 8; memoryMB = 32000; gpus = 0; }
            ];
            sshKeys = [ "ssh-ed25519 AAAA" ];
            extraCommonModules = [ { time.timeZone = "Europe/Berlin"; } ];
            extraNodeModules.w2 = [ ({ lib, ... }: { networking.hostName = lib.mkForce "other"; }) ];
            containerConfig = { enable = true; type = "k3s"; };
        }"#,
    )
    .unwrap();
    // The default time zone and the extra one conflict: the way to override is mkForce.
    let conflict = flake.evaluate("configurations [ \"head\" ]").unwrap_err();
    assert!(conflict.contains("time.timeZone is defined twice"), "{conflict}");
    let text = fs::read_to_string(folder.join("cluster.nix")).unwrap();
    let forced = text.replace(
        "{ time.timeZone = \"Europe/Berlin\"; }",
        "({ lib, ... }: { time.timeZone = lib.mkForce \"Europe/Berlin\"; })",
    );
    fs::write(folder.join("cluster.nix"), &forced).unwrap();
    let configs = flake.configurations(&["head".to_owned(), "w1".to_owned(), "w2".to_owned()]);
    assert_eq!(configs["w1"]["time"]["timeZone"], "Europe/Berlin");
    assert_eq!(configs["w2"]["networking"]["hostName"], "other");
    let lines = strings(&configs["head"]["services"]["slurm"]["nodeName"]);
    assert_eq!(
        lines[0],
        "w1 Sockets=1 CoresPerSocket=16 ThreadsPerCore=1 RealMemory=64000 Gres=gpu:gpu:2 State=UNKNOWN"
    );
    assert_eq!(configs["w1"]["services"]["k3s"]["serverAddr"], "https://10.0.0.1:6443");

    fs::write(folder.join("cluster.nix"), forced.replace("type = \"k3s\"", "type = \"k8s\"")).unwrap();
    let typo = flake.evaluate("configurations names").unwrap_err();
    assert!(typo.contains("containerConfig.type is “k8s”; it must be one of: k3s"), "{typo}");
}
