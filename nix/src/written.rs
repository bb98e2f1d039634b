//! Nix that users write, on its way into a file: it is parsed before, and put where nothing in it reaches further.

use super::syntax::{self, Fault};
use super::{Expr, Nix, Piece};
use rnix::SyntaxKind::*;
use rnix::ast::{self, AstToken as _, HasEntry as _};
use rowan::ast::AstNode as _;

/// An expression that a user wrote. It parses.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Written {
    text: String,
    /// Whether nothing stands around the expression: no comment.
    whole: bool,
    /// Whether it holds together without brackets, as an argument.
    closed: bool,
}

impl Written {
    /// Whether a `;` or `)` behind its last line ends it.
    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    pub(super) fn is_closed(&self) -> bool {
        self.whole && self.closed
    }

    /// Its lines, all but the first indented by `indent` more. Lines of strings stay where that would change them.
    pub(super) fn lines(&self, indent: usize) -> Vec<String> {
        let kept = lines_to_keep(&self.text);
        let shift = " ".repeat(indent);
        let line = |(index, line): (usize, &str)| {
            if index == 0 || line.is_empty() || kept.contains(&index) {
                line.to_owned()
            } else {
                format!("{shift}{line}")
            }
        };
        self.text.split('\n').enumerate().map(line).collect()
    }
}

impl Nix {
    /// A user's Nix as a value, printed as it was typed, comments included. `Err` where it is not one expression of
    /// Nix.
    pub fn written(text: &str) -> Result<Self, Fault> {
        let text = unix_lines(text)?;
        let node = syntax::parse(&text)?;
        let text = text.trim();
        let closed = match node.kind() {
            NODE_LITERAL | NODE_IDENT | NODE_STRING | NODE_LIST | NODE_ATTR_SET | NODE_PAREN => true,
            NODE_SELECT => ast::Select::cast(node.clone()).is_some_and(|select| select.default_expr().is_none()),
            _ => false,
        };
        let whole = node.text() == text;
        Ok(Self::new(Expr::Written(Written { text: text.to_owned(), whole, closed })))
    }

    /// A user's text as a string, in which `${…}` is Nix as in any string of Nix and everything else stands for itself.
    /// `Err` where what is inside the braces is not an expression.
    pub fn interpolated(text: &str) -> Result<Self, Fault> {
        let mut pieces = vec![];
        let (mut plain, mut rest) = (String::new(), text);
        while let Some(at) = rest.find("${") {
            let (before, after) = rest.split_at(at);
            plain += before;
            if before.ends_with('$') {
                // `$${` is no interpolation.
                plain += "${";
                rest = &after[2..];
                continue;
            }
            let place = rnix::TextSize::of(&text[..text.len() - after.len()]);
            let (value, length) = interpolation(&after[2..])
                .ok_or_else(|| Fault::at(text, place, "“${” begins no expression that “}” ends on its line"))?;
            pieces.extend([Piece::Text(std::mem::take(&mut plain)), Piece::Value(value)]);
            rest = &after[2 + length + 1..];
        }
        plain += rest;
        pieces.push(Piece::Text(plain));
        Ok(Self::template(pieces))
    }
}

/// Why `text` cannot stand as the `config` of a module: it does not parse, is a function, or has keys that only a whole
/// module may have (`imports`, `options`). `None` where it can; whether its variables are bound is not asked here.
pub fn set_fault(text: &str) -> Option<Fault> {
    if let Some(fault) = syntax::form_fault(text) {
        return Some(fault);
    }
    let root = ast::Expr::cast(syntax::parse(text).ok()?).map(super::lint::inside)?;
    let at = |node: &rnix::SyntaxNode, message: String| Some(Fault::at(text, node.text_range().start(), message));
    match &root {
        ast::Expr::Lambda(lambda) => {
            let message = "a function stands here: write the set alone, “{ services.fstrim.enable = true; }”; config, lib and \
                           pkgs are there";
            at(lambda.syntax(), message.to_owned())
        }
        ast::Expr::AttrSet(set) => set.attrpath_values().find_map(|entry| {
            let attr = entry.attrpath()?.attrs().next()?;
            let name = super::lint::attr_name(&attr)?;
            let message = format!("`{name}` is for a whole module: bring it as a default.nix");
            ["config", "imports", "options", "_file", "disabledModules"]
                .contains(&name.as_str())
                .then(|| at(attr.syntax(), message))?
        }),
        _ => None,
    }
}

