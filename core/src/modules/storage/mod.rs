//! Shared file systems and scratch space. Its values: `storageConfig`.

mod about;
mod checks;
mod first_steps;
mod format;
mod impact;

pub use first_steps::gluster_replicas;
pub use format::{comes_with_file_system, make_file_system};

use super::{Input, Module, Parameter};
use crate::cluster::{Choice, Cluster, FileSystemKind, NfsTransport, Scratch, SharedFileSystem, Storage};
use crate::nix::{Attrs, Nix};
use crate::path::Path;

pub const MODULE: Module = Module {
    name: "storage",
    nix: include_str!("default.nix"),
    files: &[
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
    parameter: Some(Parameter { name: "storageConfig", values }),
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

fn values(cluster: &Cluster) -> Attrs {
    let storage = &cluster.storage;
    let at = shared_path();
    let shared = storage.shared.iter().enumerate().map(|(index, fs)| shared_values(fs, &at.index(index)));
    let mut attrs = Attrs::new();
    if !storage.shared.is_empty() {
        attrs = attrs.field("shared", Nix::list(shared), at.clone());
    }
    if storage.scratch.enable {
        let scratch = &storage.scratch;
        let at = Path::root().field(Cluster::storage).field(Storage::scratch);
        let on_device = !scratch.device.is_empty();
        let values = Attrs::new()
            .field("mount", &scratch.mount, at.field(Scratch::mount))
            .field_if(on_device, "device", &scratch.device, at.field(Scratch::device))
            .field_if(on_device, "fsType", &scratch.fs_type, at.field(Scratch::fs_type));
        attrs = attrs.field("scratch", values, at);
    }
    attrs
}

/// The values of a file system: those that its kind takes.
fn shared_values(fs: &SharedFileSystem, at: &Path) -> Attrs {
    use FileSystemKind::*;
    let usual = SharedFileSystem::default();
    let attrs = Attrs::new().field_if(fs.kind != Nfs, "type", fs.kind.key(), at.field(SharedFileSystem::kind));
    let text = |attrs: Attrs, field: crate::Field<SharedFileSystem, String>| {
        attrs.field(field.key, (field.get)(fs).trim(), at.field(field))
    };
    // A field that may be left out, where it is not as usual.
    let text_if = |attrs: Attrs, field: crate::Field<SharedFileSystem, String>| {
        if (field.get)(fs) == (field.get)(&usual) { attrs } else { text(attrs, field) }
    };
    let server = |attrs| text(attrs, SharedFileSystem::server);
    let export = |attrs| text(attrs, SharedFileSystem::export);
    let mount = |attrs| text(attrs, SharedFileSystem::mount);
    let attrs = match fs.kind {
        Nfs => text_if(mount(export(server(attrs))), SharedFileSystem::mode)
            .field_if(
                fs.nfs_version != usual.nfs_version,
                "nfsVersion",
                fs.nfs_version.key(),
                at.field(SharedFileSystem::nfs_version),
            )
            .field_if(
                fs.transport == NfsTransport::Rdma,
                "transport",
                fs.transport.key(),
                at.field(SharedFileSystem::transport),
            ),
        CephFs => {
            let monitors = Nix::list(fs.monitors.iter().map(|monitor| monitor.trim()));
            let attrs = attrs.field("monitors", monitors, at.field(SharedFileSystem::monitors));
            let attrs = text_if(text(attrs, SharedFileSystem::fsid), SharedFileSystem::fs_name);
            let attrs = text_if(text_if(attrs, SharedFileSystem::ceph_user), SharedFileSystem::export);
            mount(text(attrs, SharedFileSystem::secret_file))
        }
        GlusterFs => mount(text(export(server(attrs)), SharedFileSystem::volume)),
        OrangeFs | Lustre => mount(export(server(attrs))),
        BeeGfs => mount(text_if(server(attrs), SharedFileSystem::secret_file)),
    };
    attrs
        .field_if(
            !fs.mount_options.is_empty(),
            "mountOptions",
            Nix::list(&fs.mount_options),
            at.field(SharedFileSystem::mount_options),
        )
        .field_if(
            fs.kind == Nfs && fs.export_options != usual.export_options,
            "exportOptions",
            Nix::list(&fs.export_options),
            at.field(SharedFileSystem::export_options),
        )
}
