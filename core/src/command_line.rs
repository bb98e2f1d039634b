//! What the page does, as command lines of `clusterflake`. `cli/tests/` runs each of them.

use crate::shell::word;
use crate::{Cluster, archive};

/// The name of the file that “Save description” saves, from which the command lines start.
pub const DESCRIPTION: &str = "cluster.json";

/// The command that writes the zip that the page downloads, byte for byte.
pub fn generate(cluster: &Cluster) -> String {
    format!("clusterflake generate {DESCRIPTION} -o {}", zip(cluster))
}

/// The command that lists the problems of the description.
pub fn check() -> String {
    format!("clusterflake check {DESCRIPTION}")
}

/// The command that prints the link to the design on the page whose address is `base`.
pub fn link(base: &str) -> String {
    format!("clusterflake link {DESCRIPTION} --base {}", word(base))
}

/// The command that prints the content id of the flake.
pub fn id() -> String {
    format!("clusterflake id {DESCRIPTION}")
}

/// The command that compares a downloaded zip with the flake that its description generates.
pub fn verify(cluster: &Cluster) -> String {
    format!("clusterflake verify {}", zip(cluster))
}

/// The command that checks the modules of the unpacked zip against the options of NixOS.
pub fn lint(cluster: &Cluster) -> String {
    format!("clusterflake lint {}/modules", archive::folder(cluster))
}

fn zip(cluster: &Cluster) -> String {
    format!("{}.zip", archive::folder(cluster))
}
