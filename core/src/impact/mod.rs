//! What it takes to bring a cluster from one description to another, in an administrator's words: which services
//! restart, which nodes must be drained, rebooted or installed anew, and where data is at risk.
//!
//! `differences.rs` finds what differs and `rules.rs` asks the modules' rules of it; `nodes/` compares the nodes themselves,
//! whichever groups they are in.

mod differences;
mod nodes;
mod rules;

pub use crate::consequence::Effect;

use crate::cluster::Cluster;
use crate::consequence::{ComparedNodes, Consequence, RuleContext};
use crate::hostlist;
use crate::path::Path;

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

/// What it takes to turn the cluster `before` into `after`, the gravest first. Empty where they are equal.
///
/// It is what NixOS and Slurm do when `nixos-rebuild switch` brings the generated flake to the nodes. Changes of the
/// user's own Nix are only named as such, since it is not evaluated here.
pub fn impact(before: &Cluster, after: &Cluster) -> Vec<Impact> {
    let mut impacts = Impacts::default();
    let nodes = ComparedNodes::new(before, after);
    nodes::compare(before, after, &nodes, &mut impacts);
    // Where not one node stays, all of it is a new installation.
    if !nodes.kept.is_empty() || nodes.before.is_empty() && nodes.after.is_empty() {
        let (old, new) = (differences::values(before), differences::values(after));
        for difference in differences::differences(&old, &new) {
            let context = RuleContext { before, after, difference: &difference, nodes: &nodes };
            let change = Change { path: difference.path.clone(), what: differences::what(&difference) };
            for consequence in rules::consequences(&context) {
                impacts.add(consequence, change.clone());
            }
        }
    }
    impacts.finish(&nodes)
}

/// Consequences and their changes, the same consequence once.
#[derive(Default)]
struct Impacts(Vec<(Consequence, Vec<Change>)>);

impl Impacts {
    fn add(&mut self, consequence: Consequence, change: Change) {
        match self.0.iter_mut().find(|(known, _)| *known == consequence) {
            Some((_, changes)) if changes.contains(&change) => {}
            Some((_, changes)) => changes.push(change),
            None => self.0.push((consequence, vec![change])),
        }
    }

    fn finish(self, nodes: &ComparedNodes) -> Vec<Impact> {
        let finish = |(consequence, changes): (Consequence, Vec<Change>)| {
            let names = nodes.names(&consequence.affected);
            let (hosts, count) = (hostlist::compress(&names), names.len());
            Impact { effect: consequence.effect, text: consequence.text, hosts, count, changes }
        };
        let mut impacts: Vec<Impact> = self.0.into_iter().map(finish).collect();
        impacts.sort_by_cached_key(|impact| (std::cmp::Reverse(impact.effect), Cluster::rank(&impact.changes[0].path)));
        impacts
    }
}

#[cfg(test)]
mod tests;
