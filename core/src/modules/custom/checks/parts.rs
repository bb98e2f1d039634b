//! The parts of a module: what they set, and where.

use super::nix::{self, In};
use super::{
    ETC_PATH, MODULE_NIX, MODULE_PORT, OPTION_OF_FORM, OPTION_PATH, OPTION_REPEATED, PART_EMPTY, PART_IMPLEMENTATION,
    PART_WITHOUT_NODES, SCRIPT_NAME, SERVICE_RECURSION, UNIT_COMMAND, UNIT_NAME, UNIT_USER, check_package,
};
use crate::cluster::{
    Choice, CustomModule, GpuVendor, Gpus, HelperScript, ModuleFile, ModulePart, ModuleUnit, NodeGroup,
    OptionAssignment, ParameterType, PartNodes, Role,
};
use crate::diagnostic::{Fix, Problem};
use crate::facts::Facts;
use crate::modules::custom::parameters;
use crate::nix::{AttrPath, Nix};
use crate::path::Path;
use crate::quoting::quote;

/// Nodes that are alike to the parts of a module.
struct Alike<'c> {
    roles: &'c [Role],
    gpus: &'c Gpus,
    is_first: bool,
}

impl Alike<'_> {
    fn is_among(&self, nodes: PartNodes) -> bool {
        let has = |role| self.roles.contains(&role);
        match nodes {
            PartNodes::All => true,
            PartNodes::FirstController => self.is_first,
            PartNodes::Others => !self.is_first,
            PartNodes::Controllers => has(Role::Controller),
            PartNodes::Workers => has(Role::Worker),
            PartNodes::Logins => has(Role::Login),
            PartNodes::Storage => has(Role::Storage),
            PartNodes::Gpu => self.gpus.count > 0,
            PartNodes::Nvidia => self.gpus.count > 0 && self.gpus.vendor == GpuVendor::Nvidia,
        }
    }
}

/// The nodes of the cluster, as far as they differ to a module.
fn alike<'c>(facts: &Facts<'c>) -> Vec<Alike<'c>> {
    let first = facts.node_groups().find(|(_, group)| group.roles.contains(&Role::Controller)).map(|(index, _)| index);
    let of_group = |(index, group): (usize, &'c NodeGroup)| {
        let is_first = first == Some(index);
        let has_others = !is_first || facts.groups[index].hosts.names().len() > 1;
        let gpus = [&group.gpus].into_iter().chain(group.overrides.iter().filter_map(|change| change.gpus.as_ref()));
        gpus.flat_map(|gpus| {
            let node = |is_first| Alike { roles: &group.roles, gpus, is_first };
            is_first.then(|| node(true)).into_iter().chain(has_others.then(|| node(false))).collect::<Vec<_>>()
        })
        .collect::<Vec<_>>()
    };
    facts.node_groups().flat_map(of_group).collect()
}

/// An option that a part sets.
struct Set<'c> {
    part: &'c ModulePart,
    path: Vec<String>,
    value: &'c str,
    place: Path,
}

pub(super) fn check(facts: &Facts, module: &CustomModule, at: &Path, problems: &mut Vec<Problem>) {
    let nodes = alike(facts);
    let list = at.field(CustomModule::parts);
    let mut sets = Vec::new();
    for (index, part) in module.parts.iter().enumerate() {
        let at = list.index(index);
        let own = &part.implementation;
        if !own.is_empty() && !module.implementations.contains(own) {
            let path = at.field(ModulePart::implementation);
            let message = format!("The module has no implementation {}: add it, or choose another one.", quote(own));
            let fix = Fix::set("Use the part for all", path.clone(), "");
            problems.push(PART_IMPLEMENTATION.at(path, message).with_fix(fix));
        }
        if is_empty(part) {
            let message = "This part does nothing: add what it is for, or take it out.";
            problems.push(PART_EMPTY.at(at.clone(), message));
        } else if !nodes.is_empty() && !nodes.iter().any(|node| node.is_among(part.nodes)) {
            let message =
                format!("The cluster has no nodes of this kind ({}): the part is nowhere.", part.nodes.label());
            problems.push(PART_WITHOUT_NODES.at(at.field(ModulePart::nodes), message));
        }
        check_programs(facts, part, &at, problems);
        check_units(facts, module, part, &at, problems);
        check_files(part, &at, problems);
        check_ports(module, part, &at, problems);
        check_options(facts, module, part, &at, &mut sets, problems);
        check_nix(facts, module, part, &at, problems);
    }
    check_repeated(facts, &nodes, &sets, problems);
}

