//! The modules of the flake: a folder each, with its values (`mod.rs`) and its Nix (`default.nix`).

pub mod about;
mod base;
mod compatibility;
mod containers;
pub mod custom;
mod hpc;
mod login;
mod monitoring;
mod networking;
mod secret;
mod slurm;
mod storage;
mod users;
pub mod values;

use crate::cluster::Cluster;
use crate::consequence::Rule;
use crate::facts::Topic;
use crate::nix::{AttrPath, Attrs, Nix};
use crate::tree::File;
use about::{Connection, Duty, Ports, Step};
use values::{Made, NixOption, Wanted, declared};

/// A parameter of `mkClusterFlake`.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name, `storageConfig`.
    pub name: &'static str,
    /// The values of a cluster for it, and the options that they are of.
    pub make: fn(&Cluster, Wanted) -> Made,
}

impl Parameter {
    /// The values of `cluster`.
    pub fn values(&self, cluster: &Cluster) -> Attrs {
        (self.make)(cluster, Wanted::Values).values
    }
}

/// A flake that the generated one needs besides nixpkgs.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name among the inputs, `home-manager`.
    pub name: &'static str,
    /// The flake reference, `github:nix-community/home-manager/release-26.05`.
    pub url: Nix,
    /// Whether its own nixpkgs is the cluster's.
    pub follows_nixpkgs: bool,
}

/// A module: a folder of the flake under `modules/`.
#[derive(Clone, Copy, Debug)]
pub struct Module {
    /// The name of its folder.
    pub name: &'static str,
    /// The text of its `default.nix`, a function of `takes` to a NixOS module.
    pub nix: &'static str,
    /// Further files of its folder: name and text of each.
    pub files: &'static [(&'static str, &'static str)],
    /// The inputs that it needs; it gets at them with `inputs` among `takes`.
    pub inputs: fn(&Cluster) -> Vec<Input>,
    /// The arguments that `default.nix` is called with. Parameters of modules that are off are not passed.
    pub takes: &'static [&'static str],
    /// The parameter of a module that every cluster has.
    pub common: Option<Parameter>,
    /// The parameter that turns on and shapes this module; `None` for the modules that every cluster has.
    pub parameter: Option<Parameter>,
    /// The lists of `cluster.nix` that it declares: `nodeGroups`, `users`.
    pub lists: fn(&Cluster, Wanted) -> Made,
    /// Whether the cluster uses it. A module that is not used leaves no file, no parameter and no value behind.
    pub used: fn(&Cluster) -> bool,
    /// The checks of what the description says for it, by topic.
    pub checks: &'static [Topic],
    /// The ports that it opens towards the cluster's subnet.
    pub ports: Ports,
    /// The files that its nodes need and that must not be in the flake.
    pub secrets: fn(&Cluster) -> Vec<Secret>,
    /// What runs where, for the README: a line of Markdown each.
    pub services: fn(&Cluster) -> Vec<String>,
    /// A section of the README of its own, with its heading and an empty line at its end; empty for none.
    pub readme: fn(&Cluster) -> String,
    /// What is done once, after the nodes are installed.
    pub first_steps: fn(&Cluster) -> Vec<Step>,
    /// What is done once, after all nodes are found to be in order.
    pub last_steps: fn(&Cluster) -> Vec<Step>,
    /// What of it a list of designs names to say what is in this one, as its form calls it: `Slurm`.
    pub contents: fn(&Cluster) -> Vec<&'static str>,
    /// What its nodes do for the others.
    pub duties: fn(&Cluster) -> Vec<Duty>,
    /// What connects groups of nodes.
    pub connections: fn(&Cluster) -> Vec<Connection>,
    /// What changes of its part of the description take on the nodes.
    pub impact: &'static [Rule],
}

impl Module {
    /// A module with nothing in it: what the others start from.
    const PLAIN: Self = Self {
        name: "",
        nix: "",
        files: &[],
        inputs: |_| Vec::new(),
        takes: &[],
        common: None,
        parameter: None,
        lists: |_, _| Made::default(),
        used: |_| true,
        checks: &[],
        ports: Ports { tcp: &[], udp: &[] },
        secrets: |_| Vec::new(),
        services: |_| Vec::new(),
        readme: |_| String::new(),
        first_steps: |_| Vec::new(),
        last_steps: |_| Vec::new(),
        contents: |_| Vec::new(),
        duties: |_| Vec::new(),
        connections: |_| Vec::new(),
        impact: &[],
    };
}

