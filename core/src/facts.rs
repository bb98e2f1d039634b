//! What follows from a description and several checks need to know, found out once for all of them.

use crate::cluster::{Cluster, Cuda, FabricKind, GpuVendor, Gpus, NodeGroup, NodeOverride, Role, Where};
use crate::diagnostic::{Check, Fix, Problem};
use crate::hostlist::{self, HostlistError, MAX_HOSTS};
use crate::nix::options::Known;
use crate::path;
use crate::path::Path;
use crate::subnet::{self, Ipv4Net};
use std::collections::HashMap;

/// A hostlist, expanded.
pub(crate) enum Hosts {
    Names(Vec<String>),
    Wrong(HostlistError),
    /// The cluster's lists name more hosts than this program takes: this one was not expanded.
    TooMany,
}

impl Hosts {
    /// The names; none where the list cannot be read.
    pub fn names(&self) -> &[String] {
        match self {
            Hosts::Names(names) => names,
            _ => &[],
        }
    }
}

/// How many more hosts may be expanded: short texts must not fill the memory.
struct Budget(usize);

impl Budget {
    fn expand(&mut self, text: &str) -> Hosts {
        match hostlist::count(text) {
            Err(error) => Hosts::Wrong(error),
            Ok(count) if count > self.0 => Hosts::TooMany,
            Ok(count) => {
                self.0 -= count;
                hostlist::expand(text).map_or_else(Hosts::Wrong, Hosts::Names)
            }
        }
    }
}

/// The hosts of a group, and those of each of its overrides.
pub(crate) struct GroupHosts {
    pub hosts: Hosts,
    pub overrides: Vec<Hosts>,
}

/// Every hostlist of the description, expanded.
pub(crate) struct Expanded {
    groups: Vec<GroupHosts>,
    partitions: Vec<Hosts>,
    users: Vec<Hosts>,
    container_servers: Hosts,
}

impl Expanded {
    pub fn new(cluster: &Cluster) -> Self {
        let (mut hosts, mut overrides, mut partitions) = (Budget(MAX_HOSTS), Budget(MAX_HOSTS), Budget(16 * MAX_HOSTS));
        let mut users = Budget(16 * MAX_HOSTS);
        let mut group = |group: &NodeGroup| GroupHosts {
            hosts: hosts.expand(&group.hosts),
            overrides: group.overrides.iter().map(|change| overrides.expand(&change.hosts)).collect(),
        };
        Self {
            groups: cluster.nodes.iter().map(&mut group).collect(),
            partitions: cluster.slurm.partitions.iter().map(|partition| partitions.expand(&partition.nodes)).collect(),
            users: cluster
                .users
                .accounts
                .iter()
                .map(|user| if user.on == Where::Listed { users.expand(&user.hosts) } else { Hosts::Names(Vec::new()) })
                .collect(),
            container_servers: Budget(MAX_HOSTS).expand(&cluster.containers.servers),
        }
    }
}

/// A node, by its group and its place in the group's hostlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Host {
    pub group: usize,
    pub position: usize,
}

/// The description, with what its topics share.
pub(crate) struct Facts<'c> {
    pub cluster: &'c Cluster,
    /// The hosts of each group.
    pub groups: &'c [GroupHosts],
    /// The hosts of each partition's list.
    pub partitions: &'c [Hosts],
    /// The hosts of each user's list; none where the user is not on listed hosts.
    pub users: &'c [Hosts],
    /// The hosts listed as servers of the container orchestration.
    pub container_servers: &'c Hosts,
    /// Each name, where it stands first.
    pub hosts: HashMap<&'c str, Host>,
    /// The subnet, where it can be read.
    pub subnet: Option<Ipv4Net>,
    /// The fabric's subnet, where there is a fabric and it can be read.
    pub fabric_subnet: Option<Ipv4Net>,
    /// The options of NixOS that Nix of the user's may set.
    pub options: &'c Known,
    /// A design whose nodes and users may be there already: what tells them apart stays as it is.
    pub in_service: &'c Cluster,
}

impl<'c> Facts<'c> {
    pub fn new(cluster: &'c Cluster, expanded: &'c Expanded, options: &'c Known, in_service: &'c Cluster) -> Self {
        let mut hosts = HashMap::new();
        for (group, names) in expanded.groups.iter().enumerate() {
            for (position, name) in names.hosts.names().iter().enumerate() {
                hosts.entry(name.as_str()).or_insert(Host { group, position });
            }
        }
        let subnet = subnet::parse(&cluster.network.subnet);
        let fabric = &cluster.network.fabric;
        let fabric_subnet = if fabric.kind == FabricKind::None { None } else { subnet::parse(&fabric.subnet) };
        Self {
            cluster,
            groups: &expanded.groups,
            partitions: &expanded.partitions,
            users: &expanded.users,
            container_servers: &expanded.container_servers,
            hosts,
            subnet,
            fabric_subnet,
            options,
            in_service,
        }
    }

