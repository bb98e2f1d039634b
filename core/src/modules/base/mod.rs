//! Root file system, boot loader, SSH: what every node has. Its values: `clusterConfig` and the node groups.

mod about;
mod checks;
mod extra;
mod impact;

pub use extra::{ExtraModule, extra_modules};

use super::{Module, Parameter};
use crate::cluster::{
    Architecture, Boot, BootLoader, Choice, Cluster, FabricKind, General, Gpus, NodeGroup, NodeOverride,
};
use crate::nix::{Attrs, Nix};
use crate::path::Path;
use std::collections::HashMap;

pub const MODULE: Module = Module {
    name: "base",
    nix: include_str!("default.nix"),
    takes: &["node", "clusterConfig", "sshKeys"],
    checks: checks::TOPICS,
    ports: about::PORTS,
    secrets: about::secrets,
    impact: impact::RULES,
    ..Module::PLAIN
};

pub const CLUSTER: Parameter = Parameter { name: "clusterConfig", values: cluster_config };

fn cluster_config(cluster: &Cluster) -> Attrs {
    let general = &cluster.general;
    let path = |key| Path::root().field(Cluster::general).key(key);
    let version =
        if general.state_version.trim().is_empty() { General::release.key } else { General::state_version.key };
    Attrs::new()
        .field("name", &general.name, path(General::name.key))
        .field("timeZone", &general.time_zone, path(General::time_zone.key))
        .field("locale", &general.locale, path(General::locale.key))
        .field("stateVersion", general.effective_state_version(), path(version))
        .field_if(
            !general.root_password_file.trim().is_empty(),
            "rootPasswordFile",
            general.root_password_file.trim(),
            path(General::root_password_file.key),
        )
        .field_if(general.allow_unfree, "allowUnfree", true, path(General::allow_unfree.key))
}

/// The memory that Slurm may count on of a node with `installed` MiB, in MiB, as `schedulableMemory` of the flake's
/// `lib/default.nix` takes it from `memoryMB`; the reason stands there.
pub fn schedulable_memory(installed: u64) -> u64 {
    installed - installed / 64 - (installed / 8).min(1024)
}

/// The memory that jobs can have on a worker with `installed` MiB, in MiB: what Slurm may count on without huge pages and
/// what is kept for the system.
pub fn job_memory(cluster: &Cluster, installed: u64) -> u64 {
    schedulable_memory(installed)
        .saturating_sub(cluster.hpc.huge_pages_mib())
        .saturating_sub(cluster.slurm.system_memory_mib)
}

/// The node groups, as `lib/default.nix` expands them. What equals the default there is left out.
pub fn node_groups(cluster: &Cluster) -> Nix {
    let place = Path::root().field(Cluster::nodes);
    let context = Context {
        has_fabric: cluster.network.fabric.kind != FabricKind::None,
        files: extra_modules(cluster).into_iter().map(|module| (module.path, module.file)).collect(),
    };
    let groups = cluster.nodes.iter().enumerate();
    Nix::list(groups.map(|(index, group)| group_values(group, &place.index(index), &context)))
}

/// What the values of a group depend on besides the group.
struct Context {
    has_fabric: bool,
    /// The files of extra Nix, by the field that holds it.
    files: HashMap<Path, String>,
}

impl Context {
    /// Adds the module that the field at `path` holds.
    fn modules(&self, attrs: Attrs, path: Path) -> Attrs {
        match self.files.get(&path) {
            Some(file) => attrs.field("modules", Nix::list([Nix::path(file)]), path),
            None => attrs,
        }
    }
}