/// Every module, in the order in which a node imports them.
pub const MODULES: &[Module] = &[
    base::MODULE,
    networking::MODULE,
    storage::MODULE,
    slurm::MODULE,
    hpc::MODULE,
    compatibility::MODULE,
    monitoring::MODULE,
    users::MODULE,
    login::MODULE,
    containers::MODULE,
];

/// The values that every cluster has besides those of its modules.
pub const COMMON: &[Parameter] = &[base::CLUSTER, networking::NETWORK];

/// What changes of the description take on the nodes: the rules of our modules, and those of the user's own.
pub fn impact_rules() -> impl Iterator<Item = &'static Rule> {
    MODULES.iter().flat_map(|module| module.impact).chain(custom::IMPACT)
}

/// The modules of ours that `cluster` uses.
fn used(cluster: &Cluster) -> impl Iterator<Item = &'static Module> {
    MODULES.iter().filter(|module| (module.used)(cluster))
}

/// A module as `flake.nix` has it: a built-in one, or one of the user's.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The name of its folder, and in the set of modules.
    pub name: String,
    /// The arguments that its `default.nix` is called with; `None` where that is a NixOS module, and no function to one.
    pub takes: Option<Vec<Argument>>,
    /// Its parameter of `mkClusterFlake`.
    pub parameter: Option<String>,
    /// The parameter's default there; ours have theirs in the modules.
    pub default: Attrs,
    /// The flake inputs that it adds.
    pub inputs: Vec<Input>,
}

/// An argument of a module, and the name of what the flake gives for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The argument's name in the module.
    pub name: String,
    /// The name that stands for its value in `flake.nix`.
    pub value: String,
}

impl Registered {
    /// The lines of `mkClusterFlake` that take its parameter: `licenseConfig ? { },`.
    pub fn formal(&self) -> Vec<String> {
        let Some(name) = &self.parameter else { return Vec::new() };
        let default = crate::nix::print(&self.default.clone().into(), 0).text;
        format!("{name} ? {},", default.trim_end()).lines().map(str::to_owned).collect()
    }

    /// The lines of `mkSystem` that make the NixOS module: `(modules.base { inherit node …; })`.
    pub fn call(&self) -> Vec<String> {
        let Some(takes) = &self.takes else { return vec![format!("modules.{}", self.name)] };
        let (same, other): (Vec<&Argument>, Vec<&Argument>) = takes.iter().partition(|taken| taken.name == taken.value);
        let mut lines = vec![format!("(modules.{} {{", self.name)];
        match same.as_slice() {
            [] => {}
            [one] => lines.push(format!("  inherit {};", one.name)),
            several => {
                lines.push("  inherit".to_owned());
                lines.extend(several.iter().map(|taken| format!("    {}", taken.name)));
                lines.push("    ;".to_owned());
            }
        }
        lines.extend(other.iter().map(|taken| format!("  {} = {};", taken.name, taken.value)));
        match lines.as_slice() {
            [start] => vec![format!("{start} }})")],
            _ => {
                lines.push("})".to_owned());
                lines
            }
        }
    }
}

/// What the nodes of `cluster` do for each other, module by module.
pub fn duties(cluster: &Cluster) -> impl Iterator<Item = Duty> {
    MODULES.iter().flat_map(|module| (module.duties)(cluster))
}

/// Whether the cluster's flake has our module `name`.
pub fn is_used(cluster: &Cluster, name: &str) -> bool {
    used(cluster).any(|module| module.name == name)
}

