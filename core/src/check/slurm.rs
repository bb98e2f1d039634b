//! The scheduler: partitions, times, ports, and the lines that are written by hand.

use super::facts::{Facts, Hosts, Spot};
use super::monitoring::check_secret_file;
use super::network::without;
use super::nodes::check_syntax;
use super::text::{counted, list, quote, short};
use super::{Check, Fix, Problem, checks};
use crate::cluster::{Cluster, NodeGroup, Partition, Role, Slurm};
use crate::hostlist;
use crate::path::{Field, Path};
use std::collections::{HashMap, HashSet};

checks! {
    FEATURE "slurm-feature" Error "A node's feature has characters that Slurm does not take.",
    NO_PARTITIONS "no-partitions" Error "Slurm has no partition.",
    PARTITION_NAME "partition-name" Error "A partition's name is empty or has characters that Slurm does not take.",
    PARTITION_RESERVED "partition-reserved" Error "A partition is named DEFAULT, which is no partition in slurm.conf.",
    PARTITION_REPEATED "partition-repeated" Error "Two partitions have the same name.",
    PARTITION_UNKNOWN_HOSTS "partition-unknown-hosts" Error "A partition names hosts that are no nodes.",
    PARTITION_NO_WORKERS "partition-without-workers" Error "A partition has no worker.",
    PARTITION_OTHERS "partition-other-roles" Error "A partition names nodes that are no workers.",
    SEVERAL_DEFAULTS "several-defaults" Error "Several partitions are the default.",
    NO_DEFAULT "no-default" Warning "No partition is the default.",
    WORKER_WITHOUT_PARTITION "worker-without-partition" Warning "Workers are in no partition.",
    TIME_FORMAT "time-format" Error "A time is not written as in slurm.conf.",
    TIME_ORDER "time-order" Error "A partition's default time is longer than its maximum.",
    PRIORITY_TIER "priority-tier" Error "A partition's tier is higher than Slurm's 16 bits hold.",
    SRUN_PORT_ORDER "srun-port-order" Error "The first of srun's ports is after the last one.",
    SRUN_PORT_LOW "srun-port-low" Error "srun's ports are below 1024, where users cannot listen.",
    SRUN_PORT_CLASH "srun-port-clash" Error "srun's ports contain those of Slurm's daemons.",
    SRUN_PORT_FEW "srun-port-few" Warning "srun has few ports.",
    EXTRA_SYNTAX "slurm-extra-syntax" Error "A line of the extra configuration is not of the form Key=Value.",
    EXTRA_KEY "slurm-extra-key" Warning "The extra configuration sets what the forms set.",
    EXTRA_SECRET "slurm-extra-secret" Error "The extra configuration has a password in it.",
}

/// Slurm stores a tier in 16 bits; the highest values stand for “not set”.
const MOST_TIER: u32 = 65_533;

fn place<T>(field: Field<Slurm, T>) -> Path {
    Path::root().field(Cluster::slurm).field(field)
}

fn partition_path(index: usize) -> Path {
    place(Slurm::partitions).index(index)
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let slurm = &*facts.cluster.slurm;
    if !slurm.enable {
        return;
    }
    check_features(facts, problems);
    if slurm.partitions.is_empty() {
        let main = serde_json::json!([{ "name": "main", "default": true }]);
        let fix = Fix::set("Add a partition over all workers", place(Slurm::partitions), main);
        let message = "Slurm has no partition, so that no job can be submitted: add one.";
        problems.push(NO_PARTITIONS.at(place(Slurm::partitions), message).with_fix(fix));
    }
    check_names(&slurm.partitions, problems);
    for (i, partition) in slurm.partitions.iter().enumerate() {
        check_nodes(facts, i, partition, problems);
        check_times(i, partition, problems);
        if partition.priority_tier > MOST_TIER {
            let path = partition_path(i).field(Partition::priority_tier);
            let message =
                format!("A tier of {} is too high: Slurm takes at most {MOST_TIER}.", partition.priority_tier);
            let fix = Fix::set(format!("Use {MOST_TIER}"), path.clone(), MOST_TIER);
            problems.push(PRIORITY_TIER.at(path, message).with_fix(fix));
        }
    }
    check_defaults(&slurm.partitions, problems);
    check_uncovered(facts, problems);
    check_secret_file(&slurm.munge_key_file, || place(Slurm::munge_key_file), problems);
    check_ports(slurm, problems);
    check_extra(&slurm.extra_config, problems);
}

