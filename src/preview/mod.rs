//! The flake beside the form: its files, what differs from another one, and the problems.

mod code;
mod diff;
mod filebar;
mod files;
mod find;
mod picture;
mod problems;
mod tokens;
mod tree;

pub use diff::Diff;
pub use files::Files;
pub use picture::Picture;
pub use problems::Problems;
