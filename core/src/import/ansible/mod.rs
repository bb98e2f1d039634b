//! Ansible inventories, INI and YAML: hosts in groups, and what variables tell of them.
//!
//! Groups are taken as roles where their names say so; variables that name hardware or addresses are taken.

mod ini;
mod yaml;

use super::attributes::{Attribute, address, attribute, role, role_in_group, split_domain, spread};
use super::reading::{At, ImportedNode, Reading, Target, can_be_kept};
use super::report::Outcome;
use super::{Source, SourceFile};
use crate::cluster::{Choice, Role};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::Ipv4Addr;

/// The most children that groups may be followed through for one host.
const MAX_DEPTH: usize = 32;

/// A variable, where it stands.
#[derive(Clone, Debug)]
struct Variable {
    name: String,
    value: String,
    at: At,
}

/// Hosts on one line: names as they are written, with ranges.
#[derive(Clone, Debug)]
struct Hosts {
    pattern: String,
    at: At,
    variables: Vec<Variable>,
}

/// A group, with what all its lines and sections say.
#[derive(Clone, Debug, Default)]
struct Group {
    at: Option<At>,
    hosts: Vec<Hosts>,
    variables: Vec<Variable>,
    children: BTreeSet<String>,
}

/// What inventories hold: their groups by name.
#[derive(Default)]
struct Inventory {
    groups: HashMap<String, Group>,
    /// In the order in which they were named.
    order: Vec<String>,
}

impl Inventory {
    fn group(&mut self, name: &str, at: At) -> &mut Group {
        if !self.groups.contains_key(name) {
            self.order.push(name.to_owned());
        }
        let group = self.groups.entry(name.to_owned()).or_default();
        group.at.get_or_insert(at);
        group
    }
}

fn is_yaml(source: &Source) -> bool {
    let name = source.file.name.to_ascii_lowercase();
    let first = source.text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with(['#', ';']));
    let by_name = name.ends_with(".yml") || name.ends_with(".yaml");
    by_name || (!name.ends_with(".ini") && first.is_some_and(|line| line == "---" || line.ends_with(':')))
}

pub(super) fn fits(file: &SourceFile, start: &str) -> bool {
    let name = file.name.to_ascii_lowercase();
    let line_fits = |line: &str| {
        let has_variable = || line.split_whitespace().nth(1).is_some_and(|word| word.contains('='));
        line.starts_with('[') && line.ends_with(']')
            || line.contains("ansible_")
            || address_alone(line.split(' ').next().unwrap_or_default()).is_some() && has_variable()
    };
    [".ini", ".yml", ".yaml"].iter().any(|ending| name.ends_with(ending))
        || start.lines().map(str::trim).any(|line| line_fits(line) || line == "hosts:")
}

pub(super) fn read(sources: &[Source], reading: &mut Reading) {
    let mut inventory = Inventory::default();
    for source in sources {
        let file = source.index;
        if is_yaml(source) {
            yaml::read(file, &source.text, &mut inventory, reading);
        } else {
            ini::read(file, &source.text, &mut inventory, reading);
        }
    }
    let order = std::mem::take(&mut inventory.order);
    let parents = parents(&inventory, &order);
    let known: HashMap<&str, Vec<(Attribute, &Variable)>> =
        inventory.groups.iter().map(|(name, group)| (name.as_str(), known(&group.variables))).collect();
    let names = names_for_addresses(&inventory, &order, &parents, reading);
    let mut noted = HashSet::new();
    let mut members: Vec<Vec<String>> = Vec::new();
    for name in &order {
        let mut own: Vec<String> = Vec::new();
        if let Some(group) = inventory.groups.get(name) {
            let above = ancestors(name, &parents);
            let roles: Vec<Role> = above.iter().filter_map(|name| role(name)).collect();
            // What is nearest counts: the group, then the groups around it.
            let around: Vec<(Attribute, &Variable)> =
                above.iter().rev().filter_map(|name| known.get(name.as_str())).flatten().copied().collect();
            for hosts in &group.hosts {
                for variable in &hosts.variables {
                    let names_it = attribute(&variable.name) == Some(Attribute::Host);
                    if names_it && address_alone(&hosts.pattern).is_some() {
                        let text = format!("{}={}", variable.name, variable.value);
                        reading.note(variable.at, &text, Outcome::Implied("it names the host".to_owned()));
                    } else {
                        note_variable(variable, reading, &mut noted);
                    }
                }
                own.extend(read_hosts(hosts, &roles, &around, &names, reading));
            }
        }
        members.push(own);
    }
    let outcomes = guess(&order, &parents, &members, reading);
    for (name, outcome) in order.iter().zip(outcomes) {
        let at = inventory.groups.get(name).and_then(|group| group.at);
        if let Some(at) = at.filter(|_| !["all", "ungrouped"].contains(&name.as_str())) {
            reading.note(at, &format!("group {name}"), outcome);
        }
    }
    for name in &order {
        for variable in inventory.groups.get(name).into_iter().flat_map(|group| &group.variables) {
            note_variable(variable, reading, &mut noted);
        }
    }
}