fn group_values(group: &NodeGroup, at: &Path, context: &Context) -> Attrs {
    let path = |key| at.key(key);
    let usual = NodeGroup::default();
    let roles = Nix::list(group.roles.iter().map(|role| role.key()));
    let mut attrs = Attrs::new().field("hosts", group.hosts.trim(), path(NodeGroup::hosts.key)).field(
        "roles",
        roles,
        path(NodeGroup::roles.key),
    );
    attrs = if group.addresses.is_empty() {
        attrs.field("firstIP", group.first_ip.trim(), path(NodeGroup::first_ip.key))
    } else {
        attrs.field("addresses", trimmed(&group.addresses), path(NodeGroup::addresses.key))
    };
    attrs = attrs
        .field("interface", &group.interface, path(NodeGroup::interface.key))
        .field_if(
            !group.mac_addresses.is_empty(),
            "macAddresses",
            macs(&group.mac_addresses),
            path(NodeGroup::mac_addresses.key),
        )
        .field_if(
            context.has_fabric && !group.fabric_first_ip.trim().is_empty(),
            "fabricFirstIP",
            group.fabric_first_ip.trim(),
            path(NodeGroup::fabric_first_ip.key),
        )
        .field_if(
            group.architecture == Architecture::Aarch64,
            "system",
            "aarch64-linux",
            path(NodeGroup::architecture.key),
        )
        .field("sockets", group.sockets, path(NodeGroup::sockets.key))
        .field("coresPerSocket", group.cores_per_socket, path(NodeGroup::cores_per_socket.key))
        .field("threadsPerCore", group.threads_per_core, path(NodeGroup::threads_per_core.key))
        .field("memoryMB", group.memory_mib, path(NodeGroup::memory_mib.key));
    if group.gpus.count > 0 {
        attrs = gpu_values(attrs, &group.gpus, &Gpus::default(), &path(NodeGroup::gpus.key));
    }
    attrs = attrs
        .field_if(!group.features.is_empty(), "features", Nix::list(&group.features), path(NodeGroup::features.key))
        .field_if(group.weight != usual.weight, "weight", group.weight, path(NodeGroup::weight.key));
    if group.boot != usual.boot {
        attrs = attrs.field("boot", boot_values(&group.boot, &path(NodeGroup::boot.key)), path(NodeGroup::boot.key));
    }
    attrs = context.modules(attrs, path(NodeGroup::extra_config.key));
    if !group.overrides.is_empty() {
        let at = path(NodeGroup::overrides.key);
        let overrides = group.overrides.iter().enumerate().map(|(index, change)| {
            Nix::from(override_values(change, group, &at.index(index), context)).from_field(at.index(index))
        });
        attrs = attrs.field("overrides", Nix::list(overrides), at.clone());
    }
    attrs
}

/// A list of texts without the spaces around them.
fn trimmed(list: &[String]) -> Nix {
    Nix::list(list.iter().map(|text| text.trim()))
}

/// The MAC addresses of each host: a text, or a list of them where there are several.
fn macs(list: &[String]) -> Nix {
    Nix::list(list.iter().map(|host| match Vec::from_iter(host.split_whitespace()).as_slice() {
        several @ [_, _, ..] => Nix::list(several.iter().copied()),
        _ => Nix::from(host.trim()),
    }))
}

/// The values of `gpus`, where those of `usual` hold unless they are said.
fn gpu_values(attrs: Attrs, gpus: &Gpus, usual: &Gpus, at: &Path) -> Attrs {
    attrs
        .field("hasGPU", gpus.count > 0, at.field(Gpus::count))
        .field("gpus", gpus.count, at.field(Gpus::count))
        .field_if(gpus.vendor != usual.vendor, "gpuVendor", gpus.vendor.key(), at.field(Gpus::vendor))
        .field_if(!gpus.model.is_empty(), "gpuModel", &gpus.model, at.field(Gpus::model))
        .field_if(
            gpus.form_factor != usual.form_factor,
            "gpuFormFactor",
            gpus.form_factor.key(),
            at.field(Gpus::form_factor),
        )
}

