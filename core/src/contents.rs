//! What a cluster has beside its nodes, in a few words: for lists of designs to choose from.

use crate::cluster::{Choice, Cluster, FabricKind, FileSystemKind, Mpi};

/// The services and tools that `cluster` describes, each by the name that its form calls it: `Slurm`, `NFS`, `Open MPI`.
/// In the order of the sections, each once; empty for a cluster that has none.
pub fn contents(cluster: &Cluster) -> Vec<&'static str> {
    let (storage, hpc, monitoring) = (&cluster.storage, &cluster.hpc, &cluster.monitoring);
    let has = |kind: FileSystemKind| storage.shared.iter().any(|shared| shared.kind == kind);
    let fabric = cluster.network.fabric.kind;
    let one = |there: bool, name: &'static str| there.then_some(name);
    let file_systems = FileSystemKind::ALL.iter().map(|kind| one(has(*kind), kind.label()));
    let other = [
        one(cluster.slurm.enable, "Slurm"),
        one(hpc.mpi != Mpi::None, hpc.mpi.label()),
        one(hpc.cuda.enable, "CUDA"),
        one(hpc.rocm, "ROCm"),
        one(hpc.apptainer, "Apptainer"),
        one(monitoring.enable, "Prometheus"),
        one(monitoring.enable && monitoring.grafana.enable, "Grafana"),
        one(cluster.containers.enable, cluster.containers.orchestrator.label()),
    ];
    let first = [one(fabric != FabricKind::None, fabric.label())];
    first.into_iter().chain(file_systems).chain(other).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset;
    use std::sync::Arc;

    #[test]
    fn contents_are_named_as_in_the_forms_and_once() {
        let mut bare = Cluster::default();
        Arc::make_mut(&mut bare.slurm).enable = false;
        assert_eq!(contents(&bare), Vec::<&str>::new());
        let of = |name: &str| contents(&preset::find(name).unwrap().cluster());
        assert_eq!(of("minimal"), ["NFS", "Slurm"]);
        let gpu = of("gpu");
        for name in ["NFS", "Slurm", "Open MPI", "CUDA", "Grafana", "k3s"] {
            assert_eq!(gpu.iter().filter(|has| **has == name).count(), 1, "{name} in {gpu:?}");
        }
    }
}
