//! The generation core of clusterflake: a cluster description goes in, the files of a NixOS flake come out.
//!
//! Every step is a plain function of the one before: no I/O, no clock, no randomness, no browser.
//! The page and the command line call the same functions, and so make the same bytes.

#![warn(missing_docs)]

pub mod archive;
pub mod check;
pub mod cluster;
pub mod command_line;
pub mod consequence;
pub mod contents;
pub mod diagnostic;
pub mod diff;
mod facts;
mod field_checks;
pub mod find;
pub mod flake;
pub mod gpu;
pub mod impact;
pub mod import;
pub mod job;
pub mod link;
pub mod lookup;
pub mod modules;
pub mod paste;
pub mod picture;
mod place;
pub mod preset;
mod slurm_conf;
pub mod table;
pub mod template;
pub mod totals;

pub use clusterflake_ground::{
    flake_reference, folders, hostlist, markdown, memory, names, path, private_key, quoting, severity, shell, ssh_key,
    subnet, tree,
};
pub use clusterflake_nix as nix;

pub use cluster::Cluster;
pub use path::{Field, Path};
pub use place::Place;
