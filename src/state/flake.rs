//! From the design to its problems, its files and their id, after every edit.

use super::{Design, keep};
use crate::browser::{files, time};
use clusterflake_core::{archive, check, flake};
use leptos::prelude::*;
use std::sync::Arc;

/// Up to this many milliseconds are spent within the edit itself, so that form and files are painted together.
const WITHIN_EDIT: f64 = 8.0;

/// How long nothing must have changed before the id is made: it reads every byte of every file.
const ID_AFTER: u32 = 150;

impl Design {
    /// Follows an edit: at once where the last time was quick, else as soon as the form is painted.
    pub(super) fn refresh(self) {
        keep::follow(self);
        let last = self.millis.get_untracked();
        if last <= WITHIN_EDIT {
            return self.generate();
        }
        // Typing on takes the timer back, so that a slow design is generated when there is time for it.
        let wait = if last < 50.0 { 0 } else { 120 };
        let timer = time::after(wait, move || self.generate());
        self.timers.update_value(|timers| timers.generate = Some(timer));
    }

    /// Checks and generates now.
    pub(super) fn generate(self) {
        self.timers.update_value(|timers| timers.generate = None);
        let start = time::now();
        let (problems, generated) = self.cluster.with_untracked(|cluster| {
            let generated = self.generated.with_value(|before| flake::regenerate(before.as_ref(), cluster));
            (check::check(cluster), generated)
        });
        self.millis.set(time::now() - start);
        if self.problems.with_untracked(|before| **before != problems) {
            self.problems.set(Arc::new(problems));
        }
        self.files.set(Arc::new(generated.tree.clone()));
        self.generated.set_value(Some(generated));
        let timer = time::after(ID_AFTER, move || {
            self.id.set(self.files.with_untracked(|files| archive::content_id(files)));
        });
        self.id.set(String::new());
        self.timers.update_value(|timers| timers.id = Some(timer));
    }

    /// Takes the files as they are for those that changes are told against.
    pub(super) fn mark_kept(self) {
        let files = self.files.get_untracked();
        self.before.set(files.clone());
        self.kept.set(files);
    }

    /// Saves the flake's zip, unless errors keep it from being written: says how many those are.
    pub fn download(self) -> Result<(), usize> {
        self.generate();
        match untrack(|| self.error_count()) {
            0 => {}
            errors => return Err(errors),
        }
        let folder = self.read_once(|cluster| archive::folder(cluster).to_owned());
        let zip = self.files.with_untracked(|files| archive::zip(&folder, files));
        files::save(&format!("{folder}.zip"), &zip, "application/zip");
        self.mark_kept();
        Ok(())
    }

    /// Saves the description as cluster.json.
    pub fn download_description(self) {
        files::save("cluster.json", self.read_once(|cluster| cluster.to_json()).as_bytes(), "application/json");
    }
}
