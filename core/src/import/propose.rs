//! From what was read to a design: alone, or merged into the one that is open.

use super::attributes::role_in_name;
use super::fold::fold;
use super::own;
use super::reading::{ImportedNode, Memory, Reading, Target, shown};
use super::report::{ALL_FILES, Entry, Outcome, Report};
use crate::cluster::expand::expand_group;
use crate::cluster::{
    Boot, Choice, Cluster, Fabric, FabricKind, General, Gpus, Network, Node, NodeGroup, Partition, Role, Slurm,
};
use crate::diagnostic::{self, Fix};
use crate::hostlist;
use crate::modules::schedulable_memory;
use crate::path;
use crate::path::{Field, Path};
use crate::subnet;
use std::collections::{HashMap, HashSet};
use std::net::Ipv4Addr;
use std::sync::Arc;

/// What an import does to the design that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The import takes its place.
    Replace,
    /// Nodes are matched by host name, partitions by name. What the files say replaces what was there; all else stays.
    Merge,
}

/// A design that an import would make.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The design.
    pub cluster: Cluster,
    /// What became of each line of the files.
    pub report: Report,
}

/// The design that `reading` makes of the open design `before`, and what became of each line of the files.
pub fn propose(reading: &Reading, before: &Cluster, mode: Mode) -> Proposal {
    let base = match mode {
        Mode::Replace => Cluster::default(),
        Mode::Merge => before.clone(),
    };
    let (mut entries, mut about_new) = (Vec::new(), Vec::new());
    let cluster = match (&reading.whole, mode) {
        (Some(whole), Mode::Replace) => whole.clone(),
        (Some(whole), Mode::Merge) => own::merge(before, whole, &mut entries),
        (None, _) => design(reading, base, &mut entries, &mut about_new),
    };
    let groups = groups(&cluster);
    let partitions: HashMap<&str, usize> =
        cluster.slurm.partitions.iter().enumerate().map(|(index, partition)| (&*partition.name, index)).collect();
    let resolved = reading.entries.iter().chain(&about_new).map(|entry| Entry {
        file: entry.file,
        line: entry.line,
        text: entry.text.clone(),
        outcome: resolve(&entry.outcome, &groups, &partitions),
    });
    let entries = resolved.chain(entries).collect();
    Proposal { cluster, report: Report { files: reading.files.clone(), entries, left_out: reading.left_out } }
}

/// The names of all nodes.
fn names(cluster: &Cluster) -> HashSet<String> {
    cluster.nodes.iter().flat_map(|group| hostlist::expand(&group.hosts).unwrap_or_default()).collect()
}

/// Which group each host is in.
fn groups(cluster: &Cluster) -> HashMap<String, usize> {
    let mut groups = HashMap::new();
    for (index, group) in cluster.nodes.iter().enumerate() {
        groups.extend(hostlist::expand(&group.hosts).unwrap_or_default().into_iter().map(|name| (name, index)));
    }
    groups
}

fn resolve(outcome: &Outcome<Target>, groups: &HashMap<String, usize>, partitions: &HashMap<&str, usize>) -> Outcome {
    let field =
        |path: Path, field: &str| field.split('.').filter(|key| !key.is_empty()).fold(path, |at, key| at.key(key));
    let nodes = path![Cluster::nodes];
    let list = path![Cluster::slurm, Slurm::partitions];
    outcome.place(|target| match target {
        Target::At(path) => path.clone(),
        Target::Node(host, key) => groups.get(host).map_or(nodes.clone(), |index| field(nodes.index(*index), key)),
        Target::Partition(name, key) => {
            partitions.get(name.as_str()).map_or(list.clone(), |index| field(list.index(*index), key))
        }
    })
}

