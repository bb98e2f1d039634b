//! Which binding each name of a text means: `let`, `rec`, arguments, `with`, or nothing.

use super::{Found, Meaning, Meanings, Names, attr_name, known, text};
use crate::syntax;
use rnix::ast::{self, Expr, HasEntry};
use rnix::{SyntaxNode, TextRange};
use rowan::ast::AstNode as _;
use std::cell::Cell;
use std::collections::HashMap;

/// The names that one place brings into scope.
struct Scope<'s> {
    outer: Option<&'s Scope<'s>>,
    kind: Kind,
}

enum Kind {
    Names(HashMap<String, Binding>),
    /// Anything may be in it, but what is bound around it goes first.
    With,
}

struct Binding {
    meaning: Meaning,
    used: Cell<bool>,
}

impl Binding {
    fn new(meaning: Meaning) -> Self {
        Self { meaning, used: Cell::new(false) }
    }
}

impl Scope<'_> {
    fn meaning(&self, name: &str) -> Meaning {
        let (mut scope, mut with) = (Some(self), false);
        while let Some(here) = scope {
            match &here.kind {
                Kind::Names(names) => {
                    if let Some(binding) = names.get(name) {
                        binding.used.set(true);
                        return binding.meaning.clone();
                    }
                }
                Kind::With => with = true,
            }
            scope = here.outer;
        }
        match () {
            () if known::BUILTINS.contains(&name) || name.starts_with("__") => Meaning::Builtin,
            () if with => Meaning::With,
            () => Meaning::Nothing,
        }
    }
}

/// What every name in `root` means, with `arguments` bound around it.
pub(super) fn resolve(root: &Expr, arguments: &[&str]) -> Names {
    let global = around(arguments);
    let mut names = Names { meanings: Meanings::default(), undefined: Vec::new(), unused: Vec::new() };
    walk(root.syntax(), &global, &mut names);
    names
}

/// The scope around a text, with these arguments.
fn around(arguments: &[&str]) -> Scope<'static> {
    let bound = arguments.iter().map(|name| ((*name).to_owned(), Binding::new(Meaning::Parameter))).collect();
    Scope { outer: None, kind: Kind::Names(bound) }
}

/// Which of `arguments`, bound around `root`, something in it means.
pub(super) fn used<'n>(root: &Expr, arguments: &[&'n str]) -> Vec<&'n str> {
    let global = around(arguments);
    let mut names = Names { meanings: Meanings::default(), undefined: Vec::new(), unused: Vec::new() };
    walk(root.syntax(), &global, &mut names);
    let Kind::Names(bindings) = &global.kind else { return Vec::new() };
    arguments.iter().copied().filter(|name| bindings[*name].used.get()).collect()
}

/// Says which names nothing binds.
pub(super) fn check(names: &Names, found: &mut Found) {
    for (at, name) in &names.undefined {
        found.add(*at, known::UNDEFINED_VARIABLE, format!("{}.", syntax::undefined(name)));
    }
}

fn walk(node: &SyntaxNode, scope: &Scope, names: &mut Names) {
    let Some(expr) = Expr::cast(node.clone()) else {
        return children(node, scope, names);
    };
    match &expr {
        Expr::Ident(ident) => {
            if let Some(name) = ident.ident_token() {
                note(node.text_range(), name.text(), scope, names);
            }
        }
        Expr::LetIn(bindings) => {
            let inner = bound(bindings, scope);
            entries(bindings, &inner, scope, names);
            bindings.body().iter().for_each(|body| walk(body.syntax(), &inner, names));
        }
        Expr::LegacyLet(bindings) => {
            let inner = bound(bindings, scope);
            entries(bindings, &inner, scope, names);
        }
        Expr::AttrSet(set) if set.rec_token().is_some() => {
            let inner = bound(set, scope);
            entries(set, &inner, scope, names);
        }
        Expr::AttrSet(set) => entries(set, scope, scope, names),
        Expr::With(with) => {
            with.namespace().iter().for_each(|namespace| walk(namespace.syntax(), scope, names));
            let inner = Scope { outer: Some(scope), kind: Kind::With };
            with.body().iter().for_each(|body| walk(body.syntax(), &inner, names));
        }
        Expr::Lambda(lambda) => function(lambda, scope, names),
        // Attributes are no variables.
        Expr::Select(select) => {
            select.expr().iter().for_each(|base| walk(base.syntax(), scope, names));
            select.attrpath().iter().for_each(|path| attributes(path, scope, names));
            select.default_expr().iter().for_each(|default| walk(default.syntax(), scope, names));
        }
        Expr::HasAttr(has) => {
            has.expr().iter().for_each(|base| walk(base.syntax(), scope, names));
            has.attrpath().iter().for_each(|path| attributes(path, scope, names));
        }
        _ => children(node, scope, names),
    }
}

