//! The options of NixOS that Nix is held against: those that the page knows, or those of a release that the user loaded.

use super::Design;
use crate::browser::storage;
use clusterflake_core::nix::options::{Known, table_of_json};
use clusterflake_core::nix::tables;
use leptos::prelude::*;
use std::sync::Arc;

/// Where the tab keeps the table, after a line with the file's name.
const OPTIONS: &str = "clusterflake.options";

/// All options of a release.
pub struct Loaded {
    /// The file that they came from.
    pub file: String,
    pub known: Known,
}

impl Loaded {
    /// Those that were loaded in this tab before the page was opened again.
    pub fn of_tab() -> Option<Self> {
        let kept = storage::get_of_tab(OPTIONS)?;
        let (file, table) = kept.split_once('\n')?;
        Some(Self { file: file.to_owned(), known: Known::new(table, true) })
    }
}

impl Design {
    /// The release's options, where they are loaded.
    pub fn loaded_options(self) -> Option<Arc<Loaded>> {
        self.loaded.get()
    }

    /// Reads from the options that Nix is held against now; whoever reads is not told when others are loaded.
    pub fn with_options<T>(self, read: impl FnOnce(&Known) -> T) -> T {
        self.loaded.with_untracked(|loaded| match loaded {
            Some(loaded) => read(&loaded.known),
            None => read(tables::known()),
        })
    }

    /// Takes an `options.json` that was read.
    pub fn load_options(self, read: Result<(String, Vec<u8>), String>) {
        let loaded = read.and_then(|(file, json)| match table_of_json(&json) {
            Ok(table) => Ok((file, table)),
            Err(why) => Err(format!("{file} {why}")),
        });
        let (file, table) = match loaded {
            Ok(loaded) => loaded,
            Err(why) => return self.notices.show(true, format!("{why}. Nix is checked as before."), None),
        };
        if !storage::set_of_tab(OPTIONS, &format!("{file}\n{table}")) {
            let text =
                format!("{file} is used until this page is closed or reloaded: the browser has no room to keep it.");
            self.notices.show(false, text, None);
        }
        self.loaded.set(Some(Arc::new(Loaded { file, known: Known::new(&table, true) })));
        self.check();
    }

    /// Goes back to the options that the page knows.
    pub fn forget_options(self) {
        storage::set_of_tab(OPTIONS, "");
        self.loaded.set(None);
        self.check();
    }
}
