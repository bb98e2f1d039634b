//! The scheduler.

use super::{Rule, SLURM_CONF, SLURM_NODES, always, judged};
use crate::impact::Effect::{Drain, Restart};
use crate::impact::{Who, judge};

const CONTAINED: &str = "How Slurm tracks and contains jobs changes; slurmd cannot take over jobs that began \
                         otherwise. Let running jobs end first.";

pub(super) const RULES: &[Rule] = &[
    judged("slurm.enable", |case| {
        judge::switched(
            case,
            SLURM_NODES,
            (Restart, "munged, slurmctld and slurmd start. The munge key must be on every node first."),
            (Drain, "Slurm stops on all nodes, and what waits in the queue is not run. Let running jobs end first."),
        )
    }),
    judged("slurm.partitions[]", judge::partition),
    always("slurm.enforceLimits", Drain, SLURM_NODES, CONTAINED),
    always(
        "slurm.systemMemoryMiB",
        Restart,
        SLURM_NODES,
        "slurm.conf changes, so slurmctld and slurmd restart; running jobs go on. Jobs that ask for more memory than is \
         left do not start.",
    ),
    always(
        "slurm.gpuAffinity",
        Restart,
        SLURM_NODES,
        "gres.conf changes, so slurmctld and slurmd restart; running jobs go on.",
    ),
    always("slurm.schedulerParameters", Restart, SLURM_NODES, SLURM_CONF),
    judged("slurm.accounting.enable", |case| {
        judge::switched(
            case,
            SLURM_NODES,
            (Restart, "MariaDB and slurmdbd start, then slurmctld and slurmd restart. Jobs are booked from then on."),
            (
                Restart,
                "Jobs are no longer booked, and limits of accounts no longer hold; the database stays on its node. \
                 slurmctld and slurmd restart.",
            ),
        )
    }),
    judged("slurm.accounting.host", judge::accounting_moves),
    judged("slurm.accounting.passwordFile", |case| {
        judge::on_accounting_host(
            case,
            "slurmdbd restarts and reads the other file, which must be there first; slurmctld keeps what it has to \
             book meanwhile.",
        )
    }),
    always(
        "slurm.accounting.enforce",
        Restart,
        SLURM_NODES,
        "slurm.conf changes, so slurmctld and slurmd restart. Users without what is asked for are refused from then \
         on; running jobs go on.",
    ),
    always(
        "slurm.accounting.fairShare",
        Restart,
        SLURM_NODES,
        "slurm.conf changes, so slurmctld and slurmd restart, and the queue is put in another order; running jobs go \
         on.",
    ),
    judged("slurm.backup.host", judge::backup),
    judged("slurm.backup.stateFolder", judge::backup),
    always(
        "slurm.rest",
        Restart,
        SLURM_NODES,
        "slurm.conf changes, so slurmctld and slurmd restart, and slurmrestd with them. Tokens signed with another \
         key are void; running jobs go on.",
    ),
    always("slurm.x11", Drain, SLURM_NODES, CONTAINED),
    always("slurm.pamAdopt", Drain, SLURM_NODES, CONTAINED),
    always("slurm.privateTmp", Drain, SLURM_NODES, CONTAINED),
    judged("slurm.prolog", |case| judge::job_script(case, "prolog")),
    judged("slurm.epilog", |case| judge::job_script(case, "epilog")),
    always("slurm.metrics", Restart, SLURM_NODES, SLURM_CONF),
    always(
        "slurm.mungeKeyFile",
        Drain,
        Who::All,
        "munged restarts and reads the other file, which must be on every node first. Nodes with different keys \
         refuse each other: let jobs end, then switch all nodes together.",
    ),
    always(
        "slurm.srunFirstPort",
        Drain,
        SLURM_NODES,
        "The firewall closes ports that running srun still listen on: their steps lose them. Let interactive jobs \
         end first.",
    ),
    always(
        "slurm.srunLastPort",
        Drain,
        SLURM_NODES,
        "The firewall closes ports that running srun still listen on: their steps lose them. Let interactive jobs \
         end first.",
    ),
    judged("slurm.extraConfig", judge::further_lines),
];
