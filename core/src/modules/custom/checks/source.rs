//! A `default.nix` that was brought.

use super::nix::{self, In};
use super::{MODULE_ARGUMENT, MODULE_ARGUMENT_UNKNOWN, MODULE_FILE, MODULE_FILE_MISSING, SOURCE_AND_PARTS};
use crate::cluster::{CustomModule, ModulePart, SourceFile};
use crate::diagnostic::{Fix, Problem};
use crate::facts::Facts;
use crate::modules;
use crate::modules::custom::{Form, form, is_source_path, missing_files, parameter_name, plain_arguments};
use crate::path::Path;
use crate::quoting::quote;
use std::collections::HashSet;

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
    for set in nix::check_expression(facts, source, &path, In::File, problems) {
        nix::check_own(facts, &set, &path, problems);
    }
    check_arguments(facts, module, &path, problems);
    check_files(facts, module, at, problems);
}

fn check_files(facts: &Facts, module: &CustomModule, at: &Path, problems: &mut Vec<Problem>) {
    let list = at.field(CustomModule::files);
    let mut seen = HashSet::new();
    for (index, file) in module.files.iter().enumerate() {
        let (path, text) = (list.index(index).field(SourceFile::path), list.index(index).field(SourceFile::text));
        if !is_source_path(&file.path) {
            let message = format!(
                "{} is no path of a further file: write plain names, such as “server.nix” or “scripts/status.sh”.",
                quote(&file.path)
            );
            problems.push(MODULE_FILE.at(path, message));
        } else if !seen.insert(&file.path) {
            let message = format!("There is another file {}: give each a path of its own.", quote(&file.path));
            problems.push(MODULE_FILE.at(path, message));
        } else if file.path.ends_with(".nix") {
            nix::check_expression(facts, &file.text, &text, In::File, problems);
        }
    }
    for (index, missing) in missing_files(module) {
        let (place, text) = match index {
            None => (at.field(CustomModule::source), &module.source),
            Some(index) => (list.index(index).field(SourceFile::text), &module.files[index].text),
        };
        // A secret is to be nowhere in the flake, and the lint says so.
        let secrets = nix::report(facts.options, text, In::File).secret_files;
        if secrets.iter().any(|file| missing.ends_with(file.trim_start_matches("./").trim_start_matches("../"))) {
            continue;
        }
        let message =
            format!("It names {}, which the module's folder does not have: bring the whole folder.", quote(&missing));
        problems.push(MODULE_FILE_MISSING.at(place, message));
    }
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
