//! What is done with the rows of the table.

use super::{Panel, Table, row};
use crate::forms::bind::PRIVATE_KEY;
use crate::state::{cell_path, paste_nodes, row_name};
use crate::widgets::binding::Unread;
use crate::widgets::codec::counted;
use clusterflake_core::hostlist;
use clusterflake_core::paste::Target;
use clusterflake_core::private_key::looks_private;
use clusterflake_core::table::{self, Column, Row, Sort};
use leptos::prelude::*;
use std::collections::BTreeSet;

impl Table {
    /// Sorts by a column: upwards, then downwards, then not at all.
    pub(super) fn sort_by(self, column: usize) {
        let column = Column::SHOWN[column];
        let next = match self.sort.get_untracked() {
            Some(Sort { column: by, descending: false }) if by == column => Some(Sort { column, descending: true }),
            Some(Sort { column: by, .. }) if by == column => None,
            _ => Some(Sort { column, descending: false }),
        };
        self.sort.set(next);
        self.said.set(match next {
            Some(sort) => format!("Sorted by {}{}.", column.noun(), if sort.descending { ", downwards" } else { "" }),
            None => "In the order of the description.".to_owned(),
        });
    }

    /// Opens or closes a group.
    pub(super) fn unfold(self, group: usize) {
        let hosts = self.document.read_once(|cluster| cluster.nodes.get(group).map(|group| group.hosts.clone()));
        let Some(hosts) = hosts else { return };
        let is_open = self.shown.with_untracked(|view| view.is_open(group));
        let (from, to) = if is_open { (self.open, self.shut) } else { (self.shut, self.open) };
        from.update(|from| {
            from.remove(&hosts);
        });
        to.update(|to| {
            to.insert(hosts.clone());
        });
        if is_open {
            // What was active in it is not shown any more.
            self.selection.update(|selection| {
                if selection.row.is_some_and(|(active, inside)| active == group && inside.is_some()) {
                    selection.only((group, None));
                }
            });
            return self.said.set(format!("{hosts} closed."));
        }
        let count = hostlist::count(&hosts).unwrap_or(0);
        let opened = self.shown.with_untracked(|view| view.is_open(group));
        self.said.set(match opened {
            true => format!("{hosts} open, {}.", counted(count, "node")),
            false => format!("{hosts} has too many nodes to be shown one by one."),
        });
    }

    /// The text that a cell is edited as: what could not be taken, or what is there.
    pub(super) fn text_to_edit(self, at: Row, column: Column) -> Result<String, String> {
        if let Some(unread) = untrack(|| self.document.unread.at(&cell_path(at, column))) {
            return Ok(unread.text);
        }
        self.document.read_once(|cluster| {
            table::is_settable(cluster, at, column)?;
            let Some(group) = cluster.nodes.get(at.group) else { return Ok(String::new()) };
            let Some(position) = at.position else { return Ok(column.of_group(group)) };
            let node = self.shown.with_untracked(|view| view.members.get(&at.group)?.node(at.group, group, position));
            Ok(node.map(|node| column.of_node(&node)).unwrap_or_default())
        })
    }

    /// Takes the text of a cell. What cannot be read is kept, and told of like that of a field.
    pub(super) fn commit(self, at: Row, column: Column, text: String) -> Result<(), String> {
        let document = self.document;
        if looks_private(&text) {
            return Err(PRIVATE_KEY.to_owned());
        }
        let was = self.text_to_edit(at, column);
        let before = document.read_once(|cluster| cluster.nodes.get(at.group).map(|group| group.hosts.clone()));
        if was.as_ref() == Ok(&text) && untrack(|| document.unread.at(&cell_path(at, column))).is_none() {
            return Ok(());
        }
        let result = document.set_cells(&[at], column, &text);
        match &result {
            Ok(()) => {
                // A group that is renamed stays open.
                let renamed = before.filter(|_| column == Column::Hosts && at.position.is_none());
                if let Some(before) = renamed {
                    let now = document.read_once(|cluster| cluster.nodes[at.group].hosts.clone());
                    self.open.update(|open| {
                        if open.remove(&before) {
                            open.insert(now);
                        }
                    });
                }
            }
            Err(message) => {
                let name = document.read_once(|cluster| row_name(cluster, at));
                let label = format!("{} of {name}", column.title());
                document.unread.keep(cell_path(at, column), Unread { text, message: message.clone(), label });
            }
        }
        result
    }

    /// Forgets a text that could not be taken.
    pub(super) fn dismiss(self, at: Row, column: Column) {
        self.document.unread.forget(&cell_path(at, column));
    }

    /// Gives the selected rows what the first of them has.
    pub(super) fn fill_down(self, column: Column) {
        let rows = untrack(|| self.selected());
        let done = self.document.fill_cells(&rows, column);
        self.tell(done, || format!("{} filled down over {}.", column.title(), counted(rows.len(), "row")));
    }

    /// Takes back what the selected rows have of their own in a column.
    pub(super) fn take_back(self, column: Column) {
        let rows = untrack(|| self.selected());
        let count = self.shown.with_untracked(|view| {
            self.document.read_once(|cluster| table::differing(cluster, &rows, Some(column), view))
        });
        if count == 0 {
            return self.said.set(format!("{}: nothing here differs from the group.", column.title()));
        }
        let done = self.document.take_back_cells(&rows, column);
        self.tell(done, || format!("{} of {} is as in the group again.", column.title(), counted(count, "node")));
    }

