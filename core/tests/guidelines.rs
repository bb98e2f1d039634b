//! The Module Development Guide's guidelines, held against the modules that the flakes ship: what of them shows in syntax.

use clusterflake_core::modules::{self, MODULES, Module};
use rnix::ast::{self, HasEntry};
use rowan::ast::AstNode;

/// What every call passes, besides a module's own parameter: with all defaults, as the modules' `options.nix` have them. The
/// parameters of other modules, which can be off, have a default.
const ALWAYS: &[&str] =
    &["node", "nodes", "clusterLib", "clusterConfig", "networkConfig", "sshKeys", "users", "groups"];

/// The Nix files of a module, by their path in the flake.
fn files(module: &Module) -> impl Iterator<Item = (String, &'static str)> {
    let files = [("default.nix", module.nix)].into_iter().chain(module.files.iter().copied());
    let name = module.name;
    files.filter(|(file, _)| file.ends_with(".nix")).map(move |(file, text)| (format!("modules/{name}/{file}"), text))
}

fn every_file() -> impl Iterator<Item = (String, &'static str)> {
    MODULES.iter().flat_map(files)
}

/// The nodes of one kind in a Nix text.
fn all<N: AstNode<Language = rnix::NixLanguage>>(text: &str) -> Vec<N> {
    rnix::Root::parse(text).syntax().descendants().filter_map(N::cast).collect()
}

fn text(node: &impl AstNode<Language = rnix::NixLanguage>) -> String {
    node.syntax().text().to_string()
}

