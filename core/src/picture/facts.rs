//! What the picture shows: the groups with what they are, and what connects them.

use crate::cluster::*;
use crate::hostlist::{self, MAX_HOSTS};
use crate::modules::about::{Connection, ConnectionKind};
use crate::modules::{self, MODULES};
use crate::path;
use std::collections::{HashMap, HashSet};

/// What several groups share, as it is drawn.
pub struct Shared {
    /// How it is drawn.
    pub kind: Kind,
    /// What it is, and which nodes it connects.
    pub connection: Connection,
}

/// What it is that groups share, as far as it is drawn differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The cluster's network.
    Network,
    /// The second network, for MPI and storage.
    Fabric,
    /// The controllers, of which one takes over from the other.
    Controllers,
    /// A file system; their lanes take turns in these tones.
    Files(u8),
}

/// How many tones the lanes of file systems have.
const TONES: usize = 3;

impl Kind {
    /// Whether it is a file system.
    pub fn is_files(self) -> bool {
        matches!(self, Kind::Files(_))
    }

    /// The CSS class of its lane.
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

/// What the groups of `cluster` share, in the order in which it is drawn: file systems last.
pub fn shared(cluster: &Cluster) -> Vec<Shared> {
    let all = MODULES.iter().flat_map(|module| (module.connections)(cluster));
    let (files, others): (Vec<Connection>, Vec<Connection>) =
        all.partition(|connection| connection.kind == ConnectionKind::FileSystem);
    let kind = |connection: &Connection| match connection.kind {
        ConnectionKind::Network => Kind::Network,
        ConnectionKind::Fabric => Kind::Fabric,
        ConnectionKind::Controllers => Kind::Controllers,
        ConnectionKind::FileSystem => Kind::Files(0),
    };
    let mut shared: Vec<Shared> =
        others.into_iter().map(|connection| Shared { kind: kind(&connection), connection }).collect();
    let shown = if files.len() > MOST_FILES { MOST_FILES - 1 } else { files.len() };
    let (files, more) = files.split_at(shown);
    let tone = |index: usize| Kind::Files((index % TONES) as u8);
    shared
        .extend(files.iter().enumerate().map(|(index, files)| Shared { kind: tone(index), connection: files.clone() }));
    if !more.is_empty() {
        let connection = Connection {
            kind: ConnectionKind::FileSystem,
            path: path![Cluster::storage, Storage::shared],
            label: format!("{} more file systems", more.len()),
            details: more.iter().take(20).map(|files| files.label.clone()).collect(),
            from: Vec::new(),
            from_uses: true,
            on: |_| true,
        };
        shared.push(Shared { kind: tone(shown), connection });
    }
    shared
}

/// What nodes do for the others, by their names.
pub type Duties = HashMap<String, Vec<String>>;

/// What each node does for the others, the services before the folders that it serves.
pub fn duties(cluster: &Cluster) -> Duties {
    let mut duties = Duties::new();
    for duty in modules::duties(cluster).filter(|duty| !duty.host.is_empty()) {
        duties.entry(duty.host).or_default().push(duty.what);
    }
    duties.values_mut().for_each(|duties| duties.sort_by_key(|what| what.starts_with('/')));
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
