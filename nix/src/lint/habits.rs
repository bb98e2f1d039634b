//! Habits that fail at evaluation, or hide mistakes, whatever the options.

use super::assign::{self, MODULE_KEYS, set_entries, sets};
use super::{
    Found, Meaning, Module, Surroundings, attr_name, base_name, call, inside, is_named, known, lib_function,
    static_path, text,
};
use crate::strings::attribute_path;
use rnix::SyntaxKind::*;
use rnix::SyntaxNode;
use rnix::ast::{self, Expr};
use rowan::ast::AstNode as _;

pub(super) fn check(module: &Module, root: &Expr, around: Surroundings, found: &mut Found) {
    module_form(module, root, around, found);
    structure(module, found);
    for node in root.syntax().descendants() {
        match node.kind() {
            NODE_ATTRPATH_VALUE => special_args(node, found),
            NODE_SELECT => {
                let Some(select) = ast::Select::cast(node) else { continue };
                config_read(&select, around, found);
                fallback(&select, found);
                package(&select, found);
                flake(&select, found);
            }
            NODE_APPLY => find_single(node, found),
            NODE_IDENT => package_by_with(node, found),
            NODE_STRING => flags(&node, found),
            _ => {}
        }
    }
}

/// The functions around the module, and the keys of what they give.
fn module_form(module: &Module, root: &Expr, around: Surroundings, found: &mut Found) {
    let merges = |expr: &Expr| match expr {
        Expr::Apply(apply) => {
            let (head, _) = call(apply);
            head.and_then(|head| lib_function(&head, found.names)).is_some_and(|name| name.text() == "mkMerge")
        }
        _ => false,
    };
    if module.functions.is_empty() && merges(&module.body) {
        let message = "A file cannot be a bare `mkMerge`: write `{ lib, ... }: { config = lib.mkMerge [ … ]; }`.";
        return found.add(root.syntax().text_range(), known::BARE_MERGE, message);
    }
    let is_module = matches!(module.body, Expr::AttrSet(_))
        || matches!(&module.body, Expr::Apply(apply) if call(apply).0.is_some_and(|head| {
            lib_function(&head, found.names).is_some_and(|name| ["mkMerge", "mkIf"].contains(&name.text()))
        }));
    let keys: Vec<(String, ast::Attr)> = sets(&module.body)
        .flat_map(|set| set_entries(&set))
        .filter_map(|(path, _)| Some((attr_name(path.first()?)?, path.first()?.clone())))
        .collect();
    // Overlays and sets of packages look alike, but for what they set.
    let is_known = |name: &str| MODULE_KEYS.contains(&name) || around.known.tree.children.contains_key(name);
    if !is_module || (!keys.is_empty() && !keys.iter().any(|(name, _)| is_known(name))) {
        return;
    }
    // NixOS gives the innermost function its arguments, used or not; those of a function around it are the author's.
    if let Some((_, outer)) = module.functions.split_last() {
        for (at, name) in found.names.unused.clone() {
            if outer.iter().any(|lambda| lambda.param().is_some_and(|p| p.syntax().text_range().contains_range(at))) {
                let message = format!("Nothing uses the argument `{name}`: use it, or take it out.");
                found.add(at, known::UNUSED_ARGUMENT, message);
            }
        }
    }
    for (index, lambda) in module.functions.iter().enumerate() {
        let Some(ast::Param::Pattern(pattern)) = lambda.param() else { continue };
        let names: Vec<String> = pattern.pat_entries().filter_map(|entry| text(&entry.ident()?)).collect();
        // A function that takes something else, and is no part of another, is called by hand. `lib` alone is anybody's.
        let given = |name: &String| known::MODULE_ARGUMENTS.contains(&name.as_str());
        let of_module = names.iter().any(|name| given(name) && name != "lib")
            && (module.functions.len() > 1 || names.iter().all(given));
        if of_module && pattern.ellipsis_token().is_none() {
            // The flake gives the function around a module what it names; NixOS gives the module itself more.
            let (kind, message) = if index + 1 < module.functions.len() {
                let message = "These arguments are a closed set: this flake passes what they name, but one that passes more \
                               fails. End them with `...`.";
                (known::CLOSED_OUTER_ARGUMENTS, message)
            } else {
                let message = "These arguments are a closed set, so that one more is an error: end them with `...`.";
                (known::CLOSED_ARGUMENTS, message)
            };
            found.add(pattern.syntax().text_range(), kind, message);
        }
    }
    let has = |key: &str| keys.iter().any(|(name, _)| name == key);
    if module.functions.len() > 1 && !has("_file") {
        let message = "Made by a function, the module loses its place in error messages: add `_file = ./default.nix;`.";
        found.add(module.body.syntax().text_range(), known::LOST_LOCATION, message);
    }
    let beside = keys.iter().find(|(name, _)| !MODULE_KEYS.contains(&name.as_str()));
    if let Some((name, attr)) = beside.filter(|_| has("options") || has("config")) {
        let message = format!("Beside `options` or `config`, `{name}` is not allowed: put it under `config`.");
        found.add(attr.syntax().text_range(), known::OPTIONS_BESIDE_CONFIG, message);
    }
}