    /// The groups with their index.
    pub fn node_groups(&self) -> impl Iterator<Item = (usize, &'c NodeGroup)> + use<'c> {
        self.cluster.nodes.iter().enumerate()
    }

    /// The overrides with the index of their group and their own.
    pub fn overrides(&self) -> impl Iterator<Item = (usize, usize, &'c NodeOverride)> + use<'c> {
        self.node_groups()
            .flat_map(|(i, group)| group.overrides.iter().enumerate().map(move |(j, change)| (i, j, change)))
    }

    /// For the hosts of a group the override that `sets` something for them, and their place among its hosts. Of several
    /// overrides for a host, the last one counts.
    pub fn overriding(&self, group: usize, sets: impl Fn(&NodeOverride) -> bool) -> HashMap<&'c str, (usize, usize)> {
        let groups: &'c [GroupHosts] = self.groups;
        let overrides = self.cluster.nodes[group].overrides.iter().enumerate();
        overrides
            .filter(|(_, change)| sets(change))
            .flat_map(|(j, _)| {
                let names = groups[group].overrides[j].names().iter().enumerate();
                names.map(move |(step, name)| (name.as_str(), (j, step)))
            })
            .collect()
    }

    /// The GPUs of groups and overrides, with whose they are.
    pub fn gpus(&self) -> impl Iterator<Item = (Spot, &'c Gpus)> + use<'c> {
        let groups = self.node_groups().map(|(i, group)| (Spot { group: i, change: None }, &group.gpus));
        let overrides = self
            .overrides()
            .filter_map(|(i, j, change)| Some((Spot { group: i, change: Some(j) }, change.gpus.as_ref()?)));
        groups.chain(overrides)
    }

    /// Whether any node has GPUs of NVIDIA.
    pub fn has_nvidia(&self) -> bool {
        self.gpus().any(|(_, gpus)| gpus.count > 0 && gpus.vendor == GpuVendor::Nvidia)
    }

    /// Whether any group has this role.
    pub fn has_role(&self, role: Role) -> bool {
        self.cluster.nodes.iter().any(|group| group.roles.contains(&role))
    }

    /// The names of the nodes with this role, group by group.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &'c str> {
        self.node_groups()
            .filter(move |(_, group)| group.roles.contains(&role))
            .flat_map(|(i, _)| self.groups[i].hosts.names().iter().map(String::as_str))
    }

    /// Whether the node has this role.
    pub fn host_is(&self, host: Host, role: Role) -> bool {
        self.cluster.nodes[host.group].roles.contains(&role)
    }

    /// The GPUs of a node; of several overrides the last one counts.
    pub fn gpus_of(&self, name: &str, host: Host) -> &'c Gpus {
        let group = &self.cluster.nodes[host.group];
        let changes = group.overrides.iter().zip(&self.groups[host.group].overrides);
        let own = changes.filter(|(_, hosts)| hosts.names().iter().any(|other| other == name));
        own.filter_map(|(change, _)| change.gpus.as_ref()).next_back().unwrap_or(&group.gpus)
    }

    /// The places to set so that CUDA works: itself, and the licence of its driver.
    pub fn cuda_fix(&self) -> Fix {
        use crate::cluster::{General, Hpc};
        let cuda = path![Cluster::hpc, Hpc::cuda, Cuda::enable];
        if self.cluster.general.allow_unfree {
            return Fix::set("Turn CUDA on", cuda, true);
        }
        let unfree = path![Cluster::general, General::allow_unfree];
        Fix {
            label: "Turn CUDA on and allow unfree packages".to_owned(),
            set: vec![(cuda, true.into()), (unfree, true.into())],
        }
    }
}

/// A group or one of its overrides; their fields bear the same names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Spot {
    pub group: usize,
    pub change: Option<usize>,
}

impl Spot {
    /// Its place.
    pub fn path(self) -> Path {
        self.change.map_or_else(|| group_path(self.group), |change| override_path(self.group, change))
    }
}

/// The place of a group.
pub(crate) fn group_path(index: usize) -> Path {
    path![Cluster::nodes[index]]
}

/// The place of an override.
pub(crate) fn override_path(group: usize, index: usize) -> Path {
    group_path(group).field(NodeGroup::overrides).index(index)
}

/// A topic of the checks: what it can find, and how it looks for it.
#[derive(Clone, Copy, Debug)]
pub struct Topic {
    pub(crate) checks: &'static [Check],
    pub(crate) find: fn(&Facts, &mut Vec<Problem>),
    #[cfg(test)]
    pub(crate) cases: Cases,
}

/// Edits of a good description, one a line (`nodes[1].hosts = "cn[1-"`), and the problems they make: `SEVERITY ID PATH`.
#[cfg(test)]
pub(crate) type Cases = &'static [(&'static str, &'static [&'static str])];

/// The topics that stand in the modules of these names: each has `CHECKS`, `check` and, for tests, `CASES`.
macro_rules! topics {
    ($($topic:ident),*) => {
        &[$($crate::facts::Topic {
            checks: $topic::CHECKS,
            find: $topic::check,
            #[cfg(test)]
            cases: $topic::CASES,
        }),*]
    };
}
pub(crate) use topics;
