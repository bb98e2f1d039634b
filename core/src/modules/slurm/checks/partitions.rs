//! Partitions: their names and nodes, and which is the default.

use crate::cluster::{Cluster, Partition, PartitionState, Role, Slurm};
use crate::diagnostic::{Check, Fix, Problem, checks};
use crate::facts::{Facts, Hosts};
use crate::field_checks::check_syntax;
use crate::hostlist;
use crate::path;
use crate::path::Path;
use crate::quoting::{counted, list, quote, short};
use std::collections::{HashMap, HashSet};

checks! {
    NO_PARTITIONS "no-partitions" Error "Slurm has no partition.",
    PARTITION_NAME "partition-name" Error "A partition's name is empty or has characters that Slurm does not take.",
    PARTITION_RESERVED "partition-reserved" Error "A partition is named DEFAULT, which is no partition in slurm.conf.",
    PARTITION_REPEATED "partition-repeated" Error "Two partitions have the same name.",
    PARTITION_UNKNOWN_HOSTS "partition-unknown-hosts" Error "A partition names hosts that are no nodes.",
    PARTITION_NO_WORKERS "partition-without-workers" Error "A partition has no worker.",
    PARTITION_OTHERS "partition-other-roles" Error "A partition names nodes that are no workers.",
    SEVERAL_DEFAULTS "several-defaults" Error "Several partitions are the default.",
    NO_DEFAULT "no-default" Warning "No partition is the default.",
    DEFAULT_NOT_UP "default-not-up" Warning "The default partition starts no jobs.",
    WORKER_WITHOUT_PARTITION "worker-without-partition" Warning "Workers are in no partition.",
}

fn list_path() -> Path {
    path![Cluster::slurm, Slurm::partitions]
}

/// The place of a partition.
pub(super) fn partition_path(index: usize) -> Path {
    list_path().index(index)
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let slurm = &*facts.cluster.slurm;
    if !slurm.enable {
        return;
    }
    if slurm.partitions.is_empty() {
        let main = serde_json::json!([{ "name": "main", "default": true }]);
        let fix = Fix::set("Add a partition over all workers", list_path(), main);
        let message = "Slurm has no partition, so that no job can be submitted: add one.";
        problems.push(NO_PARTITIONS.at(list_path(), message).with_fix(fix));
    }
    check_names(&slurm.partitions, problems);
    for (i, partition) in slurm.partitions.iter().enumerate() {
        check_nodes(facts, i, partition, problems);
    }
    check_defaults(&slurm.partitions, problems);
    check_uncovered(facts, problems);
}

/// Whether Slurm takes `name` for a partition, a feature, a group or an account.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
        && !name.starts_with('-')
}

fn check_names(partitions: &[Partition], problems: &mut Vec<Problem>) {
    let mut seen = HashMap::new();
    for (i, Partition { name, .. }) in partitions.iter().enumerate() {
        let path = || partition_path(i).field(Partition::name);
        let mended: String = name.trim().chars().map(|c| if c.is_whitespace() { '-' } else { c }).collect();
        if !is_name(name) {
            let fix = is_name(&mended).then(|| Fix::set(format!("Use {}", short(&mended)), path(), mended));
            let message = if name.is_empty() {
                "The partition has no name: write one, “main”.".to_owned()
            } else {
                format!("{} cannot be a partition's name: use letters, digits, “_”, “-” and “.”.", quote(name))
            };
            problems.push(PARTITION_NAME.at(path(), message).with_fix(fix));
        } else if name.eq_ignore_ascii_case("default") {
            let message = format!(
                "{} is no partition in slurm.conf but sets the defaults of all: choose another name.",
                quote(name)
            );
            problems.push(PARTITION_RESERVED.at(path(), message));
        } else if let Some(first) = seen.insert(name.to_ascii_lowercase(), i) {
            let message = format!("{} is the name of partition {} too: choose another one.", quote(name), first + 1);
            problems.push(PARTITION_REPEATED.at(path(), message));
        }
    }
}

fn check_nodes(facts: &Facts, index: usize, partition: &Partition, problems: &mut Vec<Problem>) {
    let path = || partition_path(index).field(Partition::nodes);
    if partition.nodes.is_empty() {
        if !facts.has_role(Role::Worker) {
            let message = "The partition is over all workers, and there are none: give a node the role worker.";
            problems.push(PARTITION_NO_WORKERS.at(path(), message));
        }
        return;
    }
    if check_syntax(path, &partition.nodes, &facts.partitions[index], problems) {
        return;
    }
    let (mut unknown, mut idle, mut workers) = (Vec::new(), Vec::new(), Vec::new());
    for name in facts.partitions[index].names() {
        match facts.hosts.get(name.as_str()) {
            None => unknown.push(name.clone()),
            Some(host) if facts.host_is(*host, Role::Worker) => workers.push(name.clone()),
            Some(_) => idle.push(name.clone()),
        }
    }
    let leave_out = |count: usize| {
        let label = format!("Leave out {}", counted(count, "host"));
        (!workers.is_empty()).then(|| Fix::set(label, path(), hostlist::compress(&workers)))
    };
    let mut add = |check: Check, names: &[String], what: (&str, &str), advice: &str| {
        if !names.is_empty() {
            let message =
                format!("{} {}: {advice}.", quote(&list(names)), if names.len() == 1 { what.0 } else { what.1 });
            problems.push(check.at(path(), message).with_fix(leave_out(unknown.len() + idle.len())));
        }
    };
    add(
        PARTITION_UNKNOWN_HOSTS,
        &unknown,
        ("is no node of this cluster", "are no nodes of this cluster"),
        "name hosts of the groups",
    );
    add(PARTITION_OTHERS, &idle, ("is no worker", "are no workers"), "give the role worker or leave it out");
}

