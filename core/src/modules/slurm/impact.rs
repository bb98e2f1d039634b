//! What changes of the scheduler take: after slurm.conf(5) and what NixOS's module slurm makes of its units.

use crate::cluster::{Accounting, Backup, Cluster, Partition, Slurm};
use crate::consequence::Effect::{DataAtRisk, Drain, Nothing, Restart};
use crate::consequence::{Affected, Consequence, DifferenceKind, Rule, RuleContext, always, hosts, judged, text};
use crate::pattern;
use crate::slurm_conf::InForce;
use serde_json::Value;

/// The nodes with slurmctld or slurmd.
pub const SLURM_NODES: Affected = Affected::CONTROLLERS_AND_WORKERS;

/// What a changed line of slurm.conf takes; NixOS has the file's store path in the units, so that they restart with it.
pub const SLURM_CONF: &str =
    "slurm.conf changes, so slurmctld and slurmd restart. Bring it to all nodes at once; running jobs go on.";

const CONTAINED: &str = "How Slurm tracks and contains jobs changes; slurmd cannot take over jobs that began \
                         otherwise. Let running jobs end first.";

pub const RULES: &[Rule] = &[
    judged(pattern![Cluster::slurm, Slurm::enable], |context| {
        context.switched(
            SLURM_NODES,
            (Restart, "munged, slurmctld and slurmd start. The munge key must be on every node first."),
            (Drain, "Slurm stops on all nodes, and what waits in the queue is not run. Let running jobs end first."),
        )
    }),
    judged(pattern![Cluster::slurm, Slurm::partitions[]], partition),
    always(pattern![Cluster::slurm, Slurm::enforce_limits], Drain, SLURM_NODES, CONTAINED),
    always(
        pattern![Cluster::slurm, Slurm::system_memory_mib],
        Restart,
        SLURM_NODES,
        "slurm.conf changes, so slurmctld and slurmd restart; running jobs go on. Jobs that ask for more memory than is \
         left do not start.",
    ),
    always(
        pattern![Cluster::slurm, Slurm::gpu_affinity],
        Restart,
        SLURM_NODES,
        "gres.conf changes, so slurmctld and slurmd restart; running jobs go on.",
    ),
    always(pattern![Cluster::slurm, Slurm::scheduler_parameters], Restart, SLURM_NODES, SLURM_CONF),
    judged(pattern![Cluster::slurm, Slurm::accounting, Accounting::enable], |context| {
        context.switched(
            SLURM_NODES,
            (Restart, "MariaDB and slurmdbd start, then slurmctld and slurmd restart. Jobs are booked from then on."),
            (
                Restart,
                "Jobs are no longer booked, and limits of accounts no longer hold; the database stays on its node. \
                 slurmctld and slurmd restart.",
            ),
        )
    }),
    judged(pattern![Cluster::slurm, Slurm::accounting, Accounting::host], accounting_moves),
    judged(pattern![Cluster::slurm, Slurm::accounting, Accounting::password_file], |context| {
        on_accounting_host(
            context,
            "slurmdbd restarts and reads the other file, which must be there first; slurmctld keeps what it has to \
             book meanwhile.",
        )
    }),
    always(
        pattern![Cluster::slurm, Slurm::accounting, Accounting::enforce],
        Restart,
        SLURM_NODES,
        "slurm.conf changes, so slurmctld and slurmd restart. Users without what is asked for are refused from then \
         on; running jobs go on.",
    ),
    always(
        pattern![Cluster::slurm, Slurm::accounting, Accounting::fair_share],
        Restart,
        SLURM_NODES,
        "slurm.conf changes, so slurmctld and slurmd restart, and the queue is put in another order; running jobs go \
         on.",
    ),
    judged(pattern![Cluster::slurm, Slurm::backup, Backup::host], backup),
    judged(pattern![Cluster::slurm, Slurm::backup, Backup::state_folder], backup),
    always(
        pattern![Cluster::slurm, Slurm::rest],
        Restart,
        SLURM_NODES,
        "slurm.conf changes, so slurmctld and slurmd restart, and slurmrestd with them. Tokens signed with another \
         key are void; running jobs go on.",
    ),
    always(pattern![Cluster::slurm, Slurm::x11], Drain, SLURM_NODES, CONTAINED),
    always(pattern![Cluster::slurm, Slurm::pam_adopt], Drain, SLURM_NODES, CONTAINED),
    always(pattern![Cluster::slurm, Slurm::private_tmp], Drain, SLURM_NODES, CONTAINED),
    judged(pattern![Cluster::slurm, Slurm::prolog], |context| job_script(context, "prolog")),
    judged(pattern![Cluster::slurm, Slurm::epilog], |context| job_script(context, "epilog")),
    always(pattern![Cluster::slurm, Slurm::metrics], Restart, SLURM_NODES, SLURM_CONF),
    always(
        pattern![Cluster::slurm, Slurm::munge_key_file],
        Drain,
        Affected::All,
        "munged restarts and reads the other file, which must be on every node first. Nodes with different keys \
         refuse each other: let jobs end, then switch all nodes together.",
    ),
    always(
        pattern![Cluster::slurm, Slurm::srun_first_port],
        Drain,
        SLURM_NODES,
        "The firewall closes ports that running srun still listen on: their steps lose them. Let interactive jobs \
         end first.",
    ),
    always(
        pattern![Cluster::slurm, Slurm::srun_last_port],
        Drain,
        SLURM_NODES,
        "The firewall closes ports that running srun still listen on: their steps lose them. Let interactive jobs \
         end first.",
    ),
    judged(pattern![Cluster::slurm, Slurm::extra_config], further_lines),
];

