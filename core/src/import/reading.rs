//! What importers gather: nodes as files tell of them, settings, partitions, and what became of each line.

use super::Importer;
use super::attributes::split_domain;
use super::report::{Entry, Outcome};
use crate::cluster::expand::count_on;
use crate::cluster::{Architecture, Cluster, Gpus, Network, Partition, Role};
use crate::hostlist::{self, MAX_HOSTS};
use crate::names::is_host_name;
use crate::path;
use crate::path::Path;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::net::Ipv4Addr;

/// The most entries that a report lists.
pub const MAX_ENTRIES: usize = 100_000;

/// The most characters of a file that an entry shows.
const MAX_SHOWN: usize = 120;

/// How much memory a node has, in MiB.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Memory {
    Installed(u64),
    /// What jobs can use, as in slurm.conf.
    Schedulable(u64),
}

/// A node as files describe it. What they leave open is `None`.
#[derive(Clone, Debug, Default)]
pub(super) struct ImportedNode {
    pub name: String,
    pub ip: Option<Ipv4Addr>,
    pub mac: Option<String>,
    pub interface: Option<String>,
    /// Roles that it has besides those that the design gives it.
    pub roles: Vec<Role>,
    /// Roles that it most likely has, where neither files nor the design give it any.
    pub likely_roles: Vec<Role>,
    pub architecture: Option<Architecture>,
    pub sockets: Option<u32>,
    pub cores: Option<u32>,
    pub threads: Option<u32>,
    pub memory: Option<Memory>,
    pub gpus: Option<Gpus>,
    pub features: Option<Vec<String>>,
    pub weight: Option<u32>,
    pub fabric_ip: Option<Ipv4Addr>,
    /// The name of a group that nodes are kept together in.
    pub group: Option<String>,
}

impl ImportedNode {
    /// Takes what `more` tells besides, or otherwise.
    pub(super) fn add(&mut self, more: ImportedNode) {
        macro_rules! take {
            ($($field:ident)*) => {
                $(if more.$field.is_some() { self.$field = more.$field; })*
            };
        }
        take!(ip mac interface architecture sockets cores threads memory gpus features weight fabric_ip group);
        for (roles, more) in [(&mut self.roles, more.roles), (&mut self.likely_roles, more.likely_roles)] {
            for role in more {
                if !roles.contains(&role) {
                    roles.push(role);
                }
            }
        }
    }
}

/// Where something went, before it is known which group a node comes into.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Target {
    At(Path),
    /// A field of the group that this host is in; no field for the group as a whole.
    Node(String, &'static str),
    /// A field of the partition with this name.
    Partition(String, &'static str),
}

/// A line of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub file: usize,
    pub line: usize,
}

/// What was read from files, before it is put into a design.
pub struct Reading {
    /// The kinds of what was read, in that order.
    pub(super) kinds: Vec<&'static Importer>,
    pub(super) files: Vec<String>,
    pub(super) entries: Vec<Entry<Target>>,
    pub(super) left_out: usize,
    /// In the order in which the nodes come into the design.
    pub(super) nodes: Vec<ImportedNode>,
    index: HashMap<String, usize>,
    pub(super) settings: Vec<(Path, Value)>,
    pub(super) partitions: Vec<Partition>,
    /// Lines for slurm.conf that no form has a field for.
    pub(super) extra: Vec<String>,
    /// A whole description, where that is what was given.
    pub(super) whole: Option<Cluster>,
    /// The domains of hosts' full names, and where each stands first.
    domains: HashMap<String, At>,
    /// The nodes that are reached under other names, with the entry that says so.
    addressed: Vec<(usize, Vec<String>)>,
    /// Those names.
    address_names: HashSet<String>,
    /// Names that files have for a node besides its own.
    aliases: HashMap<String, String>,
    /// How many more names hostlists may stand for.
    names_left: usize,
}

impl Reading {
    pub(super) fn new(files: Vec<String>) -> Self {
        Self {
            kinds: Vec::new(),
            files,
            entries: Vec::new(),
            left_out: 0,
            nodes: Vec::new(),
            index: HashMap::new(),
            settings: Vec::new(),
            partitions: Vec::new(),
            extra: Vec::new(),
            whole: None,
            domains: HashMap::new(),
            addressed: Vec::new(),
            address_names: HashSet::new(),
            aliases: HashMap::new(),
            names_left: 4 * MAX_HOSTS,
        }
    }