/// Whether a part says for which nodes it is, and nothing else.
pub(super) fn is_empty(part: &ModulePart) -> bool {
    let blank = ModulePart {
        nodes: part.nodes,
        implementation: part.implementation.clone(),
        needs: part.needs.clone(),
        ..ModulePart::default()
    };
    *part == blank
}

fn check_programs(facts: &Facts, part: &ModulePart, at: &Path, problems: &mut Vec<Problem>) {
    for (index, name) in part.packages.iter().enumerate() {
        check_package(facts, name, &at.field(ModulePart::packages).index(index), problems);
    }
    for (index, script) in part.scripts.iter().enumerate() {
        let path = at.field(ModulePart::scripts).index(index).field(HelperScript::name);
        if !is_file_name(&script.name) {
            let message = match script.name.as_str() {
                "" => "The script has no name: write one, “license-status”.".to_owned(),
                name => format!("{} is no name of a command: use letters, digits and “-_.”.", quote(name)),
            };
            problems.push(SCRIPT_NAME.at(path, message));
        } else if part.scripts[..index].iter().any(|other| other.name == script.name) {
            let message = format!("There is another command {}: give each a name of its own.", quote(&script.name));
            problems.push(SCRIPT_NAME.at(path, message));
        }
    }
}

/// Whether `name` can be a program's, and part of a name in the Nix store.
fn is_file_name(name: &str) -> bool {
    (1..=100).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+".contains(c))
}

fn check_units(facts: &Facts, module: &CustomModule, part: &ModulePart, at: &Path, problems: &mut Vec<Problem>) {
    for (index, unit) in part.units.iter().enumerate() {
        let at = at.field(ModulePart::units).index(index);
        let path = at.field(ModuleUnit::name);
        let plain = |c: char| c.is_ascii_alphanumeric() || ":-_.@".contains(c);
        if unit.name.is_empty() || unit.name.len() > 200 || !unit.name.chars().all(plain) || unit.name.starts_with('.')
        {
            let message = match unit.name.as_str() {
                "" => "The service has no name: write one, “license-server”.".to_owned(),
                name => format!("{} is no name of a systemd service: use letters, digits and “-_.@”.", quote(name)),
            };
            problems.push(UNIT_NAME.at(path, message));
        } else if let Some(bare) = unit.name.strip_suffix(".service") {
            let fix = Fix::set(format!("Use {bare}"), path.clone(), bare);
            problems.push(UNIT_NAME.at(path, "NixOS adds “.service” to the name: leave it out.").with_fix(fix));
        } else if part.units[..index].iter().any(|other| other.name == unit.name) {
            let message =
                format!("There is another service {} in this part: give each a name of its own.", quote(&unit.name));
            problems.push(UNIT_NAME.at(path, message));
        }
        check_command(facts, module, unit, &at.field(ModuleUnit::command), problems);
        check_user(facts, module, &unit.user, &at.field(ModuleUnit::user), problems);
    }
}

