//! Undo and redo: snapshots of the design, which share all that did not change.

use clusterflake_core::{Cluster, Path};

/// The most steps that are kept.
const MAX_STEPS: usize = 500;

struct Step {
    /// What was done, for the button: `change Memory of gn[01-16]`.
    name: String,
    /// The field that was typed in, where it was typing.
    typed: Option<String>,
    /// What it changed, where that is one place.
    place: Option<Path>,
    /// The design before it; among undone steps, after it.
    cluster: Cluster,
}

/// The steps that were done, and those that were taken back.
#[derive(Default)]
pub struct History {
    done: Vec<Step>,
    undone: Vec<Step>,
    /// Whether typing in the same field still belongs to the last step.
    open: bool,
}

impl History {
    /// Notes that `name` is done to `before`, at `place`; says whether it is a step of its own, not more typing in one
    /// field.
    pub fn record(&mut self, name: String, typed: Option<String>, place: Option<Path>, before: Cluster) -> bool {
        self.undone.clear();
        if self.open && typed.is_some() && self.done.last().is_some_and(|step| step.typed == typed) {
            return false;
        }
        if self.done.len() == MAX_STEPS {
            self.done.remove(0);
        }
        self.open = typed.is_some();
        self.done.push(Step { name, typed, place, cluster: before });
        true
    }

    /// Ends the last step: what is typed from now on is a new one.
    pub fn end_typing(&mut self) {
        self.open = false;
    }

    /// Goes to where `count` steps are done, from `now`: the design there, and the place that the last step on the way
    /// changed. Nothing where it is there already, or where there are fewer steps.
    pub fn go(&mut self, count: usize, mut now: Cluster) -> Option<(Cluster, Option<Path>)> {
        if count > self.done.len() + self.undone.len() {
            return None;
        }
        let mut place = None;
        let start = self.done.len();
        while self.done.len() != count {
            let (from, to) = if self.done.len() > count {
                (&mut self.done, &mut self.undone)
            } else {
                (&mut self.undone, &mut self.done)
            };
            let step = from.pop()?;
            place = step.place.clone();
            let other = std::mem::replace(&mut now, step.cluster);
            to.push(Step { typed: None, cluster: other, ..step });
        }
        self.open = false;
        (count != start).then_some((now, place))
    }

    /// How many steps are done.
    pub fn done(&self) -> usize {
        self.done.len()
    }

    /// The names of all steps, the done and then the undone ones, in the order in which they were done.
    pub fn names(&self) -> Vec<String> {
        self.done.iter().chain(self.undone.iter().rev()).map(|step| step.name.clone()).collect()
    }

    /// What undo would take back.
    pub fn undo_name(&self) -> Option<String> {
        self.done.last().map(|step| step.name.clone())
    }

    /// What redo would do again.
    pub fn redo_name(&self) -> Option<String> {
        self.undone.last().map(|step| step.name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn named(name: &str) -> Cluster {
        let mut cluster = Cluster::default();
        Arc::make_mut(&mut cluster.general).name = name.to_owned();
        cluster
    }

    fn go(history: &mut History, count: usize, now: &str) -> Option<Cluster> {
        history.go(count, named(now)).map(|(cluster, _)| cluster)
    }

    #[test]
    fn typing_in_one_field_is_one_step() {
        let mut history = History::default();
        let typed = Some("cluster.name".to_owned());
        assert!(history.record("change Name".to_owned(), typed.clone(), None, named("")));
        assert!(!history.record("change Name".to_owned(), typed.clone(), None, named("a")));
        history.end_typing();
        assert!(history.record("change Name".to_owned(), typed, None, named("ab")));
        assert_eq!(go(&mut history, 1, "abc"), Some(named("ab")));
        assert_eq!(go(&mut history, 0, "ab"), Some(named("")));
        assert_eq!(go(&mut history, 0, ""), None);
        assert_eq!(go(&mut history, 1, ""), Some(named("ab")));
        assert_eq!(history.redo_name().as_deref(), Some("change Name"));
        assert_eq!(go(&mut history, 2, "ab"), Some(named("abc")));
        assert_eq!(go(&mut history, 3, "abc"), None);
    }

    #[test]
    fn any_step_can_be_gone_to_and_tells_its_place() {
        let mut history = History::default();
        let place = |text: &str| Some(text.parse::<Path>().unwrap());
        for (name, before) in [("a", ""), ("b", "0"), ("c", "1")] {
            history.record(name.to_owned(), None, place(&format!("slurm.{name}")), named(before));
        }
        assert_eq!(history.go(1, named("2")), Some((named("0"), place("slurm.b"))));
        assert_eq!((history.names(), history.done()), (vec!["a".to_owned(), "b".to_owned(), "c".to_owned()], 1));
        assert_eq!(history.go(3, named("0")), Some((named("2"), place("slurm.c"))));
        assert_eq!(history.undo_name().as_deref(), Some("c"));
    }

    #[test]
    fn a_new_step_drops_the_undone_ones() {
        let mut history = History::default();
        history.record("a".to_owned(), None, None, named("0"));
        history.go(0, named("1"));
        history.record("b".to_owned(), None, None, named("0"));
        assert_eq!(history.redo_name(), None);
        assert_eq!(history.undo_name().as_deref(), Some("b"));
    }
}
