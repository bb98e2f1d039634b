//! MPI, GPUs, tools and limits. Its values: `hpcConfig`.

mod about;
mod checks;
mod impact;
use super::{Input, Module, Parameter};
use crate::cluster::{Choice, Cluster, Cuda, DriverBranch, GpuVendor, Gpus, Hpc, Lmod, Mpi};
use crate::facts::topics;
use crate::gpu::{self, Generation};
use crate::nix::{Attrs, Nix};
use crate::path::Path;
pub use impact::PROGRAMS;
use std::collections::BTreeSet;

macro_rules! files {
    ($($name:literal)*) => { &[$(($name, include_str!($name))),*] };
}

pub const MODULE: Module = Module {
    name: "hpc",
    nix: include_str!("default.nix"),
    files: files!("mpi.nix" "nvidia.nix" "rocm.nix" "tools.nix" "limits.nix" "self-test.nix" "mpi-selftest/mpi-selftest.c"),
    inputs,
    takes: &["node", "nodes", "clusterLib", "networkConfig", "hpcConfig", "inputs"],
    parameter: Some(Parameter { name: "hpcConfig", values }),
    used: |cluster| !values(cluster).is_empty(),
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

fn values(cluster: &Cluster) -> Attrs {
    let hpc = &cluster.hpc;
    let path = Path::root().field(Cluster::hpc);
    let flag = |attrs: Attrs, field: crate::Field<Hpc, bool>| {
        attrs.field_if(*(field.get)(hpc), field.key, true, path.field(field))
    };
    let mut attrs = Attrs::new().field_if(hpc.mpi != Mpi::None, "mpi", hpc.mpi.key(), path.field(Hpc::mpi));
    attrs = flag(attrs, Hpc::ucx);
    attrs = flag(attrs, Hpc::cuda_aware_mpi);
    if hpc.cuda.enable {
        attrs = attrs.field("cuda", cuda_values(cluster), path.field(Hpc::cuda).field(Cuda::enable));
    }
    for field in [Hpc::rocm, Hpc::compilers, Hpc::libraries] {
        attrs = flag(attrs, field);
    }
    let packages = Nix::list(hpc.packages.iter().map(|package| package.trim()));
    attrs = attrs.field_if(!hpc.packages.is_empty(), "packages", packages, path.field(Hpc::packages));
    if hpc.lmod.enable {
        let at = path.field(Hpc::lmod);
        let folders = Nix::list(&hpc.lmod.module_path);
        let lmod = Attrs::new().field("modulePath", folders, at.field(Lmod::module_path));
        attrs = attrs.field("lmod", lmod, at.field(Lmod::enable));
    }
    for field in [Hpc::self_test, Hpc::apptainer, Hpc::unlimited_memlock] {
        attrs = flag(attrs, field);
    }
    attrs.field_if(hpc.huge_pages > 0, "hugePages", hpc.huge_pages, path.field(Hpc::huge_pages)).field_if(
        !hpc.governor.is_empty(),
        "governor",
        &hpc.governor,
        path.field(Hpc::governor),
    )
}

fn cuda_values(cluster: &Cluster) -> Attrs {
    let cuda = &cluster.hpc.cuda;
    let path = |key| Path::root().field(Cluster::hpc).field(Hpc::cuda).key(key);
    let legacy = models(cluster, |gpus| gpu::generation(&gpus.model) == Some(Generation::Legacy));
    let switched = models(cluster, gpu::runs_fabric_manager);
    let fabric_manager = cuda.fabric_manager && !switched.is_empty();
    Attrs::new()
        .field_if(!cuda.open_kernel_module, "openKernelModule", false, path(Cuda::open_kernel_module.key))
        .field_if(cuda.branch != DriverBranch::Automatic, "branch", cuda.branch.key(), path(Cuda::branch.key))
        .field_if(!legacy.is_empty(), "legacyGPUs", Nix::list(legacy), Path::root().field(Cluster::nodes))
        .field_if(fabric_manager, "fabricManagerGPUs", Nix::list(switched), path(Cuda::fabric_manager.key))
        .field_if(!cuda.persistence, "persistence", false, path(Cuda::persistence.key))
        .field_if(!cuda.binary_cache, "binaryCache", false, path(Cuda::binary_cache.key))
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