/// The expression up to the first `}` that can end it, and its length.
fn interpolation(text: &str) -> Option<(Nix, usize)> {
    /// How many `}` are tried.
    const MOST: usize = 50;
    let line = text.lines().next()?;
    line.match_indices('}').take(MOST).find_map(|(end, _)| {
        let value = Nix::written(&line[..end]).ok()?;
        let Expr::Written(written) = &value.expr else { return None };
        written.whole.then_some((value, end))
    })
}

/// `text` with Unix's ends of lines: a bare carriage return ends a comment in Nix.
fn unix_lines(text: &str) -> Result<String, Fault> {
    if let Some(at) = text.find('\0') {
        return Err(Fault::at(text, rnix::TextSize::of(&text[..at]), "there is a NUL character"));
    }
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// The lines, by index, that begin inside a string which another indentation would change: a plain one, and an indented
/// one with text behind its quotes.
fn lines_to_keep(text: &str) -> Vec<usize> {
    let (mut kept, mut line, mut at) = (Vec::new(), 0, 0);
    // For each open string or interpolation, whether lines in it are kept.
    let mut open: Vec<bool> = Vec::new();
    for (kind, token) in rnix::tokenize(text) {
        let rest = &text[at + token.len()..];
        at += token.len();
        match kind {
            TOKEN_STRING_START => open.push(token == "\"" || !rest.trim_start_matches(' ').starts_with('\n')),
            TOKEN_INTERPOL_START => open.push(false),
            TOKEN_STRING_END | TOKEN_INTERPOL_END => drop(open.pop()),
            _ => {}
        }
        for _ in token.matches('\n') {
            line += 1;
            if open.last() == Some(&true) {
                kept.push(line);
            }
        }
    }
    kept
}

/// The path of an attribute: `services.k3s.role`. Names in it may be quoted or computed.
#[derive(Clone, Debug, PartialEq)]
pub struct AttrPath(Vec<Attr>);

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Attr {
    Name(String),
    /// As it is written: `${node.interface}`.
    Computed(String),
}

impl AttrPath {
    /// The path of one name, which stands for itself: a dot in it is part of the name.
    pub fn name(name: &str) -> Self {
        Self(vec![Attr::Name(name.to_owned())])
    }

    /// The path of several names, from the outermost inwards.
    pub fn names(names: &[&str]) -> Self {
        Self(names.iter().map(|name| Attr::Name((*name).to_owned())).collect())
    }

    /// Reads a path as a user writes it in Nix: with dots, quotes and `${…}`. `Err` where `text` is not such a path.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let no_path = || Fault::at(text, 0.into(), "this is no path of an option, such as `services.openssh.enable`");
        let text = text.trim();
        if text.contains(['\n', '\r', '\0']) {
            return Err(no_path());
        }
        let node = syntax::parse(&format!("{{ {text} = null; }}")).map_err(|_| no_path())?;
        let entries: Vec<ast::Entry> = ast::AttrSet::cast(node).ok_or_else(no_path)?.entries().collect();
        let [ast::Entry::AttrpathValue(entry)] = entries.as_slice() else { return Err(no_path()) };
        let path = entry.attrpath().filter(|path| path.syntax().text() == text).ok_or_else(no_path)?;
        let has_comment = path
            .syntax()
            .descendants_with_tokens()
            .filter_map(|part| part.into_token())
            .any(|t| ast::Comment::can_cast(t.kind()));
        if has_comment {
            return Err(no_path());
        }
        let attr = |attr: ast::Attr| match super::lint::attr_name(&attr) {
            Some(name) => Attr::Name(name),
            None => Attr::Computed(attr.syntax().text().to_string()),
        };
        Ok(Self(path.attrs().map(attr).collect()))
    }

    pub(crate) fn attrs(&self) -> &[Attr] {
        &self.0
    }

    /// Whether the two cannot stand in one set: they are the same, one is inside the other, or a computed name might
    /// make them so.
    pub fn clashes(&self, other: &AttrPath) -> bool {
        for pair in self.0.iter().zip(&other.0) {
            match pair {
                (Attr::Name(one), Attr::Name(other)) if one == other => {}
                (Attr::Name(_), Attr::Name(_)) => return false,
                _ => return true,
            }
        }
        true
    }
}
