//! The design that the page shows. Only this folder changes the cluster; everything else reads signals and calls
//! what stands here.

mod against;
mod begun;
mod choose;
mod designs;
mod edit;
mod flake;
mod history;
pub mod import;
mod keep;
mod lines;
mod modules;
mod nodes;
pub mod notices;
mod offline;
mod open;
mod options;
mod shelf;
mod spot;
mod start;
mod subject;
mod tabs;
mod theme;
mod unread;

pub use against::preset_name;
pub use designs::{Kept, ago};
pub use keep::{Saved, save_at_once};
pub use lines::Lines;
pub use nodes::{cell_path, row_name};
pub use notices::{Action, Notice};
pub use open::MAX_FILE;
pub use options::Loaded;
pub use spot::{Pane, SOURCE, Spot};
pub use start::start;
pub use theme::Theme;

use against::Against;
use choose::Aside;
use clusterflake_core::Cluster;
use clusterflake_core::check::Problem;
use clusterflake_core::flake::Generated;
use clusterflake_core::tree::FileTree;
use history::History;
use import::Import;
use leptos::prelude::*;
use notices::Notices;
use offline::Offline;
use std::collections::HashMap;
use std::sync::Arc;
use unread::UnreadTexts;

/// The design, as every component reaches it: a handful of signals.
#[derive(Clone, Copy)]
pub struct Design {
    cluster: RwSignal<Cluster>,
    history: RwSignal<History>,
    problems: RwSignal<Arc<Vec<Problem>>>,
    files: RwSignal<Arc<FileTree>>,
    /// The files before the last step: what differs is marked as changed by it.
    before: RwSignal<Arc<FileTree>>,
    /// The files when the design was last opened or downloaded.
    kept: RwSignal<Arc<FileTree>>,
    pub against: Against,
    id: RwSignal<String>,
    millis: RwSignal<f64>,
    saved: RwSignal<Saved>,
    generated: StoredValue<Option<Generated>>,
    timers: StoredValue<keep::Timers, LocalStorage>,
    /// The name and the key of the design that is open.
    title: RwSignal<String>,
    here: RwSignal<String>,
    /// Whether another tab has it open too.
    elsewhere: RwSignal<bool>,
    /// Tells that the designs which this browser keeps have changed.
    shelf: Trigger,
    /// What stays with the designs that were open before, by their keys.
    asides: StoredValue<HashMap<String, Aside>>,
    /// The options of a release, where the user has loaded them.
    loaded: RwSignal<Option<Arc<Loaded>>>,
    pub unread: UnreadTexts,
    pub notices: Notices,
    pub spot: Spot,
    pub offline: Offline,
    pub import: Import,
    /// Whether nothing has been designed yet: the presets are offered.
    pub welcome: RwSignal<bool>,
    pub theme: RwSignal<Theme>,
    /// Whether keys that are characters, such as ?, do something.
    pub character_keys: RwSignal<bool>,
}

impl Design {
    /// The design on this page.
    pub fn here() -> Design {
        expect_context()
    }

    /// Reads from the cluster; whoever reads is told of every edit, so read little and through a memo.
    pub fn read<T>(self, read: impl FnOnce(&Cluster) -> T) -> T {
        self.cluster.with(read)
    }

    /// Reads from the cluster once.
    pub fn read_once<T>(self, read: impl FnOnce(&Cluster) -> T) -> T {
        self.cluster.with_untracked(read)
    }

    /// A section of the cluster, told of only when that section changes.
    pub fn section<T: Send + Sync + 'static>(self, section: fn(&Cluster) -> &Arc<T>) -> Memo<Arc<T>> {
        Memo::new_with_compare(move |_| self.read(|cluster| section(cluster).clone()), changed)
    }

    pub fn problems(self) -> Arc<Vec<Problem>> {
        self.problems.get()
    }

    pub fn files(self) -> Arc<FileTree> {
        self.files.get()
    }

    pub fn files_before(self) -> Arc<FileTree> {
        self.before.get()
    }

    pub fn files_kept(self) -> Arc<FileTree> {
        self.kept.get()
    }

    /// The content id of the files; empty while it is being made.
    pub fn id(self) -> String {
        self.id.get()
    }

    /// How long checking and generating took, in milliseconds.
    pub fn millis(self) -> f64 {
        self.millis.get()
    }

    pub fn saved(self) -> Saved {
        self.saved.get()
    }

    pub fn undo_name(self) -> Option<String> {
        self.history.with(History::undo_name)
    }

    pub fn redo_name(self) -> Option<String> {
        self.history.with(History::redo_name)
    }

    /// The names of all steps in their order, and how many of them are done.
    pub fn steps(self) -> (Vec<String>, usize) {
        self.history.with(|history| (history.names(), history.done()))
    }

    /// How many errors keep the flake from being downloaded: those of the checks, and text that cannot be read.
    pub fn error_count(self) -> usize {
        use clusterflake_core::check::Severity;
        let found = self.problems.with(|all| all.iter().filter(|problem| problem.severity == Severity::Error).count());
        found + self.unread.count()
    }
}

/// Whether two shared pointers differ.
fn changed<T>(before: Option<&Arc<T>>, after: Option<&Arc<T>>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => !Arc::ptr_eq(before, after),
        _ => true,
    }
}
