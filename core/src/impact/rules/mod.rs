//! The registry: what a change of each field means for the nodes.
//!
//! A rule holds for the place that it names and whatever is inside; of several the one that names it most closely. The
//! facts are those of the modules in `core/src/modules`, of NixOS's `switch-to-configuration` (a unit whose text changed
//! restarts) and of slurm.conf(5): NixOS puts slurm.conf's store path into the units, so that they restart with it.

mod services;
mod site;
mod slurm;
mod storage;
mod users;

use super::{Case, Effect, Verdict, Who};
use crate::cluster::{GpuVendor, Role, Section};

/// What a rule says.
enum Says {
    /// The same of every change.
    Always(Effect, Who, &'static str),
    /// It hangs on more than the field.
    Judged(fn(&Case) -> Vec<Verdict>),
}

struct Rule {
    /// A place, without places in lists: `slurm.partitions[].maxTime`. The place of a list's element stands for its coming
    /// and going too.
    at: &'static str,
    says: Says,
}

const fn always(at: &'static str, effect: Effect, who: Who, text: &'static str) -> Rule {
    Rule { at, says: Says::Always(effect, who, text) }
}

const fn judged(at: &'static str, judge: fn(&Case) -> Vec<Verdict>) -> Rule {
    Rule { at, says: Says::Judged(judge) }
}

const CONTROLLERS: Who = Who::With(&[Role::Controller]);
pub(super) const SLURM_NODES: Who = Who::With(&[Role::Controller, Role::Worker]);
const JOB_NODES: Who = Who::With(&[Role::Worker, Role::Login]);
const WORKERS: Who = Who::With(&[Role::Worker]);
const NVIDIA: Who = Who::Gpu(GpuVendor::Nvidia);

pub(super) const SLURM_CONF: &str =
    "slurm.conf changes, so slurmctld and slurmd restart. Bring it to all nodes at once; running jobs go on.";
pub(super) const REMOUNT: &str =
    "The nodes unmount and mount it again, and jobs with open files there keep it busy: let them end first.";

/// What the registry says of a change.
pub(super) fn judge(case: &Case) -> Vec<Verdict> {
    let difference = case.difference;
    if difference.off {
        let text = "It belongs to something that is off: nothing on the nodes changes.";
        return vec![Verdict::new(Effect::Nothing, Who::Nobody, text)];
    }
    match rule(&difference.pattern).map(|rule| &rule.says) {
        Some(Says::Always(effect, who, text)) => vec![Verdict::new(*effect, who.clone(), *text)],
        Some(Says::Judged(judge)) => judge(case),
        // A test sees to it that no field comes here; if one does, it is told as what it is most likely to be.
        None => {
            let section = difference.path.section().and_then(Section::from_key);
            let title = section.map_or("the cluster", Section::title);
            vec![Verdict::new(Effect::Restart, Who::All, format!("Services of {title} restart."))]
        }
    }
}

/// The rule that names the place most closely.
fn rule(pattern: &str) -> Option<&'static Rule> {
    let holds = |rule: &&Rule| {
        let inside = pattern.strip_prefix(rule.at);
        inside.is_some_and(|inside| inside.is_empty() || inside.starts_with(['.', '[']))
    };
    all().filter(holds).max_by_key(|rule| rule.at.len())
}

fn all() -> impl Iterator<Item = &'static Rule> {
    [site::RULES, storage::RULES, slurm::RULES, services::RULES, users::RULES].into_iter().flatten()
}

#[cfg(test)]
pub(super) fn places() -> impl Iterator<Item = &'static str> {
    all().map(|rule| rule.at)
}

#[cfg(test)]
pub(super) fn is_told(pattern: &str) -> bool {
    rule(pattern).is_some()
}
