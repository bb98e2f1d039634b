//! Root file system, boot loader, SSH: what every node has. Its values: `clusterConfig` and the node groups.

mod about;
mod checks;
mod extra;
mod impact;

pub use extra::{ExtraModule, extra_modules};

use super::values::{Made, NixValue, Row, Type, Values, Wanted, of_section};
use super::{Module, Parameter};
use crate::Field;
use crate::cluster::{
    Architecture, Boot, BootLoader, Cluster, FabricKind, General, GpuFormFactor, GpuVendor, Gpus, NodeGroup,
    NodeOverride, Release,
};
use crate::nix::Nix;
use crate::path::Path;
use std::collections::HashMap;

pub const MODULE: Module = Module {
    name: "base",
    nix: include_str!("default.nix"),
    files: &[
        ("node-benchmark/default.nix", include_str!("node-benchmark/default.nix")),
        ("node-benchmark/node-benchmark.c", include_str!("node-benchmark/node-benchmark.c")),
        ("options.nix", include_str!("options.nix")),
    ],
    takes: &["node", "clusterConfig", "sshKeys"],
    common: Some(CLUSTER),
    lists,
    checks: checks::TOPICS,
    ports: about::PORTS,
    secrets: about::secrets,
    impact: impact::RULES,
    ..Module::PLAIN
};

pub const CLUSTER: Parameter = Parameter { name: "clusterConfig", make: cluster_config };

fn cluster_config(cluster: &Cluster, wanted: Wanted) -> Made {
    of_section(cluster, Cluster::general, wanted, |values| {
        let general = values.part();
        let has_version = !general.state_version.trim().is_empty();
        values.put(General::name).put(General::time_zone).put(General::locale);
        values.put_row(Row {
            name: "stateVersion",
            kind: Type::Text,
            default: Some(Release::V2605.state_version().into()),
            description: "`system.stateVersion`, the release that the nodes were first installed with.",
            place: values.at().key(if has_version { General::state_version.key } else { General::release.key }),
            value: Some(general.effective_state_version().into()),
        });
        values.put_or_null(General::root_password_file).put_unless_default(General::allow_unfree);
    })
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

/// `nodeGroups`, the guide's `workerNodes`, and `sshKeys`.
fn lists(cluster: &Cluster, wanted: Wanted) -> Made {
    let mut made = nodes(cluster, wanted);
    made.options.extend(super::users::ssh_keys(cluster, wanted).options);
    made
}

/// The nodes: `nodeGroups`, and as options the guide's `workerNodes` too.
pub fn nodes(cluster: &Cluster, wanted: Wanted) -> Made {
    let context = Context {
        has_fabric: cluster.network.fabric.kind != FabricKind::None,
        files: extra_modules(cluster).into_iter().map(|module| (module.path, module.file)).collect(),
    };
    let mut values = Values::new(cluster, Path::root(), wanted);
    values.described("The nodes, in groups that are alike. `lib/default.nix` expands them.").named("nodeGroups");
    values.put_records(Cluster::nodes, |values| group(values, &context));
    let mut made = values.made();
    if wanted == Wanted::Options {
        let mut nodes = Values::new(cluster, Path::root(), wanted);
        nodes.described("Nodes one by one, in the place of groups.").named("workerNodes");
        nodes.put_records(Cluster::nodes, |values| {
            values.without_defaults();
            values.take("hostname", Type::Text, "The host name.");
            values.take("ip", Type::Text, "The IPv4 address.");
            values.put(NodeGroup::roles).put(NodeGroup::interface);
            single_addresses(values);
            machine(values);
        });
        made.options.extend(nodes.made().options);
    }
    made
}

/// What the values of a group depend on besides the group.
struct Context {
    has_fabric: bool,
    /// The files of extra Nix, by the field that holds it.
    files: HashMap<Path, String>,
}

impl Context {
    /// Puts the module that `field` holds.
    fn modules<S: Default + 'static>(&self, values: &mut Values<S>, field: Field<S, String>) {
        let file = self.files.get(&values.at().field(field));
        let value = file.map(|file| Nix::list([Nix::path(file)]));
        values.named("modules").described("NixOS modules for these nodes alone.");
        values.put_as(field, Type::Any.list(), None, value);
    }
}

/// A group of nodes. What equals the default of `lib/default.nix` is left out.
fn group(values: &mut Values<NodeGroup>, context: &Context) {
    let group = values.part();
    let counts_on = group.addresses.is_empty();
    values.without_defaults();
    values.put(NodeGroup::hosts).put(NodeGroup::roles);
    values.when(counts_on).put(NodeGroup::first_ip).when(!counts_on).put(NodeGroup::addresses);
    values.put(NodeGroup::interface);
    let macs = (!group.mac_addresses.is_empty()).then(|| macs(&group.mac_addresses));
    values.described(MACS);
    values.put_as(NodeGroup::mac_addresses, macs_kind(), None, macs);
    values.when(context.has_fabric).put_or_null(NodeGroup::fabric_first_ip);
    machine(values);
    context.modules(values, NodeGroup::extra_config);
    values.when(!group.overrides.is_empty());
    values.put_records(NodeGroup::overrides, |values| change(values, group, context));
}

