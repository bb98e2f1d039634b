//! Completion inside a text of Nix: what may be meant at the cursor, by the sets, lists and brackets that are open there.
//!
//! Texts that are being typed rarely parse, so this reads tokens only.

use super::{Candidate, going_on, options, packages, push};
use crate::lint::MODULE_KEYS;
use crate::options::OptionNode;
use rnix::SyntaxKind::{self, *};

/// What may stand in place of the word at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The first byte of the text that a candidate replaces, counted from 0.
    pub start: usize,
    /// The byte behind the last one that a candidate replaces.
    pub end: usize,
    /// What may be meant, best first; at least one.
    pub candidates: Vec<Candidate>,
}

/// What kind of text is being completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// A NixOS module, or a set of options.
    Module,
    /// A value, or something whose options are not NixOS's.
    Value,
}

/// What may be meant at the byte `cursor` of `text`, at most `most` candidates: the names of options of `known` where
/// one is set, options of `config` and packages of `pkgs` where they are read. `None` where nothing fits, as in
/// comments and strings, and where `cursor` is not at a character of `text`.
pub fn at(text: &str, cursor: usize, stands: Stands, known: &OptionNode, most: usize) -> Option<Completion> {
    let before = text.get(..cursor)?;
    let word_part = |c: char| c.is_ascii_alphanumeric() || "_-'.".contains(c);
    let start =
        before.rfind(|c| !word_part(c)).map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let word = &before[start..];
    let end = cursor + text[cursor..].find(|c| !word_part(c) || c == '.').unwrap_or(text.len() - cursor);
    let frames = read(text, start, stands)?;
    let frame = frames.last()?;
    let complete = |skipped: usize, candidates: Vec<Candidate>| {
        (!candidates.is_empty()).then_some(Completion { start: start + skipped, end, candidates })
    };
    if frame.kind == Kind::Set && frame.at_name {
        let base = joined(frame.base.as_ref()?.iter().chain(&frame.names));
        if base.is_empty() {
            return complete(0, options(known, word, most));
        }
        let word = word.strip_prefix('.').unwrap_or(word);
        let skipped = before.len() - start - word.len();
        let base = base + ".";
        let inside = going_on(known, &format!("{base}{word}"), most).into_iter().filter_map(|candidate| {
            Some(Candidate { text: candidate.text.strip_prefix(&base)?.to_owned(), ..candidate })
        });
        return complete(skipped, inside.take(most).collect());
    }
    let of_packages = |typed: &str| {
        packages(typed, most)
            .into_iter()
            .map(|name| Candidate { text: name.to_owned(), about: "package".to_owned() })
            .collect()
    };
    if let Some(typed) = word.strip_prefix("pkgs.") {
        return complete("pkgs.".len(), of_packages(typed));
    }
    if let Some(typed) = word.strip_prefix("config.") {
        return complete("config.".len(), options(known, typed, most));
    }
    let with_packages = frames.iter().any(|frame| frame.with_packages);
    if with_packages && !word.is_empty() && !word.contains('.') && !frame.at_name {
        return complete(0, of_packages(word));
    }
    None
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The text around all.
    Root,
    Set,
    /// The bindings of a `let`, up to its `in`.
    Let,
    /// The arguments of a function.
    Pattern,
    List,
    Bracket,
    /// `${ }` of a string or name.
    Hole,
    Text,
}

/// Something that is open at a place of the text.
#[derive(Debug)]
struct Frame {
    kind: Kind,
    /// Where its attributes are among the options; `None` where they are none.
    base: Option<Vec<String>>,
    /// Where the value that is being written is.
    value: Option<Vec<String>>,
    /// Whether a name is to follow, or is being written.
    at_name: bool,
    /// The names of the attribute so far.
    names: Vec<String>,
    /// The last name of the function that the value begins with.
    head: Option<String>,
    /// Whether the function's name may go on.
    in_head: bool,
    /// Whether `with pkgs;` is around what follows.
    with_packages: bool,
    /// Whether `with` was read, and its `;` not yet.
    in_with: bool,
}

impl Frame {
    fn new(kind: Kind, base: Option<Vec<String>>) -> Self {
        let at_name = matches!(kind, Kind::Set | Kind::Let);
        let value = if at_name { None } else { base.clone() };
        let names = Vec::new();
        Self { kind, base, value, at_name, names, head: None, in_head: true, with_packages: false, in_with: false }
    }

    /// What a set is that begins here.
    fn set_base(&self) -> Option<Vec<String>> {
        /// The functions of lib that give what they are given.
        const SAME: &[&str] = &[
            "mkIf",
            "mkMerge",
            "mkForce",
            "mkDefault",
            "mkBefore",
            "mkAfter",
            "mkOverride",
            "mkOrder",
            "optionalAttrs",
            "recursiveUpdate",
        ];
        let same = self.kind == Kind::List || self.head.as_ref().is_none_or(|head| SAME.contains(&head.as_str()));
        self.value.clone().filter(|_| same)
    }

