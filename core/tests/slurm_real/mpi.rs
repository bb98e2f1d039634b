//! Programs of a real Open MPI, started by a plain `srun`: how ranks find each other is slurm.conf's.

use crate::daemons::{Daemon, Machine, free_ports, run};
use crate::{base, configuration, controller, first_with};
use clusterflake_core::cluster::{Role, expand};
use std::process::Command;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/modules/hpc/mpi-selftest/mpi-selftest.c");

#[test]
fn ranks_find_each_other() {
    let machine = Machine::new();
    let cluster = base(&[]);
    let nodes = expand::expand(&cluster);
    let config = configuration(&cluster, first_with(&nodes, Role::Worker));
    let names = ["cn1", "cn2"];
    let ports = names.map(str::to_owned).into_iter().zip(free_ports(names.len())).collect();
    let _controller = controller(&machine, &nodes, &config, &ports);
    let _nodes = names.map(|name| -> Daemon { machine.node_with_pmix(name) });
    machine.until("both nodes are idle", || {
        let states = machine.ask("sinfo", &["--noheader", "--Node", "--nodes=cn[1-2]", "--format=%N %T"]);
        states == "cn1 idle\ncn2 idle\n"
    });

    let program = machine.folder().join("mpi-selftest");
    let built = run(Command::new("mpicc").args(["-O2", "-o"]).arg(&program).args([SOURCE, "-ldl"]));
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let start = |options: &[&str]| {
        let mut command = machine.slurm("srun");
        command.args(["--nodes=2", "--ntasks-per-node=2", "--oversubscribe"]).args(options).arg(&program);
        // The two nodes have this machine's loopback between them.
        command.envs([("OMPI_MCA_btl", "self,tcp"), ("OMPI_MCA_btl_tcp_if_include", "lo")]);
        run(&mut command)
    };
    let output = start(&[]);
    let (text, complaint) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.contains("PASSED: 4 ranks"), "{text}{complaint}");
    for rank in 0..4 {
        assert!(text.contains(&format!("rank {rank} of 4 on cn{}", rank / 2 + 1)), "{text}");
    }

    // As it was without MpiDefault. Open MPI 4 refuses; 5 starts each rank alone, which the self-test then tells.
    assert!(!start(&["--mpi=none"]).status.success());
}
