//! What the page knows, in four rooms. Each is a handful of signals with a context of its own, so that a component takes
//! only what it uses:
//!
//! - [`Document`]: the design that is open and how it came to be. It knows nothing of the others.
//! - [`Output`]: what comes of it – problems, files, their id. It reads the document.
//! - [`Library`]: where designs are kept – this browser's storage, other tabs. It reads the document.
//! - [`View`]: where the user is on the page, and what is told there. It knows nothing of the others.
//!
//! What takes several of them – opening, importing, downloading – are plain functions in `workspace/`, and so is what
//! follows an edit. Only [`Document`] changes the cluster.

mod document;
mod file;
mod library;
mod output;
mod view;
mod workspace;

pub use document::{Document, cell_path, row_name};
pub use file::MAX_FILE;
pub use library::{Library, SaveState, StoredDesign, ago, save_at_once};
pub use output::{Output, preset_name};
pub use view::{
    FIND_FIELD, LIMITS, Lines, Location, Notice, NoticeAction, PROBLEMS, Pane, SOURCE, Theme, View, action,
};
pub use workspace::*;

use std::sync::Arc;

/// Whether two shared pointers differ.
fn changed<T>(before: Option<&Arc<T>>, after: Option<&Arc<T>>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => !Arc::ptr_eq(before, after),
        _ => true,
    }
}
