//! CephFS, GlusterFS, OrangeFS, BeeGFS and Lustre.

use super::shared::{check_path, field, of_kind};
use crate::cluster::{FabricKind, FileSystemKind, NodeGroup, Role, SharedFileSystem};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::Facts;
use crate::field_checks::without;
use crate::folders::{folder_fault, mended_folder};
use crate::hostlist;
use crate::modules::gluster_replicas;
use crate::names::{is_domain, is_uuid};
use crate::path::Path;
use crate::quoting::{counted, list, quote, short};
use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

checks! {
    SERVERS "storage-servers" Error "The servers of a file system are missing, or no hostlist of a few nodes.",
    SERVERS_UNKNOWN "storage-servers-unknown" Error "A server of a file system is no node of the cluster.",
    SERVERS_REPEATED "storage-servers-repeated" Error "A server of a file system is named twice.",
    BRICK_REPEATED "brick-repeated" Error "A server keeps two file systems in one folder.",
    VOLUME "gluster-volume" Error "A GlusterFS volume has no valid name.",
    VOLUME_REPEATED "gluster-volume-repeated" Error "Two GlusterFS volumes have the same name.",
    COPIES "gluster-copies" Hint "A GlusterFS volume keeps one copy of each file.",
    ORANGEFS_REPEATED "orangefs-repeated" Error "There are two OrangeFS.",
    MONITORS "ceph-monitors" Error "A CephFS has no monitors.",
    MONITOR "ceph-monitor" Error "A Ceph monitor is no address.",
    FSID "ceph-fsid" Error "A Ceph cluster's id is no UUID.",
    CEPH_NAME "ceph-name" Error "A Ceph user or file system has no valid name.",
    SECRET_FILE "storage-secret-file" Error "A file with a secret is missing, not absolute, or in the Nix store.",
    BEEGFS_SERVER "beegfs-server" Error "The management service of a BeeGFS is no host.",
    BEEGFS_OPEN "beegfs-open" Warning "A BeeGFS is used without its secret.",
    NID "lustre-nid" Error "The MGS of a Lustre is not named by its NIDs.",
    LUSTRE_NAME "lustre-name" Error "A Lustre has no valid name.",
    LUSTRE_FABRIC "lustre-fabric" Error "A Lustre is on the fabric, and nodes are not.",
}

/// The most servers of one file system.
const MOST_SERVERS: usize = 256;

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    for (i, shared) in of_kind(facts, |_| true) {
        match shared.kind {
            FileSystemKind::Nfs => {}
            FileSystemKind::CephFs => check_ceph(i, shared, problems),
            FileSystemKind::GlusterFs => check_volume(i, shared, problems),
            FileSystemKind::OrangeFs => {}
            FileSystemKind::BeeGfs => check_beegfs(facts, i, shared, problems),
            FileSystemKind::Lustre => check_lustre(facts, i, shared, problems),
        }
    }
    for (i, _) in of_kind(facts, |kind| kind == FileSystemKind::OrangeFs).skip(1) {
        let message = "A node serves one OrangeFS: keep one of them, and share out its folders.";
        problems.push(ORANGEFS_REPEATED.at(field(i, SharedFileSystem::kind), message));
    }
    check_servers(facts, problems);
    check_volumes(facts, problems);
}

