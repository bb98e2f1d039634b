//! From the document to its problems, its files and their id, after every edit.

use super::Output;
use crate::browser::time;
use clusterflake_core::nix::options::Known;
use clusterflake_core::{archive, check, flake, link};
use leptos::prelude::*;
use std::sync::Arc;

/// Up to this many milliseconds are spent within the edit itself, so that form and files are painted together.
const WITHIN_EDIT: f64 = 8.0;

/// How long nothing must have changed before Nix of the user's own is read: never while somebody types.
const CHECK_AFTER: u32 = 100;

/// How long nothing must have changed before the id is made: it reads every byte of every file.
const ID_AFTER: u32 = 150;

impl Output {
    /// Follows an edit: at once where the last time was quick, else as soon as the form is painted.
    pub fn refresh(self) {
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
    pub fn generate(self) {
        self.timers.update_value(|timers| timers.generate = None);
        let start = time::now();
        let (generated, has_nix) = self.document.read_once(|cluster| {
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
    pub fn check(self) {
        self.timers.update_value(|timers| timers.check = None);
        let found = |known: &Known| {
            let running = self.comparison.in_service();
            self.document.read_once(|cluster| check::check_against(cluster, known, &running))
        };
        let problems = self.options.read(found);
        if self.problems.with_untracked(|before| **before != problems) {
            self.problems.set(Arc::new(problems));
        }
    }

    /// A step begins with the files as they are: what differs from them is its doing.
    pub fn mark_step(self) {
        self.files_before.set(self.files.get_untracked());
    }

    /// Takes the design as it is for what changes are told against.
    pub fn compare_with_now(self) {
        self.mark_step();
        self.comparison.begin(self.document.read_once(Clone::clone), self.files.get_untracked());
    }

    /// Takes the design in the link `base` for what changes are told against; the one on the page where it holds none.
    pub fn compare_with_base(self, base: &str) {
        let Ok(mut base) = link::read(base) else { return self.compare_with_now() };
        self.document.read_once(|cluster| base.share_with(cluster));
        let files = self.generated.with_value(|now| flake::regenerate(now.as_ref(), &base).tree);
        self.mark_step();
        self.comparison.begin(base, Arc::new(files));
    }
}
