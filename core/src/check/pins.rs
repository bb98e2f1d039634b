//! Whether a revision of each input is known.

use crate::cluster::{Cluster, General};
use crate::diagnostic::{Problem, checks};
use crate::facts::Facts;
use crate::flake::unknown_pins;
use crate::path;

checks! {
    PIN_UNKNOWN "pin-unknown" Warning "Pinned inputs are asked for, but for one of them no revision is known.",
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let unknown = if facts.cluster.general.pinned { unknown_pins(facts.cluster) } else { Vec::new() };
    if !unknown.is_empty() {
        let message = format!(
            "No tested revision is known here of {}: run “nix flake lock” in the unpacked flake and keep its flake.lock.",
            unknown.join(", ")
        );
        problems.push(PIN_UNKNOWN.at(path![Cluster::general, General::pinned], message));
    }
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    ("cluster.pinned = true", &[]),
    ("cluster.pinned = true\ncluster.release = \"26.11\"", &["warning pin-unknown cluster.pinned"]),
];
