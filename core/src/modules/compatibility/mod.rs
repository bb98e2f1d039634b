//! What scripts and programs made for other Linux systems look for. Its values: `compatibilityConfig`.

mod impact;

use super::values::{Made, Wanted, of_section};
use super::{Module, Parameter};
use crate::cluster::{Cluster, Hpc};

pub const MODULE: Module = Module {
    name: "compatibility",
    nix: include_str!("default.nix"),
    files: &[("options.nix", include_str!("options.nix"))],
    takes: &["node", "compatibilityConfig"],
    parameter: Some(Parameter { name: "compatibilityConfig", make }),
    used: |cluster| cluster.hpc.bin_bash || cluster.hpc.nix_ld,
    impact: impact::RULES,
    ..Module::PLAIN
};

fn make(cluster: &Cluster, wanted: Wanted) -> Made {
    of_section(cluster, Cluster::hpc, wanted, |values| {
        values.put(Hpc::bin_bash).put(Hpc::nix_ld);
    })
}
