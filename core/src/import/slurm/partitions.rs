//! Lines of partitions: `PartitionName=main Nodes=ALL …`, and the node sets that they name.

use super::{Conf, Given};
use crate::cluster::{Choice, Partition, PartitionState};
use crate::hostlist;
use crate::import::reading::Target;
use crate::import::report::Outcome;
use crate::slurm_conf::read_time;
use std::collections::HashMap;

/// The most bytes that the node lists of partitions may have in all, with node sets written out.
const MAX_LISTS: usize = 16 << 20;

/// Keys of a partition that the description has no place for, and why.
const NO_PLACE: &[(&[&str], &str)] = &[
    (
        &["allocnodes", "rootonly", "disablerootjobs", "hidden", "reqresv"],
        "anybody may submit to it from anywhere, and see it",
    ),
    (&["allowqos", "denyqos", "qos", "denyaccounts"], "groups and accounts that may use it are what can be described"),
    (
        &["maxcpuspernode", "maxcpuspersocket", "maxmempercpu", "maxmempernode", "minnodes"],
        "jobs are limited in time and nodes only",
    ),
    (&["defmempernode", "defmempergpu", "defcpupergpu"], "the default of memory is described for each CPU"),
    (
        &["preemptmode", "gracetime", "priorityjobfactor", "overtimelimit"],
        "partitions come before others by their tier only",
    ),
    (&["suspendtime", "suspendtimeout", "resumetimeout", "powerdownonidle"], "nodes are not switched off when idle"),
    (
        &["alternate", "cpubind", "lln", "selecttypeparameters", "tresbillingweights", "topology"],
        "a partition’s form has no field for it",
    ),
];

/// Slurm's defaults, as `scontrol show partition` and generators of slurm.conf write them out.
const DEFAULTS: &[(&str, &[&str])] = &[
    ("allocnodes", &["all"]),
    ("allowqos", &["all"]),
    ("disablerootjobs", &["no"]),
    ("exclusiveuser", &["no"]),
    ("exclusivetopo", &["no"]),
    ("gracetime", &["0"]),
    ("hidden", &["no"]),
    ("lln", &["no"]),
    ("maxcpuspernode", &["unlimited"]),
    ("maxcpuspersocket", &["unlimited"]),
    ("maxmempercpu", &["unlimited", "0"]),
    ("maxmempernode", &["unlimited", "0"]),
    ("minnodes", &["0", "1"]),
    ("overtimelimit", &["none", "0"]),
    ("powerdownonidle", &["no"]),
    ("preemptmode", &["off"]),
    ("priorityjobfactor", &["1"]),
    ("qos", &["n/a", "none"]),
    ("reqresv", &["no"]),
    ("rootonly", &["no"]),
    ("selecttypeparameters", &["none"]),
];

