//! Groups, expanded: one [`Node`] for each host, with its address counted and its overrides applied.
//!
//! `lib/default.nix` of the flake does the same in Nix; a test holds the two against each other.

use super::{Architecture, Boot, Cluster, FabricKind, Gpus, NodeGroup, NodeOverride, Role};
use crate::hostlist::{self, HostlistError};
use std::collections::HashMap;
use std::net::Ipv4Addr;

/// One node, as its group and the overrides for it say.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its host name, without a domain: `cn001`.
    pub name: String,
    /// The index in `Cluster::nodes` of the group it belongs to.
    pub group: usize,
    /// Its place in the group's hostlist, counted from 0.
    pub position: usize,
    /// Its address in the cluster's subnet; `None` where the description gives none that can be read.
    pub ip: Option<Ipv4Addr>,
    /// What it is for, in the order of the description.
    pub roles: Vec<Role>,
    /// The network device, bond or VLAN that has [`ip`](Node::ip): `eno1`.
    pub interface: String,
    /// The MAC addresses of the devices under its interface, with spaces between; empty where the description gives none.
    pub mac_address: String,
    /// Its address on the fabric; `None` where there is no fabric, the node is not on it, or the address cannot be read.
    pub fabric_ip: Option<Ipv4Addr>,
    /// Its processor architecture, which decides the Nix system it is built for.
    pub architecture: Architecture,
    /// Processor sockets.
    pub sockets: u32,
    /// Cores in each socket.
    pub cores_per_socket: u32,
    /// Hardware threads of each core, 2 with hyper-threading.
    pub threads_per_core: u32,
    /// The installed memory, in MiB; 0 where it is not known.
    pub memory_mib: u64,
    /// Its GPUs; their `count` is 0 where it has none.
    pub gpus: Gpus,
    /// How it starts, and where its file systems are.
    pub boot: Boot,
    /// Slurm features, which jobs ask for with `--constraint`.
    pub features: Vec<String>,
    /// Slurm's weight: jobs get nodes of lower weight first.
    pub weight: u32,
}

impl Node {
    /// Whether the node has the role, perhaps beside others.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// The CPUs as Slurm counts them: sockets × cores × threads.
    pub fn cpus(&self) -> u32 {
        self.sockets.saturating_mul(self.cores_per_socket).saturating_mul(self.threads_per_core)
    }
}

/// The address `steps` after `first`; `None` past the end of the address space.
pub fn count_on(first: Ipv4Addr, steps: usize) -> Option<Ipv4Addr> {
    u32::try_from(steps).ok().and_then(|steps| u32::from(first).checked_add(steps)).map(Ipv4Addr::from)
}

/// Makes the nodes of a group one by one, as the group has them without its overrides.
pub struct Pattern<'g> {
    index: usize,
    group: &'g NodeGroup,
    first: Option<Ipv4Addr>,
    first_on_fabric: Option<Ipv4Addr>,
}

impl<'g> Pattern<'g> {
    /// For `group`, which stands at `index` in `Cluster::nodes`.
    pub fn new(index: usize, group: &'g NodeGroup) -> Self {
        let read = |text: &str| text.trim().parse().ok();
        Self { index, group, first: read(&group.first_ip), first_on_fabric: read(&group.fabric_first_ip) }
    }

    /// The address of the host at `position` in the group's hostlist, counted from 0. `None` where the description
    /// gives it none that can be read.
    pub fn ip(&self, position: usize) -> Option<Ipv4Addr> {
        if self.group.addresses.is_empty() {
            self.first.and_then(|first| count_on(first, position))
        } else {
            self.group.addresses.get(position).and_then(|address| address.trim().parse().ok())
        }
    }

