//! Shared file systems and scratch space.

use super::facts::Facts;
use super::hardware::{check_fs_type, check_scratch_device};
use super::network::without;
use super::text::{folder_fault, mended_folder, quote, short};
use super::{Fix, Problem, checks};
use crate::cluster::{Cluster, Role, Scratch, SharedFileSystem, Storage};
use crate::hostlist;
use crate::path::Path;
use std::collections::HashMap;

checks! {
    SERVER_MISSING "server-missing" Error "A shared file system has no server.",
    SERVER_UNKNOWN "server-unknown" Error "The server of a shared file system is no node of the cluster.",
    SERVER_LIST "server-list" Error "The server of a shared file system is a hostlist, not one node.",
    FOLDER "folder" Error "A folder is not absolute, or has characters that fstab and exports cannot hold.",
    FOLDER_RESERVED "folder-reserved" Error "A folder belongs to the system.",
    FOLDER_MODE "folder-mode" Error "The permissions of an exported folder are no octal number.",
    FOLDER_MODE_OPEN "folder-mode-open" Warning "Everybody can remove everybody's files in an exported folder.",
    MOUNT_REPEATED "mount-repeated" Error "Two file systems are mounted at the same folder.",
    EXPORT_REPEATED "export-repeated" Warning "A folder of a server is exported twice.",
    MOUNT_OPTION "mount-option" Error "A mount or export option has spaces, commas, quotes or brackets in it.",
    SOFT_MOUNT "soft-mount" Warning "A file system is mounted soft: jobs would lose data when the server is slow.",
    MOUNT_OPTION_SET "mount-option-set" Hint "A mount option is one that is always set.",
    NO_ROOT_SQUASH "no-root-squash" Hint "Root on any node is root on an export.",
    HOME_NOT_SHARED "home-not-shared" Hint "Users have another home on every node.",
}

/// Folders of the system, with all that is in them.
const SYSTEM: &[&str] = &["/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/nix", "/proc", "/run", "/sbin", "/sys"];
/// Folders of the system in which others may be mounted.
const ROOTS: &[&str] = &["/", "/root", "/tmp", "/usr", "/usr/bin", "/var", "/var/lib", "/var/log"];

fn place() -> Path {
    Path::root().field(Cluster::storage)
}

fn shared_path(index: usize) -> Path {
    place().field(Storage::shared).index(index)
}

fn scratch_path() -> Path {
    place().field(Storage::scratch)
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let storage = &*facts.cluster.storage;
    for (i, shared) in storage.shared.iter().enumerate() {
        check_server(facts, i, shared, problems);
        check_folder(&shared.export, || shared_path(i).field(SharedFileSystem::export), problems);
        check_folder(&shared.mount, || shared_path(i).field(SharedFileSystem::mount), problems);
        check_mode(&shared.mode, || shared_path(i).field(SharedFileSystem::mode), problems);
        check_options(i, shared, problems);
    }
    check_scratch(&storage.scratch, problems);
    check_repeated(storage, problems);
    check_home(facts, problems);
}

fn check_server(facts: &Facts, index: usize, shared: &SharedFileSystem, problems: &mut Vec<Problem>) {
    let server = shared.server.as_str();
    if facts.hosts.contains_key(server) {
        return;
    }
    let path = shared_path(index).field(SharedFileSystem::server);
    let problem = if server.trim().is_empty() {
        SERVER_MISSING.at(path.clone(), "The server is missing: write the host name of the node that has the folder.")
    } else if server.contains(['[', ',']) && hostlist::count(server).is_ok_and(|count| count > 1) {
        let message = format!("{} names several hosts: one node exports a folder, write its host name.", quote(server));
        SERVER_LIST.at(path.clone(), message)
    } else {
        let message = format!("{} is no node of this cluster: write the host name of one.", quote(server));
        SERVER_UNKNOWN.at(path.clone(), message)
    };
    let fix = likely_server(facts).map(|name| Fix::set(format!("Use {name}"), path, name));
    problems.push(problem.with_fix(fix));
}

/// The one storage node, or else the one controller.
fn likely_server<'c>(facts: &Facts<'c>) -> Option<&'c str> {
    let only = |role| {
        let mut names = facts.with_role(role);
        (names.next(), names.next())
    };
    match only(Role::Storage) {
        (Some(name), None) => Some(name),
        (Some(_), _) => None,
        (None, _) => match only(Role::Controller) {
            (Some(name), None) => Some(name),
            _ => None,
        },
    }
}