/// The modules of the cluster's flake, in the order in which a node imports them: ours, then the user's own.
pub fn registered(cluster: &Cluster) -> Vec<Registered> {
    let off: Vec<&str> = MODULES
        .iter()
        .filter(|module| !(module.used)(cluster))
        .filter_map(|module| Some(module.parameter?.name))
        .collect();
    let same = |name: &&str| Argument { name: (*name).to_owned(), value: (*name).to_owned() };
    let ours = used(cluster).map(|module| Registered {
        name: module.name.to_owned(),
        takes: Some(module.takes.iter().filter(|name| !off.contains(name)).map(same).collect()),
        parameter: module.parameter.map(|parameter| parameter.name.to_owned()),
        default: Attrs::new(),
        inputs: (module.inputs)(cluster),
    });
    let bound = bound(cluster);
    ours.chain(custom::own(cluster).iter().map(|own| custom::registered(own, &bound))).collect()
}

/// The parameters of our modules that the cluster's flake takes.
pub fn parameters(cluster: &Cluster) -> impl Iterator<Item = &'static str> {
    used(cluster).filter_map(|module| Some(module.parameter?.name))
}

/// The names that a user's module can take as arguments: those that `mkSystem` binds, without the parameters of the
/// user's other modules.
pub fn bound(cluster: &Cluster) -> Vec<&'static str> {
    let common = ["node", "nodes", "clusterLib", "inputs", "users", "groups", "sshKeys"];
    common.into_iter().chain(parameters(cluster)).chain(COMMON.iter().map(|parameter| parameter.name)).collect()
}

/// The options that `module` declares: those of its parameters by the parameter's name, and its lists.
pub fn options(module: &Module) -> Vec<(&'static str, Vec<NixOption>)> {
    let usual = Cluster::default();
    let parameters = module.common.iter().chain(&module.parameter);
    let parameters = parameters.map(|parameter| (parameter.name, (parameter.make)(&usual, Wanted::Options).options));
    let lists = (module.lists)(&usual, Wanted::Options).options;
    parameters.chain([("", lists)]).filter(|(_, options)| !options.is_empty()).collect()
}

/// The `options.nix` of `module`, as its folder holds it.
pub fn options_nix(module: &Module) -> String {
    let mut set = Attrs::new();
    for (parameter, options) in options(module) {
        if parameter.is_empty() {
            options.iter().for_each(|option| set.put(AttrPath::names(&["options", option.name]), option.declaration()));
        } else {
            set.put(AttrPath::names(&["options", parameter]), declared(&options).into());
        }
    }
    let set = Nix::from(set);
    let has_records = crate::nix::print(&set, 0).text.contains("clusterLib.record");
    let takes = Nix::code(if has_records { "lib, clusterLib" } else { "lib" });
    crate::nix::fill(include_str!("options.nix"), &[("__takes__", takes), ("__options__", set)], &[]).text
}

/// The paths of the cluster's `options.nix` files in the flake.
pub fn option_files(cluster: &Cluster) -> impl Iterator<Item = String> {
    used(cluster).map(|module| format!("modules/{}/options.nix", module.name))
}

/// The files of the cluster's modules, by their paths in the flake.
pub fn files(cluster: &Cluster) -> Vec<(String, File)> {
    let ours = used(cluster).flat_map(|module| {
        let files = [("default.nix", module.nix)].into_iter().chain(module.files.iter().copied());
        files.map(|(name, text)| (format!("modules/{}/{name}", module.name), text.to_owned().into()))
    });
    ours.chain(custom::own(cluster).iter().flat_map(custom::files)).collect()
}

/// The values of the modules' parameters of `mkClusterFlake`.
pub fn values(cluster: &Cluster) -> Vec<(String, Attrs)> {
    let ours = used(cluster).filter_map(|module| module.parameter);
    let ours = ours.map(|parameter| (parameter.name.to_owned(), parameter.values(cluster)));
    let bound = bound(cluster);
    let own = custom::own(cluster);
    let own = own.iter().filter_map(|own| Some((custom::registered(own, &bound).parameter?, custom::values(own))));
    ours.chain(own).collect()
}

pub use secret::{Make, On, Secret};

pub use base::{ExtraModule, extra_modules, job_memory, nodes, schedulable_memory};
pub use slurm::{SLURM_CONF, SLURM_NODES};
pub use storage::{comes_with_file_system, gluster_replicas, make_file_system};
pub use users::{home_files, people, ssh_keys};
