//! The table of nodes: many rows changed in one step.

use super::Document;
use clusterflake_core::cluster::NodeGroup;
use clusterflake_core::table::{self, Column, Row};
use clusterflake_core::{Cluster, Path};
use std::collections::BTreeSet;

/// Where a node's own texts are kept that cannot be read: the description has no place for a node of a group.
const NODES_INSIDE: &str = "nodes";

/// The place of what a cell shows.
pub fn cell_path(row: Row, column: Column) -> Path {
    let group = Path::root().field(Cluster::nodes).index(row.group);
    match row.position {
        Some(position) => group.key(NODES_INSIDE).index(position).key(column.keys()[0]),
        None => group.key(column.keys()[0]),
    }
}

/// The group of the first row: where undo leads back to.
fn place_of(rows: &[Row]) -> Path {
    let list = Path::root().field(Cluster::nodes);
    rows.first().map_or(list.clone(), |row| list.index(row.group))
}

/// `cn[001-128]`, or `12 rows`.
fn whom(cluster: &Cluster, rows: &[Row]) -> String {
    match rows {
        [row] => row_name(cluster, *row),
        _ => format!("{} rows", rows.len()),
    }
}

/// The hosts of a group, or the name of a node.
pub fn row_name(cluster: &Cluster, row: Row) -> String {
    let Some(NodeGroup { hosts, .. }) = cluster.nodes.get(row.group) else { return String::new() };
    let name =
        row.position.and_then(|position| clusterflake_core::hostlist::expand(hosts).ok()?.into_iter().nth(position));
    name.unwrap_or_else(|| hosts.clone())
}

impl Document {
    /// Sets a column of rows. Fails with a sentence where the text cannot be read; the design is then as it was.
    pub fn set_cells(self, rows: &[Row], column: Column, text: &str) -> Result<(), String> {
        self.change_rows("set", rows, column, &|cluster| table::set(cluster, rows, column, text))
    }

    /// Gives all rows what the first has in a column. Fails as [`Document::set_cells`] does.
    pub fn fill_cells(self, rows: &[Row], column: Column) -> Result<(), String> {
        self.change_rows("fill down", rows, column, &|cluster| table::fill_down(cluster, rows, column))
    }

    /// Takes back what rows have of their own in a column. Fails where their group cannot be taken apart.
    pub fn take_back_cells(self, rows: &[Row], column: Column) -> Result<(), String> {
        self.change_rows("take back", rows, column, &|cluster| table::take_back(cluster, rows, column))
    }

    fn change_rows(
        self,
        verb: &str,
        rows: &[Row],
        column: Column,
        change: &dyn Fn(&mut Cluster) -> Result<(), String>,
    ) -> Result<(), String> {
        let whom = self.read_once(|cluster| whom(cluster, rows));
        self.change(&place_of(rows), format!("{verb} {} of {whom}", column.noun()), change)?;
        rows.iter().for_each(|row| self.unread.forget(&cell_path(*row, column)));
        Ok(())
    }

    /// Takes back all that rows have of their own. Fails where their group cannot be taken apart.
    pub fn take_back_rows(self, rows: &[Row]) -> Result<(), String> {
        let whom = self.read_once(|cluster| whom(cluster, rows));
        let name = format!("take back the differences of {whom}");
        self.change(&place_of(rows), name, &|cluster| table::take_back_all(cluster, rows))
    }

    /// Adds a group of these hosts behind the group `after`; gives its row. Fails as [`table::add`] does.
    pub fn add_nodes(self, hosts: &str, after: Option<usize>) -> Result<Row, String> {
        let mut added = self.read_once(Cluster::clone);
        let index = table::add(&mut added, hosts, after)?;
        let list = Path::root().field(Cluster::nodes);
        self.rearrange(&list, format!("add {}", added.nodes[index].hosts), &|cluster| *cluster = added.clone());
        Ok(Row::group(index))
    }

    /// Copies groups, each behind itself; gives the rows of the copies.
    pub fn duplicate_groups(self, groups: &BTreeSet<usize>) -> Vec<Row> {
        let mut after = self.read_once(Cluster::clone);
        let copies = table::duplicate(&mut after, groups);
        self.rearrange_nodes("duplicate", groups.iter().map(|group| Row::group(*group)).collect(), after);
        copies
    }

    /// Moves groups one place up or down; gives where they are then.
    pub fn shift_groups(self, groups: &BTreeSet<usize>, down: bool) -> BTreeSet<usize> {
        let mut after = self.read_once(Cluster::clone);
        let moved = table::shift(&mut after, groups, down);
        self.rearrange_nodes("move", groups.iter().map(|group| Row::group(*group)).collect(), after);
        moved
    }

    /// Takes groups away, and nodes out of theirs. Fails as [`table::remove`] does.
    pub fn remove_rows(self, rows: &[Row]) -> Result<(), String> {
        let mut after = self.read_once(Cluster::clone);
        table::remove(&mut after, rows)?;
        self.rearrange_nodes("remove", rows.to_vec(), after);
        Ok(())
    }

    fn rearrange_nodes(self, verb: &str, rows: Vec<Row>, after: Cluster) {
        let name = self.read_once(|cluster| format!("{verb} {}", whom(cluster, &rows)));
        self.rearrange(&Path::root().field(Cluster::nodes), name, &|cluster| *cluster = after.clone());
    }
}
