//! The modules of the flake: a folder each, with its values (`mod.rs`) and its Nix (`default.nix`).

mod base;
mod containers;
mod hpc;
mod login;
mod monitoring;
mod networking;
mod slurm;
mod storage;
mod users;

use crate::cluster::{Cluster, Section};
use crate::nix::{Attrs, Nix};

/// A parameter of `mkClusterFlake`.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name, `storageConfig`.
    pub name: &'static str,
    /// The values of this cluster for it.
    pub values: fn(&Cluster) -> Attrs,
    /// The sections that `values` reads.
    pub reads: &'static [Section],
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
    /// Its `default.nix`, a function of `takes` to a NixOS module.
    pub nix: &'static str,
    /// Further files of its folder, by name.
    pub files: &'static [(&'static str, &'static str)],
    /// The inputs that it needs; it gets at them with `inputs` among `takes`.
    pub inputs: fn(&Cluster) -> Vec<Input>,
    /// The arguments that `default.nix` is called with. Parameters of modules that are off are not passed.
    pub takes: &'static [&'static str],
    /// The parameter that turns on and shapes this module; `None` for the modules that every cluster has.
    pub parameter: Option<Parameter>,
    /// Whether the cluster uses it. A module that is not used leaves no file, no parameter and no value behind.
    pub used: fn(&Cluster) -> bool,
}

/// Every module, in the order in which a node imports them.
pub const MODULES: &[Module] = &[
    base::MODULE,
    networking::MODULE,
    storage::MODULE,
    slurm::MODULE,
    hpc::MODULE,
    monitoring::MODULE,
    users::MODULE,
    login::MODULE,
    containers::MODULE,
];

/// The values that every cluster has besides those of its modules.
pub const COMMON: &[Parameter] = &[base::CLUSTER, networking::NETWORK];

/// The modules that `cluster` uses.
pub fn used(cluster: &Cluster) -> impl Iterator<Item = &'static Module> {
    MODULES.iter().filter(|module| (module.used)(cluster))
}

pub use base::{ExtraModule, extra_modules, node_groups, schedulable_memory};
pub use storage::{FirstStep, first_steps, gluster_replicas};
pub use users::{accounts, groups, home_files, ssh_keys};
