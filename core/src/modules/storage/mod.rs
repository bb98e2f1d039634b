//! Shared file systems and scratch space. Its values: `storageConfig`.

use super::{Module, Parameter};
use crate::cluster::{Cluster, Scratch, Section, SharedFileSystem, Storage};
use crate::nix::{Attrs, Nix};
use crate::path::Path;

pub const MODULE: Module = Module {
    name: "storage",
    nix: include_str!("default.nix"),
    files: &[],
    inputs: |_| Vec::new(),
    takes: &["node", "networkConfig", "storageConfig"],
    parameter: Some(Parameter { name: "storageConfig", values, reads: &[Section::Storage] }),
    used: |cluster| !cluster.storage.shared.is_empty() || cluster.storage.scratch.enable,
};

fn values(cluster: &Cluster) -> Attrs {
    let storage = &cluster.storage;
    let path = Path::root().field(Cluster::storage);
    let at = path.field(Storage::shared);
    let shared = storage.shared.iter().enumerate().map(|(index, fs)| shared_values(fs, &at.index(index)));
    let mut attrs = Attrs::new();
    if !storage.shared.is_empty() {
        attrs = attrs.field("shared", Nix::list(shared), at.clone());
    }
    if storage.scratch.enable {
        let scratch = &storage.scratch;
        let at = path.field(Storage::scratch);
        let on_device = !scratch.device.is_empty();
        let values = Attrs::new()
            .field("mount", &scratch.mount, at.field(Scratch::mount))
            .field_if(on_device, "device", &scratch.device, at.field(Scratch::device))
            .field_if(on_device, "fsType", &scratch.fs_type, at.field(Scratch::fs_type));
        attrs = attrs.field("scratch", values, at);
    }
    attrs
}

fn shared_values(fs: &SharedFileSystem, at: &Path) -> Attrs {
    let usual = SharedFileSystem::default();
    Attrs::new()
        .field("server", &fs.server, at.field(SharedFileSystem::server))
        .field("export", &fs.export, at.field(SharedFileSystem::export))
        .field("mount", &fs.mount, at.field(SharedFileSystem::mount))
        .field_if(fs.mode != usual.mode, "mode", &fs.mode, at.field(SharedFileSystem::mode))
        .field_if(
            !fs.mount_options.is_empty(),
            "mountOptions",
            Nix::list(&fs.mount_options),
            at.field(SharedFileSystem::mount_options),
        )
        .field_if(
            fs.export_options != usual.export_options,
            "exportOptions",
            Nix::list(&fs.export_options),
            at.field(SharedFileSystem::export_options),
        )
}
