//! A `default.nix` that was brought.

use super::nix::{self, In};
use super::{MODULE_ARGUMENT, MODULE_ARGUMENT_UNKNOWN, SOURCE_AND_PARTS};
use crate::check::facts::Facts;
use crate::check::text::quote;
use crate::check::{Fix, Problem};
use crate::cluster::{CustomModule, ModulePart};
use crate::modules;
use crate::modules::custom::{Form, form, parameter_name, plain_arguments};
use crate::path::Path;

/// The arguments that NixOS and the flake give to every module.
const GIVEN: &[&str] = &[
    "config",
    "lib",
    "pkgs",
    "options",
    "modulesPath",
    "specialArgs",
    "utils",
    "extendModules",
    "node",
    "nodes",
    "clusterLib",
];

/// The source parses, and can be a module.
pub(super) fn check(facts: &Facts, module: &CustomModule, at: &Path, problems: &mut Vec<Problem>) {
    let path = at.field(CustomModule::source);
    let source = &module.source;
    if module.parts != Vec::<ModulePart>::new() {
        let parts = at.field(CustomModule::parts);
        let message = "With a default.nix these parts are not used: leave them out, or the file.";
        let fix = Fix::set("Leave the parts out", parts.clone(), serde_json::json!([]));
        problems.push(SOURCE_AND_PARTS.at(parts, message).with_fix(fix));
    }
    nix::check_expression(source, &path, In::File, problems);
    for set in nix::assigned(source, In::File) {
        nix::check_own(facts.cluster, &set.path, source.contains("mkForce"), &path, problems);
    }
    check_arguments(facts, module, &path, problems);
}

fn check_arguments(facts: &Facts, module: &CustomModule, path: &Path, problems: &mut Vec<Problem>) {
    let bound = modules::bound(facts.cluster);
    match form(&module.source) {
        Some(Form::Function(form)) => {
            let own = form.parameter(&parameter_name(&module.name), &bound);
            for formal in form.arguments.iter().filter(|formal| formal.default.is_none()) {
                let name = formal.name.as_str();
                if Some(name) != own && !bound.contains(&name) {
                    let message = format!(
                        "The function takes {}, which the flake does not have: give it a default, or take it out.",
                        quote(name)
                    );
                    problems.push(MODULE_ARGUMENT.at(path.clone(), message));
                }
            }
        }
        Some(Form::Module) => {
            for name in plain_arguments(&module.source).iter().filter(|name| !GIVEN.contains(&name.as_str())) {
                let message = format!(
                    "Neither NixOS nor the flake gives {} to a module: it must be a default or `_module.args` of another one.",
                    quote(name)
                );
                problems.push(MODULE_ARGUMENT_UNKNOWN.at(path.clone(), message));
            }
        }
        None => {}
    }
}
