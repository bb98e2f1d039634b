//! The files of a flake, and which field of the description made which line.

use crate::path::Path;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A line of a generated file, and the field of the description that it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The line, counted from 0.
    pub line: usize,
    /// The field, such as `network.subnet`.
    pub path: Path,
}

/// A file of the flake; its path is the key in the [`FileTree`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Its whole content. All files of a flake are UTF-8 text.
    pub text: String,
    /// Whether it is written with the executable bit set, as scripts are.
    pub executable: bool,
    /// The lines that come from a field of the description, in ascending order; other lines have no entry.
    pub origins: Vec<Origin>,
}

impl From<String> for File {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

/// The files of the flake by their path from its root, `modules/base/default.nix`. A clone shares the files.
pub type FileTree = BTreeMap<String, Arc<File>>;
