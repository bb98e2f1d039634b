//! What a module sets: each option that it assigns, held against the table.

use super::value::{self, Kind};
use super::{Found, Meaning, Module, Surroundings, attr_name, call, inside, known, lib_function};
use crate::nix::options::{OptionNode, OptionType};
use crate::nix::strings::attribute_path;
use rnix::TextRange;
use rnix::ast::{self, Expr, HasEntry};
use rowan::ast::AstNode as _;
use std::collections::HashSet;

/// The keys of a module that are no options.
pub(in crate::nix) const MODULE_KEYS: &[&str] =
    &["_class", "_file", "config", "disabledModules", "freeformType", "imports", "key", "meta", "options"];

/// How many names a selection is followed through; names may go in circles.
const MOST_NAMES: usize = 4;
/// How many values a selection is followed to.
const MOST_VALUES: usize = 100;

/// A place among the options.
#[derive(Clone, Copy)]
enum Spot<'t> {
    Node(&'t OptionNode),
    /// As `Node`, of a submodule that takes other names too.
    OpenNode(&'t OptionNode),
    /// An element of an option whose table tells only its type.
    Element(&'t OptionType),
    /// Anything goes, or nothing is known.
    Free,
}

impl<'t> Spot<'t> {
    fn kind(self) -> Option<&'t OptionType> {
        match self {
            Spot::Node(node) | Spot::OpenNode(node) => node.kind.as_ref(),
            Spot::Element(of) => Some(of),
            Spot::Free => None,
        }
    }
}

#[derive(Clone)]
struct Place<'t> {
    path: Vec<String>,
    spot: Spot<'t>,
    /// Whether all that is set here takes the place of what other modules set.
    is_forced: bool,
}

struct Walk<'w, 't, 'n> {
    around: Surroundings<'t>,
    found: &'w mut Found<'n>,
    /// The bindings that are being followed, since they may name each other.
    followed: HashSet<TextRange>,
    walked: Walked,
}

/// An option that is set, with the place of its name.
pub(super) struct Assignment {
    pub at: TextRange,
    pub path: Vec<String>,
    pub is_forced: bool,
}

/// The options that were met.
#[derive(Default)]
pub(super) struct Walked {
    pub assigned: Vec<Assignment>,
    /// Those that could not be judged.
    pub unchecked: Vec<Assignment>,
}

/// Holds what the module sets against the table, and gives the options that it sets.
pub(super) fn check(module: &Module, around: Surroundings, found: &mut Found) -> Walked {
    if module.is_foreign() {
        return Walked::default();
    }
    let mut walk = Walk { around, found, followed: HashSet::new(), walked: Walked::default() };
    let root = Place { path: Vec::new(), spot: Spot::Node(&around.known.tree), is_forced: false };
    let structured = sets(&module.body).any(|set| {
        set_entries(&set)
            .iter()
            .any(|(path, _)| path.first().and_then(attr_name).is_some_and(|name| name == "config" || name == "options"))
    });
    if structured {
        for (path, value) in sets(&module.body).flat_map(|set| set_entries(&set)) {
            if path.first().and_then(attr_name).is_some_and(|name| name == "config") {
                walk.entry(&path[1..], value.as_ref(), &root);
            }
        }
    } else {
        walk.value(&module.body, &root);
    }
    walk.walked
}

/// The options that the module declares.
pub(super) fn declared(module: &Module) -> Vec<Vec<String>> {
    let mut declared = Vec::new();
    for (path, value) in sets(&module.body).flat_map(|set| set_entries(&set)) {
        if let Some((Some(first), rest)) = path.split_first().map(|(first, rest)| (attr_name(first), rest))
            && first == "options"
        {
            declare(rest, value.as_ref(), Vec::new(), &mut declared);
        }
    }
    declared
}

/// Whether one of `declared` is at, above or below `path`.
fn covers(declared: &[Vec<String>], path: &[String]) -> bool {
    declared.iter().any(|declared| path.starts_with(declared) || declared.starts_with(path))
}

