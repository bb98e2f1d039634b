//! Slurm as a whole: features of nodes, keys, ports, scripts, and the lines that are written by hand.

use super::partitions::is_name;
use crate::cluster::{Cluster, Monitoring, NodeGroup, Role, Slurm};
use crate::diagnostic::{Check, Fix, Problem, checks};
use crate::facts::{Facts, Spot};
use crate::field_checks::check_secret_file;
use crate::field_checks::without;
use crate::memory;
use crate::modules::job_memory;
use crate::path;
use crate::path::Path;
use crate::quoting::{counted, quote};
use std::collections::HashSet;

checks! {
    FEATURE "slurm-feature" Error "A node's feature has characters that Slurm does not take.",
    SYSTEM_MEMORY "system-memory" Error "Nothing of a worker's memory is left for jobs.",
    SCHEDULER_PARAMETER "scheduler-parameter" Error "A scheduler parameter is not of the form name or name=value.",
    PAM_WITHOUT_LIMITS "pam-adopt-without-limits" Warning "Logins go into jobs that are held to nothing.",
    PAM_NOWHERE "pam-adopt-nowhere" Warning "Logins are free on all workers, since people log in there anyway.",
    SCRIPT_LANGUAGE "slurm-script-language" Error "A prolog or epilog is no shell script.",
    SCRIPT_LINE_ENDS "slurm-script-line-ends" Error "A prolog or epilog has line ends that the shell does not take.",
    METRICS_UNSEEN "metrics-unseen" Hint "Slurm offers metrics, but nothing keeps them.",
    SRUN_PORT_ORDER "srun-port-order" Error "The first of srun's ports is after the last one.",
    SRUN_PORT_LOW "srun-port-low" Error "srun's ports are below 1024, where users cannot listen.",
    SRUN_PORT_CLASH "srun-port-clash" Error "srun's ports contain those of Slurm's daemons.",
    SRUN_PORT_FEW "srun-port-few" Warning "srun has few ports.",
    EXTRA_SYNTAX "slurm-extra-syntax" Error "A line of the extra configuration is not of the form Key=Value.",
    EXTRA_KEY "slurm-extra-key" Warning "The extra configuration sets what the forms set.",
    EXTRA_SECRET "slurm-extra-secret" Error "The extra configuration has a password in it.",
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let slurm = &*facts.cluster.slurm;
    if !slurm.enable {
        return;
    }
    check_features(facts, problems);
    check_system_memory(facts, problems);
    check_parameters(&slurm.scheduler_parameters, problems);
    if slurm.pam_adopt {
        check_adoption(facts, slurm, problems);
    }
    check_script(&slurm.prolog, path![Cluster::slurm, Slurm::prolog], problems);
    check_script(&slurm.epilog, path![Cluster::slurm, Slurm::epilog], problems);
    if slurm.metrics && !facts.cluster.monitoring.enable {
        let message = "Nothing keeps the metrics that Slurm would offer: turn monitoring on too.";
        let monitoring = path![Cluster::monitoring, Monitoring::enable];
        let fix = Fix::set("Turn monitoring on", monitoring, true);
        problems.push(METRICS_UNSEEN.at(path![Cluster::slurm, Slurm::metrics], message).with_fix(fix));
    }
    check_secret_file(&slurm.munge_key_file, || path![Cluster::slurm, Slurm::munge_key_file], problems);
    check_ports(slurm, problems);
    check_extra(slurm, problems);
}

fn check_system_memory(facts: &Facts, problems: &mut Vec<Problem>) {
    let kept = facts.cluster.slurm.system_memory_mib;
    let workers = facts.cluster.nodes.iter().filter(|group| group.roles.contains(&Role::Worker));
    let memory = workers.flat_map(|group| {
        std::iter::once(group.memory_mib).chain(group.overrides.iter().filter_map(|change| change.memory_mib))
    });
    let Some(smallest) = memory.filter(|mib| *mib > 0).min() else { return };
    if kept > 0 && job_memory(facts.cluster, smallest) == 0 {
        let message = format!(
            "{} kept for the system leave jobs nothing on the smallest worker, which has {}: keep less.",
            memory::show(kept),
            memory::show(smallest)
        );
        problems.push(SYSTEM_MEMORY.at(path![Cluster::slurm, Slurm::system_memory_mib], message));
    }
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

/// slurm.conf has them in one value, with commas between.
fn is_parameter(text: &str) -> bool {
    let plain = |text: &str, more: &[u8]| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
    };
    match text.split_once('=') {
        Some((name, value)) => plain(name, b"_") && plain(value, b"_.:+-/*%"),
        None => plain(text, b"_"),
    }
}

