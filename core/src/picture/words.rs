//! What is said of groups and lanes.

use super::facts::{Duties, Group, Kind, Shared};
use super::layout::{Link, Tie};
use crate::cluster::{Choice, Node};
use crate::hostlist;

/// How many nodes a group has: `512 nodes`.
pub fn count(group: &Group) -> String {
    if group.nodes.is_empty() { "no nodes".to_owned() } else { counted(group.nodes.len() as u64, "node") }
}

/// `1 node`, `5,000 nodes`.
pub fn counted(count: u64, one: &str) -> String {
    format!("{} {one}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The addresses of the first and the last of some nodes.
fn addresses(nodes: &[Node], between: &str) -> Option<String> {
    let first = nodes.first()?.ip?;
    match nodes.last().and_then(|last| last.ip).filter(|last| *last != first) {
        Some(last) => Some(format!("{first}{between}{last}")),
        None => Some(first.to_string()),
    }
}

/// What a group's nodes are, in pieces.
pub fn details(group: &Group) -> Vec<String> {
    let about = group.group;
    if group.nodes.is_empty() {
        return vec!["its host names cannot be read".to_owned()];
    }
    let mut parts = Vec::new();
    if about.roles.len() > 1 {
        parts.push(roles(group));
    }
    parts.extend(addresses(group.nodes, " – "));
    parts.extend(hardware(group));
    if !group.partitions.is_empty() {
        parts.push(partitions(group));
    }
    if !group.differing.is_empty() {
        parts.push(differing(group));
    }
    parts
}

/// How many nodes are not as their group.
fn differing(group: &Group) -> String {
    let count = group.differing.len() as u64;
    format!("{} differ{}", grouped(count), if count == 1 { "s" } else { "" })
}

/// `controller, login and storage`.
fn roles(group: &Group) -> String {
    let names: Vec<&str> = group.group.roles.iter().map(|role| role.label()).collect();
    match names.split_last() {
        None => "no role".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

fn hardware(group: &Group) -> Vec<String> {
    let about = group.group;
    let cores = u64::from(about.sockets) * u64::from(about.cores_per_socket);
    let mut parts = vec![counted(cores, "core")];
    if about.memory_mib > 0 {
        parts.push(memory(about.memory_mib));
    }
    if about.gpus.count > 0 {
        parts.push(format!("{} × {}", about.gpus.count, model(group)));
    }
    parts
}

fn model<'c>(group: &Group<'c>) -> &'c str {
    if group.group.gpus.model.is_empty() { "GPU" } else { &group.group.gpus.model }
}

fn memory(mib: u64) -> String {
    match mib {
        0..1024 => format!("{mib} MiB"),
        _ if mib >= 1 << 20 && mib.is_multiple_of(1 << 20) => format!("{} TiB", mib >> 20),
        _ => format!("{} GiB", mib >> 10),
    }
}

fn partitions(group: &Group) -> String {
    let s = if group.partitions.len() == 1 { "" } else { "s" };
    format!("partition{s} {}", group.partitions.join(", "))
}

/// What the nodes of a group do for the others: `slurmctld, Prometheus on ctl1`.
pub fn duties(group: &Group, duties: &Duties) -> Vec<String> {
    let mut list: Vec<(String, Vec<String>)> = Vec::new();
    for node in group.nodes {
        let Some(own) = duties.get(&node.name) else { continue };
        let what = own.join(", ");
        match list.iter_mut().find(|(other, _)| *other == what) {
            Some((_, hosts)) => hosts.push(node.name.clone()),
            None => list.push((what, vec![node.name.clone()])),
        }
    }
    let mut told = Vec::new();
    for (what, hosts) in list {
        let all = hosts.len() == group.nodes.len();
        told.push(if all { what } else { format!("{what} on {}", hostlist::compress(&hosts)) });
    }
    told
}

/// A group for those who do not see the picture.
pub fn name_of_group(group: &Group, own_duties: &[String], links: &[Link], shared: &[Shared]) -> String {
    let hosts = if group.group.hosts.is_empty() { "a group without names" } else { &group.group.hosts };
    let nodes = if group.nodes.len() == 1 { roles(group) } else { format!("{}, {}", count(group), roles(group)) };
    let mut parts = vec![hosts.to_owned(), nodes];
    parts.extend(addresses(group.nodes, " to "));
    parts.extend(hardware(group));
    if !group.partitions.is_empty() {
        parts.push(partitions(group));
    }
    if !group.differing.is_empty() {
        parts.push(format!("{} from their group", differing(group)));
    }
    if !own_duties.is_empty() {
        parts.push(format!("runs or serves {}", own_duties.join("; ")));
    }
    let mounts = links.iter().filter(|link| link.group == group.index && link.tie != Tie::Serves);
    let mounts: Vec<String> = mounts.filter_map(|link| mount(&shared[link.lane])).collect();
    if !mounts.is_empty() {
        parts.push(format!("mounts {}", mounts.join(" and ")));
    }
    let on_fabric = links.iter().find(|link| link.group == group.index && shared[link.lane].kind == Kind::Fabric);
    parts.extend(on_fabric.map(|link| format!("on {}", shared[link.lane].connection.label)));
    parts.join(", ")
}

/// `/home from st1`.
fn mount(shared: &Shared) -> Option<String> {
    let from = match shared.connection.from.as_slice() {
        [] => String::new(),
        from => format!(" from {}", hostlist::compress(from)),
    };
    shared.kind.is_files().then(|| format!("{}{from}", shared.connection.label))
}

/// A lane for those who do not see the picture.
pub fn name_of_lane(lane: usize, shared: &[Shared], links: &[Link], groups: &[Group]) -> String {
    let this = &shared[lane];
    let who = |wanted: fn(Tie) -> bool| {
        let hosts = links.iter().filter(|link| link.lane == lane && wanted(link.tie));
        let hosts: Vec<&str> = hosts
            .filter_map(|link| groups.iter().find(|group| group.index == link.group))
            .map(|group| group.group.hosts.as_str())
            .collect();
        if hosts.len() > 8 { format!("{} groups", hosts.len()) } else { hosts.join(", ") }
    };
    let mut parts = vec![this.connection.label.clone()];
    parts.extend(this.connection.details.iter().cloned());
    let users = who(|tie| tie != Tie::Serves);
    if !users.is_empty() {
        parts.push(if this.kind.is_files() { format!("mounted by {users}") } else { format!("with {users}") });
    }
    parts.join(", ")
}