/// The attribute sets that `expr` is made of.
pub(super) fn sets(expr: &Expr) -> impl Iterator<Item = ast::AttrSet> {
    let mut sets = Vec::new();
    let mut open = vec![expr.clone()];
    while let Some(expr) = open.pop() {
        match inside(expr) {
            Expr::AttrSet(set) => sets.push(set),
            Expr::BinOp(operation) if operation.operator() == Some(ast::BinOpKind::Update) => {
                open.extend([operation.rhs(), operation.lhs()].into_iter().flatten());
            }
            _ => {}
        }
    }
    sets.into_iter()
}

type Entry = (Vec<ast::Attr>, Option<Expr>);

/// The paths that a set binds, with their values; what is inherited has none.
pub(super) fn set_entries(set: &ast::AttrSet) -> Vec<Entry> {
    let values = set.attrpath_values().filter_map(|entry| Some((entry.attrpath()?.attrs().collect(), entry.value())));
    let inherited =
        set.inherits().flat_map(|inherit| inherit.attrs().map(|attr| (vec![attr], None)).collect::<Vec<_>>());
    values.chain(inherited).collect()
}

/// Notes the options that `path` and what it is set to declare; a computed name declares all that is beside it.
fn declare(path: &[ast::Attr], value: Option<&Expr>, mut at: Vec<String>, declared: &mut Vec<Vec<String>>) {
    for attr in path {
        match attr_name(attr) {
            Some(name) => at.push(name),
            None => return declared.push(at),
        }
    }
    match value.map(|value| inside(value.clone())) {
        Some(Expr::AttrSet(set)) => {
            for (path, value) in set_entries(&set) {
                declare(&path, value.as_ref(), at.clone(), declared);
            }
        }
        _ => declared.push(at),
    }
}

impl<'t> Walk<'_, 't, '_> {
    /// Holds `expr` against what belongs at `place`.
    fn value(&mut self, expr: &Expr, place: &Place<'t>) {
        if !place.is_forced && value::forces(expr, self.found) {
            self.hold(expr, &Place { is_forced: true, ..place.clone() });
        } else {
            self.hold(expr, place);
        }
    }

    /// As [`Walk::value`], where the place tells already whether `expr` is forced.
    fn hold(&mut self, expr: &Expr, place: &Place<'t>) {
        for expr in value::possible(expr, self.found) {
            match &expr {
                Expr::AttrSet(set) => self.set(set, place),
                Expr::BinOp(operation) if operation.operator() == Some(ast::BinOpKind::Update) => {
                    [operation.lhs(), operation.rhs()].into_iter().flatten().for_each(|side| self.value(&side, place));
                }
                Expr::Ident(ident) => match self.found.names.meanings.get(&ident.syntax().text_range()).cloned() {
                    Some(Meaning::Bound(Some(bound))) => self.follow(&bound, place),
                    _ => self.plain(&expr, place),
                },
                Expr::Select(select) => {
                    for bound in self.selected(select, MOST_NAMES) {
                        self.follow(&bound, place);
                    }
                }
                Expr::Apply(apply) => {
                    let (head, arguments) = call(apply);
                    let function = head.and_then(|head| lib_function(&head, self.found.names));
                    if function.is_some_and(|name| name.text() == "recursiveUpdate") {
                        arguments.iter().for_each(|argument| self.value(argument, place));
                    }
                }
                Expr::List(list) => {
                    self.plain(&expr, place);
                    if let Spot::Node(node) | Spot::OpenNode(node) = place.spot
                        && let Some(element) = node.children.get("*")
                    {
                        let place = Place { spot: inside_of(node, element), ..place.clone() };
                        list.items().for_each(|item| self.value(&item, &place));
                    }
                }
                _ => self.plain(&expr, place),
            }
        }
    }

    /// Holds the value that a name stands for against what belongs at `place`.
    fn follow(&mut self, bound: &Expr, place: &Place<'t>) {
        let at = bound.syntax().text_range();
        if self.followed.insert(at) {
            self.value(bound, place);
            self.followed.remove(&at);
        }
    }

