//! A generated flake, evaluated by real Nix, and what tests ask of it.

use clusterflake_core::cluster::{Cluster, Node, Role, expand};
use clusterflake_core::flake::generate;
use clusterflake_core::hostlist;
use clusterflake_core::nix::options;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A generated flake in a folder of its own, with what its evaluation needs.
pub struct Flake {
    pub folder: TempDir,
    /// Further arguments for `tests/nix/evaluate.nix`: `slurmVersion = "25.11.2";`.
    pub arguments: String,
}

impl Flake {
    pub fn new(cluster: &Cluster) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let flake = Self { folder, arguments: String::new() };
        generate(cluster).iter().for_each(|(path, file)| flake.add(path, &file.text));
        let table = serde_json::to_string(&options::tree(options::TABLE)).unwrap();
        fs::write(flake.folder.path().join("options.json"), table).unwrap();
        let packages: Vec<&str> = include_str!("../../../nix/data/packages.txt").lines().collect();
        fs::write(flake.folder.path().join("packages.json"), json!(packages).to_string()).unwrap();
        flake
    }

    /// A place beside the flake, which is in `flake/`.
    pub fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file at such a place, and the folders that it is in.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().expect("inside the folder")).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Puts a file of the user's into the flake.
    pub fn add(&self, path: &str, text: &str) {
        self.write(&format!("flake/{path}"), text);
    }

    /// The value of `expression`, which may use what `tests/nix/evaluate.nix` gives.
    pub fn evaluate(&self, expression: &str) -> Result<Value, String> {
        let at = self.folder.path();
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nix/evaluate.nix");
        let text = format!(
            "with import {} {{ flake = {}; options = (builtins.fromJSON (builtins.readFile {})).children; \
             packages = builtins.fromJSON (builtins.readFile {}); {} }}; {expression}",
            here.display(),
            at.join("flake").display(),
            at.join("options.json").display(),
            at.join("packages.json").display(),
            self.arguments
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

    /// What cluster-tools knows of the cluster: `data`, `unlisted`.
    pub fn tools(&self) -> Value {
        self.evaluate("plain tools").unwrap_or_else(|error| panic!("{error}"))
    }

    /// What is defined on each of the nodes `names`.
    pub fn configurations(&self, names: &[String]) -> BTreeMap<String, Value> {
        let list: String = names.iter().map(|name| format!("\"{name}\" ")).collect();
        let value = self.evaluate(&format!("configurations [ {list}]")).unwrap_or_else(|error| panic!("{error}"));
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

pub fn strings(value: &Value) -> Vec<&str> {
    value.as_array().map_or(Vec::new(), |list| list.iter().filter_map(Value::as_str).collect())
}

/// Whether `config`'s firewall lets machines of `subnet` in at this port of `protocol` (`tcp`, `udp`). Where it is off,
/// whether the node's modules ask for that port, towards whichever network.
pub fn opens(config: &Value, subnet: &str, protocol: &str, port: u64) -> bool {
    let firewall = &config["networking"]["firewall"];
    if firewall["enable"] == false {
        let asked = &config["cluster"]["firewall"];
        let within = |range: &Value| (range["from"].as_u64()..=range["to"].as_u64()).contains(&Some(port));
        let asks = |asked: &Value| {
            elements(&asked[format!("{protocol}Ports")]).any(|open| *open == port)
                || elements(&asked[format!("{protocol}PortRanges")]).any(within)
        };
        return asks(asked) || asks(&asked["fabric"]);
    }
    let rules = firewall["extraInputRules"].as_str().unwrap_or_default();
    let start = format!("ip saddr {subnet} {protocol} dport ");
    rules.lines().filter_map(|rule| rule.strip_prefix(&start)?.strip_suffix(" accept")).any(|ports| {
        ports.trim_matches(['{', '}', ' ']).split(", ").any(|ports| {
            let (from, to) = ports.split_once('-').unwrap_or((ports, ports));
            (from.parse().unwrap()..=to.parse().unwrap()).contains(&port)
        })
    })
}

fn elements(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// Whether `services.SERVICE.enable` holds; `service` may have several steps.
pub fn runs(config: &Value, service: &[&str]) -> bool {
    service.iter().fold(&config["services"], |place, step| &place[*step])["enable"] == true
}

/// A cluster, and what is defined on its nodes.
pub struct World {
    pub cluster: Cluster,
    /// All nodes, in order.
    pub nodes: Vec<Node>,
    /// What is defined on the nodes that were evaluated: all, or of a large cluster a sample.
    pub configs: BTreeMap<String, Value>,
    /// What cluster-tools knows of the cluster.
    pub tools: Value,
}

impl World {
    pub fn new(cluster: Cluster) -> Self {
        Self::evaluated_with(cluster, String::new())
    }

    /// As [`World::new`], with further arguments for `tests/nix/evaluate.nix`.
    pub fn evaluated_with(cluster: Cluster, arguments: String) -> Self {
        let nodes = expand::expand(&cluster);
        let flake = Flake { arguments, ..Flake::new(&cluster) };
        for node in nodes.iter().filter(|node| !node.boot.hardware_config.is_empty()) {
            let (named, device) = (&node.boot.hardware_config, "/dev/disk/by-uuid/0a1b");
            let file = if named.ends_with(".nix") { named.clone() } else { format!("{named}/{}.nix", node.name) };
            let disk = format!(r#"{{ device = "{device}"; fsType = "xfs"; }}"#);
            flake.add(
                &file,
                &format!("{{ lib, modulesPath, ... }}: {{ imports = [ ]; fileSystems.\"/\" = {disk}; }}\n"),
            );
        }
        let configs = flake.configurations(&sample(&cluster, &nodes));
        Self { tools: flake.tools(), cluster, nodes, configs }
    }

    /// The evaluated nodes, with what is defined on each.
    pub fn each(&self) -> impl Iterator<Item = (&Node, &Value)> {
        self.nodes.iter().filter_map(|node| Some((node, self.configs.get(&node.name)?)))
    }

    /// The nodes with `role`.
    pub fn with(&self, role: Role) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |node| node.is(role))
    }

    /// The first controller.
    pub fn controller(&self) -> &Node {
        self.with(Role::Controller).next().expect("a controller")
    }

    /// Whether `node` lets the cluster in at this TCP port.
    pub fn opens_tcp(&self, node: &Node, port: u64) -> bool {
        opens(&self.configs[&node.name], &self.cluster.network.subnet, "tcp", port)
    }
}
