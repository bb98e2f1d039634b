//! The table of nodes: groups and the nodes in them as rows, cells as text, and what can be done with many of them at
//! once. Plain functions of the description; the page draws what they give.

mod cells;
mod column;
mod filter;
mod members;
mod own;
mod rows;
#[cfg(test)]
mod tests;
mod view;

pub use cells::{differing, fill_down, is_settable, put, set, take_back, take_back_all};
pub use column::{Column, Setting};
pub use filter::{Filter, KEYS, Key};
pub use members::{Members, Names};
pub use rows::{add, duplicate, fold_groups, remove, shift};
pub use view::{Sort, View, Wish, view};

/// A row: a group, or a node in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    /// The index of the group in `Cluster::nodes`.
    pub group: usize,
    /// Which node, by its place in the group's hostlist, counted from 0; `None` for the group itself.
    pub position: Option<usize>,
}

impl Row {
    /// The row of the group at index `group` of `Cluster::nodes`.
    pub fn group(group: usize) -> Self {
        Self { group, position: None }
    }

    /// The row of the host at `position` in that group's hostlist, counted from 0.
    pub fn node(group: usize, position: usize) -> Self {
        Self { group, position: Some(position) }
    }
}