/// What a machine is, of groups and of single nodes.
fn machine(values: &mut Values<NodeGroup>) {
    let group = values.part();
    let is_arm = group.architecture == Architecture::Aarch64;
    values.named("system").described("The platform that NixOS is built for.");
    values.put_as(
        NodeGroup::architecture,
        Type::Choice(vec!["x86_64-linux", "aarch64-linux"]),
        None,
        is_arm.then(|| "aarch64-linux".into()),
    );
    values.put(NodeGroup::sockets).put(NodeGroup::cores_per_socket).put(NodeGroup::threads_per_core);
    values.take("cpus", Type::Unsigned, "The cores, where `coresPerSocket` does not say.");
    values.named("memoryMB").put(NodeGroup::memory_mib);
    let at = values.at().field(NodeGroup::gpus);
    gpus(values, Some(&group.gpus).filter(|gpus| gpus.count > 0), &Gpus::default(), &at);
    values.put_unless_default(NodeGroup::features).put_unless_default(NodeGroup::weight);
    values.when(group.boot != Boot::default());
    values.put_record(NodeGroup::boot, boot);
}

/// The addresses of a single node, which groups count.
fn single_addresses<S: Default + 'static>(values: &mut Values<S>) {
    let several = Type::Text.or(Type::Text.list()).or_null();
    values.take("mac", several, "The MAC address of the interface, or of each of its devices in turn.");
    values.take("fabricIP", Type::Text.or_null(), "The IPv4 address on the fabric.");
}

/// The MAC addresses of each host: a text, or a list of them where there are several.
fn macs(list: &[String]) -> Nix {
    Nix::list(list.iter().map(|host| match Vec::from_iter(host.split_whitespace()).as_slice() {
        several @ [_, _, ..] => Nix::list(several.iter().copied()),
        _ => Nix::from(host.trim()),
    }))
}

const MACS: &str = "The MAC address of each host in turn: the device with it gets the interface's name. Of a bond a list of those of its interfaces, in their order; none: names as they come.";

fn macs_kind() -> Type {
    Type::Text.or(Type::Text.list()).list()
}

/// The values of GPUs that stand `at` this place, where those of `usual` hold unless they are said.
fn gpus<S: Default + 'static>(values: &mut Values<S>, gpus: Option<&Gpus>, usual: &Gpus, at: &Path) {
    let mut row = |name, kind, description, place, value: Option<Nix>| {
        values.put_row(Row { name, kind, default: None, description, place, value });
    };
    let count = at.field(Gpus::count);
    row("hasGPU", Type::Bool, "Whether it has GPUs.", count.clone(), gpus.map(|gpus| (gpus.count > 0).into()));
    row("gpus", Type::Unsigned, "How many GPUs it has.", count, gpus.map(|gpus| gpus.count.into()));
    let differs = |differs: fn(&Gpus, &Gpus) -> bool| gpus.filter(|gpus| differs(gpus, usual));
    let vendor = differs(|gpus, usual| gpus.vendor != usual.vendor).map(|gpus| gpus.vendor.nix());
    row("gpuVendor", GpuVendor::kind(), "Who made the GPUs.", at.field(Gpus::vendor), vendor);
    let model = differs(|gpus, _| !gpus.model.is_empty()).map(|gpus| gpus.model.nix());
    row("gpuModel", Type::Text, Gpus::model.about, at.field(Gpus::model), model);
    let form = differs(|gpus, usual| gpus.form_factor != usual.form_factor).map(|gpus| gpus.form_factor.nix());
    row("gpuFormFactor", GpuFormFactor::kind(), Gpus::form_factor.about, at.field(Gpus::form_factor), form);
}

fn boot(values: &mut Values<Boot>) {
    let boot = values.part();
    let hardware = boot.hardware_config.trim().trim_end_matches('/');
    let on_devices = boot.hardware_config.trim().is_empty();
    let grub = boot.loader == BootLoader::Grub;
    values.without_defaults();
    values.when(grub).put(Boot::loader).when(grub).put(Boot::grub_device);
    values.put_as(Boot::hardware_config, Type::Any, None, (!on_devices).then(|| Nix::path(hardware)));
    values.when(on_devices && !grub).put_unless_default(Boot::esp_device);
    values.when(on_devices).put_unless_default(Boot::root_device);
    values.when(on_devices).put_unless_default(Boot::root_fs_type);
}

/// What differs for some hosts of `group`.
fn change(values: &mut Values<NodeOverride>, group: &NodeGroup, context: &Context) {
    let change = values.part();
    values.without_defaults();
    values.put(NodeOverride::hosts).put_if_some(NodeOverride::first_ip);
    values.take("ip", Type::Text, "The IPv4 address, of one host.");
    values.put_if_some(NodeOverride::interface);
    values.described(MACS);
    values.put_as(NodeOverride::mac_addresses, macs_kind(), None, change.mac_addresses.as_deref().map(macs));
    single_addresses(values);
    let on_fabric = change.fabric_first_ip.as_ref().map(|address| match address.trim() {
        "" => Nix::null(),
        address => address.into(),
    });
    values.when(context.has_fabric);
    values.put_as(NodeOverride::fabric_first_ip, Type::Text.or_null(), None, on_fabric);
    values.put_if_some(NodeOverride::sockets).put_if_some(NodeOverride::cores_per_socket);
    values.put_if_some(NodeOverride::threads_per_core);
    values.take("cpus", Type::Unsigned, "The cores, where `coresPerSocket` does not say.");
    values.named("memoryMB").put_if_some(NodeOverride::memory_mib);
    // A group without GPUs says nothing of them.
    let none = Gpus::default();
    let usual = if group.gpus.count > 0 { &group.gpus } else { &none };
    let at = values.at().field(NodeOverride::gpus);
    gpus(values, change.gpus.as_ref(), usual, &at);
    values.put_if_some(NodeOverride::features).put_if_some(NodeOverride::weight);
    values.put_record_if_some(NodeOverride::boot, boot);
    context.modules(values, NodeOverride::extra_config);
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
