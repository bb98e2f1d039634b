//! An import that is being looked at, before anything changes.

use super::Design;
use crate::browser::drop::{Limits, Read};
use clusterflake_core::Path;
use clusterflake_core::archive::MAX_ZIP_BYTES;
use clusterflake_core::cluster::Section;
use clusterflake_core::import::{self, IMPORTERS, MAX_FILES, Mode, Proposal, Reading, SourceFile, propose};
use leptos::prelude::*;
use std::sync::Arc;

/// What is read at once.
pub const LIMITS: Limits = Limits { files: MAX_FILES, bytes: MAX_ZIP_BYTES };

/// What pasted text is called in the report.
const PASTED: &str = "pasted text";

/// What was brought, and how it is looked at.
#[derive(Clone, Copy)]
pub struct Import {
    pub open: RwSignal<bool>,
    pub files: RwSignal<Vec<SourceFile>>,
    pub text: RwSignal<String>,
    /// The kind that was chosen; empty for the one that is recognised.
    pub kind: RwSignal<String>,
    pub merge: RwSignal<bool>,
    /// Why files could not be read.
    pub refused: RwSignal<String>,
}

impl Import {
    pub fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            files: RwSignal::default(),
            text: RwSignal::default(),
            kind: RwSignal::default(),
            merge: RwSignal::new(false),
            refused: RwSignal::default(),
        }
    }

    /// The import of this page.
    pub fn here() -> Import {
        Design::here().import
    }

    /// Opens the dialog; what was brought before is still there.
    pub fn show(self, design: Design) {
        if self.is_empty() {
            // A design with nodes is added to; where there are none, there is nothing to lose.
            self.merge.set(design.read_once(|cluster| !cluster.nodes.is_empty()));
        }
        self.open.set(true);
    }

    /// Takes files in; one with a name that is there takes its place.
    pub fn bring(self, design: Design, read: Read) {
        match read {
            Ok(files) => {
                self.show(design);
                self.refused.set(String::new());
                self.files.update(|here| {
                    here.retain(|file| files.iter().all(|(name, _)| *name != file.name));
                    here.extend(files.into_iter().map(|(name, bytes)| SourceFile { name, bytes }));
                });
            }
            Err(why) => {
                self.show(design);
                self.refused.set(format!("{why}."));
            }
        }
    }

    pub fn remove(self, name: &str) {
        self.files.update(|files| files.retain(|file| file.name != name));
    }

    fn is_empty(self) -> bool {
        self.files.with_untracked(Vec::is_empty) && self.text.with_untracked(String::is_empty)
    }

    /// What was brought, read; nothing where nothing was.
    pub fn read(self) -> Option<Result<Arc<Reading>, String>> {
        let mut files = self.files.get();
        self.text.with(|text| {
            if !text.trim().is_empty() {
                files.push(SourceFile { name: PASTED.to_owned(), bytes: text.clone().into_bytes() });
            }
        });
        if files.is_empty() {
            return None;
        }
        let kind = self.kind.with(|kind| IMPORTERS.iter().find(|importer| importer.kind == kind));
        Some(import::read(kind, &files).map(Arc::new))
    }

    pub fn mode(self) -> Mode {
        if self.merge.get() { Mode::Merge } else { Mode::Replace }
    }

    /// What the undo step and messages call it: `slurm.conf`.
    fn name(self, reading: &Reading) -> String {
        let files = self.files.get_untracked();
        match files.as_slice() {
            [file] => file.name.clone(),
            _ => reading.title(),
        }
    }
}

impl Design {
    /// What an import would make of the design.
    pub fn propose(self, reading: &Reading, mode: Mode) -> Proposal {
        self.read(|cluster| propose(reading, cluster, mode))
    }

    /// Makes the design what was proposed, in one step.
    pub fn take_import(self, import: Import, reading: &Reading, proposal: Proposal) {
        let name = format!("import {}", import.name(reading));
        let Proposal { cluster, report } = proposal;
        if import.merge.get_untracked() {
            let changed = self.read_once(|before| {
                Section::ALL.iter().filter(|section| !before.shares(&cluster, **section)).collect::<Vec<_>>()
            });
            changed.iter().for_each(|section| self.unread.forget(&Path::root().key(section.key())));
            self.commit(name.clone(), None, None, cluster);
        } else {
            self.replace(name.clone(), cluster);
        }
        self.welcome.set(false);
        import.open.set(false);
        import.files.set(Vec::new());
        import.text.set(String::new());
        import.kind.set(String::new());
        self.notices.show(false, format!("Done: {name}. {}.", report.summary()), None);
    }

    /// Opens what was dropped on the page: modules go to the modules, everything else is looked at first.
    pub fn take_dropped(self, import: Import, read: Read) {
        let names = || read.iter().flatten().map(|(name, _)| name.as_str());
        let is_module = names()
            .any(|name| name.ends_with("default.nix") || name.ends_with(".nix") && names().count() == 1)
            && !names().any(|name| name.ends_with("flake.nix") || name.ends_with("cluster.json"));
        if is_module || self.spot.section.get_untracked() == Section::Modules && !self.welcome.get_untracked() {
            self.welcome.set(false);
            self.bring_module(read);
        } else {
            import.bring(self, read);
        }
    }
}