fn complain(complaints: &[String]) {
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// A module is a function of the cluster's values to a function of NixOS's: the two patterns, and the set in the end.
fn parts(module: &Module) -> (ast::Pattern, ast::Pattern, ast::AttrSet) {
    let pattern = |lambda: &ast::Lambda| match lambda.param() {
        Some(ast::Param::Pattern(pattern)) => pattern,
        _ => panic!("{}: a function takes no set", module.name),
    };
    let Some(ast::Expr::Lambda(outer)) = rnix::Root::parse(module.nix).tree().expr() else {
        panic!("{} is no function", module.name)
    };
    let Some(ast::Expr::Lambda(inner)) = outer.body() else { panic!("{} is no function of two", module.name) };
    let mut body = inner.body().unwrap();
    while let ast::Expr::LetIn(let_in) = body {
        body = let_in.body().unwrap();
    }
    let ast::Expr::AttrSet(set) = body else { panic!("{} ends in no set", module.name) };
    (pattern(&outer), pattern(&inner), set)
}

#[test]
fn modules_are_two_functions_and_a_set_that_names_its_file() {
    let mut complaints = Vec::new();
    for module in MODULES {
        let (outer, inner, set) = parts(module);
        for pattern in [&outer, &inner] {
            if pattern.ellipsis_token().is_none() {
                complaints.push(format!("{}: {} lacks `...`", module.name, text(pattern)));
            }
        }
        for entry in outer.pat_entries() {
            let name = text(&entry.ident().unwrap());
            let is_own = module.parameter.is_some_and(|parameter| parameter.name == name);
            let is_passed = is_own || ALWAYS.contains(&name.as_str());
            if entry.default().is_none() && !is_passed {
                complaints.push(format!("{}: the argument {name} has no default", module.name));
            }
            if entry.default().is_some() && is_passed {
                complaints.push(format!("{}: the argument {name} has its defaults in options.nix", module.name));
            }
            if !module.takes.contains(&name.as_str()) {
                // slurmConfig and others are passed where they are used at all.
                complaints.push(format!("{}: the argument {name} is never passed", module.name));
            }
        }
        let values: Vec<(String, String)> =
            set.attrpath_values().map(|v| (text(&v.attrpath().unwrap()), text(&v.value().unwrap()))).collect();
        if !values.contains(&("_file".to_owned(), "./default.nix".to_owned())) {
            complaints.push(format!("{}: _file is missing", module.name));
        }
        for (name, _) in &values {
            let top = name.split('.').next().unwrap();
            if !["_file", "imports", "options", "config"].contains(&top) {
                complaints.push(format!("{}: {name} stands outside of `config`", module.name));
            }
        }
    }
    complain(&complaints);
}

/// Guideline 1: what is conditional is so by `mkIf`; a choice of whole configurations by `if` could not read `config`.
#[test]
fn configurations_are_conditional_by_mk_if() {
    let mut complaints = Vec::new();
    for module in MODULES {
        let (_, _, set) = parts(module);
        for value in set.attrpath_values().filter(|value| text(&value.attrpath().unwrap()).starts_with("config")) {
            let value = value.value().unwrap();
            let merged = value.syntax().children().filter_map(ast::List::cast).flat_map(|list| list.items());
            for part in merged.chain([value.clone()]) {
                let inner = match &part {
                    ast::Expr::Paren(paren) => paren.expr(),
                    other => Some(other.clone()),
                };
                if matches!(inner, Some(ast::Expr::IfElse(_))) {
                    complaints.push(format!("{}: `if` where mkIf belongs: {}", module.name, text(&part)));
                }
            }
        }
    }
    complain(&complaints);
}

/// Guideline 4: a module's values are documented, in its `options.nix`, which the head comment names. It reads none that are
/// not there, and has no second default for them.
#[test]
fn values_are_documented_options() {
    let mut complaints = Vec::new();
    for module in MODULES {
        for (parameter, options) in modules::options(module).iter().filter(|(parameter, _)| !parameter.is_empty()) {
            let head: String = module.nix.lines().take_while(|line| line.starts_with('#')).collect();
            if !head.contains(parameter) || !head.contains("options.nix") {
                complaints.push(format!("{}: the head comment does not say where {parameter} is told", module.name));
            }
            for (path, file) in files(module) {
                for select in all::<ast::Select>(file) {
                    if select.expr().is_none_or(|from| text(&from) != *parameter) {
                        continue;
                    }
                    let read = text(&select.attrpath().unwrap());
                    let name = read.split('.').next().unwrap();
                    if !options.iter().any(|option| option.name == name) {
                        complaints.push(format!("{path}: {parameter}.{name} is no option"));
                    }
                    if select.default_expr().is_some() {
                        complaints.push(format!("{path}: {parameter}.{read} has its default in options.nix"));
                    }
                }
            }
        }
    }
    complain(&complaints);
}

/// `with` hides where a name comes from, also from these tests.
#[test]
fn names_come_from_where_they_say() {
    complain(
        &every_file()
            .flat_map(|(path, file)| {
                all::<ast::With>(file)
                    .into_iter()
                    .map(move |with| format!("{path}: with {}", text(&with.namespace().unwrap())))
            })
            .collect::<Vec<_>>(),
    );
}

/// The same flake gives the same nodes everywhere: nothing of the machine that evaluates is read, and nothing is built
/// while evaluating.
#[test]
fn evaluation_reads_the_flake_alone() {
    let mut complaints = Vec::new();
    for (path, file) in every_file() {
        for select in all::<ast::Select>(file).iter().map(text) {
            let impure =
                ["getEnv", "currentSystem", "currentTime", "fetchurl", "fetchTarball", "fetchGit", "storePath"];
            if impure.iter().any(|name| select == format!("builtins.{name}")) {
                complaints.push(format!("{path}: {select}"));
            }
        }
        for apply in all::<ast::Apply>(file) {
            let function = text(&apply.lambda().unwrap());
            let reads =
                ["import", "builtins.readFile", "builtins.readDir", "lib.importJSON"].contains(&function.as_str());
            // A name stands for a path in a list of them.
            let argument = text(&apply.argument().unwrap());
            let is_name = argument.chars().all(|c| c.is_ascii_alphanumeric());
            if reads && !is_name && !argument.trim_start_matches('(').starts_with("./") {
                complaints.push(format!("{path}: {function} of {argument}: a path of the flake is meant"));
            }
        }
        if file.contains("<nixpkgs") {
            complaints.push(format!("{path}: <nixpkgs> depends on the machine"));
        }
    }
    complain(&complaints);
}

/// What is named like a secret is never text, unless a path to it or a reference that the service resolves.
#[test]
fn no_secret_stands_in_a_module() {
    let mut complaints = Vec::new();
    for (path, file) in every_file() {
        for value in all::<ast::AttrpathValue>(file) {
            let name = text(&value.attrpath().unwrap()).to_lowercase();
            let last = name.rsplit('.').next().unwrap().trim_matches('"');
            let is_secret =
                ["password", "token", "secret", "secret_key", "passphrase", "admin_password"].contains(&last);
            let Some(ast::Expr::Str(string)) = value.value() else { continue };
            let literal = text(&string);
            let refers = literal.starts_with("\"/") || literal.starts_with("\"$__file{");
            if is_secret && !refers {
                complaints.push(format!("{path}: {name} = {literal}"));
            }
        }
    }
    complain(&complaints);
}
