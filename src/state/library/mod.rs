//! Where designs are kept: the browser's storage, which other tabs share.

mod autosave;
mod manage;
mod shelf;
mod stored;
mod tabs;

pub use autosave::{OpenDesign, SaveState, save_at_once};
pub use stored::{StoredDesign, ago};

use super::Document;
use super::document::{EditState, texts};
use crate::browser::tabs::Channel;
use leptos::prelude::*;
use std::collections::HashMap;
use std::rc::Rc;

/// The designs that this browser keeps, and the one of them that is open.
#[derive(Clone, Copy)]
pub struct Library {
    document: Document,
    /// Tells that another design is open, or that it has another name. Which one stands in `autosave.rs`.
    opened: Trigger,
    key: Memo<String>,
    title: Memo<String>,
    saved: RwSignal<SaveState>,
    /// Whether another tab has the design open too.
    elsewhere: RwSignal<bool>,
    /// Tells that the designs which this browser keeps have changed.
    shelf: Trigger,
    /// What stays with the designs that were open before, by their keys.
    set_aside: StoredValue<HashMap<String, EditState>>,
    timers: StoredValue<autosave::Timers, LocalStorage>,
    channel: StoredValue<Option<Channel>, LocalStorage>,
    listener: StoredValue<Option<Listener>, LocalStorage>,
}

/// Is told what becomes of the designs.
type Listener = Rc<dyn Fn(StorageEvent)>;

/// What became of a design in the browser's storage.
pub enum StorageEvent {
    /// It is kept.
    Stored,
    /// The browser refuses to keep it, for this reason.
    Refused(String),
    /// Another tab had changed it: it goes on here as a copy with this name.
    Copied(String),
    /// Another tab, where it has this name, has just changed it.
    Outdated(String),
}

impl Library {
    pub fn new(document: Document) -> Self {
        let opened = Trigger::new();
        let of_open = move |read: fn(OpenDesign) -> String| {
            Memo::new(move |_| {
                opened.track();
                read(autosave::open())
            })
        };
        Self {
            document,
            opened,
            key: of_open(|open| open.key),
            title: of_open(|open| open.metadata.name),
            saved: RwSignal::new(SaveState::Nothing),
            elsewhere: RwSignal::new(false),
            shelf: Trigger::new(),
            set_aside: StoredValue::default(),
            timers: StoredValue::new_local(autosave::Timers::default()),
            channel: StoredValue::new_local(None),
            listener: StoredValue::new_local(None),
        }
    }

    /// The library of this page. Panics outside of its components.
    pub fn here() -> Self {
        expect_context()
    }

    /// Has `listen` called with all that becomes of the designs.
    pub fn on_event(self, listen: impl Fn(StorageEvent) + 'static) {
        self.listener.set_value(Some(Rc::new(listen)));
    }

    fn tell(self, event: StorageEvent) {
        if let Some(listen) = self.listener.get_value() {
            listen(event);
        }
    }

    /// Every design, the last changed one first; read again when one of them changes.
    pub fn designs(self) -> Vec<StoredDesign> {
        self.shelf.track();
        shelf::all()
    }

    /// The name of the design that is open.
    pub fn title(self) -> String {
        self.title.get()
    }

    /// The key of the design that is open.
    pub fn key(self) -> String {
        self.key.get()
    }

    /// Whether another tab has this design open too.
    pub fn is_elsewhere(self) -> bool {
        self.elsewhere.get()
    }

    /// Whether the design that is open is kept.
    pub fn saved(self) -> SaveState {
        self.saved.get()
    }

    /// Whether the browser has refused to keep the design, the last time that it was saved.
    pub fn is_refused(self) -> bool {
        self.saved.with_untracked(|saved| matches!(saved, SaveState::Refused(_)))
    }

    /// What stays with the design `open` from the last time that it was open; what its storage holds where it never was.
    pub fn take_aside(self, open: &OpenDesign) -> EditState {
        let known = self.set_aside.try_update_value(|all| all.remove(&open.key)).flatten();
        known.unwrap_or_else(|| EditState { unread: texts(&open.metadata.unread), ..EditState::default() })
    }

    /// Takes `open` for the design that is open, and `before` for what stays with the one that was.
    pub fn open(self, open: OpenDesign, before: EditState) {
        self.set_aside.update_value(|all| {
            all.insert(autosave::open().key, before);
        });
        self.saved.set(SaveState::Nothing);
        self.set_open(open);
    }
}
