//! Cells that are set: of one row or of many, of groups and of nodes.

use super::own::{change_own, counted_on};
use super::{Column, Members, Row, Setting, View};
use crate::cluster::{Cluster, NodeGroup, NodeOverride};
use crate::hostlist;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Whether `column` of `row` can be set. `Err` is a sentence that says how to change it instead.
pub fn is_settable(cluster: &Cluster, row: Row, column: Column) -> Result<(), String> {
    let Some(group) = cluster.nodes.get(row.group) else { return Err("This row is gone.".to_owned()) };
    match row.position {
        // A group of one host is that host.
        Some(_) if hostlist::count(&group.hosts) == Ok(1) => Ok(()),
        Some(_) => column.may_differ().map_err(str::to_owned),
        None if column == Column::Count => column.may_differ().map_err(str::to_owned),
        None if column == Column::Address && !group.addresses.is_empty() => Err(format!(
            "The addresses of {} are listed one by one: change them in its nodes, or in the form below.",
            group.hosts
        )),
        None => Ok(()),
    }
}

/// Sets `column` of all `rows` to what `text` says; addresses count on from row to row.
///
/// `Err` is a sentence: the text cannot be read, or one of the rows cannot have such a value; nothing is changed then.
pub fn set(cluster: &mut Cluster, rows: &[Row], column: Column, text: &str) -> Result<(), String> {
    let setting = column.read(text)?;
    for row in rows {
        is_settable(cluster, *row, column)?;
    }
    let mut steps = 0;
    let mut cells = Vec::with_capacity(rows.len());
    for row in rows {
        let next = match &setting {
            Setting::Address(first) => Setting::Address(counted_on(first, steps)),
            Setting::Fabric(first) => Setting::Fabric(counted_on(first, steps)),
            other => other.clone(),
        };
        cells.push((*row, next));
        steps += hosts_of(cluster, *row);
    }
    put(cluster, cells)
}

/// Gives all further `rows` what the first one has in `column`; addresses count on.
///
/// Fails as [`set`] does, and where there is nothing to fill.
pub fn fill_down(cluster: &mut Cluster, rows: &[Row], column: Column) -> Result<(), String> {
    let [first, rest @ ..] = rows else { return Err("Select the rows to fill: the first gives its value.".to_owned()) };
    if rest.is_empty() {
        return Err("Select more rows to fill: the first gives its value to those below it.".to_owned());
    }
    let text = text_of(cluster, *first, column);
    let counted = matches!(column, Column::Address | Column::Fabric);
    let text = if counted { counted_on(&text, hosts_of(cluster, *first)) } else { text };
    set(cluster, rest, column, &text)
}

/// How many hosts a row stands for.
fn hosts_of(cluster: &Cluster, row: Row) -> usize {
    match row.position {
        Some(_) => 1,
        None => cluster.nodes.get(row.group).and_then(|group| hostlist::count(&group.hosts).ok()).unwrap_or(0),
    }
}

fn text_of(cluster: &Cluster, row: Row, column: Column) -> String {
    let Some(group) = cluster.nodes.get(row.group) else { return String::new() };
    let Some(position) = row.position else { return column.of_group(group) };
    let members = Members::new(group, Arc::new(hostlist::expand(&group.hosts).unwrap_or_default()));
    members.node(row.group, group, position).map(|node| column.of_node(&node)).unwrap_or_default()
}

/// Puts values into rows: first into groups, then into nodes, which get what differs from their group.
///
/// `Err` is a sentence: what nodes have of their own cannot be taken apart; `cluster` must then be thrown away.
pub fn put(cluster: &mut Cluster, cells: Vec<(Row, Setting)>) -> Result<(), String> {
    let groups = Arc::make_mut(&mut cluster.nodes);
    let mut nodes: BTreeMap<usize, BTreeMap<usize, Vec<Setting>>> = BTreeMap::new();
    for (row, setting) in cells {
        let Some(group) = groups.get_mut(row.group) else { continue };
        match row.position {
            Some(position) => {
                nodes.entry(row.group).or_default().entry(position).or_default().push(setting);
            }
            None => setting.put_group(group),
        }
    }
    for (index, mut settings) in nodes {
        let group = &mut groups[index];
        raise(group, &mut settings)?;
        let positions: BTreeSet<usize> = settings.keys().copied().collect();
        let template = group.clone();
        change_own(group, &positions, &|position, own| {
            for setting in settings.get(&position).into_iter().flatten() {
                setting.put_own(&template, own);
            }
        })?;
    }
    Ok(())
}

