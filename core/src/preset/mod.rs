//! Presets: descriptions to start from. Each is a file in `preset/`, in the form that [`Cluster::to_json`] writes.

use crate::cluster::Cluster;

/// How the public keys of the presets end. Nobody has the private ones.
pub(crate) const EXAMPLE_KEY_END: &str = "@example.org — replace";

/// A description to start from.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// The name on the command line.
    pub name: &'static str,
    /// What it is, in a line.
    pub summary: &'static str,
    json: &'static str,
}

impl Preset {
    /// The description that it starts from.
    pub fn cluster(&self) -> Cluster {
        Cluster::from_json(self.json).expect("presets are tested to be readable")
    }
}

macro_rules! presets {
    ($($name:literal $summary:literal,)*) => {
        /// Every preset, smallest first.
        pub const PRESETS: &[Preset] = &[$(Preset {
            name: $name,
            summary: $summary,
            json: include_str!(concat!($name, ".json")),
        },)*];
    };
}

presets! {
    "minimal" "A controller and one worker: Slurm, NFS home",
    "two-node" "A controller and a worker with two L40S GPUs: Slurm, Open MPI, CUDA",
    "four-node" "A controller, a CPU worker and two workers with four A100 GPUs each: CUDA-aware Open MPI, Apptainer",
    "teaching" "A course's four nodes: student accounts, short jobs first, Apptainer",
    "eight-node" "Controller, login, storage, three CPU and two H100 workers: Slurm, CUDA, Prometheus and Grafana",
    "gpu" "Eight nodes with eight H100 each, controller and login: Slurm, k3s, CUDA-aware Open MPI, Grafana",
    "large" "600 nodes of a computing centre: four partitions, two shared file systems, overrides, monitoring",
}

/// The preset called `name`; `None` where there is none.
pub fn find(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::cluster::GpuVendor;
    use crate::diagnostic::Severity;
    use crate::totals::{Totals, totals};
    use base64::Engine;

    #[test]
    fn presets_stand_in_canonical_form_and_have_names_of_their_own() {
        for (i, preset) in PRESETS.iter().enumerate() {
            assert_eq!(preset.cluster().to_json(), preset.json, "preset/{}.json", preset.name);
            assert!(PRESETS[..i].iter().all(|other| other.name != preset.name), "{}", preset.name);
            assert_eq!(preset.cluster().general.name, preset.name);
            assert!(!preset.cluster().general.description.is_empty(), "{}", preset.name);
        }
    }

    #[test]
    fn presets_have_no_problems_but_their_example_keys() {
        for preset in PRESETS {
            let problems = check(&preset.cluster());
            assert!(problems.iter().any(|problem| problem.id == "example-key"), "{}", preset.name);
            let bad: Vec<_> = problems
                .iter()
                .filter(|problem| problem.severity != Severity::Hint && problem.id != "example-key")
                .collect();
            assert!(bad.is_empty(), "{}: {bad:#?}", preset.name);
        }
    }

    #[test]
    fn presets_grow_in_their_order() {
        let nodes = |preset: &Preset| totals(&preset.cluster()).nodes;
        let counts: Vec<_> = PRESETS.iter().map(nodes).collect();
        assert_eq!(counts, [2, 2, 4, 4, 8, 10, 600]);
    }

    #[test]
    fn the_large_preset_has_600_nodes() {
        assert_eq!(
            totals(&find("large").unwrap().cluster()),
            Totals {
                nodes: 600,
                cores: 32 + 2 * 64 + 3 * 32 + (512 + 60) * 128 + 16 * 96 + 6 * 32,
                gpus: 16 * 4 + 6 * 2,
                memory_mib: 1024 * (256 + 2 * 512 + 3 * 384 + 480 * 512 + 32 * 768 + 60 * 2048 + 16 * 1024 + 6 * 256),
                without_memory: 0,
            }
        );
    }

    #[test]
    fn nvidia_comes_with_unfree_packages_allowed() {
        for preset in PRESETS {
            let cluster = preset.cluster();
            let nvidia =
                cluster.nodes.iter().any(|group| group.gpus.count > 0 && group.gpus.vendor == GpuVendor::Nvidia);
            assert_eq!(cluster.general.allow_unfree, nvidia, "{}", preset.name);
            assert_eq!(cluster.hpc.cuda.enable, nvidia, "{}", preset.name);
        }
    }

    #[test]
    fn the_example_keys_are_well_formed_and_say_that_they_are_examples() {
        for preset in PRESETS {
            let cluster = preset.cluster();
            let users = cluster.users.accounts.iter().flat_map(|user| &user.ssh_keys);
            for key in cluster.general.ssh_keys.iter().chain(users) {
                let parts: Vec<_> = key.splitn(3, ' ').collect();
                let blob = base64::engine::general_purpose::STANDARD.decode(parts[1]).unwrap();
                assert_eq!(parts[0], "ssh-ed25519");
                assert_eq!(blob.len(), 4 + 11 + 4 + 32, "{key}");
                assert_eq!(&blob[..19], b"\0\0\0\x0bssh-ed25519\0\0\0\x20", "{key}");
                assert!(parts[2].ends_with(EXAMPLE_KEY_END), "{key}");
            }
        }
    }
}
