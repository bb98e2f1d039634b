//! The options of NixOS that Nix is held against: those that the page knows, or those of a release that the user loaded.

use super::Output;
use crate::browser::{fetch, storage, time};
use clusterflake_core::nix::options::{Known, table_of_json};
use clusterflake_core::nix::tables;
use leptos::prelude::*;
use std::sync::Arc;

/// Where the tab keeps the table, after a line with the file's name.
const OPTIONS: &str = "clusterflake.options";

/// After how many milliseconds the page's own tables are asked for again, where they could not be had.
const AGAIN: u32 = 30_000;

/// The tables of options.
#[derive(Clone, Copy)]
pub struct OptionTables {
    /// The options of a release, where the user has loaded them.
    release: RwSignal<Option<Arc<ReleaseOptions>>>,
    /// Whether the page's own tables of options and packages have been fetched.
    pub fetched: RwSignal<bool>,
}

/// All options of a release.
pub struct ReleaseOptions {
    /// The file that they came from.
    pub file: String,
    pub known: Known,
}

impl ReleaseOptions {
    /// Those that were loaded in this tab before the page was opened again.
    fn of_tab() -> Option<Self> {
        let kept = storage::get_of_tab(OPTIONS)?;
        let (file, table) = kept.split_once('\n')?;
        Some(Self { file: file.to_owned(), known: Known::new(table, true) })
    }
}

impl OptionTables {
    pub(super) fn new() -> Self {
        Self { release: RwSignal::new(ReleaseOptions::of_tab().map(Arc::new)), fetched: RwSignal::new(false) }
    }

    /// The release's options, where they are loaded.
    pub fn release(self) -> Option<Arc<ReleaseOptions>> {
        self.release.get()
    }

    /// Reads from the options that Nix is held against now; whoever reads is not told when others are loaded.
    pub fn read<T>(self, read: impl FnOnce(&Known) -> T) -> T {
        self.release.with_untracked(|release| match release {
            Some(release) => read(&release.known),
            None => read(tables::known()),
        })
    }
}

impl Output {
    /// Takes an `options.json` that was read, and says whether the browser had room to keep it for a reload, with the
    /// file's name. Fails with a sentence where it is none; the options are then as they were.
    pub fn load_options(self, read: Result<(String, Vec<u8>), String>) -> Result<(String, bool), String> {
        let (file, json) = read?;
        let table = table_of_json(&json).map_err(|why| format!("{file} {why}"))?;
        let is_kept = storage::set_of_tab(OPTIONS, &format!("{file}\n{table}"));
        let release = ReleaseOptions { file: file.clone(), known: Known::new(&table, true) };
        self.options.release.set(Some(Arc::new(release)));
        self.check();
        Ok((file, is_kept))
    }

    /// Goes back to the options that the page knows.
    pub fn forget_options(self) {
        storage::set_of_tab(OPTIONS, "");
        self.options.release.set(None);
        self.check();
    }

    /// Fetches the tables that the checks of custom modules and the completion read.
    pub fn fetch_tables(self) {
        fetch::texts(["nixos-options.tsv", "packages.txt"], move |texts| {
            let Some([options, packages]) = texts else {
                time::after(AGAIN, move || self.fetch_tables()).forget();
                return;
            };
            tables::provide(options, packages);
            self.options.fetched.set(true);
            if self.document.read_once(|cluster| !cluster.modules.is_empty()) {
                self.generate();
            }
        });
    }
}
