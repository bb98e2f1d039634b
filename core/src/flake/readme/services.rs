//! What runs where, and how to reach it.

use super::steps::{controller, controller_address};
use crate::cluster::{Choice, Cluster, ContainerEngine, FabricKind, FileSystemKind, Mpi};
use crate::markdown::{code, plain};
use std::fmt::Write;

pub fn services(out: &mut String, cluster: &Cluster) {
    let topics = [network, storage, slurm, hpc, monitoring, users, containers];
    let lines: Vec<String> = topics.iter().flat_map(|topic| topic(cluster)).collect();
    if !lines.is_empty() {
        writeln!(out, "## What runs where\n\n- {}\n", lines.join("\n- ")).ok();
    }
}

fn network(cluster: &Cluster) -> Vec<String> {
    let network = &cluster.network;
    let mut lines = Vec::new();
    if network.firewall {
        let subnet = code(&network.subnet);
        lines.push(format!("Firewall: services are open towards `{subnet}` only, SSH to everybody."));
    }
    if network.fabric.kind != FabricKind::None {
        let (subnet, interface) = (code(&network.fabric.subnet), code(&network.fabric.interface));
        lines.push(format!("Fabric ({}): `{subnet}` on `{interface}`.", network.fabric.kind.label()));
    }
    lines
}

fn storage(cluster: &Cluster) -> Vec<String> {
    let storage = &cluster.storage;
    let mut lines: Vec<String> = storage
        .shared
        .iter()
        .map(|fs| {
            let from = match fs.server.trim() {
                "" => String::new(),
                server => format!(" from `{}`", code(server)),
            };
            format!("`{}`: {}{from}, on every node.", code(&fs.mount), fs.kind.label())
        })
        .collect();
    let unsafe_exports = storage
        .shared
        .iter()
        .filter(|fs| fs.kind == FileSystemKind::Nfs && fs.export_options.iter().any(|option| option == "async"));
    lines.extend(unsafe_exports.map(|fs| {
        format!(
            "`{}` is exported `async`: it is fast, and when `{}` crashes it has not written all that clients take to be \
             written. `sync` among `exportOptions` writes first.",
            code(&fs.mount),
            code(&fs.server)
        )
    }));
    if storage.scratch.enable {
        lines.push(format!("`{}`: each worker's own scratch space.", code(&storage.scratch.mount)));
    }
    lines
}

fn slurm(cluster: &Cluster) -> Vec<String> {
    let slurm = &cluster.slurm;
    if !slurm.enable {
        return Vec::new();
    }
    let controller = controller(cluster);
    let mut lines =
        vec![format!("Slurm: slurmctld on `{controller}`, slurmd on the workers, the commands everywhere.")];
    if !slurm.backup.host.trim().is_empty() {
        lines.push(format!("Slurm's backup controller: `{}`.", code(&slurm.backup.host)));
    }
    if slurm.accounting.enable {
        let host = code(&slurm.accounting.host);
        let host = if host.is_empty() { &controller } else { &host };
        lines.push(format!("Slurm's accounting: slurmdbd and MariaDB on `{host}`; `sacct`, `sreport`, `sacctmgr`."));
    }
    if slurm.rest.enable {
        lines.push(format!(
            "Slurm's REST API: <http://{}:6820>, {}; `scontrol token` gives a user what it asks for.",
            controller_address(cluster),
            from_where(cluster)
        ));
    }
    lines
}

fn hpc(cluster: &Cluster) -> Vec<String> {
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

fn monitoring(cluster: &Cluster) -> Vec<String> {
    let monitoring = &cluster.monitoring;
    if !monitoring.enable {
        return Vec::new();
    }
    let (controller, address, from) = (controller(cluster), controller_address(cluster), from_where(cluster));
    let mut lines = vec![format!("Prometheus: <http://{address}:9090>, {from}.")];
    if monitoring.alertmanager.enable {
        lines.push(format!(
            "Alertmanager listens on `{controller}` alone, since it asks nobody who they are: while `ssh -L \
             9093:127.0.0.1:9093 root@{address}` runs, it is <http://127.0.0.1:9093> on your machine."
        ));
    }
    if monitoring.grafana.enable {
        let file = code(&monitoring.grafana.admin_password_file);
        lines.push(format!(
            "Grafana: <http://{address}:3000>, {from}; the user `admin`, whose first password is in `{file}` on `{controller}`."
        ));
    }
    lines
}

/// From where the services can be reached.
fn from_where(cluster: &Cluster) -> String {
    let network = &cluster.network;
    if network.firewall { format!("from `{}`", code(&network.subnet)) } else { "from wherever it is routed".to_owned() }
}

fn users(cluster: &Cluster) -> Vec<String> {
    let users = &cluster.users;
    let mut lines = Vec::new();
    if users.ldap.enable {
        let servers: Vec<String> = users.ldap.uris.iter().map(|uri| code(uri)).collect();
        lines.push(format!("Users of the directory: `{}`, read through SSSD.", servers.join(" ")));
    }
    if users.ssh_between_nodes {
        lines.push("SSH from node to node: each user gets a key at the first login.".to_owned());
    }
    lines
}

fn containers(cluster: &Cluster) -> Vec<String> {
    let containers = &cluster.containers;
    if !containers.enable {
        return Vec::new();
    }
    let servers = code(&containers.servers);
    let servers = if servers.is_empty() { controller(cluster) } else { servers };
    let mut lines = vec![format!(
        "{}: the control plane on `{servers}`, where `kubectl` works for root.",
        containers.orchestrator.label()
    )];
    if containers.engine != ContainerEngine::None {
        lines.push(format!("{}: for single containers.", plain(containers.engine.label())));
    }
    lines
}
