//! What the page does, as command lines of `clusterflake`. `cli/tests/` runs each of them.

use crate::shell::word;
use crate::{Cluster, archive};

/// The file that “Save description” saves: the command lines begin with it.
pub const DESCRIPTION: &str = "cluster.json";

/// Writes the zip that the page downloads, byte for byte.
pub fn generate(cluster: &Cluster) -> String {
    format!("clusterflake generate {DESCRIPTION} -o {}", zip(cluster))
}

/// Lists the problems.
pub fn check() -> String {
    format!("clusterflake check {DESCRIPTION}")
}

/// Prints the link to the design on the page at the address `base`.
pub fn link(base: &str) -> String {
    format!("clusterflake link {DESCRIPTION} --base {}", word(base))
}

/// Prints the content id.
pub fn id() -> String {
    format!("clusterflake id {DESCRIPTION}")
}

/// Holds a downloaded zip against the flake that its description generates.
pub fn verify(cluster: &Cluster) -> String {
    format!("clusterflake verify {}", zip(cluster))
}

/// Holds the modules of the unpacked zip against the options of NixOS.
pub fn lint(cluster: &Cluster) -> String {
    format!("clusterflake lint {}/modules", archive::folder(cluster))
}

fn zip(cluster: &Cluster) -> String {
    format!("{}.zip", archive::folder(cluster))
}
