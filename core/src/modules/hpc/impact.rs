//! What changes of MPI, GPUs, tools and limits take.

use crate::cluster::{Cluster, Cuda, GpuVendor, Hpc};
use crate::consequence::Effect::{Nothing, Reboot, Restart};
use crate::consequence::{Affected, Consequence, Rule, RuleContext, always, judged};
use crate::modules::login::FROM_NEXT_LOGIN;
use crate::modules::slurm::SLURM_NODES;
use crate::pattern;

/// What other programs for users take.
pub const PROGRAMS: &str = "No service restarts; users find other programs from the next login on.";

const MPI: &str = "No service restarts. Programs that were built with the MPI of before must be built again; running \
                   jobs keep theirs.";

const DRIVER: &str =
    "The kernel loads another driver for the GPUs only when it starts: drain the nodes, switch, reboot.";

pub const RULES: &[Rule] = &[
    judged(pattern![Cluster::hpc, Hpc::mpi], mpi),
    always(pattern![Cluster::hpc, Hpc::ucx], Nothing, Affected::WORKERS_AND_LOGINS, MPI),
    always(pattern![Cluster::hpc, Hpc::cuda_aware_mpi], Nothing, Affected::WORKERS_AND_LOGINS, MPI),
    always(pattern![Cluster::hpc, Hpc::cuda], Reboot, Affected::WithGpus(GpuVendor::Nvidia), DRIVER),
    always(
        pattern![Cluster::hpc, Hpc::cuda, Cuda::persistence],
        Restart,
        Affected::WithGpus(GpuVendor::Nvidia),
        "The persistence daemon starts or stops; GPUs in use stay as they are.",
    ),
    always(
        pattern![Cluster::hpc, Hpc::cuda, Cuda::binary_cache],
        Restart,
        Affected::WithGpus(GpuVendor::Nvidia),
        "The Nix daemon restarts with other caches; nothing that runs is touched.",
    ),
    always(pattern![Cluster::hpc, Hpc::rocm], Reboot, Affected::WithGpus(GpuVendor::Amd), DRIVER),
    always(pattern![Cluster::hpc, Hpc::compilers], Nothing, Affected::WORKERS_AND_LOGINS, PROGRAMS),
    always(pattern![Cluster::hpc, Hpc::libraries], Nothing, Affected::WORKERS_AND_LOGINS, PROGRAMS),
    always(pattern![Cluster::hpc, Hpc::packages], Nothing, Affected::WORKERS_AND_LOGINS, PROGRAMS),
    always(pattern![Cluster::hpc, Hpc::lmod], Nothing, Affected::WORKERS_AND_LOGINS, PROGRAMS),
    always(pattern![Cluster::hpc, Hpc::self_test], Nothing, Affected::WORKERS_AND_LOGINS, PROGRAMS),
    always(pattern![Cluster::hpc, Hpc::apptainer], Nothing, Affected::WORKERS_AND_LOGINS, PROGRAMS),
    always(pattern![Cluster::hpc, Hpc::unlimited_memlock], Nothing, Affected::WORKERS_AND_LOGINS, FROM_NEXT_LOGIN),
    always(
        pattern![Cluster::hpc, Hpc::huge_pages],
        Reboot,
        Affected::WORKERS,
        "The kernel finds so much memory in one piece only early after its start, and slurm.conf promises jobs what \
         is left: drain the nodes, switch, reboot.",
    ),
    always(
        pattern![Cluster::hpc, Hpc::governor],
        Restart,
        Affected::WORKERS,
        "The service that sets the governor restarts; running jobs get faster or slower.",
    ),
];

fn mpi(context: &RuleContext) -> Vec<Consequence> {
    let mut consequences = Consequence::only(Nothing, Affected::WORKERS_AND_LOGINS, MPI);
    if context.after.slurm.enable {
        consequences.extend(Consequence::only(
            Restart,
            SLURM_NODES,
            "MpiDefault changes in slurm.conf, so slurmctld and slurmd restart; running jobs go on.",
        ));
    }
    consequences
}
