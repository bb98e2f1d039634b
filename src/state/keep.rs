//! Keeping the design: in the browser's storage and in the address bar, a moment after each edit.

use super::Design;
use crate::browser::time::Timer;
use crate::browser::{address, page, storage, time};
use clusterflake_core::{Cluster, link};
use leptos::prelude::*;
use std::cell::RefCell;

/// Where the browser keeps the design.
pub const DESIGN: &str = "clusterflake.design";

/// How long nothing must have been edited before the design is kept.
const AFTER: u32 = 300;

/// Timers that wait for a pause; setting one takes its predecessor back.
#[derive(Default)]
pub struct Timers {
    pub generate: Option<Timer>,
    pub id: Option<Timer>,
    pub keep: Option<Timer>,
}

/// Whether the design is kept in this browser.
#[derive(Clone, PartialEq)]
pub enum Saved {
    /// Nothing has been designed.
    Nothing,
    /// An edit is about to be saved.
    Soon,
    Yes,
    /// The browser refused, for this reason.
    Refused(String),
}

thread_local! {
    /// The design that is not yet saved, where a panic can still reach it.
    static UNSAVED: RefCell<Option<Cluster>> = const { RefCell::new(None) };
}

/// Saves what is not yet saved.
pub fn save_at_once() -> Result<(), String> {
    let unsaved = UNSAVED.with(|unsaved| unsaved.try_borrow_mut().ok().and_then(|mut unsaved| unsaved.take()));
    unsaved.map_or(Ok(()), |cluster| storage::set(DESIGN, &cluster.to_compact_json()))
}

/// Keeps the design as it now is, after a pause.
pub(super) fn follow(design: Design) {
    UNSAVED.with(|unsaved| *unsaved.borrow_mut() = Some(design.cluster.get_untracked()));
    if design.saved.with_untracked(|saved| *saved != Saved::Soon) {
        design.saved.set(Saved::Soon);
    }
    let timer = time::after(AFTER, move || keep(design));
    design.timers.update_value(|timers| timers.keep = Some(timer));
}

fn keep(design: Design) {
    save(design);
    // A design that fits in no link has none, rather than that of an older one.
    let fragment = design.cluster.with_untracked(link::write).unwrap_or_default();
    address::set_fragment(&fragment);
}

fn save(design: Design) {
    if design.saved.with_untracked(|saved| *saved == Saved::Soon) {
        design.saved.set(save_at_once().map_or_else(Saved::Refused, |()| Saved::Yes));
    }
}

/// Saves when the page is hidden or left.
pub(super) fn save_on_leave(design: Design) {
    page::on_leave(move || save(design));
}
