//! Nix that a user writes in a module, held against the table of options by the lint.

use super::{MODULE_NIX, MODULE_NIX_HINT, MODULE_NIX_WARNING, OPTION_OF_FORM, PARAMETER_UNKNOWN};
use crate::cluster::{CustomModule, OptionAssignment};
use crate::diagnostic::{Fix, Problem, Severity};
use crate::facts::Facts;
use crate::modules::custom::{ARGUMENTS, parameters};
use crate::modules::{self, MODULES};
use crate::nix::lint::{self, Assigned, Edit, Finding, Report, Surroundings};
use crate::nix::options::{Known, OptionType};
use crate::nix::syntax::Fault;
use crate::nix::tables;
use crate::path::Path;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Where a piece of Nix stands, and so what it can use.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::modules) enum In {
    /// In a module: `config`, `lib`, `pkgs`, `node`, `cfg` and the like.
    Module,
    /// In `cluster.nix`: nothing but Nix's own names.
    Values,
    /// A whole file.
    File,
}

/// The options that the flake's own modules declare.
static DECLARED: LazyLock<Vec<Vec<String>>> =
    LazyLock::new(|| own_files().flat_map(|(_, text)| lint::declared(text)).collect());

/// The options that the flake's own modules set, with the module's name; made once there is a table.
static ASSIGNED: LazyLock<Vec<(&str, Vec<String>)>> = LazyLock::new(|| {
    let around = surroundings(tables::known(), In::File);
    let set = |(name, text): (&'static str, &'static str)| {
        // What is only a default gives way to any other value.
        let gives_way = |line: usize| text.lines().nth(line - 1).is_some_and(|line| line.contains("lib.mkDefault"));
        let assigned = lint::report(text, around).set.into_iter();
        assigned.filter(move |set| !gives_way(set.line)).map(move |set| (name, set.path))
    };
    own_files().flat_map(set).collect()
});

/// The services that the flake's own modules offer.
static SERVICES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let services = ASSIGNED.iter().filter_map(|(_, path)| match path.as_slice() {
        [cluster, services, name, ..] if cluster == "cluster" && services == "services" => Some(name.clone()),
        _ => None,
    });
    services.filter(|name| !name.is_empty()).collect()
});

/// The Nix of the flake's own modules, with the module's name.
fn own_files() -> impl Iterator<Item = (&'static str, &'static str)> {
    MODULES.iter().flat_map(|module| {
        let files = module.files.iter().filter(|(path, _)| path.ends_with(".nix"));
        [(module.name, module.nix)].into_iter().chain(files.map(|(_, text)| (module.name, *text)))
    })
}

/// The options that the flake's own modules set; none until there is a table to know options by.
fn own_options() -> &'static [(&'static str, Vec<String>)] {
    if tables::are_there() { &ASSIGNED } else { &[] }
}

/// Whether one of the flake's own modules offers the service `name`.
pub(super) fn is_own_service(name: &str) -> bool {
    tables::are_there() && SERVICES.contains(name)
}

fn surroundings(known: &Known, place: In) -> Surroundings<'_> {
    let arguments = if place == In::Module { ARGUMENTS } else { &[] };
    Surroundings { known, declared: &DECLARED, arguments }
}

/// The type of the option at `path`, where the table has it.
pub(super) fn option_type<'f>(facts: &Facts<'f>, path: &[String]) -> Option<&'f OptionType> {
    facts.options.tree.at(path)?.kind.as_ref()
}

/// What there is to say of `text`.
pub(super) fn report(known: &Known, text: &str, place: In) -> Report {
    lint::report(text, surroundings(known, place))
}