fn check_command(facts: &Facts, module: &CustomModule, unit: &ModuleUnit, path: &Path, problems: &mut Vec<Problem>) {
    let command = unit.command.trim();
    if command.is_empty() {
        problems
            .push(UNIT_COMMAND.at(path.clone(), "The service has no command: write one, “${pkgs.hello}/bin/hello”."));
    } else if unit.command.contains(char::is_control) {
        problems.push(UNIT_COMMAND.at(path.clone(), "A command of systemd is one line: make a script of several."));
    } else if !command.trim_start_matches(['-', '+', '!', ':', '@', '|']).starts_with(['/', '$']) {
        let message =
            format!("{} does not begin with an absolute path: write “${{pkgs.NAME}}/bin/PROGRAM”.", quote(command));
        problems.push(UNIT_COMMAND.at(path.clone(), message));
    }
    match Nix::interpolated(&unit.command) {
        Err(fault) => problems.push(UNIT_COMMAND.at(path.clone(), nix::fault_message(&fault))),
        Ok(command) => {
            let text = crate::nix::print(&command, 0).text;
            nix::check_expression(facts, &text, path, In::Module, problems);
            nix::check_parameters(module, &text, path, problems);
        }
    }
}

fn check_user(facts: &Facts, module: &CustomModule, user: &str, path: &Path, problems: &mut Vec<Problem>) {
    let known = user.is_empty()
        || user == "root"
        || facts.cluster.users.accounts.iter().any(|account| account.name == user)
        // Declared by the module itself, in whatever way.
        || module.parts.iter().any(|part| part.nix.contains(user) || part.options.iter().any(|option| option.path.contains(user)));
    if !known {
        let message = format!(
            "No user {} is declared: leave this empty for one that exists while the service runs, or set users.users.{user}.",
            quote(user)
        );
        let fix = Fix::set("Leave it empty", path.clone(), "");
        problems.push(UNIT_USER.at(path.clone(), message).with_fix(fix));
    }
}

fn check_files(part: &ModulePart, at: &Path, problems: &mut Vec<Problem>) {
    for (index, file) in part.files.iter().enumerate() {
        let path = at.field(ModulePart::files).index(index).field(ModuleFile::path);
        let plain = |step: &str| {
            !step.is_empty()
                && step != "."
                && step != ".."
                && step.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+@".contains(c))
        };
        if !file.path.split('/').all(plain) {
            let mended = file.path.trim().trim_start_matches('/').trim_start_matches("etc/");
            let fix = (mended != file.path && mended.split('/').all(plain))
                .then(|| Fix::set(format!("Use {mended}"), path.clone(), mended));
            let message = match file.path.as_str() {
                "" => "The file has no path: write it without “/etc/”, “license/server.conf”.".to_owned(),
                path => format!("{} is no path below /etc: write it without “/etc/”.", quote(path)),
            };
            problems.push(ETC_PATH.at(path, message).with_fix(fix));
        } else if part.files[..index].iter().any(|other| other.path == file.path) {
            let message =
                format!("There is another file {} in this part: give each a path of its own.", quote(&file.path));
            problems.push(ETC_PATH.at(path, message));
        }
    }
}

fn check_ports(module: &CustomModule, part: &ModulePart, at: &Path, problems: &mut Vec<Problem>) {
    for (ports, field) in [(&part.tcp_ports, ModulePart::tcp_ports), (&part.udp_ports, ModulePart::udp_ports)] {
        for (index, port) in ports.iter().enumerate() {
            let path = at.field(field).index(index);
            let text = port.trim();
            let message = match text.strip_prefix("cfg.") {
                Some(name) => match parameters(module).find(|(_, parameter)| parameter.name == name) {
                    None => format!("The module has no parameter {}: add it, or write a number.", quote(name)),
                    Some((_, parameter)) if !is_port(parameter.kind) => {
                        format!("The parameter {} is no port: make it one, or write a number.", quote(name))
                    }
                    Some(_) => continue,
                },
                None if text.parse::<u16>().is_ok_and(|port| port > 0) => continue,
                None => {
                    format!("{} is no port: write a number from 1 to 65535, or “cfg.NAME” of a parameter.", quote(port))
                }
            };
            let fix =
                text.is_empty().then(|| crate::field_checks::without(ports, index, &at.field(field), "Remove it"));
            problems.push(MODULE_PORT.at(path, message).with_fix(fix));
        }
    }
}

fn is_port(kind: ParameterType) -> bool {
    matches!(kind, ParameterType::Port | ParameterType::Integer | ParameterType::Nix)
}

