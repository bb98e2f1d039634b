//! What can be wrong with the cluster as a whole, its nodes and their hardware.

mod extra;
mod general;
mod hardware;
mod macs;
mod nodes;
mod roles;

use crate::facts::{Topic, topics};

/// In the order in which their findings at one field are shown.
pub(super) const TOPICS: &[Topic] = topics![general, nodes, roles, hardware, macs, extra];
