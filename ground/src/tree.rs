//! The files of a flake, and which field of the description made which line.

use crate::path::Path;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A line of a file and the field that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The line, counted from 0.
    pub line: usize,
    pub path: Path,
}

/// A file of the flake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    pub text: String,
    pub executable: bool,
    /// The lines that a field of the description made, in the order of lines.
    pub origins: Vec<Origin>,
}

impl From<String> for File {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

/// The files of the flake by their path, `modules/base/default.nix`; sorted by it. A clone shares the texts.
pub type FileTree = BTreeMap<String, Arc<File>>;
