//! The commands: each a function from its arguments to an exit status.

pub mod archive;
pub mod check;
pub mod diff;
mod folder;
pub mod generate;
pub mod import;
pub mod job;
pub mod link;
pub mod lint;
pub mod module;
pub mod picture;
pub mod preset;
