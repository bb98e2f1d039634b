//! Groups, their hostlists and names, and what their overrides say of whom.

use crate::cluster::{Cluster, Described, NodeGroup, NodeOverride};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::{Facts, Host, Hosts, group_path, override_path};
use crate::field_checks::check_syntax;
use crate::hostlist::{self, MAX_HOSTS};
use crate::names::is_host_name;
use crate::path;
use crate::path::{Path, Step};
use crate::quoting::{counted, list, quote, short};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

checks! {
    NO_NODES "no-nodes" Error "The cluster has no nodes.",
    NO_HOSTS "no-hosts" Error "A group or an override names no hosts.",
    HOST_NAME "host-name" Error "A host name is none: lowercase letters, digits and inner hyphens, at most 63.",
    DUPLICATE_HOST "duplicate-host" Error "A host is named twice.",
    OVERRIDE_HOSTS "override-hosts" Error "An override names hosts that its group does not have.",
    OVERRIDE_OVERLAP "override-overlap" Warning "Two overrides of a group name the same host.",
    OVERRIDE_EMPTY "override-empty" Hint "An override changes nothing.",
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    if facts.cluster.nodes.is_empty() {
        let message =
            "The cluster has no nodes: add a group, for instance with the hosts “head” and the role controller.";
        problems.push(NO_NODES.at(path![Cluster::nodes], message));
    }
    let (mut places, mut renamings) = (None, MOST_RENAMINGS);
    for (i, group) in facts.node_groups() {
        let hosts = &facts.groups[i].hosts;
        let path = || group_path(i).field(NodeGroup::hosts);
        if !check_list(path, &group.hosts, hosts, problems) {
            check_names(facts, i, &mut places, &mut renamings, problems);
            check_duplicates(facts, i, problems);
        }
        check_overrides(facts, i, group, problems);
    }
}

/// Whether a list that must name somebody does not: then its problem is added.
fn check_list(path: impl Fn() -> Path, text: &str, hosts: &Hosts, problems: &mut Vec<Problem>) -> bool {
    if text.trim().is_empty() {
        let message = "The host names are missing: write one, “head”, or a hostlist, “cn[01-16]”.";
        problems.push(NO_HOSTS.at(path(), message));
        return true;
    }
    check_syntax(path, text, hosts, problems)
}

/// How many groups have a fix that renames their hosts everywhere; it looks through the whole description.
const MOST_RENAMINGS: usize = 16;

/// The places outside of the groups that name hosts, alone or in hostlists, as far as renaming could change them.
fn places_with_hosts(cluster: &Cluster) -> Vec<(Path, Vec<String>)> {
    let mut found = Vec::new();
    let mut left = MAX_HOSTS;
    let nodes = path![Cluster::nodes];
    let mut open = vec![(Path::root(), cluster.write())];
    while let Some((at, value)) = open.pop() {
        match value {
            _ if at == nodes => {}
            Value::Object(fields) => open.extend(fields.into_iter().map(|(key, value)| (at.key(&key), value))),
            Value::Array(list) => {
                open.extend(list.into_iter().enumerate().map(|(index, value)| (at.index(index), value)));
            }
            // What a partition or a user is called is no host's name, even where it is the same.
            Value::String(_) if at.steps().last() == Some(&Step::Key("name".into())) => {}
            Value::String(text) if renamed(&text) != text && !text.contains([' ', '\n', '/']) => {
                let count = hostlist::count(&text).unwrap_or(usize::MAX);
                if let Some(rest) = left.checked_sub(count) {
                    left = rest;
                    found.push((at, hostlist::expand(&text).unwrap_or_default()));
                }
            }
            _ => {}
        }
    }
    found.sort_by_key(|(path, _)| path.to_string());
    found
}

