//! Which rows are shown, and in which order.

use super::filter::Candidate;
use super::{Column, Filter, Members, Names, Row};
use crate::cluster::expand::Pattern;
use crate::cluster::{Node, NodeGroup};
use crate::hostlist;
use std::collections::{BTreeMap, BTreeSet};

/// By what rows are sorted: groups among each other, nodes within their group. The description keeps its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The column whose values are compared.
    pub column: Column,
    /// Whether the largest value comes first.
    pub descending: bool,
}

/// What the user wants to see.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    /// The groups, by index, whose nodes are shown.
    pub open: BTreeSet<usize>,
    /// The groups, by index, whose nodes are not shown although the filter fits only some of them.
    pub shut: BTreeSet<usize>,
    /// Which hosts are shown.
    pub filter: Filter,
    /// In which order; `None` for that of the description.
    pub sort: Option<Sort>,
}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// The rows, from top to bottom; a group's nodes follow it.
    pub rows: Vec<Row>,
    /// The hosts of the groups that are open, by the index of the group.
    pub members: BTreeMap<usize, Members>,
    /// How many hosts the filter fits, by the index of the group; groups that it fits as a whole are left out.
    pub found: BTreeMap<usize, usize>,
}

impl View {
    /// Whether the nodes of this group are shown.
    pub fn is_open(&self, group: usize) -> bool {
        self.members.contains_key(&group)
    }
}

/// Which hosts of a group the filter fits.
enum Found {
    Nobody,
    All,
    /// These places.
    Some(Vec<usize>),
}

/// The rows of `groups` as `wish` wants them. Groups whose hosts cannot be read, or are too many, stay closed.
pub fn view(groups: &[NodeGroup], wish: &Wish, names: &mut Names) -> View {
    names.begin();
    let mut view = View::default();
    for (index, group) in sorted_groups(groups, wish.sort) {
        let found = find(index, group, &wish.filter, names);
        let part = match &found {
            Found::Nobody => continue,
            Found::All => None,
            Found::Some(places) => Some(places),
        };
        view.rows.push(Row::group(index));
        if let Some(places) = part {
            view.found.insert(index, places.len());
        }
        let is_open = wish.open.contains(&index) || part.is_some() && !wish.shut.contains(&index);
        let Some(list) = Some(()).filter(|()| is_open).and_then(|()| names.of(&group.hosts)) else { continue };
        let members = Members::new(group, list);
        let mut places = part.cloned().unwrap_or_else(|| (0..members.names.len()).collect());
        if let Some(sort) = wish.sort {
            places = sorted_nodes(places, index, group, &members, sort);
        }
        view.rows.extend(places.into_iter().map(|position| Row::node(index, position)));
        view.members.insert(index, members);
    }
    view
}

fn find(index: usize, group: &NodeGroup, filter: &Filter, names: &mut Names) -> Found {
    if filter.is_empty() {
        return Found::All;
    }
    let pattern = Pattern::new(index, group);
    let like_all = pattern.node(0, String::new());
    let fits = |name: &str, ip, node: &Node, differs| filter.fits(&Candidate { name, ip, node, differs });
    let whole = |fits: bool| if fits { Found::All } else { Found::Nobody };
    if group.overrides.is_empty() && !filter.tells_hosts_apart() {
        return whole(fits("", None, &like_all, false));
    }
    let Some(list) = names.of(&group.hosts) else { return whole(fits(&group.hosts, None, &like_all, false)) };
    let members = Members::new(group, list.clone());
    let fitting = |(place, name): (usize, &String)| {
        let fits = match members.overrides_of(place).next().and_then(|_| members.node(index, group, place)) {
            Some(node) => fits(name, node.ip, &node, true),
            None => fits(name, pattern.ip(place), &like_all, false),
        };
        fits.then_some(place)
    };
    let places: Vec<usize> = list.iter().enumerate().filter_map(fitting).collect();
    match places.len() {
        0 => Found::Nobody,
        all if all == list.len() => Found::All,
        _ => Found::Some(places),
    }
}

/// What a row is sorted by: a number, or where that is the same a text in which numbers count as such.
type Rank = (u64, String);

/// The groups with their index, in order.
fn sorted_groups(groups: &[NodeGroup], sort: Option<Sort>) -> Vec<(usize, &NodeGroup)> {
    let mut order: Vec<usize> = (0..groups.len()).collect();
    if let Some(sort) = sort {
        order = sorted(order, sort.descending, &|index| {
            let group = &groups[index];
            match sort.column {
                Column::Hosts => (0, natural(&group.hosts)),
                Column::Count => (hostlist::count(&group.hosts).unwrap_or(0) as u64, String::new()),
                _ => rank(sort.column, &Pattern::new(index, group).node(0, String::new())),
            }
        });
    }
    order.into_iter().map(|index| (index, &groups[index])).collect()
}

/// The places of nodes in order; they have no count.
fn sorted_nodes(places: Vec<usize>, index: usize, group: &NodeGroup, members: &Members, sort: Sort) -> Vec<usize> {
    if sort.column == Column::Count {
        return places;
    }
    sorted(places, sort.descending, &|place| {
        members.node(index, group, place).map(|node| rank(sort.column, &node)).unwrap_or_default()
    })
}

fn sorted(items: Vec<usize>, descending: bool, rank: &dyn Fn(usize) -> Rank) -> Vec<usize> {
    let mut ranked: Vec<(Rank, usize)> = items.into_iter().map(|item| (rank(item), item)).collect();
    ranked.sort_by(|(left, _), (right, _)| if descending { right.cmp(left) } else { left.cmp(right) });
    ranked.into_iter().map(|(_, item)| item).collect()
}

fn rank(column: Column, node: &Node) -> Rank {
    match column {
        Column::Hosts => (0, natural(&node.name)),
        Column::Address => (node.ip.map_or(0, |ip| u32::from(ip).into()), String::new()),
        Column::Cpu => (node.cpus().into(), String::new()),
        Column::Memory => (node.memory_mib, String::new()),
        Column::Gpus => (node.gpus.count.into(), natural(&node.gpus.model)),
        other => (0, natural(&other.of_node(node))),
    }
}

/// `text` without brackets and with its numbers as wide as numbers get, so that `cn[2-3]` comes before `cn10`.
fn natural(text: &str) -> String {
    let (mut out, mut digits) = (String::with_capacity(text.len() + 20), String::new());
    for c in text.chars().chain([' ']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if !digits.is_empty() {
            out += &format!("{:0>20}", digits.trim_start_matches('0'));
            digits.clear();
        }
        if !matches!(c, '[' | ']') {
            out.push(c);
        }
    }
    out
}