fn check_options<'c>(
    facts: &Facts,
    module: &CustomModule,
    part: &'c ModulePart,
    at: &Path,
    sets: &mut Vec<Set<'c>>,
    problems: &mut Vec<Problem>,
) {
    for (index, option) in part.options.iter().enumerate() {
        let at = at.field(ModulePart::options).index(index);
        let (path, value) = (at.field(OptionAssignment::path), at.field(OptionAssignment::value));
        if let Err(fault) = AttrPath::parse(&option.path) {
            let message = format!("{} cannot be set: {}.", quote(&option.path), fault.message);
            problems.push(OPTION_PATH.at(path.clone(), message));
        }
        if let Err(fault) = Nix::written(&option.value) {
            problems.push(MODULE_NIX.at(value, nix::fault_message(&fault)));
            continue;
        }
        if AttrPath::parse(&option.path).is_err() {
            continue;
        }
        let all = nix::check_option(facts, option, &path, &value, problems);
        let own = all.iter().filter_map(|set| nix::own_conflict(facts, set));
        problems.extend(own.map(|message| OPTION_OF_FORM.at(path.clone(), message)));
        nix::check_parameters(module, &option.value, &value, problems);
        // The path is one line; what its value sets stands further down.
        for set in all.into_iter().filter(|set| set.line == 1) {
            check_recursion(part, &set.path, &path, problems);
            sets.push(Set { part, path: set.path, value: option.value.trim(), place: path.clone() });
        }
    }
}

/// What services there are cannot depend on whether one of them is there.
fn check_recursion(part: &ModulePart, set: &[String], path: &Path, problems: &mut Vec<Problem>) {
    if !part.needs.is_empty() && set.starts_with(&["cluster".to_owned(), "services".to_owned()]) {
        let message = "Whether this part is there depends on cluster.services, and so it cannot set any of them: offer the \
                       service by “exposes”, or take out what the part needs.";
        problems.push(SERVICE_RECURSION.at(path.clone(), message));
    }
}

fn check_nix(facts: &Facts, module: &CustomModule, part: &ModulePart, at: &Path, problems: &mut Vec<Problem>) {
    let path = at.field(ModulePart::nix);
    if part.nix.trim().is_empty() {
        return;
    }
    if let Err(fault) = Nix::written(&part.nix) {
        problems.push(MODULE_NIX.at(path, nix::fault_message(&fault)));
        return;
    }
    match crate::nix::set_fault(&part.nix) {
        Some(fault) => problems.push(MODULE_NIX.at(path, nix::fault_message(&fault))),
        None => {
            nix::check_parameters(module, &part.nix, &path, problems);
            for set in nix::check_expression(facts, &part.nix, &path, In::Module, problems) {
                nix::check_own(facts, &set, &path, problems);
                check_recursion(part, &set.path, &path, problems);
            }
        }
    }
}

/// Options that two parts set on the same node, in the same implementation.
fn check_repeated(facts: &Facts, nodes: &[Alike], sets: &[Set], problems: &mut Vec<Problem>) {
    for (index, set) in sets.iter().enumerate() {
        if nix::option_type(facts, &set.path).is_none_or(|kind| !kind.is_single()) {
            continue;
        }
        let has_rank =
            |value: &str| ["mkForce", "mkDefault", "mkOverride", "mkIf"].iter().any(|word| value.contains(word));
        let meets = |other: &&Set| {
            let (one, two) = (&set.part.implementation, &other.part.implementation);
            other.path == set.path
                && other.value != set.value
                && !has_rank(other.value)
                && (one.is_empty() || two.is_empty() || one == two)
                && nodes.iter().any(|node| node.is_among(set.part.nodes) && node.is_among(other.part.nodes))
        };
        if !has_rank(set.value)
            && let Some(other) = sets[..index].iter().find(meets)
        {
            let message = format!(
                "`{}` is set to {} on the same node: two different values are an error.",
                set.path.join("."),
                quote(other.value)
            );
            problems.push(OPTION_REPEATED.at(set.place.clone(), message));
        }
    }
}