/// GlusterFS and OrangeFS: their servers, and the folders of those.
fn check_servers(facts: &Facts, problems: &mut Vec<Problem>) {
    let mut folders: HashMap<(String, &str), usize> = HashMap::new();
    let served = |kind| matches!(kind, FileSystemKind::GlusterFs | FileSystemKind::OrangeFs);
    for (i, shared) in of_kind(facts, served) {
        let path = || field(i, SharedFileSystem::server);
        let names = match hostlist::count(shared.server.trim()) {
            Ok(1..=MOST_SERVERS) => hostlist::expand(shared.server.trim()).unwrap_or_default(),
            Ok(0) => {
                let message =
                    "The servers are missing: write the host names of the nodes that keep the data, “st[1-3]”.";
                problems.push(SERVERS.at(path(), message).with_fix(storage_nodes(facts, path())));
                continue;
            }
            Ok(count) => {
                let message = format!("{count} servers are too many: name {MOST_SERVERS} nodes at most.");
                problems.push(SERVERS.at(path(), message));
                continue;
            }
            Err(error) => {
                let tidy = hostlist::tidy(&shared.server);
                let fix = hostlist::count(&tidy).is_ok_and(|count| count > 0 && tidy != shared.server);
                let fix = fix.then(|| Fix::set(format!("Use {}", short(&tidy)), path(), tidy));
                problems.push(SERVERS.at(path(), error.0).with_fix(fix));
                continue;
            }
        };
        let unknown: Vec<String> =
            names.iter().filter(|name| !facts.hosts.contains_key(name.as_str())).cloned().collect();
        if !unknown.is_empty() {
            let message = format!("“{}” is no node of this cluster: name nodes that keep the data.", list(&unknown));
            problems.push(SERVERS_UNKNOWN.at(path(), message).with_fix(storage_nodes(facts, path())));
        }
        let mut seen = HashSet::new();
        if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
            let mut kept = HashSet::new();
            let once: Vec<String> = names.iter().filter(|name| kept.insert(name.as_str())).cloned().collect();
            let once = hostlist::compress(&once);
            let message = format!("{} is named twice: name each server once.", quote(twice));
            let fix = Fix::set(format!("Use {}", short(&once)), path(), once);
            problems.push(SERVERS_REPEATED.at(path(), message).with_fix(fix));
        }
        for name in names {
            if *folders.entry((name, shared.export.as_str())).or_insert(i) != i {
                let message = format!(
                    "{} has another file system on a server already: choose another folder.",
                    quote(&shared.export)
                );
                problems.push(BRICK_REPEATED.at(field(i, SharedFileSystem::export), message));
                break;
            }
        }
    }
}

/// All storage nodes as the servers; `None` where there are none, or too many.
fn storage_nodes(facts: &Facts, path: Path) -> Option<Fix> {
    let names: Vec<String> = facts.with_role(Role::Storage).take(MOST_SERVERS + 1).map(str::to_owned).collect();
    let list = hostlist::compress(&names);
    (1..=MOST_SERVERS).contains(&names.len()).then(|| Fix::set(format!("Use {}", short(&list)), path, list))
}

/// A name of letters, digits, `_`, `-`, and of those in `more`.
fn is_name(name: &str, more: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('-')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-' || more.contains(c))
}

fn check_volume(index: usize, shared: &SharedFileSystem, problems: &mut Vec<Problem>) {
    if !is_name(&shared.volume, "") {
        let path = field(index, SharedFileSystem::volume);
        let message =
            format!("{} is no name of a volume: use letters, digits, “_” and “-”, “gv0”.", quote(&shared.volume));
        let mended: String = shared.volume.trim().chars().map(|c| if c == ' ' || c == '.' { '_' } else { c }).collect();
        let fix = is_name(&mended, "").then(|| Fix::set(format!("Use {}", short(&mended)), path.clone(), mended));
        problems.push(VOLUME.at(path, message).with_fix(fix));
    }
    let servers = hostlist::count(shared.server.trim()).unwrap_or_default();
    if servers > 0 && gluster_replicas(servers) == 1 {
        let message = format!(
            "With {} each file is on one of them only, and lost with its disk: two or three servers, or a multiple, keep copies.",
            counted(servers, "server")
        );
        problems.push(COPIES.at(field(index, SharedFileSystem::server), message));
    }
}

fn check_volumes(facts: &Facts, problems: &mut Vec<Problem>) {
    let mut volumes = HashSet::new();
    for (i, shared) in of_kind(facts, |kind| kind == FileSystemKind::GlusterFs) {
        if !shared.volume.is_empty() && !volumes.insert(shared.volume.as_str()) {
            let message = format!("Another volume is {} too: give each its own name.", quote(&shared.volume));
            problems.push(VOLUME_REPEATED.at(field(i, SharedFileSystem::volume), message));
        }
    }
}

/// An IP address with or without a port: `10.9.0.1`, `10.9.0.1:3300`, `[2001:db8::1]:3300`.
fn is_monitor(text: &str) -> bool {
    let bracketed = |text: &str| text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).map(str::to_owned);
    text.parse::<Ipv4Addr>().is_ok()
        || bracketed(text).is_some_and(|inner| inner.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv6()))
        || text.parse::<SocketAddr>().is_ok_and(|address| address.port() != 0)
}

