//! MPI, CUDA, tools and limits. Its values: `hpcConfig`.

use super::{Module, Parameter};
use crate::cluster::{Choice, Cluster, Cuda, Hpc, Mpi, Section};
use crate::nix::Attrs;
use crate::path::Path;

pub const MODULE: Module = Module {
    name: "hpc",
    nix: include_str!("default.nix"),
    files: &[],
    inputs: |_| Vec::new(),
    takes: &["node", "hpcConfig"],
    parameter: Some(Parameter { name: "hpcConfig", values, reads: &[Section::Hpc] }),
    used: |cluster| !values(cluster).is_empty(),
};

fn values(cluster: &Cluster) -> Attrs {
    let hpc = &cluster.hpc;
    let path = Path::root().field(Cluster::hpc);
    let at = path.field(Hpc::cuda);
    let mut attrs = Attrs::new().field_if(hpc.mpi != Mpi::None, "mpi", hpc.mpi.key(), path.field(Hpc::mpi)).field_if(
        hpc.cuda_aware_mpi,
        "cudaAwareMPI",
        true,
        path.field(Hpc::cuda_aware_mpi),
    );
    if hpc.cuda.enable {
        let cuda = Attrs::new()
            .field("openKernelModule", hpc.cuda.open_kernel_module, at.field(Cuda::open_kernel_module))
            .field("persistence", hpc.cuda.persistence, at.field(Cuda::persistence));
        attrs = attrs.field("cuda", cuda, at.field(Cuda::enable));
    }
    attrs
        .field_if(hpc.compilers, "compilers", true, path.field(Hpc::compilers))
        .field_if(hpc.apptainer, "apptainer", true, path.field(Hpc::apptainer))
        .field_if(hpc.unlimited_memlock, "unlimitedMemlock", true, path.field(Hpc::unlimited_memlock))
        .field_if(!hpc.governor.is_empty(), "governor", &hpc.governor, path.field(Hpc::governor))
}