/// Which options a module sets, and what it imports, must not depend on `config`.
fn structure(module: &Module, found: &mut Found) {
    if module.functions.is_empty() {
        return;
    }
    let mut parts = vec![module.body.clone()];
    for (path, value) in sets(&module.body).flat_map(|set| set_entries(&set)) {
        match (path.as_slice(), value) {
            ([attr], Some(value)) if attr_name(attr).is_some_and(|name| name == "config") => parts.push(value),
            ([attr], Some(value)) if attr_name(attr).is_some_and(|name| name == "imports") => {
                if let Some(at) = chosen_by_config(&value, found) {
                    let message = "`imports` cannot depend on `config`: that is an infinite recursion.";
                    found.add(at, known::STRUCTURE_FROM_CONFIG, message);
                }
            }
            _ => {}
        }
    }
    for part in parts {
        let condition = match inside(part) {
            Expr::IfElse(choice) => choice.condition(),
            Expr::Apply(apply) => {
                let (head, arguments) = call(&apply);
                let name = head.and_then(|head| lib_function(&head, found.names));
                name.filter(|name| name.text() == "optionalAttrs").and_then(|_| arguments.into_iter().next())
            }
            _ => None,
        };
        if let Some(at) = condition.and_then(|condition| mentions_config(condition.syntax(), found)) {
            let message =
                "Which options are set cannot depend on `config` in this way, an infinite recursion: write `lib.mkIf`.";
            found.add(at, known::STRUCTURE_FROM_CONFIG, message);
        }
    }
}

/// Where `config` decides which modules `imports` are. What a module is given may depend on it, and so may what it sets.
fn chosen_by_config(imports: &Expr, found: &Found) -> Option<rnix::TextRange> {
    let chosen = |expr: &Expr| chosen_by_config(expr, found);
    let mentions = |expr: &Expr| mentions_config(expr.syntax(), found);
    match inside(imports.clone()) {
        Expr::IfElse(choice) => choice
            .condition()
            .and_then(|condition| mentions(&condition))
            .or_else(|| [choice.body(), choice.else_body()].into_iter().flatten().find_map(|one| chosen(&one))),
        Expr::BinOp(operation) => [operation.lhs(), operation.rhs()].into_iter().flatten().find_map(|one| chosen(&one)),
        Expr::List(list) => list.items().find_map(|item| chosen(&item)),
        Expr::Apply(apply) => {
            let (head, arguments) = call(&apply);
            let head = head?;
            let name = lib_function(&head, found.names);
            match (name.as_ref().map(|name| name.text()), arguments.as_slice()) {
                (Some("optional" | "optionals"), [condition, modules]) => {
                    mentions(condition).or_else(|| chosen(modules))
                }
                (Some("map" | "concatMap" | "filter"), [_, list]) => mentions(list),
                _ if matches!(&head, Expr::Ident(ident) if is_named(ident, "import")) => {
                    arguments.first().and_then(&mentions)
                }
                _ => None,
            }
        }
        Expr::AttrSet(_) | Expr::Lambda(_) => None,
        other => mentions(&other),
    }
}