    /// The values that a selection from sets of this text may give; a computed name may be any of a set's.
    fn selected(&self, select: &ast::Select, names: usize) -> Vec<Expr> {
        let (Some(base), Some(path)) = (select.expr(), select.attrpath()) else { return Vec::new() };
        let mut values = vec![base];
        for attr in path.attrs() {
            let name = attr_name(&attr);
            let fits = |(path, _): &Entry| match path.as_slice() {
                [one] => name.is_none() || attr_name(one) == name,
                _ => false,
            };
            // What is put over a set with `//` may take its values' place: such sets are passed over.
            let inside = values.iter().flat_map(|value| self.bound(value, names)).filter_map(|value| match value {
                Expr::AttrSet(set) => Some(set),
                _ => None,
            });
            let inside = inside.flat_map(|set| set_entries(&set)).filter(&fits).filter_map(|(_, value)| value);
            values = inside.take(MOST_VALUES).collect();
        }
        values
    }

    /// What `expr` stands for, through at most `names` names.
    fn bound(&self, expr: &Expr, names: usize) -> Vec<Expr> {
        match inside(expr.clone()) {
            Expr::Ident(ident) if names > 0 => match self.found.names.meanings.get(&ident.syntax().text_range()) {
                Some(Meaning::Bound(Some(bound))) => self.bound(bound, names - 1),
                _ => Vec::new(),
            },
            Expr::Select(select) if names > 0 => {
                self.selected(&select, names - 1).iter().flat_map(|value| self.bound(value, names - 1)).collect()
            }
            Expr::Ident(_) | Expr::Select(_) => Vec::new(),
            plain => vec![plain],
        }
    }

    fn set(&mut self, set: &ast::AttrSet, place: &Place<'t>) {
        if place.spot.kind().is_some() {
            self.plain(&Expr::AttrSet(set.clone()), place);
        }
        let entries = set_entries(set);
        self.needed(&entries, place);
        for (path, value) in entries {
            let is_key = place.path.is_empty()
                && path.first().and_then(attr_name).is_some_and(|name| MODULE_KEYS.contains(&name.as_str()));
            if !is_key {
                self.entry(&path, value.as_ref(), place);
            }
        }
    }

    /// Options that must be set where another of the same set is.
    fn needed(&mut self, entries: &[Entry], place: &Place<'t>) {
        let find = |option: &str| {
            let (section, name) = option.rsplit_once('.')?;
            (place.path.join(".") == section).then_some(())?;
            Some(entries.iter().find(|(path, _)| path.first().and_then(attr_name).is_some_and(|key| key == name)))
        };
        for (option, needs) in known::NEEDED {
            if let (Some(Some((path, _))), Some(None)) = (find(option), find(needs)) {
                let message = format!("`{option}` needs `{needs}`, which has no default: set it too.");
                self.found.add(path[0].syntax().text_range(), known::MISSING_OPTION, message);
            }
        }
    }

    /// Follows `path` from `place`, and holds `value` against what belongs there.
    fn entry(&mut self, path: &[ast::Attr], value: Option<&Expr>, place: &Place<'t>) {
        let outer = &place.path;
        let mut place = place.clone();
        place.is_forced |= value.is_some_and(|value| value::forces(value, self.found));
        for attr in path {
            let name = attr_name(attr);
            let at = attr.syntax().text_range();
            let Some(next) = step(place.spot, name.as_deref()) else {
                place.path.extend(name);
                let names = path.iter().map(|attr| attr_name(attr).unwrap_or_default());
                let whole = outer.iter().cloned().chain(names).collect();
                self.walked.assigned.push(Assignment { at, path: whole, is_forced: place.is_forced });
                if place.path[0] == known::OWN_SECTION {
                    place.path = path.iter().map_while(attr_name).collect();
                }
                if covers(&self.found.declared, &place.path) || covers(self.around.declared, &place.path) {
                    return;
                }
                let has_inside = path.len() > 1 || value.is_some_and(|value| sets(value).next().is_some());
                match missing(&place.path, has_inside, self.around) {
                    Some((kind, message)) => self.found.add(at, kind, message),
                    None => {
                        self.walked.unchecked.push(Assignment { at, path: place.path, is_forced: place.is_forced });
                    }
                }
                return;
            };
            place.spot = next;
            place.path.push(name.unwrap_or_else(|| "<name>".to_owned()));
            if let Some(message) = obsolete(&place.path) {
                return self.found.add(at, known::OBSOLETE_OPTION, message);
            }
        }
        if let (Some(_), Some(attr)) = (place.spot.kind(), path.last()) {
            let (at, path) = (attr.syntax().text_range(), place.path.clone());
            self.walked.assigned.push(Assignment { at, path, is_forced: place.is_forced });
        }
        let Some(value) = value else { return };
        if !matches!(place.spot, Spot::Free)
            && let Some(message) = secret(&place.path, value, self.around, self.found)
        {
            let at = path.last().map_or(value.syntax().text_range(), |attr| attr.syntax().text_range());
            self.found.add(at, known::SECRET_IN_STORE, message);
        }
        self.hold(value, &place);
    }

