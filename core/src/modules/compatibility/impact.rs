//! What changes of the help for programs of other Linux systems take.

use crate::cluster::{Cluster, Hpc};
use crate::consequence::Effect::Nothing;
use crate::consequence::{Affected, Rule, always};
use crate::modules::hpc::PROGRAMS;
use crate::pattern;

pub const RULES: &[Rule] = &[
    always(
        pattern![Cluster::hpc, Hpc::bin_bash],
        Nothing,
        Affected::WORKERS_AND_LOGINS,
        "No service restarts; jobs find bash at these paths from the switch on.",
    ),
    always(pattern![Cluster::hpc, Hpc::nix_ld], Nothing, Affected::WORKERS_AND_LOGINS, PROGRAMS),
];
