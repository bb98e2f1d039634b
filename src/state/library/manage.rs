//! Keeping house among the designs that this browser keeps: finding, copying, renaming, throwing away and bringing back.

use super::stored::{self, Metadata, StoredDesign};
use super::{Library, OpenDesign, SaveState, StorageEvent, autosave, shelf};
use crate::browser::{files, time};
use clusterflake_core::Cluster;
use leptos::prelude::*;

impl Library {
    /// The design kept under `key`. Fails with the end of a sentence that names it. What is on the page may be the very
    /// design: save that first.
    pub fn read(self, key: &str) -> Result<(OpenDesign, Cluster), String> {
        let text = shelf::get(key).ok_or("it is not there any more")?;
        let (metadata, cluster) = stored::open(&text)?;
        let known = shelf::stored_metadata(key).map_or(0, |stored| stored.revision);
        Ok((OpenDesign { key: key.to_owned(), metadata, known }, cluster))
    }

    /// The version of the open design that is kept, whoever kept it; none where it is gone.
    pub fn read_open(self) -> Option<Result<(Metadata, Cluster), String>> {
        shelf::get(&autosave::open().key).map(|text| stored::open(&text))
    }

    /// A design with nothing in it. It is kept from its first edit on.
    pub fn fresh(self) -> (OpenDesign, Cluster) {
        let key = stored::fresh_key(time::date(), |key| shelf::get(key).is_some());
        let cluster = Cluster::default();
        let names = || shelf::all().into_iter().map(|stored| stored.metadata.name).collect();
        let metadata = Metadata::default().following(&cluster, names);
        (OpenDesign { key, metadata, known: 0 }, cluster)
    }

    /// Notes that the design under `key`, just as it is kept, is on the page.
    pub fn note_opened(self, key: &str) {
        self.saved.set(SaveState::Saved);
        shelf::note_last(key);
    }

    /// The name of the design under `key`; none where it is gone or cannot be read.
    pub fn name_of(self, key: &str) -> Option<String> {
        shelf::get(key).map(|text| stored::read(&text).0.name).filter(|name| !name.is_empty())
    }

    /// Whether a design is kept under `key`.
    pub fn has(self, key: &str) -> bool {
        shelf::get(key).is_some()
    }

    /// Whether the design under `key` is open.
    pub fn is_open(self, key: &str) -> bool {
        autosave::open().key == key
    }

    /// Whether any design is.
    pub fn has_open(self) -> bool {
        !autosave::open().key.is_empty()
    }

    /// The key of the design that this tab had open last, else any tab, else of the one that was changed last.
    pub fn last(self) -> Option<String> {
        shelf::last().or_else(|| self.latest_but(""))
    }

    /// The key of the design that was changed last, but not `except`.
    pub fn latest_but(self, except: &str) -> Option<String> {
        stored::latest(&shelf::all(), except).map(|stored| stored.key.clone())
    }

    /// The key of a design that is kept and equals `cluster`.
    pub fn find(self, cluster: &Cluster) -> Option<String> {
        let description = cluster.to_compact_json();
        let equal = |design: &StoredDesign| {
            let text = shelf::get(&design.key);
            !design.metadata.deleted && text.is_some_and(|text| stored::read(&text).1 == description)
        };
        shelf::all().into_iter().find(equal).map(|design| design.key)
    }

    /// Saves the description kept under `key` to a file, readable or not.
    pub fn download(self, key: &str) {
        if let Some(text) = shelf::get(key) {
            files::save("cluster.json", stored::read(&text).1.as_bytes(), "application/json");
        }
    }

    /// Copies a design, beside it.
    pub fn copy(self, key: &str) {
        self.save();
        let Some(text) = shelf::get(key) else { return };
        let (metadata, description) = stored::read(&text);
        let all = shelf::all();
        let names: Vec<String> = all.into_iter().map(|stored| stored.metadata.name).collect();
        let now = time::date();
        let copy = stored::fresh_key(now, |key| shelf::get(key).is_some());
        let metadata = Metadata { changed: now, ..metadata.copied(&names) };
        self.after_change(shelf::put(&copy, &metadata, description));
    }

    /// Gives a design a name of its own; with an empty one it is called as its cluster is.
    pub fn rename(self, key: &str, name: &str) {
        self.save();
        let others = stored::names_beside(&shelf::all(), key);
        let Some(text) = shelf::get(key) else { return };
        let renamed = stored::renamed(&text, name, &others);
        let result = shelf::change_metadata(key, |metadata| *metadata = renamed.clone());
        if self.is_open(key) {
            self.set_metadata(renamed);
        }
        self.after_change(result);
    }

    /// Puts a design into the trash, open or not, and tells of it with [`Library::after_change`].
    pub fn put_in_trash(self, key: &str) -> Result<(), String> {
        shelf::change_metadata(key, |metadata| metadata.deleted = true)
    }

    /// Takes a design out of the trash.
    pub fn bring_back(self, key: &str) {
        self.after_change(shelf::change_metadata(key, |metadata| metadata.deleted = false));
    }

    /// Forgets what is in the trash, for good.
    pub fn empty_trash(self) {
        let here = autosave::open().key;
        let in_trash = |stored: StoredDesign| (stored.metadata.deleted && stored.key != here).then_some(stored.key);
        let keys: Vec<String> = shelf::all().into_iter().filter_map(in_trash).collect();
        shelf::remove(&keys);
        if !shelf::has_refused() && self.is_refused() {
            self.saved.set(SaveState::Saved);
            self.tell(StorageEvent::Stored);
        }
        self.shelf.notify();
    }

    /// Tells that the designs have changed, or why one of them could not be.
    pub fn after_change(self, result: Result<(), String>) {
        if let Err(why) = result {
            self.tell(StorageEvent::Refused(why));
        }
        self.shelf.notify();
    }
}
