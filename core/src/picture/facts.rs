//! What the picture shows: the groups with what they are, and what connects them.

use crate::cluster::*;
use crate::hostlist::{self, MAX_HOSTS};
use crate::path::Path;
use std::collections::{HashMap, HashSet};

/// What several groups share.
pub struct Shared {
    pub kind: Kind,
    /// What leads to its field.
    pub path: Path,
    pub label: String,
    /// More about it, in pieces.
    pub details: Vec<String>,
    /// The names of the nodes that it comes from; none where that is outside the cluster.
    pub from: Vec<String>,
    /// Whether the nodes that it comes from use it as the others do.
    pub from_uses: bool,
    /// Whether nodes other than those that it comes from are on it.
    pub on: fn(&NodeGroup) -> bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Network,
    Fabric,
    /// The controllers, of which one takes over from the other.
    Controllers,
    /// A file system; their lanes take turns in these tones.
    Files(u8),
}

/// How many tones the lanes of file systems have.
const TONES: usize = 3;

impl Kind {
    pub fn is_files(self) -> bool {
        matches!(self, Kind::Files(_))
    }

    /// The class of its lane.
    pub fn class(self) -> &'static str {
        match self {
            Kind::Network => "network",
            Kind::Fabric => "fabric",
            Kind::Controllers => "controllers",
            Kind::Files(0) => "files",
            Kind::Files(1) => "files second",
            Kind::Files(_) => "files third",
        }
    }
}

/// The most lanes of file systems; further ones share one.
const MOST_FILES: usize = 6;

/// What the groups of `cluster` share, in the order in which it is drawn.
pub fn shared(cluster: &Cluster) -> Vec<Shared> {
    let mut all = vec![network(cluster)];
    all.extend(fabric(cluster));
    all.extend(controllers(cluster));
    let files = &cluster.storage.shared;
    let path = Path::root().field(Cluster::storage).field(Storage::shared);
    let shown = if files.len() > MOST_FILES { MOST_FILES - 1 } else { files.len() };
    all.extend(
        files.iter().take(shown).enumerate().map(|(i, files)| file_system(files, path.index(i), (i % TONES) as u8)),
    );
    if files.len() > shown {
        let mounts = files[shown..].iter().take(20).map(|files| files.mount.clone());
        all.push(Shared {
            kind: Kind::Files((shown % TONES) as u8),
            path,
            label: format!("{} more file systems", files.len() - shown),
            details: mounts.collect(),
            from: Vec::new(),
            from_uses: true,
            on: |_| true,
        });
    }
    all
}

fn network(cluster: &Cluster) -> Shared {
    let network = &cluster.network;
    let path = Path::root().field(Cluster::network).field(Network::subnet);
    let mut details = vec![network.subnet.clone()];
    if !network.gateway.is_empty() {
        details.push(format!("gateway {}", network.gateway));
    }
    if network.mtu != Network::default().mtu {
        details.push(format!("MTU {}", network.mtu));
    }
    if !network.domain.is_empty() {
        details.push(network.domain.clone());
    }
    let label = "Cluster network".to_owned();
    Shared { kind: Kind::Network, path, label, details, from: Vec::new(), from_uses: true, on: |_| true }
}

fn fabric(cluster: &Cluster) -> Option<Shared> {
    let fabric = &cluster.network.fabric;
    let path = Path::root().field(Cluster::network).field(Network::fabric).field(Fabric::kind);
    let managers: Vec<String> = fabric.subnet_managers.iter().map(|manager| manager.host.clone()).collect();
    let mut details = vec![fabric.subnet.clone(), fabric.interface.clone()];
    if !managers.is_empty() {
        details.push(format!("subnet manager {}", managers.join(", ")));
    }
    (fabric.kind != FabricKind::None).then(|| Shared {
        kind: Kind::Fabric,
        path,
        label: fabric.kind.label().to_owned(),
        details,
        from: Vec::new(),
        from_uses: true,
        on: |group| !group.fabric_first_ip.is_empty(),
    })
}

fn controllers(cluster: &Cluster) -> Option<Shared> {
    let backup = &cluster.slurm.backup;
    let first = expand::first_controller(cluster)?;
    (cluster.slurm.enable && !backup.host.is_empty()).then(|| Shared {
        kind: Kind::Controllers,
        path: Path::root().field(Cluster::slurm).field(Slurm::backup).field(Backup::host),
        label: "Slurm controllers".to_owned(),
        details: vec![format!("{} takes over from {first}", backup.host), format!("state in {}", backup.state_folder)],
        from: vec![first, backup.host.clone()],
        from_uses: false,
        on: |_| false,
    })
}

