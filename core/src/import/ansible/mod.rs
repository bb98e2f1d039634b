//! Ansible inventories, INI and YAML: hosts in groups, and what variables tell of them.
//!
//! Groups are taken as roles where their names say so; variables that name hardware or addresses are taken.

mod ini;
mod yaml;

use super::attributes::{Attribute, attribute, role, spread};
use super::reading::{At, Reading, Target, Told};
use super::report::Outcome;
use super::{Source, SourceFile};
use crate::cluster::Role;
use std::collections::{BTreeSet, HashMap, HashSet};

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
    let line_fits = |line: &str| line.starts_with('[') && line.ends_with(']') || line.contains("ansible_");
    [".ini", ".yml", ".yaml"].iter().any(|ending| name.ends_with(ending))
        || start.lines().map(str::trim).any(|line| line_fits(line) || line == "hosts:")
}

pub(super) fn read(sources: &[Source], reading: &mut Reading) {
    let mut inventory = Inventory::default();
    for (file, source) in sources.iter().enumerate() {
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
    let mut noted = HashSet::new();
    for name in &order {
        let Some(group) = inventory.groups.get(name) else { continue };
        let above = ancestors(name, &parents);
        let roles: Vec<Role> = above.iter().filter_map(|name| role(name)).collect();
        // What is nearest counts: the group, then the groups around it.
        let around: Vec<(Attribute, &Variable)> =
            above.iter().rev().filter_map(|name| known.get(name.as_str())).flatten().copied().collect();
        for hosts in &group.hosts {
            hosts.variables.iter().for_each(|variable| note_variable(variable, reading, &mut noted));
            read_hosts(hosts, &roles, &around, reading);
        }
        let is_role = above.iter().any(|name| role(name).is_some());
        if let Some(at) = group.at.filter(|_| !["all", "ungrouped"].contains(&name.as_str())) {
            let outcome = if is_role {
                Outcome::Implied("its hosts have the role of that name".to_owned())
            } else {
                Outcome::NoPlace("no role has such a name: choose the roles of its nodes in the form".to_owned())
            };
            reading.note(at, &format!("group {name}"), outcome);
        }
    }
    for name in &order {
        for variable in inventory.groups.get(name).into_iter().flat_map(|group| &group.variables) {
            note_variable(variable, reading, &mut noted);
        }
    }
}

/// The variables that tell of nodes; of several that tell the same, the last.
fn known(variables: &[Variable]) -> Vec<(Attribute, &Variable)> {
    let mut known: Vec<(Attribute, &Variable)> = Vec::new();
    for variable in variables {
        let Some(told) = attribute(&variable.name).filter(|told| *told != Attribute::Host) else { continue };
        known.retain(|(before, _)| *before != told);
        known.push((told, variable));
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

fn read_hosts(hosts: &Hosts, roles: &[Role], around: &[(Attribute, &Variable)], reading: &mut Reading) {
    let names = match ini::expand(&hosts.pattern).and_then(|list| reading.expand(&list)) {
        Ok(names) => names,
        Err(why) => {
            reading.note(hosts.at, &hosts.pattern, Outcome::Wrong(why));
            return;
        }
    };
    let mut told = Told { roles: roles.to_vec(), ..Told::default() };
    let mut cpus = None;
    // What cannot be read was noted at the variable itself.
    for (attribute, variable) in around.iter().copied().chain(known(&hosts.variables)) {
        if attribute.put(&mut told, &variable.name, &variable.value).is_ok() {
            match attribute {
                Attribute::Cpus => cpus = told.cores,
                Attribute::CoresPerSocket => cpus = None,
                _ => {}
            }
        }
    }
    if let Some(cpus) = cpus
        && let Err(why) = spread(&mut told, cpus)
    {
        reading.note(hosts.at, &hosts.pattern, Outcome::Wrong(why));
    }
    let outcome = reading.put(hosts.at, &names, &told);
    reading.note(hosts.at, &hosts.pattern, outcome);
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
        Some(known) => match known.put(&mut Told::default(), name, value) {
            Ok(()) => Outcome::Implied(format!("it tells the nodes’ {}", known.field())),
            Err(why) => Outcome::Wrong(why),
        },
        None if small.starts_with("ansible_") => Outcome::NoPlace("it says how Ansible reaches the host".to_owned()),
        None => Outcome::Unknown("no variable of this name is known".to_owned()),
    };
    let shown = if is_secret { "…" } else { value };
    reading.note(*at, &format!("{name}={shown}"), outcome);
}
