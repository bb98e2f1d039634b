//! Other tabs with the same design: each says what it has open, and hears what the others keep.

use super::keep::{self, Saved};
use super::notices::{Topic, action};
use super::{Design, designs, shelf};
use crate::browser::tabs::{self, Line};
use crate::browser::{page, storage};
use clusterflake_core::Path;
use leptos::prelude::*;
use std::cell::OnceCell;

/// What tabs say to each other, followed by the key of a design: that they have opened it, that they have it open too,
/// that they have left it.
const OPENED: &str = "opened ";
const HERE: &str = "here ";
const LEFT: &str = "left ";

thread_local! {
    static LINE: OnceCell<Line> = const { OnceCell::new() };
}

fn say(what: &str, key: &str) {
    LINE.with(|line| {
        if let Some(line) = line.get() {
            line.say(&format!("{what}{key}"));
        }
    });
}

impl Design {
    /// Listens to the other tabs, and tells them what is open here now and later.
    pub(super) fn join_tabs(self) {
        let line = tabs::line("clusterflake", move |said| self.hear(&said));
        LINE.with(|open| open.set(line).ok());
        storage::on_other_tab(move |key, text| self.hear_kept(key, text));
        page::on_close(move || say(LEFT, &self.here.get_untracked()));
        Effect::new(move |before: Option<String>| {
            let here = self.here.get();
            if let Some(before) = before {
                say(LEFT, &before);
            }
            self.elsewhere.set(false);
            say(OPENED, &here);
            here
        });
    }

    fn hear(self, said: &str) {
        let here = self.here.get_untracked();
        let of = |what: &str| said.strip_prefix(what) == Some(&here);
        if of(OPENED) {
            say(HERE, &here);
            self.elsewhere.set(true);
        } else if of(HERE) {
            self.elsewhere.set(true);
        } else if of(LEFT) {
            self.elsewhere.set(false);
            // There may be a third one: it answers.
            say(OPENED, &here);
        }
    }

    /// Another tab has kept `text` under `key`.
    fn hear_kept(self, key: &str, text: &str) {
        if designs::is_key(key) {
            self.shelf.notify();
        }
        let open = keep::open();
        if key != open.key {
            return;
        }
        let (head, description) = designs::read(text);
        let same = self.cluster.with_untracked(|cluster| cluster.to_compact_json() == description);
        if same || designs::may_write(open.known, Some(&head)) {
            self.title.set(head.name.clone());
            return keep::set_head(head);
        }
        self.saved.set(Saved::Behind);
        let text = format!(
            "{} was changed in another tab; here it is as it was before. If you edit it here, that becomes a copy.",
            head.name
        );
        let take = action("Take the other tab’s version", move || self.take_other());
        let copy = action("Keep this as a copy", move || self.keep_as_copy());
        self.notices.stand(Topic::OtherTab, false, text, vec![take, copy]);
    }

    /// Takes the version of this design that another tab has kept; undo brings this tab's back.
    fn take_other(self) {
        let key = keep::open().key;
        let Some(text) = shelf::get(&key) else { return };
        match designs::open(&text) {
            Ok((head, cluster)) => {
                self.unread.forget(&Path::root());
                self.replace("take the other tab’s version".to_owned(), cluster);
                // It is kept already, by the other tab.
                let known = head.revision;
                keep::set_open(keep::Open { key, head, known });
                self.saved.set(Saved::Yes);
            }
            Err(why) => self.notices.show(true, format!("The other tab’s version cannot be opened: {why}."), None),
        }
    }
}
