//! What a change of a node's description means for that node.

use crate::cluster::{Boot, BootLoader, Choice, Cluster, Gpus, Node, NodeGroup, PathPattern, Role};
use crate::consequence::Effect::{self, DataAtRisk, Drain, Nothing, Reboot, Reinstall, Restart};
use crate::gpu;
use crate::memory;
use crate::modules::SLURM_CONF;
use crate::modules::custom::custom_nix;
use crate::pattern;
use std::net::Ipv4Addr;

/// A node with its cluster, before or after.
pub(super) struct NodeInCluster<'c> {
    pub cluster: &'c Cluster,
    pub node: &'c Node,
    /// The Nix that the user wrote for it.
    pub nix: Vec<&'c str>,
}

impl NodeInCluster<'_> {
    fn runs_jobs(&self) -> bool {
        self.cluster.slurm.enable && self.node.is(Role::Worker)
    }
}

type Finding = Option<(Effect, &'static str)>;

/// What a change of some fields means for the node that has it.
pub(super) struct NodeRule {
    /// The fields of a group or an override; the first is where the change is told to be.
    pub fields: &'static [PathPattern<NodeGroup>],
    /// None where the two are alike in them.
    pub judge: fn(&NodeInCluster, &NodeInCluster) -> Finding,
    pub shown: fn(&NodeInCluster) -> String,
    /// The role whose nodes' fields stand in slurm.conf.
    pub slurm: Option<Role>,
}

pub(super) const RULES: &[NodeRule] = &[
    NodeRule {
        fields: &[pattern![NodeGroup::roles]],
        judge: roles,
        shown: |side| words(side.node.roles.iter().map(|role| role.key())),
        slurm: Some(Role::Worker),
    },
    NodeRule {
        fields: &[pattern![NodeGroup::first_ip], pattern![NodeGroup::addresses]],
        judge: address,
        shown: |side| address_of(side.node.ip),
        slurm: Some(Role::Controller),
    },
    NodeRule {
        fields: &[pattern![NodeGroup::interface]],
        judge: |old, new| {
            let text = "The address moves to another interface, and the connection over which you switch breaks: \
                drain, reboot into it.";
            (old.node.interface != new.node.interface).then_some((Reboot, text))
        },
        shown: |side| side.node.interface.clone(),
        slurm: None,
    },
    NodeRule {
        fields: &[pattern![NodeGroup::mac_addresses]],
        judge: |old, new| {
            let text = "Interfaces get their names by their MAC addresses when the kernel finds them: drain, reboot.";
            (old.node.mac_address != new.node.mac_address).then_some((Reboot, text))
        },
        shown: |side| side.node.mac_address.clone(),
        slurm: None,
    },
    NodeRule {
        fields: &[pattern![NodeGroup::fabric_first_ip]],
        judge: |old, new| {
            let text = "The node's address on the fabric changes: MPI and mounts over it break. Let jobs end first.";
            (old.node.fabric_ip != new.node.fabric_ip).then_some((Drain, text))
        },
        shown: |side| address_of(side.node.fabric_ip),
        slurm: None,
    },
    NodeRule {
        fields: &[pattern![NodeGroup::architecture]],
        judge: |old, new| {
            let text = "Another architecture is another machine: install NixOS on it.";
            (old.node.architecture != new.node.architecture).then_some((Reinstall, text))
        },
        shown: |side| side.node.architecture.key().to_owned(),
        slurm: None,
    },
    NodeRule {
        fields: &[
            pattern![NodeGroup::sockets],
            pattern![NodeGroup::cores_per_socket],
            pattern![NodeGroup::threads_per_core],
        ],
        judge: processors,
        shown: |side| {
            let node = side.node;
            format!("{} × {} × {}", node.sockets, node.cores_per_socket, node.threads_per_core)
        },
        slurm: Some(Role::Worker),
    },
    NodeRule {
        fields: &[pattern![NodeGroup::memory_mib]],
        judge: |old, new| hardware(old, new, old.node.memory_mib, new.node.memory_mib),
        shown: |side| match side.node.memory_mib {
            0 => memory::UNKNOWN.to_owned(),
            mib => mib.to_string(),
        },
        slurm: Some(Role::Worker),
    },
    NodeRule {
        fields: &[pattern![NodeGroup::gpus]],
        judge: gpus,
        shown: |side| gpus_of(&side.node.gpus),
        slurm: Some(Role::Worker),
    },
    NodeRule {
        fields: &[pattern![NodeGroup::boot, Boot::loader]],
        judge: |old, new| {
            let text = "UEFI and BIOS want disks that are laid out otherwise: install the nodes anew.";
            (old.node.boot.loader != new.node.boot.loader).then_some((Reinstall, text))
        },
        shown: |side| side.node.boot.loader.key().to_owned(),
        slurm: None,
    },
    NodeRule {
        fields: &[pattern![NodeGroup::boot, Boot::grub_device]],
        judge: |old, new| {
            let text = "GRUB is written to that disk by “nixos-rebuild boot --install-bootloader”; the firmware must \
                start from it.";
            let uses = |side: &NodeInCluster| {
                (side.node.boot.loader == BootLoader::Grub).then(|| side.node.boot.grub_device.clone())
            };
            differ(uses(old), uses(new)).then_some((Reboot, text))
        },
        shown: |side| side.node.boot.grub_device.clone(),
        slurm: None,
    },
    NodeRule {
        fields: &[pattern![NodeGroup::boot, Boot::hardware_config]],
        judge: |old, new| {
            let text = "Another file declares the disks: where it names other ones than the node has, it does not \
                start. Hold it against lsblk -f, else install anew.";
            (old.node.boot.hardware_config != new.node.boot.hardware_config).then_some((Reinstall, text))
        },
        shown: |side| side.node.boot.hardware_config.clone(),
        slurm: None,
    },
    NodeRule {
        fields: &[pattern![NodeGroup::boot, Boot::root_device]],
        judge: |old, new| {
            let text = "The node starts from another device, which must hold the system: where that is another disk, \
                install NixOS there.";
            differ(device(old, |boot| &boot.root_device), device(new, |boot| &boot.root_device))
                .then_some((Reinstall, text))
        },
        shown: |side| side.node.boot.root_device.clone(),
        slurm: None,
    },
    NodeRule {
        fields: &[pattern![NodeGroup::boot, Boot::root_fs_type]],
        judge: |old, new| {
            let text = "A file system's type changes only by making it anew: all that is on the root disk is lost. \
                Save what is not in the flake, then install anew.";
            differ(device(old, |boot| &boot.root_fs_type), device(new, |boot| &boot.root_fs_type))
                .then_some((DataAtRisk, text))
        },
        shown: |side| side.node.boot.root_fs_type.clone(),
        slurm: None,
    },
    NodeRule {
        fields: &[pattern![NodeGroup::boot, Boot::esp_device]],
        judge: |old, new| {
            let text = "Kernels are written to that partition from the next switch on; it must be there, and the \
                firmware must start from it.";
            let uses = |side: &NodeInCluster| {
                device(side, |boot| &boot.esp_device).filter(|_| side.node.boot.loader == BootLoader::SystemdBoot)
            };
            differ(uses(old), uses(new)).then_some((Reboot, text))
        },
        shown: |side| side.node.boot.esp_device.clone(),
        slurm: None,
    },
    NodeRule {
        fields: &[pattern![NodeGroup::features]],
        judge: |old, new| slurm_line(old, new, old.node.features != new.node.features),
        shown: |side| words(side.node.features.iter().map(String::as_str)),
        slurm: Some(Role::Worker),
    },
    NodeRule {
        fields: &[pattern![NodeGroup::weight]],
        judge: |old, new| slurm_line(old, new, old.node.weight != new.node.weight),
        shown: |side| side.node.weight.to_string(),
        slurm: Some(Role::Worker),
    },
    NodeRule {
        fields: &[pattern![NodeGroup::extra_config]],
        judge: |old, new| (old.nix != new.nix).then(|| custom_nix(&[&old.nix[..], &new.nix[..]].concat().concat())),
        shown: |side| if side.nix.is_empty() { "none".to_owned() } else { "Nix".to_owned() },
        slurm: None,
    },
];

/// Fields whose change shows in the nodes that there are.
#[cfg(test)]
pub(super) const COMPARED_NODE_BY_NODE: &[PathPattern<NodeGroup>] =
    &[pattern![NodeGroup::hosts], pattern![NodeGroup::overrides]];

fn words<'t>(words: impl Iterator<Item = &'t str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

fn address_of(address: Option<Ipv4Addr>) -> String {
    address.map_or_else(|| "none".to_owned(), |address| address.to_string())
}

fn gpus_of(gpus: &Gpus) -> String {
    if gpus.count == 0 { "none".to_owned() } else { format!("{} × {}", gpus.count, gpus.model) }
}

/// Whether both are used and not alike: what is used by one only comes with a change that tells more.
fn differ(old: Option<String>, new: Option<String>) -> bool {
    old.zip(new).is_some_and(|(old, new)| old != new)
}

/// A device of the description, unless a file of the user's declares them.
fn device(side: &NodeInCluster, of: fn(&Boot) -> &String) -> Option<String> {
    let boot = &side.node.boot;
    boot.hardware_config.trim().is_empty().then(|| of(boot).clone())
}

fn roles(old: &NodeInCluster, new: &NodeInCluster) -> Finding {
    let (was, is) = (|role| old.node.is(role), |role| new.node.is(role));
    if Role::ALL.iter().all(|role| was(*role) == is(*role)) {
        None
    } else if old.runs_jobs() && !is(Role::Worker) {
        Some((Drain, "No longer a worker: slurmd stops, and slurmctld ends the jobs there. Drain the nodes first."))
    } else if was(Role::Controller) && !is(Role::Controller) {
        Some((Drain, "No longer a controller: its daemons stop, and their data stays on its disk. Let jobs end first."))
    } else {
        Some((Restart, "Services of the roles start and stop."))
    }
}

fn address(old: &NodeInCluster, new: &NodeInCluster) -> Finding {
    let text = "The connection over which you switch breaks, mounts from the node hang, and daemons that know the old address \
                lose it (k3s and etcd do for good): drain, write the other configuration for the next boot, reboot; then \
                switch the other nodes, whose /etc/hosts follow.";
    (old.node.ip != new.node.ip).then_some((Reboot, text))
}

/// slurm.conf's line of the node.
fn slurm_line(old: &NodeInCluster, new: &NodeInCluster, changed: bool) -> Finding {
    if !changed {
        None
    } else if old.runs_jobs() || new.runs_jobs() {
        Some((Restart, SLURM_CONF))
    } else {
        Some((Nothing, "The node runs no jobs: nothing on it changes."))
    }
}

fn hardware<N: PartialOrd>(old: &NodeInCluster, new: &NodeInCluster, was: N, is: N) -> Finding {
    if was == is {
        None
    } else if !old.runs_jobs() && !new.runs_jobs() {
        slurm_line(old, new, true)
    } else if is < was {
        Some((
            Drain,
            "Slurm gives out less of the node than jobs may hold, and ends those that hold more. Drain the nodes \
             first.",
        ))
    } else {
        Some((
            Restart,
            "Slurm gives out more of the node. It must be built in: slurmctld drains a node that registers with less.",
        ))
    }
}

fn processors(old: &NodeInCluster, new: &NodeInCluster) -> Finding {
    let parts = |side: &NodeInCluster| (side.node.sockets, side.node.cores_per_socket, side.node.threads_per_core);
    if parts(old) == parts(new) {
        return None;
    }
    match hardware(old, new, old.node.cpus(), new.node.cpus()) {
        None => Some((
            Drain,
            "Slurm counts the cores otherwise, and jobs hold what it counted before. Drain the nodes first.",
        )),
        found => found,
    }
}

fn gpus(old: &NodeInCluster, new: &NodeInCluster) -> Finding {
    let (was, is) = (&old.node.gpus, &new.node.gpus);
    if was == is || was.count == 0 && is.count == 0 {
        return None;
    }
    let driver =
        |gpus: &Gpus| (gpus.count > 0, gpus.vendor, gpu::generation(&gpus.model), gpu::runs_fabric_manager(gpus));
    if driver(was) != driver(is) {
        return Some((
            Reboot,
            "The kernel loads another driver for these GPUs, or its first one: drain, switch, reboot.",
        ));
    }
    if was.model == is.model {
        return hardware(old, new, was.count, is.count);
    }
    Some((
        Drain,
        "Slurm calls the GPUs by another name: jobs that hold or ask for the old one are ended or wait for ever. \
         Drain first.",
    ))
}
