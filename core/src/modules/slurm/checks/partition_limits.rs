//! Partitions: their limits, and who may use them.

use super::partitions::{is_name, partition_path};
use crate::cluster::{Accounting, Cluster, Enforce, Partition, Role, Slurm, User, Users, Where};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::{Facts, Hosts};
use crate::field_checks::without;
use crate::modules::job_memory;
use crate::modules::users::checks::{SYSTEM_GROUPS, declare_group};
use crate::path;
use crate::path::{Field, Path};
use crate::quoting::quote;
use crate::slurm_conf::read_time;
use crate::slurm_conf::{DefaultMemory, InForce};
use serde_json::json;
use std::collections::BTreeSet;

checks! {
    TIME_FORMAT "time-format" Error "A time is not written as in slurm.conf.",
    TIME_ORDER "time-order" Error "A partition's default time is longer than its maximum.",
    PRIORITY_TIER "priority-tier" Error "A partition's tier is higher than Slurm's 16 bits hold.",
    MAX_NODES "partition-max-nodes" Warning "A partition's limit of nodes is more than it has.",
    DEFAULT_MEMORY "partition-memory" Warning "A partition's default memory for each CPU is more than its nodes have.",
    NO_DEFAULT_MEMORY "partition-memory-unset" Hint "Jobs of a partition that ask for no memory get all of a node's.",
    ALLOW_NAME "partition-allow-name" Error "A group or account of a partition has characters that slurm.conf cannot hold.",
    GROUP_UNKNOWN "partition-group-unknown" Error "A partition is for a group that is not declared.",
    GROUP_DIRECTORY "partition-group-directory" Hint "A partition is for a group that the directory must have.",
    GROUP_ABSENT "partition-group-absent" Warning "A user of a partition's group is not on the controllers.",
    ACCOUNTS_WITHOUT_ACCOUNTING "partition-accounts-without-accounting" Error "A partition is for accounts, but there is no accounting.",
    ACCOUNTS_NOT_ENFORCED "partition-accounts-not-enforced" Warning "A partition is for accounts, but anybody may name any account.",
}

/// Slurm stores a tier in 16 bits; the highest values stand for “not set”.
const MOST_TIER: u32 = 65_533;

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let slurm = &*facts.cluster.slurm;
    if !slurm.enable {
        return;
    }
    for (i, partition) in slurm.partitions.iter().enumerate() {
        check_times(i, partition, problems);
        check_limits(facts, i, partition, problems);
        check_memory(facts, i, partition, problems);
        check_groups(facts, i, partition, problems);
        check_accounts(slurm, i, partition, problems);
    }
}

fn check_times(index: usize, partition: &Partition, problems: &mut Vec<Problem>) {
    let mut read = |text: &str, field: Field<Partition, String>| {
        let time = if text.is_empty() { Some(u64::MAX) } else { read_time(text) };
        if time.is_none() {
            let message = format!(
                "{} is no time of slurm.conf: write minutes, hours:minutes:seconds, days-hours:minutes:seconds such as \
                 “2-00:00:00”, or UNLIMITED.",
                quote(text)
            );
            let trimmed = text.trim();
            let fix = (trimmed != text && (trimmed.is_empty() || read_time(trimmed).is_some()))
                .then(|| Fix::set("Leave out the space", partition_path(index).field(field), trimmed));
            problems.push(TIME_FORMAT.at(partition_path(index).field(field), message).with_fix(fix));
        }
        time
    };
    let longest = read(&partition.max_time, Partition::max_time);
    let default = read(&partition.default_time, Partition::default_time);
    if let (Some(longest), Some(default), false) = (longest, default, partition.default_time.is_empty())
        && default > longest
    {
        let path = partition_path(index).field(Partition::default_time);
        let message = format!(
            "The default time {} is longer than the longest time {}: write a shorter one.",
            quote(&partition.default_time),
            quote(&partition.max_time)
        );
        let fix = Fix::set(format!("Use {}", partition.max_time), path.clone(), partition.max_time.clone());
        problems.push(TIME_ORDER.at(path, message).with_fix(fix));
    }
}

