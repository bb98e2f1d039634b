//! What a cluster has beside its nodes, in a few words: for lists of designs to choose from.

use crate::cluster::Cluster;
use crate::modules::MODULES;

/// The services and tools that `cluster` describes, each by the name that its form calls it: `Slurm`, `NFS`, `Open MPI`.
/// In the order of the modules, each once; empty for a cluster that has none.
pub fn contents(cluster: &Cluster) -> Vec<&'static str> {
    MODULES.iter().flat_map(|module| (module.contents)(cluster)).collect()
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