/// A host's name as it can stay.
fn renamed(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

/// What stands in the places that name hosts of a group, and in its overrides, once these are renamed.
fn references(facts: &Facts, index: usize, names: &[String], places: &[(Path, Vec<String>)]) -> Vec<(Path, Value)> {
    let names: HashSet<&str> = names.iter().map(String::as_str).filter(|name| renamed(name) != **name).collect();
    let mut found = Vec::new();
    for (j, change) in facts.cluster.nodes[index].overrides.iter().enumerate() {
        if renamed(&change.hosts) != change.hosts {
            found.push((override_path(index, j).field(NodeOverride::hosts), renamed(&change.hosts).into()));
        }
    }
    for (path, hosts) in places {
        if hosts.iter().any(|host| names.contains(host.as_str())) {
            let one = |host: &String| if names.contains(host.as_str()) { renamed(host) } else { host.clone() };
            let hosts: Vec<String> = hosts.iter().map(one).collect();
            found.push((path.clone(), hostlist::compress(&hosts).into()));
        }
    }
    found
}

fn check_names(
    facts: &Facts,
    index: usize,
    places: &mut Option<Vec<(Path, Vec<String>)>>,
    left: &mut usize,
    problems: &mut Vec<Problem>,
) {
    let (text, names) = (&facts.cluster.nodes[index].hosts, facts.groups[index].hosts.names());
    let path = || group_path(index).field(NodeGroup::hosts);
    let good =
        |name: &str| is_host_name(name) && name != "localhost" && !name.bytes().any(|byte| byte.is_ascii_uppercase());
    let Some(name) = names.iter().find(|name| !good(name)) else { return };
    let fault = if name == "localhost" {
        "stands for every machine itself; choose another name"
    } else if name.contains('.') {
        "has a dot; write the short name, the domain is added to it"
    } else if name.contains('_') {
        "has an underscore; write a hyphen"
    } else if is_host_name(name) {
        "has capital letters, which DNS and Slurm do not tell apart alike; write small ones"
    } else if name.len() > 63 {
        "is longer than 63 characters; choose a shorter name"
    } else {
        "begins or ends with a hyphen; use letters and digits there"
    };
    let message = format!("{} cannot be a host name: it {fault}.", quote(name));
    let mended = renamed(text);
    // Not to a name that another host has.
    let is_free = |name: &String| !facts.hosts.contains_key(name.as_str()) || names.contains(name);
    let mends = || hostlist::expand(&mended).is_ok_and(|names| names.iter().all(|name| good(name) && is_free(name)));
    let fix = (mended != *text && *left > 0 && mends()).then(|| {
        *left -= 1;
        let places = places.get_or_insert_with(|| places_with_hosts(facts.cluster));
        let mut set = vec![(path(), mended.clone().into())];
        set.extend(references(facts, index, names, places));
        Fix { label: format!("Write {}", short(&mended)), set }
    });
    problems.push(HOST_NAME.at(path(), message).with_fix(fix));
}

/// One problem for each earlier group that has hosts of this one, and one for repetitions within it.
fn check_duplicates(facts: &Facts, index: usize, problems: &mut Vec<Problem>) {
    let names = facts.groups[index].hosts.names();
    let mut repeated: HashMap<usize, Vec<String>> = HashMap::new();
    for (position, name) in names.iter().enumerate() {
        match facts.hosts.get(name.as_str()) {
            Some(first) if *first != (Host { group: index, position }) => {
                repeated.entry(first.group).or_default().push(name.clone());
            }
            _ => {}
        }
    }
    let mut repeated: Vec<_> = repeated.into_iter().collect();
    repeated.sort();
    for (other, again) in repeated {
        let path = group_path(index).field(NodeGroup::hosts);
        let problem = if other == index {
            let mut seen = HashSet::new();
            let once: Vec<String> = names.iter().filter(|name| seen.insert(name.as_str())).cloned().collect();
            let fix = Fix::set("Name each once", path.clone(), hostlist::compress(&once));
            DUPLICATE_HOST
                .at(path, format!("{} is named twice in this group: name each host once.", quote(&list(&again))))
                .with_fix(fix)
        } else {
            let message = format!(
                "{} is also in group {}, {}: leave it out in one of them.",
                quote(&list(&again)),
                other + 1,
                quote(&facts.cluster.nodes[other].hosts)
            );
            DUPLICATE_HOST.at(path, message)
        };
        problems.push(problem);
    }
}

fn check_overrides(facts: &Facts, index: usize, group: &NodeGroup, problems: &mut Vec<Problem>) {
    let mut owners: HashMap<&str, usize> = HashMap::new();
    for (j, change) in group.overrides.iter().enumerate() {
        let hosts = &facts.groups[index].overrides[j];
        let path = || override_path(index, j).field(NodeOverride::hosts);
        if changes_nothing(group, change) {
            problems.push(empty_override(index, j, group));
        }
        if check_list(path, &change.hosts, hosts, problems) {
            continue;
        }
        check_members(facts, index, j, problems);
        let mut again: Vec<usize> =
            hosts.names().iter().filter_map(|name| owners.insert(name, j)).filter(|owner| *owner != j).collect();
        again.sort_unstable();
        if let Some(other) = again.first() {
            let message = format!(
                "{} has hosts that override {} of this group names too, and this one counts: name each host once.",
                quote(&change.hosts),
                other + 1
            );
            problems.push(OVERRIDE_OVERLAP.at(path(), message));
        }
    }
}

/// Whether an override sets nothing, or only what its group has anyway.
fn changes_nothing(group: &NodeGroup, change: &NodeOverride) -> bool {
    fn same<T: PartialEq>(value: &T, change: &Option<T>) -> bool {
        change.as_ref().is_none_or(|change| change == value)
    }
    change.first_ip.is_none()
        && change.fabric_first_ip.is_none()
        && change.extra_config.trim().is_empty()
        && same(&group.interface, &change.interface)
        && same(&group.mac_addresses, &change.mac_addresses)
        && same(&group.sockets, &change.sockets)
        && same(&group.cores_per_socket, &change.cores_per_socket)
        && same(&group.threads_per_core, &change.threads_per_core)
        && same(&group.memory_mib, &change.memory_mib)
        && same(&group.gpus, &change.gpus)
        && same(&group.boot, &change.boot)
        && same(&group.features, &change.features)
        && same(&group.weight, &change.weight)
}

fn empty_override(index: usize, j: usize, group: &NodeGroup) -> Problem {
    let others: Vec<serde_json::Value> =
        group.overrides.iter().enumerate().filter(|(k, _)| *k != j).map(|(_, other)| other.write()).collect();
    let list = group_path(index).field(NodeGroup::overrides);
    let fix = Fix::set("Remove the override", list, others);
    let message = format!(
        "The override for {} changes nothing: set a field in it or remove it.",
        quote(&group.overrides[j].hosts)
    );
    OVERRIDE_EMPTY.at(override_path(index, j), message).with_fix(fix)
}

fn check_members(facts: &Facts, index: usize, j: usize, problems: &mut Vec<Problem>) {
    if !matches!(facts.groups[index].hosts, Hosts::Names(_)) {
        return;
    }
    // A name that stands in an earlier group too is a duplicate, told as such.
    let names = facts.groups[index].overrides[j].names();
    let member = |name: &&String| facts.hosts.get(name.as_str()).is_some_and(|host| host.group == index);
    let (members, strangers): (Vec<&String>, Vec<&String>) = names.iter().partition(member);
    let own: HashSet<&str> = match strangers.is_empty() {
        true => return,
        false => facts.groups[index].hosts.names().iter().map(String::as_str).collect(),
    };
    let strangers: Vec<String> = strangers.into_iter().filter(|name| !own.contains(name.as_str())).cloned().collect();
    if strangers.is_empty() {
        return;
    }
    let path = override_path(index, j).field(NodeOverride::hosts);
    let message = format!(
        "{} not of this group, {}: an override can only change hosts of its own group.",
        match strangers.as_slice() {
            [one] => format!("{} is", quote(one)),
            _ => format!("{} are", quote(&list(&strangers))),
        },
        quote(&facts.cluster.nodes[index].hosts)
    );
    let kept: Vec<String> = members.into_iter().cloned().collect();
    let fix = (!kept.is_empty()).then(|| {
        Fix::set(format!("Leave out {}", counted(strangers.len(), "host")), path.clone(), hostlist::compress(&kept))
    });
    problems.push(OVERRIDE_HOSTS.at(path, message).with_fix(fix));
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    (
        "nodes = []\nstorage.shared = []\nslurm.partitions = []\nslurm.enable = false\nhpc = {}",
        &["error no-nodes nodes"],
    ),
    (r#"nodes[3] = {"firstIP": "10.0.0.40"}"#, &["error no-hosts nodes[3].hosts"]),
    (r#"nodes[3] = {"hosts": "x[1-", "firstIP": "10.0.0.40"}"#, &["error hostlist-syntax nodes[3].hosts"]),
    (
        r#"nodes[1].hosts = "cn1, cn2""#,
        &["error hostlist-syntax nodes[1].hosts", "error partition-unknown-hosts slurm.partitions[0].nodes"],
    ),
    (r#"nodes[3] = {"hosts": "x[1-65536],y[1-65536]"}"#, &["error too-many-hosts nodes[3].hosts"]),
    (
        r#"nodes[3] = {"hosts": "X1", "firstIP": "10.0.0.40"}"#,
        &["error host-name nodes[3].hosts", "warning worker-without-partition slurm.partitions"],
    ),
    (
        r#"nodes[3] = {"hosts": "x.lab", "roles": ["login"], "firstIP": "10.0.0.40"}"#,
        &["error host-name nodes[3].hosts"],
    ),
    (
        r#"nodes[3] = {"hosts": "localhost", "roles": ["login"], "firstIP": "10.0.0.40"}"#,
        &["error host-name nodes[3].hosts"],
    ),
    (
        r#"nodes[3] = {"hosts": "a_[1-2]", "roles": ["login"], "firstIP": "10.0.0.40"}"#,
        &["error host-name nodes[3].hosts"],
    ),
    (
        r#"nodes[3] = {"hosts": "cn[2-3]", "roles": ["login"], "firstIP": "10.0.0.40"}"#,
        &["error duplicate-host nodes[3].hosts"],
    ),
    (r#"nodes[1].hosts = "cn[1-2],cn1""#, &["error duplicate-host nodes[1].hosts"]),
    (
        r#"nodes[1].overrides = [{"hosts": "cn[2-3]", "sockets": 4}]"#,
        &["error override-hosts nodes[1].overrides[0].hosts"],
    ),
    (
        r#"nodes[1].overrides = [{"hosts": "head", "sockets": 4}]"#,
        &["error override-hosts nodes[1].overrides[0].hosts"],
    ),
    (r#"nodes[1].overrides = [{"sockets": 4}]"#, &["error no-hosts nodes[1].overrides[0].hosts"]),
    (
        r#"nodes[1].overrides = [{"hosts": "cn[", "sockets": 4}]"#,
        &["error hostlist-syntax nodes[1].overrides[0].hosts"],
    ),
    (
        r#"nodes[1].overrides = [{"hosts": "cn1", "sockets": 4}, {"hosts": "cn[1-2]", "memoryMiB": 65536}]"#,
        &["warning override-overlap nodes[1].overrides[1].hosts"],
    ),
    (r#"nodes[1].overrides = [{"hosts": "cn1"}]"#, &["hint override-empty nodes[1].overrides[0]"]),
    (r#"nodes[1].overrides = [{"hosts": "cn1", "sockets": 2}]"#, &["hint override-empty nodes[1].overrides[0]"]),
    (r#"nodes[1].overrides = [{"hosts": "cn1", "sockets": 4, "firstIP": "10.0.0.90"}]"#, &[]),
];
