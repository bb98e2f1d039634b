//! Shared file systems of all kinds, and scratch space. What is the matter of one kind: `nfs` and `file_systems`.

use crate::cluster::{Choice, Cluster, FileSystemKind, Scratch, SharedFileSystem, Storage};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::Facts;
use crate::field_checks::without;
use crate::field_checks::{check_device, check_fs_type};
use crate::folders::{folder_fault, mended_folder};
use crate::path;
use crate::path::{Field, Path};
use crate::quoting::{quote, short};
use std::collections::HashMap;

checks! {
    FOLDER "folder" Error "A folder is not absolute, or has characters that fstab and exports cannot hold.",
    FOLDER_RESERVED "folder-reserved" Error "A folder belongs to the system.",
    MOUNT_REPEATED "mount-repeated" Error "Two file systems are mounted at the same folder.",
    EXPORT_HIDDEN "export-hidden" Error "On its server, a folder lies under what is mounted there.",
    MOUNT_OPTION "mount-option" Error "A mount or export option has spaces, commas, quotes or brackets in it.",
    MOUNT_OPTION_SECRET "mount-option-secret" Error "A mount option holds a secret.",
    MOUNT_OPTION_SET "mount-option-set" Hint "A mount option is one that is always set.",
    HOME_NOT_SHARED "home-not-shared" Hint "Users have another home on every node.",
}

/// Folders of the system, with all that is in them.
const SYSTEM: &[&str] = &["/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/nix", "/proc", "/run", "/sbin", "/sys"];
/// Folders of the system in which others may be mounted.
const ROOTS: &[&str] = &["/", "/root", "/tmp", "/usr", "/usr/bin", "/var", "/var/lib", "/var/log"];

fn place() -> Path {
    path![Cluster::storage]
}

/// The place of a field of a shared file system.
pub(super) fn field<T>(index: usize, field: Field<SharedFileSystem, T>) -> Path {
    place().field(Storage::shared).index(index).field(field)
}

/// The shared file systems of the kinds that `wanted` takes, each with its index.
pub(super) fn of_kind<'c>(
    facts: &Facts<'c>,
    wanted: impl Fn(FileSystemKind) -> bool,
) -> impl Iterator<Item = (usize, &'c SharedFileSystem)> {
    facts.cluster.storage.shared.iter().enumerate().filter(move |(_, shared)| wanted(shared.kind))
}

fn scratch_path() -> Path {
    place().field(Storage::scratch)
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let storage = &*facts.cluster.storage;
    for (i, shared) in storage.shared.iter().enumerate() {
        if shared.kind.is_served_by_nodes() {
            check_folder(&shared.export, || field(i, SharedFileSystem::export), problems);
        }
        check_folder(&shared.mount, || field(i, SharedFileSystem::mount), problems);
        check_options(i, shared, problems);
    }
    check_scratch(&storage.scratch, problems);
    let mounts = check_mounts(storage, problems);
    check_hidden(storage, &mounts, problems);
    check_home(facts, problems);
}

