//! Every key that Slurm knows, and what becomes of it.

use crate::cluster::Cluster;
use crate::import::{Mode, Outcome, Proposal, SourceFile, propose, read};
use std::fmt::Write;

/// The keys that Slurm's parser takes (`src/common/read_config.c` and `src/interfaces/gres.c` of 26.11), each with what becomes
/// of it for two values: a word and a number.
const OUTCOMES: &str = include_str!("../../../tests/import/slurm-keys.txt");

/// Values that keys are tried with.
const VALUES: [&str; 2] = ["zebra", "17"];

/// The files that set `key` in a section of the list, to `setting`.
fn files(section: &str, setting: &str) -> Vec<SourceFile> {
    let (mut head, mut node, mut partition, mut set) = ("", String::new(), String::new(), String::new());
    let mut gres = "Name=gpu File=/dev/nvidia[0-3]".to_owned();
    match section {
        "slurm.conf" => head = setting,
        "NodeName" => node = format!(" {setting}"),
        "PartitionName" => partition = format!(" {setting}"),
        "NodeSet" => set = format!("NodeSet=some {setting}"),
        _ => gres = format!("{gres} {setting}"),
    }
    let conf = format!(
        "{head}\nNodeName=n[1-2] Gres=gpu:4{node}\nNodeName=zebra\n{set}\nPartitionName=part Nodes=n1{partition}\n"
    );
    let file = |name: &str, text: &str| SourceFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() };
    vec![file("slurm.conf", &conf), file("gres.conf", &gres)]
}

fn imported(section: &str, setting: &str) -> Proposal {
    propose(&read(None, &files(section, setting)).unwrap(), &Cluster::default(), Mode::Replace)
}

#[test]
fn every_key_of_slurm_has_an_outcome_and_none_is_understood_that_the_design_does_not_hold() {
    let mut found = String::new();
    let mut section = "";
    let mut faults = String::new();
    for line in OUTCOMES.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name;
            writeln!(found, "{line}").unwrap();
            continue;
        }
        let Some(key) = line.split(':').next().filter(|key| !key.is_empty() && !key.starts_with('#')) else {
            writeln!(found, "{line}").unwrap();
            continue;
        };
        let without = imported(section, "");
        let mut words = Vec::new();
        let mut why = String::new();
        for value in VALUES {
            let with = imported(section, &format!("{key}={value}"));
            let alone = with.report.entries.iter().find(|entry| entry.text.starts_with(&format!("{key}=")));
            let within = || with.report.entries.iter().find(|entry| entry.text.contains(&format!(" {key}=")));
            let entry = alone.or_else(within);
            let Some(entry) = entry else {
                writeln!(faults, "{section}: nothing is said of {key}").unwrap();
                continue;
            };
            if entry.outcome.is_understood() {
                let holds = with.cluster != without.cluster;
                if !holds {
                    writeln!(faults, "{section} {key}={value}: {}", with.report.line(entry)).unwrap();
                }
            }
            if matches!(&entry.outcome, Outcome::Unknown(_)) {
                writeln!(faults, "{section}: {key} is not known").unwrap();
            }
            words.push(entry.outcome.word());
            if let (true, Some(reason)) = (why.is_empty(), entry.outcome.reason()) {
                why = format!("; {}", reason.replace(value, "…"));
            }
        }
        words.dedup();
        writeln!(found, "{key}: {}{why}", words.join(", ")).unwrap();
    }
    assert!(faults.is_empty(), "{faults}");
    assert!(found.trim() == OUTCOMES.trim(), "the outcomes in core/tests/import/slurm-keys.txt are:\n{found}");
}
