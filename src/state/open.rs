//! Opening designs: presets, files, links.

use super::designs::{self, Kept};
use super::notices::action;
use super::{Design, Lines, shelf};
use crate::browser::address;
use clusterflake_core::cluster::MAX_BYTES;
use clusterflake_core::link::TooLong;
use clusterflake_core::preset::Preset;
use clusterflake_core::{Cluster, archive, link};
use leptos::prelude::*;

/// The largest file that is read.
pub const MAX_FILE: usize = archive::MAX_ZIP_BYTES;

impl Design {
    pub fn open_preset(self, preset: &Preset) {
        self.notices.clear();
        self.replace(format!("open the preset {}", preset.name), preset.cluster());
        self.welcome.set(false);
    }

    /// Starts with nothing.
    pub fn start_empty(self) {
        self.notices.clear();
        self.replace("start empty".to_owned(), Cluster::default());
        self.welcome.set(false);
    }

    /// Opens a file: a description, or a zip that holds one. What was open comes back with undo. A file with Nix becomes a
    /// module.
    pub fn open_file(self, read: Result<(String, Vec<u8>), String>) {
        if let Ok((name, bytes)) = &read
            && name.ends_with(".nix")
        {
            self.welcome.set(false);
            return self.bring_module(Ok(vec![(name.clone(), bytes.clone())]));
        }
        let opened = read.and_then(|(name, bytes)| match description(&bytes) {
            Ok(cluster) => Ok((name, cluster)),
            Err(why) => Err(format!("{name} cannot be opened: {why}")),
        });
        match opened {
            Ok((name, cluster)) if self.read_once(|open| *open == cluster) => {
                self.notices.show(false, format!("{name} holds the design that is open."), None);
                self.welcome.set(false);
            }
            Ok((name, cluster)) => {
                self.notices.clear();
                self.replace(format!("open {name}"), cluster);
                self.welcome.set(false);
            }
            Err(why) => self.notices.show(true, format!("{why}. The design on this page is as it was."), None),
        }
    }

    /// Opens the design in a link that was put into the address bar while the page was open.
    pub(super) fn open_link(self, fragment: &str) {
        if let Some(lines) = Lines::in_fragment(fragment) {
            self.spot.show_lines(lines);
        }
        let design = fragment.split('&').next().unwrap_or_default();
        if !is_link(fragment) || link::write(&self.cluster.get_untracked()).as_deref() == Ok(design) {
            return;
        }
        match link::read(fragment) {
            Ok(cluster) => self.open_linked(cluster),
            Err(why) => self.tell_of_bad_link(&why),
        }
    }

    /// Opens the design of a link: as the one that is kept and equals it, else as a new one beside the others.
    pub(super) fn open_linked(self, cluster: Cluster) {
        self.save();
        let description = cluster.to_compact_json();
        let equal = |kept: &&Kept| {
            let text = shelf::get(&kept.key);
            !kept.head.deleted && text.is_some_and(|text| designs::read(&text).1 == description)
        };
        let all = shelf::all();
        if let Some(kept) = all.iter().find(equal) {
            self.open_kept(&kept.key);
            return;
        }
        let before = shelf::last().or_else(|| designs::latest(&all, "").map(|kept| kept.key.clone()));
        self.begin();
        self.replace("open the link".to_owned(), cluster);
        if let Some(before) = before {
            let text = "This is the design of the link, beside those that you have.";
            let back = action("Back to mine", move || self.open_kept(&before));
            self.notices.show(false, text.to_owned(), Some(back));
        }
    }

    pub(super) fn tell_of_bad_link(self, why: &str) {
        self.notices.show(
            true,
            format!("The link cannot be opened: {why}. The design on this page is as it was."),
            None,
        );
    }

    /// The address of this page with the design in it.
    pub fn link(self) -> Result<String, TooLong> {
        self.cluster.with_untracked(|cluster| link::url(&address::page(), cluster))
    }
}

/// Whether a fragment holds a design.
pub fn is_link(fragment: &str) -> bool {
    fragment.starts_with("c=")
}

pub(super) fn description(bytes: &[u8]) -> Result<Cluster, String> {
    let text = if bytes.starts_with(b"PK") {
        archive::read_description(bytes)?
    } else if bytes.len() > MAX_BYTES {
        return Err(format!("it is larger than {} MiB", MAX_BYTES >> 20));
    } else {
        String::from_utf8(bytes.to_vec()).map_err(|_| "it is no text".to_owned())?
    };
    Cluster::from_json(&text).map_err(|error| error.to_string())
}