fn check_ceph(index: usize, shared: &SharedFileSystem, problems: &mut Vec<Problem>) {
    let path = field(index, SharedFileSystem::monitors);
    if shared.monitors.is_empty() {
        let message = "The monitors are missing: write their addresses, as “ceph mon dump” shows them.";
        problems.push(MONITORS.at(path.clone(), message));
    }
    for (i, monitor) in shared.monitors.iter().enumerate().filter(|(_, monitor)| !is_monitor(monitor)) {
        let trimmed = monitor.trim();
        let fix = if trimmed.is_empty() {
            Some(without(&shared.monitors, i, &path, "Remove the empty entry"))
        } else {
            is_monitor(trimmed).then(|| Fix::set(format!("Use {trimmed}"), path.index(i), trimmed))
        };
        let message = format!("{} is no monitor: write its IP address, “10.9.0.1” or “10.9.0.1:3300”.", quote(monitor));
        problems.push(MONITOR.at(path.index(i), message).with_fix(fix));
    }
    if !is_uuid(&shared.fsid) {
        let path = field(index, SharedFileSystem::fsid);
        let mended = shared.fsid.trim().to_lowercase();
        let fix = is_uuid(&mended).then(|| Fix::set(format!("Use {mended}"), path.clone(), mended));
        let message = format!("{} is no id of a Ceph cluster: write what “ceph fsid” prints.", quote(&shared.fsid));
        problems.push(FSID.at(path, message).with_fix(fix));
    }
    for (name, of, usual) in [
        (&shared.fs_name, SharedFileSystem::fs_name, SharedFileSystem::default().fs_name),
        (&shared.ceph_user, SharedFileSystem::ceph_user, SharedFileSystem::default().ceph_user),
    ] {
        let is_user = of.key == SharedFileSystem::ceph_user.key;
        if !is_name(name, ".") || (is_user && name.starts_with("client.")) {
            let path = field(index, of);
            let mended = name.trim().trim_start_matches("client.").to_owned();
            let mended = if is_name(&mended, ".") { mended } else { usual };
            let message = format!(
                "{} is no name for a Ceph {}: use letters, digits, “_”, “-” and “.”{}.",
                quote(name),
                if is_user { "user" } else { "file system" },
                if is_user { ", without “client.”" } else { "" }
            );
            problems.push(CEPH_NAME.at(path.clone(), message).with_fix(Fix::set(
                format!("Use {}", short(&mended)),
                path,
                mended,
            )));
        }
    }
    if !shared.export.is_empty() {
        check_path(&shared.export, || field(index, SharedFileSystem::export), problems);
    }
    check_secret_file(index, &shared.secret_file, "the user's key", problems);
}

fn check_secret_file(index: usize, file: &str, what: &str, problems: &mut Vec<Problem>) {
    let path = field(index, SharedFileSystem::secret_file);
    if file.is_empty() {
        let message =
            format!("The file with {what} is missing: write its path on the nodes, “/var/lib/secrets/storage”.");
        problems.push(SECRET_FILE.at(path, message));
    } else if let Some(fault) = folder_fault(file) {
        let message = format!("{} {fault}: write the path that the file has on the nodes.", quote(file));
        let fix = mended_folder(file).map(|mended| Fix::set(format!("Use {}", short(&mended)), path.clone(), mended));
        problems.push(SECRET_FILE.at(path, message).with_fix(fix));
    } else if file == "/" || file.starts_with("/nix/") {
        let message = format!(
            "{} is no place for a secret, everybody can read it: use a file such as “/var/lib/secrets/storage”.",
            quote(file)
        );
        problems.push(SECRET_FILE.at(path, message));
    }
}

fn check_beegfs(facts: &Facts, index: usize, shared: &SharedFileSystem, problems: &mut Vec<Problem>) {
    let server = shared.server.as_str();
    if !is_domain(server) && server.parse::<IpAddr>().is_err() && !facts.hosts.contains_key(server) {
        let path = field(index, SharedFileSystem::server);
        let trimmed = server.trim();
        let fix = (is_domain(trimmed) || trimmed.parse::<IpAddr>().is_ok())
            .then(|| Fix::set(format!("Use {}", short(trimmed)), path.clone(), trimmed));
        let message = format!("{} is no host: write the address of BeeGFS's management service.", quote(server));
        problems.push(BEEGFS_SERVER.at(path, message).with_fix(fix));
    }
    if shared.secret_file.is_empty() {
        let message = "Without the file of its secret, the BeeGFS must let everybody in who reaches it: name the file that its servers have as connAuthFile.";
        problems.push(BEEGFS_OPEN.at(field(index, SharedFileSystem::secret_file), message));
    } else {
        check_secret_file(index, &shared.secret_file, "the connection's secret", problems);
    }
}

/// `10.0.9.1@o2ib`, `10.0.9.1@tcp1`: an address and LNet's name of its network.
fn is_nid(text: &str) -> bool {
    let Some((address, network)) = text.split_once('@') else { return false };
    let numbered =
        |kind: &str| network.strip_prefix(kind).is_some_and(|n| n.len() <= 3 && n.bytes().all(|b| b.is_ascii_digit()));
    address.parse::<Ipv4Addr>().is_ok() && (numbered("tcp") || numbered("o2ib"))
}

