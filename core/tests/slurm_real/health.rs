//! The health check of the flake, run by a real slurmd: it drains, and takes back what it drained.

use crate::daemons::{Machine, free_ports};
use crate::{base, configuration, controller, first_with};
use clusterflake_core::cluster::{Role, expand};
use std::fs;
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_node_without_its_mounts_is_drained_until_they_are_there() {
    let machine = Machine::new();
    let cluster = base(&[]);
    let nodes = expand::expand(&cluster);
    let config = configuration(&cluster, first_with(&nodes, Role::Worker));
    let text = config["environment"]["etc"]["slurm/health-check"]["source"]["text"].as_str().unwrap();
    let write = |text: &str| {
        let (new, script) = (machine.folder().join("health-check.new"), machine.folder().join("health-check"));
        // On nodes the commands know where slurm.conf is.
        let conf = machine.folder().join("slurm.conf");
        let here = format!("PATH=/usr/bin:/bin\nexport SLURM_CONF={}", conf.display());
        let text = text.replace("PATH=/run/current-system/sw/bin", &here);
        fs::write(&new, format!("#!/usr/bin/env bash\n{text}")).unwrap();
        fs::set_permissions(&new, fs::Permissions::from_mode(0o755)).unwrap();
        fs::rename(new, script).unwrap();
    };
    write(text);
    let ports = [("cn1".to_owned(), free_ports(1)[0])].into();
    let _controller = controller(&machine, &nodes, &config, &ports);
    let _node = machine.node("cn1");
    let is = |wanted: &str| {
        let state = machine.ask("sinfo", &["--noheader", "--nodes=cn1", "--format=%T %E"]);
        state.trim() == wanted
    };
    // Neither /home nor /shared/state is mounted here; the last one is told.
    machine.until("cn1 is drained", || is("drained health check: /shared/state is not mounted"));
    write(&text.replace("mounts=(/home /shared/state)", "mounts=(/ /proc)"));
    machine.until("cn1 is back", || is("idle none"));

    // What others drained stays so.
    machine.ask("scontrol", &["update", "NodeName=cn1", "State=DRAIN", "Reason=new memory"]);
    let ran = machine.folder().join("ran");
    for mounts in ["mounts=(/home)", "mounts=(/)"] {
        fs::remove_file(&ran).ok();
        let text = text.replace("mounts=(/home /shared/state)", mounts);
        write(&format!("trap 'touch {}' EXIT\n{text}", ran.display()));
        machine.until("the check ran", || ran.exists());
        assert!(is("drained new memory"), "{mounts}");
    }
}
