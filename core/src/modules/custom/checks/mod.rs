//! Modules of the user's own: names, parameters, parts, and what they offer.

#[cfg(test)]
mod fixtures;
pub(crate) mod guidelines;
pub(crate) mod nix;
mod parts;
mod source;

use crate::cluster::{Choice, Cluster, CustomModule, ExposedService, ModuleParameter, ParameterType};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::{Facts, Topic};
use crate::modules::custom::{is_module_name, is_package_name, is_parameter_name, is_reserved, parameter_name, typed};
use crate::nix::syntax;
use crate::path;
use crate::path::{Field, Path};
use crate::quoting::quote;
use std::collections::{HashMap, HashSet};

pub(crate) const TOPICS: &[Topic] = &[Topic {
    checks: CHECKS,
    find: check,
    #[cfg(test)]
    cases: CASES,
}];

checks! {
    MODULE_NAME "module-name" Error "A module's name is no plain folder name.",
    MODULE_RESERVED "module-reserved" Error "A module has the name or the parameter of one of the flake's own.",
    MODULE_REPEATED "module-repeated" Error "Two modules have the same name, or the same parameter.",
    MODULE_EMPTY "module-empty" Hint "A module does nothing.",
    PARAMETER_NAME "parameter-name" Error "A module's parameter has a name that Nix does not take.",
    PARAMETER_REPEATED "parameter-repeated" Error "Two parameters of a module have the same name.",
    PARAMETER_DEFAULT "parameter-default" Error "The default of a module's parameter is not of its type.",
    PARAMETER_VALUE "parameter-value" Error "The value of a module's parameter is not of its type.",
    PARAMETER_SECRET "parameter-secret" Warning "A module's parameter is a secret, which would be in the Nix store.",
    IMPLEMENTATION_NAME "implementation-name" Error "An implementation has no name, or the name of another one.",
    IMPLEMENTATION_UNKNOWN "implementation-unknown" Error "A module is to use an implementation that it does not have.",
    PART_IMPLEMENTATION "part-implementation" Error "A part is of an implementation that the module does not have.",
    PART_EMPTY "part-empty" Hint "A part of a module does nothing.",
    PART_WITHOUT_NODES "part-without-nodes" Hint "No node of the cluster is one that a part is for.",
    MODULE_PACKAGE "module-package" Error "A package is no attribute of nixpkgs.",
    MODULE_PORT "module-port" Error "A port is neither a number nor a parameter that is one.",
    UNIT_NAME "unit-name" Error "The name of a systemd service is none that systemd takes.",
    UNIT_COMMAND "unit-command" Error "The command of a systemd service is none.",
    UNIT_USER "unit-user" Warning "The user of a systemd service is not declared.",
    SCRIPT_NAME "script-name" Error "The name of a command is no file name.",
    ETC_PATH "etc-path" Error "A file is not at a plain path below /etc.",
    OPTION_PATH "option-path" Error "The path of an option cannot be read.",
    MODULE_NIX "module-nix" Error "Nix in a module does not parse, or would not evaluate.",
    MODULE_NIX_WARNING "module-nix-warning" Warning "Nix in a module does probably not do what is meant.",
    MODULE_NIX_HINT "module-nix-hint" Hint "Nix in a module could be better.",
    PARAMETER_UNKNOWN "parameter-unknown" Error "Nix in a module uses a parameter that the module does not have.",
    OPTION_REPEATED "option-repeated" Error "An option is set twice on the same node, with different values.",
    OPTION_OF_FORM "option-of-form" Warning "A module sets an option that a module of the flake sets too.",
    SERVICE_NAME "service-name" Error "A service that a module offers has no plain name.",
    SERVICE_OWN "service-own" Error "A service that a module offers is one of the flake's own.",
    SERVICE_RECURSION "service-recursion" Error "A part that needs a service sets what services there are.",
    MODULE_SOURCE "module-source" Error "A default.nix is no NixOS module, and no function to one.",
    MODULE_ARGUMENT "module-argument" Error "A default.nix takes an argument that the flake does not have.",
    MODULE_ARGUMENT_UNKNOWN "module-argument-unknown" Warning "A NixOS module takes an argument that NixOS may not have.",
    MODULE_FILE "module-file" Error "A further file of a module is at no plain path of the module's folder.",
    MODULE_FILE_MISSING "module-file-missing" Warning "A module names a file that its folder does not have.",
    SOURCE_AND_PARTS "source-and-parts" Hint "A module has a default.nix and parts, which are not used.",
    GUIDELINE_CONDITIONAL "guideline-conditional" Hint "A module is not activated conditionally.",
    GUIDELINE_PARAMETERS "guideline-parameters" Hint "A module has constants that could be parameters.",
    GUIDELINE_SERVER_CLIENT "guideline-server-client" Hint "A module's service is the same on servers and clients.",
    GUIDELINE_DOCUMENTED "guideline-documented" Hint "A module lacks documentation.",
    GUIDELINE_GPU "guideline-gpu" Hint "A module uses GPUs on nodes that may have none.",
    GUIDELINE_HPC "guideline-hpc" Hint "A module's services run beside jobs without limits.",
    GUIDELINE_HELPER_SCRIPTS "guideline-helper-scripts" Hint "A module has a service, and no program to use it with.",
    GUIDELINE_SIZES "guideline-sizes" Hint "A module names nodes or addresses of one cluster.",
}

