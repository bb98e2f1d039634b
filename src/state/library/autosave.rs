//! Keeping the design that is open: in the browser's storage and in the address bar, a moment after each edit.

use super::stored::{self, Metadata};
use super::{Library, StorageEvent, shelf};
use crate::browser::time::Timer;
use crate::browser::{address, page, storage, time};
use clusterflake_core::{Cluster, link};
use leptos::prelude::*;
use std::cell::RefCell;

/// How long after an edit the design is kept, in milliseconds; typing on does not put it off.
const AFTER: u32 = 250;

/// How long nothing must have been edited before the address follows: browsers allow few changes of it.
const ADDRESS_AFTER: u32 = 300;

/// What waits to be done; setting a timer takes its predecessor back.
#[derive(Default)]
pub(super) struct Timers {
    keep: Option<Timer>,
    address: Option<Timer>,
}

/// Whether the design is kept in this browser.
#[derive(Clone, PartialEq)]
pub enum SaveState {
    /// Nothing has been designed.
    Nothing,
    /// An edit is about to be saved.
    Soon,
    Saved,
    /// Another tab has changed the design since.
    Outdated,
    /// The browser refused, for this reason.
    Refused(String),
}

/// The design that is open, as it is kept.
#[derive(Clone, Debug, Default)]
pub struct OpenDesign {
    pub key: String,
    pub metadata: Metadata,
    /// The revision in the browser's storage that this page's design goes on from.
    pub known: u64,
}

/// What became of a design that was to be saved.
pub struct SaveOutcome {
    /// Whether another tab had changed the design: this one is kept beside it.
    as_copy: bool,
    kept: Result<(), String>,
}

thread_local! {
    // These stand outside of signals because the panic handler saves by them: what panicked may hold a signal for good.
    /// The design that is open.
    static OPEN: RefCell<OpenDesign> = RefCell::default();
    /// What it describes, where that is not yet saved.
    static UNSAVED: RefCell<Option<Cluster>> = const { RefCell::new(None) };
}

/// The design that is open.
pub(super) fn open() -> OpenDesign {
    OPEN.with_borrow(Clone::clone)
}

/// Saves what is not yet saved, also from within a panic.
pub fn save_at_once() -> Option<SaveOutcome> {
    let cluster = UNSAVED.with(|unsaved| unsaved.try_borrow_mut().ok()?.take())?;
    OPEN.with(|open| Some(write(&mut *open.try_borrow_mut().ok()?, &cluster)))
}

fn write(open: &mut OpenDesign, cluster: &Cluster) -> SaveOutcome {
    let description = cluster.to_compact_json();
    let text = storage::get(&open.key);
    let before = text.as_deref().map(stored::read);
    let same = before.as_ref().is_some_and(|(_, before)| *before == description);
    let before = before.map(|(metadata, _)| metadata);
    let as_copy = !stored::may_write(open.known, before.as_ref());
    let now = time::date();
    if as_copy {
        make_copy(open, now);
    } else if let Some(before) = before.filter(|before| before.named) {
        // Another tab may have renamed it.
        (open.metadata.name, open.metadata.named) = (before.name, true);
    }
    let taken = || stored::names_beside(&shelf::all(), &open.key);
    let metadata = open.metadata.following(cluster, taken);
    let changed = if same { open.metadata.changed } else { now };
    open.metadata = Metadata { changed, revision: open.known + 1, deleted: false, ..metadata };
    let kept = shelf::put(&open.key, &open.metadata, &description);
    if kept.is_ok() {
        open.known = open.metadata.revision;
    }
    shelf::note_last(&open.key);
    SaveOutcome { as_copy, kept }
}

/// Lets `open` go on as a design of its own.
fn make_copy(open: &mut OpenDesign, now: u64) {
    let all = shelf::all();
    let names: Vec<String> = all.into_iter().map(|stored| stored.metadata.name).collect();
    *open = OpenDesign {
        key: stored::fresh_key(now, |key| shelf::get(key).is_some()),
        metadata: open.metadata.copied(&names),
        known: 0,
    };
}

