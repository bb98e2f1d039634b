//! What Slurm runs besides: the accounting, the second controller, REST.

use crate::cluster::{Accounting, Backup, Cluster, FileSystemKind, Rest, Role, SharedFileSystem, Slurm, Storage};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::Facts;
use crate::field_checks::check_secret_file;
use crate::folders::{folder_fault, mended_folder};
use crate::path;
use crate::quoting::{quote, short};

checks! {
    ACCOUNTING_HOST "accounting-host" Error "The accounting's host is no node.",
    FAIR_SHARE "fair-share-without-accounting" Error "Fair share needs the accounting.",
    ENFORCE "enforce-without-accounting" Warning "Nothing is enforced without the accounting.",
    BACKUP_HOST "backup-host" Error "The second controller is no node with the role.",
    BACKUP_SAME "backup-same" Error "The second controller is the first.",
    BACKUP_FOLDER "backup-folder" Error "The folder of Slurm's state is no absolute path.",
    BACKUP_NOT_SHARED "backup-folder-not-shared" Error "The folder of Slurm's state is on no shared file system.",
    BACKUP_SQUASH "backup-root-squash" Error "The controllers may not give the folder of Slurm's state to Slurm.",
    BACKUP_SERVER "backup-server" Warning "The folder of Slurm's state is gone together with a controller.",
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let slurm = &*facts.cluster.slurm;
    if !slurm.enable {
        return;
    }
    check_accounting(facts, &slurm.accounting, problems);
    if !slurm.backup.host.is_empty() {
        check_backup_host(facts, &slurm.backup.host, problems);
        check_state(facts, &slurm.backup, problems);
    }
    if slurm.rest.enable {
        let path = || path![Cluster::slurm, Slurm::rest, Rest::jwt_key_file];
        check_secret_file(&slurm.rest.jwt_key_file, path, problems);
    }
}

fn check_accounting(facts: &Facts, accounting: &Accounting, problems: &mut Vec<Problem>) {
    let at = path![Cluster::slurm, Slurm::accounting];
    if !accounting.enable {
        let fix = || Fix::set("Turn accounting on", at.field(Accounting::enable), true);
        if accounting.fair_share {
            let message = "Fair share follows what users used, which only accounting knows: turn accounting on.";
            problems.push(FAIR_SHARE.at(at.field(Accounting::fair_share), message).with_fix(fix()));
        }
        if !accounting.enforce.is_empty() {
            let message = "Accounts, limits and QOS are enforced by accounting, which is off: turn it on.";
            problems.push(ENFORCE.at(at.field(Accounting::enforce), message).with_fix(fix()));
        }
        return;
    }
    if !accounting.host.is_empty() && !facts.hosts.contains_key(accounting.host.as_str()) {
        let path = at.field(Accounting::host);
        let message = format!(
            "{} is no node of this cluster: write the host name of one, or nothing for the first controller.",
            quote(&accounting.host)
        );
        problems.push(ACCOUNTING_HOST.at(path.clone(), message).with_fix(Fix::set(
            "Use the first controller",
            path,
            "",
        )));
    }
    if !accounting.password_file.is_empty() {
        check_secret_file(&accounting.password_file, || at.field(Accounting::password_file), problems);
    }
}

fn check_backup_host(facts: &Facts, host: &str, problems: &mut Vec<Problem>) {
    let path = path![Cluster::slurm, Slurm::backup, Backup::host];
    let mut controllers = facts.with_role(Role::Controller);
    let first = controllers.next();
    let second = controllers.next().map(|name| Fix::set(format!("Use {name}"), path.clone(), name));
    if first == Some(host) {
        let message = format!("{} is the first controller: name another one, or none.", quote(host));
        problems.push(BACKUP_SAME.at(path, message).with_fix(second));
    } else if !facts.hosts.get(host).is_some_and(|found| facts.host_is(*found, Role::Controller)) {
        let message = format!("{} is no controller: write the host name of a node that has this role.", quote(host));
        problems.push(BACKUP_HOST.at(path, message).with_fix(second));
    }
}