/// How many workers a partition has; `None` where its list cannot be read.
fn size(facts: &Facts, index: usize, partition: &Partition) -> Option<usize> {
    match &facts.partitions[index] {
        _ if partition.nodes.is_empty() => Some(facts.with_role(Role::Worker).count()),
        Hosts::Names(names) => Some(names.len()),
        _ => None,
    }
}

fn check_limits(facts: &Facts, index: usize, partition: &Partition, problems: &mut Vec<Problem>) {
    if partition.priority_tier > MOST_TIER {
        let path = partition_path(index).field(Partition::priority_tier);
        let message = format!("A tier of {} is too high: Slurm takes at most {MOST_TIER}.", partition.priority_tier);
        let fix = Fix::set(format!("Use {MOST_TIER}"), path.clone(), MOST_TIER);
        problems.push(PRIORITY_TIER.at(path, message).with_fix(fix));
    }
    if let Some(size) = size(facts, index, partition).filter(|size| *size > 0)
        && usize::try_from(partition.max_nodes).is_ok_and(|most| most > size)
    {
        let path = partition_path(index).field(Partition::max_nodes);
        let message = format!(
            "Jobs may have up to {} nodes, and the partition has {size}: write a smaller limit, or 0 for none.",
            partition.max_nodes
        );
        problems.push(MAX_NODES.at(path.clone(), message).with_fix(Fix::set(format!("Use {size}"), path, size)));
    }
}

/// The least memory for each CPU, in MiB, among the groups of a partition's nodes; overrides are not looked at.
fn memory_per_cpu(facts: &Facts, index: usize, partition: &Partition) -> Option<u64> {
    let groups: BTreeSet<usize> = if partition.nodes.is_empty() {
        facts.node_groups().filter(|(_, group)| group.roles.contains(&Role::Worker)).map(|(i, _)| i).collect()
    } else {
        let hosts = facts.partitions[index].names().iter().filter_map(|name| facts.hosts.get(name.as_str()));
        hosts.filter(|host| facts.host_is(**host, Role::Worker)).map(|host| host.group).collect()
    };
    let of_group = |group: usize| {
        let group = &facts.cluster.nodes[group];
        let cpus = group.sockets.saturating_mul(group.cores_per_socket).saturating_mul(group.threads_per_core);
        let memory = job_memory(facts.cluster, group.memory_mib);
        memory.checked_div(cpus.into())
    };
    // Where the memory of one is not known, nothing can be said of the least.
    if groups.iter().any(|group| facts.cluster.nodes[*group].memory_mib == 0) {
        return None;
    }
    groups.into_iter().filter_map(of_group).min().filter(|memory| *memory > 0)
}

fn check_memory(facts: &Facts, index: usize, partition: &Partition, problems: &mut Vec<Problem>) {
    let Some(most) = memory_per_cpu(facts, index, partition) else { return };
    let path = || partition_path(index).field(Partition::default_memory_per_cpu_mib);
    let fix = || Fix::set(format!("Use {most} MiB"), path(), most);
    match InForce::new(&facts.cluster.slurm).default_memory_in(partition) {
        None if !partition.exclusive => {
            let message = format!(
                "Jobs that ask for no memory get all of a node’s, so that each such node runs one job: set {most} MiB \
                 for each CPU."
            );
            problems.push(NO_DEFAULT_MEMORY.at(path(), message).with_fix(fix()));
        }
        Some(DefaultMemory::Cpu(memory)) if memory > most => {
            let whose =
                if partition.default_memory_per_cpu_mib == 0 { "DefMemPerCPU in the further lines, " } else { "" };
            let message = format!(
                "{whose}{memory} MiB for each CPU, is more than the nodes have, {most} MiB: jobs that ask for no memory \
                 would not get all CPUs of a node."
            );
            let message = if whose.is_empty() { message.replacen(" CPU, is", " CPU is", 1) } else { message };
            problems.push(DEFAULT_MEMORY.at(path(), message).with_fix(fix()));
        }
        _ => {}
    }
}

/// Reports the names of a list that slurm.conf cannot hold; whether there were any.
fn check_list(names: &[String], list: &Path, what: &str, problems: &mut Vec<Problem>) -> bool {
    let before = problems.len();
    for (k, name) in names.iter().enumerate().filter(|(_, name)| !is_name(name)) {
        let message = format!("{} is no {what}: use letters, digits, “_”, “-” and “.”.", quote(name));
        let fix = name.trim().is_empty().then(|| without(names, k, list, "Remove the empty name"));
        problems.push(ALLOW_NAME.at(list.index(k), message).with_fix(fix));
    }
    problems.len() > before
}

