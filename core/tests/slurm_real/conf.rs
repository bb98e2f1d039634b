//! slurm.conf and the files beside it, as NixOS's module writes them, and made fit for this machine.

use crate::harness::strings;
use clusterflake_core::hostlist;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Keys that Debian's Slurm (22.05) does not know yet, with the version that brought them.
const NEWER: &[(&str, &str)] = &[("MetricsType", "25.11"), ("Shared", "23.02")];

/// Keys that need a daemon or a plugin that does not run here.
const ELSEWHERE: &[(&str, &str)] = &[("JobAcctGatherType", "cgroups"), ("AuthAlt", "the plugin auth/jwt")];

/// Values that need cgroups, which a container has not, and names that were different in 22.05.
const REPLACED: &[(&str, &str)] = &[
    ("ProctrackType=proctrack/cgroup", "ProctrackType=proctrack/linuxproc"),
    ("TaskPlugin=task/cgroup,task/affinity", "TaskPlugin=task/none"),
    ("PrologFlags=X11", "PrologFlags=Contain"),
    ("NamespaceType=namespace/tmpfs", "JobContainerType=job_container/tmpfs"),
];

/// The configuration of a node, as it would lie in its store: by file name.
pub fn as_nixos_writes_it(slurm: &Value) -> BTreeMap<String, String> {
    let text = |option: &str, usual: &str| slurm[option].as_str().unwrap_or(usual).to_owned();
    let lines = |key: &str, option: &str| {
        strings(&slurm[option]).iter().map(|line| format!("{key}={line}\n")).collect::<String>()
    };
    let conf = format!(
        "ClusterName={}\nStateSaveLocation={}\nSlurmUser=slurm\n{}{}PlugStackConfig=/nix/store/plugstack.conf\n\
         ProctrackType={}\n{}\n",
        text("clusterName", "default"),
        text("stateSaveLocation", "/var/spool/slurmctld"),
        lines("NodeName", "nodeName"),
        lines("PartitionName", "partitionName"),
        text("procTrackType", "proctrack/linuxproc"),
        text("extraConfig", ""),
    );
    let mut files =
        BTreeMap::from([("slurm.conf".to_owned(), conf), ("cgroup.conf".to_owned(), text("extraCgroupConfig", ""))]);
    let folder = slurm["mpi"]["PmixCliTmpDirBase"].as_str().unwrap_or("/tmp/pmix");
    files.insert("mpi.conf".to_owned(), format!("PMIxCliTmpDirBase={folder}\n"));
    for file in slurm["extraConfigPaths"].as_array().into_iter().flatten() {
        files.insert(file["name"].as_str().unwrap().to_owned(), file["text"].as_str().unwrap().to_owned());
    }
    files
}

/// Where things are on this machine.
pub struct Here<'t> {
    pub folder: &'t Path,
    pub munge_socket: &'t Path,
    pub controller_port: u16,
    /// The port of slurmdbd, where it runs.
    pub accounting_port: Option<u16>,
    /// The port of each node's slurmd, where one runs.
    pub ports: &'t BTreeMap<String, u16>,
}

/// Makes the files fit for this machine and writes them to `here`: addresses of the loopback, ports that are free,
/// folders of the test, and without what cannot be here, which is printed.
pub fn write(files: &BTreeMap<String, String>, here: &Here) {
    for (name, text) in files {
        let text = text.replace("/dev/", &format!("{}/dev/", here.folder.display()));
        let text: String = text.lines().flat_map(|line| fit(line, here)).map(|line| line + "\n").collect();
        fs::write(here.folder.join(name), text + &additions(name, here)).unwrap();
    }
}

/// The lines in the place of one.
fn fit(line: &str, here: &Here) -> Vec<String> {
    let (key, value) = line.split_once('=').unwrap_or((line, ""));
    let folder = here.folder.display();
    if let Some((_, why)) = NEWER.iter().find(|(newer, _)| key == *newer) {
        println!("left out, of Slurm {why}: {line}");
        return Vec::new();
    }
    if let Some((_, why)) = ELSEWHERE.iter().find(|(start, _)| key.starts_with(start)) {
        println!("left out, needs {why}: {line}");
        return Vec::new();
    }
    if let Some((_, other)) = REPLACED.iter().find(|(replaced, _)| line == *replaced) {
        println!("{other} in place of {line}");
        return vec![(*other).to_owned()];
    }
    match key {
        _ if key.starts_with("AccountingStorage") && here.accounting_port.is_none() => {
            println!("left out, without slurmdbd: {line}");
            Vec::new()
        }
        "AccountingStorageHost" => vec!["AccountingStorageHost=127.0.0.1".to_owned()],
        "NodeName" if line.contains(" Sockets=") => {
            let (hosts, rest) = value.split_once(' ').unwrap();
            let at = |host: &String| here.ports.get(host).copied().unwrap_or(1);
            let line = |host: String| format!("NodeName={host} {rest} NodeAddr=127.0.0.1 Port={}", at(&host));
            hostlist::expand(hosts).unwrap().into_iter().map(line).collect()
        }
        "SlurmctldHost" => vec![format!("SlurmctldHost={}(127.0.0.1)", value.split('(').next().unwrap())],
        "SlurmctldPort" => vec![format!("SlurmctldPort={}", here.controller_port)],
        "StateSaveLocation" => vec![format!("StateSaveLocation={folder}/state")],
        "PlugStackConfig" => Vec::new(),
        "Prolog" | "Epilog" => vec![format!("{key}={folder}/{}", key.to_lowercase())],
        "PMIxCliTmpDirBase" => vec![format!("PMIxCliTmpDirBase={folder}/pmix")],
        "HealthCheckProgram" if here.folder.join("health-check").exists() => {
            vec![format!("HealthCheckProgram={folder}/health-check")]
        }
        "HealthCheckProgram" => Vec::new(),
        "HealthCheckInterval" => vec!["HealthCheckInterval=1".to_owned()],
        "RebootProgram" => vec![format!("RebootProgram={folder}/reboot")],
        "BasePath" => vec![format!("BasePath={folder}/jobs")],
        _ => vec![line.to_owned()],
    }
}

fn additions(file: &str, here: &Here) -> String {
    if file != "slurm.conf" {
        return String::new();
    }
    let (folder, munge) = (here.folder.display(), here.munge_socket.display());
    let accounting = here.accounting_port.map(|port| {
        // With Munge, the “password” is its socket.
        format!("AccountingStoragePort={port}\nAccountingStoragePass={munge}\n")
    });
    format!(
        "AuthInfo=socket={munge}\nSlurmdParameters=config_overrides\nSlurmdSpoolDir={folder}/spool-%n\n\
         SlurmdPidFile={folder}/slurmd-%n.pid\nSlurmctldPidFile={folder}/slurmctld.pid\n{}",
        accounting.unwrap_or_default()
    )
}
