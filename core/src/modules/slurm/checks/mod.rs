//! What can be wrong with Slurm.

mod daemons;
mod partition_limits;
mod partitions;
mod scheduler;

use crate::facts::{Topic, topics};

/// In the order in which their findings at one field are shown.
pub(super) const TOPICS: &[Topic] = topics![scheduler, daemons, partitions, partition_limits];
