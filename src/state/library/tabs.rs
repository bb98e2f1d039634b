//! Other tabs with the same design: each says what it has open, and hears what the others keep.

use super::{Library, SaveState, StorageEvent, autosave, stored};
use crate::browser::tabs::Channel;
use crate::browser::{page, storage};
use leptos::prelude::*;

/// What tabs say to each other, followed by the key of a design: that they have opened it, that they have it open too,
/// that they have left it.
const OPENED: &str = "opened ";
const HERE: &str = "here ";
const LEFT: &str = "left ";

impl Library {
    /// Listens to the other tabs, and tells them what is open here now and later.
    pub fn join_tabs(self) {
        self.channel.set_value(Some(Channel::open("clusterflake", move |said| self.hear(&said))));
        storage::on_other_tab(move |key, text| self.hear_kept(key, text));
        page::on_close(move || self.say(LEFT, &autosave::open().key));
        Effect::new(move |before: Option<String>| {
            let here = self.key.get();
            if let Some(before) = before {
                self.say(LEFT, &before);
            }
            self.elsewhere.set(false);
            self.say(OPENED, &here);
            here
        });
    }

    fn say(self, what: &str, key: &str) {
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                channel.say(&format!("{what}{key}"));
            }
        });
    }

    fn hear(self, said: &str) {
        let here = autosave::open().key;
        let of = |what: &str| said.strip_prefix(what) == Some(&here);
        if of(OPENED) {
            self.say(HERE, &here);
            self.elsewhere.set(true);
        } else if of(HERE) {
            self.elsewhere.set(true);
        } else if of(LEFT) {
            self.elsewhere.set(false);
            // There may be a third one: it answers.
            self.say(OPENED, &here);
        }
    }

    /// Another tab has kept `text` under `key`.
    fn hear_kept(self, key: &str, text: &str) {
        if stored::is_key(key) {
            self.shelf.notify();
        }
        let open = autosave::open();
        if key != open.key {
            return;
        }
        let (metadata, description) = stored::read(text);
        let same = self.document.read_once(|cluster| cluster.to_compact_json() == description);
        if same || stored::may_write(open.known, Some(&metadata)) {
            return self.set_metadata(metadata);
        }
        self.saved.set(SaveState::Outdated);
        self.tell(StorageEvent::Outdated(metadata.name));
    }
}