impl Conf<'_> {
    pub(super) fn read_partitions(&mut self) {
        let mut bytes_left = MAX_LISTS;
        let sets = self.read_sets(&mut bytes_left);
        let mut default: Option<(usize, Given)> = None;
        let mut known: HashMap<String, usize> = HashMap::new();
        for (first, all) in std::mem::take(&mut self.partitions) {
            if let Some(line) = known.insert(first.value.clone(), first.at.line) {
                let outcome = Outcome::Wrong(format!("the partition stands on line {line} already, which counts"));
                all.values().filter(|given| given.at.line == first.at.line).for_each(|given| {
                    self.settle(given, outcome.clone());
                });
                self.settle(&first, outcome);
                continue;
            }
            let mut partition = Partition { name: first.value.clone(), ..Partition::default() };
            let mut all = all;
            match self.nodes(all.remove("nodes"), &first.value, &sets, &mut bytes_left) {
                Some(nodes) => partition.nodes = nodes,
                None => {
                    let why = "a partition without nodes has no place: an empty list stands for all workers";
                    self.settle(&first, Outcome::NoPlace(why.to_owned()));
                    let outcome = Outcome::NoPlace("its partition was not taken".to_owned());
                    all.values().for_each(|given| self.settle(given, outcome.clone()));
                    continue;
                }
            }
            let is_default = all.get("default").cloned();
            // Where both are given, Slurm takes the memory of a node.
            let by_node = all.contains_key("defmempernode");
            for (key, given) in all {
                let outcome = match key.as_str() {
                    "defmempercpu" if by_node => Outcome::Wrong("DefMemPerNode counts where both are given".to_owned()),
                    key => field(key, &given, &mut partition),
                };
                self.settle(&given, outcome);
            }
            self.settle(&first, Outcome::Taken(Target::Partition(first.value.clone(), "name")));
            if partition.is_default
                && let Some(given) = is_default
                && let Some((before, its)) = default.replace((self.reading.partitions.len(), given))
            {
                self.reading.partitions[before].is_default = false;
                let why = format!("{} is the default instead, by its later line", first.value);
                self.settle(&its, Outcome::Wrong(why));
            }
            self.reading.partitions.push(partition);
        }
    }

    /// What each node set stands for, as a hostlist.
    fn read_sets(&mut self, bytes_left: &mut usize) -> HashMap<String, String> {
        let mut sets = HashMap::new();
        let mut by_feature: HashMap<String, Vec<String>> = HashMap::new();
        if !self.node_sets.is_empty() {
            for imported in &self.reading.nodes {
                for feature in imported.features.iter().flatten() {
                    by_feature.entry(feature.clone()).or_default().push(imported.name.clone());
                }
            }
        }
        let by_feature: HashMap<String, String> =
            by_feature.into_iter().map(|(feature, names)| (feature, hostlist::compress(&names))).collect();
        for (first, mut all) in std::mem::take(&mut self.node_sets) {
            let (nodes, feature) = (all.remove("nodes"), all.remove("features"));
            let mut lists: Vec<&str> = nodes.iter().map(|given| given.value.as_str()).collect();
            lists.extend(feature.iter().filter_map(|given| by_feature.get(&given.value)).map(String::as_str));
            let size: usize = lists.iter().map(|list| list.len() + 1).sum();
            let Some(left) = bytes_left.checked_sub(size) else {
                self.settle(&first, Outcome::Wrong("node sets name more nodes than are read".to_owned()));
                continue;
            };
            *bytes_left = left;
            sets.insert(first.value.clone(), lists.join(","));
            let outcome = match size {
                0 => Outcome::NoPlace("it stands for no node".to_owned()),
                _ => Outcome::Implied("partitions name its nodes themselves".to_owned()),
            };
            for given in nodes.iter().chain(&feature).chain([&first]) {
                self.settle(given, outcome.clone());
            }
            for given in all.values() {
                self.settle(given, Outcome::Unknown("Slurm has no such key for node sets".to_owned()));
            }
        }
        sets
    }

    /// The nodes of a partition; `None` where it has none.
    fn nodes(
        &mut self,
        given: Option<Given>,
        partition: &str,
        sets: &HashMap<String, String>,
        bytes_left: &mut usize,
    ) -> Option<String> {
        let given = given?;
        let tidy = hostlist::tidy(&given.value);
        let parts: Vec<&str> = outside_brackets(&tidy);
        let nodes = if parts.iter().any(|part| part.eq_ignore_ascii_case("all")) {
            String::new()
        } else {
            let lists = parts.iter().map(|part| sets.get(*part).map_or(*part, String::as_str));
            let lists: Vec<&str> = lists.filter(|list| !list.is_empty()).collect();
            let size: usize = lists.iter().map(|list| list.len() + 1).sum();
            let fits = bytes_left.checked_sub(size);
            *bytes_left = fits.unwrap_or(0);
            if lists.is_empty() || fits.is_none() {
                self.settle(&given, Outcome::NoPlace("it names no nodes, or more than can be read".to_owned()));
                return None;
            }
            let nodes = lists.join(",");
            if let Err(why) = hostlist::count(&nodes) {
                self.settle(&given, given.wrong(&format!("cannot be read: {why}")));
                return None;
            }
            nodes
        };
        self.settle(&given, Outcome::Taken(Target::Partition(partition.to_owned(), "nodes")));
        Some(nodes)
    }
}

