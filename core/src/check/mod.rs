//! Problems of a description: what is wrong or doubtful, where, and what to do.
//!
//! A file a topic; each topic is a function from the description to its problems. The page shows them beside their
//! fields, the command line prints them, and both refuse to write a flake while there are errors.

mod addresses;
mod containers;
mod extra;
mod fabric;
mod fabric_addresses;
mod file_systems;
mod general;
mod hardware;
mod hpc;
mod keys;
mod links;
mod login;
mod macs;
mod modules;
mod monitoring;
mod network;
mod nfs;
mod nodes;
mod package_sources;
mod partition_limits;
mod partitions;
mod roles;
mod slurm;
mod slurm_daemons;
mod storage;
mod users;

#[cfg(test)]
mod fixtures;

pub use modules::guidelines::{Guideline, Standing, guidelines};
pub use modules::nix::unchecked;

pub use crate::diagnostic::{Check, Fix, Problem, Severity, apply};
pub use crate::names::{is_host_name, is_user_name};
pub use crate::private_key::looks_private;

use crate::cluster::Cluster;
use crate::diagnostic::checks;
use crate::facts::{Expanded, Facts};
use crate::nix::options::Known;
use crate::nix::tables;

/// A topic: what it can find, and how it looks for it.
struct Topic {
    checks: &'static [Check],
    find: fn(&Facts, &mut Vec<Problem>),
}

/// Declares the registry of topics, in the order in which their findings at one field are shown.
macro_rules! topics {
    ($($topic:ident)*) => {
        const TOPICS: &[Topic] = &[$(Topic { checks: $topic::CHECKS, find: $topic::check }),*];
    };
}
topics!(
    general keys nodes roles addresses macs hardware extra network links fabric fabric_addresses storage nfs
    file_systems package_sources slurm slurm_daemons partitions partition_limits hpc monitoring users login containers
    modules
);

const COUNT: usize = {
    let (mut count, mut topic) = (0, 0);
    while topic < TOPICS.len() {
        count += TOPICS[topic].checks.len();
        topic += 1;
    }
    count
};

/// Every kind of problem, topic by topic.
pub const CHECKS: &[Check] = &{
    let mut all = [TOPICS[0].checks[0]; COUNT];
    let (mut count, mut topic) = (0, 0);
    while topic < TOPICS.len() {
        let mut i = 0;
        while i < TOPICS[topic].checks.len() {
            all[count] = TOPICS[topic].checks[i];
            (i, count) = (i + 1, count + 1);
        }
        topic += 1;
    }
    all
};

/// Every problem of `cluster`, in the order of its sections and fields.
pub fn check(cluster: &Cluster) -> Vec<Problem> {
    check_against(cluster, tables::known(), &Cluster::default())
}

/// As [`check`], with the Nix of the user's held against the options `known`, such as those of a whole release, and with
/// the design `in_service`, whose nodes may be running: no fix gives them other addresses.
pub fn check_against(cluster: &Cluster, known: &Known, in_service: &Cluster) -> Vec<Problem> {
    let expanded = Expanded::new(cluster);
    let facts = Facts::new(cluster, &expanded, known, in_service);
    let mut problems = Vec::new();
    for topic in TOPICS {
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
