//! From the design to its problems, its files and their id, after every edit.

use super::Design;
use crate::browser::{files, time};
use clusterflake_core::command_line::DESCRIPTION;
use clusterflake_core::nix::options::Known;
use clusterflake_core::tree::FileTree;
use clusterflake_core::{Cluster, archive, check, flake, link};
use leptos::prelude::*;
use std::sync::Arc;

/// Up to this many milliseconds are spent within the edit itself, so that form and files are painted together.
const WITHIN_EDIT: f64 = 8.0;

/// How long nothing must have changed before Nix of the user's own is read: never while somebody types.
const CHECK_AFTER: u32 = 100;

/// How long nothing must have changed before the id is made: it reads every byte of every file.
const ID_AFTER: u32 = 150;

impl Design {
    /// Follows an edit: at once where the last time was quick, else as soon as the form is painted.
    pub(super) fn refresh(self) {
        self.follow();
        let last = self.millis.get_untracked();
        if last <= WITHIN_EDIT {
            return self.generate();
        }
        // Typing on takes the timer back, so that a slow design is generated when there is time for it.
        let wait = if last < 50.0 { 0 } else { 120 };
        let timer = time::after(wait, move || self.generate());
        self.timers.update_value(|timers| timers.generate = Some(timer));
    }

    /// Generates now, and checks: at once, or where there is Nix of the user's own to be held against all options, soon.
    pub(super) fn generate(self) {
        self.timers.update_value(|timers| timers.generate = None);
        let start = time::now();
        let (generated, has_nix) = self.cluster.with_untracked(|cluster| {
            let generated = self.generated.with_value(|before| flake::regenerate(before.as_ref(), cluster));
            (generated, cluster.modules.iter().any(|module| module.enable))
        });
        if has_nix {
            let timer = time::after(CHECK_AFTER, move || self.check());
            self.timers.update_value(|timers| timers.check = Some(timer));
        } else {
            self.check();
        }
        self.millis.set(time::now() - start);
        self.files.set(Arc::new(generated.tree.clone()));
        self.generated.set_value(Some(generated));
        let timer = time::after(ID_AFTER, move || {
            self.id.set(self.files.with_untracked(|files| archive::content_id(files)));
        });
        self.id.set(String::new());
        self.timers.update_value(|timers| timers.id = Some(timer));
    }

    /// Checks now.
    pub(super) fn check(self) {
        self.timers.update_value(|timers| timers.check = None);
        let found = |known: &Known| {
            let running = self.against.in_service();
            self.cluster.with_untracked(|cluster| check::check_against(cluster, known, &running))
        };
        let problems = self.with_options(found);
        if self.problems.with_untracked(|before| **before != problems) {
            self.problems.set(Arc::new(problems));
        }
    }

    /// Takes the design as it is for what changes are told against, also when it is opened again.
    pub(super) fn mark_kept(self) {
        let cluster = self.cluster.get_untracked();
        self.keep_base(&cluster);
        self.hold_against(cluster, self.files.get_untracked());
    }

    /// Takes the design that was kept as `base` for what changes are told against; the one on the page where that is empty.
    pub(super) fn mark_as_before(self, base: &str) {
        let cluster = self.cluster.get_untracked();
        let Ok(mut base) = link::read(base) else { return self.hold_against(cluster, self.files.get_untracked()) };
        base.share_with(&cluster);
        let files = self.generated.with_value(|now| flake::regenerate(now.as_ref(), &base).tree);
        self.hold_against(base, Arc::new(files));
    }

    fn hold_against(self, cluster: Cluster, files: Arc<FileTree>) {
        self.before.set(self.files.get_untracked());
        self.kept.set(files);
        self.against.keep(cluster);
    }

    /// Saves the flake's zip and gives its name, unless errors keep it from being written: says how many those are.
    pub fn download(self) -> Result<String, usize> {
        self.generate();
        self.check();
        match untrack(|| self.error_count()) {
            0 => {}
            errors => return Err(errors),
        }
        let folder = self.read_once(|cluster| archive::folder(cluster).to_owned());
        let zip = self.files.with_untracked(|files| archive::zip(&folder, files));
        let name = format!("{folder}.zip");
        files::save(&name, &zip, "application/zip");
        self.mark_kept();
        Ok(name)
    }

    /// Saves the description as cluster.json.
    pub fn download_description(self) {
        files::save(DESCRIPTION, self.read_once(|cluster| cluster.to_json()).as_bytes(), "application/json");
    }
}
