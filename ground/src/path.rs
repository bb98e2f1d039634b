//! Places in a description. Problems, fixes, form fields and the origins of generated lines all name them by [`Path`].

use std::fmt;
use std::str::FromStr;

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A field, by its name in `cluster.json`.
    Key(String),
    /// An element of a list, counted from 0.
    Index(usize),
}

/// A place in the description, such as `nodes[2].gpus.count`; the empty path is the whole description.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

impl Path {
    /// The empty path: the whole description.
    pub fn root() -> Self {
        Self::default()
    }

    /// The place of `field` inside the struct that stands here.
    pub fn field<S, T>(&self, field: Field<S, T>) -> Self {
        self.key(field.key)
    }

    /// The place of the field that `cluster.json` calls `key`, inside this one.
    pub fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.to_owned()))
    }

    /// The place of an element of the list that stands here, counted from 0.
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The steps from the whole description to this place; none for the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The section that this place is in, by its name in `cluster.json`: the first step. `None` for the root.
    pub fn section(&self) -> Option<&str> {
        match self.0.first() {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }

    /// Whether `other` is this place or lies inside it.
    pub fn contains(&self, other: &Path) -> bool {
        other.0.starts_with(&self.0)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if i == 0 => write!(out, "{key}")?,
                Step::Key(key) => write!(out, ".{key}")?,
                Step::Index(index) => write!(out, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Reads what [`Path`]'s `Display` writes. `Err` is a sentence: a step is empty, a bracket is not closed, or an index
/// is not a number.
impl FromStr for Path {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        for part in text.split('.').filter(|_| !text.is_empty()) {
            let (key, indices) = part.split_once('[').map_or((part, None), |(k, rest)| (k, Some(rest)));
            if !key.is_empty() {
                steps.push(Step::Key(key.to_owned()));
            } else if indices.is_none() {
                return Err(format!("“{text}” is no place in a description: a step is empty"));
            }
            if let Some(rest) = indices {
                let rest = rest.strip_suffix(']').ok_or_else(|| format!("“{text}” lacks a closing bracket"))?;
                for index in rest.split("][") {
                    let index = index.parse().map_err(|_| format!("“{index}” in “{text}” is no index"))?;
                    steps.push(Step::Index(index));
                }
            }
        }
        Ok(Self(steps))
    }
}

/// A field of a struct of the description: its name in `cluster.json`, and how to reach it.
///
/// The structs of the description carry one for each of their fields, under the field's own name:
/// `NodeGroup::sockets` is a `Field<NodeGroup, u32>`.
#[derive(Debug)]
pub struct Field<S: 'static, T: 'static> {
    /// The field's name in `cluster.json`.
    pub key: &'static str,
    /// What the description says of it.
    pub about: &'static str,
    /// Borrows the field of a struct.
    pub get: fn(&S) -> &T,
    /// Borrows the field of a struct, to change it.
    pub get_mut: fn(&mut S) -> &mut T,
}

impl<S, T> Clone for Field<S, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, T> Copy for Field<S, T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_back_what_it_prints() {
        for text in ["", "nodes", "nodes[2].gpus.count", "slurm.partitions[0].nodes[3]"] {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
        }
        for text in ["nodes[", "nodes[x]", "a..b", "."] {
            assert!(text.parse::<Path>().is_err(), "{text}");
        }
    }
}