fn check_groups(facts: &Facts, index: usize, partition: &Partition, problems: &mut Vec<Problem>) {
    let users = &*facts.cluster.users;
    let path = partition_path(index).field(Partition::allow_groups);
    if check_list(&partition.allow_groups, &path, "group", problems) {
        return;
    }
    for (k, name) in partition.allow_groups.iter().enumerate() {
        let member = |user: &&User| user.groups.contains(name);
        let known = users.groups.iter().any(|group| group.name == *name)
            || SYSTEM_GROUPS.contains(&name.as_str())
            || users.accounts.iter().any(|user| member(&user));
        if !known && users.ldap.enable {
            let message = format!("{} is declared nowhere here: the directory must have that group.", quote(name));
            problems.push(GROUP_DIRECTORY.at(path.index(k), message));
        } else if !known {
            let message = format!(
                "There is no group {} in this cluster: declare it among the users’ groups, or turn on the directory that \
                 has it. Without any group here, the partition is open to everybody.",
                quote(name)
            );
            problems.push(GROUP_UNKNOWN.at(path.index(k), message).with_fix(declare_group(users, name)));
        }
        let elsewhere = |user: &&User| matches!(user.on, Where::Workers | Where::Logins);
        let absent: Vec<usize> = users
            .accounts
            .iter()
            .enumerate()
            .filter(|(_, user)| member(user) && elsewhere(user))
            .map(|(i, _)| i)
            .collect();
        if let Some(first) = absent.first() {
            let others = if absent.len() > 1 { format!(" and {} more", absent.len() - 1) } else { String::new() };
            let message = format!(
                "{}{others} of the group {} cannot use the partition: slurmctld looks groups up on the controllers, where \
                 they are not. Place them on all nodes.",
                quote(&users.accounts[*first].name),
                quote(name)
            );
            let accounts = path![Cluster::users, Users::accounts];
            let set = absent.iter().map(|i| (accounts.index(*i).field(User::on), json!(Where::All))).collect();
            let fix = Fix { label: "Place them on all nodes".to_owned(), set };
            problems.push(GROUP_ABSENT.at(path.index(k), message).with_fix(fix));
        }
    }
}

