//! The design that is open: what it describes, the steps that led there, and what was typed that cannot be read.

mod edit;
mod history;
mod nodes;
mod pending;
mod step_name;
mod unread;

pub use nodes::{cell_path, row_name};
pub use unread::{Texts, texts};

use super::changed;
use crate::browser::address;
use clusterflake_core::link::{self, TooLong};
use clusterflake_core::{Cluster, Path};
use history::History;
use leptos::prelude::*;
use pending::Pending;
use std::rc::Rc;
use std::sync::Arc;
use unread::UnreadTexts;

/// The design that is open, as every component reads and changes it.
#[derive(Clone, Copy)]
pub struct Document {
    cluster: RwSignal<Cluster>,
    history: RwSignal<History>,
    pub unread: UnreadTexts,
    /// What was just added, and is still being filled in.
    pub pending: Pending,
    follower: StoredValue<Option<Follower>, LocalStorage>,
}

/// What happens after each edit, within it.
type Follower = Rc<dyn Fn(Edit)>;

/// How the cluster was just changed.
pub enum Edit {
    /// In a new step.
    Step,
    /// By more typing in the field of the last step.
    Typing,
    /// Back or forward in the history, where the last step on the way changed this place.
    Travel(Option<Path>),
}

/// What stays with a design while another one is open.
#[derive(Default)]
pub struct EditState {
    pub history: History,
    pub unread: Texts,
}

impl Document {
    /// An empty one.
    pub fn new() -> Self {
        Self {
            cluster: RwSignal::new(Cluster::default()),
            history: RwSignal::new(History::default()),
            unread: UnreadTexts::new(),
            pending: Pending::new(),
            follower: StoredValue::new_local(None),
        }
    }

    /// The document of this page. Panics outside of its components.
    pub fn here() -> Self {
        expect_context()
    }

    /// Has `follow` called after every edit, before the call that made it returns.
    pub fn on_edit(self, follow: impl Fn(Edit) + 'static) {
        self.follower.set_value(Some(Rc::new(follow)));
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

    /// What undo would take back: `change Memory of gn[01-16]`.
    pub fn undo_name(self) -> Option<String> {
        self.history.with(History::undo_name)
    }

    /// What redo would do again.
    pub fn redo_name(self) -> Option<String> {
        self.history.with(History::redo_name)
    }

    /// The names of all steps in their order, and how many of them are done.
    pub fn steps(self) -> (Vec<String>, usize) {
        self.history.with(|history| (history.names(), history.done()))
    }

    /// Whether nothing is described, and nothing was that undo could bring back.
    pub fn is_untouched(self) -> bool {
        self.history.with_untracked(History::done) == 0 && self.read_once(|cluster| *cluster == Cluster::default())
    }

    /// The address of this page with the design in it.
    pub fn link(self) -> Result<String, TooLong> {
        self.read_once(|cluster| link::url(&address::page(), cluster))
    }

    /// Opens another design with what stayed with it, and gives back what stays with the one before. No edit: nothing
    /// follows.
    pub fn open(self, cluster: Cluster, state: EditState) -> EditState {
        let history = self.history.try_update(|history| std::mem::replace(history, state.history));
        let unread = self.unread.replace(state.unread);
        self.cluster.set(cluster);
        EditState { history: history.unwrap_or_default(), unread }
    }
}