fn check_features(facts: &Facts, problems: &mut Vec<Problem>) {
    let groups = facts.node_groups().map(|(i, group)| (Spot { group: i, change: None }, Some(&group.features)));
    let overrides =
        facts.overrides().map(|(i, j, change)| (Spot { group: i, change: Some(j) }, change.features.as_ref()));
    for (spot, features) in groups.chain(overrides) {
        let features = features.map(Vec::as_slice).unwrap_or_default();
        for (k, feature) in features.iter().enumerate().filter(|(_, feature)| !is_name(feature)) {
            // Groups and overrides name the field alike.
            let path = spot.path().field(NodeGroup::features);
            let message = format!("{} cannot be a feature: use letters, digits, “_”, “-” and “.”.", quote(feature));
            let fix = feature.trim().is_empty().then(|| without(features, k, &path, "Remove the empty feature"));
            problems.push(FEATURE.at(path.index(k), message).with_fix(fix));
        }
    }
}

fn is_name(name: &str) -> bool {
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
            problems.push(NO_DEFAULT.at(place(Slurm::partitions), message).with_fix(Fix::set(label, at(0), true)));
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
        problems.push(WORKER_WITHOUT_PARTITION.at(place(Slurm::partitions), message));
    }
}

/// A time as slurm.conf has it, in seconds; `u64::MAX` for no limit.
fn read_time(text: &str) -> Option<u64> {
    if text.eq_ignore_ascii_case("UNLIMITED") || text.eq_ignore_ascii_case("INFINITE") {
        return Some(u64::MAX);
    }
    let number = |digits: &str| {
        let plain = (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if plain { digits.parse::<u64>().ok() } else { None }
    };
    let (days, rest) = text.split_once('-').map_or((None, text), |(days, rest)| (Some(days), rest));
    let parts: Vec<u64> = rest.split(':').map(number).collect::<Option<_>>()?;
    let seconds = |hours: u64, minutes: u64, seconds: u64| hours * 3600 + minutes * 60 + seconds;
    let time = match (days.is_some(), parts.as_slice()) {
        (false, [m]) => seconds(0, *m, 0),
        (false, [m, s]) => seconds(0, *m, *s),
        (true, [h]) => seconds(*h, 0, 0),
        (true, [h, m]) => seconds(*h, *m, 0),
        (_, [h, m, s]) => seconds(*h, *m, *s),
        _ => return None,
    };
    let days = days.map_or(Some(0), number)?;
    Some(days * 86_400 + time).filter(|time| *time > 0)
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

fn check_ports(slurm: &Slurm, problems: &mut Vec<Problem>) {
    let (first, last) = (slurm.srun_first_port, slurm.srun_last_port);
    let (path, path_last) = (place(Slurm::srun_first_port), place(Slurm::srun_last_port));
    let usual = || Fix {
        label: "Use 60001 to 63000".to_owned(),
        set: vec![(path.clone(), 60001.into()), (path_last.clone(), 63000.into())],
    };
    let problem = if first > last {
        let swap = vec![(path.clone(), last.into()), (path_last.clone(), first.into())];
        SRUN_PORT_ORDER
            .at(path.clone(), format!("The first port, {first}, is after the last one, {last}: swap them."))
            .with_fix(Fix { label: "Swap them".to_owned(), set: swap })
    } else if first < 1024 {
        let message = format!("Port {first} is below 1024, where users cannot listen: begin at 1024 or higher.");
        SRUN_PORT_LOW.at(path.clone(), message).with_fix(usual())
    } else if first <= 6820 && last >= 6817 {
        let message =
            format!("Ports {first} to {last} contain 6817 to 6820, which Slurm's daemons use: choose others.");
        SRUN_PORT_CLASH.at(path.clone(), message).with_fix(usual())
    } else if last - first < 63 {
        let message = format!(
            "srun has {} only, and each running srun needs several: give it 64 or more.",
            counted(usize::from(last - first) + 1, "port")
        );
        SRUN_PORT_FEW.at(path_last.clone(), message).with_fix(usual())
    } else {
        return;
    };
    problems.push(problem);
}

/// What the flake or NixOS writes into slurm.conf itself.
const FORM_KEYS: &[&str] = &[
    "ClusterName",
    "SlurmctldHost",
    "ControlMachine",
    "ControlAddr",
    "NodeName",
    "PartitionName",
    "SlurmctldPort",
    "SlurmdPort",
    "SrunPortRange",
    "AuthType",
    "CredType",
    "GresTypes",
    "ProctrackType",
    "TaskPlugin",
    "SelectType",
    "SelectTypeParameters",
    "ReturnToService",
    "PropagateResourceLimitsExcept",
    "SlurmUser",
    "StateSaveLocation",
    "SlurmdSpoolDir",
    "PlugStackConfig",
];

const SECRET_KEYS: &[&str] = &["StoragePass", "JobCompPass", "AccountingStoragePass", "SlurmdbdPass"];

fn is_one_of(key: &str, keys: &[&str]) -> bool {
    keys.iter().any(|known| known.eq_ignore_ascii_case(key))
}

fn check_extra(text: &str, problems: &mut Vec<Problem>) {
    let mut told = HashSet::new();
    for (i, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with("Include ") {
            continue;
        }
        if let Some((check, message)) = extra_fault(i + 1, line)
            && told.insert((check.id, message.clone()))
        {
            let others: String =
                text.lines().enumerate().filter(|(k, _)| *k != i).map(|(_, line)| format!("{line}\n")).collect();
            let path = place(Slurm::extra_config);
            let fix = (check != EXTRA_SYNTAX).then(|| Fix::set(format!("Remove line {}", i + 1), path.clone(), others));
            problems.push(check.at(path, message).with_fix(fix));
        }
    }
}

fn extra_fault(number: usize, line: &str) -> Option<(Check, String)> {
    let mut words = line.split_whitespace().map(|word| word.split_once('=').map_or(word, |(key, _)| key));
    if let Some(key) = words.clone().find(|key| is_one_of(key, SECRET_KEYS)) {
        let message = format!(
            "Line {number} sets {key}, a password, which everybody could read in the Nix store: leave it out and keep \
             it in a file on the controller."
        );
        return Some((EXTRA_SECRET, message));
    }
    let key = words.next().unwrap_or_default();
    let plain = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !line.contains('=') || !plain(key) {
        let message = format!("Line {number}, {}, is no setting: write “Key=Value”.", quote(line));
        return Some((EXTRA_SYNTAX, message));
    }
    is_one_of(key, FORM_KEYS).then(|| {
        let message = format!(
            "Line {number} sets {key}, which follows from the description: set it there, or leave the line out."
        );
        (EXTRA_KEY, message)
    })
}

#[cfg(test)]
pub(super) const CASES: super::fixtures::Cases = &[
    (
        r#"nodes[2].features = ["gpu", "a,b", ""]"#,
        &["error slurm-feature nodes[2].features[1]", "error slurm-feature nodes[2].features[2]"],
    ),
    (
        r#"nodes[1].overrides = [{"hosts": "cn1", "features": ["a&b"]}]"#,
        &["error slurm-feature nodes[1].overrides[0].features[0]"],
    ),
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
    (r#"slurm.partitions[0].maxTime = "2 days""#, &["error time-format slurm.partitions[0].maxTime"]),
    (r#"slurm.partitions[0].maxTime = "1:2:3:4""#, &["error time-format slurm.partitions[0].maxTime"]),
    (r#"slurm.partitions[0].defaultTime = "60 ""#, &["error time-format slurm.partitions[0].defaultTime"]),
    (r#"slurm.partitions[0].defaultTime = "3-00""#, &["error time-order slurm.partitions[0].defaultTime"]),
    (r#"slurm.partitions[0].defaultTime = "UNLIMITED""#, &["error time-order slurm.partitions[0].defaultTime"]),
    (r#"slurm.partitions[0].defaultTime = "1-12:30""#, &[]),
    ("slurm.partitions[0].priorityTier = 100000", &["error priority-tier slurm.partitions[0].priorityTier"]),
    (r#"slurm.mungeKeyFile = "munge.key""#, &["error secret-path slurm.mungeKeyFile"]),
    ("slurm.srunFirstPort = 63001", &["error srun-port-order slurm.srunFirstPort"]),
    ("slurm.srunFirstPort = 80", &["error srun-port-low slurm.srunFirstPort"]),
    ("slurm.srunFirstPort = 6000", &["error srun-port-clash slurm.srunFirstPort"]),
    ("slurm.srunLastPort = 60010", &["warning srun-port-few slurm.srunLastPort"]),
    (
        r#"slurm.extraConfig = "PriorityType=priority/multifactor\nnonsense""#,
        &["error slurm-extra-syntax slurm.extraConfig"],
    ),
    ("slurm.extraConfig = \"# a comment\\nclustername=x\"", &["warning slurm-extra-key slurm.extraConfig"]),
    (r#"slurm.extraConfig = "AccountingStoragePass=hunter2""#, &["error slurm-extra-secret slurm.extraConfig"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_slurm_does() {
        for (text, seconds) in [
            ("30", 1800),
            ("30:15", 1815),
            ("1:30:15", 5415),
            ("2-12", 216_000),
            ("2-12:30", 217_800),
            ("2-12:30:15", 217_815),
            ("infinite", u64::MAX),
        ] {
            assert_eq!(read_time(text), Some(seconds), "{text}");
        }
        for text in ["", "0", "1d", "-5", "1-", "2-1:2:3:4", "1::2", "99999999999999999999"] {
            assert_eq!(read_time(text), None, "{text}");
        }
    }

    #[test]
    fn a_password_is_not_repeated() {
        let cluster = super::super::fixtures::edited(r#"slurm.extraConfig = "JobCompType=x StoragePass=hunter2""#);
        let problems = super::super::check(&cluster);
        assert!(problems.iter().any(|problem| problem.id == "slurm-extra-secret"));
        assert!(problems.iter().all(|problem| !problem.message.contains("hunter2")));
    }
}
