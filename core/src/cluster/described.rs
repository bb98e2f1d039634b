//! What a description is made of: values that are read from JSON and written to it, and whose places have an order.
//!
//! Written out here rather than derived: the page then holds one reader and one writer for each type, where serde's
//! derives make several of each, a quarter of all its code.

use super::ReadError;
use crate::path::{Path, Step};
use serde_json::{Map, Value};
use std::sync::Arc;

/// A value of the description.
pub trait Described: Sized {
    /// Reads what [`Described::write`] writes; fields that are left out get their default. `Err` names the place of
    /// what cannot be read, and what is expected there.
    fn read(value: Value) -> Result<Self, ReadError>;

    /// The value as JSON; fields that equal their default are left out.
    fn write(&self) -> Value {
        self.write_fields(false)
    }

    /// The value as JSON: with `all` fields, or only those that differ from their default.
    fn write_fields(&self, all: bool) -> Value;

    /// Appends the sort keys of the place that `steps` lead to from this value, one for each step; see
    /// [`Cluster::rank`](super::Cluster::rank). Values without fields or elements append nothing.
    fn rank(_steps: &[Step], _ranks: &mut Vec<usize>) {}

    /// Whether the type has fields of its own, as structs and lists of them have, rather than being the value of a
    /// single field.
    const HAS_FIELDS: bool = false;

    /// Shows the visitor the fields inside, or itself where it is one: it stands `at` this place, and `about` is what the
    /// description says of it.
    fn visit_fields(&self, at: &Path, about: &'static str, visitor: &mut FieldVisitor) {
        (visitor.visit)(at, about);
    }
}

/// What is shown every field, see [`Described::visit_fields`].
pub struct FieldVisitor<'a> {
    /// Which element of the list at a place is visited; behind the end it is the last one.
    pub row: &'a dyn Fn(&Path) -> usize,
    /// Takes a field's place, and what the description says of it.
    pub visit: &'a mut dyn FnMut(&Path, &'static str),
}

/// Reads `value` into the field at `place`, called `key`.
pub(super) fn read_field<T: Described>(value: Value, place: &mut T, key: &str) -> Result<(), ReadError> {
    match T::read(value) {
        Ok(read) => {
            *place = read;
            Ok(())
        }
        Err(error) => Err(error.inside(key)),
    }
}

/// Writes a field, unless it equals its default and not `all` are wanted.
pub(super) fn write_field<T: Described + PartialEq>(
    map: &mut Map<String, Value>,
    key: &str,
    field: &T,
    default: &T,
    all: bool,
) {
    if all || field != default {
        map.insert(key.to_owned(), field.write_fields(all));
    }
}

/// The fields of an object.
pub(super) fn fields(value: Value) -> Result<Map<String, Value>, ReadError> {
    match value {
        Value::Object(fields) => Ok(fields),
        other => Err(wrong(&other, "an object")),
    }
}

/// Says that `key` is no field of an object that has the fields `known`.
pub(super) fn unknown_field(key: &str, known: &[&str]) -> ReadError {
    let message = format!("unknown field `{key}`, expected one of `{}`", known.join("`, `"));
    ReadError { path: String::new(), message }.inside(key)
}

/// Reads one of some names.
pub(super) fn read_choice<T: super::Choice>(value: Value) -> Result<T, ReadError> {
    let found = value.as_str().and_then(|key| T::ALL.iter().copied().find(|choice| choice.key() == key));
    found.ok_or_else(|| {
        let keys: Vec<&str> = T::ALL.iter().map(|choice| choice.key()).collect();
        wrong(&value, &format!("one of \"{}\"", keys.join("\", \"")))
    })
}

fn wrong(found: &Value, wanted: &str) -> ReadError {
    let mut shown = found.to_string();
    if let Some((end, _)) = shown.char_indices().nth(40) {
        shown.truncate(end);
        shown.push('…');
    }
    ReadError { path: String::new(), message: format!("{wanted} is expected here, not {shown}") }
}

impl Described for bool {
    fn read(value: Value) -> Result<Self, ReadError> {
        value.as_bool().ok_or_else(|| wrong(&value, "true or false"))
    }

