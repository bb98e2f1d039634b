//! What is wrong in a NixOS module that a user wrote: its syntax, names that nothing binds, options that NixOS does not
//! have, values of the wrong type, and habits that fail at evaluation or leak secrets.
//!
//! Where it cannot know, it stays silent: a finding is meant to be right.

mod assign;
mod habits;
mod hardware;
mod known;
mod names;
mod secret;
mod value;

use crate::options::Known;
use crate::syntax::Fault;
use clusterflake_ground::severity::Severity;
use known::Lint;
use rnix::ast::{self, Expr};
use rnix::{SyntaxNode, SyntaxToken, TextRange};
use rowan::ast::AstNode as _;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

pub(super) use assign::MODULE_KEYS;
pub(super) use value::name as type_name;

/// One finding in a text. The order of findings is that of their places.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The line, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// How bad it is.
    pub severity: Severity,
    /// What kind of finding it is, a stable name: `unknown-option`.
    pub id: &'static str,
    /// What is wrong and what to do, as sentences.
    pub message: String,
    /// A change that mends it, where one answer is right.
    pub edit: Option<Edit>,
}

/// A change of a text: the bytes from `start` up to `end` are replaced by `text`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The first byte that is replaced, counted from 0.
    pub start: usize,
    /// The byte behind the last one that is replaced.
    pub end: usize,
    /// What stands there afterwards.
    pub text: String,
}

impl Edit {
    fn new(at: TextRange, text: String) -> Self {
        Self { start: at.start().into(), end: at.end().into(), text }
    }

    /// `text` with the change made; `None` where `text` is too short or a character lies across one of its ends.
    pub fn applied(&self, text: &str) -> Option<String> {
        Some([text.get(..self.start)?, &self.text, text.get(self.end..)?].concat())
    }
}

/// What is known of the surroundings of a text.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'t> {
    /// The options of NixOS that a module may set and read.
    pub known: &'t Known,
    /// Options that other modules declare, as [`declared`] gives them: each with all that is below.
    pub declared: &'t [Vec<String>],
    /// The variables bound around the text, where it is a piece of a module: `config`, `lib`, `pkgs`, parameters.
    pub arguments: &'t [&'t str],
}

/// The first variable in `expression` that nothing binds: Nix refuses a file with one as a whole.
pub(super) fn unbound(expression: SyntaxNode) -> Option<(TextRange, String)> {
    let names = names::resolve(&Expr::cast(expression)?, &[]);
    names.undefined.into_iter().min_by_key(|(range, _)| range.start())
}

/// The options that the module `text` declares, each as its path of names; none where it does not parse.
pub fn declared(text: &str) -> Vec<Vec<String>> {
    let root = super::syntax::parse(text).ok().and_then(Expr::cast);
    root.map_or(Vec::new(), |root| assign::declared(&Module::new(&root)))
}

/// Which of `names` are free variables of the expression `text`; none where it does not parse.
pub fn used<'n>(text: &str, names: &[&'n str]) -> Vec<&'n str> {
    let root = super::syntax::parse(text).ok().and_then(Expr::cast);
    root.map_or(Vec::new(), |root| names::used(&root, names))
}

/// An option that a text sets, with the place of its name. A computed name is `<name>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// The line of its name, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// The option's path, a name an entry.
    pub path: Vec<String>,
    /// Whether it overrides what other modules set: `lib.mkForce`, `lib.mkOverride`.
    pub is_forced: bool,
}

/// An attribute that a text takes from a set, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// The line of the attribute's name, counted from 1.
    pub line: usize,
    /// The character in the line, counted from 1.
    pub column: usize,
    /// The attribute: `b` of `a.b`.
    pub name: String,
}

/// What the expression `text` takes from the set `name`, which is bound around it: the first attribute of each
/// selection without `or`. Nothing where `text` does not parse.
pub fn selected(text: &str, name: &str) -> Vec<Selected> {
    let Some(root) = super::syntax::parse(text).ok().and_then(Expr::cast) else { return Vec::new() };
    let names = names::resolve(&root, &[name]);
    let lines = Lines::new(text);
    let selections = root.syntax().descendants().filter_map(ast::Select::cast).filter(|select| {
        let Some(Expr::Ident(base)) = select.expr() else { return false };
        select.default_expr().is_none()
            && is_named(&base, name)
            && matches!(names.meanings.get(&base.syntax().text_range()), Some(Meaning::Parameter))
    });
    let first = selections.filter_map(|select| {
        let attr = select.attrpath()?.attrs().next()?;
        let (line, column) = lines.place(attr.syntax().text_range().start().into());
        Some(Selected { line, column, name: attr_name(&attr)? })
    });
    first.collect()
}

