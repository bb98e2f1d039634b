//! The units that the flake writes, run by a real systemd: who waits for whom, and who comes back when what it waits for is
//! late. Needs root.

mod container;
#[allow(dead_code)] // The other half of it is for tests/nix.
#[path = "../nix/harness.rs"]
mod harness;
mod units;

use clusterflake_core::cluster::{Cluster, Role, expand};
use clusterflake_core::preset::PRESETS;
use container::Container;
use harness::Flake;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// Programs in the place of daemons. slurmctld gives up where slurmdbd does not answer, as at its first start.
const PROGRAMS: &[(&str, &str)] = &[
    ("mysqld", "exec sleep infinity"),
    ("mariadb", "cat >/tmp/sql"),
    (
        "slurmdbd",
        "munge -n >/dev/null || exit 1
        grep -q 'ALTER USER slurm@localhost IDENTIFIED BY' /tmp/sql || exit 1
        exec python3 -c 'import socket, time; time.sleep(1); s = socket.create_server((\"\", 6819)); time.sleep(1e6)'",
    ),
    (
        "slurmctld",
        "echo >>/run/slurmctld-starts
        (: </dev/tcp/127.0.0.1/6819) || exit 1
        sleep infinity & echo $! >/run/slurmctld.pid",
    ),
    ("slurmd", "sleep infinity & echo $! >/run/slurmd.pid"),
];

