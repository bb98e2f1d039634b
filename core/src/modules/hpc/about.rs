//! What the flake and the page tell of compilers, MPI and GPUs.

use crate::cluster::{Choice, Cluster, Mpi};

pub fn services(cluster: &Cluster) -> Vec<String> {
    let hpc = &cluster.hpc;
    let mut lines = Vec::new();
    if hpc.mpi != Mpi::None {
        lines.push(format!("{}: `mpicc`, `mpirun`; in jobs `srun`.", hpc.mpi.label()));
    }
    if hpc.bin_bash {
        lines.push(
            "Job scripts begin with `#!/bin/bash`; other interpreters are found by `/usr/bin/env`, as in \
             `#!/usr/bin/env python3`."
                .to_owned(),
        );
    }
    if hpc.nix_ld {
        lines.push(
            "Programs built for other Linux systems (conda, vendors’ compilers) run on workers and login nodes, by nix-ld."
                .to_owned(),
        );
    }
    if hpc.self_test {
        lines.push("`mpi-selftest`: a small MPI program for all workers.".to_owned());
    }
    if hpc.cuda.enable {
        lines.push("CUDA: the driver on nodes with NVIDIA GPUs, the toolkit there and on login nodes.".to_owned());
    }
    if hpc.rocm {
        lines.push("ROCm: on nodes with AMD GPUs.".to_owned());
    }
    if hpc.apptainer {
        lines.push("Apptainer: `apptainer run`, with `--nv` for NVIDIA GPUs.".to_owned());
    }
    lines
}

pub fn contents(cluster: &Cluster) -> Vec<&'static str> {
    let hpc = &cluster.hpc;
    let all = [
        (hpc.mpi != Mpi::None, hpc.mpi.label()),
        (hpc.cuda.enable, "CUDA"),
        (hpc.rocm, "ROCm"),
        (hpc.apptainer, "Apptainer"),
    ];
    all.into_iter().filter_map(|(there, name)| there.then_some(name)).collect()
}