fn check_defaults(partitions: &[Partition], problems: &mut Vec<Problem>) {
    let defaults: Vec<usize> = (0..partitions.len()).filter(|i| partitions[*i].is_default).collect();
    let at = |index: usize| partition_path(index).field(Partition::is_default);
    match defaults.as_slice() {
        [] if !partitions.is_empty() => {
            let label = match partitions[0].name.as_str() {
                "" => "Make the first one the default".to_owned(),
                name => format!("Make {} the default", quote(name)),
            };
            let message = "No partition is the default: jobs that name none would be refused.";
            problems.push(NO_DEFAULT.at(list_path(), message).with_fix(Fix::set(label, at(0), true)));
        }
        [first, others @ ..] => {
            for other in others {
                let message = format!(
                    "{} is the default already: there can be one default only.",
                    quote(&partitions[*first].name)
                );
                let fix = Fix::set(format!("Keep {} only", quote(&partitions[*first].name)), at(*other), false);
                problems.push(SEVERAL_DEFAULTS.at(at(*other), message).with_fix(fix));
            }
        }
        [] => {}
    }
    for (i, partition) in partitions.iter().enumerate() {
        if partition.is_default && partition.state != PartitionState::Up {
            let path = partition_path(i).field(Partition::state);
            let message = format!(
                "{} is the default, and starts no jobs in this state: jobs that name no partition would not run.",
                quote(&partition.name)
            );
            let fix = Fix::set("Set it up", path.clone(), serde_json::json!(PartitionState::Up));
            problems.push(DEFAULT_NOT_UP.at(path, message).with_fix(fix));
        }
    }
}

fn check_uncovered(facts: &Facts, problems: &mut Vec<Problem>) {
    let partitions = &facts.cluster.slurm.partitions;
    // A partition without a list is over all workers; of a list that cannot be read, nobody knows.
    if partitions.is_empty()
        || partitions.iter().any(|partition| partition.nodes.is_empty())
        || facts.partitions.iter().any(|hosts| !matches!(hosts, Hosts::Names(_)))
    {
        return;
    }
    let covered: HashSet<&str> = facts.partitions.iter().flat_map(|hosts| hosts.names()).map(String::as_str).collect();
    let idle: Vec<String> =
        facts.with_role(Role::Worker).filter(|name| !covered.contains(name)).map(str::to_owned).collect();
    if !idle.is_empty() {
        let message = format!(
            "{} {} in no partition, so that no job can run there: add {} to one.",
            quote(&list(&idle)),
            if idle.len() == 1 { "is" } else { "are" },
            if idle.len() == 1 { "it" } else { "them" },
        );
        problems.push(WORKER_WITHOUT_PARTITION.at(list_path(), message));
    }
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    ("slurm.partitions = []", &["error no-partitions slurm.partitions"]),
    ("slurm.enable = false\nslurm.partitions = []", &[]),
    (r#"slurm.partitions[1].name = """#, &["error partition-name slurm.partitions[1].name"]),
    (r#"slurm.partitions[1].name = "big gpu""#, &["error partition-name slurm.partitions[1].name"]),
    (r#"slurm.partitions[1].name = "Default""#, &["error partition-reserved slurm.partitions[1].name"]),
    (r#"slurm.partitions[1].name = "MAIN""#, &["error partition-repeated slurm.partitions[1].name"]),
    (r#"slurm.partitions[1].nodes = "gn[1-""#, &["error hostlist-syntax slurm.partitions[1].nodes"]),
    (r#"slurm.partitions[1].nodes = " ""#, &["error hostlist-syntax slurm.partitions[1].nodes"]),
    (r#"slurm.partitions[1].nodes = "gn[1-3]""#, &["error partition-unknown-hosts slurm.partitions[1].nodes"]),
    (r#"slurm.partitions[1].nodes = "head,gn1""#, &["error partition-other-roles slurm.partitions[1].nodes"]),
    (
        r#"slurm.partitions[1].nodes = "head,gn[1-2]""#,
        &[
            "error partition-unknown-hosts slurm.partitions[1].nodes",
            "error partition-other-roles slurm.partitions[1].nodes",
        ],
    ),
    ("slurm.partitions[1].default = true", &["error several-defaults slurm.partitions[1].default"]),
    ("slurm.partitions[0].default = false", &["warning no-default slurm.partitions"]),
    (r#"slurm.partitions[0].nodes = "cn1""#, &["warning worker-without-partition slurm.partitions"]),
    (r#"slurm.partitions[0].nodes = """#, &[]),
    (r#"slurm.partitions[0].state = "DRAIN""#, &["warning default-not-up slurm.partitions[0].state"]),
    (r#"slurm.partitions[1].state = "DRAIN""#, &[]),
];