fn boot_values(boot: &Boot, at: &Path) -> Attrs {
    let usual = Boot::default();
    let devices = boot.hardware_config.trim().is_empty();
    let grub = boot.loader == BootLoader::Grub;
    Attrs::new()
        .field_if(grub, "loader", boot.loader.key(), at.field(Boot::loader))
        .field_if(grub, "grubDevice", &boot.grub_device, at.field(Boot::grub_device))
        .field_if(
            !devices,
            "hardwareConfig",
            Nix::path(boot.hardware_config.trim().trim_end_matches('/')),
            at.field(Boot::hardware_config),
        )
        .field_if(
            devices && !grub && boot.esp_device != usual.esp_device,
            "espDevice",
            &boot.esp_device,
            at.field(Boot::esp_device),
        )
        .field_if(
            devices && boot.root_device != usual.root_device,
            "rootDevice",
            &boot.root_device,
            at.field(Boot::root_device),
        )
        .field_if(
            devices && boot.root_fs_type != usual.root_fs_type,
            "rootFsType",
            &boot.root_fs_type,
            at.field(Boot::root_fs_type),
        )
}

fn override_values(change: &NodeOverride, group: &NodeGroup, at: &Path, context: &Context) -> Attrs {
    let mut attrs = Attrs::new().field("hosts", change.hosts.trim(), at.field(NodeOverride::hosts));
    macro_rules! take {
        ($($field:ident $name:literal $value:expr;)*) => {
            $(if let Some(value) = &change.$field {
                let value = ($value)(value);
                attrs = attrs.field($name, value, at.field(NodeOverride::$field));
            })*
        };
    }
    take! {
        first_ip "firstIP" |text: &String| Nix::from(text.trim());
        interface "interface" |text: &String| Nix::from(text);
        mac_addresses "macAddresses" |list: &Vec<String>| macs(list);
    }
    if context.has_fabric {
        take! {
            fabric_first_ip "fabricFirstIP" |text: &String| match text.trim() {
                "" => Nix::null(),
                address => Nix::from(address),
            };
        }
    }
    take! {
        sockets "sockets" |count: &u32| Nix::from(*count);
        cores_per_socket "coresPerSocket" |count: &u32| Nix::from(*count);
        threads_per_core "threadsPerCore" |count: &u32| Nix::from(*count);
        memory_mib "memoryMB" |installed: &u64| Nix::from(*installed);
    }
    if let Some(gpus) = &change.gpus {
        // A group without GPUs says nothing of them.
        let none = Gpus::default();
        let usual = if group.gpus.count > 0 { &group.gpus } else { &none };
        attrs = gpu_values(attrs, gpus, usual, &at.field(NodeOverride::gpus));
    }
    take! {
        features "features" |list: &Vec<String>| Nix::list(list);
        weight "weight" |weight: &u32| Nix::from(*weight);
        boot "boot" |boot: &Boot| Nix::from(boot_values(boot, &at.field(NodeOverride::boot)));
    }
    context.modules(attrs, at.field(NodeOverride::extra_config))
}

#[cfg(test)]
mod tests {
    use super::{job_memory, schedulable_memory};
    use crate::cluster::Cluster;

    #[test]
    fn some_memory_is_kept_from_jobs() {
        assert_eq!(schedulable_memory(512 * 1024), 515_072);
        assert_eq!(schedulable_memory(1024 * 1024), 1_031_168);
        assert_eq!(schedulable_memory(2048), 1760);
        assert_eq!(schedulable_memory(0), 0);
    }

    #[test]
    fn huge_pages_and_the_systems_memory_are_not_for_jobs() {
        let text = r#"{"hpc": {"hugePages": 1024}, "slurm": {"systemMemoryMiB": 4096}}"#;
        let cluster = Cluster::from_json(text).unwrap();
        assert_eq!(job_memory(&cluster, 512 * 1024), 515_072 - 2048 - 4096);
        assert_eq!(job_memory(&cluster, 4096), 0);
    }
}
