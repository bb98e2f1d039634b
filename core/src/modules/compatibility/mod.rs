//! What scripts and programs made for other Linux systems look for. Its values: `compatibilityConfig`.

mod impact;

use super::{Module, Parameter};
use crate::cluster::{Cluster, Hpc};
use crate::nix::Attrs;
use crate::path::Path;

pub const MODULE: Module = Module {
    name: "compatibility",
    nix: include_str!("default.nix"),
    takes: &["node", "compatibilityConfig"],
    parameter: Some(Parameter { name: "compatibilityConfig", values }),
    used: |cluster| cluster.hpc.bin_bash || cluster.hpc.nix_ld,
    impact: impact::RULES,
    ..Module::PLAIN
};

fn values(cluster: &Cluster) -> Attrs {
    let hpc = &cluster.hpc;
    let path = Path::root().field(Cluster::hpc);
    Attrs::new().field("binBash", hpc.bin_bash, path.field(Hpc::bin_bash)).field(
        "nixLd",
        hpc.nix_ld,
        path.field(Hpc::nix_ld),
    )
}
