//! Problems of a description: what is wrong or doubtful, where, and what to do.
//!
//! Each module has the topics of what it is told in its own folder, here are those of no single one. The page shows problems
//! beside their fields, the command line prints them, and both refuse to write a flake while there are errors.

mod keys;
mod pins;

#[cfg(test)]
pub(crate) mod fixtures;

pub use crate::modules::custom::checks::guidelines::{Guideline, Standing, guidelines};
pub use crate::modules::custom::checks::nix::unchecked;

use crate::cluster::Cluster;
use crate::diagnostic::{Check, Problem, Severity};
use crate::facts::{Expanded, Facts, Topic, topics};
use crate::field_checks;
use crate::modules::{MODULES, custom};
use crate::nix::options::Known;
use crate::nix::tables;

/// The topics, in the order in which their findings at one field are shown: those of no single module, then the modules'.
fn topics() -> impl Iterator<Item = &'static Topic> {
    const OVERALL: &[Topic] = topics![keys, pins];
    let modules = MODULES.iter().flat_map(|module| module.checks);
    OVERALL.iter().chain(modules).chain(custom::checks::TOPICS)
}

/// Every kind of problem, topic by topic.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    topics().flat_map(|topic| topic.checks).chain(field_checks::CHECKS)
}

/// Every problem of `cluster`, in the order of its sections and fields.
pub fn check(cluster: &Cluster) -> Vec<Problem> {
    check_against(cluster, tables::known(), &Cluster::default())
}

/// As [`check`], with the user's Nix checked against the options `known`, such as those of a whole release, and with
/// the design `in_service`, whose nodes may be running: no fix gives them other addresses.
pub fn check_against(cluster: &Cluster, known: &Known, in_service: &Cluster) -> Vec<Problem> {
    let expanded = Expanded::new(cluster);
    let facts = Facts::new(cluster, &expanded, known, in_service);
    let mut problems = Vec::new();
    for topic in topics() {
        (topic.find)(&facts, &mut problems);
    }
    keys::hide_private(&mut problems);
    problems.sort_by_cached_key(|problem| Cluster::rank(&problem.path));
    problems
}

/// Whether any of `problems` keeps a flake from being written.
pub fn has_errors(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}