fn check_accounts(slurm: &Slurm, index: usize, partition: &Partition, problems: &mut Vec<Problem>) {
    let path = partition_path(index).field(Partition::allow_accounts);
    if check_list(&partition.allow_accounts, &path, "account", problems) || partition.allow_accounts.is_empty() {
        return;
    }
    let accounting = path![Cluster::slurm, Slurm::accounting];
    if !slurm.accounting.enable {
        let message = "Only accounting knows who is in which account: turn it on, or leave the accounts out.";
        let fix = Fix::set("Turn accounting on", accounting.field(Accounting::enable), true);
        problems.push(ACCOUNTS_WITHOUT_ACCOUNTING.at(path, message).with_fix(fix));
    } else if slurm.accounting.enforce.is_empty() {
        let message = "Nothing keeps a user from naming any account: enforce accounts in the accounting.";
        let fix = Fix::set("Enforce accounts", accounting.field(Accounting::enforce), json!([Enforce::Associations]));
        problems.push(ACCOUNTS_NOT_ENFORCED.at(path, message).with_fix(fix));
    }
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    (r#"slurm.partitions[0].maxTime = "2 days""#, &["error time-format slurm.partitions[0].maxTime"]),
    (r#"slurm.partitions[0].maxTime = "1:2:3:4""#, &["error time-format slurm.partitions[0].maxTime"]),
    (r#"slurm.partitions[0].defaultTime = "60 ""#, &["error time-format slurm.partitions[0].defaultTime"]),
    (r#"slurm.partitions[0].defaultTime = "3-00""#, &["error time-order slurm.partitions[0].defaultTime"]),
    (r#"slurm.partitions[0].defaultTime = "UNLIMITED""#, &["error time-order slurm.partitions[0].defaultTime"]),
    (r#"slurm.partitions[0].defaultTime = "1-12:30""#, &[]),
    ("slurm.partitions[0].priorityTier = 100000", &["error priority-tier slurm.partitions[0].priorityTier"]),
    ("slurm.partitions[0].maxNodes = 2", &[]),
    ("slurm.partitions[0].maxNodes = 3", &["warning partition-max-nodes slurm.partitions[0].maxNodes"]),
    ("slurm.partitions[0].nodes = \"\"\nslurm.partitions[0].maxNodes = 3", &[]),
    (
        "slurm.partitions[0].defaultMemoryPerCPUMiB = 8033",
        &["warning partition-memory slurm.partitions[0].defaultMemoryPerCPUMiB"],
    ),
    (
        "slurm.partitions[0].exclusive = false",
        &["hint partition-memory-unset slurm.partitions[0].defaultMemoryPerCPUMiB"],
    ),
    ("slurm.partitions[0].exclusive = false\nslurm.partitions[0].defaultMemoryPerCPUMiB = 8032", &[]),
    ("slurm.partitions[0].exclusive = false\nslurm.extraConfig = \"DefMemPerCPU=4000\"", &[]),
    ("slurm.partitions[0].exclusive = false\nslurm.extraConfig = \"defmempernode = 64000 # all\"", &[]),
    (
        "slurm.partitions[0].exclusive = false\nslurm.extraConfig = \"#DefMemPerCPU=4000\"",
        &["hint partition-memory-unset slurm.partitions[0].defaultMemoryPerCPUMiB"],
    ),
    (
        "slurm.partitions[0].exclusive = false\nslurm.extraConfig = \"DefMemPerCPU=9000\"",
        &[
            "warning partition-memory slurm.partitions[0].defaultMemoryPerCPUMiB",
            "warning partition-memory slurm.partitions[1].defaultMemoryPerCPUMiB",
        ],
    ),
    (
        "slurm.partitions[0].exclusive = false\nnodes[1].memoryMiB = 0\nnodes[2].memoryMiB = 0",
        &["error memory-unknown nodes[1].memoryMiB", "error memory-unknown nodes[2].memoryMiB"],
    ),
    (r#"slurm.partitions[1].allowGroups = ["lab", "users"]"#, &[]),
    (
        r#"slurm.partitions[1].allowGroups = ["lab,x", ""]"#,
        &[
            "error partition-allow-name slurm.partitions[1].allowGroups[0]",
            "error partition-allow-name slurm.partitions[1].allowGroups[1]",
        ],
    ),
    (
        r#"slurm.partitions[1].allowGroups = ["nobodies"]"#,
        &["error partition-group-unknown slurm.partitions[1].allowGroups[0]"],
    ),
    (
        r#"slurm.partitions[1].allowGroups = ["lab"]
users.accounts[0].where = "logins""#,
        &["warning partition-group-absent slurm.partitions[1].allowGroups[0]"],
    ),
    (
        r#"slurm.partitions[1].allowAccounts = ["physics"]"#,
        &["error partition-accounts-without-accounting slurm.partitions[1].allowAccounts"],
    ),
    (
        r#"slurm.accounting.enable = true
slurm.partitions[1].allowAccounts = ["physics"]"#,
        &["warning partition-accounts-not-enforced slurm.partitions[1].allowAccounts"],
    ),
    (
        r#"slurm.accounting.enable = true
slurm.accounting.enforce = ["associations"]
slurm.partitions[1].allowAccounts = ["physics"]"#,
        &[],
    ),
    (
        r#"slurm.accounting.enable = true
slurm.accounting.enforce = ["associations"]
slurm.partitions[1].allowAccounts = ["a b"]"#,
        &["error partition-allow-name slurm.partitions[1].allowAccounts[0]"],
    ),
    (
        r#"slurm.partitions[1].allowGroups = ["chemistry"]
users.ldap = {"enable": true, "uris": ["ldaps://ldap.lab.example"], "searchBase": "dc=lab,dc=example"}"#,
        &[
            "hint partition-group-directory slurm.partitions[1].allowGroups[0]",
            "hint ldap-local-ids users.ldap.enable",
            "hint ldap-homes users.ldap.enable",
        ],
    ),
];