/// Gives the members of groups without a role's name the role that the name most likely stands for, or keeps them together
/// in a group; says what became of each group.
fn guess(
    order: &[String],
    parents: &HashMap<String, Vec<String>>,
    members: &[Vec<String>],
    reading: &mut Reading,
) -> Vec<Outcome<Target>> {
    let bare: HashSet<String> = reading
        .nodes
        .iter()
        .filter(|imported| imported.roles.is_empty())
        .map(|imported| imported.name.clone())
        .collect();
    let mut outcomes = Vec::new();
    let mut used: HashMap<String, (String, Role)> = HashMap::new();
    for (name, own) in order.iter().zip(members) {
        let above = ancestors(name, parents);
        if above.iter().any(|name| role(name).is_some()) {
            outcomes.push(Outcome::Implied("its hosts have the role of that name".to_owned()));
            continue;
        }
        let guessed = above.iter().find_map(|group| Some((group, role_in_group(group)?)));
        let mut first = None;
        for host in own.iter().filter(|host| bare.contains(*host)) {
            let Some(imported) = reading.node(host) else { break };
            match guessed {
                Some((_, role)) if !imported.likely_roles.contains(&role) => imported.likely_roles.push(role),
                Some(_) => {}
                None if name != "all" && name != "ungrouped" => {
                    imported.group.get_or_insert_with(|| name.clone());
                }
                None => {}
            }
            first.get_or_insert_with(|| host.clone());
        }
        if let (Some((group, role)), Some(host)) = (guessed, &first) {
            used.entry(group.clone()).or_insert_with(|| (host.clone(), role));
        }
        outcomes.push(match (guessed, first) {
            (Some((_, role)), Some(host)) => by_words(host, role),
            (None, Some(host)) => Outcome::Guessed(
                Target::Node(host, ""),
                "its name is not that of a role: new nodes in it become a group of their own, as workers until you change that"
                    .to_owned(),
            ),
            _ => Outcome::NoPlace("no role has such a name: choose the roles of its nodes in the form".to_owned()),
        });
    }
    // A group of groups counts by the hosts of those.
    for (name, outcome) in order.iter().zip(&mut outcomes) {
        if let Some((host, role)) = used.get(name) {
            *outcome = by_words(host.clone(), *role);
        }
    }
    outcomes
}

fn by_words(host: String, role: Role) -> Outcome<Target> {
    let why =
        format!("new nodes in it get the role {}, going by its name: change it in the form if it is wrong", role.key());
    Outcome::Guessed(Target::Node(host, "roles"), why)
}

