//! The topics' fixtures: edits to a good description, and what the checks say of each.

use super::*;
use crate::diagnostic::{Fix, apply};
use crate::path::Path;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};

/// Four nodes, everything on, no problems.
const GOOD: &str = r#"{
  "cluster": {
    "name": "lab",
    "sshKeys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f admin@lab"],
    "allowUnfree": true
  },
  "nodes": [
    {"hosts": "head", "roles": ["controller", "login", "storage"], "firstIP": "10.0.0.1", "interface": "enp1s0",
     "coresPerSocket": 8},
    {"hosts": "cn[1-2]", "firstIP": "10.0.0.11", "interface": "enp1s0", "sockets": 2, "coresPerSocket": 16, "memoryMiB": 262144},
    {"hosts": "gn1", "firstIP": "10.0.0.21", "interface": "enp1s0", "sockets": 2, "coresPerSocket": 32, "memoryMiB": 524288,
     "gpus": {"model": "h100", "count": 4}, "features": ["gpu"]}
  ],
  "network": {"domain": "lab.example.org", "gateway": "10.0.255.254", "nameservers": ["10.0.255.254"]},
  "storage": {
    "shared": [
      {"server": "head", "export": "/export/home", "mount": "/home", "exportOptions": ["rw", "sync", "no_subtree_check"]}
    ],
    "scratch": {"enable": true}
  },
  "slurm": {
    "partitions": [
      {"name": "main", "nodes": "cn[1-2]", "default": true, "maxTime": "2-00:00:00", "defaultTime": "60",
       "exclusive": true},
      {"name": "gpu", "nodes": "gn1", "exclusive": true}
    ]
  },
  "hpc": {"mpi": "openmpi", "cuda": {"enable": true}, "cudaAwareMPI": true, "governor": "performance", "unlimitedMemlock": true},
  "monitoring": {"enable": true, "grafana": {"enable": true}},
  "users": {
    "accounts": [
      {"name": "ada", "uid": 1000, "sudo": true, "groups": ["lab"],
       "sshKeys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ada"]},
      {"name": "bob", "uid": 1001,
       "sshKeys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f bob"]}
    ],
    "groups": [{"name": "lab", "gid": 2000}]
  },
  "containers": {"enable": true, "disable": ["traefik"], "gpuTaint": true}
}"#;

fn good() -> Cluster {
    Cluster::from_json(GOOD).unwrap()
}

pub(crate) fn edited(edits: &str) -> Cluster {
    edits.lines().fold(good(), |cluster, edit| {
        let (path, value) = edit.split_once(" = ").unwrap_or_else(|| panic!("no edit: {edit}"));
        let value: Value = serde_json::from_str(value).unwrap_or_else(|error| panic!("{edit}: {error}"));
        apply(&cluster, &Fix::set("edit", path.parse().unwrap(), value))
            .unwrap_or_else(|error| panic!("{edit}: {error}"))
    })
}

fn shown(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|p| format!("{} {} {}", p.severity.word(), p.id, p.path)).collect()
}

fn cases() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    topics().flat_map(|topic| topic.cases.iter().copied())
}

#[test]
fn a_good_description_has_no_problems() {
    assert_eq!(check(&good()), []);
}

