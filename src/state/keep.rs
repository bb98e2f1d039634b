//! Keeping the design that is open: in the browser's storage and in the address bar, a moment after each edit.

use super::Design;
use super::designs::{self, Head};
use super::notices::{Topic, action};
use super::shelf;
use crate::browser::time::Timer;
use crate::browser::{address, page, storage, time};
use clusterflake_core::{Cluster, link};
use leptos::prelude::*;
use std::cell::RefCell;

/// How long after an edit the design is kept, in milliseconds; typing on does not put it off.
const AFTER: u32 = 250;

/// How long nothing must have been edited before the address follows: browsers allow few changes of it.
const ADDRESS_AFTER: u32 = 300;

/// Timers that wait; setting one takes its predecessor back.
#[derive(Default)]
pub struct Timers {
    pub generate: Option<Timer>,
    pub check: Option<Timer>,
    pub id: Option<Timer>,
    pub keep: Option<Timer>,
    pub address: Option<Timer>,
}

/// Whether the design is kept in this browser.
#[derive(Clone, PartialEq)]
pub enum Saved {
    /// Nothing has been designed.
    Nothing,
    /// An edit is about to be saved.
    Soon,
    Yes,
    /// Another tab has changed the design since.
    Behind,
    /// The browser refused, for this reason.
    Refused(String),
}

/// The design that is open, as it is kept.
#[derive(Clone, Debug, Default)]
pub struct Open {
    pub key: String,
    pub head: Head,
    /// The revision in the browser's storage that this page's design goes on from.
    pub known: u64,
}

/// What became of a design that was to be saved.
pub struct Written {
    /// Another tab had changed the design: this one is kept beside it.
    pub beside: bool,
    pub kept: Result<(), String>,
}

thread_local! {
    static OPEN: RefCell<Open> = RefCell::default();
    /// The design that is not yet saved, where a panic can still reach it.
    static UNSAVED: RefCell<Option<Cluster>> = const { RefCell::new(None) };
}

/// The design that is open.
pub fn open() -> Open {
    OPEN.with_borrow(Clone::clone)
}

/// Takes `open` for the design that is open; nothing of it is left to save.
pub fn set_open(open: Open) {
    OPEN.set(open);
    UNSAVED.set(None);
}

/// Takes what another tab says of the open design; what is held against here, and what cannot be read here, stays.
pub fn set_head(head: Head) {
    OPEN.with_borrow_mut(|open| {
        open.known = open.known.max(head.revision);
        let own = std::mem::take(&mut open.head);
        open.head = Head { base: own.base, unread: own.unread, ..head };
    });
}

/// Saves what is not yet saved, also from within a panic.
pub fn save_at_once() -> Option<Written> {
    let cluster = UNSAVED.with(|unsaved| unsaved.try_borrow_mut().ok()?.take())?;
    OPEN.with(|open| Some(write(&mut *open.try_borrow_mut().ok()?, &cluster)))
}

fn write(open: &mut Open, cluster: &Cluster) -> Written {
    let description = cluster.to_compact_json();
    let text = storage::get(&open.key);
    let stored = text.as_deref().map(designs::read);
    let same = stored.as_ref().is_some_and(|(_, before)| *before == description);
    let stored = stored.map(|(head, _)| head);
    let beside = !designs::may_write(open.known, stored.as_ref());
    let now = time::date();
    if beside {
        make_copy(open, now);
    } else if let Some(stored) = stored.filter(|stored| stored.named) {
        // Another tab may have renamed it.
        (open.head.name, open.head.named) = (stored.name, true);
    }
    let taken = || designs::names_beside(&shelf::all(), &open.key);
    let head = open.head.following(cluster, taken);
    let changed = if same { open.head.changed } else { now };
    open.head = Head { changed, revision: open.known + 1, deleted: false, ..head };
    let kept = shelf::put(&open.key, &open.head, &description);
    if kept.is_ok() {
        open.known = open.head.revision;
    }
    shelf::note_last(&open.key);
    Written { beside, kept }
}

