//! Rows that are added, copied, moved and taken away.

use super::cells::by_group;
use super::own::{change_own, counted_on};
use super::{Row, Setting};
use crate::check;
use crate::cluster::expand::{Pattern, count_on};
use crate::cluster::{Cluster, NodeGroup, Role};
use crate::hostlist;
use crate::path;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// Adds a group of `hosts` behind the group `after`, with its hardware and the next free address; gives its index. A
/// cluster rarely has a second controller: nodes behind one are workers.
///
/// `Err` is a sentence: `hosts` is not a valid hostlist, or names hosts that the cluster has already.
pub fn add(cluster: &mut Cluster, hosts: &str, after: Option<usize>) -> Result<usize, String> {
    let hosts = hostlist::tidy(hosts);
    if hosts.is_empty() {
        return Err("Write the hosts to add: one name, “login1”, or a hostlist, “cn[001-128]”.".to_owned());
    }
    hostlist::count(&hosts).map_err(|error| error.to_string())?;
    let neighbour = after.or(cluster.nodes.len().checked_sub(1)).and_then(|at| Some((at, cluster.nodes.get(at)?)));
    let (index, mut group) = match neighbour {
        Some((at, group)) => (at + 1, group.clone()),
        None => (0, NodeGroup::default()),
    };
    clear_places(&mut group);
    group.hosts = hosts;
    if group.roles.contains(&Role::Controller) {
        group.roles = vec![Role::Worker];
    }
    insert(cluster, index, group)?;
    Ok(index)
}

/// What is true of the hosts of one group only.
fn clear_places(group: &mut NodeGroup) {
    group.first_ip =
        last_address(group).and_then(|last| count_on(last, 1)).map(|next| next.to_string()).unwrap_or_default();
    let count = hostlist::count(&group.hosts).unwrap_or(0);
    group.fabric_first_ip = counted_on(&group.fabric_first_ip, count);
    group.addresses.clear();
    group.mac_addresses.clear();
    group.overrides.clear();
}

/// The highest address that a group counts to or lists.
fn last_address(group: &NodeGroup) -> Option<Ipv4Addr> {
    let listed = group.addresses.iter().filter_map(|address| address.trim().parse().ok()).max();
    let counted = || {
        let count = hostlist::count(&group.hosts).ok()?.checked_sub(1)?;
        count_on(group.first_ip.trim().parse().ok()?, count)
    };
    listed.or_else(counted)
}

/// Puts a group in, with the address that the checks propose where its own cannot be.
///
/// Fails with a sentence where it has hosts that the cluster has.
fn insert(cluster: &mut Cluster, index: usize, mut group: NodeGroup) -> Result<(), String> {
    let names = hostlist::expand(&group.hosts).unwrap_or_default();
    let names: BTreeSet<&String> = names.iter().collect();
    let taken = |other: &NodeGroup| {
        hostlist::expand(&other.hosts).unwrap_or_default().into_iter().find(|name| names.contains(name))
    };
    if let Some(name) = cluster.nodes.iter().find_map(taken) {
        return Err(format!("The cluster has a host {name} already: choose other names."));
    }
    // Tried at the end, since of two groups that clash the later one gives way.
    let mut tried = cluster.clone();
    Arc::make_mut(&mut tried.nodes).push(group.clone());
    let address = path![Cluster::nodes].index(cluster.nodes.len()).field(NodeGroup::first_ip);
    let fixes =
        check::check(&tried).into_iter().filter(|problem| problem.path == address).filter_map(|problem| problem.fix);
    let mut proposed = fixes.flat_map(|fix| fix.set).filter(|(path, _)| *path == address);
    if let Some(free) = proposed.next().and_then(|(_, value)| value.as_str().map(str::to_owned)) {
        group.first_ip = free;
    }
    Arc::make_mut(&mut cluster.nodes).insert(index, group);
    Ok(())
}

/// Copies groups, each behind itself, under the names that count on where its names do; gives the rows of the copies.
pub fn duplicate(cluster: &mut Cluster, groups: &BTreeSet<usize>) -> Vec<Row> {
    let mut copies = Vec::new();
    for (added, index) in groups.iter().enumerate() {
        let at = index + added;
        let Some(group) = cluster.nodes.get(at).cloned() else { continue };
        let next = next_hosts(&group.hosts);
        let copy = next.map(|hosts| {
            let mut copy = group.clone();
            clear_places(&mut copy);
            NodeGroup { hosts, ..copy }
        });
        // Names that are taken, or do not count on, are left for the user to change.
        if copy.is_none_or(|copy| insert(cluster, at + 1, copy).is_err()) {
            Arc::make_mut(&mut cluster.nodes).insert(at + 1, group);
        }
        copies.push(Row::group(at + 1));
    }
    copies
}

