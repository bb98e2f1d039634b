//! The flake beside the form: its files, and the problems.

mod code;
mod diff;
mod files;
mod problems;
mod tree;

pub use files::Files;
pub use problems::Problems;