/// Puts a setting into the partition, and says what became of it.
fn field(key: &str, given: &Given, partition: &mut Partition) -> Outcome<Target> {
    let value = given.value.trim();
    let is_endless = value.eq_ignore_ascii_case("infinite") || value.eq_ignore_ascii_case("unlimited");
    let is_default = |(known, values): &(&str, &[&str])| {
        *known == key
            && values
                .iter()
                .any(|default| default.eq_ignore_ascii_case(value) || truth(value) == Some(false) && *default == "no")
    };
    if DEFAULTS.iter().any(is_default) {
        return Outcome::Implied("it is Slurm’s default".to_owned());
    }
    let place = match key {
        "default" => match truth(value) {
            Some(on) => {
                partition.is_default = on;
                "default"
            }
            None => return given.wrong("is neither YES nor NO"),
        },
        "maxtime" | "defaulttime" => {
            if !is_endless && read_time(value).is_none() {
                return given.wrong("is no time of slurm.conf");
            }
            if key == "maxtime" {
                partition.max_time = if is_endless { String::new() } else { value.to_owned() };
                "maxTime"
            } else {
                partition.default_time = value.to_owned();
                "defaultTime"
            }
        }
        "prioritytier" | "priority" => match value.parse::<u16>() {
            Ok(tier) => {
                partition.priority_tier = tier.into();
                "priorityTier"
            }
            Err(_) => return given.wrong("is no number up to 65535"),
        },
        "maxnodes" if is_endless => {
            partition.max_nodes = 0;
            "maxNodes"
        }
        "maxnodes" => match value.parse::<u32>() {
            Ok(nodes) if nodes > 0 => {
                partition.max_nodes = nodes;
                "maxNodes"
            }
            _ => return given.wrong("is no number of nodes"),
        },
        "defmempercpu" => match value.parse::<u64>() {
            Ok(mib) => {
                partition.default_memory_per_cpu_mib = mib;
                "defaultMemoryPerCPUMiB"
            }
            _ if is_endless => "defaultMemoryPerCPUMiB",
            _ => return given.wrong("is no number of MiB"),
        },
        "oversubscribe" | "exclusive" => match value.to_ascii_uppercase().as_str() {
            "EXCLUSIVE" | "NODE" => {
                partition.exclusive = true;
                "exclusive"
            }
            "NO" | "NONE" => "exclusive",
            _ => return Outcome::NoPlace("jobs share nodes, but not cores, or have them for themselves".to_owned()),
        },
        "allowgroups" => {
            partition.allow_groups = names(value);
            "allowGroups"
        }
        "allowaccounts" => {
            partition.allow_accounts = names(&value.to_lowercase());
            "allowAccounts"
        }
        "state" => {
            // As Slurm: the beginning decides.
            let upper = value.to_ascii_uppercase();
            match PartitionState::ALL.iter().find(|state| upper.starts_with(state.key())) {
                Some(state) => partition.state = *state,
                None => return given.wrong("is none of UP, DOWN, DRAIN, INACTIVE"),
            }
            "state"
        }
        "exclusiveuser" | "exclusivetopo" => {
            return Outcome::NoPlace("a job has its nodes for itself, or shares them with anybody".to_owned());
        }
        _ => {
            let known = NO_PLACE.iter().find(|(keys, _)| keys.contains(&key));
            return match known {
                Some((_, why)) => Outcome::NoPlace((*why).to_owned()),
                None => Outcome::Unknown("Slurm has no such key for partitions".to_owned()),
            };
        }
    };
    Outcome::Taken(Target::Partition(partition.name.clone(), place))
}

/// Names between commas; none for ALL.
fn names(value: &str) -> Vec<String> {
    if value.eq_ignore_ascii_case("all") {
        return Vec::new();
    }
    value.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Yes or no, as Slurm reads them.
fn truth(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "yes" | "up" | "true" | "1" => Some(true),
        "no" | "down" | "false" | "0" => Some(false),
        _ => None,
    }
}

/// The parts between the commas outside of brackets.
fn outside_brackets(list: &str) -> Vec<&str> {
    let mut inside = false;
    list.split(|c: char| {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            _ => {}
        }
        c == ',' && !inside
    })
    .collect()
}