/// Lets `open` go on as a design of its own.
fn make_copy(open: &mut Open, now: u64) {
    let all = shelf::all();
    let names: Vec<String> = all.into_iter().map(|kept| kept.head.name).collect();
    *open = Open {
        key: designs::fresh_key(now, |key| shelf::get(key).is_some()),
        head: open.head.copied(&names),
        known: 0,
    };
}

impl Design {
    /// Keeps the design as it now is, soon.
    pub(super) fn follow(self) {
        UNSAVED.set(Some(self.cluster.get_untracked()));
        if self.saved.with_untracked(|saved| !matches!(saved, Saved::Soon | Saved::Refused(_))) {
            self.saved.set(Saved::Soon);
        }
        self.timers.update_value(|timers| {
            timers.address = Some(time::after(ADDRESS_AFTER, move || self.set_address()));
            timers.keep.get_or_insert_with(|| time::after(AFTER, move || self.save()));
        });
    }

    /// Keeps with the design what it is held against from now on.
    pub(super) fn keep_base(self, base: &Cluster) {
        let base = link::write(base).unwrap_or_default();
        let is_new = OPEN.with_borrow_mut(|open| std::mem::replace(&mut open.head.base, base) != open.head.base);
        // Where another tab has changed the design, keeping it would make a copy.
        if is_new && self.saved.with_untracked(|saved| *saved != Saved::Behind) {
            self.follow();
        }
    }

    /// Keeps with the design the texts that cannot be read, whenever they change.
    pub(super) fn keep_unread(self) {
        Effect::new(move |_| {
            let unread = self.unread.kept();
            if OPEN.with_borrow(|open| open.head.unread != unread) {
                OPEN.with_borrow_mut(|open| open.head.unread = unread);
                self.follow();
            }
        });
    }

    /// Saves now what is not yet saved.
    pub(super) fn save(self) {
        self.timers.update_value(|timers| timers.keep = None);
        if let Some(written) = save_at_once() {
            self.tell(written);
        }
    }

    /// Goes on with this design as a copy beside the one that another tab changed.
    pub fn keep_as_copy(self) {
        OPEN.with_borrow_mut(|open| make_copy(open, time::date()));
        self.follow();
        self.save();
        self.set_address();
    }

    fn tell(self, Written { beside, kept }: Written) {
        let open = open();
        if self.title.with_untracked(|title| *title != open.head.name) {
            self.title.set(open.head.name.clone());
        }
        self.shelf.notify();
        if self.here.with_untracked(|here| *here != open.key) {
            self.here.set(open.key);
        }
        if beside {
            let text =
                format!("Another tab had changed this design too. What you do here goes on as {}.", open.head.name);
            self.notices.stand(Topic::OtherTab, false, text, Vec::new());
        }
        match kept {
            Ok(()) => {
                self.saved.set(Saved::Yes);
                self.notices.end(Topic::Storage);
            }
            Err(why) => {
                if self.saved.with_untracked(|saved| !matches!(saved, Saved::Refused(_))) {
                    self.tell_of_refusal(&why);
                }
                self.saved.set(Saved::Refused(why));
            }
        }
    }

    pub(super) fn tell_of_refusal(self, why: &str) {
        let text = format!(
            "The design is not saved: {why}. You can work on; before you close this page, save the description to a file."
        );
        let save = action("Save description", move || self.download_description());
        self.notices.stand(Topic::Storage, true, text, vec![save]);
    }

    /// Puts the design's link into the address bar.
    pub(super) fn set_address(self) {
        self.timers.update_value(|timers| timers.address = None);
        // A design that fits in no link has none, rather than that of an older one.
        let fragment = self.cluster.with_untracked(link::write).unwrap_or_default();
        address::set_fragment(&fragment, &open().key);
    }
}

/// Saves when the page is hidden or left, and asks before it is closed with a design that the browser does not keep.
pub(super) fn save_on_leave(design: Design) {
    page::on_leave(move || design.save());
    page::ask_before_closing(shelf::has_refused);
}