/// Names for the hosts that inventories know by their address alone: `ctl1`, `w1`, in their order.
fn names_for_addresses(
    inventory: &Inventory,
    order: &[String],
    parents: &HashMap<String, Vec<String>>,
    reading: &mut Reading,
) -> HashMap<Ipv4Addr, String> {
    let mut found: Vec<(Ipv4Addr, Vec<Role>, Option<String>, At)> = Vec::new();
    let mut places: HashMap<Ipv4Addr, usize> = HashMap::new();
    let mut taken: HashSet<String> = HashSet::new();
    for name in order {
        let above = ancestors(name, parents);
        let exact: Vec<Role> = above.iter().filter_map(|name| role(name)).collect();
        let roles = if exact.is_empty() {
            above.iter().find_map(|name| role_in_group(name)).into_iter().collect()
        } else {
            exact
        };
        for hosts in inventory.groups.get(name).into_iter().flat_map(|group| &group.hosts) {
            let Some(ip) = address_alone(&hosts.pattern).filter(|ip| !ip.is_loopback()) else {
                taken.insert(split_domain(&hosts.pattern).0.to_owned());
                continue;
            };
            let own = hosts.variables.iter().find(|variable| attribute(&variable.name) == Some(Attribute::Host));
            let own = own.map(|variable| split_domain(&variable.value).0.to_owned()).filter(|name| can_be_kept(name));
            if let Some(place) = places.get(&ip) {
                let (_, before, name, _) = &mut found[*place];
                before.extend(roles.iter().filter(|role| !before.contains(role)).copied().collect::<Vec<_>>());
                *name = name.take().or(own);
            } else {
                places.insert(ip, found.len());
                found.push((ip, roles.clone(), own, hosts.at));
            }
        }
    }
    let mut names = HashMap::new();
    let mut last: HashMap<&str, u32> = HashMap::new();
    for (ip, roles, own, at) in found {
        let stem = [(Role::Controller, "ctl"), (Role::Login, "login"), (Role::Storage, "st")]
            .into_iter()
            .find(|(role, _)| roles.contains(role))
            .map_or("w", |(_, stem)| stem);
        let name = own.clone().unwrap_or_else(|| {
            let number = last.entry(stem).or_default();
            loop {
                *number += 1;
                let name = format!("{stem}{number}");
                if !taken.contains(&name) && reading.find(&name).is_none() {
                    break name;
                }
            }
        });
        taken.insert(name.clone());
        if own.is_none() {
            let why = format!("an address is not a name: the node is called “{name}”; rename it in the form");
            reading.note(at, &ip.to_string(), Outcome::Guessed(Target::Node(name.clone(), "hosts"), why));
        }
        names.insert(ip, name);
    }
    names
}

/// The address that a pattern of hosts is, with or without a port.
fn address_alone(pattern: &str) -> Option<Ipv4Addr> {
    pattern.split(':').next().and_then(|host| host.parse().ok())
}

/// The variables that tell of nodes; of several that tell the same, the last.
fn known(variables: &[Variable]) -> Vec<(Attribute, &Variable)> {
    let mut known: Vec<(Attribute, &Variable)> = Vec::new();
    for variable in variables {
        let Some(meant) = attribute(&variable.name).filter(|meant| *meant != Attribute::Host) else { continue };
        known.retain(|(before, _)| *before != meant);
        known.push((meant, variable));
    }
    known
}

/// The groups that each group is a child of.
fn parents(inventory: &Inventory, order: &[String]) -> HashMap<String, Vec<String>> {
    let mut parents: HashMap<String, Vec<String>> = HashMap::new();
    for name in order {
        for child in inventory.groups.get(name).into_iter().flat_map(|group| &group.children) {
            parents.entry(child.clone()).or_default().push(name.clone());
        }
    }
    parents
}

/// A group and the groups around it, nearest first.
fn ancestors(name: &str, parents: &HashMap<String, Vec<String>>) -> Vec<String> {
    let mut found = vec![name.to_owned()];
    let mut next = 0;
    while next < found.len() && found.len() < MAX_DEPTH {
        for parent in parents.get(&found[next]).into_iter().flatten() {
            if !found.contains(parent) {
                found.push(parent.clone());
            }
        }
        next += 1;
    }
    if !found.iter().any(|name| name == "all") {
        found.push("all".to_owned());
    }
    found
}