    /// Takes back all that the selected rows have of their own.
    pub(super) fn take_back_all(self) {
        let rows = untrack(|| self.selected());
        let done = self.document.take_back_rows(&rows);
        self.tell(done, || "All as in the group again.".to_owned());
    }

    /// Sets a column of all selected rows. Fails with what is wrong with the text.
    pub(super) fn set_selected(self, column: Column, text: &str) -> Result<(), String> {
        if looks_private(text) {
            return Err(PRIVATE_KEY.to_owned());
        }
        let rows = untrack(|| self.selected());
        self.document.set_cells(&rows, column, text)?;
        self.said.set(format!("{} of {} set.", column.title(), counted(rows.len(), "row")));
        Ok(())
    }

    /// Adds a group behind the active one, and selects it.
    pub(super) fn add(self, hosts: &str) -> Result<(), String> {
        let after = self.selection.with_untracked(|selection| selection.row.map(|(group, _)| group));
        let added = self.document.add_nodes(hosts, after)?;
        self.selection.update(|selection| selection.only((added.group, None)));
        self.said.set(format!("{hosts} added."));
        Ok(())
    }

    /// Copies the selected groups, and selects the copies.
    pub(super) fn duplicate(self) {
        let Some(groups) = untrack(|| self.selected_groups()) else { return };
        let copies = self.document.duplicate_groups(&groups);
        self.said.set(format!("{} added.", counted(copies.len(), "group")));
        self.selection.update(|selection| selection.these(copies.iter().map(|row| (row.group, None))));
    }

    /// Moves the selected groups one place down or up.
    pub(super) fn shift(self, down: bool) {
        let Some(groups) = untrack(|| self.selected_groups()) else { return };
        let active = self.selection.with_untracked(|selection| selection.row);
        let moved = self.document.shift_groups(&groups, down);
        self.selection.update(|selection| {
            selection.these(moved.iter().map(|group| (*group, None)));
            let of_active = active.and_then(|(group, _)| groups.iter().position(|other| *other == group));
            selection.row = of_active.and_then(|at| moved.iter().nth(at)).map(|group| (*group, None)).or(selection.row);
        });
    }

    /// Removes the selected rows: groups, and nodes of groups.
    pub(super) fn remove(self) {
        let rows = untrack(|| self.selected());
        let Some(first) = rows.iter().map(|row| row.group).min() else { return };
        let done = self.document.remove_rows(&rows);
        if done.is_ok() {
            let last = self.document.read_once(|cluster| cluster.nodes.len()).saturating_sub(1);
            self.selection.update(|selection| selection.only((first.min(last), None)));
        }
        self.tell(done, || format!("{} removed.", counted(rows.len(), "row")));
    }

    /// Pastes from the active cell on.
    pub(super) fn paste(self, text: &str) {
        let (shown, rows) = (self.shown.get_untracked(), untrack(|| self.selected()));
        let active = self.selection.with_untracked(|selection| selection.row.map(row));
        let at = active.and_then(|active| shown.rows.iter().position(|row| *row == active)).unwrap_or(0);
        let rows = if shown.rows.is_empty() { Vec::new() } else { rows };
        let column = untrack(|| self.column());
        paste_nodes(self.document, self.view, text, &Target { rows: &shown.rows, selected: &rows, at, column });
        if self.panel.get_untracked() == Some(Panel::Paste) {
            self.panel.set(None);
        }
    }

    /// The selected rows as a spreadsheet takes them.
    pub(super) fn copied(self) -> String {
        let rows = untrack(|| self.selected());
        let line = |at: &Row| {
            let cell = |column: &Column| {
                self.document.read_once(|cluster| {
                    let Some(group) = cluster.nodes.get(at.group) else { return String::new() };
                    let Some(position) = at.position else { return column.of_group(group) };
                    let node =
                        self.shown.with_untracked(|view| view.members.get(&at.group)?.node(at.group, group, position));
                    node.map(|node| column.of_node(&node)).unwrap_or_default()
                })
            };
            Column::SHOWN.iter().map(cell).collect::<Vec<_>>().join("\t")
        };
        let head = Column::SHOWN.iter().map(|column| column.title()).collect::<Vec<_>>().join("\t");
        std::iter::once(head).chain(rows.iter().map(line)).map(|line| line + "\n").collect()
    }

    /// Shows the rows that the filter hides, or leaves them out of what is selected.
    pub(super) fn end_filter(self) {
        self.filter_text.set(String::new());
        self.shut.set(BTreeSet::new());
    }

    /// Leaves rows that are not shown out of what is selected.
    pub(super) fn leave_out_hidden(self) {
        let shown: BTreeSet<(usize, Option<usize>)> =
            self.shown.with_untracked(|view| view.rows.iter().map(|row| (row.group, row.position)).collect());
        self.selection.update(|selection| selection.chosen.retain(|row| shown.contains(row)));
    }

    /// Announces what was done, or shows why it was not.
    fn tell(self, done: Result<(), String>, what: impl Fn() -> String) {
        match done {
            Ok(()) => self.said.set(what()),
            Err(why) => self.view.notices.show(true, why, None),
        }
    }
}