fn design(
    reading: &Reading,
    mut cluster: Cluster,
    entries: &mut Vec<Entry>,
    about_new: &mut Vec<Entry<Target>>,
) -> Cluster {
    if !reading.settings.is_empty() {
        let fix = Fix { label: String::new(), set: reading.settings.clone() };
        // The importers set fields that there are, to values of their types.
        cluster = diagnostic::apply(&cluster, &fix).unwrap_or(cluster);
    }
    if !reading.partitions.is_empty() || !reading.extra.is_empty() {
        let slurm = (Cluster::slurm.get_mut)(&mut cluster);
        merge_partitions(&mut slurm.partitions, &reading.partitions);
        merge_lines(&mut slurm.extra_config, &reading.extra);
    }
    let new = merge_nodes(&mut cluster, reading);
    tell_of_new(&new, about_new);
    fit_subnet(&mut cluster, entries);
    fit_fabric(&mut cluster, &reading.nodes, entries);
    cluster
}

/// Partitions with a name that there is take its place; of several defaults the imported one counts.
fn merge_partitions(partitions: &mut Vec<Partition>, imported: &[Partition]) {
    if imported.iter().any(|partition| partition.is_default) {
        partitions.iter_mut().for_each(|partition| partition.is_default = false);
    }
    let mut index: HashMap<String, usize> =
        partitions.iter().enumerate().map(|(index, partition)| (partition.name.clone(), index)).collect();
    for partition in imported {
        match index.get(&partition.name) {
            Some(at) => partitions[*at] = partition.clone(),
            None => {
                index.insert(partition.name.clone(), partitions.len());
                partitions.push(partition.clone());
            }
        }
    }
}

/// Adds lines of slurm.conf; of two lines with one key the imported one stays.
fn merge_lines(text: &mut String, lines: &[String]) {
    let key = |line: &str| line.split('=').next().unwrap_or_default().trim().to_ascii_lowercase();
    let imported: HashSet<String> = lines.iter().map(|line| key(line)).collect();
    let kept = text.lines().filter(|line| !imported.contains(&key(line))).map(str::to_owned);
    *text = kept.chain(lines.iter().cloned()).collect::<Vec<_>>().join("\n");
}

/// Puts what was imported into the nodes; gives the imported nodes that are new.
///
/// Groups of which nothing changes stay as they are. Those with a change are folded anew, and come apart where their
/// nodes are no longer alike.
fn merge_nodes<'r>(cluster: &mut Cluster, reading: &'r Reading) -> Vec<&'r ImportedNode> {
    let huge_pages = cluster.hpc.huge_pages_mib();
    let imported = &reading.nodes;
    let mut by_name: HashMap<&str, &ImportedNode> =
        imported.iter().map(|imported| (imported.name.as_str(), imported)).collect();
    // The design may know a node by another of its names.
    let here = names(cluster);
    for (alias, name) in reading.aliases() {
        if let Some(imported) = by_name.get(name).copied().filter(|_| here.contains(alias) && !here.contains(name)) {
            by_name.entry(alias).or_insert(imported);
        }
    }
    let mut known: HashSet<String> = HashSet::new();
    let mut groups = Vec::new();
    for (index, group) in cluster.nodes.iter().enumerate() {
        let Ok(mut nodes) = expand_group(index, group) else {
            groups.push(group.clone());
            continue;
        };
        let before = nodes.clone();
        for node in &mut nodes {
            if let Some(imported) = by_name.get(node.name.as_str()) {
                apply(imported, node, huge_pages);
                known.insert(imported.name.clone());
            }
        }
        if nodes == before {
            groups.push(group.clone());
        } else {
            groups.extend(fold(nodes, group));
        }
    }
    // Nodes that a file keeps together stay so.
    let mut new: Vec<(Option<&str>, Vec<Node>)> = Vec::new();
    let mut place: HashMap<Option<&str>, usize> = HashMap::new();
    let new_ones: Vec<&ImportedNode> = imported.iter().filter(|imported| !known.contains(&imported.name)).collect();
    for imported in &new_ones {
        let mut node = blank(&imported.name);
        apply(imported, &mut node, huge_pages);
        if node.roles.is_empty() {
            node.roles = likely_roles(imported);
        }
        let group = imported.group.as_deref();
        let at = *place.entry(group).or_insert_with(|| {
            new.push((group, Vec::new()));
            new.len() - 1
        });
        new[at].1.push(node);
    }
    for (_, nodes) in new {
        groups.extend(fold(nodes, &NodeGroup::default()));
    }
    if *cluster.nodes != groups {
        cluster.nodes = Arc::new(groups);
    }
    new_ones
}