/// The options that `module` sets and that `known` does not have, so that they were not checked: each once, its path up
/// to the first name that is not known.
pub fn unchecked(module: &CustomModule, known: &Known) -> Vec<String> {
    let mut texts: Vec<(Cow<str>, In)> = Vec::new();
    if module.source.is_empty() {
        for part in &module.parts {
            let set = |option: &OptionAssignment| format!("{{ {} =\n{}\n; }}", option.path.trim(), option.value);
            texts.extend(part.options.iter().map(|option| (set(option).into(), In::Module)));
            texts.push((part.nix.as_str().into(), In::Module));
        }
    } else {
        let further = module.files.iter().filter(|file| file.path.ends_with(".nix")).map(|file| &file.text);
        texts.extend([&module.source].into_iter().chain(further).map(|text| (text.as_str().into(), In::File)));
    }
    let names = texts
        .iter()
        .filter(|(text, _)| !text.trim().is_empty())
        .flat_map(|(text, place)| report(known, text, *place).unchecked);
    names.map(|one| one.path.join(".")).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Says what is wrong with the expression `text`, the value of the field at `path`, and gives the options that it sets.
pub(in crate::modules) fn check_expression(
    facts: &Facts,
    text: &str,
    path: &Path,
    place: In,
    problems: &mut Vec<Problem>,
) -> Vec<Assigned> {
    let report = report(facts.options, text, place);
    for finding in report.findings {
        // A fix holds the whole text: there are few where each name is wrong.
        let is_few = problems.len() < MOST_FIXES;
        let fixed = finding.edit.as_ref().filter(|_| is_few).and_then(|edit| Some((edit, edit.applied(text)?)));
        let fix = fixed.map(|(edit, fixed)| Fix::set(label(edit), path.clone(), fixed));
        problems.push(problem(finding, path).with_fix(fix));
    }
    report.set
}

/// How many problems there may be for a further one to have a fix.
const MOST_FIXES: usize = 200;

/// What a fix of the lint is called.
fn label(edit: &Edit) -> String {
    format!("Use {}", edit.text)
}

/// As [`check_expression`], of an option and its value, which are fields of their own at `path` and `value`.
pub(super) fn check_option(
    facts: &Facts,
    option: &OptionAssignment,
    path: &Path,
    value: &Path,
    problems: &mut Vec<Problem>,
) -> Vec<Assigned> {
    let (before, name) = ("{ ", option.path.trim());
    let between = " =\n";
    let report = report(facts.options, &[before, name, between, &option.value, "\n; }"].concat(), In::Module);
    let starts = [before.len(), before.len() + name.len() + between.len()];
    for finding in report.findings {
        let in_path = finding.line == 1;
        let (place, text, start) =
            if in_path { (path, name, starts[0]) } else { (value, option.value.as_str(), starts[1]) };
        let fix = finding.edit.as_ref().and_then(|edit| {
            let moved = Edit {
                start: edit.start.checked_sub(start)?,
                end: edit.end.checked_sub(start)?,
                text: edit.text.clone(),
            };
            Some(Fix::set(label(edit), place.clone(), moved.applied(text)?))
        });
        let found = if in_path {
            Problem { message: finding.message.clone(), ..problem(finding, path) }
        } else {
            problem(Finding { line: finding.line - 1, ..finding }, value)
        };
        problems.push(found.with_fix(fix));
    }
    report.set
}

fn problem(finding: Finding, path: &Path) -> Problem {
    let check = match finding.severity {
        Severity::Error => MODULE_NIX,
        Severity::Warning => MODULE_NIX_WARNING,
        Severity::Hint => MODULE_NIX_HINT,
    };
    check.at(path.clone(), format!("{} {}", place(finding.line, finding.column), finding.message))
}

/// Where something is, as the start of a message.
fn place(line: usize, column: usize) -> String {
    format!("Line {line}, character {column}:")
}

/// What a fault comes to, as a message.
pub(super) fn fault_message(fault: &Fault) -> String {
    format!("{} {}.", place(fault.line, fault.column), fault.message)
}

/// Says which parameters `text` uses that the module does not have: Nix would stop there.
pub(super) fn check_parameters(module: &CustomModule, text: &str, path: &Path, problems: &mut Vec<Problem>) {
    for used in lint::selected(text, "cfg") {
        let name = &used.name;
        let is_own = name == "enable" || (name == "type" && !module.implementations.is_empty());
        if !is_own && parameters(module).all(|(_, parameter)| parameter.name != *name) {
            let message = format!(
                "{} The module has no parameter “{name}”: add it, or use one that it has.",
                place(used.line, used.column)
            );
            problems.push(PARAMETER_UNKNOWN.at(path.clone(), message));
        }
    }
}

/// Says where a module of the flake sets an option that the text of the field at `path` sets.
pub(in crate::modules) fn check_own(facts: &Facts, set: &Assigned, path: &Path, problems: &mut Vec<Problem>) {
    if let Some(message) = own_conflict(facts, set) {
        problems.push(OPTION_OF_FORM.at(path.clone(), format!("{} {message}", place(set.line, set.column))));
    }
}

/// What there is to say where a module of the flake sets the same option.
pub(super) fn own_conflict(facts: &Facts, set: &Assigned) -> Option<String> {
    if option_type(facts, &set.path).is_none_or(|kind| !kind.is_single()) {
        return None;
    }
    let sets = |(name, own): &&(&str, Vec<String>)| *own == set.path && modules::is_used(facts.cluster, name);
    let (module, _) = own_options().iter().find(sets)?;
    let shown = set.path.join(".");
    Some(if set.is_forced {
        format!("This takes the place of what the module {module} sets: the form no longer decides `{shown}`.")
    } else {
        format!(
            "The module {module} of the flake sets `{shown}` too, and two different values are an error: set it in its form, \
             or write lib.mkForce."
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Cluster, Described, ModulePart, NodeGroup};

    #[test]
    fn what_the_form_sets_too_is_told_at_its_place() {
        let mut cluster = Cluster::default();
        let text = "{ lib, ... }: {\n  networking.useDHCP = lib.mkForce true;\n  networking.domain = \"x\";\n}";
        cluster.nodes =
            vec![NodeGroup { hosts: "n1".to_owned(), extra_config: text.to_owned(), ..Default::default() }].into();
        let problems = crate::check::check(&cluster).into_iter().filter(|problem| problem.id == OPTION_OF_FORM.id);
        let messages: Vec<String> = problems.map(|problem| problem.message).collect();
        let [forced, plain] = messages.as_slice() else { panic!("{messages:?}") };
        assert!(forced.starts_with("Line 2, character 14: This takes the place of "), "{forced}");
        assert!(plain.starts_with("Line 3, character 14: The module "), "{plain}");
    }

    #[test]
    fn what_no_table_has_is_named_once() {
        let module = |json: &str| CustomModule::read(serde_json::from_str(json).unwrap()).unwrap();
        let parts = module(
            r#"{"parts": [{"options": [{"path": "sops.secrets.a", "value": "{ }"}, {"path": "services.k3s.enable", "value": "true"}],
                "nix": "{ sops.secrets.b = { }; services.other.enable = true; }"}]}"#,
        );
        assert_eq!(unchecked(&parts, tables::known()), ["services.other", "sops"]);
        let whole = Known::new("services.k3s.enable\tboolean\n", true);
        assert_eq!(unchecked(&parts, &whole), ["sops"]);
        let brought = CustomModule {
            source: "{ imports = [ ./a.nix ]; age.x = 1; }".to_owned(),
            parts: vec![ModulePart::default()],
            ..module(
                r#"{"files": [{"path": "a.nix", "text": "{ disko.x = 1; }"}, {"path": "b.txt", "text": "{ c.x = 1; }"}]}"#,
            )
        };
        assert_eq!(unchecked(&brought, tables::known()), ["age", "disko"]);
    }
}