fn is_reserved(folder: &str) -> bool {
    ROOTS.contains(&folder)
        || SYSTEM
            .iter()
            .any(|system| folder.strip_prefix(system).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

fn check_folder(folder: &str, path: impl Fn() -> Path, problems: &mut Vec<Problem>) {
    if let Some(fault) = folder_fault(folder) {
        let fix = mended_folder(folder).map(|mended| Fix::set(format!("Use {}", short(&mended)), path(), mended));
        let message = if folder.is_empty() {
            "The folder is missing: write it as an absolute path, “/home”.".to_owned()
        } else {
            format!("{} {fault}: write an absolute path of plain characters, “/export/home”.", quote(folder))
        };
        problems.push(FOLDER.at(path(), message).with_fix(fix));
    } else if is_reserved(folder) {
        let message = format!("{} belongs to the system: use a folder of its own, “/shared”.", quote(folder));
        problems.push(FOLDER_RESERVED.at(path(), message));
    }
}

fn check_mode(mode: &str, path: impl Fn() -> Path, problems: &mut Vec<Problem>) {
    let octal = |text: &str| (3..=4).contains(&text.len()) && text.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    if !octal(mode) {
        let trimmed = mode.trim();
        let mended = if octal(trimmed) { trimmed } else { "0755" };
        let message = format!("{} are no permissions: write an octal number, “0755” or “1777”.", quote(mode));
        problems.push(FOLDER_MODE.at(path(), message).with_fix(Fix::set(format!("Use {mended}"), path(), mended)));
    } else if mode.ends_with(['2', '3', '6', '7'])
        && (mode.len() == 3 || !matches!(mode.as_bytes()[0], b'1' | b'3' | b'5' | b'7'))
    {
        let message = format!(
            "With {}, everybody can remove everybody's files there: write “1777” for a shared folder.",
            quote(mode)
        );
        problems.push(FOLDER_MODE_OPEN.at(path(), message).with_fix(Fix::set("Use 1777", path(), "1777")));
    }
}

fn check_options(index: usize, shared: &SharedFileSystem, problems: &mut Vec<Problem>) {
    let mounts = shared_path(index).field(SharedFileSystem::mount_options);
    for (i, option) in shared.mount_options.iter().enumerate() {
        check_option(&shared.mount_options, i, &mounts, problems);
        let at = || mounts.index(i);
        let removed = || without(&shared.mount_options, i, &mounts, "Remove it");
        if matches!(option.as_str(), "soft" | "softerr") {
            let message = format!(
                "{} lets programs fail, and files get lost, when the server is slow: leave it out.",
                quote(option)
            );
            problems.push(SOFT_MOUNT.at(at(), message).with_fix(removed()));
        } else if is_always_set(option) {
            let message = format!(
                "{} is already decided: “nfsvers=4.2”, “hard”, “noatime” and “_netdev” are always set.",
                quote(option)
            );
            problems.push(MOUNT_OPTION_SET.at(at(), message).with_fix(removed()));
        }
    }
    let exports = shared_path(index).field(SharedFileSystem::export_options);
    for (i, option) in shared.export_options.iter().enumerate() {
        check_option(&shared.export_options, i, &exports, problems);
        if option == "no_root_squash" {
            let message = format!(
                "With {}, whoever is root on one node can write as root to this folder: leave it out unless it must be.",
                quote(option)
            );
            let fix = without(&shared.export_options, i, &exports, "Remove it");
            problems.push(NO_ROOT_SQUASH.at(exports.index(i), message).with_fix(fix));
        }
    }
}

fn is_always_set(option: &str) -> bool {
    matches!(option, "hard" | "noatime" | "_netdev") || option.starts_with("nfsvers=") || option.starts_with("vers=")
}

/// Options stand between commas in fstab, and inside brackets in exports(5).
fn check_option(options: &[String], index: usize, list: &Path, problems: &mut Vec<Problem>) {
    let option = options[index].as_str();
    let plain = |option: &str| option.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-=.:/@+%".contains(&byte));
    if !option.is_empty() && plain(option) {
        return;
    }
    let parts: Vec<&str> = option.split([',', ' ']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let fix = parts.iter().all(|part| plain(part)).then(|| {
        let (before, after) = (&options[..index], &options[index + 1..]);
        let all =
            before.iter().map(String::as_str).chain(parts.iter().copied()).chain(after.iter().map(String::as_str));
        let label = if parts.is_empty() { "Remove the empty option" } else { "Make it plain options" };
        Fix::set(label, list.clone(), all.collect::<Vec<_>>())
    });
    let message = format!("{} is no option: write one such as “rw” or “rsize=1048576”, each by itself.", quote(option));
    problems.push(MOUNT_OPTION.at(list.index(index), message).with_fix(fix));
}

fn check_scratch(scratch: &Scratch, problems: &mut Vec<Problem>) {
    if !scratch.enable {
        return;
    }
    check_folder(&scratch.mount, || scratch_path().field(Scratch::mount), problems);
    if !scratch.device.is_empty() {
        check_scratch_device(&scratch.device, || scratch_path().field(Scratch::device), problems);
        check_fs_type(&scratch.fs_type, || scratch_path().field(Scratch::fs_type), problems);
    }
}

fn check_repeated(storage: &Storage, problems: &mut Vec<Problem>) {
    let (mut mounts, mut exports) = (HashMap::new(), HashMap::new());
    for (i, shared) in storage.shared.iter().enumerate() {
        if !shared.mount.is_empty() && mounts.insert(shared.mount.as_str(), i).is_some() {
            let message = format!(
                "Another shared file system is mounted at {} too: choose another folder.",
                quote(&shared.mount)
            );
            problems.push(MOUNT_REPEATED.at(shared_path(i).field(SharedFileSystem::mount), message));
        }
        let export = (shared.server.as_str(), shared.export.as_str());
        if !shared.export.is_empty() && exports.insert(export, i).is_some() {
            let message = format!(
                "{} exports {} already: one export can be enough.",
                quote(&shared.server),
                quote(&shared.export)
            );
            problems.push(EXPORT_REPEATED.at(shared_path(i).field(SharedFileSystem::export), message));
        }
    }
    let scratch = &storage.scratch;
    if scratch.enable && mounts.contains_key(scratch.mount.as_str()) {
        let message = format!(
            "A shared file system is mounted at {} too: choose another folder for scratch space.",
            quote(&scratch.mount)
        );
        problems.push(MOUNT_REPEATED.at(scratch_path().field(Scratch::mount), message));
    }
}

fn check_home(facts: &Facts, problems: &mut Vec<Problem>) {
    let home = |shared: &SharedFileSystem| shared.mount == "/home" || shared.mount.starts_with("/home/");
    if facts.hosts.len() > 1
        && !facts.cluster.users.accounts.is_empty()
        && !facts.cluster.storage.shared.iter().any(home)
    {
        let message = "Users would have another home on every node, and jobs would not find their files: share /home from one node.";
        problems.push(HOME_NOT_SHARED.at(place().field(Storage::shared), message));
    }
}

#[cfg(test)]
pub(super) const CASES: super::fixtures::Cases = &[
    (r#"storage.shared[0].server = """#, &["error server-missing storage.shared[0].server"]),
    (r#"storage.shared[0].server = "nas""#, &["error server-unknown storage.shared[0].server"]),
    (r#"storage.shared[0].server = "cn[1-2]""#, &["error server-list storage.shared[0].server"]),
    (r#"storage.shared[0].export = "export/home""#, &["error folder storage.shared[0].export"]),
    (r#"storage.shared[0].export = "/export/../home""#, &["error folder storage.shared[0].export"]),
    (r#"storage.shared[0].export = """#, &["error folder storage.shared[0].export"]),
    (r#"storage.shared[0].export = "/export/my home""#, &["error folder storage.shared[0].export"]),
    (r#"storage.shared[0].mount = "/home/""#, &["error folder storage.shared[0].mount"]),
    (
        r#"storage.shared[1] = {"server": "head", "export": "/data", "mount": "/nix/store"}"#,
        &["error folder-reserved storage.shared[1].mount"],
    ),
    (r#"storage.shared[1] = {"server": "head", "export": "/data", "mount": "/usr/local/apps"}"#, &[]),
    (
        r#"storage.shared[1] = {"server": "head", "export": "/data", "mount": "/home"}"#,
        &["error mount-repeated storage.shared[1].mount"],
    ),
    (
        r#"storage.shared[1] = {"server": "head", "export": "/data", "mount": "/scratch"}"#,
        &["error mount-repeated storage.scratch.mount"],
    ),
    (
        r#"storage.shared[1] = {"server": "head", "export": "/export/home", "mount": "/data"}"#,
        &["warning export-repeated storage.shared[1].export"],
    ),
    (r#"storage.shared[0].mode = "rwxr-xr-x""#, &["error folder-mode storage.shared[0].mode"]),
    (r#"storage.shared[0].mode = "0777""#, &["warning folder-mode-open storage.shared[0].mode"]),
    (r#"storage.shared[0].mode = "1777""#, &[]),
    (
        r#"storage.shared[0].mountOptions = ["rw,nosuid", "\"x\""]"#,
        &[
            "error mount-option storage.shared[0].mountOptions[0]",
            "error mount-option storage.shared[0].mountOptions[1]",
        ],
    ),
    (r#"storage.shared[0].exportOptions = ["rw", ""]"#, &["error mount-option storage.shared[0].exportOptions[1]"]),
    (
        r#"storage.shared[0].mountOptions = ["soft", "nfsvers=3"]"#,
        &[
            "warning soft-mount storage.shared[0].mountOptions[0]",
            "hint mount-option-set storage.shared[0].mountOptions[1]",
        ],
    ),
    (
        r#"storage.shared[0].exportOptions = ["rw", "no_root_squash"]"#,
        &["hint no-root-squash storage.shared[0].exportOptions[1]"],
    ),
    ("storage.shared = []", &["hint home-not-shared storage.shared"]),
    (
        "storage.scratch.device = \"nvme0n1\"\nstorage.scratch.fsType = \"zfs\"",
        &["error device storage.scratch.device", "error file-system-type storage.scratch.fsType"],
    ),
    ("storage.scratch.mount = \"scratch\"", &["error folder storage.scratch.mount"]),
];
