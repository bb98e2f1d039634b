//! MPI, GPUs, tools and limits. Its values: `hpcConfig`.

mod about;
mod checks;
mod impact;

use super::values::{Made, NixValue, Row, Values, Wanted, empty_list, of_section};
use super::{Input, Module, Parameter};
use crate::cluster::{Cluster, Cuda, GpuVendor, Gpus, Hpc, Lmod};
use crate::facts::topics;
use crate::gpu::{self, Generation};
use crate::nix::Nix;
use crate::path::Path;
pub use impact::PROGRAMS;
use std::collections::BTreeSet;

macro_rules! files {
    ($($name:literal)*) => { &[$(($name, include_str!($name))),*] };
}

pub const MODULE: Module = Module {
    name: "hpc",
    nix: include_str!("default.nix"),
    files: files!("options.nix" "mpi.nix" "nvidia.nix" "rocm.nix" "tools.nix" "limits.nix" "self-test.nix" "mpi-selftest/mpi-selftest.c"),
    inputs,
    takes: &["node", "nodes", "clusterLib", "networkConfig", "hpcConfig", "inputs"],
    parameter: Some(Parameter { name: "hpcConfig", make }),
    used: |cluster| !make(cluster, Wanted::Values).values.is_empty(),
    checks: topics![checks],
    services: about::services,
    contents: about::contents,
    impact: impact::RULES,
    ..Module::PLAIN
};

/// The flake that has Lmod. It keeps its own nixpkgs, with which its author tried it.
fn inputs(cluster: &Cluster) -> Vec<Input> {
    let path = Path::root().field(Cluster::hpc).field(Hpc::lmod).field(Lmod::package_source);
    let lmod = &cluster.hpc.lmod;
    let url = Nix::from(lmod.package_source.trim()).from_field(path);
    if lmod.enable { vec![Input { name: "lmod", url, follows_nixpkgs: false }] } else { Vec::new() }
}

fn make(cluster: &Cluster, wanted: Wanted) -> Made {
    of_section(cluster, Cluster::hpc, wanted, |values| {
        values.put_or_null(Hpc::mpi).put_unless_default(Hpc::ucx).put_unless_default(Hpc::cuda_aware_mpi);
        values.put_if_on(Hpc::cuda, Cuda::enable, |values| cuda(values, cluster));
        values.put_unless_default(Hpc::rocm).put_unless_default(Hpc::compilers).put_unless_default(Hpc::libraries);
        values.put_unless_default(Hpc::packages);
        values.put_if_on(Hpc::lmod, Lmod::enable, |values| {
            values.put(Lmod::module_path);
        });
        for field in [Hpc::self_test, Hpc::apptainer, Hpc::unlimited_memlock] {
            values.put_unless_default(field);
        }
        values.put_unless_default(Hpc::huge_pages).put_or_null(Hpc::governor);
    })
}

fn cuda(values: &mut Values<Cuda>, cluster: &Cluster) {
    values.put_unless_default(Cuda::open_kernel_module);
    values.described("The branch of the driver, as in `hardware.nvidia.branch`; `null` for NixOS's default. Nodes whose GPU model is Volta or older always get legacy 580, the last that drives them.");
    values.put_or_null(Cuda::branch);
    let legacy = models(cluster, |gpus| gpu::generation(&gpus.model) == Some(Generation::Legacy));
    let switched = models(cluster, gpu::runs_fabric_manager);
    let runs_fabric_manager = values.part().fabric_manager && !switched.is_empty();
    let kind = Vec::<String>::kind;
    values.put_row(Row {
        name: "legacyGPUs",
        kind: kind(),
        default: Some(empty_list()),
        description: "The cluster's GPU models of Maxwell to Volta.",
        place: Path::root().field(Cluster::nodes),
        value: (!legacy.is_empty()).then(|| Nix::list(legacy)),
    });
    values.put_row(Row {
        name: "fabricManagerGPUs",
        kind: kind(),
        default: Some(empty_list()),
        description: "The GPU models whose nodes with eight or more have NVSwitch, and run the fabric manager.",
        place: values.at().field(Cuda::fabric_manager),
        value: runs_fabric_manager.then(|| Nix::list(switched)),
    });
    values.put_unless_default(Cuda::persistence).put_unless_default(Cuda::binary_cache);
}

/// The models of the cluster's NVIDIA GPUs for which `is` holds.
fn models(cluster: &Cluster, is: impl Fn(&Gpus) -> bool) -> BTreeSet<&str> {
    cluster
        .nodes
        .iter()
        .flat_map(|group| {
            std::iter::once(&group.gpus).chain(group.overrides.iter().filter_map(|change| change.gpus.as_ref()))
        })
        .filter(|gpus| gpus.count > 0 && gpus.vendor == GpuVendor::Nvidia && is(gpus))
        .map(|gpus| gpus.model.as_str())
        .collect()
}