fn check_parameters(parameters: &[String], problems: &mut Vec<Problem>) {
    let path = path![Cluster::slurm, Slurm::scheduler_parameters];
    for (k, parameter) in parameters.iter().enumerate().filter(|(_, parameter)| !is_parameter(parameter)) {
        let message = format!(
            "{} is no scheduler parameter: write each as “name” or “name=value”, without spaces.",
            quote(parameter)
        );
        let fix = parameter.trim().is_empty().then(|| without(parameters, k, &path, "Remove the empty parameter"));
        problems.push(SCHEDULER_PARAMETER.at(path.index(k), message).with_fix(fix));
    }
}

fn check_adoption(facts: &Facts, slurm: &Slurm, problems: &mut Vec<Problem>) {
    let path = path![Cluster::slurm, Slurm::pam_adopt];
    if !slurm.enforce_limits {
        let message = "Logins go into the user’s job, but jobs are not held to what they asked for: turn that on too.";
        let fix = Fix::set("Hold jobs to what they asked for", path![Cluster::slurm, Slurm::enforce_limits], true);
        problems.push(PAM_WITHOUT_LIMITS.at(path.clone(), message).with_fix(fix));
    }
    let mut workers = facts.cluster.nodes.iter().filter(|group| group.roles.contains(&Role::Worker)).peekable();
    let open = |group: &NodeGroup| group.roles.iter().any(|role| [Role::Controller, Role::Login].contains(role));
    if workers.peek().is_some() && workers.all(open) {
        let message = "All workers are controllers or login nodes too, where people must get in without a job: leave it \
                       off, or keep workers apart.";
        problems.push(PAM_NOWHERE.at(path.clone(), message).with_fix(Fix::set("Leave it off", path, false)));
    }
}

fn check_script(text: &str, path: Path, problems: &mut Vec<Problem>) {
    if text.contains('\r') {
        let message = "The script has line ends of Windows, on which the shell stumbles: remove them.";
        let fix = Fix::set("Remove them", path.clone(), text.replace("\r\n", "\n").replace('\r', "\n"));
        problems.push(SCRIPT_LINE_ENDS.at(path.clone(), message).with_fix(fix));
    }
    let first = text.lines().next().unwrap_or_default().trim();
    let interpreter = first
        .strip_prefix("#!")
        .and_then(|line| line.split(['/', ' ']).rfind(|word| !word.starts_with('-') && !word.is_empty()));
    if let Some(interpreter) = interpreter.filter(|name| !["sh", "bash"].contains(name)) {
        let message = format!("The script is run by bash, and not by {}: write it for the shell.", quote(interpreter));
        problems.push(SCRIPT_LANGUAGE.at(path, message));
    }
}

fn check_ports(slurm: &Slurm, problems: &mut Vec<Problem>) {
    let (first, last) = (slurm.srun_first_port, slurm.srun_last_port);
    let (path, path_last) =
        (path![Cluster::slurm, Slurm::srun_first_port], path![Cluster::slurm, Slurm::srun_last_port]);
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
    "EnforcePartLimits",
    "PropagateResourceLimitsExcept",
    "SlurmUser",
    "StateSaveLocation",
    "SlurmdSpoolDir",
    "PlugStackConfig",
];

/// Those that are written only where the form asks for them.
fn keys_in_use(slurm: &Slurm) -> impl Iterator<Item = &'static str> {
    let accounting = &slurm.accounting;
    let contains = slurm.x11 || slurm.pam_adopt || slurm.private_tmp;
    let (prolog, epilog) = (!slurm.prolog.trim().is_empty(), !slurm.epilog.trim().is_empty());
    let groups: [(bool, &[&str]); 10] = [
        (!slurm.scheduler_parameters.is_empty(), &["SchedulerParameters"]),
        (
            accounting.enable,
            &["AccountingStorageType", "AccountingStorageHost", "AccountingStorageTRES", "JobAcctGatherType"],
        ),
        (accounting.enable && !accounting.enforce.is_empty(), &["AccountingStorageEnforce"]),
        (
            accounting.enable && accounting.fair_share,
            &[
                "PriorityType",
                "PriorityWeightFairshare",
                "PriorityWeightAge",
                "PriorityDecayHalfLife",
                "PriorityMaxAge",
            ],
        ),
        (slurm.rest.enable, &["AuthAltTypes", "AuthAltParameters"]),
        (contains || prolog, &["PrologFlags"]),
        (slurm.private_tmp, &["JobContainerType", "NamespaceType"]),
        (prolog, &["Prolog"]),
        (epilog, &["Epilog"]),
        (slurm.metrics, &["MetricsType"]),
    ];
    groups.into_iter().filter(|(on, _)| *on).flat_map(|(_, keys)| keys.iter().copied())
}

