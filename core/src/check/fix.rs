//! Fixes: changes to a description that mend a problem.

use crate::cluster::{Cluster, Described, ReadError};
use crate::path::{Path, Step};
use serde_json::Value;

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

/// The description with `fix` applied. Fails where the fix does not fit the description, for instance since it
/// was made for another one.
pub fn apply(cluster: &Cluster, fix: &Fix) -> Result<Cluster, ReadError> {
    let mut root = cluster.write();
    for (path, value) in &fix.set {
        let place = reach(&mut root, path).ok_or_else(|| ReadError {
            path: path.to_string(),
            message: "the description has no such place".to_owned(),
        })?;
        *place = value.clone();
    }
    Cluster::from_value(root)
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
    use crate::cluster::NodeGroup;
    use std::sync::Arc;

    #[test]
    fn a_fix_sets_fields_that_the_json_leaves_out() {
        let mut cluster = Cluster::default();
        Arc::make_mut(&mut cluster.nodes).push(NodeGroup::default());
        let fix = Fix::set("Use 4 GPUs", "nodes[0].gpus.count".parse().unwrap(), 4);
        assert_eq!(apply(&cluster, &fix).unwrap().nodes[0].gpus.count, 4);
        let misfit = Fix::set("…", "nodes[5].sockets".parse().unwrap(), 1);
        assert_eq!(apply(&cluster, &misfit).unwrap_err().path, "nodes[5].sockets");
    }
}