/// What [`report`] has to say of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What is wrong with it, in the order of places.
    pub findings: Vec<Finding>,
    /// The options that it sets.
    pub set: Vec<Assigned>,
    /// The options that the table does not know, so that nothing of them was checked: each path ends with the first
    /// name that the table lacks.
    pub unchecked: Vec<Assigned>,
    /// The files that would become public secrets, as the text names them: `./munge.key`.
    pub secret_files: Vec<String>,
}

/// The findings in `text`, a module or another expression of Nix. One that does not parse gives a single finding.
pub fn lint(text: &str, around: Surroundings) -> Vec<Finding> {
    report(text, around).findings
}

/// As [`lint`], and what `text` sets, what of it could not be checked, and which files it makes public.
pub fn report(text: &str, around: Surroundings) -> Report {
    // A tree with holes says little of names and options.
    let root = match super::syntax::parse(text) {
        Ok(node) => Expr::cast(node),
        Err(Fault { line, column, message }) => {
            let Lint { id, severity } = known::SYNTAX;
            let message = format!("This is no Nix: {message}.");
            let finding = Finding { line, column, severity, id, message, edit: None };
            return Report { findings: vec![finding], ..Report::default() };
        }
    };
    let Some(root) = root else { return Report::default() };
    let names = names::resolve(&root, around.arguments);
    let module = Module::new(&root);
    let mut found = Found { flaws: Vec::new(), names: &names, declared: assign::declared(&module) };
    names::check(&names, &mut found);
    habits::check(&module, &root, around, &mut found);
    let walked = assign::check(&module, around, &mut found);
    let lines = Lines::new(text);
    let mut findings: Vec<Finding> = found.flaws.into_iter().map(|flaw| lines.finding(flaw)).collect();
    findings.sort();
    findings.dedup();
    let assigned = |assignment: assign::Assignment| {
        let (line, column) = lines.place(assignment.at.start().into());
        Assigned { line, column, path: assignment.path, is_forced: assignment.is_forced }
    };
    let places = |all: Vec<_>| all.into_iter().map(assigned).collect();
    let (set, unchecked) = (places(walked.assigned), places(walked.unchecked));
    Report { findings, set, unchecked, secret_files: walked.secret_files }
}

/// A finding, by the byte of the text.
struct Flaw {
    offset: usize,
    kind: Lint,
    message: String,
    edit: Option<Edit>,
}

/// What was found so far, and what the names mean.
struct Found<'n> {
    flaws: Vec<Flaw>,
    names: &'n Names,
    /// The options that the module declares itself.
    declared: Vec<Vec<String>>,
}

impl Found<'_> {
    fn add(&mut self, at: TextRange, kind: Lint, message: impl Into<String>) {
        self.add_with(at, kind, message, None);
    }

    fn add_with(&mut self, at: TextRange, kind: Lint, message: impl Into<String>, edit: Option<Edit>) {
        self.flaws.push(Flaw { offset: at.start().into(), kind, message: message.into(), edit });
    }
}

/// What identifiers mean, by their places.
type Meanings = HashMap<TextRange, Meaning, BuildHasherDefault<PlaceHasher>>;

/// Spreads the two numbers of a place: there is no need for the standard hasher's care, which would take a tenth of the lint.
#[derive(Default)]
struct PlaceHasher(u64);

impl Hasher for PlaceHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32(u32::from(*byte)));
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0.rotate_left(5) ^ u64::from(number)).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

/// What each identifier of a text means, by its place.
struct Names {
    meanings: Meanings,
    /// Names that nothing binds.
    undefined: Vec<(TextRange, String)>,
    /// Parameters that nothing uses.
    unused: Vec<(TextRange, String)>,
}

/// What an identifier stands for.
#[derive(Clone, Debug)]
enum Meaning {
    /// The value that a `let` or `rec` gives it; `None` where it comes out of an attribute set.
    Bound(Option<Expr>),
    /// An argument of a function around it.
    Parameter,
    /// Something of a `with`, perhaps.
    With,
    Builtin,
    Nothing,
}

/// A module: the functions around it, and what it gives.
struct Module {
    /// The functions around the body, outermost first.
    functions: Vec<ast::Lambda>,
    /// What the innermost function gives, or the text where it is no function.
    body: Expr,
}

impl Module {
    fn new(root: &Expr) -> Self {
        let (mut functions, mut body) = (Vec::new(), root.clone());
        loop {
            body = match inside(body) {
                Expr::Lambda(lambda) => match lambda.body() {
                    Some(next) => {
                        functions.push(lambda);
                        next
                    }
                    None => return Self { functions, body: Expr::Lambda(lambda) },
                },
                body => return Self { functions, body },
            };
        }
    }