fn children(node: &SyntaxNode, scope: &Scope, names: &mut Names) {
    node.children().for_each(|child| walk(&child, scope, names));
}

/// Walks the computed parts of a path.
fn attributes(path: &ast::Attrpath, scope: &Scope, names: &mut Names) {
    for attr in path.attrs().filter(|attr| !matches!(attr, ast::Attr::Ident(_))) {
        children(attr.syntax(), scope, names);
    }
}

/// The scope that the entries of a `let` or a recursive set make.
fn bound<'s, E: HasEntry>(set: &E, scope: &'s Scope<'s>) -> Scope<'s> {
    let mut bindings = HashMap::new();
    for entry in set.attrpath_values() {
        let path: Vec<ast::Attr> =
            entry.attrpath().into_iter().flat_map(|path| path.attrs().collect::<Vec<_>>()).collect();
        let Some(name) = path.first().and_then(attr_name) else { continue };
        let value = if path.len() == 1 { entry.value() } else { None };
        bindings.insert(name, Binding::new(Meaning::Bound(value)));
    }
    for inherit in set.inherits() {
        for attr in inherit.attrs() {
            let Some(name) = attr_name(&attr) else { continue };
            let meaning = match inherit.from() {
                Some(_) => Meaning::Bound(None),
                None => scope.meaning(&name),
            };
            bindings.insert(name, Binding::new(meaning));
        }
    }
    Scope { outer: Some(scope), kind: Kind::Names(bindings) }
}

/// Notes what `name` means at a place.
fn note(at: TextRange, name: &str, scope: &Scope, names: &mut Names) {
    let meaning = scope.meaning(name);
    if matches!(meaning, Meaning::Nothing) {
        names.undefined.push((at, name.to_owned()));
    }
    names.meanings.insert(at, meaning);
}

/// Walks the entries of a set: values in the scope `inner`, what is inherited from `outer`.
fn entries<E: HasEntry>(set: &E, inner: &Scope, outer: &Scope, names: &mut Names) {
    for entry in set.attrpath_values() {
        entry.attrpath().iter().for_each(|path| attributes(path, inner, names));
        entry.value().iter().for_each(|value| walk(value.syntax(), inner, names));
    }
    for inherit in set.inherits() {
        match inherit.from() {
            Some(from) => from.expr().iter().for_each(|from| walk(from.syntax(), inner, names)),
            None => {
                for attr in inherit.attrs() {
                    if let Some(name) = attr_name(&attr) {
                        note(attr.syntax().text_range(), &name, outer, names);
                    }
                }
            }
        }
    }
}

fn function(lambda: &ast::Lambda, scope: &Scope, names: &mut Names) {
    let mut arguments: Vec<(TextRange, String)> = Vec::new();
    let mut whole = false;
    match lambda.param() {
        Some(ast::Param::Pattern(pattern)) => {
            let ident = |ident: ast::Ident| Some((ident.syntax().text_range(), text(&ident)?));
            arguments.extend(pattern.pat_entries().filter_map(|entry| ident(entry.ident()?)));
            // With the whole set at hand, any argument may be used through it.
            if let Some((_, name)) = pattern.pat_bind().and_then(|bind| ident(bind.ident()?)) {
                arguments.push((TextRange::default(), name));
                whole = true;
            }
        }
        Some(ast::Param::IdentParam(param)) => {
            arguments.extend(param.ident().and_then(|ident| Some((TextRange::default(), text(&ident)?))));
        }
        None => {}
    }
    let bindings = arguments.iter().map(|(_, name)| (name.clone(), Binding::new(Meaning::Parameter))).collect();
    let inner = Scope { outer: Some(scope), kind: Kind::Names(bindings) };
    if let Some(ast::Param::Pattern(pattern)) = lambda.param() {
        pattern.pat_entries().filter_map(|e| e.default()).for_each(|default| walk(default.syntax(), &inner, names));
    }
    lambda.body().iter().for_each(|body| walk(body.syntax(), &inner, names));
    let Kind::Names(bindings) = &inner.kind else { return };
    if !whole {
        let unused = arguments.into_iter().filter(|(at, name)| !at.is_empty() && !bindings[name].used.get());
        names.unused.extend(unused);
    }
}
