//! Edits: each is a step that can be undone.

use super::{Document, Edit, History, step_name};
use clusterflake_core::cluster::Section;
use clusterflake_core::diagnostic::Problem;
use clusterflake_core::diagnostic::apply;
use clusterflake_core::lookup::name_at;
use clusterflake_core::{Cluster, Path};
use leptos::prelude::*;

impl Document {
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
        let name = step_name::step_name(&after, path, label);
        change(&mut after)?;
        self.commit(name, typing.then(|| format!("{path} {label}")), Some(path.clone()), after);
        Ok(())
    }

    /// Changes what is at `path` in a step of its own, called `name`. Fails as `change` does; the design is then as it was.
    pub fn change(
        self,
        path: &Path,
        name: String,
        change: &dyn Fn(&mut Cluster) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut after = self.cluster.get_untracked();
        change(&mut after)?;
        self.commit(name, None, Some(path.clone()), after);
        Ok(())
    }

    /// Changes the list at `path`: adds, removes or moves elements. `name` is the step's name.
    pub fn rearrange(self, path: &Path, name: String, change: &dyn Fn(&mut Cluster)) {
        let mut after = self.cluster.get_untracked();
        change(&mut after);
        // What was typed into one row must not appear in another.
        self.unread.forget(path);
        self.commit(name, None, Some(path.clone()), after);
    }

    /// As [`rearrange`](Self::rearrange), for what is done to the element at `path`: the step names it.
    pub fn rearrange_row(self, list: &Path, path: &Path, what: &str, change: &dyn Fn(&mut Cluster)) {
        let before = self.cluster.get_untracked();
        let mut after = before.clone();
        change(&mut after);
        let subject = name_at(&before, path).or_else(|| name_at(&after, path));
        let name = subject.map_or_else(|| what.to_owned(), |subject| format!("{what} {subject}"));
        self.unread.forget(list);
        self.commit(name, None, Some(path.clone()), after);
    }

    /// Applies the fix of `problem`; nothing where it has none. Fails with a sentence where the design has gone on and the
    /// fix does not fit it any more.
    pub fn mend(self, problem: &Problem) -> Result<(), String> {
        let Some(fix) = &problem.fix else { return Ok(()) };
        let after = self.read_once(|cluster| apply(cluster, fix));
        let after = after.map_err(|error| format!("The fix does not fit any more: {error}"))?;
        for (path, _) in &fix.set {
            self.unread.forget(path);
        }
        self.commit(fix.label.clone(), None, Some(problem.path.clone()), after);
        Ok(())
    }

    /// Puts another design in the place of this one; undo brings it back.
    pub fn replace(self, name: String, cluster: Cluster) {
        self.unread.forget(&Path::root());
        self.commit(name, None, None, cluster);
    }

    /// Takes the sections of `cluster` that differ, in one step; what was typed elsewhere stays.
    pub fn merge(self, name: String, cluster: Cluster) {
        self.read_once(|before| {
            for section in Section::ALL.iter().filter(|section| !before.shares(&cluster, **section)) {
                self.unread.forget(&Path::root().key(section.key()));
            }
        });
        self.commit(name, None, None, cluster);
    }

    /// Takes the last step back.
    pub fn undo(self) {
        if let Some(count) = self.history.with_untracked(History::done).checked_sub(1) {
            self.go_to_step(count);
        }
    }

    /// Does the step again that was taken back last.
    pub fn redo(self) {
        self.go_to_step(self.history.with_untracked(History::done) + 1);
    }

    /// Goes to where `count` steps are done; nothing where there are fewer.
    pub fn go_to_step(self, count: usize) {
        let now = self.cluster.get_untracked();
        let Some((other, place)) = self.history.try_update(|history| history.go(count, now)).flatten() else { return };
        self.unread.forget(&Path::root());
        self.cluster.set(other);
        self.tell(Edit::Travel(place));
    }

    /// Ends a step of typing: the focus went elsewhere.
    pub fn end_typing(self) {
        self.history.update_untracked(History::end_typing);
    }

    fn commit(self, name: String, typed: Option<String>, place: Option<Path>, after: Cluster) {
        let before = self.cluster.get_untracked();
        if before == after {
            return;
        }
        let is_step = self.history.try_update(|history| history.record(name, typed, place, before)) == Some(true);
        self.cluster.set(after);
        self.tell(if is_step { Edit::Step } else { Edit::Typing });
    }

    fn tell(self, edit: Edit) {
        if let Some(follow) = self.follower.get_value() {
            follow(edit);
        }
    }
}
