//! What can be wrong with shared file systems.

mod file_systems;
mod nfs;
mod package_sources;
mod shared;

use crate::facts::{Topic, topics};

/// In the order in which their findings at one field are shown.
pub(super) const TOPICS: &[Topic] = topics![shared, nfs, file_systems, package_sources];