    fn write_fields(&self, _all: bool) -> Value {
        (*self).into()
    }
}

impl Described for String {
    fn read(value: Value) -> Result<Self, ReadError> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(wrong(&other, "a text")),
        }
    }

    fn write_fields(&self, _all: bool) -> Value {
        self.as_str().into()
    }
}

/// A whole number up to `most`.
fn number(value: &Value, most: u64) -> Result<u64, ReadError> {
    let found = value.as_u64().filter(|number| *number <= most);
    found.ok_or_else(|| wrong(value, &format!("a whole number from 0 to {most}")))
}

impl Described for u16 {
    fn read(value: Value) -> Result<Self, ReadError> {
        number(&value, Self::MAX.into()).map(|number| number as Self)
    }

    fn write_fields(&self, _all: bool) -> Value {
        (*self).into()
    }
}

impl Described for u32 {
    fn read(value: Value) -> Result<Self, ReadError> {
        number(&value, Self::MAX.into()).map(|number| number as Self)
    }

    fn write_fields(&self, _all: bool) -> Value {
        (*self).into()
    }
}

impl Described for u64 {
    fn read(value: Value) -> Result<Self, ReadError> {
        number(&value, Self::MAX)
    }

    fn write_fields(&self, _all: bool) -> Value {
        (*self).into()
    }
}

impl<T: Described> Described for Option<T> {
    fn read(value: Value) -> Result<Self, ReadError> {
        if value.is_null() { Ok(None) } else { T::read(value).map(Some) }
    }

    fn write_fields(&self, all: bool) -> Value {
        self.as_ref().map_or(Value::Null, |value| value.write_fields(all))
    }

    fn rank(steps: &[Step], ranks: &mut Vec<usize>) {
        T::rank(steps, ranks);
    }

    // Whether there is such a value is a field of its own.
    const HAS_FIELDS: bool = T::HAS_FIELDS;

    fn visit_fields(&self, at: &Path, about: &'static str, visitor: &mut FieldVisitor) {
        (visitor.visit)(at, about);
        if let Some(inside) = self.as_ref().filter(|_| T::HAS_FIELDS) {
            inside.visit_fields(at, about, visitor);
        }
    }
}

impl<T: Described + Clone> Described for Arc<T> {
    fn read(value: Value) -> Result<Self, ReadError> {
        T::read(value).map(Arc::new)
    }

    fn write_fields(&self, all: bool) -> Value {
        T::write_fields(self, all)
    }

    fn rank(steps: &[Step], ranks: &mut Vec<usize>) {
        T::rank(steps, ranks);
    }

    const HAS_FIELDS: bool = T::HAS_FIELDS;

    fn visit_fields(&self, at: &Path, about: &'static str, visitor: &mut FieldVisitor) {
        T::visit_fields(self, at, about, visitor);
    }
}

impl<T: Described> Described for Vec<T> {
    fn read(value: Value) -> Result<Self, ReadError> {
        let Value::Array(items) = value else { return Err(wrong(&value, "a list")) };
        let mut list = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            list.push(T::read(item).map_err(|error| error.inside(&format!("[{index}]")))?);
        }
        Ok(list)
    }

    fn write_fields(&self, all: bool) -> Value {
        Value::Array(self.iter().map(|item| item.write_fields(all)).collect())
    }

    fn rank(steps: &[Step], ranks: &mut Vec<usize>) {
        if let Some((Step::Index(index), steps)) = steps.split_first() {
            ranks.push(*index);
            T::rank(steps, ranks);
        }
    }

    const HAS_FIELDS: bool = T::HAS_FIELDS;

    fn visit_fields(&self, at: &Path, about: &'static str, visitor: &mut FieldVisitor) {
        if !T::HAS_FIELDS {
            return (visitor.visit)(at, about);
        }
        // An element that is gone was the last: tables then open the one that is.
        let row = (visitor.row)(at).min(self.len().saturating_sub(1));
        if let Some(element) = self.get(row) {
            element.visit_fields(&at.index(row), about, visitor);
        }
    }
}