/// The shared file system that a folder is on, with its index: the one with the longest mount above it.
fn shared_with<'c>(storage: &'c Storage, folder: &str) -> Option<(usize, &'c SharedFileSystem)> {
    let holds = |fs: &SharedFileSystem| {
        let rest = folder.strip_prefix(fs.mount.as_str());
        !fs.mount.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    storage.shared.iter().enumerate().filter(|(_, fs)| holds(fs)).max_by_key(|(_, fs)| fs.mount.len())
}

fn check_state(facts: &Facts, backup: &Backup, problems: &mut Vec<Problem>) {
    let path = path![Cluster::slurm, Slurm::backup, Backup::state_folder];
    let folder = backup.state_folder.as_str();
    if let Some(fault) = folder_fault(folder) {
        let fix = mended_folder(folder).map(|mended| Fix::set(format!("Use {}", short(&mended)), path.clone(), mended));
        let message = if folder.is_empty() {
            "Two controllers need one folder for Slurm’s state: write one on a shared file system, “/shared/slurmctld”."
                .to_owned()
        } else {
            format!("{} {fault}: write an absolute path of plain characters, “/shared/slurmctld”.", quote(folder))
        };
        problems.push(BACKUP_FOLDER.at(path, message).with_fix(fix));
        return;
    }
    let Some((index, fs)) = shared_with(&facts.cluster.storage, folder) else {
        let message = format!(
            "{} is on no shared file system, so that the second controller would know nothing of the first one’s jobs: \
             write a folder below a mount of the section Storage.",
            quote(folder)
        );
        problems.push(BACKUP_NOT_SHARED.at(path, message));
        return;
    };
    if fs.kind != FileSystemKind::Nfs {
        return;
    }
    if !fs.export_options.iter().any(|option| option == "no_root_squash") {
        let options = path![Cluster::storage, Storage::shared[index], SharedFileSystem::export_options];
        let mut mended: Vec<&str> =
            fs.export_options.iter().map(String::as_str).filter(|option| !option.ends_with("_squash")).collect();
        mended.push("no_root_squash");
        let message = format!(
            "slurmctld’s unit gives {} to the user slurm, as root, which the export of {} refuses: export it with \
             no_root_squash.",
            quote(folder),
            quote(&fs.mount)
        );
        problems.push(BACKUP_SQUASH.at(path.clone(), message).with_fix(Fix::set(
            "Add no_root_squash",
            options,
            mended,
        )));
    }
    let first = facts.with_role(Role::Controller).next();
    if [first, Some(backup.host.as_str())].contains(&Some(fs.server.as_str())) {
        let message = format!(
            "{} serves Slurm’s state: when it is gone, the other controller cannot take over. Use a file system of \
             another node.",
            quote(&fs.server)
        );
        problems.push(BACKUP_SERVER.at(path, message));
    }
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    ("slurm.accounting.enable = true", &[]),
    ("slurm.accounting.enable = true\nslurm.accounting.host = \"cn1\"\nslurm.accounting.passwordFile = \"\"", &[]),
    (
        "slurm.accounting.enable = true\nslurm.accounting.host = \"db1\"",
        &["error accounting-host slurm.accounting.host"],
    ),
    (
        "slurm.accounting.enable = true\nslurm.accounting.passwordFile = \"password\"",
        &["error secret-path slurm.accounting.passwordFile"],
    ),
    ("slurm.accounting.fairShare = true", &["error fair-share-without-accounting slurm.accounting.fairShare"]),
    (r#"slurm.accounting.enforce = ["limits"]"#, &["warning enforce-without-accounting slurm.accounting.enforce"]),
    (
        r#"nodes[0].hosts = "head,head2"
storage.shared[0].server = "head"
slurm.backup = {"host": "head2", "stateFolder": "/home/slurm"}"#,
        &["error backup-root-squash slurm.backup.stateFolder", "warning backup-server slurm.backup.stateFolder"],
    ),
    (
        r#"nodes[0].hosts = "head,head2"
storage.shared[0].server = "cn1"
storage.shared[0].exportOptions = ["rw", "no_root_squash"]
slurm.backup = {"host": "head2", "stateFolder": "/home/slurm"}"#,
        &["hint no-root-squash storage.shared[0].exportOptions[1]"],
    ),
    (
        r#"nodes[0].hosts = "head,head2"
slurm.backup = {"host": "head", "stateFolder": "/homes"}"#,
        &["error backup-same slurm.backup.host", "error backup-folder-not-shared slurm.backup.stateFolder"],
    ),
    (
        r#"slurm.backup.host = "cn1""#,
        &["error backup-host slurm.backup.host", "error backup-folder slurm.backup.stateFolder"],
    ),
    (
        r#"nodes[0].hosts = "head,head2"
slurm.backup = {"host": "head2", "stateFolder": "shared//state"}"#,
        &["error backup-folder slurm.backup.stateFolder"],
    ),
    ("slurm.rest.enable = true", &[]),
    (
        "slurm.rest.enable = true\nslurm.rest.jwtKeyFile = \"/nix/store/key\"",
        &["error secret-in-store slurm.rest.jwtKeyFile"],
    ),
];
