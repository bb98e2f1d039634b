//! What `cluster-tools update` asks of Slurm and reads from it, with a real slurmctld and slurmd.

use crate::daemons::{Machine, free_ports, run};
use crate::{base, configuration, controller, first_with};
use clusterflake_core::cluster::{Role, expand};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What the functions of update.sh print, for the node cn1, with slurmctld on this machine.
fn tools(machine: &Machine, text: &str) -> String {
    let folder = machine.folder().display();
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/flake/tools");
    let script = format!(
        r#"set -uo pipefail
        tools={tools}
        for part in nodes deploy verify update; do source "$tools/$part.sh"; done
        remote() {{ bash -c "$2"; }}
        controller=head1 name=cn1 log={folder}/cn1.txt work={folder} command=update patience=0 action=boot
        state_of[cn1]=known
        {text}"#,
        tools = tools.display()
    );
    machine.ask("bash", &["-c", &script]).trim().to_owned()
}

#[test]
fn nodes_are_drained_rebooted_and_resumed_as_update_does_it() {
    let machine = Machine::new();
    let cluster = base(&[]);
    let nodes = expand::expand(&cluster);
    let config = configuration(&cluster, first_with(&nodes, Role::Worker));
    let (reboot, rebooted) = (machine.folder().join("reboot"), machine.folder().join("rebooted"));
    fs::write(&reboot, format!("#!/bin/sh\ntouch {}\n", rebooted.display())).unwrap();
    fs::set_permissions(&reboot, fs::Permissions::from_mode(0o755)).unwrap();
    let ports = [("cn1".to_owned(), free_ports(1)[0])].into();
    let _controller = controller(&machine, &nodes, &config, &ports);
    let node = machine.node("cn1");
    let state = || tools(&machine, r#"look_up && echo "$state|$reason""#);
    machine.until("cn1 is idle", || state() == "IDLE|");
    let slurm = tools(&machine, r#"slurmctl show config | grep -E '^(RebootProgram|ResumeTimeout) ' | tr -s ' '"#);
    assert_eq!(slurm, format!("RebootProgram = {}\nResumeTimeout = 1200 sec", reboot.display()));

    // Other people's reasons, as they may be.
    machine.ask("scontrol", &["update", "NodeName=cn1", "State=DRAIN", "Reason=fan [2] ask ada@lab now"]);
    assert_eq!(state(), "IDLE+DRAIN|fan [2] ask ada@lab now");
    assert_eq!(tools(&machine, "look_up; somebody_elses && ! drained_here && echo yes"), "yes");
    machine.ask("scontrol", &["update", "NodeName=cn1", "State=RESUME"]);
    machine.until("cn1 answers", || state() == "IDLE|");

    // A busy node goes back into service; one without jobs stays drained.
    let mut job = machine.slurm("srun").args(["--mpi=none", "--nodelist=cn1", "sleep", "100000"]).spawn().unwrap();
    machine.until("the job runs", || tools(&machine, "look_up; has_jobs && echo yes || echo no") == "yes");
    let told = tools(&machine, r#"look_up; drain || echo "then $(result cn1)""#);
    let expected = "drained; waiting for its jobs to end\nstill has jobs after 0 minutes\nthen later";
    assert_eq!(told, expected);
    assert_eq!(tools(&machine, "look_up; has_jobs && ! out_of_service && echo yes"), "yes");
    assert!(run(machine.slurm("scancel").arg("--user=root")).status.success());
    job.wait().unwrap();
    machine.until("the job has ended", || tools(&machine, "look_up; has_jobs && echo yes || echo no") == "no");
    assert_eq!(tools(&machine, "look_up; drain && echo drained"), "drained; waiting for its jobs to end\ndrained");
    assert_eq!(state(), "IDLE+DRAIN|cluster-tools: update");

    // Slurm reboots what is drained, waits for it, and takes it back.
    assert_eq!(tools(&machine, "reboot_node && echo asked"), "asked");
    machine.until("it was rebooted", || rebooted.exists());
    assert_eq!(tools(&machine, "look_up; drained_here && ! somebody_elses && echo ours"), "ours");
    drop(node);
    let _node = machine.rebooted_node("cn1");
    machine.until("cn1 is back", || state() == "IDLE|");
}
