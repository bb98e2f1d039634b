//! What the design is compared with: itself as it was last opened or downloaded, or another one.

use super::Output;
use crate::state::changed;
use crate::state::file::description;
use clusterflake_core::diff::{self, Count, FileDiff};
use clusterflake_core::flake::generate;
use clusterflake_core::impact::{Impact, impact};
use clusterflake_core::preset::{PRESETS, Preset};
use clusterflake_core::tree::FileTree;
use clusterflake_core::{Cluster, archive, link};
use leptos::prelude::*;
use std::sync::Arc;

/// Another design, with its files.
struct Other {
    /// What it is called: `preset gpu`.
    name: String,
    cluster: Cluster,
    files: Arc<FileTree>,
}

/// The comparison, as every component reaches it.
#[derive(Clone, Copy)]
pub struct Comparison {
    /// The other design; none for this one as it was last opened or downloaded.
    other: RwSignal<Option<Arc<Other>>>,
    /// This design then, and its files.
    baseline: RwSignal<Cluster>,
    baseline_files: RwSignal<Arc<FileTree>>,
    /// Whether that may be running; a preset is not.
    may_run: StoredValue<bool>,
    differences: Memo<Arc<Vec<FileDiff>>>,
}

impl Comparison {
    pub(super) fn new(files: RwSignal<Arc<FileTree>>) -> Self {
        let (other, baseline_files) = (RwSignal::new(None::<Arc<Other>>), RwSignal::<Arc<FileTree>>::default());
        let compare = move |known: Option<&Arc<Vec<FileDiff>>>| {
            let known = known.map_or(&[][..], |known| known);
            let before = other
                .with(|other| other.as_ref().map(|other| other.files.clone()))
                .unwrap_or_else(|| baseline_files.get());
            files.with(|after| Arc::new(diff::files_again(known, &before, after)))
        };
        let differences = Memo::new_with_compare(compare, changed);
        let (baseline, may_run) = (RwSignal::new(Cluster::default()), StoredValue::new(true));
        Self { other, baseline, baseline_files, may_run, differences }
    }

    /// Notes how the design is that was opened or downloaded.
    pub(super) fn begin(self, cluster: Cluster, files: Arc<FileTree>) {
        self.baseline_files.set(files);
        let name = &cluster.general.name;
        let is_preset = PRESETS.iter().any(|preset| preset.name == name && preset.cluster() == cluster);
        self.may_run.set_value(!is_preset);
        self.baseline.set(cluster);
    }

    /// The design whose nodes and users may be there already.
    pub(super) fn in_service(self) -> Cluster {
        if self.may_run.get_value() { self.baseline.get_untracked() } else { Cluster::default() }
    }

    /// The files when the design was last opened or downloaded.
    pub fn baseline_files(self) -> Arc<FileTree> {
        self.baseline_files.get()
    }

    /// The name of the other design that is compared with, if there is one.
    pub fn name(self) -> Option<String> {
        self.other.with(|other| other.as_ref().map(|other| other.name.clone()))
    }

    /// The files that differ.
    pub fn differences(self) -> Arc<Vec<FileDiff>> {
        self.differences.get()
    }

    /// How many lines differ in all.
    pub fn count(self) -> Count {
        self.differences.with(|files| diff::count(files.iter().flat_map(|file| &file.edits)))
    }

    /// Compares with the design as it was last opened or downloaded.
    pub fn with_baseline(self) {
        self.other.set(None);
    }

    /// Compares with a preset.
    pub fn with_preset(self, preset: &Preset) {
        self.with_other(preset_name(preset), preset.cluster(), None);
    }

    /// Compares with the design in a link. Fails with a sentence where it holds none.
    pub fn with_link(self, text: &str) -> Result<(), String> {
        let cluster = link::read(text)?;
        self.with_other(format!("link: {}", cluster.general.name), cluster, None);
        Ok(())
    }

    /// Compares with a description or a zip; of that the files as they are in it. Fails with a sentence.
    pub fn with_file(self, read: Result<(String, Vec<u8>), String>) -> Result<(), String> {
        let (name, bytes) = read?;
        let named = |why: String| format!("{name} cannot be compared with: {why}");
        let cluster = description(&bytes).map_err(named)?;
        let files = bytes.starts_with(b"PK").then(|| archive::read_files(&bytes)).transpose().map_err(named)?;
        self.with_other(name, cluster, files);
        Ok(())
    }

    fn with_other(self, name: String, cluster: Cluster, files: Option<FileTree>) {
        let files = Arc::new(files.unwrap_or_else(|| generate(&cluster)));
        self.other.set(Some(Arc::new(Other { name, cluster, files })));
    }
}

/// What comparing with a preset is called.
pub fn preset_name(preset: &Preset) -> String {
    format!("preset {}", preset.name)
}

impl Output {
    /// What it takes to bring the cluster from what it is compared with to this design.
    pub fn impact(self) -> Vec<Impact> {
        let Comparison { other, baseline, .. } = self.comparison;
        self.document.read(|after| match other.get() {
            Some(other) => impact(&other.cluster, after),
            None => baseline.with(|before| impact(before, after)),
        })
    }
}
