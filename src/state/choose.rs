//! Choosing among the designs that this browser keeps: open, begin, copy, rename, throw away and bring back.

use super::designs::{self, Head, Kept};
use super::keep::{self, Open, Saved};
use super::notices::{Topic, action};
use super::unread::{self, Texts};
use super::{Design, History, shelf};
use crate::browser::{address, files, time};
use clusterflake_core::Cluster;
use leptos::prelude::*;

/// What stays with a design while another one is on the page.
#[derive(Default)]
pub struct Aside {
    history: History,
    unread: Texts,
}

impl Design {
    /// Every design, the last changed one first; read again when one of them changes.
    pub fn designs(self) -> Vec<Kept> {
        self.shelf.track();
        shelf::all()
    }

    /// The name of the design that is open.
    pub fn title(self) -> String {
        self.title.get()
    }

    /// The key of the design that is open.
    pub fn open_key(self) -> String {
        self.here.get()
    }

    /// Whether another tab has this design open too.
    pub fn is_elsewhere(self) -> bool {
        self.elsewhere.get()
    }

    /// Opens the design kept under `key`, and says so where it cannot be opened.
    pub fn open_kept(self, key: &str) {
        match self.try_open(key) {
            Ok(()) => self.set_address(),
            Err(why) => self.tell_of_unreadable(key, &why),
        }
    }

    pub(super) fn try_open(self, key: &str) -> Result<(), String> {
        // What is on the page may be the very design, not yet saved.
        self.save();
        let text = shelf::get(key).ok_or("it is not there any more")?;
        let (head, cluster) = designs::open(&text)?;
        let known = shelf::stored_head(key).map_or(0, |stored| stored.revision);
        self.put_on_page(Open { key: key.to_owned(), head, known }, cluster);
        self.saved.set(Saved::Yes);
        shelf::note_last(key);
        Ok(())
    }

    pub(super) fn tell_of_unreadable(self, key: &str, why: &str) {
        let name = shelf::get(key).map(|text| designs::read(&text).0.name).filter(|name| !name.is_empty());
        let name = name.map_or_else(|| "A design saved in this browser".to_owned(), |name| format!("“{name}”"));
        let text = format!("{name} cannot be opened: {why}. It is kept, unchanged, in the list of designs.");
        let key = key.to_owned();
        let download = action("Download it", move || self.download_kept(&key));
        self.notices.show(true, text, Some(download));
    }

    /// Saves the description kept under `key` to a file, readable or not.
    pub fn download_kept(self, key: &str) {
        if let Some(text) = shelf::get(key) {
            files::save("cluster.json", designs::read(&text).1.as_bytes(), "application/json");
        }
    }

    /// Begins a design beside the others.
    pub fn begin_new(self) {
        self.begin();
        address::set_fragment("", "");
    }

    /// Puts a design with nothing in it on the page; it is kept from its first edit on.
    pub(super) fn begin(self) {
        self.save();
        let key = designs::fresh_key(time::date(), |key| shelf::get(key).is_some());
        let cluster = Cluster::default();
        let head =
            Head::default().following(&cluster, || shelf::all().into_iter().map(|kept| kept.head.name).collect());
        self.put_on_page(Open { key, head, known: 0 }, cluster);
        self.welcome.set(true);
    }

    /// Puts a design on the page; what can be undone of the one before stays with that.
    fn put_on_page(self, open: Open, cluster: Cluster) {
        let before = self.here.get_untracked();
        self.asides.update_value(|asides| {
            let aside = asides
                .remove(&open.key)
                .unwrap_or_else(|| Aside { history: History::default(), unread: unread::texts(&open.head.unread) });
            let history = self.history.try_update(|history| std::mem::replace(history, aside.history));
            let unread = self.unread.change(aside.unread);
            asides.insert(before, Aside { history: history.unwrap_or_default(), unread });
        });
        self.notices.clear();
        self.notices.end(Topic::OtherTab);
        self.saved.set(Saved::Nothing);
        self.title.set(open.head.name.clone());
        self.here.set(open.key.clone());
        let base = open.head.base.clone();
        keep::set_open(open);
        self.spot.to_first_rows();
        self.welcome.set(false);
        self.cluster.set(cluster);
        self.generate();
        self.mark_as_before(&base);
    }

    /// Copies a design, beside it.
    pub fn copy_kept(self, key: &str) {
        self.save();
        let Some(text) = shelf::get(key) else { return };
        let (head, description) = designs::read(&text);
        let all = shelf::all();
        let names: Vec<String> = all.into_iter().map(|kept| kept.head.name).collect();
        let now = time::date();
        let copy = designs::fresh_key(now, |key| shelf::get(key).is_some());
        let head = Head { changed: now, ..head.copied(&names) };
        self.after_change(shelf::put(&copy, &head, description));
    }

    /// Gives a design a name of its own; with an empty one it is called as its cluster is.
    pub fn rename_kept(self, key: &str, name: &str) {
        self.save();
        let others = designs::names_beside(&shelf::all(), key);
        let Some(text) = shelf::get(key) else { return };
        let renamed = designs::renamed(&text, name, &others);
        let result = shelf::change_head(key, |head| *head = renamed.clone());
        if key == self.here.get_untracked() {
            self.title.set(renamed.name.clone());
            keep::set_head(renamed);
        }
        self.after_change(result);
    }

    /// Puts a design into the trash.
    pub fn throw_away(self, key: &str) {
        self.save();
        let name = shelf::get(key).map(|text| designs::read(&text).0.name).unwrap_or_default();
        let result = shelf::change_head(key, |head| head.deleted = true);
        if key == self.here.get_untracked() {
            self.open_latest(key);
        }
        self.after_change(result);
        let back = key.to_owned();
        let bring = action("Bring it back", move || {
            self.bring_back(&back);
            self.open_kept(&back);
        });
        self.notices.show(false, format!("{name} is in the trash."), Some(bring));
    }

    /// Opens the design that was changed last, but not the one under `except`; begins one where there is none.
    fn open_latest(self, except: &str) {
        match designs::latest(&shelf::all(), except) {
            Some(next) if self.try_open(&next.key).is_ok() => self.set_address(),
            _ => self.begin_new(),
        }
    }

    /// Takes a design out of the trash.
    pub fn bring_back(self, key: &str) {
        self.after_change(shelf::change_head(key, |head| head.deleted = false));
    }

    /// Forgets what is in the trash, for good.
    pub fn empty_trash(self) {
        let here = self.here.get_untracked();
        let in_trash = |kept: Kept| (kept.head.deleted && kept.key != here).then_some(kept.key);
        let keys: Vec<String> = shelf::all().into_iter().filter_map(in_trash).collect();
        shelf::remove(&keys);
        if !shelf::has_refused() && self.saved.with_untracked(|saved| matches!(saved, Saved::Refused(_))) {
            self.saved.set(Saved::Yes);
            self.notices.end(Topic::Storage);
        }
        self.shelf.notify();
    }

    fn after_change(self, result: Result<(), String>) {
        if let Err(why) = result {
            self.tell_of_refusal(&why);
        }
        self.shelf.notify();
    }
}