#[cfg(test)]
pub(super) use fixtures::CASES;

/// The place of a module.
fn module_path(index: usize) -> Path {
    path![Cluster::modules[index]]
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let mut parameters: HashMap<String, &str> = HashMap::new();
    for (index, module) in facts.cluster.modules.iter().enumerate().filter(|(_, module)| module.enable) {
        let at = module_path(index);
        check_name(facts.cluster, module, &at, &mut parameters, problems);
        check_implementations(module, &at, problems);
        check_parameters(facts, module, &at, problems);
        check_exposed(facts, module, &at, problems);
        if module.source.is_empty() {
            parts::check(facts, module, &at, problems);
        } else if let Some(fault) = syntax::source_fault(&module.source) {
            problems.push(MODULE_SOURCE.at(at.field(CustomModule::source), nix::fault_message(&fault)));
            continue;
        } else {
            source::check(facts, module, &at, problems);
        }
        let is_to_do = |guideline: &guidelines::Guideline| guideline.standing == guidelines::Standing::ToDo;
        for guideline in guidelines::guidelines(module).into_iter().filter(is_to_do) {
            let message = format!("{} {}", guideline.found, guideline.advice);
            problems.push(guideline.check.at(at.key(guideline.field), message));
        }
    }
}

fn check_name<'c>(
    cluster: &Cluster,
    module: &'c CustomModule,
    at: &Path,
    parameters: &mut HashMap<String, &'c str>,
    problems: &mut Vec<Problem>,
) {
    let path = at.field(CustomModule::name);
    let name = &module.name;
    if !is_module_name(name) {
        let message = if name.is_empty() {
            "The module has no name: give it one, such as “license-server”.".to_owned()
        } else {
            format!(
                "{} is no name of a module: use lower-case letters, digits and hyphens, such as “license-server”.",
                quote(name)
            )
        };
        let fix = mended_name(name).map(|mended| Fix::set(format!("Use {mended}"), path.clone(), mended));
        problems.push(MODULE_NAME.at(path, message).with_fix(fix));
        return;
    }
    let parameter = parameter_name(name);
    if is_reserved(name) {
        let message = format!(
            "The flake has a module {} or a parameter {parameter} of its own: choose another name.",
            quote(name)
        );
        let free = format!("my-{name}");
        let is_free = !is_reserved(&free) && cluster.modules.iter().all(|other| other.name != free);
        let fix = is_free.then(|| Fix::set(format!("Use {free}"), path.clone(), free));
        problems.push(MODULE_RESERVED.at(path, message).with_fix(fix));
    } else if let Some(other) = parameters.get(&parameter) {
        let message = if other == name {
            format!("There is another module {}: give each a name of its own.", quote(name))
        } else {
            format!("Like {} this module would have the parameter {parameter}: choose another name.", quote(other))
        };
        problems.push(MODULE_REPEATED.at(path, message));
    } else {
        parameters.insert(parameter, name);
    }
    if module.source.is_empty() && module.parts.is_empty() && module.exposes.is_empty() {
        let message = "The module does nothing: add a part, or bring a default.nix.";
        problems.push(MODULE_EMPTY.at(at.field(CustomModule::parts), message));
    }
}