    /// Notes what became of `text`; gives the entry's number, for [`Reading::settle`].
    pub(super) fn note(&mut self, at: At, text: &str, outcome: Outcome<Target>) -> usize {
        if self.entries.len() == MAX_ENTRIES {
            self.left_out += 1;
            return usize::MAX;
        }
        self.entries.push(Entry { file: at.file, line: at.line, text: shown(text), outcome });
        self.entries.len() - 1
    }

    /// Notes what became of an entry after all.
    pub(super) fn settle(&mut self, entry: usize, outcome: Outcome<Target>) {
        if let Some(entry) = self.entries.get_mut(entry) {
            entry.outcome = outcome;
        }
    }

    /// The names that a hostlist stands for. Fails also where files name more hosts in all than are taken.
    pub(super) fn expand(&mut self, hosts: &str) -> Result<Vec<String>, String> {
        let count = hostlist::count(hosts).map_err(|error| error.to_string())?;
        self.spend(count)?;
        hostlist::expand(hosts).map_err(|error| error.to_string())
    }

    /// The names of all imported nodes.
    pub(super) fn all_names(&mut self) -> Result<Vec<String>, String> {
        self.spend(self.nodes.len())?;
        Ok(self.nodes.iter().map(|imported| imported.name.clone()).collect())
    }

    fn spend(&mut self, count: usize) -> Result<(), String> {
        let left = self.names_left.checked_sub(count);
        self.names_left = left.ok_or_else(|| format!("the files name more hosts than are taken, {MAX_HOSTS}"))?;
        Ok(())
    }

    /// What was read, in words: `slurm.conf and hosts file`.
    pub fn title(&self) -> String {
        let titles: Vec<&str> = self.kinds.iter().map(|kind| kind.title).collect();
        match titles.split_last() {
            None => "nothing".to_owned(),
            Some((one, [])) => (*one).to_owned(),
            Some((last, before)) => format!("{} and {last}", before.join(", ")),
        }
    }

    /// Whether a slurm.conf names the nodes: what other files name besides are no workers then.
    pub(super) fn has_slurm_nodes(&self) -> bool {
        self.kinds.iter().any(|kind| kind.kind == "slurm")
            && self.nodes.iter().any(|imported| imported.roles.contains(&Role::Worker))
    }

    /// Names that files have for nodes besides their own, and those.
    pub(super) fn aliases(&self) -> impl Iterator<Item = (&str, &str)> {
        self.aliases.iter().map(|(alias, name)| (alias.as_str(), name.as_str()))
    }

    /// Notes that `alias` is another name of the node `name`.
    pub(super) fn also_called(&mut self, name: &str, alias: &str) {
        self.aliases.entry(alias.to_owned()).or_insert_with(|| name.to_owned());
    }

    /// Notes that the nodes `names` are reached under `others`, each for one, whose addresses another file has; `entry` says
    /// so.
    pub(super) fn addressed_as(&mut self, entry: usize, names: &[String], others: &[String]) {
        for (name, other) in names.iter().zip(others) {
            let other = split_domain(other).0;
            self.also_called(name, other);
            self.address_names.insert(other.to_owned());
        }
        self.addressed.push((entry, names.to_vec()));
    }

    /// Whether a node is reached under this name.
    pub(super) fn is_address_name(&self, name: &str) -> bool {
        self.address_names.contains(name)
    }

    /// Settles what waited for addresses of other files.
    fn settle_addresses(&mut self) {
        for (entry, names) in std::mem::take(&mut self.addressed) {
            let has_address = |name: &String| self.find(name).is_some_and(|imported| imported.ip.is_some());
            if names.iter().all(has_address)
                && let Some(first) = names.first()
            {
                let outcome = Outcome::Taken(Target::Node(first.clone(), "firstIP"));
                self.settle(entry, outcome);
            }
        }
        // A host that is named by its address.
        let by_address: HashMap<String, String> =
            self.nodes.iter().filter_map(|imported| Some((imported.ip?.to_string(), imported.name.clone()))).collect();
        let leads = self.nodes.first().map(|imported| imported.name.clone());
        for (path, value) in &mut self.settings {
            if path.to_string() == "slurm.accounting.host"
                && let Some(name) = value.as_str().and_then(|text| by_address.get(text))
            {
                // The first controller is what an empty host means.
                *value = if leads.as_ref() == Some(name) { "".into() } else { name.as_str().into() };
            }
        }
    }