fn partition(context: &RuleContext) -> Vec<Consequence> {
    let mut consequences = Consequence::only(Restart, SLURM_NODES, SLURM_CONF);
    if context.difference.kind == DifferenceKind::Removed {
        let listed = text(context.difference.before, Partition::nodes);
        let affected = if listed.is_empty() { Affected::WORKERS } else { Affected::Named(hosts(listed)) };
        let words = "slurmctld ends the jobs of a partition that is gone. Set it to DRAIN and let it run empty first.";
        consequences.push(Consequence::new(Drain, affected, words));
    }
    consequences
}

fn on_accounting_host(context: &RuleContext, words: &str) -> Vec<Consequence> {
    Consequence::only(Restart, Affected::Named(Slurm::accounting_host(context.after).into_iter().collect()), words)
}

fn accounting_moves(context: &RuleContext) -> Vec<Consequence> {
    let mut consequences = Consequence::only(Restart, SLURM_NODES, SLURM_CONF);
    if let Some((old, new)) = Slurm::accounting_host(context.before)
        .zip(Slurm::accounting_host(context.after))
        .filter(|(old, new)| old != new)
    {
        let words = format!(
            "The accounting database stays on {old}, and slurmdbd on {new} begins an empty one. Bring it along with mysqldump \
             before slurmctld asks there."
        );
        consequences.push(Consequence::new(DataAtRisk, Affected::Named(vec![old, new]), words));
    }
    consequences
}

fn backup(context: &RuleContext) -> Vec<Consequence> {
    let mut consequences = Consequence::only(Restart, SLURM_NODES, SLURM_CONF);
    let (old, new) = (Slurm::state_folder(context.before), Slurm::state_folder(context.after));
    if old != new {
        let words = format!(
            "slurmctld begins with an empty queue, and jobs that run are lost to it: stop it, copy {old} to {new} with its \
             owner slurm, then switch."
        );
        consequences.push(Consequence::new(DataAtRisk, Affected::CONTROLLERS, words));
    }
    consequences
}

/// Its text is in /etc/slurm; slurm.conf only says that there is one.
fn job_script(context: &RuleContext, what: &str) -> Vec<Consequence> {
    let is_empty = |value: &Value| value.as_str().unwrap_or_default().trim().is_empty();
    if is_empty(context.difference.before) != is_empty(context.difference.after) {
        return Consequence::only(Restart, SLURM_NODES, SLURM_CONF);
    }
    Consequence::only(
        Nothing,
        Affected::WORKERS,
        format!("The {what} of before runs for no further job; nothing restarts."),
    )
}

/// Settings that slurmd cannot change under running jobs, or that end them: slurm.conf(5).
const HELD_BY_JOBS: &[&str] = &[
    "authtype",
    "credtype",
    "jobcontainertype",
    "namespacetype",
    "mpidefault",
    "mpiparams",
    "proctracktype",
    "prologflags",
    "selecttype",
    "selecttypeparameters",
    "switchtype",
    "taskplugin",
    "topologyplugin",
];

/// The further lines of slurm.conf, by the settings that they have in force before and after.
fn further_lines(context: &RuleContext) -> Vec<Consequence> {
    let [before, after] = [context.before, context.after].map(|cluster| InForce::new(&cluster.slurm));
    let keys = before.differing(&after);
    let held: Vec<&str> = keys.iter().copied().filter(|key| HELD_BY_JOBS.contains(key)).collect();
    if keys.is_empty() {
        return Consequence::only(
            Restart,
            SLURM_NODES,
            "The same settings are in force; the file is another, so slurmctld and slurmd restart.",
        );
    }
    if !held.is_empty() {
        let text = format!(
            "{} must not change while jobs run: let them end first, then switch all nodes together.",
            held.join(", ")
        );
        return Consequence::only(Drain, SLURM_NODES, text);
    }
    let memory = [&before, &after].map(InForce::default_memory);
    let jobs =
        if memory[0] != memory[1] { " Jobs that ask for no memory get another amount from then on." } else { "" };
    Consequence::only(Restart, SLURM_NODES, format!("{SLURM_CONF}{jobs}"))
}
