//! What the rows of the table show.

use super::Table;
use crate::state::{Document, Output, cell_path};
use crate::widgets::codec::{counted, grouped};
use crate::widgets::grid::{GridCell, GridRow, RowKey};
use clusterflake_core::cluster::NodeGroup;
use clusterflake_core::diagnostic::Severity;
use clusterflake_core::path::{Path, Step};
use clusterflake_core::table::{Column, Row};
use clusterflake_core::{Cluster, hostlist, memory};
use leptos::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;

/// How many hosts each group has; none where its hostlist cannot be read.
pub(super) fn sizes(groups: &[NodeGroup]) -> Vec<usize> {
    groups.iter().map(|group| hostlist::count(&group.hosts).unwrap_or(0)).collect()
}

/// The column that rows are sorted by.
pub(super) fn sorted(table: Table) -> Signal<Option<(usize, bool)>> {
    Signal::derive(move || {
        let sort = table.sort.get()?;
        Some((Column::SHOWN.iter().position(|column| *column == sort.column)?, sort.descending))
    })
}

/// The places of the fields with errors, as far as their names.
fn wrong(document: Document, output: Output) -> Memo<Arc<HashSet<String>>> {
    Memo::new(move |_| {
        let problems = output.problems();
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).map(|problem| &problem.path);
        let unread = document.unread.all();
        let field = |path: &Path| {
            let steps = match path.steps() {
                [Step::Key(nodes), _, Step::Key(list), _, Step::Key(_), ..]
                    if nodes == "nodes" && list == NodeGroup::overrides.key =>
                {
                    5
                }
                [Step::Key(nodes), _, Step::Key(_), ..] if nodes == "nodes" => 3,
                _ => return None,
            };
            let path = path.steps()[..steps].iter().fold(Path::root(), |path, step| match step {
                Step::Key(key) => path.key(key),
                Step::Index(index) => path.index(*index),
            });
            Some(path.to_string())
        };
        Arc::new(errors.chain(unread.iter().map(|(path, _)| path)).filter_map(field).collect())
    })
}

/// What a row shows.
pub(super) fn cells(table: Table) -> Callback<RowKey, GridRow> {
    let document = table.document;
    let wrong = wrong(document, Output::here());
    let groups = document.section(|cluster| &cluster.nodes);
    Callback::new(move |(index, inside): RowKey| {
        let groups = groups.get();
        let Some(group) = groups.get(index) else { return GridRow::default() };
        let wrong = wrong.get();
        let is_wrong = |change: Option<usize>, column: &Column| {
            let group = Path::root().field(Cluster::nodes).index(index);
            let place = change.map_or(group.clone(), |change| group.field(NodeGroup::overrides).index(change));
            !wrong.is_empty() && column.keys().iter().any(|key| wrong.contains(&place.key(key).to_string()))
        };
        let at = Row { group: index, position: inside };
        let mut row = match inside {
            None => group_row(table, index, group, &is_wrong),
            Some(position) => node_row(table, index, group, position, &is_wrong),
        };
        // Text that could not be taken stays where it was typed.
        if document.unread.count() > 0 {
            for (cell, column) in row.cells.iter_mut().zip(Column::SHOWN) {
                if let Some(unread) = document.unread.at(&cell_path(at, *column)) {
                    (cell.text, cell.wrong) = (unread.text, true);
                }
            }
        }
        row
    })
}

fn group_row(
    table: Table,
    index: usize,
    group: &NodeGroup,
    is_wrong: &dyn Fn(Option<usize>, &Column) -> bool,
) -> GridRow {
    let cell = |column: &Column| {
        let text = column.of_group(group);
        GridCell { text: brief(*column, text), wrong: is_wrong(None, column) && *column != Column::Count, own: None }
    };
    let count = hostlist::count(&group.hosts).unwrap_or(0);
    let (is_open, found) = table.shown.with(|view| (view.is_open(index), view.found.get(&index).copied()));
    let own: usize = group.overrides.iter().filter_map(|change| hostlist::count(&change.hosts).ok()).sum();
    let remarks = [
        found.map(|found| format!("{} found", grouped(found as u64))),
        (own > 0).then(|| format!("{} differ{}", own.min(count), if own.min(count) == 1 { "s" } else { "" })),
    ];
    GridRow {
        cells: Column::SHOWN.iter().map(cell).collect(),
        open: (count > 0).then_some(is_open),
        remark: remarks.into_iter().flatten().collect::<Vec<_>>().join(" · "),
    }
}

fn node_row(
    table: Table,
    index: usize,
    group: &NodeGroup,
    position: usize,
    is_wrong: &dyn Fn(Option<usize>, &Column) -> bool,
) -> GridRow {
    table
        .shown
        .with(|view| {
            let members = view.members.get(&index)?;
            let node = members.node(index, group, position)?;
            let own = members.own(group, position);
            let of: Vec<usize> = members.overrides_of(position).collect();
            let cell = |column: &Column| {
                let is_own = column.is_own(&own);
                let back = || format!("Take back {} of {}: as in the group", column.noun(), node.name);
                GridCell {
                    text: brief(*column, column.of_node(&node)),
                    wrong: is_own && of.iter().any(|change| is_wrong(Some(*change), column)),
                    own: is_own.then(back),
                }
            };
            let own: Vec<&str> = Column::ALL
                .iter()
                .filter(|column| is_told(**column) && column.is_own(&own))
                .map(|column| column.noun())
                .collect();
            let remark = if own.is_empty() { String::new() } else { format!("own {}", own.join(", ")) };
            Some(GridRow { cells: Column::SHOWN.iter().map(cell).collect(), open: None, remark })
        })
        .unwrap_or_default()
}

/// Whether a difference in this column is told as such: sockets, cores and threads are the CPU's.
fn is_told(column: Column) -> bool {
    !matches!(column, Column::Sockets | Column::Cores | Column::Threads)
}

/// Text as the table has room for it.
fn brief(column: Column, text: String) -> String {
    match column {
        Column::Memory => memory::read_of_node(&text).map(memory::brief_of_node).unwrap_or(text),
        Column::Count => text.parse().map(grouped).unwrap_or(text),
        _ => text,
    }
}

/// What stands below the table: what is selected and not shown, and that sorting changes nothing.
pub(super) fn status(table: Table) -> Vec<String> {
    let mut said = Vec::new();
    let chosen = table.selection.with(|selection| selection.chosen.len());
    if chosen > 1 {
        said.push(format!("{} selected.", counted(chosen, "row")));
    }
    if let Some(sort) = table.sort.get() {
        let order = if sort.descending { ", the greatest first" } else { "" };
        said.push(format!("Sorted by {}{order}. The description keeps its order.", sort.column.noun()));
    }
    said
}
