//! What a module sets: each option that it assigns, held against the table.

use super::value::{self, Kind};
use super::{
    Edit, Found, Meaning, Module, Surroundings, attr_name, call, hardware, inside, known, lib_function, secret,
};
use crate::options::{Gone, GoneNode, OptionNode, OptionType};
use crate::strings::attribute_path;
use crate::tables;
use rnix::TextRange;
use rnix::ast::{self, Expr, HasEntry};
use rowan::ast::AstNode as _;
use std::collections::HashSet;

/// The keys of a module that are no options.
pub const MODULE_KEYS: &[&str] =
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
    hardware: hardware::Seen,
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
    /// The files that stand at options for secrets, as they are named.
    pub secret_files: Vec<String>,
}

/// Holds what the module sets against the table, and gives the options that it sets.
pub(super) fn check(module: &Module, around: Surroundings, found: &mut Found) -> Walked {
    if module.is_foreign() {
        return Walked::default();
    }
    let (followed, walked) = (HashSet::new(), Walked::default());
    let mut walk = Walk { around, found, followed, walked, hardware: hardware::Seen::default() };
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
    // What a piece of a module lacks may stand in another one.
    if around.arguments.is_empty() {
        let is_imports = |(path, _): &Entry| path.first().and_then(attr_name).is_some_and(|name| name == "imports");
        let has_imports = sets(&module.body).any(|set| set_entries(&set).iter().any(is_imports));
        walk.hardware.judge(has_imports, walk.found);
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
        for (index, attr) in path.iter().enumerate() {
            let name = attr_name(attr);
            let at = attr.syntax().text_range();
            let Some(next) = step(place.spot, name.as_deref()) else {
                place.path.extend(name);
                return self.unknown(path, index, value, outer, place);
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
        if let Some(attr) = path.last() {
            self.hardware.note(&place.path, attr.syntax().text_range(), value, self.found);
        }
        if !matches!(place.spot, Spot::Free)
            && let Some(message) = secret::in_text(&place.path, value, self.around, self.found)
        {
            let at = path.last().map_or(value.syntax().text_range(), |attr| attr.syntax().text_range());
            self.found.add(at, known::SECRET_IN_STORE, message);
        }
        self.hold(value, &place);
    }

    /// Says what there is to say of `path`, whose name at `index` no option has; `place` is that of the name, and `outer`
    /// what stands before the path.
    fn unknown(
        &mut self,
        path: &[ast::Attr],
        index: usize,
        value: Option<&Expr>,
        outer: &[String],
        mut place: Place<'t>,
    ) {
        let at = path[index].syntax().text_range();
        let names = path.iter().map(|attr| attr_name(attr).unwrap_or_default());
        let whole: Vec<String> = outer.iter().cloned().chain(names).collect();
        let assigned = Assignment { at, path: whole.clone(), is_forced: place.is_forced };
        self.walked.assigned.push(assigned);
        if place.path[0] == known::OWN_SECTION {
            place.path = path.iter().map_while(attr_name).collect();
        }
        if covers(&self.found.declared, &place.path) || covers(self.around.declared, &place.path) {
            return;
        }
        let start = outer.is_empty().then(|| path[0].syntax().text_range());
        if gone_at(&place.path).is_some_and(|gone| {
            let from = Named { at, start, path: place.path.clone() };
            self.gone(gone, from, &path[index + 1..], value)
        }) {
            return;
        }
        let has_inside = path.len() > 1 || value.is_some_and(|value| sets(value).next().is_some());
        match missing(&place.path, has_inside, self.around) {
            Some(Missing { kind, message, near }) => {
                let edit = near.map(|near| Edit::new(at, attribute_path(&[near])));
                self.found.add_with(at, kind, message, edit);
            }
            None => {
                self.walked.unchecked.push(Assignment { at, path: place.path, is_forced: place.is_forced });
            }
        }
    }

    /// Says which of the options at and below `node`, which NixOS no longer has, are set; whether any is.
    fn gone(&mut self, node: &GoneNode, named: Named, rest: &[ast::Attr], value: Option<&Expr>) -> bool {
        if let Some(gone) = &node.gone {
            let (kind, message) = gone_message(gone, &named.path);
            let edit = gone.renamed.as_ref().and_then(|new| named.edit(new));
            self.found.add_with(named.at, kind, message, edit);
            return true;
        }
        let step = |attr: &ast::Attr, named: &Named| {
            let name = attr_name(attr)?;
            let child = node.children.get(&name).or_else(|| node.children.get("<name>"))?;
            let path = named.path.iter().cloned().chain([name]).collect();
            Some((child, Named { at: attr.syntax().text_range(), start: named.start, path }))
        };
        if let Some((attr, rest)) = rest.split_first() {
            return step(attr, &named).is_some_and(|(child, named)| self.gone(child, named, rest, value));
        }
        let mut any = false;
        // Inside of a set, a name alone cannot be moved elsewhere.
        let named = Named { start: None, ..named };
        for (path, value) in value.into_iter().flat_map(sets).flat_map(|set| set_entries(&set)) {
            if let Some((attr, rest)) = path.split_first()
                && let Some((child, named)) = step(attr, &named)
            {
                any |= self.gone(child, named, rest, value.as_ref());
            }
        }
        any
    }

    /// Holds a value that is no set of options against its type.
    fn plain(&mut self, expr: &Expr, place: &Place<'t>) {
        let Some(of) = place.spot.kind() else { return };
        if let Some((file, message)) = secret::in_file(&place.path, of, expr) {
            self.found.add(expr.syntax().text_range(), known::SECRET_FILE_IN_STORE, message);
            self.walked.secret_files.push(file);
            return;
        }
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
        // A section of an open set is as open.
        (Some(child), None) if open && child.kind.is_none() => Some(Spot::OpenNode(child)),
        (Some(child), _) => Some(inside_of(node, child)),
        (None, _) if open || name.is_none() => Some(Spot::Free),
        (None, Some(OptionType::AttrsOf { of })) => Some(Spot::Element(of)),
        (None, Some(kind)) if is_closed(kind) && !node.children.is_empty() => None,
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

/// Whether a set of this type takes only names that it has options for.
fn is_closed(of: &OptionType) -> bool {
    match of {
        OptionType::Submodule { open } => !open,
        OptionType::Either { of } => of.iter().any(is_closed) && !of.iter().any(may_be_free),
        _ => false,
    }
}

fn may_be_free(of: &OptionType) -> bool {
    match of {
        OptionType::Any | OptionType::Attrs | OptionType::AttrsOf { .. } => true,
        OptionType::Submodule { open } => *open,
        OptionType::Either { of } => of.iter().any(may_be_free),
        _ => false,
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

/// The name of an option that NixOS no longer has.
struct Named {
    at: TextRange,
    /// Where the whole path begins, where it stands in one piece.
    start: Option<TextRange>,
    path: Vec<String>,
}

impl Named {
    /// The change that makes `new` of the old name, where that is a change of one place.
    fn edit(&self, new: &str) -> Option<Edit> {
        let new = self.filled(new);
        let (last, parents) = new.split_last()?;
        let stays = self.path.split_last().is_some_and(|(_, old)| old == parents);
        match self.start {
            _ if stays => Some(Edit::new(self.at, attribute_path(std::slice::from_ref(last)))),
            Some(start) => Some(Edit::new(start.cover(self.at), attribute_path(&new))),
            None => None,
        }
    }

    /// The new name, with the names that were written for `<name>`.
    fn filled(&self, new: &str) -> Vec<String> {
        let steps = new.split('.').enumerate();
        steps
            .map(|(index, step)| match self.path.get(index) {
                Some(name) if step == "<name>" => name.clone(),
                _ => step.to_owned(),
            })
            .collect()
    }
}

/// What is at or below `path` of the options that NixOS no longer has.
fn gone_at(path: &[String]) -> Option<&'static GoneNode> {
    path.iter()
        .try_fold(&tables::known().gone, |node, name| node.children.get(name).or_else(|| node.children.get("<name>")))
}

fn gone_message(gone: &Gone, path: &[String]) -> (known::Lint, String) {
    let shown = attribute_path(path);
    let advice = if gone.advice.is_empty() { String::new() } else { format!(" {}", gone.advice) };
    match &gone.renamed {
        Some(new) => {
            let named = Named { at: TextRange::default(), start: None, path: path.to_vec() };
            let new = attribute_path(&named.filled(new));
            (known::OBSOLETE_OPTION, format!("`{shown}` is now called `{new}`: write that.{advice}"))
        }
        None if advice.is_empty() => (known::REMOVED_OPTION, format!("NixOS no longer has `{shown}`: take it out.")),
        None => (known::REMOVED_OPTION, format!("NixOS no longer has `{shown}`.{advice}")),
    }
}

/// What is wrong with a path.
pub(super) struct Missing {
    pub kind: known::Lint,
    pub message: String,
    /// What its last name should probably be.
    near: Option<String>,
}

/// What is wrong with `path`, whose last name the table does not have; `None` where the table cannot tell. `has_inside`:
/// something stands below it, so that it is a section where it stands alone.
fn missing(path: &[String], has_inside: bool, around: Surroundings) -> Option<Missing> {
    let shown = attribute_path(path);
    if around.known.tree.children.is_empty() {
        return None;
    }
    let (last, parents) = path.split_last()?;
    let parent = around.known.tree.at(parents);
    if path[0] == known::OWN_SECTION {
        let message = format!("No module declares `{shown}`: write `options.{shown} = lib.mkOption {{ … }};` in one.");
        return Some(Missing { kind: known::UNDECLARED_OPTION, message, near: None });
    }
    if known::PLACEHOLDERS.contains(&shown.as_str()) {
        let message = format!(
            "`{shown}` is a placeholder of the Module Development Guide: write the option of NixOS that you mean."
        );
        return Some(Missing { kind: known::PLACEHOLDER, message, near: None });
    }
    // A section that no table has may be that of another flake's modules: `sops`, `home-manager`.
    let is_section = parents.is_empty();
    let is_whole = around.known.is_whole(parents);
    let is_judged = is_whole || (around.known.complete && !is_section);
    let is_sure = around.known.complete
        || known::WHOLE_SINCE
            .iter()
            .any(|section| section.iter().zip(parents).filter(|(a, b)| a == b).count() == section.len());
    let children = || parent.into_iter().flat_map(|parent| &parent.children);
    let near = if is_judged {
        resembling(last, children().map(|(name, _)| name))
    } else {
        // NixOS has more services than the table, and some are called much like each other.
        nearest(last, children().filter(|(_, child)| is_section || child.kind.is_some()).map(|(name, _)| name))
    };
    if !(is_judged || near.is_some()) || (is_section && !has_inside) {
        return None;
    }
    let advice = match &near {
        Some(near) => {
            let mut path = parents.to_vec();
            path.push(near.clone());
            format!("you probably mean `{}`.", attribute_path(&path))
        }
        None => match below(parent?, last).as_slice() {
            // The table is of one release, and the flake may be of a later one.
            [] if !is_sure => {
                let message = format!(
                    "NixOS 25.11 has no option `{shown}`: look it up in the list of options of NixOS, unless it came with \
                     a later release or another flake."
                );
                return Some(Missing { kind: known::NEWER_OPTION, message, near });
            }
            [] => "look it up in the list of options of NixOS.".to_owned(),
            found => {
                let found: Vec<String> =
                    found.iter().map(|rest| format!("`{}.{rest}`", attribute_path(parents))).collect();
                format!("you probably mean {}.", found.join(" or "))
            }
        },
    };
    let kind = if near.is_some() || is_sure { known::UNKNOWN_OPTION } else { known::NEWER_OPTION };
    Some(Missing { kind, message: format!("NixOS has no option `{shown}`: {advice}"), near })
}

/// What is wrong with reading `path`; `None` where there is such an option, or the table cannot tell.
pub(super) fn unreadable(path: &[String], found: &Found, around: Surroundings) -> Option<(known::Lint, String)> {
    let mut spot = Spot::Node(&around.known.tree);
    for (index, name) in path.iter().enumerate() {
        match step(spot, Some(name)) {
            Some(next) => spot = next,
            None if covers(&found.declared, path) || covers(around.declared, path) => return None,
            None => {
                let gone = (index + 1..=path.len()).find_map(|end| {
                    let gone = gone_at(&path[..end])?.gone.as_ref()?;
                    Some(gone_message(gone, &path[..end]))
                });
                return gone.or_else(|| {
                    let missing = missing(&path[..=index], path.len() > index + 1, around)?;
                    Some((missing.kind, missing.message))
                });
            }
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

/// The name that `name` is most like, where it is known to be none of them: a few slips away, or shortened as in `opts` for
/// `options`.
fn resembling<'n>(name: &str, among: impl Iterator<Item = &'n String>) -> Option<String> {
    let length = name.chars().count();
    let most = (length / 3).max(1);
    let close = among.filter(|other| !["<name>", "*"].contains(&other.as_str())).filter_map(|other| {
        let distance = distance(name, other);
        let is_shortened = length >= 3 && other.starts_with(name.chars().next()?) && is_within(name, other);
        (distance <= most || is_shortened && distance < length).then_some((distance, other))
    });
    close.min().map(|(_, other)| other.clone())
}

/// Whether `other` has the characters of `name` in their order.
fn is_within(name: &str, other: &str) -> bool {
    let mut rest = other.chars();
    name.chars().all(|wanted| rest.any(|c| c == wanted))
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