    /// Notes a name, of an attribute or in a value.
    fn name(&mut self, name: &str, after_dot: bool) {
        if self.at_name {
            self.names.push(name.to_owned());
        } else if self.in_head && (after_dot || self.head.is_none()) {
            self.head = Some(name.to_owned());
        } else {
            self.in_head = false;
        }
    }

    /// A new expression begins in the value.
    fn anew(&mut self) {
        (self.head, self.in_head) = (None, true);
    }
}

/// What is open at `until`, outermost first; `None` inside of a comment or a string.
fn read(text: &str, until: usize, stands: Stands) -> Option<Vec<Frame>> {
    let tokens: Vec<(SyntaxKind, &str)> = rnix::tokenize(text).collect();
    let mut frames = vec![Frame::new(Kind::Root, (stands == Stands::Module).then(Vec::new))];
    let mut at = 0;
    for (index, (kind, token)) in tokens.iter().enumerate() {
        let end = at + token.len();
        if at >= until {
            break;
        }
        // A word that begins inside of it, or right behind it on the same line.
        if end > until && matches!(kind, TOKEN_COMMENT | TOKEN_STRING_CONTENT) {
            return None;
        }
        at = end;
        let top = frames.len() - 1;
        let frame = &mut frames[top];
        match kind {
            TOKEN_IDENT if frame.in_with => frame.with_packages |= *token == "pkgs",
            TOKEN_IDENT => frame.name(token, previous(&tokens[..index]) == Some(TOKEN_DOT)),
            TOKEN_ASSIGN => {
                let names = std::mem::take(&mut frame.names);
                frame.value = frame.base.as_ref().and_then(|base| inside(base, names));
                frame.at_name = false;
                frame.anew();
            }
            TOKEN_WITH => frame.in_with = true,
            TOKEN_SEMICOLON if frame.in_with => {
                frame.in_with = false;
                frame.anew();
            }
            TOKEN_SEMICOLON => {
                frame.names.clear();
                frame.value = None;
                frame.with_packages = false;
                frame.at_name = matches!(frame.kind, Kind::Set | Kind::Let);
            }
            TOKEN_INHERIT => frame.at_name = false,
            TOKEN_UPDATE | TOKEN_THEN | TOKEN_ELSE | TOKEN_COLON => frame.anew(),
            TOKEN_LET => {
                frame.anew();
                frames.push(Frame::new(Kind::Let, None));
            }
            TOKEN_IN if frame.kind == Kind::Let => drop(frames.pop()),
            TOKEN_L_BRACE if is_pattern(&tokens[index..]) => frames.push(Frame::new(Kind::Pattern, None)),
            TOKEN_L_BRACE => {
                let base = frame.set_base();
                frames.push(Frame::new(Kind::Set, base));
            }
            TOKEN_L_BRACK => {
                // Elements of a list have no path; a merge's are what it gives.
                let merges = frame.head.as_deref() == Some("mkMerge");
                let base = frame.value.clone().filter(|_| merges);
                frames.push(Frame::new(Kind::List, base));
            }
            TOKEN_L_PAREN => {
                let value = if frame.kind == Kind::List { frame.base.clone() } else { frame.set_base() };
                frames.push(Frame::new(Kind::Bracket, value));
            }
            TOKEN_INTERPOL_START => frames.push(Frame::new(Kind::Hole, None)),
            TOKEN_STRING_START => frames.push(Frame::new(Kind::Text, None)),
            TOKEN_STRING_CONTENT => frame.names.push((*token).to_owned()),
            TOKEN_STRING_END | TOKEN_R_BRACE | TOKEN_R_BRACK | TOKEN_R_PAREN | TOKEN_INTERPOL_END if top > 0 => {
                let closed = frames.pop()?;
                let outer = frames.last_mut()?;
                match closed.kind {
                    Kind::Text if outer.at_name => outer.name(&closed.names.concat(), false),
                    // A computed name.
                    Kind::Hole if outer.at_name => outer.name("<name>", false),
                    _ => outer.in_head = false,
                }
            }
            _ => {}
        }
    }
    match frames.last()?.kind {
        Kind::Text | Kind::Pattern => None,
        _ => Some(frames),
    }
}

/// The place of what `names` in a set at `base` are set to; `None` for the keys of a module that are no options.
fn inside(base: &[String], mut names: Vec<String>) -> Option<Vec<String>> {
    if base.is_empty() && names.first().is_some_and(|first| first == "config") {
        names.remove(0);
    } else if base.is_empty() && names.first().is_some_and(|first| MODULE_KEYS.contains(&first.as_str())) {
        return None;
    }
    Some(base.iter().cloned().chain(names).collect())
}