/// The hostlist that goes on where `hosts` ends: `cn[129-256]` for `cn[001-128]`, `login2` for `login1`.
fn next_hosts(hosts: &str) -> Option<String> {
    let names = hostlist::expand(hosts).ok()?;
    let (last, count) = (names.last()?, names.len() as u64);
    let head = last.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &last[head.len()..];
    let alike = |name: &String| {
        name.strip_prefix(head).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    let number: u64 = digits.parse().ok()?;
    let end = number.checked_add(count)?;
    if !names.iter().all(alike) {
        return None;
    }
    let width = digits.len();
    Some(hostlist::compress(&(number + 1..=end).map(|n| format!("{head}{n:0width$}")).collect::<Vec<_>>()))
}

/// Moves groups one place up or down in the description, together; gives where they are then. Nothing moves where the
/// first or the last of them is at the end.
pub fn shift(cluster: &mut Cluster, groups: &BTreeSet<usize>, down: bool) -> BTreeSet<usize> {
    let count = cluster.nodes.len();
    let at_end = if down { groups.iter().any(|at| at + 1 >= count) } else { groups.contains(&0) };
    if at_end || groups.is_empty() {
        return groups.clone();
    }
    let list = Arc::make_mut(&mut cluster.nodes);
    if down {
        groups.iter().rev().for_each(|at| list.swap(*at, at + 1));
        groups.iter().map(|at| at + 1).collect()
    } else {
        groups.iter().for_each(|at| list.swap(*at, at - 1));
        groups.iter().map(|at| at - 1).collect()
    }
}

/// Takes groups away, and nodes out of theirs; all other nodes keep what they have, addresses too.
///
/// `Err` is a sentence: a group cannot be taken apart; `cluster` must then be thrown away.
pub fn remove(cluster: &mut Cluster, rows: &[Row]) -> Result<(), String> {
    let mut gone = BTreeSet::new();
    for (index, positions) in by_group(rows) {
        let Some(group) = Arc::make_mut(&mut cluster.nodes).get_mut(index) else { continue };
        match positions {
            Some(positions) if hostlist::count(&group.hosts).is_ok_and(|count| positions.len() < count) => {
                remove_nodes(index, group, &positions)?;
            }
            _ => {
                gone.insert(index);
            }
        }
    }
    let mut index = 0;
    Arc::make_mut(&mut cluster.nodes).retain(|_| {
        index += 1;
        !gone.contains(&(index - 1))
    });
    Ok(())
}

fn remove_nodes(index: usize, group: &mut NodeGroup, gone: &BTreeSet<usize>) -> Result<(), String> {
    let names = hostlist::expand(&group.hosts).map_err(|error| error.to_string())?;
    change_own(group, gone, &|_, own| *own = Default::default())?;
    let pattern = Pattern::new(index, group);
    let stay: Vec<usize> = (0..names.len()).filter(|place| !gone.contains(place)).collect();
    let node = |place: &usize| pattern.node(*place, String::new());
    let addresses: Vec<_> = stay.iter().map(|place| node(place).ip).collect();
    let fabric: Vec<_> = stay.iter().map(|place| node(place).fabric_ip).collect();
    let left = |list: &[String]| stay.iter().filter_map(|place| list.get(*place).cloned()).collect::<Vec<_>>();
    let (listed, macs) = (left(&group.addresses), left(&group.mac_addresses));
    group.hosts = hostlist::compress(&stay.iter().map(|place| names[*place].clone()).collect::<Vec<_>>());
    group.mac_addresses = macs;
    if !group.addresses.is_empty() {
        group.addresses = listed;
    } else if let Some(first) = addresses.first().copied().flatten() {
        group.first_ip = first.to_string();
        if !count_on_from(first, &addresses) {
            group.addresses = addresses.iter().flatten().map(Ipv4Addr::to_string).collect();
        }
    }
    if let Some(first) = fabric.first().copied().flatten() {
        group.fabric_first_ip = first.to_string();
        let moved: BTreeSet<usize> = (0..fabric.len()).collect();
        change_own(group, &moved, &|place, own| {
            if own.fabric_first_ip.is_none() {
                own.fabric_first_ip = fabric[place].map(|ip| ip.to_string());
            }
        })?;
    }
    Ok(())
}

fn count_on_from(first: Ipv4Addr, addresses: &[Option<Ipv4Addr>]) -> bool {
    addresses.iter().enumerate().all(|(step, address)| *address == count_on(first, step))
}

/// Groups of what neighbouring rows say, each of single hosts or lists of them: rows that are alike but for hosts and
/// addresses become one group.
pub fn fold_groups(rows: &[Vec<Setting>]) -> Vec<NodeGroup> {
    struct Fold {
        group: NodeGroup,
        names: Vec<String>,
        addresses: Vec<String>,
    }
    let mut folds: Vec<Fold> = Vec::new();
    for row in rows {
        let mut group = NodeGroup::default();
        row.iter().for_each(|setting| setting.put_group(&mut group));
        let (hosts, first) = (std::mem::take(&mut group.hosts), std::mem::take(&mut group.first_ip));
        let names = hostlist::expand(&hostlist::tidy(&hosts)).unwrap_or_else(|_| vec![hosts]);
        let addresses = (0..names.len()).map(|step| counted_on(&first, step)).collect::<Vec<_>>();
        match folds.last_mut().filter(|last| last.group == group && stem(&last.names) == stem(&names)) {
            Some(last) => {
                last.names.extend(names);
                last.addresses.extend(addresses);
            }
            None => folds.push(Fold { group, names, addresses }),
        }
    }
    let close = |Fold { mut group, names, addresses }: Fold| {
        let read: Vec<Option<Ipv4Addr>> = addresses.iter().map(|address| address.parse().ok()).collect();
        let first = addresses.first().cloned().unwrap_or_default();
        let counts = read.first().copied().flatten().is_some_and(|first| count_on_from(first, &read));
        if counts || addresses.iter().all(|address| *address == first) {
            group.first_ip = first;
        } else {
            group.addresses = addresses;
        }
        group.hosts = hostlist::compress(&names);
        group
    };
    folds.into_iter().map(close).collect()
}

/// The first name without its number: groups are not put together across these.
fn stem(names: &[String]) -> &str {
    names.first().map_or("", |name| name.trim_end_matches(|c: char| c.is_ascii_digit()))
}
