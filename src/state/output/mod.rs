//! What comes of the document: its problems, its files, and what differs from an earlier design.

mod comparison;
mod generate;
mod options;

pub use comparison::{Comparison, preset_name};

use super::Document;
use crate::browser::time::Timer;
use clusterflake_core::diagnostic::{Problem, Severity};
use clusterflake_core::flake::Generated;
use clusterflake_core::tree::FileTree;
use leptos::prelude::*;
use options::OptionTables;
use std::sync::Arc;

/// What comes of the document, as every component reads it.
#[derive(Clone, Copy)]
pub struct Output {
    document: Document,
    problems: RwSignal<Arc<Vec<Problem>>>,
    files: RwSignal<Arc<FileTree>>,
    /// The files before the last step: what differs is marked as changed by it.
    files_before: RwSignal<Arc<FileTree>>,
    pub comparison: Comparison,
    pub options: OptionTables,
    id: RwSignal<String>,
    millis: RwSignal<f64>,
    /// The files with what the next generation takes over from them.
    generated: StoredValue<Option<Generated>>,
    timers: StoredValue<Timers, LocalStorage>,
}

/// What waits to be done; setting a timer takes its predecessor back.
#[derive(Default)]
struct Timers {
    generate: Option<Timer>,
    check: Option<Timer>,
    id: Option<Timer>,
}

impl Output {
    /// Nothing yet: [`Output::generate`] makes it.
    pub fn new(document: Document) -> Self {
        let files = RwSignal::default();
        Self {
            document,
            problems: RwSignal::default(),
            files,
            files_before: RwSignal::default(),
            comparison: Comparison::new(files),
            options: OptionTables::new(),
            id: RwSignal::default(),
            millis: RwSignal::new(0.0),
            generated: StoredValue::new(None),
            timers: StoredValue::new_local(Timers::default()),
        }
    }

    /// The output of this page. Panics outside of its components.
    pub fn here() -> Self {
        expect_context()
    }

    /// What the checks find.
    pub fn problems(self) -> Arc<Vec<Problem>> {
        self.problems.get()
    }

    /// How many things are told as problems: what the checks find, and text that cannot be read.
    pub fn problem_count(self) -> usize {
        self.problems.with(|all| all.len()) + self.document.unread.count()
    }

    /// How many errors keep the flake from being downloaded: those of the checks, and text that cannot be read.
    pub fn error_count(self) -> usize {
        let found = self.problems.with(|all| all.iter().filter(|problem| problem.severity == Severity::Error).count());
        found + self.document.unread.count()
    }

    /// The files of the flake.
    pub fn files(self) -> Arc<FileTree> {
        self.files.get()
    }

    /// The files before the last step.
    pub fn files_before(self) -> Arc<FileTree> {
        self.files_before.get()
    }

    /// The content id of the files; empty while it is being made.
    pub fn id(self) -> String {
        self.id.get()
    }

    /// How long checking and generating took, in milliseconds.
    pub fn millis(self) -> f64 {
        self.millis.get()
    }
}
