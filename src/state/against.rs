//! What the design is held against: itself as it was last opened or downloaded, or another one.

use super::{Design, open};
use clusterflake_core::diff::{self, Count, FileDiff};
use clusterflake_core::flake::generate;
use clusterflake_core::impact::{Impact, impact};
use clusterflake_core::preset::{PRESETS, Preset};
use clusterflake_core::tree::FileTree;
use clusterflake_core::{Cluster, archive, link};
use leptos::prelude::*;
use std::sync::Arc;

/// A design with its files.
pub struct Base {
    /// What it is called: `preset gpu`.
    pub name: String,
    cluster: Cluster,
    files: Arc<FileTree>,
}

#[derive(Clone, Copy)]
pub struct Against {
    /// The other design; none for this one as it was last opened or downloaded.
    other: RwSignal<Option<Arc<Base>>>,
    /// This design then.
    kept: RwSignal<Cluster>,
    /// What of it may be running: all, or nothing where it is a preset.
    in_service: StoredValue<Cluster>,
    files: Memo<Arc<Vec<FileDiff>>>,
}

impl Against {
    pub(super) fn new(files: RwSignal<Arc<FileTree>>, kept: RwSignal<Arc<FileTree>>) -> Self {
        let other = RwSignal::new(None::<Arc<Base>>);
        let compare = move |known: Option<&Arc<Vec<FileDiff>>>| {
            let known = known.map_or(&[][..], |known| known);
            let before =
                other.with(|other| other.as_ref().map(|base| base.files.clone())).unwrap_or_else(|| kept.get());
            files.with(|after| Arc::new(diff::files_again(known, &before, after)))
        };
        let files = Memo::new_with_compare(compare, super::changed);
        let (kept, in_service) = (RwSignal::new(Cluster::default()), StoredValue::new(Cluster::default()));
        Self { other, kept, in_service, files }
    }

    /// Notes how the design is that was opened or downloaded.
    pub(super) fn keep(self, cluster: Cluster) {
        let name = &cluster.general.name;
        let is_preset = PRESETS.iter().any(|preset| preset.name == name && preset.cluster() == cluster);
        self.in_service.set_value(if is_preset { Cluster::default() } else { cluster.clone() });
        self.kept.set(cluster);
    }

    /// The design whose nodes and users may be there already.
    pub(super) fn in_service(self) -> Cluster {
        self.in_service.get_value()
    }

    /// The name of the other design that is compared with, if there is one.
    pub fn name(self) -> Option<String> {
        self.other.with(|other| other.as_ref().map(|base| base.name.clone()))
    }

    /// The files that differ.
    pub fn files(self) -> Arc<Vec<FileDiff>> {
        self.files.get()
    }

    /// How many lines differ in all.
    pub fn count(self) -> Count {
        self.files.with(|files| diff::count(files.iter().flat_map(|file| &file.edits)))
    }

    /// Compares with the design as it was last opened or downloaded.
    pub fn with_kept(self) {
        self.other.set(None);
    }

    pub fn with_preset(self, preset: &Preset) {
        self.put(preset_name(preset), preset.cluster(), None);
    }

    /// Compares with the design in a link. Fails with a sentence where it holds none.
    pub fn with_link(self, text: &str) -> Result<(), String> {
        let cluster = link::read(text)?;
        self.put(format!("link: {}", cluster.general.name), cluster, None);
        Ok(())
    }

    /// Compares with a description or a zip; of that the files as they are in it. Fails with a sentence.
    pub fn with_file(self, read: Result<(String, Vec<u8>), String>) -> Result<(), String> {
        let (name, bytes) = read?;
        let named = |why: String| format!("{name} cannot be compared with: {why}");
        let cluster = open::description(&bytes).map_err(named)?;
        let files = bytes.starts_with(b"PK").then(|| archive::read_files(&bytes)).transpose().map_err(named)?;
        self.put(name, cluster, files);
        Ok(())
    }

    fn put(self, name: String, cluster: Cluster, files: Option<FileTree>) {
        let files = Arc::new(files.unwrap_or_else(|| generate(&cluster)));
        self.other.set(Some(Arc::new(Base { name, cluster, files })));
    }
}

/// What comparing with a preset is called.
pub fn preset_name(preset: &Preset) -> String {
    format!("preset {}", preset.name)
}

impl Design {
    /// What it takes to bring the cluster from what it is held against to this design.
    pub fn impact(self) -> Vec<Impact> {
        let Against { other, kept, .. } = self.against;
        self.cluster.with(|after| match other.get() {
            Some(base) => impact(&base.cluster, after),
            None => kept.with(|before| impact(before, after)),
        })
    }
}
