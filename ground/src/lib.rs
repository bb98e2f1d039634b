//! What all of clusterflake stands on: places in a description, names and how they are shown, hostlists, the files of a
//! flake. Nothing here knows what a cluster is.

#![warn(missing_docs)]

pub mod flake_reference;
pub mod folders;
pub mod hostlist;
pub mod markdown;
pub mod memory;
pub mod names;
pub mod path;
pub mod private_key;
pub mod quoting;
pub mod severity;
pub mod shell;
pub mod ssh_key;
pub mod subnet;
pub mod tree;
