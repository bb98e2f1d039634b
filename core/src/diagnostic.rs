//! Problems of a description, and fixes: changes that mend them.

pub use crate::severity::Severity;

use crate::cluster::{Cluster, Described, ReadError};
use crate::path::{Path, Step};
use serde_json::Value;

/// One finding of the checks.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What kind of problem it is, a stable name: `hostlist-syntax`. Its meaning never changes.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The field to mend.
    pub path: Path,
    /// What is wrong and what to do, in a sentence or two.
    pub message: String,
    /// A change that mends it, where one is clear.
    pub fix: Option<Fix>,
}

impl Problem {
    /// The same problem, with the change that mends it.
    pub(crate) fn with_fix(self, fix: impl Into<Option<Fix>>) -> Self {
        Self { fix: fix.into(), ..self }
    }
}

/// A kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// The id of its problems.
    pub id: &'static str,
    /// How bad its problems are.
    pub severity: Severity,
    /// What is wrong where it is found, in a sentence.
    pub summary: &'static str,
}

impl Check {
    /// What it found at `path`: `message` says what is wrong and what to do.
    pub(crate) fn at(self, path: Path, message: impl Into<String>) -> Problem {
        Problem { id: self.id, severity: self.severity, path, message: message.into(), fix: None }
    }
}

/// Declares the checks of a topic: a constant for each, and `CHECKS` over all of them.
macro_rules! checks {
    ($($name:ident $id:literal $severity:ident $summary:literal,)*) => {
        $(const $name: $crate::diagnostic::Check = $crate::diagnostic::Check {
            id: $id,
            severity: $crate::diagnostic::Severity::$severity,
            summary: $summary,
        };)*
        pub(super) const CHECKS: &[$crate::diagnostic::Check] = &[$($name),*];
    };
}
pub(crate) use checks;

/// A change that mends a problem.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What the button says: `Use 10.20.9.1`.
    pub label: String,
    /// What to put where, in this order; the values are as in `cluster.json`.
    pub set: Vec<(Path, Value)>,
}

impl Fix {
    /// A fix that sets one field.
    pub fn set(label: impl Into<String>, path: Path, value: impl Into<Value>) -> Self {
        Self { label: label.into(), set: vec![(path, value.into())] }
    }
}

/// The description with `fix` applied. `Err` where the fix does not fit the description, as when it was made for
/// another one. Sections that it leaves alone stay shared.
pub fn apply(cluster: &Cluster, fix: &Fix) -> Result<Cluster, ReadError> {
    let mut root = cluster.write();
    for (path, value) in &fix.set {
        let place = reach(&mut root, path).ok_or_else(|| ReadError {
            path: path.to_string(),
            message: "the description has no such place".to_owned(),
        })?;
        *place = value.clone();
    }
    let mut after = Cluster::from_value(root)?;
    after.share_with(cluster);
    Ok(after)
}

fn reach<'v>(root: &'v mut Value, path: &Path) -> Option<&'v mut Value> {
    let mut place = root;
    for step in path.steps() {
        place = match step {
            Step::Key(key) => {
                if place.is_null() {
                    *place = Value::Object(Default::default());
                }
                place.as_object_mut()?.entry(key.clone()).or_insert(Value::Null)
            }
            // A list element that is left out since all of it is default still stands as `{}`.
            Step::Index(index) => {
                if place.is_null() {
                    *place = Value::Array(Vec::new());
                }
                let list = place.as_array_mut()?;
                if *index == list.len() {
                    list.push(Value::Null);
                }
                list.get_mut(*index)?
            }
        };
    }
    Some(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{NodeGroup, Section};
    use std::sync::Arc;

    #[test]
    fn a_fix_sets_fields_that_the_json_leaves_out() {
        let mut cluster = Cluster::default();
        Arc::make_mut(&mut cluster.nodes).push(NodeGroup::default());
        let fix = Fix::set("Use 4 GPUs", "nodes[0].gpus.count".parse().unwrap(), 4);
        let after = apply(&cluster, &fix).unwrap();
        assert_eq!(after.nodes[0].gpus.count, 4);
        let own: Vec<_> = Section::ALL.iter().filter(|section| !after.shares(&cluster, **section)).collect();
        assert_eq!(own, [&Section::Nodes], "all others are shared");
        let misfit = Fix::set("…", "nodes[5].sockets".parse().unwrap(), 1);
        assert_eq!(apply(&cluster, &misfit).unwrap_err().path, "nodes[5].sockets");
    }
}
