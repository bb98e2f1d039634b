//! What it takes to bring a cluster from one description to another, in an administrator's words: which services
//! restart, which nodes must be drained, rebooted or installed anew, and where data is at risk.
//!
//! `differences.rs` finds what differs, `rules.rs` is the registry of what each field means for the nodes, `judge.rs` has
//! those that hang on more than the field, `nodes.rs` compares the nodes themselves, whichever groups they are in.

mod differences;
mod judge;
mod nodes;
mod rules;
mod who;

use crate::cluster::Cluster;
use crate::hostlist;
use crate::path::Path;
use differences::Difference;
use who::{Nodes, Who};

/// What a change takes, from the least to the gravest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing stops, nothing restarts.
    Nothing,
    /// Services restart.
    Restart,
    /// No job may run on the nodes meanwhile.
    Drain,
    /// The nodes must start anew.
    Reboot,
    /// NixOS must be installed on the nodes, or their disks be laid out anew.
    Reinstall,
    /// Data is lost, or no longer reached, unless somebody sees to it first.
    DataAtRisk,
}

impl Effect {
    /// Every effect, the gravest first.
    pub const ALL: &'static [Effect] =
        &[Self::DataAtRisk, Self::Reinstall, Self::Reboot, Self::Drain, Self::Restart, Self::Nothing];

    /// A name that never changes, for programs.
    pub fn key(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Restart => "restart",
            Self::Drain => "drain",
            Self::Reboot => "reboot",
            Self::Reinstall => "reinstall",
            Self::DataAtRisk => "data-at-risk",
        }
    }

    /// Its name on the page, in a word or two: `Service restarts`.
    pub fn title(self) -> &'static str {
        match self {
            Self::Nothing => "No interruption",
            Self::Restart => "Service restarts",
            Self::Drain => "Drain",
            Self::Reboot => "Reboot",
            Self::Reinstall => "Install",
            Self::DataAtRisk => "Data at risk",
        }
    }
}

/// A consequence, with all changes that have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Impact {
    /// How far it goes.
    pub effect: Effect,
    /// What happens, why, and what to do about it.
    pub text: String,
    /// The nodes concerned, as a hostlist; empty for none.
    pub hosts: String,
    /// How many those are.
    pub count: usize,
    /// The changes that have it; at least one.
    pub changes: Vec<Change>,
}

/// A change of the description.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where it is; of what was taken away, the list that it was in.
    pub path: Path,
    /// What became of it: `partition gpu: maxTime 1-00:00:00 → 2-00:00:00`.
    pub what: String,
}

/// What a rule says of a change.
#[derive(Clone, Debug, PartialEq)]
struct Verdict {
    effect: Effect,
    who: Who,
    text: String,
}

impl Verdict {
    fn new(effect: Effect, who: Who, text: impl Into<String>) -> Self {
        Self { effect, who, text: text.into() }
    }
}

/// A change, as rules see it.
struct Case<'c> {
    before: &'c Cluster,
    after: &'c Cluster,
    difference: &'c Difference<'c>,
    nodes: &'c Nodes,
}

/// What it takes to turn the cluster `before` into `after`, the gravest first. Empty where they are equal.
///
/// It is what NixOS and Slurm do when `nixos-rebuild switch` brings the generated flake to the nodes. Changes of the
/// user's own Nix are only named as such, since it is not evaluated here.
pub fn impact(before: &Cluster, after: &Cluster) -> Vec<Impact> {
    let mut impacts = Impacts::default();
    let nodes = Nodes::new(before, after);
    nodes::compare(before, after, &nodes, &mut impacts);
    // Where not one node stays, all of it is a new installation.
    if !nodes.kept.is_empty() || nodes.before.is_empty() && nodes.after.is_empty() {
        let (old, new) = (differences::values(before), differences::values(after));
        for difference in differences::differences(&old, &new) {
            let case = Case { before, after, difference: &difference, nodes: &nodes };
            let change = Change { path: difference.path.clone(), what: difference.what() };
            for verdict in rules::judge(&case) {
                impacts.add(verdict, change.clone());
            }
        }
    }
    impacts.finish(&nodes)
}

/// Verdicts and their changes, the same verdict once.
#[derive(Default)]
struct Impacts(Vec<(Verdict, Vec<Change>)>);

impl Impacts {
    fn add(&mut self, verdict: Verdict, change: Change) {
        match self.0.iter_mut().find(|(known, _)| *known == verdict) {
            Some((_, changes)) if changes.contains(&change) => {}
            Some((_, changes)) => changes.push(change),
            None => self.0.push((verdict, vec![change])),
        }
    }

    fn finish(self, nodes: &Nodes) -> Vec<Impact> {
        let finish = |(verdict, changes): (Verdict, Vec<Change>)| {
            let names = nodes.names(&verdict.who);
            let (hosts, count) = (hostlist::compress(&names), names.len());
            Impact { effect: verdict.effect, text: verdict.text, hosts, count, changes }
        };
        let mut impacts: Vec<Impact> = self.0.into_iter().map(finish).collect();
        impacts.sort_by_cached_key(|impact| (std::cmp::Reverse(impact.effect), Cluster::rank(&impact.changes[0].path)));
        impacts
    }
}

#[cfg(test)]
mod tests;