/// The kind of the last token that is neither space nor comment.
fn previous(tokens: &[(SyntaxKind, &str)]) -> Option<SyntaxKind> {
    tokens.iter().rev().map(|(kind, _)| *kind).find(|kind| !matches!(kind, TOKEN_WHITESPACE | TOKEN_COMMENT))
}

/// Whether the brace that `tokens` begin with opens the arguments of a function.
fn is_pattern(tokens: &[(SyntaxKind, &str)]) -> bool {
    let mut depth = 0_usize;
    for (index, (kind, _)) in tokens.iter().enumerate() {
        match kind {
            TOKEN_L_BRACE | TOKEN_INTERPOL_START => depth += 1,
            TOKEN_R_BRACE | TOKEN_INTERPOL_END => depth = depth.saturating_sub(1),
            // No argument's default ends so.
            TOKEN_SEMICOLON if depth == 1 => return false,
            _ => {}
        }
        if depth == 0 {
            let mut rest = tokens[index + 1..].iter().map(|(kind, _)| *kind);
            let next = rest.find(|kind| !matches!(kind, TOKEN_WHITESPACE | TOKEN_COMMENT));
            return matches!(next, Some(TOKEN_COLON | TOKEN_AT));
        }
    }
    false
}

/// Names as a path, in quotes where they need them.
fn joined<'n>(names: impl Iterator<Item = &'n String>) -> String {
    let mut path = String::new();
    names.for_each(|name| push(&mut path, name));
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables;

    /// The first candidates at the mark `|`, and what they take the place of.
    fn offered(text: &str) -> Option<(String, Vec<String>)> {
        let cursor = text.find('|').unwrap();
        let text = text.replacen('|', "", 1);
        let found = at(&text, cursor, Stands::Module, &tables::known().tree, 20)?;
        let candidates = found.candidates.into_iter().map(|candidate| candidate.text).collect();
        Some((text[found.start..found.end].to_owned(), candidates))
    }

    #[test]
    fn names_complete_inside_of_what_is_open() {
        for (text, replaced, first) in [
            ("{ services.k3s.ro|", "services.k3s.ro", "services.k3s.role"),
            ("{ services.k3s = { enable = true; ro| }; }", "ro", "role"),
            ("{ services = { k3s.ro|le = 1; }; }", "k3s.role", "k3s.role"),
            ("{ config, lib, ... }: { config = lib.mkIf config.x { services.k3s = { ro|", "ro", "role"),
            (
                "{ lib, ... }:\nlet\n  a = { b = 1; };\nin\n{\n  config = lib.mkMerge [\n    { services.k3s.ro|",
                "services.k3s.ro",
                "services.k3s.role",
            ),
            ("{ config = lib.mkMerge [ (lib.mkIf (a == { }) { services.k3s = { ro|", "ro", "role"),
            ("{ services.k3s = { } // { ro|", "ro", "role"),
            ("{ services.k3s = if a then { } else { ro|", "ro", "role"),
            ("{ systemd.services.\"a b\".serv|", "serv", "serviceConfig"),
            ("{ systemd.services.${name} = { wantedB|", "wantedB", "wantedBy"),
            (
                "{ networking.interfaces.eth0.mt|u = 1; }",
                "networking.interfaces.eth0.mtu",
                "networking.interfaces.eth0.mtu",
            ),
            ("{ a = config.services.slurm.cl|", "services.slurm.cl", "services.slurm.clusterName"),
            ("{ a = [ pkgs.htop pkgs.openm| ]; }", "openm", "openmpi"),
            ("{ a = with pkgs; [ htop openm| ]; }", "openm", "openmpi"),
            ("{ a = \"${pkgs.openm|}/bin\"; }", "openm", "openmpi"),
        ] {
            let (found, candidates) = offered(text).unwrap_or_else(|| panic!("nothing at {text}"));
            assert_eq!(found, replaced, "{text}");
            assert!(candidates.iter().take(3).any(|candidate| candidate == first), "{text}: {candidates:?}");
        }
    }

    #[test]
    fn nothing_is_offered_where_nothing_is_known() {
        for text in [
            "{ # services.k3s.ro|",
            "{ a = \"services.k3s.ro|",
            "{ a = ''\n services.k3s.ro|",
            "{ lib, serv|",
            "{ lib, serv|, ... }: { }",
            "let serv| = 1; in { }",
            "{ options.own = { serv|",
            "{ a = lib.mkOption { ty|",
            "{ a = htop; b = openm|",
            "{ a = with pkgs; [ ]; b = [ openm| ]; }",
            "{ inherit (lib) serv|",
            "|",
        ] {
            assert_eq!(offered(text), None, "{text}");
        }
        assert_eq!(at("{ services.k3s.ro", 17, Stands::Value, &tables::known().tree, 20), None);
        assert_eq!(at("ü", 1, Stands::Module, &tables::known().tree, 20), None);
    }
}
