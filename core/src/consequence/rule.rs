//! A rule, and what it is asked.

use super::{Affected, ComparedNodes, Consequence, Difference, Effect, hosts, text};
use crate::cluster::{Cluster, PathPattern};
use crate::path::Field;
use serde_json::Value;

/// What a change of some place means for the nodes. A rule is right for what the module's Nix makes of the place, for NixOS's
/// `switch-to-configuration` (a unit whose text changed restarts) and for the daemon's own manual.
#[derive(Clone, Debug)]
pub struct Rule {
    /// It holds for this place and all that is inside, unless another rule names a place there more closely. The place of
    /// a list's elements stands for their coming, going and order too.
    pub at: PathPattern<Cluster>,
    /// What it says of a change there.
    pub outcome: RuleOutcome,
}

/// How a rule comes to what it says.
#[derive(Clone, Debug)]
pub enum RuleOutcome {
    /// The same of every change.
    Always(Effect, Affected, &'static str),
    /// It depends on more than the place.
    Judged(fn(&RuleContext) -> Vec<Consequence>),
}

/// The rule that every change at the place has this one consequence; `text` in whole sentences.
pub const fn always(at: PathPattern<Cluster>, effect: Effect, affected: Affected, text: &'static str) -> Rule {
    Rule { at, outcome: RuleOutcome::Always(effect, affected, text) }
}

/// The rule that `judge` says what a change at the place takes.
pub const fn judged(at: PathPattern<Cluster>, judge: fn(&RuleContext) -> Vec<Consequence>) -> Rule {
    Rule { at, outcome: RuleOutcome::Judged(judge) }
}

/// A change with the descriptions that it lies between.
pub struct RuleContext<'c> {
    /// The old description, in whole.
    pub before: &'c Cluster,
    /// The new description, in whole.
    pub after: &'c Cluster,
    /// The one place of all that differ that the rule is asked about.
    pub difference: &'c Difference<'c>,
    /// The nodes of both.
    pub nodes: &'c ComparedNodes,
}

impl RuleContext<'_> {
    /// What turning a switch takes: `on`, or `off`. Only for a place that holds a boolean.
    pub fn switched(&self, affected: Affected, on: (Effect, &str), off: (Effect, &str)) -> Vec<Consequence> {
        let (effect, text) = if *self.difference.after == Value::Bool(true) { on } else { off };
        Consequence::only(effect, affected, text)
    }

    /// What a change takes on the hosts that `field`, a hostlist beside the place, names before and after.
    pub fn on_hosts<S>(&self, field: Field<S, String>, effect: Effect, words: &str) -> Vec<Consequence> {
        let (before, after) = self.difference.parent;
        let mut names: Vec<String> = Vec::new();
        for name in hosts(text(before, field)).into_iter().chain(hosts(text(after, field))) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Consequence::only(effect, Affected::Named(names), words)
    }
}
