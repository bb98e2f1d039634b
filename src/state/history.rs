//! Undo and redo: snapshots of the design, which share all that did not change.

use clusterflake_core::Cluster;

/// The most steps that are kept.
const MAX_STEPS: usize = 500;

struct Step {
    /// What was done, for the button: `change Memory of gn[01-16]`.
    name: String,
    /// The field that was typed in, where it was typing.
    typed: Option<String>,
    /// The design before it; among undone steps, after it.
    cluster: Cluster,
}

#[derive(Default)]
pub struct History {
    done: Vec<Step>,
    undone: Vec<Step>,
    /// Whether typing in the same field still belongs to the last step.
    open: bool,
}

impl History {
    /// Notes that `name` is done to `before`; says whether it is a step of its own, not more typing in one field.
    pub fn record(&mut self, name: String, typed: Option<String>, before: Cluster) -> bool {
        self.undone.clear();
        if self.open && typed.is_some() && self.done.last().is_some_and(|step| step.typed == typed) {
            return false;
        }
        if self.done.len() == MAX_STEPS {
            self.done.remove(0);
        }
        self.open = typed.is_some();
        self.done.push(Step { name, typed, cluster: before });
        true
    }

    /// Ends the last step: what is typed from now on is a new one.
    pub fn seal(&mut self) {
        self.open = false;
    }

    /// Takes the last step back: the design before it.
    pub fn undo(&mut self, now: Cluster) -> Option<Cluster> {
        self.open = false;
        turn(&mut self.done, &mut self.undone, now)
    }

    /// Does the last undone step again: the design after it.
    pub fn redo(&mut self, now: Cluster) -> Option<Cluster> {
        self.open = false;
        turn(&mut self.undone, &mut self.done, now)
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

fn turn(from: &mut Vec<Step>, to: &mut Vec<Step>, now: Cluster) -> Option<Cluster> {
    let Step { name, cluster, .. } = from.pop()?;
    to.push(Step { name, typed: None, cluster: now });
    Some(cluster)
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

    #[test]
    fn typing_in_one_field_is_one_step() {
        let mut history = History::default();
        let typed = Some("cluster.name".to_owned());
        assert!(history.record("change Name".to_owned(), typed.clone(), named("")));
        assert!(!history.record("change Name".to_owned(), typed.clone(), named("a")));
        history.seal();
        assert!(history.record("change Name".to_owned(), typed, named("ab")));
        assert_eq!(history.undo(named("abc")), Some(named("ab")));
        assert_eq!(history.undo(named("ab")), Some(named("")));
        assert_eq!(history.undo(named("")), None);
        assert_eq!(history.redo(named("")), Some(named("ab")));
        assert_eq!(history.redo_name().as_deref(), Some("change Name"));
        assert_eq!(history.redo(named("ab")), Some(named("abc")));
    }

    #[test]
    fn a_new_step_drops_the_undone_ones() {
        let mut history = History::default();
        history.record("a".to_owned(), None, named("0"));
        history.undo(named("1"));
        history.record("b".to_owned(), None, named("0"));
        assert_eq!(history.redo_name(), None);
        assert_eq!(history.undo_name().as_deref(), Some("b"));
    }
}