    /// Whether this is plainly another thing than a module: a function of some things that NixOS gives nobody, and of no
    /// others, such as a package.
    fn is_foreign(&self) -> bool {
        let [only] = self.functions.as_slice() else { return false };
        let Some(ast::Param::Pattern(pattern)) = only.param() else { return false };
        let needed = pattern.pat_entries().filter(|entry| entry.default().is_none());
        let mut names = needed.filter_map(|entry| text(&entry.ident()?));
        pattern.ellipsis_token().is_none() && names.any(|name| !known::MODULE_ARGUMENTS.contains(&name.as_str()))
    }
}

/// What is in brackets, and the body of `let`, `with` and `assert`.
pub fn inside(expr: Expr) -> Expr {
    let next = match &expr {
        Expr::Paren(paren) => paren.expr(),
        Expr::LetIn(scope) => scope.body(),
        Expr::With(scope) => scope.body(),
        Expr::Assert(assertion) => assertion.body(),
        _ => None,
    };
    next.map_or(expr, inside)
}

/// A call: the function and its arguments in order.
fn call(apply: &ast::Apply) -> (Option<Expr>, Vec<Expr>) {
    let (mut head, mut arguments) = (apply.lambda(), Vec::from_iter(apply.argument()));
    loop {
        match head {
            Some(Expr::Apply(apply)) => {
                arguments.extend(apply.argument());
                head = apply.lambda();
            }
            Some(Expr::Paren(paren)) if matches!(paren.expr(), Some(Expr::Apply(_) | Expr::Ident(_))) => {
                head = paren.expr();
            }
            head => {
                arguments.reverse();
                return (head, arguments);
            }
        }
    }
}

/// The name by which a function of nixpkgs' lib is called here, `mkIf` for `lib.mkIf` and for `mkIf`.
fn lib_function(head: &Expr, names: &Names) -> Option<SyntaxToken> {
    match head {
        Expr::Ident(ident) => match names.meanings.get(&ident.syntax().text_range()) {
            Some(Meaning::Bound(None) | Meaning::With | Meaning::Nothing) => ident.ident_token(),
            // `mkIf = lib.mkIf;`
            Some(Meaning::Bound(Some(bound @ Expr::Select(_)))) => lib_function(bound, names),
            _ => None,
        },
        Expr::Select(select) => {
            let Some(Expr::Ident(base)) = select.expr() else { return None };
            let ident = |attr| if let ast::Attr::Ident(ident) = attr { Some(ident) } else { None };
            let mut path = select.attrpath()?.attrs().map(ident);
            let first = path.next()??;
            let is_lib = is_named(&base, "lib") || is_named(&first, "lib");
            let last = path.last().unwrap_or(Some(first))?;
            if is_lib { last.ident_token() } else { None }
        }
        _ => None,
    }
}

fn text(ident: &ast::Ident) -> Option<String> {
    ident.ident_token().map(|token| token.text().to_owned())
}

fn is_named(ident: &ast::Ident, name: &str) -> bool {
    ident.ident_token().is_some_and(|token| token.text() == name)
}

/// The identifier that a selection begins with.
fn base_name(select: &ast::Select) -> Option<String> {
    match select.expr()? {
        Expr::Ident(ident) => text(&ident),
        _ => None,
    }
}

/// The name of an attribute; `None` where it is computed.
pub fn attr_name(attr: &ast::Attr) -> Option<String> {
    match attr {
        ast::Attr::Ident(ident) => text(ident),
        ast::Attr::Str(string) => literal(string),
        ast::Attr::Dynamic(_) => None,
    }
}

/// The names of a path; `None` where one of them is computed.
fn static_path(path: &ast::Attrpath) -> Option<Vec<String>> {
    path.attrs().map(|attr| attr_name(&attr)).collect()
}

/// The text of a string without interpolation.
pub fn literal(string: &ast::Str) -> Option<String> {
    match string.normalized_parts().as_slice() {
        [] => Some(String::new()),
        [ast::InterpolPart::Literal(text)] => Some(text.clone()),
        _ => None,
    }
}

/// Where the lines of a text begin.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, starts: [0].into_iter().chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect() }
    }

    /// Line and character of a byte, counted from 1.
    fn place(&self, offset: usize) -> (usize, usize) {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        (line, self.text.get(self.starts[line - 1]..offset).unwrap_or_default().chars().count() + 1)
    }

    fn finding(&self, flaw: Flaw) -> Finding {
        let (line, column) = self.place(flaw.offset);
        let Lint { id, severity } = flaw.kind;
        Finding { line, column, severity, id, message: flaw.message, edit: flaw.edit }
    }
}

#[cfg(test)]
mod option_tests;
#[cfg(test)]
mod tests;
