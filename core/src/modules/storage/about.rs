//! What the flake and the page tell of file systems.

use super::first_steps::FirstStep;
use crate::cluster::{Choice, Cluster, FileSystemKind, NfsTransport, SharedFileSystem, Storage};
use crate::hostlist;
use crate::markdown::{code, plain};
use crate::modules::about::{Connection, ConnectionKind, Duty, Port, Ports, Step};
use crate::modules::{Make, Secret};
use crate::path;
use crate::path::Path;

pub const PORTS: Ports = Ports {
    tcp: &[
        Port::new(111, "NFS 3's rpcbind"),
        Port::new(988, "Lustre"),
        Port::new(2049, "NFS"),
        Port::new(3334, "OrangeFS"),
        Port::new(4000, "NFS 3's statd"),
        Port::new(4001, "NFS 3's lockd"),
        Port::new(4002, "NFS 3's mountd"),
        Port::new(20049, "NFS over RDMA"),
        Port::new(24007, "GlusterFS"),
    ],
    udp: &[
        Port::new(111, "NFS 3's rpcbind"),
        Port::new(4000, "NFS 3's statd"),
        Port::new(4001, "NFS 3's lockd"),
        Port::new(4002, "NFS 3's mountd"),
        Port::new(8004, "BeeGFS"),
    ],
};

pub fn secrets(cluster: &Cluster) -> Vec<Secret> {
    let at = path![Cluster::storage, Storage::shared];
    let secret = |(index, fs): (usize, &SharedFileSystem)| {
        let what = match fs.kind {
            FileSystemKind::CephFs => {
                format!("the key of Ceph's client.{0}, as “ceph auth get-key client.{0}” prints it", fs.ceph_user)
            }
            FileSystemKind::BeeGfs => {
                "the secret of BeeGFS's connections (conn.auth), as its servers have it".to_owned()
            }
            _ => return None,
        };
        let path = at.index(index).field(SharedFileSystem::secret_file);
        Some(Secret::new(&fs.secret_file, what, Make::Bring, path))
    };
    cluster.storage.shared.iter().enumerate().filter_map(secret).collect()
}

pub fn services(cluster: &Cluster) -> Vec<String> {
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

/// What is done once before a file system can be used.
pub fn first_steps(cluster: &Cluster) -> Vec<Step> {
    super::first_steps::first_steps(cluster).into_iter().map(step).collect()
}

fn step(step: FirstStep) -> Step {
    let commands = step.commands.iter().map(|command| code(command)).collect();
    Step { title: format!("{} On {}:", plain(&step.title), plain(&step.on)), commands }
}

pub fn contents(cluster: &Cluster) -> Vec<&'static str> {
    let has = |kind: &FileSystemKind| cluster.storage.shared.iter().any(|shared| shared.kind == *kind);
    FileSystemKind::ALL.iter().copied().filter(|kind| has(kind)).map(FileSystemKind::label).collect()
}

pub fn duties(cluster: &Cluster) -> Vec<Duty> {
    let served = |fs: &&SharedFileSystem| fs.kind.is_served_by_nodes();
    let duty = |fs: &SharedFileSystem| {
        let what = fs.mount.clone();
        hostlist::few(&fs.server)
            .into_iter()
            .map(move |host| Duty { host, what: what.clone(), keeps: Some("its files") })
            .collect::<Vec<_>>()
    };
    cluster.storage.shared.iter().filter(served).flat_map(duty).collect()
}

pub fn connections(cluster: &Cluster) -> Vec<Connection> {
    let path = path![Cluster::storage, Storage::shared];
    cluster.storage.shared.iter().enumerate().map(|(i, fs)| file_system(fs, path.index(i))).collect()
}

fn file_system(files: &SharedFileSystem, path: Path) -> Connection {
    let kind = files.kind;
    let (from, outside) = match kind {
        FileSystemKind::Nfs | FileSystemKind::GlusterFs | FileSystemKind::OrangeFs => {
            (hostlist::few(&files.server), String::new())
        }
        FileSystemKind::CephFs => (Vec::new(), files.monitors.join(", ")),
        FileSystemKind::BeeGfs | FileSystemKind::Lustre => (Vec::new(), files.server.clone()),
    };
    let mut details = vec![kind.label().to_owned()];
    if from.is_empty() && outside.is_empty() {
        details.push("no server yet".to_owned());
    } else if from.is_empty() {
        details.push(format!("from outside: {outside}"));
    } else if kind == FileSystemKind::Nfs {
        details.push(format!("from {}:{}", files.server, files.export));
    } else {
        details.push(format!("from {}", files.server));
    }
    if kind == FileSystemKind::Nfs && files.transport == NfsTransport::Rdma {
        details.push("over RDMA".to_owned());
    }
    let label = if files.mount.is_empty() { "File system".to_owned() } else { files.mount.clone() };
    let from_uses = kind != FileSystemKind::Nfs;
    Connection { kind: ConnectionKind::FileSystem, path, label, details, from, from_uses, on: |_| true }
}
