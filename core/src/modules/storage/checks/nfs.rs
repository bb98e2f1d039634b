//! NFS: servers, exports, versions, RDMA.

use super::shared::{check_option, field, of_kind};
use crate::cluster::{Choice, FabricKind, FileSystemKind, NfsTransport, NfsVersion, Role, SharedFileSystem};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::{Facts, Hosts};
use crate::field_checks::without;
use crate::hostlist;
use crate::names::is_uuid;
use crate::path::Path;
use crate::quoting::quote;
use std::collections::HashMap;

checks! {
    SERVER_MISSING "server-missing" Error "A shared file system has no server.",
    SERVER_UNKNOWN "server-unknown" Error "The server of a shared file system is no node of the cluster.",
    SERVER_LIST "server-list" Error "The server of a shared file system is a hostlist, not one node.",
    FOLDER_MODE "folder-mode" Error "The permissions of an exported folder are no octal number.",
    FOLDER_MODE_OPEN "folder-mode-open" Warning "Everybody can remove everybody's files in an exported folder.",
    EXPORT_REPEATED "export-repeated" Warning "A folder of a server is exported twice.",
    EXPORT_DIFFERS "export-differs" Error "A folder of a server is exported twice, and not alike.",
    EXPORT_OPTION "export-option" Error "An export option is none of exports(5).",
    EXPORT_FSID_ROOT "export-fsid-root" Error "An export is made the root of its server's exports.",
    EXPORT_FSID_REPEATED "export-fsid-repeated" Error "Two exports of a server have the same fsid.",
    EXPORT_ASYNC "export-async" Hint "An export answers before it has written.",
    NO_ROOT_SQUASH "no-root-squash" Hint "Root on any node is root on an export.",
    SOFT_MOUNT "soft-mount" Warning "A file system is mounted soft: jobs would lose data when the server is slow.",
    NFS_OPTION "nfs-option" Error "A mount option contradicts the version or the transport of NFS.",
    RDMA_FABRIC "rdma-without-fabric" Error "NFS goes over RDMA, but there is no fabric.",
    RDMA_SERVER "rdma-server" Error "NFS goes over RDMA, but its server is not on the fabric.",
    RDMA_CLIENTS "rdma-without-clients" Warning "NFS goes over RDMA, but none of its clients is on the fabric.",
}

/// The options of exports(5) without a value.
const EXPORT_FLAGS: &[&str] = &[
    "acl",
    "all_squash",
    "async",
    "auth_nlm",
    "crossmnt",
    "hide",
    "insecure",
    "insecure_locks",
    "mountpoint",
    "mp",
    "no_acl",
    "no_all_squash",
    "no_auth_nlm",
    "no_pnfs",
    "no_root_squash",
    "no_subtree_check",
    "no_wdelay",
    "nocrossmnt",
    "nohide",
    "pnfs",
    "ro",
    "root_squash",
    "rw",
    "secure",
    "secure_locks",
    "security_label",
    "subtree_check",
    "sync",
    "wdelay",
];

/// The flavours of `sec=`.
const FLAVOURS: &[&str] = &["krb5", "krb5i", "krb5p", "none", "null", "sys"];

/// Whether exports(5) has the option, with such a value.
fn is_export_option(option: &str) -> bool {
    let Some((name, value)) = option.split_once('=') else { return EXPORT_FLAGS.contains(&option) };
    match name {
        "anonuid" | "anongid" => value.parse::<u32>().is_ok(),
        "fsid" => value == "root" || value.parse::<u32>().is_ok() || is_uuid(value),
        "sec" => value.split(':').all(|flavour| FLAVOURS.contains(&flavour)),
        "mountpoint" | "mp" => value.starts_with('/'),
        "refer" | "replicas" => value.starts_with('/') && value.contains('@'),
        _ => false,
    }
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    for (i, shared) in of_kind(facts, |kind| kind == FileSystemKind::Nfs) {
        check_server(facts, i, shared, problems);
        check_mode(&shared.mode, || field(i, SharedFileSystem::mode), problems);
        check_mount_options(i, shared, problems);
        check_export_options(i, shared, problems);
        if shared.transport == NfsTransport::Rdma {
            check_rdma(facts, i, shared, problems);
        }
    }
    check_repeated(facts, problems);
}