#[test]
fn every_fixture_has_its_problems() {
    let wrong: Vec<String> = cases()
        .map(|(edits, expected)| (edits, expected, shown(&check(&edited(edits)))))
        .filter(|(_, expected, found)| found != expected)
        .map(|(edits, expected, found)| format!("{edits}\n  expected {expected:?}\n  found    {found:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_registry_holds_what_is_found() {
    let ids: BTreeSet<&str> = checks().map(|check| check.id).collect();
    assert_eq!(ids.len(), checks().count(), "an id stands twice");
    for check in checks() {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(check.id.bytes().all(plain) && check.summary.ends_with('.'), "{check:?}");
    }
    let found: BTreeSet<&str> =
        cases().flat_map(|(_, problems)| problems.iter().filter_map(|line| line.split(' ').nth(1))).collect();
    assert_eq!(ids, found, "left: the registry, right: found in the fixtures");
}

#[test]
fn every_fix_mends_its_problem() {
    let mut mended = HashSet::new();
    for (edits, _) in cases() {
        let cluster = edited(edits);
        for problem in check(&cluster) {
            let Some(fix) = &problem.fix else { continue };
            let after = check(&apply(&cluster, fix).unwrap_or_else(|error| panic!("{edits}\n{fix:?}: {error}")));
            let still =
                after.iter().any(|p| (p.id, &p.path, &p.message) == (problem.id, &problem.path, &problem.message));
            assert!(!still, "{edits}\n{problem:#?}");
            mended.insert(problem.id);
        }
    }
    assert!(mended.len() > 40, "{mended:?}");
}

#[test]
fn messages_are_sentences() {
    for (edits, _) in cases() {
        for problem in check(&edited(edits)) {
            assert!(problem.message.ends_with('.') && !problem.message.contains("  "), "{}", problem.message);
            assert!(!problem.message.contains("PRIVATE KEY"), "{}", problem.message);
        }
    }
}

#[test]
fn problems_come_in_the_order_of_sections_and_fields() {
    let problems = check(&edited(
        "containers.disable = [\"x\"]\nnodes[2].sockets = 0\nnodes[0].threadsPerCore = 0\nnodes[0].sockets = 0\ncluster.name = \"\"",
    ));
    let paths: Vec<String> = problems.iter().map(|problem| problem.path.to_string()).collect();
    let expected =
        ["cluster.name", "nodes[0].sockets", "nodes[0].threadsPerCore", "nodes[2].sockets", "containers.disable[0]"];
    assert_eq!(paths, expected);
}

/// Ten thousand groups, each with problems, must not take a time that grows with their square.
#[test]
fn large_descriptions_are_checked_fast() {
    let hosts: Vec<Value> = (0..10_000)
        .map(|i| serde_json::json!({"hosts": format!("n{i}"), "firstIP": if i % 2 == 0 { "10.0.0.77" } else { "" }}))
        .collect();
    let cluster = edited(&format!("nodes = {}\nslurm.partitions[0].nodes = \"\"", serde_json::json!(hosts)));
    let start = std::time::Instant::now();
    assert!(check(&cluster).len() >= 9_999);
    let taken = start.elapsed();
    // Unoptimized on a busy machine; in a release build this is some tens of milliseconds.
    assert!(taken.as_secs() < 10, "{taken:?}");
}

/// The paths of all texts, numbers and lists of strings in the good description.
fn leaves(value: &Value, path: Path, all: &mut Vec<(Path, Value)>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| leaves(value, path.key(key), all)),
        Value::Array(list) => list.iter().enumerate().for_each(|(i, value)| leaves(value, path.index(i), all)),
        Value::String(_) | Value::Number(_) => all.push((path, value.clone())),
        _ => {}
    }
}

/// Texts that get far into the checks, and any others.
fn wild() -> impl Strategy<Value = String> {
    prop_oneof![
        r"[a-z]{0,3}(\[[0-9]{1,6}-[0-9]{1,6}\]){0,2}",
        r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(/[0-9]{1,2})?",
        r"[0-9]{0,20}(-[0-9]{0,20})?(:[0-9]{0,20}){0,3}",
        r"[A-Za-z]{1,8}=[ -~]{0,8}",
        r"(/[a-z.]{0,3}){0,4}",
        r"ssh-ed25519 [A-Za-z0-9+/=]{0,60}",
        Just("PRIVATE KEY".to_owned()),
        Just("255.255.255.255".to_owned()),
        Just("0.0.0.0/0".to_owned()),
        r"\PC*",
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn no_description_panics(edits in prop::collection::vec((any::<prop::sample::Index>(), wild(), any::<u16>()), 1..6)) {
        let mut all = Vec::new();
        leaves(&serde_json::from_str(GOOD).unwrap(), Path::root(), &mut all);
        let mut cluster = good();
        for (index, text, number) in edits {
            let (path, value) = &all[index.index(all.len())];
            let value: Value = if value.is_string() { text.into() } else { number.into() };
            if let Ok(edited) = apply(&cluster, &Fix::set("edit", path.clone(), value)) {
                cluster = edited;
            }
        }
        for problem in check(&cluster) {
            if let Some(fix) = &problem.fix {
                let mended = apply(&cluster, fix);
                prop_assert!(mended.is_ok(), "{:?}", problem);
                let after = check(&mended.unwrap());
                let still = after.iter().any(|p| (p.id, &p.path, &p.message) == (problem.id, &problem.path, &problem.message));
                prop_assert!(!still, "{:?}", problem);
            }
        }
    }
}
