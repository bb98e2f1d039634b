//! What the page starts with: the link's design, one that this browser keeps, or none.

use super::keep::{self, Saved};
use super::open::is_link;
use super::{
    Against, Design, History, Import, Lines, Loaded, Notices, Offline, Spot, Theme, UnreadTexts, designs, shelf,
};
use crate::browser::{address, storage};
use clusterflake_core::cluster::Section;
use clusterflake_core::{Cluster, link};
use leptos::prelude::*;
use std::sync::Arc;

/// Stands where keys that are characters do nothing.
const NO_CHARACTER_KEYS: &str = "clusterflake.no-character-keys";

/// Stands while the page starts: found standing, the last start in this tab did not come to its end.
const STARTING: &str = "clusterflake.starting";

/// Starts the design. Nothing that was saved is lost, whatever it holds.
pub fn start() -> Design {
    let (files, kept) = (RwSignal::default(), RwSignal::default());
    let design = Design {
        cluster: RwSignal::new(Cluster::default()),
        history: RwSignal::new(History::default()),
        problems: RwSignal::default(),
        files,
        before: RwSignal::default(),
        kept,
        against: Against::new(files, kept),
        id: RwSignal::default(),
        millis: RwSignal::new(0.0),
        saved: RwSignal::new(Saved::Nothing),
        generated: StoredValue::new(None),
        timers: StoredValue::new_local(keep::Timers::default()),
        title: RwSignal::default(),
        here: RwSignal::default(),
        elsewhere: RwSignal::new(false),
        shelf: Trigger::new(),
        asides: StoredValue::default(),
        loaded: RwSignal::new(Loaded::of_tab().map(Arc::new)),
        unread: UnreadTexts::new(),
        notices: Notices::new(),
        spot: Spot::new(),
        offline: Offline::new(),
        import: Import::new(),
        welcome: RwSignal::new(false),
        theme: RwSignal::new(Theme::kept()),
        character_keys: RwSignal::new(storage::get(NO_CHARACTER_KEYS).is_none()),
    };
    let stopped = storage::raise_flag(STARTING);
    let fragment = address::fragment();
    // A link that this page put there itself may be older than the design that it kept.
    let own = address::note().filter(|key| shelf::get(key).is_some());
    let linked = (own.is_none() && is_link(&fragment)).then(|| link::read(&fragment));
    let bad = match linked {
        // A page that stopped on a link must not stop on it again.
        Some(Ok(_)) if stopped => Some("the page stopped when it opened it".to_owned()),
        Some(Ok(linked)) => {
            design.open_linked(linked);
            None
        }
        Some(Err(why)) => Some(why),
        None => None,
    };
    if design.here.with_untracked(String::is_empty) {
        open_one(design, own, stopped);
    }
    match bad {
        Some(why) => design.tell_of_bad_link(&why),
        None if is_link(&fragment) => design.set_address(),
        None => {}
    }
    if let Some(section) = Section::from_key(&fragment) {
        design.spot.open(section);
    }
    if let Some(lines) = Lines::in_fragment(&fragment) {
        design.spot.show_lines(lines);
    }

    storage::lower_flag(STARTING);
    keep::save_on_leave(design);
    design.keep_unread();
    design.join_tabs();
    design.keep_offline();
    design.fetch_tables();
    address::on_change(move |fragment| design.open_link(&fragment));
    design
}

/// Opens the design that was open last. One that cannot be opened, or that `stopped` the page, stays as it is, beside
/// a new one.
fn open_one(design: Design, own: Option<String>, stopped: bool) {
    let last = own.or_else(shelf::last);
    let key = last.or_else(|| designs::latest(&shelf::all(), "").map(|kept| kept.key.clone()));
    let Some(key) = key else { return design.begin() };
    let opened = if stopped { Err("the page stopped when it opened it".to_owned()) } else { design.try_open(&key) };
    if let Err(why) = opened {
        design.begin();
        design.tell_of_unreadable(&key, &why);
    }
}

impl Design {
    /// Whether keys that are characters do something, from now on.
    pub fn use_character_keys(self, on: bool) {
        self.character_keys.set(on);
        // Not worth a message where the browser keeps nothing.
        if on {
            storage::remove(NO_CHARACTER_KEYS);
        } else {
            storage::set(NO_CHARACTER_KEYS, "1").ok();
        }
    }
}