    /// Holds a value that is no set of options against its type.
    fn plain(&mut self, expr: &Expr, place: &Place<'t>) {
        let Some(of) = place.spot.kind() else { return };
        let Some(kind) = value::kind(expr, self.found) else { return };
        // A set may be options that the table has below, whatever their common type.
        let has_options = matches!(place.spot, Spot::Node(node) | Spot::OpenNode(node) if !node.children.is_empty());
        if has_options && matches!(kind, Kind::Attrs | Kind::Function | Kind::Path)
            || value::takes(of, &kind, self.found)
        {
            return;
        }
        let message = format!("`{}` takes {}.", attribute_path(&place.path), value::name(of));
        self.found.add(expr.syntax().text_range(), known::OPTION_TYPE, message);
    }
}

/// One step further among the options; `None` for the name is a computed one. `None`: there is no such option.
fn step<'t>(spot: Spot<'t>, name: Option<&str>) -> Option<Spot<'t>> {
    let (node, open) = match spot {
        Spot::Node(node) => (node, false),
        Spot::OpenNode(node) => (node, true),
        Spot::Element(OptionType::AttrsOf { of }) => return Some(Spot::Element(of)),
        Spot::Element(_) | Spot::Free => return Some(Spot::Free),
    };
    let child = name.and_then(|name| node.children.get(name)).or_else(|| node.children.get("<name>"));
    match (child, &node.kind) {
        (Some(child), _) => Some(inside_of(node, child)),
        (None, _) if open || name.is_none() => Some(Spot::Free),
        (None, Some(OptionType::AttrsOf { of })) => Some(Spot::Element(of)),
        (None, Some(OptionType::Submodule { open: false })) if !node.children.is_empty() => None,
        (None, Some(_)) => Some(Spot::Free),
        (None, None) => None,
    }
}

/// The spot of `child`, whose parent's type says whether elements take names that the table does not have.
fn inside_of<'t>(node: &OptionNode, child: &'t OptionNode) -> Spot<'t> {
    match &node.kind {
        Some(kind) if child.kind.is_none() && is_open(kind) => Spot::OpenNode(child),
        _ => Spot::Node(child),
    }
}

fn is_open(of: &OptionType) -> bool {
    match of {
        OptionType::Submodule { open } => *open,
        OptionType::ListOf { of } | OptionType::AttrsOf { of } => is_open(of),
        OptionType::Either { of } => of.iter().any(is_open),
        _ => false,
    }
}

/// What is wrong with `path`, whose last name the table does not have; `None` where the table cannot tell. `has_inside`:
/// something stands below it, so that it is a section where it stands alone.
fn missing(path: &[String], has_inside: bool, around: Surroundings) -> Option<(known::Lint, String)> {
    let shown = attribute_path(path);
    if let Some(message) = obsolete(path) {
        return Some((known::OBSOLETE_OPTION, message));
    }
    if around.known.tree.children.is_empty() {
        return None;
    }
    let (last, parents) = path.split_last()?;
    let parent = around.known.tree.at(parents);
    let near = nearest(last, parent.into_iter().flat_map(|parent| parent.children.keys()));
    if path[0] == known::OWN_SECTION {
        let message = format!("No module declares `{shown}`: write `options.{shown} = lib.mkOption {{ … }};` in one.");
        return Some((known::UNDECLARED_OPTION, message));
    }
    let is_whole = known::WHOLE.iter().any(|section| shown.starts_with(&format!("{section}.")));
    // A section that no table has may be that of another flake's modules: `sops`, `home-manager`.
    let is_section = parents.is_empty();
    let is_judged = is_whole || (around.known.complete && !is_section) || near.is_some();
    if !is_judged || (is_section && !has_inside) {
        return None;
    }
    let advice = match near {
        Some(near) => {
            let mut path = parents.to_vec();
            path.push(near);
            format!("do you mean `{}`?", attribute_path(&path))
        }
        None => match below(parent?, last).as_slice() {
            [] => "look it up in the list of options of NixOS.".to_owned(),
            found => {
                let found: Vec<String> =
                    found.iter().map(|rest| format!("`{}.{rest}`", attribute_path(parents))).collect();
                format!("do you mean {}?", found.join(" or "))
            }
        },
    };
    Some((known::UNKNOWN_OPTION, format!("NixOS has no option `{shown}`: {advice}")))
}