fn is_reserved(folder: &str) -> bool {
    ROOTS.contains(&folder)
        || SYSTEM
            .iter()
            .any(|system| folder.strip_prefix(system).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Adds the problem of a path that fstab, exports and unit files cannot hold, and says whether there is one.
pub(super) fn check_path(folder: &str, path: impl Fn() -> Path, problems: &mut Vec<Problem>) -> bool {
    let Some(fault) = folder_fault(folder) else { return false };
    let fix = mended_folder(folder).map(|mended| Fix::set(format!("Use {}", short(&mended)), path(), mended));
    let message = if folder.is_empty() {
        "The folder is missing: write it as an absolute path, “/home”.".to_owned()
    } else {
        format!("{} {fault}: write an absolute path of plain characters, “/export/home”.", quote(folder))
    };
    problems.push(FOLDER.at(path(), message).with_fix(fix));
    true
}

/// Adds the problem of a folder that cannot be exported or mounted at.
fn check_folder(folder: &str, path: impl Fn() -> Path, problems: &mut Vec<Problem>) {
    if !check_path(folder, &path, problems) && is_reserved(folder) {
        let message = format!("{} belongs to the system: use a folder of its own, “/shared”.", quote(folder));
        problems.push(FOLDER_RESERVED.at(path(), message));
    }
}

/// The options that the flake sets itself; those that end in `=` with a value.
fn always_set(kind: FileSystemKind) -> &'static [&'static str] {
    match kind {
        FileSystemKind::Nfs => &["hard", "noatime", "_netdev"],
        FileSystemKind::CephFs => &["mon_addr=", "secretfile=", "noatime", "_netdev"],
        FileSystemKind::GlusterFs => &["backup-volfile-servers=", "_netdev"],
        FileSystemKind::OrangeFs => &[],
        FileSystemKind::BeeGfs => &["cfgFile=", "_netdev"],
        FileSystemKind::Lustre => &["noatime", "_netdev"],
    }
}

fn check_options(index: usize, shared: &SharedFileSystem, problems: &mut Vec<Problem>) {
    let path = field(index, SharedFileSystem::mount_options);
    let set = always_set(shared.kind);
    for (i, option) in shared.mount_options.iter().enumerate() {
        let removed = || without(&shared.mount_options, i, &path, "Remove it");
        let name = option.split('=').next().unwrap_or_default().trim();
        if ["secret", "password", "passwd"].contains(&name) && option.contains('=') {
            let message = "A secret must not stand here, where the flake and everybody's Nix store would show it: keep it in a file on the nodes.";
            problems.push(MOUNT_OPTION_SECRET.at(path.index(i), message).with_fix(removed()));
        } else if set.iter().any(|set| option == set || (set.ends_with('=') && option.starts_with(set))) {
            let message = format!(
                "{} is decided already. These are always set for {}: {}.",
                quote(option),
                shared.kind.label(),
                set.iter().map(|set| set.trim_end_matches('=')).collect::<Vec<_>>().join(", ")
            );
            problems.push(MOUNT_OPTION_SET.at(path.index(i), message).with_fix(removed()));
        } else {
            check_option(&shared.mount_options, i, &path, problems);
        }
    }
}

/// Options stand between commas in fstab, and inside brackets in exports(5).
pub(super) fn check_option(options: &[String], index: usize, list: &Path, problems: &mut Vec<Problem>) {
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
        check_device(&scratch.device, || scratch_path().field(Scratch::device), problems);
        check_fs_type(&scratch.fs_type, || scratch_path().field(Scratch::fs_type), problems);
    }
}

