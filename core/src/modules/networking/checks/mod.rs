//! What can be wrong with the network, its fabric and addresses.

mod addresses;
mod fabric;
mod fabric_addresses;
mod links;
mod network;

use crate::facts::{Topic, topics};

/// In the order in which their findings at one field are shown.
pub(super) const TOPICS: &[Topic] = topics![addresses, network, links, fabric, fabric_addresses];
