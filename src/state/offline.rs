//! The page without a network, its newer versions, and the files that it fetches once it stands.

use super::{Design, Saved};
use crate::browser::offline::{self, News};
use crate::browser::{fetch, time};
use clusterflake_core::nix::tables;
use leptos::prelude::*;

/// After how many milliseconds the tables are asked for again, where they could not be had.
const AGAIN: u32 = 30_000;

#[derive(Clone, Copy)]
pub struct Offline {
    /// Whether the page works without a network.
    pub works: RwSignal<bool>,
    /// Whether a newer version of the page waits.
    pub update: RwSignal<bool>,
    /// Whether the tables of options and packages are there.
    pub tables: RwSignal<bool>,
}

impl Offline {
    pub fn new() -> Self {
        let no = || RwSignal::new(false);
        Self { works: no(), update: no(), tables: no() }
    }
}

impl Design {
    pub(super) fn keep_offline(self) {
        offline::keep(move |news| match news {
            News::Kept => self.offline.works.set(true),
            News::Update => self.offline.update.set(true),
        });
    }

    /// Goes on with the newer version of the page, unless something that was typed would be lost.
    pub fn take_update(self) {
        self.save();
        // Saving tells where the browser refuses.
        if self.saved.with_untracked(|saved| matches!(saved, Saved::Refused(_))) {
            return;
        }
        // The design in the address is what the page starts with: the last of them, however long taking over lasts.
        offline::take_update(move || self.set_address());
    }

    /// Fetches the tables that the checks of custom modules and the completion read.
    pub(super) fn fetch_tables(self) {
        fetch::texts(["nixos-options.tsv", "packages.txt"], move |texts| {
            let Some([options, packages]) = texts else {
                time::after(AGAIN, move || self.fetch_tables()).forget();
                return;
            };
            tables::provide(options, packages);
            self.offline.tables.set(true);
            if self.read_once(|cluster| !cluster.modules.is_empty()) {
                self.generate();
            }
        });
    }
}