/// The shared file systems by their mount points; of those with the same one, the first.
fn check_mounts<'c>(storage: &'c Storage, problems: &mut Vec<Problem>) -> HashMap<&'c str, usize> {
    let mut mounts = HashMap::new();
    for (i, shared) in storage.shared.iter().enumerate().filter(|(_, shared)| !shared.mount.is_empty()) {
        if *mounts.entry(shared.mount.as_str()).or_insert(i) != i {
            let message = format!(
                "Another shared file system is mounted at {} too: choose another folder.",
                quote(&shared.mount)
            );
            problems.push(MOUNT_REPEATED.at(field(i, SharedFileSystem::mount), message));
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
    mounts
}

/// Every node mounts everything, the servers too: what they serve must not lie below.
fn check_hidden(storage: &Storage, mounts: &HashMap<&str, usize>, problems: &mut Vec<Problem>) {
    for (i, shared) in storage.shared.iter().enumerate().filter(|(_, shared)| shared.kind.is_served_by_nodes()) {
        let nfs = |fs: &SharedFileSystem| fs.kind == FileSystemKind::Nfs;
        let hides = |folder: &&str| {
            let Some(other) = mounts.get(folder) else { return false };
            // An export may be its own mount point; and what a server shows of its own disk hides nothing of it.
            let own = *other == i && nfs(shared) && *folder == shared.export;
            let of_same = |other: &SharedFileSystem| nfs(other) && nfs(shared) && other.server == shared.server;
            !own && (*other == i || !of_same(&storage.shared[*other]))
        };
        let slashes = shared.export.match_indices('/').skip(1).map(|(at, _)| &shared.export[..at]);
        if let Some(folder) = slashes.chain([shared.export.as_str()]).find(hides) {
            let message = format!(
                "On its server {} lies under what is mounted at {}, and cannot be reached: choose a folder outside.",
                quote(&shared.export),
                quote(folder)
            );
            problems.push(EXPORT_HIDDEN.at(field(i, SharedFileSystem::export), message));
        }
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
pub(super) const CASES: crate::facts::Cases = &[
    (r#"storage.shared[0].export = "export/home""#, &["error folder storage.shared[0].export"]),
    (r#"storage.shared[0].export = "/export/../home""#, &["error folder storage.shared[0].export"]),
    (r#"storage.shared[0].export = """#, &["error folder storage.shared[0].export"]),
    (r#"storage.shared[0].export = "/export/my home""#, &["error folder storage.shared[0].export"]),
    (r#"storage.shared[0].mount = "/home/""#, &["error folder storage.shared[0].mount"]),
    (
        r#"storage.shared[1] = {"server": "head", "export": "/data", "mount": "/nix/store", "exportOptions": ["rw", "sync", "no_subtree_check"]}"#,
        &["error folder-reserved storage.shared[1].mount"],
    ),
    (
        r#"storage.shared[1] = {"server": "head", "export": "/data", "mount": "/usr/local/apps", "exportOptions": ["rw", "sync", "no_subtree_check"]}"#,
        &[],
    ),
    (
        r#"storage.shared[1] = {"server": "head", "export": "/data", "mount": "/home", "exportOptions": ["rw", "sync", "no_subtree_check"]}"#,
        &["error mount-repeated storage.shared[1].mount"],
    ),
    (
        r#"storage.shared[1] = {"server": "head", "export": "/data", "mount": "/scratch", "exportOptions": ["rw", "sync", "no_subtree_check"]}"#,
        &["error mount-repeated storage.scratch.mount"],
    ),
    (
        r#"storage.shared[1] = {"server": "cn1", "export": "/home/apps", "mount": "/apps", "exportOptions": ["rw", "sync", "no_subtree_check"]}"#,
        &["error export-hidden storage.shared[1].export"],
    ),
    (
        r#"storage.shared[1] = {"server": "head", "export": "/home/apps", "mount": "/apps", "exportOptions": ["rw", "sync", "no_subtree_check"]}"#,
        &[],
    ),
    (
        r#"storage.shared[1] = {"server": "cn1", "export": "/homes", "mount": "/homes", "exportOptions": ["rw", "sync", "no_subtree_check"]}"#,
        &[],
    ),
    (
        r#"storage.shared[0].mount = "/export""#,
        &["hint home-not-shared storage.shared", "error export-hidden storage.shared[0].export"],
    ),
    (
        r#"storage.shared[0].mountOptions = ["rw,nosuid", "\"x\""]"#,
        &[
            "error mount-option storage.shared[0].mountOptions[0]",
            "error mount-option storage.shared[0].mountOptions[1]",
        ],
    ),
    (
        r#"storage.shared[0].mountOptions = ["secret=AQBx"]"#,
        &["error mount-option-secret storage.shared[0].mountOptions[0]"],
    ),
    (
        r#"storage.shared[0].mountOptions = ["nconnect=4", "hard"]"#,
        &["hint mount-option-set storage.shared[0].mountOptions[1]"],
    ),
    ("storage.shared = []", &["hint home-not-shared storage.shared"]),
    (
        "storage.scratch.device = \"nvme0n1\"\nstorage.scratch.fsType = \"zfs\"",
        &["error device storage.scratch.device", "error file-system-type storage.scratch.fsType"],
    ),
    ("storage.scratch.mount = \"scratch\"", &["error folder storage.scratch.mount"]),
];
