//! What the flake and the page tell of Slurm.

use crate::cluster::{Accounting, Backup, Cluster, Rest, Slurm, expand};
use crate::markdown::{code, plain};
use crate::modules::about::{
    Connection, ConnectionKind, Duty, Port, Ports, Step, controller, controller_address, from_where,
};
use crate::modules::{Make, On, Secret};
use crate::path;
use std::collections::BTreeSet;

/// slurmctld's port, slurm.conf's `SlurmctldPort`.
pub const SLURMCTLD: u16 = 6817;
/// slurmd's port, `SlurmdPort`.
pub const SLURMD: u16 = 6818;
/// slurmdbd's port, slurmdbd.conf's `DbdPort`.
pub const SLURMDBD: u16 = 6819;
/// slurmrestd's port.
pub const SLURMRESTD: u16 = 6820;

pub const PORTS: Ports = Ports {
    tcp: &[
        Port::new(SLURMCTLD, "slurmctld"),
        Port::new(SLURMD, "slurmd"),
        Port::new(SLURMDBD, "slurmdbd"),
        Port::new(SLURMRESTD, "slurmrestd"),
    ],
    udp: &[],
};

pub fn secrets(cluster: &Cluster) -> Vec<Secret> {
    let slurm = &cluster.slurm;
    let at = path![Cluster::slurm];
    if !slurm.enable {
        return Vec::new();
    }
    // munged(8): a key of 1024 bits is the usual; it must be munged's own.
    let mut secrets = vec![Secret {
        owner: "munge",
        units: &["munged", "slurmdbd", "slurmctld", "slurmd"],
        ..Secret::new(&slurm.munge_key_file, "Munge's key", Make::Bytes(128), at.field(Slurm::munge_key_file))
    }];
    if slurm.accounting.enable {
        let path = at.field(Slurm::accounting).field(Accounting::password_file);
        secrets.push(Secret {
            on: On::hosts(Slurm::accounting_host(cluster).unwrap_or_default()),
            owner: "slurm",
            units: &["slurmdbd"],
            ..Secret::new(&slurm.accounting.password_file, "the password of Slurm's database", Make::Text, path)
        });
    }
    if slurm.rest.enable {
        let path = at.field(Slurm::rest).field(Rest::jwt_key_file);
        // slurmctld gives tokens, slurmdbd takes them.
        let backup = Slurm::backup_host(cluster).map(str::to_owned);
        let hosts = [expand::first_controller(cluster), backup, Slurm::accounting_host(cluster)];
        let mut seen = BTreeSet::new();
        let hosts: Vec<String> = hosts.into_iter().flatten().filter(|host| seen.insert(host.clone())).collect();
        // Slurm's guide “JSON Web Tokens”: 32 random bytes, readable by SlurmUser alone.
        secrets.push(Secret {
            on: On::hosts(hosts.join(",")),
            owner: "slurm",
            units: &["slurmdbd", "slurmctld", "slurmrestd"],
            ..Secret::new(&slurm.rest.jwt_key_file, "the key that signs Slurm's tokens (JWT)", Make::Bytes(32), path)
        });
    }
    secrets
}

pub fn services(cluster: &Cluster) -> Vec<String> {
    let slurm = &cluster.slurm;
    if !slurm.enable {
        return Vec::new();
    }
    let controller = controller(cluster);
    let mut lines =
        vec![format!("Slurm: slurmctld on `{controller}`, slurmd on the workers, the commands everywhere.")];
    if let Some(host) = Slurm::backup_host(cluster) {
        lines.push(format!("Slurm's backup controller: `{}`.", code(host)));
    }
    if slurm.accounting.enable {
        let host = Slurm::accounting_host(cluster).map_or(controller, |host| code(&host));
        lines.push(format!("Slurm's accounting: slurmdbd and MariaDB on `{host}`; `sacct`, `sreport`, `sacctmgr`."));
    }
    if slurm.rest.enable {
        lines.push(format!(
            "Slurm's REST API: <http://{}:{SLURMRESTD}>, {}; `scontrol token` gives a user what it asks for.",
            controller_address(cluster),
            from_where(cluster)
        ));
    }
    lines
}

