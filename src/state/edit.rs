//! Edits: each is a step that can be undone.

use super::{Design, subject};
use clusterflake_core::check::{self, Problem};
use clusterflake_core::{Cluster, Path};
use leptos::prelude::*;

impl Design {
    /// Changes the value at `path` by what was entered in its field; `label` is what the form calls it. What is typed
    /// in one field is one step. Nothing changes where `change` says that the entry cannot be read.
    pub fn enter(
        self,
        path: &Path,
        label: &str,
        typing: bool,
        change: &dyn Fn(&mut Cluster) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut after = self.cluster.get_untracked();
        let name = subject::step_name(&after, path, label);
        change(&mut after)?;
        self.commit(name, typing.then(|| format!("{path} {label}")), after);
        Ok(())
    }

    /// Changes the list at `path`: adds, removes or moves elements. `name` is the step's name.
    pub fn rearrange(self, path: &Path, name: String, change: &dyn Fn(&mut Cluster)) {
        let mut after = self.cluster.get_untracked();
        change(&mut after);
        // What was typed into one row must not appear in another.
        self.unread.forget(path);
        self.commit(name, None, after);
    }

    /// Applies the fix of `problem`.
    pub fn mend(self, problem: &Problem) {
        let Some(fix) = &problem.fix else { return };
        match self.cluster.with_untracked(|cluster| check::apply(cluster, fix)) {
            Ok(after) => {
                for (path, _) in &fix.set {
                    self.unread.forget(path);
                }
                // The fix went through JSON: sections that it left alone are shared again.
                let after = self.cluster.with_untracked(|before| share(before, after));
                self.commit(fix.label.clone(), None, after);
            }
            Err(error) => self.notices.show(true, format!("The fix does not fit any more: {error}"), None),
        }
    }

    /// Puts another design in the place of this one; undo brings it back.
    pub fn replace(self, name: String, cluster: Cluster) {
        self.unread.forget(&Path::root());
        for row in
            [self.spot.group, self.spot.share, self.spot.partition, self.spot.user, self.spot.module, self.spot.part]
        {
            row.set(0);
        }
        self.commit(name, None, cluster);
        self.generate();
        self.mark_kept();
    }

    pub fn undo(self) {
        self.turn(super::History::undo);
    }

    pub fn redo(self) {
        self.turn(super::History::redo);
    }

    fn turn(self, turn: fn(&mut super::History, Cluster) -> Option<Cluster>) {
        let now = self.cluster.get_untracked();
        let Some(other) = self.history.try_update(|history| turn(history, now)).flatten() else { return };
        self.unread.forget(&Path::root());
        self.before.set(self.files.get_untracked());
        self.cluster.set(other);
        self.refresh();
    }

    /// Ends a step of typing: the focus went elsewhere.
    pub fn seal(self) {
        self.history.update_untracked(super::History::seal);
    }

    fn commit(self, name: String, typed: Option<String>, after: Cluster) {
        let before = self.cluster.get_untracked();
        if before == after {
            return;
        }
        if self.history.try_update(|history| history.record(name, typed, before)) == Some(true) {
            self.before.set(self.files.get_untracked());
        }
        self.cluster.set(after);
        if self.welcome.get_untracked() {
            self.welcome.set(false);
        }
        self.refresh();
    }
}

/// `after`, with the sections that equal those of `before` shared with it.
fn share(before: &Cluster, mut after: Cluster) -> Cluster {
    macro_rules! share {
        ($($section:ident)*) => {
            $(if before.$section == after.$section { after.$section = before.$section.clone(); })*
        };
    }
    share!(general nodes network storage slurm hpc monitoring users containers modules);
    after
}