/// Takes the hosts of a line; gives the names of the nodes.
fn read_hosts(
    hosts: &Hosts,
    roles: &[Role],
    around: &[(Attribute, &Variable)],
    named: &HashMap<Ipv4Addr, String>,
    reading: &mut Reading,
) -> Vec<String> {
    let address = address_alone(&hosts.pattern);
    if hosts.pattern == "localhost" || address.is_some_and(|address| address.is_loopback()) {
        let why = "it is the machine that Ansible runs on, not a node".to_owned();
        reading.note(hosts.at, &hosts.pattern, Outcome::NoPlace(why));
        return Vec::new();
    }
    let names = match address.and_then(|address| named.get(&address)) {
        Some(name) => Ok(vec![name.clone()]),
        None => ini::expand(&hosts.pattern).and_then(|list| reading.expand(&list)),
    };
    let names = match names {
        Ok(names) => names,
        Err(why) => {
            reading.note(hosts.at, &hosts.pattern, Outcome::Wrong(why));
            return Vec::new();
        }
    };
    let mut imported = ImportedNode { roles: roles.to_vec(), ip: address, ..ImportedNode::default() };
    let mut cpus = None;
    // What cannot be read was noted at the variable itself.
    for (attribute, variable) in around.iter().copied().chain(known(&hosts.variables)) {
        if attribute.put(&mut imported, &variable.name, &variable.value).is_ok() {
            match attribute {
                Attribute::Cpus => cpus = imported.cores,
                Attribute::CoresPerSocket => cpus = None,
                _ => {}
            }
        }
    }
    if let Some(cpus) = cpus
        && let Err(why) = spread(&mut imported, cpus)
    {
        reading.note(hosts.at, &hosts.pattern, Outcome::Wrong(why));
    }
    let outcome = reading.put(hosts.at, &names, &imported);
    let is_taken = outcome.target().is_some();
    reading.note(hosts.at, &hosts.pattern, outcome);
    if is_taken { names.into_iter().map(|name| split_domain(&name).0.to_owned()).collect() } else { Vec::new() }
}

/// Whether a value is a machine's name: letters in labels between dots.
fn is_domain_name(value: &str) -> bool {
    value.bytes().any(|byte| byte.is_ascii_alphabetic()) && value.split('.').all(can_be_kept)
}

/// Notes what became of a variable, once for each place where one stands.
fn note_variable(variable: &Variable, reading: &mut Reading, noted: &mut HashSet<(usize, usize, String)>) {
    let Variable { name, value, at } = variable;
    if !noted.insert((at.file, at.line, name.clone())) {
        return;
    }
    let small = name.to_ascii_lowercase();
    let is_secret = ["pass", "secret", "token", "private", "vault"].iter().any(|word| small.contains(word));
    let outcome: Outcome<Target> = match attribute(name).filter(|known| *known != Attribute::Host) {
        _ if is_secret => Outcome::NoPlace("a password must never enter a design".to_owned()),
        Some(_) if value.contains("{{") || value.contains("{%") => {
            Outcome::NoPlace("Ansible fills this in: write the value itself".to_owned())
        }
        Some(Attribute::Ip) if address(value).is_err() && is_domain_name(value) => {
            Outcome::NoPlace("the name has its address elsewhere: bring the hosts file too".to_owned())
        }
        Some(known) => match known.put(&mut ImportedNode::default(), name, value) {
            Ok(()) if known.no_place(name).is_some() => {
                Outcome::NoPlace(known.no_place(name).unwrap_or_default().to_owned())
            }
            Ok(()) => Outcome::Implied(format!("it tells the nodes’ {}", known.field())),
            Err(why) => Outcome::Wrong(why),
        },
        None if small.starts_with("ansible_") => Outcome::NoPlace("it says how Ansible reaches the host".to_owned()),
        None => Outcome::Unknown("this variable is not known".to_owned()),
    };
    let shown = if is_secret { "…" } else { value };
    reading.note(*at, &format!("{name}={shown}"), outcome);
}
