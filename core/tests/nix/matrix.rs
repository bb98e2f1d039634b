//! Combinations of features: every pair of two switches' levels in some cluster, evaluated on all its nodes.

use crate::{SWITCHES, hold};
use clusterflake_core::check;
use clusterflake_core::cluster::Cluster;
use clusterflake_core::diagnostic::apply;
use clusterflake_core::diagnostic::{Fix, Severity};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A feature that is one way or another. Each level is edits to `base.json`, one a line (`slurm.x11 = true`);
/// `""` is as in the base.
pub struct Switch {
    pub name: &'static str,
    pub levels: &'static [&'static str],
}

/// A level of each switch.
type Row = Vec<usize>;
/// A level of one switch, and one of another.
type Pair = ((usize, usize), (usize, usize));

struct Space {
    switches: Vec<&'static Switch>,
    base: Cluster,
}

impl Space {
    fn new() -> Self {
        let base = Cluster::from_json(include_str!("base.json")).expect("base.json is a description");
        Self { switches: SWITCHES.iter().copied().flatten().collect(), base }
    }

    fn cluster(&self, row: &Row) -> Cluster {
        let levels = self.switches.iter().zip(row).map(|(switch, level)| switch.levels[*level]);
        levels.fold(self.base.clone(), edited)
    }

    /// The ids of the errors of a row's description.
    fn errors(&self, row: &Row) -> BTreeSet<&'static str> {
        let problems = check::check(&self.cluster(row));
        problems.iter().filter(|problem| problem.severity == Severity::Error).map(|problem| problem.id).collect()
    }

    fn pairs(&self) -> BTreeSet<Pair> {
        let mut pairs = BTreeSet::new();
        for (a, one) in self.switches.iter().enumerate() {
            for (b, other) in self.switches.iter().enumerate().skip(a + 1) {
                for level in 0..one.levels.len() {
                    pairs.extend((0..other.levels.len()).map(|other| ((a, level), (b, other))));
                }
            }
        }
        pairs
    }

    /// A row with `pair` that covers many of `open`, and whose description has no errors; or the errors that the pair
    /// itself makes.
    fn row_with(&self, pair: Pair, open: &BTreeSet<Pair>) -> Result<Row, BTreeSet<&'static str>> {
        let mut row = vec![0; self.switches.len()];
        row[pair.0.0] = pair.0.1;
        row[pair.1.0] = pair.1.1;
        let alone = self.errors(&row);
        if !alone.is_empty() {
            return Err(alone);
        }
        let mut set = vec![pair.0.0, pair.1.0];
        for switch in (0..self.switches.len()).filter(|switch| ![pair.0.0, pair.1.0].contains(switch)) {
            let gain = |level: &usize| {
                set.iter().filter(|other| open.contains(&ordered((switch, *level), (**other, row[**other])))).count()
            };
            let mut levels: Vec<usize> = (0..self.switches[switch].levels.len()).collect();
            levels.sort_by_cached_key(|level| usize::MAX - gain(level));
            let goes = levels.into_iter().find(|level| {
                row[switch] = *level;
                *level == 0 || self.errors(&row).is_empty()
            });
            row[switch] = goes.expect("the base's level goes with all");
            set.push(switch);
        }
        Ok(row)
    }
}

/// `cluster` after `edits`, one a line.
pub fn edited(cluster: Cluster, edits: &str) -> Cluster {
    edits.lines().map(str::trim).filter(|edit| !edit.is_empty()).fold(cluster, |cluster, edit| {
        let (path, value) = edit.split_once(" = ").unwrap_or_else(|| panic!("no edit: {edit}"));
        let value: serde_json::Value = serde_json::from_str(value).unwrap_or_else(|e| panic!("{edit}: {e}"));
        let fix = Fix::set("", path.parse().unwrap_or_else(|e| panic!("{edit}: {e}")), value);
        apply(&cluster, &fix).unwrap_or_else(|error| panic!("{edit}: {error}"))
    })
}

fn ordered(a: (usize, usize), b: (usize, usize)) -> Pair {
    if a.0 < b.0 { (a, b) } else { (b, a) }
}

fn covered(row: &Row) -> impl Iterator<Item = Pair> {
    (0..row.len()).flat_map(move |a| (a + 1..row.len()).map(move |b| ((a, row[a]), (b, row[b]))))
}

#[test]
fn every_pair_of_features_goes_together() {
    let space = Space::new();
    assert_eq!(space.errors(&vec![0; space.switches.len()]), BTreeSet::new(), "base.json has errors");
    let mut open = space.pairs();
    let all = open.len();
    let mut refused: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut rows = Vec::new();
    while let Some(pair) = open.first().copied() {
        open.remove(&pair);
        match space.row_with(pair, &open) {
            Ok(row) => {
                for pair in covered(&row) {
                    open.remove(&pair);
                }
                rows.push(row);
            }
            Err(errors) => {
                let name = |(switch, level): (usize, usize)| {
                    format!("{} = {:?}", space.switches[switch].name, space.switches[switch].levels[level])
                };
                refused.insert(format!("{} with {}", name(pair.0), name(pair.1)), errors);
            }
        }
    }
    println!(
        "{} switches, {all} pairs, {} combinations, {} pairs refused:",
        space.switches.len(),
        rows.len(),
        refused.len()
    );
    refused.iter().for_each(|(pair, errors)| println!("  {pair}: {errors:?}"));
    // Nix takes one core for each evaluation.
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((index, row)) = rows.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed)) {
                    let chosen = space.switches.iter().zip(row).filter(|(_, level)| **level != 0);
                    let label: Vec<String> = chosen.map(|(switch, level)| format!("{}:{level}", switch.name)).collect();
                    hold(&format!("combination {index} ({})", label.join(" ")), space.cluster(row));
                }
            });
        }
    });
}