/// Takes out of `settings` what is better said of the group itself: a listed address, and what every host shall have.
fn raise(group: &mut NodeGroup, settings: &mut BTreeMap<usize, Vec<Setting>>) -> Result<(), String> {
    for (position, of_host) in settings.iter_mut() {
        let Some(listed) = group.addresses.get_mut(*position) else { continue };
        of_host.retain(|setting| match setting {
            Setting::Address(address) => {
                listed.clone_from(address);
                false
            }
            _ => true,
        });
    }
    if hostlist::count(&group.hosts) != Ok(settings.len()) {
        return Ok(());
    }
    let alone = settings.len() == 1;
    let Some(first) = settings.values().next().cloned() else { return Ok(()) };
    let counted = |setting: &Setting| matches!(setting.column(), Column::Address | Column::Fabric | Column::Hosts);
    for setting in first.into_iter().filter(|setting| alone || !counted(setting)) {
        if settings.values().all(|all| all.contains(&setting)) {
            let positions = settings.keys().copied().collect();
            change_own(group, &positions, &|_, own| setting.column().clear_own(own))?;
            setting.put_group(group);
            settings.values_mut().for_each(|all| all.retain(|other| *other != setting));
        }
    }
    Ok(())
}

/// How many differences `rows` have that can be taken back: hosts with a value of their own, in `column` or anywhere.
/// A group stands for all its hosts; `view` knows those of the open ones.
pub fn differing(cluster: &Cluster, rows: &[Row], column: Option<Column>, view: &View) -> usize {
    let of_group = |(index, positions): (usize, Option<BTreeSet<usize>>)| {
        let Some(group) = cluster.nodes.get(index).filter(|group| !group.overrides.is_empty()) else { return 0 };
        let closed = || Members::new(group, Arc::new(hostlist::expand(&group.hosts).unwrap_or_default()));
        let members = view.members.get(&index).map_or_else(|| Cow::Owned(closed()), Cow::Borrowed);
        let concerned = |position: &usize| {
            positions.as_ref().is_none_or(|positions| positions.contains(position))
                && column.is_none_or(|column| column.is_own(&members.own(group, *position)))
        };
        members.differing().filter(concerned).count()
    };
    by_group(rows).into_iter().map(of_group).sum()
}

/// Takes back what `rows` have of their own in `column`. Fails as [`put`] does.
pub fn take_back(cluster: &mut Cluster, rows: &[Row], column: Column) -> Result<(), String> {
    clear(cluster, rows, &|own| column.clear_own(own))
}

/// Takes back all that `rows` have of their own, NixOS modules too. Fails as [`put`] does.
pub fn take_back_all(cluster: &mut Cluster, rows: &[Row]) -> Result<(), String> {
    clear(cluster, rows, &|own| *own = NodeOverride::default())
}

fn clear(cluster: &mut Cluster, rows: &[Row], clear: &dyn Fn(&mut NodeOverride)) -> Result<(), String> {
    let groups = Arc::make_mut(&mut cluster.nodes);
    for (index, positions) in by_group(rows) {
        let Some(group) = groups.get_mut(index) else { continue };
        let count = hostlist::count(&group.hosts).map_err(|error| error.to_string())?;
        let positions = positions.unwrap_or_else(|| (0..count).collect());
        change_own(group, &positions, &|_, own| clear(own))?;
    }
    Ok(())
}

/// The rows, by their group: places of nodes, or none where the whole group is meant.
pub(super) fn by_group(rows: &[Row]) -> BTreeMap<usize, Option<BTreeSet<usize>>> {
    let mut groups: BTreeMap<usize, Option<BTreeSet<usize>>> = BTreeMap::new();
    for row in rows {
        match row.position {
            None => {
                groups.insert(row.group, None);
            }
            Some(position) => {
                if let Some(positions) = groups.entry(row.group).or_insert_with(|| Some(BTreeSet::new())) {
                    positions.insert(position);
                }
            }
        }
    }
    groups
}