/// Where `node` uses the argument `config`.
fn mentions_config(node: &rnix::SyntaxNode, found: &Found) -> Option<rnix::TextRange> {
    let is_config = |ident: &ast::Ident| is_named(ident, "config") && is_argument(ident, found);
    node.descendants().filter_map(ast::Ident::cast).find(is_config).map(|ident| ident.syntax().text_range())
}

fn is_argument(ident: &ast::Ident, found: &Found) -> bool {
    // In a piece of a module, nothing binds what NixOS gives.
    matches!(found.names.meanings.get(&ident.syntax().text_range()), Some(Meaning::Parameter | Meaning::Nothing))
}

/// `config.a.b` reads an option that must exist; `or` only hides that it does not.
fn config_read(select: &ast::Select, around: Surroundings, found: &mut Found) {
    let Some(Expr::Ident(base)) = select.expr() else { return };
    if !is_named(&base, "config") || !is_argument(&base, found) {
        return;
    }
    let Some(path) = select.attrpath() else { return };
    // Up to the first computed name.
    let names: Vec<String> = path.attrs().map_while(|attr| attr_name(&attr)).collect();
    let Some((kind, message)) = assign::unreadable(&names, found, around) else {
        let unknown = names.len() > 1
            && around
                .known
                .tree
                .children
                .get(&names[0])
                .is_some_and(|section| !section.children.contains_key(&names[1]));
        if unknown && select.default_expr().is_some() {
            let message = format!(
                "`or` cannot be needed: an option always has a value, and where there is no `{}` it hides just that.",
                attribute_path(&names)
            );
            found.add(path.syntax().text_range(), known::OR_HIDES_TYPO, message);
        }
        return;
    };
    let kind = if select.default_expr().is_some() { known::OR_HIDES_TYPO } else { kind };
    found.add(path.syntax().text_range(), kind, message);
}

/// `set.${name} or set.usual`: a name that is misspelt is taken for the usual one.
fn fallback(select: &ast::Select, found: &mut Found) {
    let (Some(path), Some(Expr::Select(default))) = (select.attrpath(), select.default_expr()) else { return };
    let computed = path.attrs().any(|attr| matches!(attr, ast::Attr::Dynamic(_)));
    if computed && base_name(select).is_some() && base_name(select) == base_name(&default) {
        let message = "A misspelt name is silently taken for another one here: write `or (throw \"…\")` with the names that are valid.";
        found.add(path.syntax().text_range(), known::OR_HIDES_TYPO, message);
    }
}

fn package(select: &ast::Select, found: &mut Found) {
    let Some(path) = select.attrpath() else { return };
    if matches!(select.expr(), Some(Expr::Ident(base)) if is_named(&base, "pkgs"))
        && let Some(first) = path.attrs().next().and_then(|attr| attr_name(&attr))
        && let Some((_, message)) = known::WRONG_PACKAGES.iter().find(|(name, _)| first == *name)
    {
        found.add(path.syntax().text_range(), known::WRONG_PACKAGE, *message);
    }
}

/// `helm` inside of `with pkgs;`.
fn package_by_with(node: SyntaxNode, found: &mut Found) {
    let Some(ident) = ast::Ident::cast(node) else { return };
    let at = ident.syntax().text_range();
    if !matches!(found.names.meanings.get(&at), Some(Meaning::With)) {
        return;
    }
    let Some((_, message)) = known::WRONG_PACKAGES.iter().find(|(name, _)| is_named(&ident, name)) else { return };
    let nearest = ident.syntax().ancestors().find_map(ast::With::cast).and_then(|with| with.namespace());
    if matches!(nearest, Some(Expr::Ident(namespace)) if is_named(&namespace, "pkgs")) {
        found.add(at, known::WRONG_PACKAGE, *message);
    }
}

