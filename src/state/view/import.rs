//! What was brought to be imported, before anything changes.

use crate::browser::drop::{Limits, Read};
use clusterflake_core::archive::MAX_ZIP_BYTES;
use clusterflake_core::import::{self, IMPORTERS, MAX_FILES, Mode, Reading, SourceFile};
use leptos::prelude::*;
use std::sync::Arc;

/// What is read at once.
pub const LIMITS: Limits = Limits { files: MAX_FILES, bytes: MAX_ZIP_BYTES };

/// What pasted text is called in the report.
const PASTED: &str = "pasted text";

/// What was brought, and how it is looked at.
#[derive(Clone, Copy)]
pub struct Import {
    /// Whether its dialog is open.
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
    pub(super) fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            files: RwSignal::default(),
            text: RwSignal::default(),
            kind: RwSignal::default(),
            merge: RwSignal::new(false),
            refused: RwSignal::default(),
        }
    }

    /// Takes files in; one with a name that is there takes its place. Tells why where they could not be read.
    pub fn bring(self, read: Read) {
        match read {
            Ok(files) => {
                self.refused.set(String::new());
                self.files.update(|here| {
                    here.retain(|file| files.iter().all(|(name, _)| *name != file.name));
                    here.extend(files.into_iter().map(|(name, bytes)| SourceFile { name, bytes }));
                });
            }
            Err(why) => self.refused.set(format!("{why}.")),
        }
    }

    /// Takes a file out again.
    pub fn remove(self, name: &str) {
        self.files.update(|files| files.retain(|file| file.name != name));
    }

    /// Whether nothing was brought.
    pub fn is_empty(self) -> bool {
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

    /// Whether it takes the design's place or is merged into it.
    pub fn mode(self) -> Mode {
        if self.merge.get() { Mode::Merge } else { Mode::Replace }
    }

    /// What the undo step and messages call it: `slurm.conf`.
    pub fn name(self, reading: &Reading) -> String {
        let files = self.files.get_untracked();
        match files.as_slice() {
            [file] => file.name.clone(),
            _ => reading.title(),
        }
    }

    /// Closes its dialog and forgets what was brought: it is in the design.
    pub fn end(self) {
        self.open.set(false);
        self.files.set(Vec::new());
        self.text.set(String::new());
        self.kind.set(String::new());
    }
}