const SECRET_KEYS: &[&str] = &["StoragePass", "JobCompPass", "AccountingStoragePass", "SlurmdbdPass"];

fn is_one_of(key: &str, keys: &[&str]) -> bool {
    keys.iter().any(|known| known.eq_ignore_ascii_case(key))
}

fn check_extra(slurm: &Slurm, problems: &mut Vec<Problem>) {
    let text = &slurm.extra_config;
    let mut told = HashSet::new();
    for (i, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with("Include ") {
            continue;
        }
        if let Some((check, message)) = extra_fault(slurm, i + 1, line)
            && told.insert((check.id, message.clone()))
        {
            let others: String =
                text.lines().enumerate().filter(|(k, _)| *k != i).map(|(_, line)| format!("{line}\n")).collect();
            let path = path![Cluster::slurm, Slurm::extra_config];
            let fix = (check != EXTRA_SYNTAX).then(|| Fix::set(format!("Remove line {}", i + 1), path.clone(), others));
            problems.push(check.at(path, message).with_fix(fix));
        }
    }
}

fn extra_fault(slurm: &Slurm, number: usize, line: &str) -> Option<(Check, String)> {
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
    let set_here = is_one_of(key, FORM_KEYS) || keys_in_use(slurm).any(|known| known.eq_ignore_ascii_case(key));
    set_here.then(|| {
        let message = format!(
            "Line {number} sets {key}, which follows from the description: set it there, or leave the line out."
        );
        (EXTRA_KEY, message)
    })
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    (
        r#"nodes[2].features = ["gpu", "a,b", ""]"#,
        &["error slurm-feature nodes[2].features[1]", "error slurm-feature nodes[2].features[2]"],
    ),
    (
        r#"nodes[1].overrides = [{"hosts": "cn1", "features": ["a&b"]}]"#,
        &["error slurm-feature nodes[1].overrides[0].features[0]"],
    ),
    ("slurm.systemMemoryMiB = 4096", &[]),
    ("slurm.systemMemoryMiB = 300000", &["error system-memory slurm.systemMemoryMiB"]),
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
    (
        "slurm.accounting.enable = true\nslurm.accounting.fairShare = true\nslurm.extraConfig = \"prioritytype=priority/basic\"",
        &["warning slurm-extra-key slurm.extraConfig"],
    ),
    (r#"slurm.schedulerParameters = ["bf_window=2880", "defer", "bf_interval=-1"]"#, &[]),
    (
        r#"slurm.schedulerParameters = ["bf_window = 2880", "a,b", ""]"#,
        &[
            "error scheduler-parameter slurm.schedulerParameters[0]",
            "error scheduler-parameter slurm.schedulerParameters[1]",
            "error scheduler-parameter slurm.schedulerParameters[2]",
        ],
    ),
    ("slurm.pamAdopt = true", &[]),
    ("slurm.pamAdopt = true\nslurm.enforceLimits = false", &["warning pam-adopt-without-limits slurm.pamAdopt"]),
    (
        "slurm.pamAdopt = true\nnodes[1].roles = [\"worker\", \"login\"]\nnodes[2].roles = [\"worker\", \"login\"]",
        &["warning pam-adopt-nowhere slurm.pamAdopt"],
    ),
    (r##"slurm.prolog = "#!/usr/bin/env bash\necho 1""##, &[]),
    (r##"slurm.prolog = "#!/usr/bin/env -S python3 -u\nprint()""##, &["error slurm-script-language slurm.prolog"]),
    (r#"slurm.epilog = "echo 1\r\necho 2\r\n""#, &["error slurm-script-line-ends slurm.epilog"]),
    ("slurm.metrics = true\nmonitoring = {}", &["hint metrics-unseen slurm.metrics"]),
];

#[cfg(test)]
mod tests {
    #[test]
    fn a_password_is_not_repeated() {
        let cluster = crate::check::fixtures::edited(r#"slurm.extraConfig = "JobCompType=x StoragePass=hunter2""#);
        let problems = crate::check::check(&cluster);
        assert!(problems.iter().any(|problem| problem.id == "slurm-extra-secret"));
        assert!(problems.iter().all(|problem| !problem.message.contains("hunter2")));
    }
}
