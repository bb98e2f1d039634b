//! A place that is not the same in two descriptions.

use crate::path::{Field, Path};
use serde_json::Value;

/// What became of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceKind {
    /// What it holds is another value.
    Changed,
    /// A list has an element more.
    Added,
    /// A list has an element less.
    Removed,
    /// A list has the same elements in another order.
    Moved,
}

/// A place that is not the same in two descriptions. Values are JSON with all fields written, also those that equal their
/// default.
#[derive(Debug)]
pub struct Difference<'v> {
    /// Where it is now; of what is gone, the list that it was in.
    pub path: Path,
    /// The same as a pattern is displayed, `slurm.partitions[].maxTime`; of what came, went or moved, the list's elements.
    pub pattern: String,
    /// What became of it.
    pub kind: DifferenceKind,
    /// What stood there; null where nothing did.
    pub before: &'v Value,
    /// What stands there; null where nothing does.
    pub after: &'v Value,
    /// The object that the place is a field of, before and after; of an element that came or went, the element itself,
    /// or null.
    pub parent: (&'v Value, &'v Value),
    /// The list elements that it is in, for people: `partition gpu`; empty outside of lists.
    pub subject: String,
    /// Whether it belongs to something that is and was off.
    pub off: bool,
}

/// The text in a field of `object`, without the spaces around it; empty where it is null.
pub fn text<S>(object: &Value, field: Field<S, String>) -> &str {
    object.get(field.key).and_then(Value::as_str).unwrap_or_default().trim()
}