/// The roles of a new node that no file gives any: by its group, or its own name.
fn likely_roles(imported: &ImportedNode) -> Vec<Role> {
    if imported.likely_roles.is_empty() {
        role_in_name(&imported.name).map_or_else(|| NodeGroup::default().roles, |role| vec![role])
    } else {
        Role::ALL.iter().copied().filter(|role| imported.likely_roles.contains(role)).collect()
    }
}

/// Notes what is guessed of new nodes, and what no file gives.
fn tell_of_new(new: &[&ImportedNode], entries: &mut Vec<Entry<Target>>) {
    let mut say = |names: Vec<String>, key: &'static str, why: String| {
        if let Some(first) = names.first() {
            let outcome = Outcome::Guessed(Target::Node(first.clone(), key), why);
            entries.push(Entry { file: ALL_FILES, line: 0, text: shown(&hostlist::compress(&names)), outcome });
        }
    };
    let names = |of: &dyn Fn(&ImportedNode) -> bool| -> Vec<String> {
        new.iter().filter(|imported| of(imported)).map(|imported| imported.name.clone()).collect()
    };
    for role in Role::ALL.iter().copied().filter(|role| *role != Role::Worker) {
        let by_name = |imported: &ImportedNode| {
            imported.roles.is_empty() && imported.likely_roles.is_empty() && role_in_name(&imported.name) == Some(role)
        };
        let why = format!("role {}, going by the name: change it in the form if it is wrong", role.key());
        say(names(&by_name), "roles", why);
    }
    say(
        names(&|imported| imported.cores.is_none() && imported.sockets.is_none()),
        "sockets",
        "no file gives their CPUs: they get 1 × 1 × 1 until you enter what “lscpu” shows".to_owned(),
    );
    let works = |imported: &ImportedNode| {
        imported.roles.contains(&Role::Worker)
            || imported.roles.is_empty() && likely_roles(imported).contains(&Role::Worker)
    };
    say(
        names(&|imported| works(imported) && imported.memory.is_none()),
        "memoryMiB",
        "no file gives their memory: it is left open, and Slurm needs it before jobs can run".to_owned(),
    );
}

/// A node of which nothing is known but its name.
fn blank(name: &str) -> Node {
    let group = NodeGroup::default();
    Node {
        name: name.to_owned(),
        group: 0,
        position: 0,
        ip: None,
        roles: Vec::new(),
        interface: group.interface,
        mac_address: String::new(),
        fabric_ip: None,
        architecture: group.architecture,
        sockets: group.sockets,
        cores_per_socket: group.cores_per_socket,
        threads_per_core: group.threads_per_core,
        // Not known, until a file tells.
        memory_mib: 0,
        gpus: Gpus::default(),
        boot: Boot::default(),
        features: Vec::new(),
        weight: group.weight,
    }
}

/// Puts what was imported of a node into it.
fn apply(imported: &ImportedNode, node: &mut Node, huge_pages: u64) {
    macro_rules! take {
        ($($from:ident $to:ident)*) => {
            $(if let Some(value) = &imported.$from { node.$to = value.clone(); })*
        };
    }
    take!(mac mac_address interface interface architecture architecture sockets sockets cores cores_per_socket
        threads threads_per_core gpus gpus features features weight weight);
    node.ip = imported.ip.or(node.ip);
    node.fabric_ip = imported.fabric_ip.or(node.fabric_ip);
    node.memory_mib = match imported.memory {
        None => node.memory_mib,
        Some(Memory::Installed(mib)) => mib,
        Some(Memory::Schedulable(mib)) => installed(mib.saturating_add(huge_pages), node.memory_mib),
    };
    if imported.roles.iter().any(|role| !node.is(*role)) {
        node.roles = Role::ALL.iter().copied().filter(|role| node.is(*role) || imported.roles.contains(role)).collect();
    }
}