/// What is wrong with reading `path`; `None` where there is such an option, or the table cannot tell.
pub(super) fn unreadable(path: &[String], found: &Found, around: Surroundings) -> Option<(known::Lint, String)> {
    let mut spot = Spot::Node(&around.known.tree);
    for (index, name) in path.iter().enumerate() {
        match step(spot, Some(name)) {
            Some(next) => spot = next,
            None if covers(&found.declared, path) || covers(around.declared, path) => return None,
            None => return missing(&path[..=index], path.len() > index + 1, around),
        }
    }
    None
}

/// Names that are one or two slips away from `name`.
fn nearest<'n>(name: &str, among: impl Iterator<Item = &'n String>) -> Option<String> {
    let most = match name.chars().count() {
        0..=4 => 0,
        5..=8 => 1,
        _ => 2,
    };
    let close = among.map(|other| (distance(name, other), other)).filter(|(distance, _)| (1..=most).contains(distance));
    close.min().map(|(_, other)| other.clone())
}

/// How many characters must be put in, taken out or changed to make `b` of `a` (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, one) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let change = before + usize::from(one != *other);
            before = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}

/// Up to three places of an option called `name` one level below `node`.
fn below(node: &OptionNode, name: &str) -> Vec<String> {
    let has = node.children.iter().filter(|(_, child)| child.children.contains_key(name));
    has.map(|(parent, _)| format!("{parent}.{name}")).take(3).collect()
}

fn obsolete(path: &[String]) -> Option<String> {
    // Few paths begin as one of these, and only those are worth a text of their own.
    let (first, length) = (path.first()?, path.iter().map(|name| name.len() + 1).sum::<usize>() - 1);
    let is_this = |option: &str| option.len() == length && option.starts_with(first) && option == path.join(".");
    let (option, instead) = known::OBSOLETE_OPTIONS.iter().find(|(option, _)| is_this(option))?;
    Some(format!("`{option}` is not to be used any more. {instead}"))
}

/// Says that a secret would be readable by everybody; `None` where the value is none, or a file is read instead.
fn secret(path: &[String], value: &Expr, around: Surroundings, found: &Found) -> Option<String> {
    let (last, parents) = path.split_last()?;
    let ends_in = |ending: &&str| {
        let end = last.len().checked_sub(ending.len()).and_then(|start| last.get(start..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    let is_secret = ["token", "password", "secret", "secretkey", "secret_key", "storagepass"].iter().any(ends_in);
    if !is_secret || last.to_lowercase().contains("hashed") {
        return None;
    }
    let siblings = around.known.tree.at(parents);
    let file = [format!("{last}File"), format!("{last}Path")]
        .into_iter()
        .find(|file| siblings.is_some_and(|node| node.children.contains_key(file)));
    let known = file.is_some() || parents.first().is_some_and(|first| first == "users") || last.contains("secret_key");
    let harmless = |one: &Expr| match value::kind(one, found) {
        Some(Kind::Text(Some(text))) => text.is_empty() || text.starts_with("$__"),
        Some(Kind::Text(None)) => one.to_string().contains("$__file{"),
        Some(_) => true,
        None => false,
    };
    if !known || value::possible(value, found).iter().all(harmless) {
        return None;
    }
    let shown = attribute_path(path);
    let instead = file.map(|file| format!(" Write `{file}` with the path of a file instead.")).unwrap_or_default();
    Some(format!("`{shown}` would stand in the Nix store, where everybody can read it.{instead}"))
}