/// `name` as a name of a module; `None` where nothing is left of it.
fn mended_name(name: &str) -> Option<String> {
    let words: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let mended = words.join("-");
    (mended != name && is_module_name(&mended)).then_some(mended)
}

fn check_implementations(module: &CustomModule, at: &Path, problems: &mut Vec<Problem>) {
    let list = at.field(CustomModule::implementations);
    let mut seen = HashSet::new();
    for (index, name) in module.implementations.iter().enumerate() {
        let message = if name.trim() != name || name.is_empty() || name.contains(char::is_control) {
            format!("{} is no name of an implementation: write a word, such as “k3s”.", quote(name))
        } else if !seen.insert(name) {
            format!("There is another implementation {}: give each a name of its own.", quote(name))
        } else {
            continue;
        };
        let trimmed = name.trim();
        let fix = if trimmed.is_empty() || module.implementations[..index].iter().any(|other| other == trimmed) {
            Some(crate::field_checks::without(&module.implementations, index, &list, "Remove it"))
        } else {
            (!trimmed.contains(char::is_control))
                .then(|| Fix::set(format!("Use {trimmed}"), list.index(index), trimmed))
        };
        problems.push(IMPLEMENTATION_NAME.at(list.index(index), message).with_fix(fix));
    }
    let chosen = &module.implementation;
    if !chosen.is_empty() && !module.implementations.contains(chosen) {
        let path = at.field(CustomModule::implementation);
        let message = match module.implementations.as_slice() {
            [] => format!("The module has no implementations, and so no {}: leave this empty.", quote(chosen)),
            names => {
                format!(
                    "{} is no implementation of the module: choose among {}.",
                    quote(chosen),
                    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
                )
            }
        };
        let fix = Fix::set("Use the first", path.clone(), "");
        problems.push(IMPLEMENTATION_UNKNOWN.at(path, message).with_fix(fix));
    }
}

fn check_parameters(facts: &Facts, module: &CustomModule, at: &Path, problems: &mut Vec<Problem>) {
    let mut seen = HashSet::new();
    for (index, parameter) in module.parameters.iter().enumerate() {
        let at = at.field(CustomModule::parameters).index(index);
        let name = &parameter.name;
        if !is_parameter_name(name) {
            let message = match name.as_str() {
                "" => "The parameter has no name: write one, “serverPort”.".to_owned(),
                "enable" | "type" => {
                    format!("Every module has {name} anyway: leave this parameter out, or give it another name.")
                }
                _ => format!("{} is no name that Nix takes: use letters, digits and “_”, “serverPort”.", quote(name)),
            };
            problems.push(PARAMETER_NAME.at(at.field(ModuleParameter::name), message));
        } else if !seen.insert(name) {
            let message = format!("There is another parameter {}: give each a name of its own.", quote(name));
            problems.push(PARAMETER_REPEATED.at(at.field(ModuleParameter::name), message));
        }
        check_value(facts, parameter, &at, problems);
        let lower = name.to_lowercase();
        let is_secret = ["password", "secret", "token", "passphrase"].iter().any(|word| lower.ends_with(word));
        if is_secret && matches!(parameter.kind, ParameterType::Text | ParameterType::Texts) {
            let path = at.field(ModuleParameter::kind);
            let message = format!(
                "What {} holds would be in the Nix store, which everybody can read: make it the path of a file that is read \
                 when the service runs.",
                quote(name)
            );
            let clear = |field: Field<ModuleParameter, String>| (at.field(field), "".into());
            let fix = Fix {
                label: "Make it a path".to_owned(),
                set: vec![
                    (path.clone(), ParameterType::File.key().into()),
                    clear(ModuleParameter::default_value),
                    (at.field(ModuleParameter::value), serde_json::Value::Null),
                ],
            };
            problems.push(PARAMETER_SECRET.at(path, message).with_fix(fix));
        }
    }
}