/// The installed memory of which jobs can use `usable` MiB, as [`schedulable_memory`] counts: `before` where that is so,
/// else the roundest number.
fn installed(usable: u64, before: u64) -> u64 {
    if schedulable_memory(before) == usable {
        return before;
    }
    // At most the margin lies between the two, and the search goes by its slope.
    let mut low = usable;
    let mut high = usable.saturating_add(usable / 4).saturating_add(2048);
    while low < high {
        let middle = low + (high - low) / 2;
        // Below 8 GiB the count falls back by one now and then.
        if schedulable_memory(middle) + 1 < usable { low = middle + 1 } else { high = middle }
    }
    let around = low..=low.saturating_add(130);
    around.filter(|mib| schedulable_memory(*mib) == usable).max_by_key(|mib| mib.trailing_zeros()).unwrap_or(usable)
}

/// Widens the cluster's network where the addresses of nodes lie outside: to the smallest one that holds them all.
fn fit_subnet(cluster: &mut Cluster, entries: &mut Vec<Entry>) {
    let addresses = crate::cluster::expand::expand(cluster).into_iter().filter_map(|node| node.ip);
    let Some(subnet) = subnet_of(addresses, &cluster.network.subnet) else { return };
    let path = path![Cluster::network, Network::subnet];
    let text = format!("{subnet}, the smallest network that holds the addresses of all nodes");
    note(entries, text, Outcome::Taken(path));
    (Cluster::network.get_mut)(cluster).subnet = subnet;
}

/// Turns the fabric on where files tell of addresses there, and widens its network as [`fit_subnet`] does.
fn fit_fabric(cluster: &mut Cluster, imported: &[ImportedNode], entries: &mut Vec<Entry>) {
    if imported.iter().all(|imported| imported.fabric_ip.is_none()) {
        return;
    }
    let path = path![Cluster::network, Network::fabric];
    if cluster.network.fabric.kind == FabricKind::None {
        (Cluster::network.get_mut)(cluster).fabric.kind = FabricKind::InfiniBand;
        let why = "nodes have a second network; choose RoCE, the interface and the driver in the form if they differ";
        note(entries, "InfiniBand".to_owned(), Outcome::Guessed(path.field(Fabric::kind), why.to_owned()));
    }
    let addresses = crate::cluster::expand::expand(cluster).into_iter().filter_map(|node| node.fabric_ip);
    let Some(subnet) = subnet_of(addresses, &cluster.network.fabric.subnet) else { return };
    let text = format!("{subnet}, the smallest network that holds the addresses on the fabric");
    note(entries, text, Outcome::Taken(path.field(Fabric::subnet)));
    (Cluster::network.get_mut)(cluster).fabric.subnet = subnet;
}

fn note(entries: &mut Vec<Entry>, text: String, outcome: Outcome) {
    entries.push(Entry { file: ALL_FILES, line: 0, text, outcome });
}

/// The smallest network that holds all `addresses`; `None` where `subnet` does, or cannot be read.
fn subnet_of(addresses: impl Iterator<Item = Ipv4Addr>, subnet: &str) -> Option<String> {
    let addresses: Vec<Ipv4Addr> = addresses.collect();
    let (lowest, highest) = (*addresses.iter().min()?, *addresses.iter().max()?);
    let subnet = subnet::parse(subnet)?;
    if subnet.contains(&lowest) && subnet.contains(&highest) {
        return None;
    }
    let common = (u32::from(lowest) ^ u32::from(highest)).leading_zeros().clamp(8, 24);
    subnet::parse(&format!("{lowest}/{common}")).map(|subnet| subnet.to_string())
}

/// The place of a setting of the cluster as a whole.
pub(super) fn general<T>(field: Field<General, T>) -> Path {
    Path::root().field(Cluster::general).field(field)
}

/// The place of a setting of Slurm.
pub(super) fn slurm<T>(field: Field<Slurm, T>) -> Path {
    Path::root().field(Cluster::slurm).field(field)
}
