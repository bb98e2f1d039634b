//! Shared file systems and scratch space. Its values: `storageConfig`.

mod about;
mod checks;
mod first_steps;
mod format;
mod impact;

pub use first_steps::gluster_replicas;
pub use format::{comes_with_file_system, make_file_system};

use super::values::{Made, Values, Wanted, of_section};
use super::{Input, Module, Parameter};
use crate::cluster::{Choice, Cluster, FileSystemKind, Scratch, SharedFileSystem, Storage};
use crate::nix::Nix;
use crate::path::Path;

pub const MODULE: Module = Module {
    name: "storage",
    nix: include_str!("default.nix"),
    files: &[
        ("options.nix", include_str!("options.nix")),
        ("beegfs.nix", include_str!("beegfs.nix")),
        ("cephfs.nix", include_str!("cephfs.nix")),
        ("glusterfs.nix", include_str!("glusterfs.nix")),
        ("lustre.nix", include_str!("lustre.nix")),
        ("nfs.nix", include_str!("nfs.nix")),
        ("orangefs.nix", include_str!("orangefs.nix")),
        ("shared-mounts.sh", include_str!("shared-mounts.sh")),
    ],
    inputs,
    takes: &["node", "nodes", "clusterLib", "networkConfig", "storageConfig", "inputs"],
    parameter: Some(Parameter { name: "storageConfig", make }),
    used: |cluster| !cluster.storage.shared.is_empty() || cluster.storage.scratch.enable,
    checks: checks::TOPICS,
    ports: about::PORTS,
    secrets: about::secrets,
    services: about::services,
    first_steps: about::first_steps,
    contents: about::contents,
    duties: about::duties,
    connections: about::connections,
    impact: impact::RULES,
    ..Module::PLAIN
};

fn shared_path() -> Path {
    Path::root().field(Cluster::storage).field(Storage::shared)
}

/// The flakes with what nixpkgs has no packages for; the first one that the user names for each kind.
fn inputs(cluster: &Cluster) -> Vec<Input> {
    let input = |kind: FileSystemKind| {
        let mut shared = cluster.storage.shared.iter().enumerate();
        let (index, fs) = shared.find(|(_, fs)| fs.kind == kind && !fs.package_source.is_empty())?;
        let path = shared_path().index(index).field(SharedFileSystem::package_source);
        let url = Nix::from(&fs.package_source).from_field(path);
        Some(Input { name: kind.key(), url, follows_nixpkgs: true })
    };
    [FileSystemKind::BeeGfs, FileSystemKind::Lustre].into_iter().filter_map(input).collect()
}

fn make(cluster: &Cluster, wanted: Wanted) -> Made {
    of_section(cluster, Cluster::storage, wanted, |values| {
        let storage = values.part();
        values.when(!storage.shared.is_empty()).put_list(Storage::shared, shared);
        values.put_if_on(Storage::scratch, Scratch::enable, |values| {
            let on_device = !values.part().device.is_empty();
            values.put(Scratch::mount).put_or_null(Scratch::device).when(on_device).put(Scratch::fs_type);
        });
    })
}

/// The values of a file system: those that its kind takes. `default.nix` knows which of them each kind needs.
fn shared(values: &mut Values<SharedFileSystem>) {
    use FileSystemKind::*;
    let kind = values.part().kind;
    values.named("type").put_unless_default(SharedFileSystem::kind);
    values.when(kind != CephFs).put_text(SharedFileSystem::server);
    values.when(kind == CephFs).put(SharedFileSystem::monitors).when(kind == CephFs).put_text(SharedFileSystem::fsid);
    values.when(kind == CephFs).put_unless_default(SharedFileSystem::fs_name);
    values.when(kind == CephFs).put_unless_default(SharedFileSystem::ceph_user);
    let has_export = kind != BeeGfs && (kind != CephFs || !values.part().export.is_empty());
    values.when(has_export).put_text(SharedFileSystem::export);
    values.when(kind == CephFs || kind == BeeGfs).put_or_null(SharedFileSystem::secret_file);
    values.when(kind == GlusterFs).put_text(SharedFileSystem::volume);
    values.required().put(SharedFileSystem::mount);
    values.when(kind == Nfs).put_unless_default(SharedFileSystem::mode);
    values.when(kind == Nfs).put_unless_default(SharedFileSystem::nfs_version);
    values.when(kind == Nfs).put_unless_default(SharedFileSystem::transport);
    values.put_unless_default(SharedFileSystem::mount_options);
    values.when(kind == Nfs).put_unless_default(SharedFileSystem::export_options);
}