    /// The node that a file means by `name`: one that was imported under this name, or that has it as an alias.
    pub(super) fn known_as(&self, name: &str) -> Option<&str> {
        let own = self.aliases.get(name).map_or(name, String::as_str);
        self.index.get(own).map(|index| self.nodes[*index].name.as_str())
    }

    /// What is known only when all files are read.
    pub(super) fn finish(&mut self) {
        self.set_domain();
        self.settle_addresses();
    }

    /// The imported node with this name.
    pub(super) fn find(&self, name: &str) -> Option<&ImportedNode> {
        self.index.get(name).map(|index| &self.nodes[*index])
    }

    /// The imported node with this name, which is there from now on; `None` where there are more than a design takes.
    pub(super) fn node(&mut self, name: &str) -> Option<&mut ImportedNode> {
        if let Some(index) = self.index.get(name) {
            return Some(&mut self.nodes[*index]);
        }
        if self.nodes.len() == MAX_HOSTS {
            return None;
        }
        self.index.insert(name.to_owned(), self.nodes.len());
        self.nodes.push(ImportedNode { name: name.to_owned(), ..ImportedNode::default() });
        self.nodes.last_mut()
    }

    /// Puts what a line tells into the nodes that it names; addresses count on from the first.
    pub(super) fn put(&mut self, at: At, names: &[String], line: &ImportedNode) -> Outcome<Target> {
        for (step, full) in names.iter().enumerate() {
            let (name, domain) = split_domain(full);
            if !can_be_kept(name) {
                return Outcome::Wrong(format!(
                    "“{name}” cannot be a host name: use letters, digits and inner hyphens"
                ));
            }
            self.note_domain(at, domain);
            let Some(imported) = self.node(name) else {
                return Outcome::Wrong("the design would have more nodes than it takes".to_owned());
            };
            imported.add(ImportedNode {
                ip: line.ip.and_then(|first| count_on(first, step)),
                // One address of hardware is that of one node.
                mac: line.mac.clone().filter(|_| names.len() == 1),
                fabric_ip: line.fabric_ip.and_then(|first| count_on(first, step)),
                ..line.clone()
            });
        }
        let host = names.first().map(|full| split_domain(full).0.to_owned()).unwrap_or_default();
        taken_name(&host, "")
    }

    /// Notes the domain of a host's full name; empty for none.
    pub(super) fn note_domain(&mut self, at: At, domain: &str) {
        if !domain.is_empty() && !self.domains.contains_key(domain) {
            self.domains.insert(domain.to_owned(), at);
        }
    }

    /// Takes the domain that all hosts have.
    fn set_domain(&mut self) {
        let mut all = self.domains.iter();
        if let (Some((domain, at)), None) = (all.next(), all.next()) {
            let (domain, at) = (domain.clone(), *at);
            let outcome = self.set(path![Cluster::network, Network::domain], domain.as_str());
            self.note(at, &format!("the domain {domain}"), outcome);
        }
    }

    /// Puts the node with this name before all others.
    pub(super) fn lead(&mut self, name: &str) {
        let Some(index) = self.index.get(name).copied() else { return };
        self.nodes[..=index].rotate_right(1);
        self.index = self.nodes.iter().enumerate().map(|(index, imported)| (imported.name.clone(), index)).collect();
    }

    /// Sets a field of the description.
    pub(super) fn set(&mut self, path: Path, value: impl Into<Value>) -> Outcome<Target> {
        self.settings.push((path.clone(), value.into()));
        Outcome::Taken(Target::At(path))
    }
}

/// Whether the design takes a node of this name: a host name, or one that a check mends.
pub(super) fn can_be_kept(name: &str) -> bool {
    is_host_name(&name.replace('_', "-"))
}

/// What became of a node's line where the node was taken: its name is told where it cannot stay.
pub(super) fn taken_name(name: &str, key: &'static str) -> Outcome<Target> {
    let target = Target::Node(name.to_owned(), key);
    if is_host_name(name) {
        Outcome::Taken(target)
    } else {
        let why = format!("“{name}” is kept, but cannot be a host name: the checks propose another");
        Outcome::Guessed(target, why)
    }
}

/// As much of `text` as an entry shows, on one line.
pub(super) fn shown(text: &str) -> String {
    let mut short: String = text.trim().chars().take(MAX_SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.trim().chars().nth(MAX_SHOWN).is_some() {
        short.push('…');
    }
    short
}