fn check_lustre(facts: &Facts, index: usize, shared: &SharedFileSystem, problems: &mut Vec<Problem>) {
    let path = field(index, SharedFileSystem::server);
    let nids: Vec<&str> = shared.server.split([':', ',']).collect();
    if !nids.iter().all(|nid| is_nid(nid)) {
        let message = format!(
            "{} are no NIDs: write them as “lctl list_nids” prints them on the MGS, “10.0.9.1@o2ib:10.0.9.2@o2ib”.",
            quote(&shared.server)
        );
        let trimmed = shared.server.trim();
        let fix = (trimmed != shared.server && trimmed.split([':', ',']).all(is_nid))
            .then(|| Fix::set(format!("Use {}", short(trimmed)), path.clone(), trimmed));
        problems.push(NID.at(path, message).with_fix(fix));
    } else if nids.iter().all(|nid| nid.contains("@o2ib")) && !all_on_fabric(facts) {
        let message = "This Lustre is on the fabric only, and there are nodes that are not: give all an address there, or the MGS a NID of TCP.";
        problems.push(LUSTRE_FABRIC.at(path, message));
    }
    if !is_name(&shared.export, "") || shared.export.len() > 8 {
        let path = field(index, SharedFileSystem::export);
        let mended = shared.export.trim().trim_matches('/');
        let fix =
            (is_name(mended, "") && mended.len() <= 8).then(|| Fix::set(format!("Use {mended}"), path.clone(), mended));
        let message =
            format!("{} is no name of a Lustre: it has at most 8 letters, digits, “_” and “-”.", quote(&shared.export));
        problems.push(LUSTRE_NAME.at(path, message).with_fix(fix));
    }
}

