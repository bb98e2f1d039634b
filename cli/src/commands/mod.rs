//! The commands: each a function from its arguments to an exit status.

pub mod archive;
pub mod check;
mod folder;
pub mod generate;
pub mod link;
pub mod lint;
pub mod module;
pub mod preset;
