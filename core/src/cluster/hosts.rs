//! Which nodes run which service, where the description names them or leaves it to the first controller.

use super::{Cluster, Containers, Slurm, expand};

/// The host that a field names, or the first controller where it is empty; `None` where there is no controller.
fn or_first_controller(cluster: &Cluster, host: &str) -> Option<String> {
    match host.trim() {
        "" => expand::first_controller(cluster),
        host => Some(host.to_owned()),
    }
}

impl Slurm {
    /// The name of the node that runs slurmdbd and MariaDB; `None` where Slurm or its accounting is off, or there is no
    /// controller.
    pub fn accounting_host(cluster: &Cluster) -> Option<String> {
        let slurm = &cluster.slurm;
        if !slurm.enable || !slurm.accounting.enable {
            return None;
        }
        or_first_controller(cluster, &slurm.accounting.host)
    }

    /// The name of the node that runs the second slurmctld; `None` where there is none.
    pub fn backup_host(cluster: &Cluster) -> Option<&str> {
        let slurm = &cluster.slurm;
        Some(slurm.backup.host.trim()).filter(|host| slurm.enable && !host.is_empty())
    }

    /// The folder in which slurmctld keeps its state (`StateSaveLocation`): that of the backup controller's setting,
    /// else the default of NixOS's `services.slurm.stateSaveLocation`.
    pub fn state_folder(cluster: &Cluster) -> &str {
        let backup = &cluster.slurm.backup;
        if backup.host.trim().is_empty() { "/var/spool/slurmctld" } else { backup.state_folder.trim() }
    }
}

impl Containers {
    /// The nodes with the control plane, as a hostlist; `None` where containers are not orchestrated, or there is no
    /// controller.
    pub fn server_hosts(cluster: &Cluster) -> Option<String> {
        let containers = &cluster.containers;
        if !containers.enable {
            return None;
        }
        or_first_controller(cluster, &containers.servers)
    }
}