fn check_server(facts: &Facts, index: usize, shared: &SharedFileSystem, problems: &mut Vec<Problem>) {
    let server = shared.server.as_str();
    if facts.hosts.contains_key(server) {
        return;
    }
    let path = field(index, SharedFileSystem::server);
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

/// What a mount option says of the version or the transport: whether it is what `shared` says, or contradicts it.
/// `None` where it says nothing of them.
fn agrees(shared: &SharedFileSystem, option: &str) -> Option<bool> {
    let (name, value) = option.split_once('=').unwrap_or((option, ""));
    let rdma = shared.transport == NfsTransport::Rdma;
    let version = shared.nfs_version.key();
    Some(match (name, value) {
        ("nfsvers" | "vers", value) => value == version,
        ("v2" | "v3" | "v4" | "v4.0" | "v4.1" | "v4.2", "") => name[1..] == *version,
        ("minorversion", value) => shared.nfs_version == NfsVersion::V4 && value == "2",
        ("rdma", "") | ("proto", "rdma") => rdma,
        ("tcp", "") | ("proto", "tcp") => !rdma,
        ("udp", "") | ("proto", _) => false,
        ("port", port) => port == if rdma { "20049" } else { "2049" },
        _ => return None,
    })
}

fn check_mount_options(index: usize, shared: &SharedFileSystem, problems: &mut Vec<Problem>) {
    let path = field(index, SharedFileSystem::mount_options);
    for (i, option) in shared.mount_options.iter().enumerate() {
        let removed = || without(&shared.mount_options, i, &path, "Remove it");
        if matches!(option.as_str(), "soft" | "softerr") {
            let message = format!(
                "{} lets programs fail, and files get lost, when the server is slow: leave it out.",
                quote(option)
            );
            problems.push(SOFT_MOUNT.at(path.index(i), message).with_fix(removed()));
        } else if agrees(shared, option) == Some(false) {
            let message = format!(
                "{} contradicts NFS {} over {}: leave it out, and choose version and transport by their fields.",
                quote(option),
                shared.nfs_version.label(),
                shared.transport.label()
            );
            problems.push(NFS_OPTION.at(path.index(i), message).with_fix(removed()));
        }
    }
}

fn check_export_options(index: usize, shared: &SharedFileSystem, problems: &mut Vec<Problem>) {
    let path = field(index, SharedFileSystem::export_options);
    for (i, option) in shared.export_options.iter().enumerate() {
        let before = problems.len();
        check_option(&shared.export_options, i, &path, problems);
        if problems.len() > before {
            continue;
        }
        let removed = || without(&shared.export_options, i, &path, "Remove it");
        if !is_export_option(option) {
            let message = format!(
                "{} is no export option, and the server would export nothing: write one of exports(5), such as “rw”.",
                quote(option)
            );
            problems.push(EXPORT_OPTION.at(path.index(i), message).with_fix(removed()));
        } else if matches!(option.as_str(), "fsid=0" | "fsid=root") {
            let message = format!(
                "{} makes this folder the root of all exports, and clients would not find it under its path: leave it out.",
                quote(option)
            );
            problems.push(EXPORT_FSID_ROOT.at(path.index(i), message).with_fix(removed()));
        } else if option == "no_root_squash" {
            let message = format!(
                "With {}, whoever is root on one node can write as root to this folder: leave it out unless it must be.",
                quote(option)
            );
            problems.push(NO_ROOT_SQUASH.at(path.index(i), message).with_fix(removed()));
        } else if option == "async" {
            let message = "The server answers before what is written is on its disk: when it crashes, files that jobs and \
                           people took to be written are lost. Choose sync unless what lies there can be lost.";
            let mended = shared.export_options.iter().map(|other| if other == option { "sync" } else { other });
            let fix = Fix::set("Use sync", path.clone(), mended.collect::<Vec<_>>());
            problems.push(EXPORT_ASYNC.at(path.index(i), message).with_fix(fix));
        }
    }
}

fn is_set(address: &str) -> bool {
    !address.trim().is_empty()
}

/// Whether the description puts any host that `wanted` takes on the fabric.
fn any_on_fabric(facts: &Facts, wanted: impl Fn(&str) -> bool) -> bool {
    let any = |hosts: &Hosts| hosts.names().iter().any(|name| wanted(name));
    facts.node_groups().any(|(i, group)| is_set(&group.fabric_first_ip) && any(&facts.groups[i].hosts))
        || facts.overrides().any(|(i, j, change)| {
            change.fabric_first_ip.as_deref().is_some_and(is_set) && any(&facts.groups[i].overrides[j])
        })
}

fn check_rdma(facts: &Facts, index: usize, shared: &SharedFileSystem, problems: &mut Vec<Problem>) {
    let path = field(index, SharedFileSystem::transport);
    let tcp = Fix::set("Use TCP", path.clone(), NfsTransport::Tcp.key());
    let server = shared.server.as_str();
    let problem = if facts.cluster.network.fabric.kind == FabricKind::None {
        RDMA_FABRIC.at(path, "RDMA needs a fabric: choose InfiniBand or RoCE under Network, or use TCP.")
    } else if facts.hosts.contains_key(server) && !any_on_fabric(facts, |name| name == server) {
        let message =
            format!("RDMA needs the server on the fabric: give {} an address there, or use TCP.", quote(server));
        RDMA_SERVER.at(path, message)
    } else if facts.hosts.len() > 1 && !any_on_fabric(facts, |name| name != server) {
        let message =
            "No other node is on the fabric, so all would mount over TCP: give them addresses there, or use TCP.";
        RDMA_CLIENTS.at(path, message)
    } else {
        return;
    };
    problems.push(problem.with_fix(tcp));
}

fn check_repeated(facts: &Facts, problems: &mut Vec<Problem>) {
    let mut exports: HashMap<(&str, &str), &SharedFileSystem> = HashMap::new();
    let mut fsids: HashMap<(&str, &str), &str> = HashMap::new();
    for (i, shared) in
        of_kind(facts, |kind| kind == FileSystemKind::Nfs).filter(|(_, shared)| !shared.export.is_empty())
    {
        let (server, export) = (shared.server.as_str(), shared.export.as_str());
        if let Some(first) = exports.insert((server, export), shared) {
            let path = field(i, SharedFileSystem::export);
            let alike = first.export_options == shared.export_options && first.mode == shared.mode;
            problems.push(if alike {
                let message =
                    format!("{} exports {} already: one export can be enough.", quote(server), quote(export));
                EXPORT_REPEATED.at(path, message)
            } else {
                let message = format!(
                    "{} exports {} already, with another mode or other export options: a folder is exported in one way, make them alike.",
                    quote(server),
                    quote(export)
                );
                let options = field(i, SharedFileSystem::export_options);
                let mode = field(i, SharedFileSystem::mode);
                EXPORT_DIFFERS.at(path, message).with_fix(Fix {
                    label: "Export it as the other".to_owned(),
                    set: vec![(options, first.export_options.clone().into()), (mode, first.mode.clone().into())],
                })
            });
        }
        for (at, option) in shared.export_options.iter().enumerate() {
            let Some(fsid) = option.strip_prefix("fsid=") else { continue };
            if *fsids.entry((server, fsid)).or_insert(export) != export {
                let path = field(i, SharedFileSystem::export_options);
                let message =
                    format!("Another export of {} has {} too: give each its own.", quote(server), quote(option));
                let fix = without(&shared.export_options, at, &path, "Remove it");
                problems.push(EXPORT_FSID_REPEATED.at(path.index(at), message).with_fix(fix));
            }
        }
    }
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    (r#"storage.shared[0].exportOptions = ["rw", "async"]"#, &["hint export-async storage.shared[0].exportOptions[1]"]),
    (r#"storage.shared[0].server = """#, &["error server-missing storage.shared[0].server"]),
    (r#"storage.shared[0].server = "nas""#, &["error server-unknown storage.shared[0].server"]),
    (r#"storage.shared[0].server = "cn[1-2]""#, &["error server-list storage.shared[0].server"]),
    (
        r#"storage.shared[1] = {"server": "head", "export": "/export/home", "mount": "/data", "exportOptions": ["rw", "sync", "no_subtree_check"]}"#,
        &["warning export-repeated storage.shared[1].export"],
    ),
    (
        r#"storage.shared[1] = {"server": "head", "export": "/export/home", "mount": "/data", "exportOptions": ["ro"]}"#,
        &["error export-differs storage.shared[1].export"],
    ),
    (r#"storage.shared[0].mode = "rwxr-xr-x""#, &["error folder-mode storage.shared[0].mode"]),
    (r#"storage.shared[0].mode = "0777""#, &["warning folder-mode-open storage.shared[0].mode"]),
    (r#"storage.shared[0].mode = "1777""#, &[]),
    (r#"storage.shared[0].exportOptions = ["rw", ""]"#, &["error mount-option storage.shared[0].exportOptions[1]"]),
    (
        r#"storage.shared[0].exportOptions = ["rw", "no_squash", "fsid=", "anonuid=nobody"]"#,
        &[
            "error export-option storage.shared[0].exportOptions[1]",
            "error export-option storage.shared[0].exportOptions[2]",
            "error export-option storage.shared[0].exportOptions[3]",
        ],
    ),
    (
        r#"storage.shared[0].exportOptions = ["rw", "fsid=0"]"#,
        &["error export-fsid-root storage.shared[0].exportOptions[1]"],
    ),
    (
        "storage.shared[0].exportOptions = [\"rw\", \"fsid=1\"]\nstorage.shared[1] = {\"server\": \"head\", \"export\": \"/data\", \"mount\": \"/data\", \"exportOptions\": [\"fsid=1\"]}",
        &["error export-fsid-repeated storage.shared[1].exportOptions[0]"],
    ),
    (
        r#"storage.shared[0].exportOptions = ["rw", "no_root_squash"]"#,
        &["hint no-root-squash storage.shared[0].exportOptions[1]"],
    ),
    (
        r#"storage.shared[0].mountOptions = ["soft", "nfsvers=3", "vers=4.2", "proto=tcp", "udp", "port=20049"]"#,
        &[
            "warning soft-mount storage.shared[0].mountOptions[0]",
            "error nfs-option storage.shared[0].mountOptions[1]",
            "error nfs-option storage.shared[0].mountOptions[4]",
            "error nfs-option storage.shared[0].mountOptions[5]",
        ],
    ),
    (
        "storage.shared[0].nfsVersion = \"3\"\nstorage.shared[0].mountOptions = [\"v3\", \"v4\"]",
        &["error nfs-option storage.shared[0].mountOptions[1]"],
    ),
    (r#"storage.shared[0].transport = "rdma""#, &["error rdma-without-fabric storage.shared[0].transport"]),
    (
        "storage.shared[0].transport = \"rdma\"\nnetwork.fabric.kind = \"roce\"\nnodes[1].fabricFirstIP = \"10.1.0.11\"",
        &["error rdma-server storage.shared[0].transport"],
    ),
    (
        "storage.shared[0].transport = \"rdma\"\nnetwork.fabric.kind = \"roce\"\nnodes[0].fabricFirstIP = \"10.1.0.1\"",
        &["warning rdma-without-clients storage.shared[0].transport"],
    ),
    (
        "storage.shared[0].transport = \"rdma\"\nnetwork.fabric.kind = \"roce\"\nnodes[0].fabricFirstIP = \"10.1.0.1\"\nnodes[1].fabricFirstIP = \"10.1.0.11\"",
        &[],
    ),
];