    /// The node called `name`, which is the host at `position` in the group's hostlist, counted from 0.
    pub fn node(&self, position: usize, name: String) -> Node {
        let group = self.group;
        Node {
            name,
            group: self.index,
            position,
            ip: self.ip(position),
            roles: group.roles.clone(),
            interface: group.interface.clone(),
            mac_address: group.mac_addresses.get(position).map(|mac| mac.trim().to_owned()).unwrap_or_default(),
            fabric_ip: self.first_on_fabric.and_then(|first| count_on(first, position)),
            architecture: group.architecture,
            sockets: group.sockets,
            cores_per_socket: group.cores_per_socket,
            threads_per_core: group.threads_per_core,
            memory_mib: group.memory_mib,
            gpus: group.gpus.clone(),
            boot: group.boot.clone(),
            features: group.features.clone(),
            weight: group.weight,
        }
    }
}

impl NodeOverride {
    /// Puts what differs into `node`, which is the host at `step` in the override's hostlist, counted from 0. What
    /// cannot be read as an address leaves the node without one.
    pub fn apply(&self, step: usize, node: &mut Node) {
        let read = |text: &Option<String>| text.as_ref().map(|text| text.trim().parse::<Ipv4Addr>().ok());
        if let Some(first) = read(&self.first_ip) {
            node.ip = first.and_then(|first| count_on(first, step));
        }
        if let Some(first) = read(&self.fabric_first_ip) {
            node.fabric_ip = first.and_then(|first| count_on(first, step));
        }
        if let Some(addresses) = &self.mac_addresses {
            node.mac_address = addresses.get(step).map(|mac| mac.trim().to_owned()).unwrap_or_default();
        }
        macro_rules! take {
            ($($field:ident)*) => {
                $(if let Some(value) = &self.$field { node.$field = value.clone(); })*
            };
        }
        take!(interface sockets cores_per_socket threads_per_core memory_mib gpus boot features weight);
    }
}

/// The nodes of one group, the `index`th of the description.
///
/// Fails where the group's hostlist or that of an override cannot be read. Hosts of an override that the group
/// does not have are passed over: a check names them.
pub(crate) fn expand_group(index: usize, group: &NodeGroup) -> Result<Vec<Node>, HostlistError> {
    let pattern = Pattern::new(index, group);
    let names = hostlist::expand(&group.hosts)?;
    let mut nodes: Vec<Node> =
        names.into_iter().enumerate().map(|(position, name)| pattern.node(position, name)).collect();
    if group.overrides.is_empty() {
        return Ok(nodes);
    }
    let positions: HashMap<String, usize> = nodes.iter().map(|node| (node.name.clone(), node.position)).collect();
    for change in &group.overrides {
        for (step, host) in hostlist::expand(&change.hosts)?.into_iter().enumerate() {
            if let Some(position) = positions.get(&host) {
                change.apply(step, &mut nodes[*position]);
            }
        }
    }
    Ok(nodes)
}

/// Every node of the cluster, group by group. Groups whose hostlists cannot be read are left out: a check names them.
pub fn expand(cluster: &Cluster) -> Vec<Node> {
    let groups = cluster.nodes.iter().enumerate();
    let mut nodes: Vec<Node> = groups.filter_map(|(index, group)| expand_group(index, group).ok()).flatten().collect();
    if cluster.network.fabric.kind == FabricKind::None {
        nodes.iter_mut().for_each(|node| node.fabric_ip = None);
    }
    nodes
}

/// The name of the first controller: the node that runs what there is one of. `None` where there is no controller, or
/// its group's hostlist cannot be read.
pub fn first_controller(cluster: &Cluster) -> Option<String> {
    let group = cluster.nodes.iter().find(|group| group.roles.contains(&Role::Controller))?;
    hostlist::expand(&group.hosts).ok()?.into_iter().next()
}

/// The first controller, as [`first_controller`] names it.
pub fn first_controller_node(cluster: &Cluster) -> Option<Node> {
    let index = cluster.nodes.iter().position(|group| group.roles.contains(&Role::Controller))?;
    expand_group(index, &cluster.nodes[index]).ok()?.into_iter().next()
}