fn check_value(facts: &Facts, parameter: &ModuleParameter, at: &Path, problems: &mut Vec<Problem>) {
    let name = quote(&parameter.name);
    if let Err(wanted) = typed(parameter.kind, &parameter.default_value) {
        let message = format!("The default of {name} should be {wanted}.");
        problems.push(PARAMETER_DEFAULT.at(at.field(ModuleParameter::default_value), message));
    } else if parameter.kind == ParameterType::Nix {
        let path = at.field(ModuleParameter::default_value);
        nix::check_expression(facts, &parameter.default_value, &path, nix::In::Module, problems);
    }
    let Some(value) = &parameter.value else { return };
    let path = at.field(ModuleParameter::value);
    if let Err(wanted) = typed(parameter.kind, value) {
        let fix = Fix::set("Use the default", path.clone(), serde_json::Value::Null);
        problems.push(PARAMETER_VALUE.at(path, format!("The value of {name} should be {wanted}.")).with_fix(fix));
    } else if parameter.kind == ParameterType::Nix {
        nix::check_expression(facts, value, &path, nix::In::Values, problems);
    }
}

fn check_exposed(facts: &Facts, module: &CustomModule, at: &Path, problems: &mut Vec<Problem>) {
    let mut seen = HashSet::new();
    for (index, service) in module.exposes.iter().enumerate() {
        let at = at.field(CustomModule::exposes).index(index);
        let path = at.field(ExposedService::name);
        let name = &service.name;
        if !is_module_name(name) {
            let message = match name.as_str() {
                "" => "What is exposed has no name: write one, “license”.".to_owned(),
                _ => format!("{} is no name of a service: use lower-case letters, digits and hyphens.", quote(name)),
            };
            let fix = mended_name(name).map(|mended| Fix::set(format!("Use {mended}"), path.clone(), mended));
            problems.push(SERVICE_NAME.at(path, message).with_fix(fix));
        } else if nix::is_own_service(name) {
            let message = format!("cluster.services.{name} is the flake's own: offer the service under another name.");
            problems.push(SERVICE_OWN.at(path, message));
        } else if !seen.insert(name) {
            let message = format!("The module offers {} twice: offer it once.", quote(name));
            problems.push(SERVICE_NAME.at(path, message));
        }
        if !service.package.trim().is_empty() {
            check_package(facts, &service.package, &at.field(ExposedService::package), problems);
        }
    }
}

/// A package by its attribute in nixpkgs.
fn check_package(facts: &Facts, name: &str, path: &Path, problems: &mut Vec<Problem>) {
    if is_package_name(name) {
        nix::check_expression(facts, &format!("pkgs.{}", name.trim()), path, nix::In::Module, problems);
        return;
    }
    let mended = name.trim().trim_start_matches("pkgs.").trim_start_matches("nixpkgs.");
    let fix =
        (mended != name && is_package_name(mended)).then(|| Fix::set(format!("Use {mended}"), path.clone(), mended));
    let message = format!("{} is no attribute of nixpkgs: write “hello” or “python3Packages.numpy”.", quote(name));
    problems.push(MODULE_PACKAGE.at(path.clone(), message).with_fix(fix));
}