/// Whether there is a fabric, and every group on it; where overrides put hosts on it, the group passes.
fn all_on_fabric(facts: &Facts) -> bool {
    let is_on = |group: &NodeGroup| {
        !group.fabric_first_ip.trim().is_empty()
            || group.overrides.iter().any(|change| change.fabric_first_ip.is_some())
    };
    facts.cluster.network.fabric.kind != FabricKind::None && facts.cluster.nodes.iter().all(is_on)
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    (
        r#"storage.shared[1] = {"kind": "glusterfs", "server": "cn[1-2]", "export": "/data/brick", "volume": "gv0", "mount": "/work"}"#,
        &[],
    ),
    (
        r#"storage.shared[1] = {"kind": "glusterfs", "server": "", "export": "/data/brick", "volume": "", "mount": "/work"}"#,
        &["error storage-servers storage.shared[1].server", "error gluster-volume storage.shared[1].volume"],
    ),
    (
        r#"storage.shared[1] = {"kind": "glusterfs", "server": "cn1, cn2", "export": "/work", "volume": "my vol", "mount": "/work"}"#,
        &[
            "error storage-servers storage.shared[1].server",
            "error export-hidden storage.shared[1].export",
            "error gluster-volume storage.shared[1].volume",
        ],
    ),
    (
        r#"storage.shared[1] = {"kind": "glusterfs", "server": "cn[1-300]", "export": "/data/brick", "volume": "gv0", "mount": "/work"}"#,
        &["error storage-servers storage.shared[1].server"],
    ),
    (
        r#"storage.shared[1] = {"kind": "glusterfs", "server": "cn[1-3],cn1", "export": "/data/brick", "volume": "gv0", "mount": "/work"}"#,
        &[
            "error storage-servers-unknown storage.shared[1].server",
            "error storage-servers-repeated storage.shared[1].server",
        ],
    ),
    (
        r#"storage.shared[1] = {"kind": "glusterfs", "server": "cn1", "export": "/data/brick", "volume": "gv0", "mount": "/work"}"#,
        &["hint gluster-copies storage.shared[1].server"],
    ),
    (
        "storage.shared[1] = {\"kind\": \"glusterfs\", \"server\": \"cn[1-2]\", \"export\": \"/data/brick\", \"volume\": \"gv0\", \"mount\": \"/work\"}\nstorage.shared[2] = {\"kind\": \"glusterfs\", \"server\": \"cn[1-2]\", \"export\": \"/data/brick\", \"volume\": \"gv0\", \"mount\": \"/other\"}",
        &["error brick-repeated storage.shared[2].export", "error gluster-volume-repeated storage.shared[2].volume"],
    ),
    (
        "storage.shared[1] = {\"kind\": \"orangefs\", \"server\": \"cn[1-2]\", \"export\": \"/data/a\", \"mount\": \"/a\"}\nstorage.shared[2] = {\"kind\": \"orangefs\", \"server\": \"gn1\", \"export\": \"/data/b\", \"mount\": \"/b\"}",
        &["error orangefs-repeated storage.shared[2].kind"],
    ),
    (
        r#"storage.shared[1] = {"kind": "cephfs", "monitors": ["10.9.0.1", "[2001:db8::1]:3300"], "fsid": "433a2193-4f8a-47a0-95d2-209d7ca2cca5", "secretFile": "/var/lib/secrets/ceph", "export": "/lab", "mount": "/work"}"#,
        &[],
    ),
    (
        r#"storage.shared[1] = {"kind": "cephfs", "mount": "/work"}"#,
        &[
            "error ceph-monitors storage.shared[1].monitors",
            "error ceph-fsid storage.shared[1].fsid",
            "error storage-secret-file storage.shared[1].secretFile",
        ],
    ),
    (
        r#"storage.shared[1] = {"kind": "cephfs", "monitors": ["mon1", " 10.9.0.1", "", "10.9.0.1:0"], "fsid": "433A2193-4F8A-47A0-95D2-209D7CA2CCA5", "fsName": "a b", "cephUser": "client.lab", "secretFile": "/nix/store/key", "export": "lab", "mount": "/work"}"#,
        &[
            "error folder storage.shared[1].export",
            "error ceph-monitor storage.shared[1].monitors[0]",
            "error ceph-monitor storage.shared[1].monitors[1]",
            "error ceph-monitor storage.shared[1].monitors[2]",
            "error ceph-monitor storage.shared[1].monitors[3]",
            "error ceph-fsid storage.shared[1].fsid",
            "error ceph-name storage.shared[1].fsName",
            "error ceph-name storage.shared[1].cephUser",
            "error storage-secret-file storage.shared[1].secretFile",
        ],
    ),
    (
        r#"storage.shared[1] = {"kind": "beegfs", "server": "10.0.9.1", "secretFile": "/var/lib/secrets/beegfs", "packageSource": "git+ssh://git@git.lab.org/beegfs.git?ref=main", "mount": "/work"}"#,
        &[],
    ),
    (
        r#"storage.shared[1] = {"kind": "beegfs", "server": "mgmt 1", "secretFile": "secret", "mount": "/work"}"#,
        &[
            "error beegfs-server storage.shared[1].server",
            "error storage-secret-file storage.shared[1].secretFile",
            "error no-packages storage.shared[1].packageSource",
        ],
    ),
    (
        r#"storage.shared[1] = {"kind": "beegfs", "server": "mgmt", "packageSource": "https://github.com/lab/beegfs-nix.git", "mount": "/work"}"#,
        &["warning beegfs-open storage.shared[1].secretFile", "error package-source storage.shared[1].packageSource"],
    ),
    (
        r#"storage.shared[1] = {"kind": "lustre", "server": "10.0.9.1@tcp", "export": "/lab", "packageSource": "beegfs nix", "mount": "/work"}"#,
        &["error lustre-name storage.shared[1].export", "error package-source storage.shared[1].packageSource"],
    ),
    (
        r#"storage.shared[1] = {"kind": "lustre", "server": "mgs:/lab", "export": "lab", "packageSource": "git+https://x:ghp_123@github.com/a/b", "mount": "/work"}"#,
        &["error lustre-nid storage.shared[1].server", "error package-source-secret storage.shared[1].packageSource"],
    ),
    (
        r#"storage.shared[1] = {"kind": "lustre", "server": "10.0.9.1@o2ib:10.0.9.2@o2ib", "export": "lab", "packageSource": "github:a/b?access_token=1", "mount": "/work"}"#,
        &[
            "error lustre-fabric storage.shared[1].server",
            "error package-source-secret storage.shared[1].packageSource",
        ],
    ),
    (
        "storage.shared[1] = {\"kind\": \"lustre\", \"server\": \"10.0.9.1@tcp\", \"export\": \"a\", \"packageSource\": \"github:a/b\", \"mount\": \"/a\"}\nstorage.shared[2] = {\"kind\": \"lustre\", \"server\": \"10.0.9.1@tcp\", \"export\": \"b\", \"packageSource\": \"github:a/c\", \"mount\": \"/b\"}",
        &["error package-source-differs storage.shared[2].packageSource"],
    ),
];