/// The warning that NixOS asks everybody to repeat who shares a use of `security.pam.services.<name>.rules`.
/// nixpkgs nixos/modules/security/pam.nix
pub fn readme(cluster: &Cluster) -> String {
    let slurm = &cluster.slurm;
    if !slurm.enable || !slurm.pam_adopt {
        return String::new();
    }
    "## Logins on workers\n\n\
             **Warning:** that they need a job is set with `security.pam.services.sshd.rules`, which NixOS calls experimental: \
             it and all\nbelow it may change without notice. Read what changed in nixpkgs' \
             `nixos/modules/security/pam.nix` before each update, and\ntry it on one node first: rules that no longer fit \
             can lock you out of the nodes, or leave them open to attackers.\n\n"
        .to_owned()
}

/// Accounts, where jobs are refused without one, and the first job.
pub fn last_steps(cluster: &Cluster) -> Vec<Step> {
    accounts(cluster).into_iter().chain(first_job(cluster)).collect()
}

fn accounts(cluster: &Cluster) -> Option<Step> {
    let slurm = &cluster.slurm;
    if !slurm.enable || !slurm.accounting.enable || slurm.accounting.enforce.is_empty() {
        return None;
    }
    let mut commands = vec!["sacctmgr --immediate add account everybody Description='all users'".to_owned()];
    let users: Vec<String> = cluster.users.accounts.iter().map(|user| code(&user.name)).collect();
    let names = if users.is_empty() { "USER".to_owned() } else { users.join(",") };
    commands.push(format!("sacctmgr --immediate add user {names} DefaultAccount=everybody"));
    let title =
        format!("Give users an account, without which no job of theirs runs; on {}:", plain(&controller(cluster)));
    Some(Step { title, commands })
}

fn first_job(cluster: &Cluster) -> Option<Step> {
    cluster.slurm.enable.then(|| {
        let title = format!("Run the first job, on {}:", plain(&controller(cluster)));
        Step { title, commands: vec!["sinfo".to_owned(), "srun --nodes=1 hostname".to_owned()] }
    })
}

pub fn contents(cluster: &Cluster) -> Vec<&'static str> {
    if cluster.slurm.enable { vec!["Slurm"] } else { Vec::new() }
}

pub fn duties(cluster: &Cluster) -> Vec<Duty> {
    if !cluster.slurm.enable {
        return Vec::new();
    }
    let backup = Slurm::backup_host(cluster).map(str::to_owned);
    let queue = backup.is_none().then_some("Slurm's queue (/var/spool/slurmctld)");
    let daemons = [
        (expand::first_controller(cluster), "slurmctld", queue),
        (backup, "backup slurmctld", None),
        (Slurm::accounting_host(cluster), "slurmdbd", Some("the accounting database")),
    ];
    let duty = |(host, what, keeps): (Option<String>, &str, Option<&'static str>)| {
        Some(Duty { host: host?, what: what.to_owned(), keeps })
    };
    daemons.into_iter().filter_map(duty).collect()
}

pub fn connections(cluster: &Cluster) -> Vec<Connection> {
    controllers(cluster).into_iter().collect()
}

fn controllers(cluster: &Cluster) -> Option<Connection> {
    let backup = &cluster.slurm.backup;
    let first = expand::first_controller(cluster)?;
    (cluster.slurm.enable && !backup.host.is_empty()).then(|| Connection {
        kind: ConnectionKind::Controllers,
        path: path![Cluster::slurm, Slurm::backup, Backup::host],
        label: "Slurm controllers".to_owned(),
        details: vec![format!("{} takes over from {first}", backup.host), format!("state in {}", backup.state_folder)],
        from: vec![first, backup.host.clone()],
        from_uses: false,
        on: |_| false,
    })
}