impl Library {
    /// Takes `open` for the design that is open; nothing of it is left to save.
    pub(super) fn set_open(self, open: OpenDesign) {
        OPEN.set(open);
        UNSAVED.set(None);
        self.opened.notify();
    }

    /// Takes the version `metadata` of the open design, which another tab has kept, for the one on the page.
    pub fn take_version(self, metadata: Metadata) {
        let known = metadata.revision;
        self.set_open(OpenDesign { key: open().key, metadata, known });
        self.saved.set(SaveState::Saved);
    }

    /// Takes what another tab says of the open design; what is compared with here, and what cannot be read here, stays.
    pub(super) fn set_metadata(self, metadata: Metadata) {
        OPEN.with_borrow_mut(|open| {
            open.known = open.known.max(metadata.revision);
            let own = std::mem::take(&mut open.metadata);
            open.metadata = Metadata { base: own.base, unread: own.unread, ..metadata };
        });
        self.opened.notify();
    }

    /// Keeps the design as it now is, soon.
    pub fn save_soon(self) {
        UNSAVED.set(Some(self.document.read_once(Clone::clone)));
        if self.saved.with_untracked(|saved| !matches!(saved, SaveState::Soon | SaveState::Refused(_))) {
            self.saved.set(SaveState::Soon);
        }
        self.timers.update_value(|timers| {
            timers.address = Some(time::after(ADDRESS_AFTER, move || self.set_address()));
            timers.keep.get_or_insert_with(|| time::after(AFTER, move || self.save()));
        });
    }

    /// Keeps the design as it now is for what its changes are told against, also when it is opened again.
    pub fn keep_base(self) {
        let base = self.document.read_once(link::write).unwrap_or_default();
        let is_new =
            OPEN.with_borrow_mut(|open| std::mem::replace(&mut open.metadata.base, base) != open.metadata.base);
        // Where another tab has changed the design, keeping it would make a copy.
        if is_new && self.saved.with_untracked(|saved| *saved != SaveState::Outdated) {
            self.save_soon();
        }
    }

    /// Keeps with the design the texts that cannot be read, whenever they change.
    pub fn keep_unread(self) {
        Effect::new(move |_| {
            let unread = self.document.unread.kept();
            if OPEN.with_borrow(|open| open.metadata.unread != unread) {
                OPEN.with_borrow_mut(|open| open.metadata.unread = unread);
                self.save_soon();
            }
        });
    }

    /// Saves when the page is hidden or left, and asks before it is closed with a design that the browser does not keep.
    pub fn save_on_leave(self) {
        page::on_leave(move || self.save());
        page::ask_before_closing(shelf::has_refused);
    }

    /// Saves now what is not yet saved.
    pub fn save(self) {
        self.timers.update_value(|timers| timers.keep = None);
        if let Some(outcome) = save_at_once() {
            self.after_save(outcome);
        }
    }

    /// Goes on with this design as a copy beside the one that another tab changed.
    pub fn keep_as_copy(self) {
        OPEN.with_borrow_mut(|open| make_copy(open, time::date()));
        self.save_soon();
        self.save();
        self.set_address();
    }

    fn after_save(self, SaveOutcome { as_copy, kept }: SaveOutcome) {
        self.opened.notify();
        self.shelf.notify();
        if as_copy {
            self.tell(StorageEvent::Copied(open().metadata.name));
        }
        match kept {
            Ok(()) => {
                self.saved.set(SaveState::Saved);
                self.tell(StorageEvent::Stored);
            }
            Err(why) => {
                if !self.is_refused() {
                    self.tell(StorageEvent::Refused(why.clone()));
                }
                self.saved.set(SaveState::Refused(why));
            }
        }
    }

    /// Puts the design's link into the address bar.
    pub fn set_address(self) {
        self.timers.update_value(|timers| timers.address = None);
        // A design that fits in no link has none, rather than that of an older one.
        let fragment = self.document.read_once(link::write).unwrap_or_default();
        address::set_fragment(&fragment, &open().key);
    }
}
