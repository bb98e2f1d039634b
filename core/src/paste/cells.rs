//! Cells that go into rows, or become groups.

use super::sheet::Sheet;
use super::{Pasted, Target, counted};
use crate::cluster::{Cluster, NodeGroup};
use crate::hostlist;
use crate::table::{self, Column, Row, Setting};
use std::collections::HashMap;
use std::sync::Arc;

/// Takes the cells: by their names where the first line has them, else from the active cell on.
pub(super) fn take(cluster: &Cluster, sheet: Sheet, target: &Target) -> Result<Pasted, String> {
    let mut taker = Taker { cluster, left: Vec::new(), cells: Vec::new(), fresh: Vec::new() };
    match &sheet.head {
        Some(head) => taker.named(head, &sheet.rows),
        None => match (&sheet.rows[..], target.selected) {
            ([row], [_, _, ..]) if row.len() == 1 => return one_for_all(cluster, &row[0], target),
            _ => taker.in_place(&sheet.rows, target),
        },
    }
    taker.finish()
}

/// One cell, for every row that is selected.
fn one_for_all(cluster: &Cluster, text: &str, target: &Target) -> Result<Pasted, String> {
    let mut after = cluster.clone();
    table::set(&mut after, target.selected, target.column, text)?;
    let (noun, rows) = (target.column.noun(), counted(target.selected.len(), "row"));
    let taken = format!("{} of {rows} is now {text}.", target.column.title());
    Ok(Pasted { cluster: after, name: format!("paste {noun} of {rows}"), taken, left: Vec::new() })
}

struct Taker<'c> {
    cluster: &'c Cluster,
    left: Vec<String>,
    /// What goes into rows.
    cells: Vec<(Row, Setting)>,
    /// What becomes groups.
    fresh: Vec<Vec<Setting>>,
}

impl Taker<'_> {
    /// What a line says; cells that are empty say nothing.
    fn settings(&mut self, line: usize, cells: &[(Column, &String)]) -> Vec<Setting> {
        let mut settings = Vec::new();
        for (column, text) in cells.iter().filter(|(column, text)| *column != Column::Count && !text.is_empty()) {
            match column.read(text) {
                Ok(setting) => settings.push(setting),
                Err(why) => self.leave(format!("line {line}, {}: {}", column.noun(), why.trim_end_matches('.'))),
            }
        }
        settings
    }

    fn leave(&mut self, why: String) {
        if !self.left.contains(&why) {
            self.left.push(why);
        }
    }

    fn give(&mut self, row: Row, settings: Vec<Setting>) {
        for setting in settings {
            match table::is_settable(self.cluster, row, setting.column()) {
                Ok(()) => self.cells.push((row, setting)),
                Err(why) => self.leave(format!("{}: {}", setting.column().noun(), why.trim_end_matches('.'))),
            }
        }
    }

    /// Lines that name their hosts: those of the cluster are changed, others become groups.
    fn named(&mut self, head: &[Result<Column, String>], rows: &[Vec<String>]) {
        for name in head.iter().filter_map(|column| column.as_ref().err()).filter(|name| !name.is_empty()) {
            self.leave(format!("the column “{name}”, which is not known here"));
        }
        let known = known_hosts(self.cluster);
        for (line, row) in rows.iter().enumerate() {
            let cells = head.iter().zip(row).filter_map(|(column, text)| Some((*column.as_ref().ok()?, text)));
            let cells: Vec<(Column, &String)> = cells.collect();
            let mut settings = self.settings(line + 2, &cells);
            let hosts = settings.iter().find_map(|setting| match setting {
                Setting::Hosts(hosts) => Some(hostlist::tidy(hosts)),
                _ => None,
            });
            match hosts {
                None => self.leave(format!("line {}, which names no host", line + 2)),
                Some(hosts) => match known.get(&hosts) {
                    Some(row) => {
                        settings.retain(|setting| setting.column() != Column::Hosts);
                        self.give(*row, settings);
                    }
                    None => self.fresh.push(settings),
                },
            }
        }
    }

    /// Cells from the active one on: rightwards in the order of the columns, downwards in that of the rows.
    fn in_place(&mut self, rows: &[Vec<String>], target: &Target) {
        let first = Column::SHOWN.iter().position(|column| *column == target.column).unwrap_or(0);
        let mut below = 0;
        for (line, row) in rows.iter().enumerate() {
            let cells: Vec<(Column, &String)> = Column::SHOWN[first..].iter().copied().zip(row).collect();
            if row.len() > cells.len() {
                self.leave("cells beyond the last column".to_owned());
            }
            match target.rows.get(target.at + line) {
                Some(at) => {
                    let settings = self.settings(line + 1, &cells);
                    self.give(*at, settings);
                }
                None if first == 0 => {
                    let settings = self.settings(line + 1, &cells);
                    self.fresh.push(settings);
                }
                None => below += 1,
            }
        }
        if below > 0 {
            self.leave(format!("{} below the last row", counted(below, "line")));
        }
    }

    fn finish(self) -> Result<Pasted, String> {
        let Taker { cluster, left, cells, fresh } = self;
        let groups = table::fold_groups(&fresh);
        if cells.is_empty() && groups.is_empty() {
            let why = left.first().map_or("it holds no cells".to_owned(), String::clone);
            return Err(format!("Nothing could be taken: {why}."));
        }
        let mut after = cluster.clone();
        let changed = cells.len();
        table::put(&mut after, cells)?;
        let added = groups.len();
        if added > 0 {
            Arc::make_mut(&mut after.nodes).extend(groups);
        }
        let parts = [(changed, "cell"), (added, "group")];
        let parts: Vec<String> =
            parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, noun)| counted(count, noun)).collect();
        let what = parts.join(" and ");
        let verb = if changed + added == 1 { "was" } else { "were" };
        Ok(Pasted { cluster: after, name: format!("paste {what}"), taken: format!("{what} {verb} taken."), left })
    }
}

/// Groups by their hostlists, and nodes by their names.
pub(super) fn known_hosts(cluster: &Cluster) -> HashMap<String, Row> {
    let mut known = HashMap::new();
    let mut left = hostlist::MAX_HOSTS;
    let whole = |(index, group): (usize, &NodeGroup)| (hostlist::tidy(&group.hosts), Row::group(index));
    for (index, group) in cluster.nodes.iter().enumerate() {
        let count = hostlist::count(&group.hosts).unwrap_or(0);
        if count > left {
            break;
        }
        left -= count;
        for (position, name) in hostlist::expand(&group.hosts).unwrap_or_default().into_iter().enumerate() {
            known.entry(name).or_insert(Row::node(index, position));
        }
    }
    known.extend(cluster.nodes.iter().enumerate().map(whole));
    known
}