fn file_system(files: &SharedFileSystem, path: Path, tone: u8) -> Shared {
    let kind = files.kind;
    let (from, outside) = match kind {
        FileSystemKind::Nfs | FileSystemKind::GlusterFs | FileSystemKind::OrangeFs => {
            (few(&files.server), String::new())
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
    Shared { kind: Kind::Files(tone), path, label, details, from, from_uses, on: |_| true }
}

/// The names in a list of servers; none where it cannot be read, or names more than any list of servers does.
fn few(list: &str) -> Vec<String> {
    match hostlist::count(list) {
        Ok(0..=4096) => hostlist::expand(list).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// What nodes do for the others, by their names.
pub type Duties = HashMap<String, Vec<String>>;

/// What each node does for the others.
pub fn duties(cluster: &Cluster) -> Duties {
    let mut duties = Duties::new();
    let mut add = |host: &str, duty: &str| {
        if !host.is_empty() {
            duties.entry(host.to_owned()).or_default().push(duty.to_owned());
        }
    };
    let first = expand::first_controller(cluster).unwrap_or_default();
    let slurm = &cluster.slurm;
    if slurm.enable {
        add(&first, "slurmctld");
        add(&slurm.backup.host, "backup slurmctld");
        if slurm.accounting.enable {
            let host = &slurm.accounting.host;
            add(if host.is_empty() { &first } else { host }, "slurmdbd");
        }
    }
    if cluster.monitoring.enable {
        add(&first, "Prometheus");
        if cluster.monitoring.grafana.enable {
            add(&first, "Grafana");
        }
    }
    if cluster.containers.enable {
        let label = format!("{} server", cluster.containers.orchestrator.label());
        match cluster.containers.servers.as_str() {
            "" => add(&first, &label),
            servers => few(servers).iter().for_each(|host| add(host, &label)),
        }
    }
    if cluster.network.fabric.kind != FabricKind::None {
        cluster.network.fabric.subnet_managers.iter().for_each(|manager| add(&manager.host, "subnet manager"));
    }
    for files in &cluster.storage.shared {
        let served = matches!(files.kind, FileSystemKind::Nfs | FileSystemKind::GlusterFs | FileSystemKind::OrangeFs);
        let servers = if served { few(&files.server) } else { Vec::new() };
        servers.iter().for_each(|host| add(host, &files.mount));
    }
    duties
}

/// A group of nodes.
pub struct Group<'c> {
    pub index: usize,
    pub group: &'c NodeGroup,
    /// Its nodes; empty where its hostlist cannot be read.
    pub nodes: &'c [Node],
    /// The partitions that its nodes are in.
    pub partitions: Vec<&'c str>,
    /// The nodes that differ from the group.
    pub differing: HashSet<String>,
}

impl Group<'_> {
    /// The role by which it is drawn.
    pub fn role(&self) -> Option<Role> {
        let has = |role: &Role| self.group.roles.contains(role);
        [Role::Controller, Role::Login, Role::Storage, Role::Worker].into_iter().find(has)
    }
}

/// The groups with their nodes.
pub fn groups<'c>(cluster: &'c Cluster, nodes: &'c [Node]) -> Vec<Group<'c>> {
    let mut rest = nodes;
    // Short texts must not fill the memory.
    let mut budget = 4 * MAX_HOSTS;
    let mut within_budget = |text: &str| match hostlist::count(text) {
        Ok(count) if count <= budget => {
            budget -= count;
            hostlist::expand(text).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    let mut groups: Vec<Group> = Vec::new();
    for (index, group) in cluster.nodes.iter().enumerate() {
        let count = rest.iter().take_while(|node| node.group == index).count();
        let (own, others) = rest.split_at(count);
        rest = others;
        let differing = group.overrides.iter().flat_map(|change| within_budget(&change.hosts)).collect();
        groups.push(Group { index, group, nodes: own, partitions: Vec::new(), differing });
    }
    let of: HashMap<&str, usize> = nodes.iter().map(|node| (node.name.as_str(), node.group)).collect();
    for partition in cluster.slurm.partitions.iter().filter(|_| cluster.slurm.enable) {
        let mut within = vec![false; groups.len()];
        if partition.nodes.is_empty() {
            for group in groups.iter().filter(|group| group.group.roles.contains(&Role::Worker)) {
                within[group.index] = true;
            }
        } else {
            for name in within_budget(&partition.nodes) {
                if let Some(group) = of.get(name.as_str()) {
                    within[*group] = true;
                }
            }
        }
        for group in groups.iter_mut().filter(|group| within[group.index]) {
            group.partitions.push(&partition.name);
        }
    }
    groups
}