fn flags(string: &SyntaxNode, found: &mut Found) {
    let tokens = string.children_with_tokens().filter_map(|child| child.into_token());
    for part in tokens.filter(|token| token.kind() == TOKEN_STRING_CONTENT) {
        if let Some((_, message)) = known::REMOVED_FLAGS.iter().find(|(flag, _)| part.text().contains(flag))
            && !is_said(string, found)
        {
            found.add(part.text_range(), known::REMOVED_FLAG, *message);
        }
    }
}

/// Whether a string is looked for, or told: that gives no flag to a program.
fn is_said(string: &SyntaxNode, found: &Found) -> bool {
    string.ancestors().filter_map(ast::Apply::cast).any(|apply| {
        let head = call(&apply).0;
        let is_throw = matches!(&head, Some(Expr::Ident(ident)) if is_named(ident, "throw"));
        let name = head.and_then(|head| lib_function(&head, found.names));
        is_throw || name.is_some_and(|name| ["hasPrefix", "hasInfix", "warn"].contains(&name.text()))
    })
}

/// With `pkgs` among the special arguments, `nixpkgs.config` and `nixpkgs.overlays` of all modules are ignored.
/// nixpkgs nixos/lib/eval-config.nix
fn special_args(node: SyntaxNode, found: &mut Found) {
    let Some(entry) = ast::AttrpathValue::cast(node) else { return };
    let first = entry.attrpath().and_then(|path| path.attrs().next());
    let is_special = matches!(first, Some(ast::Attr::Ident(first)) if is_named(&first, "specialArgs"));
    let Some(value) = entry.value().filter(|_| is_special) else { return };
    for (path, _) in sets(&value).flat_map(|set| set_entries(&set)) {
        if let [attr] = path.as_slice()
            && attr_name(attr).is_some_and(|name| name == "pkgs")
        {
            let message =
                "With `pkgs` in `specialArgs`, NixOS ignores `nixpkgs.config` and `nixpkgs.overlays`: leave it out.";
            found.add(attr.syntax().text_range(), known::PKGS_IN_SPECIAL_ARGS, message);
        }
    }
}

/// `(import ./flake.nix).mkClusterFlake`: a flake's file has `inputs` and `outputs`, and no more.
fn flake(select: &ast::Select, found: &mut Found) {
    let base = match select.expr().map(inside) {
        Some(Expr::Ident(ident)) => match found.names.meanings.get(&ident.syntax().text_range()) {
            Some(Meaning::Bound(Some(bound))) => inside(bound.clone()),
            _ => return,
        },
        Some(base) => base,
        None => return,
    };
    let Expr::Apply(apply) = base else { return };
    let (Some(Expr::Ident(head)), arguments) = call(&apply) else { return };
    let is_flake = |argument: &Expr| argument.to_string().trim_matches('"').ends_with("/flake.nix");
    let path = select.attrpath().and_then(|path| static_path(&path)).unwrap_or_default();
    let is_own =
        path.first().is_some_and(|name| ["description", "inputs", "nixConfig", "outputs"].contains(&name.as_str()));
    if is_named(&head, "import") && arguments.iter().any(is_flake) && !is_own {
        let message = "A `flake.nix` gives `inputs` and the function `outputs`, and no such attribute: name the flake as an input, and use its outputs.";
        found.add(select.syntax().text_range(), known::FLAKE_IMPORTED, message);
    }
}

/// `lib.findSingle` gives its second value for none and its third for several: the same for both hides both.
/// nixpkgs lib/lists.nix
fn find_single(node: SyntaxNode, found: &mut Found) {
    let Some(apply) = ast::Apply::cast(node).filter(|apply| matches!(apply.lambda(), Some(Expr::Apply(_)))) else {
        return;
    };
    let (Some(head), arguments) = call(&apply) else { return };
    if lib_function(&head, found.names).is_none_or(|name| name.text() != "findSingle") {
        return;
    }
    if let [_, none, several, ..] = arguments.as_slice()
        && none.to_string() == several.to_string()
    {
        let message = "With the same value for none and for several, `findSingle` hides that there is not exactly one: filter, and check the count.";
        found.add(apply.syntax().text_range(), known::FIND_SINGLE, message);
    }
}