fn program(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/bash\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A folder with the services `names` of `config`, and programs in the place of daemons.
fn machine(config: &Value, names: &[&str]) -> TempDir {
    let folder = Container::folder();
    let mut services = units::nixos();
    units::merge(&mut services, &config["systemd"]["services"]);
    services.as_object_mut().unwrap().retain(|name, _| names.contains(&name.as_str()));
    for service in services.as_object_mut().unwrap().values_mut() {
        // A test need not wait for as long as machines may.
        if service["serviceConfig"]["RestartSec"].is_number() {
            service["serviceConfig"]["RestartSec"] = json!(1);
        }
    }
    units::write(&folder.path().join("units"), "/units", "service", &services).unwrap();
    PROGRAMS.iter().for_each(|(name, text)| program(&folder.path().join("programs"), name, text));
    folder
}

/// The configuration of the node `name`.
fn configuration(flake: &Flake, name: &str) -> Value {
    flake.configurations(&[name.to_owned()]).remove(name).unwrap()
}

/// Accounting on the controller: two files for slurmdbd, of which the second comes after Munge's key.
#[test]
fn the_documented_bring_up_starts_everything() {
    let text = r#"{
        "cluster": {"name": "lab"},
        "nodes": [{"hosts": "head", "roles": ["controller"], "firstIP": "10.0.0.1"}, {"hosts": "cn1", "firstIP": "10.0.0.2"}],
        "slurm": {"accounting": {"enable": true}}
    }"#;
    let flake = Flake::new(&Cluster::from_json(text).unwrap());
    let services = ["munged", "mysql", "slurmdbd-login", "slurmdbd", "slurmctld"];
    let container = Container::boot(machine(&configuration(&flake, "head"), &services));
    container.until("the first start is over", || container.ask(&["systemctl", "list-jobs"]) == "No jobs running.");
    // As on every machine before it has its keys.
    container.until("munged gave up", || container.state("munged") == "failed");
    assert_eq!([container.state("slurmdbd"), container.state("slurmctld")], ["inactive", "inactive"]);

    let at = |name: &str| container.path().join(name);
    fs::write(at("data.json"), flake.tools()["data"].to_string()).unwrap();
    fs::create_dir(at("bin")).unwrap();
    let ssh = format!("while [[ $1 == -o ]]; do shift 2; done\nexec {} bash -c \"$2\"", container.entry());
    program(&at("bin"), "ssh", &ssh);
    let tools = |words: &[&str]| {
        let path = format!("{}:{}", at("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("bash");
        command.arg(flake.folder.path().join("flake/tools/cluster-tools.sh")).args(words);
        command.env("PATH", path).env("CLUSTER_DATA", at("data.json")).env("XDG_STATE_HOME", at("state"));
        let output = command.current_dir(container.path()).output().unwrap();
        let units =
            ["systemctl", "status", "--all", "--full", "munged", "mysql", "slurmdbd-login", "slurmdbd", "slurmctld"];
        let log = container.ask(&units) + &fs::read_to_string(at("units/errors")).unwrap_or_default();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {text}\n{log}");
        text
    };
    tools(&["secrets", "make"]);
    let place = ["secrets", "place", "--restart", "--on", "head"];
    let told = tools(&place);
    for service in ["munged", "slurmdbd", "slurmctld"] {
        assert!(told.contains(&format!("head: {service}: started")), "{told}");
        assert_eq!(container.state(service), "active", "{told}");
    }
    // Once: it came after slurmdbd answered.
    assert_eq!(container.ask(&["wc", "--lines", "/run/slurmctld-starts"]), "1 /run/slurmctld-starts");
    assert!(!tools(&place).contains("started"), "nothing changed, and all runs");

    let process = || container.ask(&["systemctl", "show", "--property=MainPID", "--value", "slurmdbd"]);
    let before = process();
    container.run(&["kill", "-KILL", &before]);
    container.until("slurmdbd is back", || container.state("slurmdbd") == "active" && process() != before);
}

/// A worker whose file server comes later, as after a power cut.
#[test]
fn slurmd_comes_when_its_mounts_do() {
    let text = r#"{
        "cluster": {"name": "lab"},
        "nodes": [{"hosts": "head", "roles": ["controller"], "firstIP": "10.0.0.1"}, {"hosts": "cn1", "firstIP": "10.0.0.2"}],
        "storage": {"shared": [{"server": "head", "export": "/export/home", "mount": "/home/shared"}]}
    }"#;
    let flake = Flake::new(&Cluster::from_json(text).unwrap());
    let config = configuration(&flake, "cn1");
    let folder = machine(&config, &["slurmd", "shared-mounts"]);
    // In the place of the server, a folder that is not there yet.
    let later = folder.path().join("programs/later");
    let mount = "[Unit]\nDefaultDependencies=no\nBefore=remote-fs.target\n[Mount]\nWhat=overlay\nType=overlay\n\
                 Where=/home/shared\nOptions=lowerdir=/programs/later:/srv\n";
    let units = folder.path().join("units");
    fs::write(units.join("home-shared.mount"), mount).unwrap();
    fs::create_dir_all(units.join("remote-fs.target.requires")).unwrap();
    std::os::unix::fs::symlink("../home-shared.mount", units.join("remote-fs.target.requires/home-shared.mount"))
        .unwrap();
    fs::write(units.join("remote-fs.target"), "[Unit]\nDefaultDependencies=no\nAfter=home-shared.mount\n").unwrap();
    std::os::unix::fs::symlink("../remote-fs.target", units.join("multi-user.target.wants/remote-fs.target")).unwrap();

    let container = Container::boot(folder);
    container.until("the mount failed", || container.state("home-shared.mount") == "failed");
    let tries = || container.ask(&["systemctl", "show", "--property=NRestarts", "--value", "slurmd"]).parse::<u32>();
    container.until("slurmd was refused more than once", || tries().unwrap_or_default() > 1);
    assert_ne!(container.state("slurmd"), "active");

    fs::create_dir(&later).unwrap();
    // What the timer starts each minute.
    container.run(&["systemctl", "start", "shared-mounts"]);
    assert_eq!(container.state("home-shared.mount"), "active");
    container.until("slurmd runs", || container.state("slurmd") == "active");

    // What was taken away by hand stays away.
    container.run(&["umount", "/home/shared"]);
    container.until("it is away", || container.state("home-shared.mount") == "inactive");
    container.run(&["systemctl", "start", "shared-mounts"]);
    assert_eq!(container.state("home-shared.mount"), "inactive");
}

/// Every unit that the flake writes, whole or in part, has only settings that systemd knows.
#[test]
fn systemd_understands_every_unit() {
    let base = include_str!("../nix/base.json");
    let mut full: Value = serde_json::from_str(base).unwrap();
    let more = json!({
        "slurm": {
            "accounting": {"enable": true}, "rest": {"enable": true}, "metrics": true, "pamAdopt": true,
            "backup": {"host": "head2", "stateFolder": "/shared/state/slurmctld"}
        },
        "hpc": {"cuda": {"enable": true, "fabricManager": true}, "rocm": true},
        "containers": {"enable": true}
    });
    units::merge(&mut full, &more);
    full["nodes"][4]["gpus"]["count"] = json!(8);
    let full = Cluster::from_json(&full.to_string()).unwrap();
    for cluster in PRESETS.iter().map(|preset| preset.cluster()).chain([full]) {
        let flake = Flake::new(&cluster);
        let nodes = expand::expand(&cluster);
        // One of each kind of node.
        let mut names: Vec<String> = Vec::new();
        for (index, _) in cluster.nodes.iter().enumerate() {
            names.extend(nodes.iter().find(|node| node.group == index).map(|node| node.name.clone()));
        }
        assert!(nodes.iter().any(|node| node.is(Role::Worker)));
        for (name, config) in flake.configurations(&names) {
            let (found, ours) = complaints(&config["systemd"]);
            assert!(ours.is_empty(), "{} of {}: {ours:#?}", name, cluster.general.name);
            assert!(found > 0, "{name}");
        }
    }
    let wrong = json!({"services": {"odd": {"serviceConfig": {"Restrat": "always"}}}});
    assert!(complaints(&wrong).1[0].contains("Restrat"), "what is wrong is told");
}

/// How many services and timers there are, and what systemd has to say of them.
fn complaints(systemd: &Value) -> (usize, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().display().to_string();
    for (kind, option) in [("service", "services"), ("timer", "timers")] {
        units::write(folder.path(), &at, kind, &systemd[option]).unwrap();
    }
    let files = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
    let files: Vec<_> = files
        .filter(|file| file.extension().is_some_and(|kind| kind == "service" || kind == "timer"))
        // Instances have the rest of them in their template.
        .filter(|file| !file.to_string_lossy().contains('@'))
        .collect();
    let output = Command::new("systemd-analyze")
        .args(["verify", "--man=no", "--recursive-errors=no"])
        .args(&files)
        .env("SYSTEMD_UNIT_PATH", format!("{at}:"))
        .output()
        .expect("systemd-analyze is missing: apt-get install systemd, or run `cargo xtask test`");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    (files.len(), text.lines().filter(|line| line.contains(&at)).map(str::to_owned).collect())
}
