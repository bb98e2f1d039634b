//! Nix that a user writes in a module, held against the table of options by the lint.

use super::{MODULE_NIX, MODULE_NIX_HINT, MODULE_NIX_WARNING, OPTION_OF_FORM, PARAMETER_UNKNOWN};
use crate::check::Problem;
use crate::check::Severity;
use crate::cluster::{Cluster, CustomModule};
use crate::modules::custom::{ARGUMENTS, parameters};
use crate::modules::{self, MODULES};
use crate::nix::lint::{self, Assigned, Finding, Surroundings};
use crate::nix::options::{self, OptionNode, OptionType};
use crate::nix::syntax::Fault;
use crate::path::Path;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Where a piece of Nix stands, and so what it can use.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum In {
    /// In a module: `config`, `lib`, `pkgs`, `node`, `cfg` and the like.
    Module,
    /// In `cluster.nix`: nothing but Nix's own names.
    Values,
    /// A whole file.
    File,
}

/// The table of options, read once.
static TREE: LazyLock<OptionNode> = LazyLock::new(|| options::tree(options::TABLE));

/// The options that the flake's own modules declare.
static DECLARED: LazyLock<Vec<Vec<String>>> =
    LazyLock::new(|| own_files().flat_map(|(_, text)| lint::declared(text)).collect());

/// The options that the flake's own modules set, with the module's name.
static ASSIGNED: LazyLock<Vec<(&str, Vec<String>)>> = LazyLock::new(|| {
    let around = surroundings(In::File);
    own_files()
        .flat_map(|(name, text)| lint::assigned(text, around).into_iter().map(move |set| (name, set.path)))
        .collect()
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

/// The services that the flake's own modules offer.
pub(super) fn own_services() -> &'static BTreeSet<String> {
    &SERVICES
}

fn surroundings(place: In) -> Surroundings<'static> {
    let arguments = if place == In::Module { ARGUMENTS } else { &[] };
    Surroundings { options: &TREE, complete: false, declared: &DECLARED, arguments }
}

/// The type of the option at `path`, where the table has it.
pub(super) fn option_type(path: &[String]) -> Option<&'static OptionType> {
    TREE.at(path)?.kind.as_ref()
}

/// What `text` sets of the table's options.
pub(super) fn assigned(text: &str, place: In) -> Vec<Assigned> {
    lint::assigned(text, surroundings(place))
}

/// Says what is wrong with the expression `text`, the value of the field at `path`.
pub(super) fn check_expression(text: &str, path: &Path, place: In, problems: &mut Vec<Problem>) {
    problems.extend(lint::lint(text, surroundings(place)).into_iter().map(|finding| problem(finding, path)));
}

/// As [`check_expression`], of a text whose first line was put before the user's: what is found there is of the field at
/// `first`.
pub(super) fn check_below(text: &str, first: &Path, path: &Path, problems: &mut Vec<Problem>) {
    for finding in lint::lint(text, surroundings(In::Module)) {
        problems.push(if finding.line == 1 {
            Problem { message: finding.message.clone(), ..problem(finding, first) }
        } else {
            problem(Finding { line: finding.line - 1, ..finding }, path)
        });
    }
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
        let name = used.path.concat();
        let is_own = name == "enable" || (name == "type" && !module.implementations.is_empty());
        if !is_own && parameters(module).all(|(_, parameter)| parameter.name != name) {
            let message = format!(
                "{} The module has no parameter “{name}”: add it, or use one that it has.",
                place(used.line, used.column)
            );
            problems.push(PARAMETER_UNKNOWN.at(path.clone(), message));
        }
    }
}

/// Says where a module of the flake sets the same option. `is_forced`: it is meant to take the other's place.
pub(super) fn check_own(cluster: &Cluster, set: &[String], is_forced: bool, path: &Path, problems: &mut Vec<Problem>) {
    if option_type(set).is_none_or(|kind| !kind.is_single()) {
        return;
    }
    let used = modules::registered(cluster);
    let Some((module, _)) =
        ASSIGNED.iter().find(|(name, own)| own == set && used.iter().any(|module| module.name == *name))
    else {
        return;
    };
    let shown = set.join(".");
    let message = if is_forced {
        format!("This takes the place of what the module {module} sets: the form no longer decides `{shown}`.")
    } else {
        format!(
            "The module {module} of the flake sets `{shown}` too, and two different values are an error: set it in its form, \
             or write lib.mkForce."
        )
    };
    problems.push(OPTION_OF_FORM.at(path.clone(), message));
}
