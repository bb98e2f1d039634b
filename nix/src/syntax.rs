//! Nix that a user typed: whether it parses, and whether it can be a NixOS module.

use super::lint;
use rnix::SyntaxKind::{self, *};
use rnix::{NixLanguage, ParseError, SyntaxNode, TextRange, TextSize};
use rowan::{GreenNodeData, Language as _, NodeOrToken};
use std::cell::RefCell;
use std::collections::HashSet;

/// The longest text that is parsed, in bytes.
const MAX_BYTES: usize = 128 << 10;
/// How deep a tree may be: the parser's own limit is for nesting only, and dropping a tree takes stack as well.
const MAX_DEPTH: usize = 1000;

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, counted from 1.
    pub line: usize,
    /// The character of the line, counted from 1.
    pub column: usize,
    /// What is wrong and what to do, as the end of a sentence without its period.
    pub message: String,
}

impl Fault {
    pub(super) fn at(text: &str, place: TextSize, message: impl Into<String>) -> Self {
        let before = text.get(..usize::from(place)).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { line, column, message: message.into() }
    }
}

/// Why `text` is not one Nix expression; `None` where it is.
pub fn expression_fault(text: &str) -> Option<Fault> {
    parse(text).err()
}

/// Whether `text` is an expression that means the same in any file: it has no free variables and no relative paths.
/// `false` where it does not parse.
pub fn is_closed(text: &str) -> bool {
    parse(text).is_ok_and(|expression| {
        let has_path = expression.descendants().any(|node| matches!(node.kind(), NODE_PATH_REL));
        !has_path && lint::unbound(expression).is_none()
    })
}

/// Why `text` cannot be a file with a NixOS module; `None` where it parses, has no undefined variable, and is an
/// attribute set, a function that takes further arguments (`...`), or something that may give one.
pub fn module_fault(text: &str) -> Option<Fault> {
    form_fault(text).or_else(|| {
        let (range, name) = lint::unbound(parse(text).ok()?)?;
        Some(Fault::at(text, range.start(), undefined(&name)))
    })
}

/// As [`module_fault`], whatever variables are around the text.
pub(super) fn form_fault(text: &str) -> Option<Fault> {
    match parse(text) {
        Ok(expression) => no_module(expression).map(|(range, message)| Fault::at(text, range.start(), message)),
        Err(fault) => Some(fault),
    }
}

/// As [`module_fault`], for a file that may also hold a function that gives a module, as the guide to modules has it:
/// the flake calls that function itself.
pub fn source_fault(text: &str) -> Option<Fault> {
    let expression = match parse(text) {
        Ok(expression) => expression,
        Err(fault) => return Some(fault),
    };
    match function_body(&expression).filter(|body| function_body(body).is_some()) {
        Some(module) => no_module(module).map(|(range, message)| Fault::at(text, range.start(), message)),
        None => module_fault(text),
    }
}

/// What a function gives, seen through brackets and `let`.
fn function_body(expression: &SyntaxNode) -> Option<SyntaxNode> {
    match expression.kind() {
        NODE_PAREN | NODE_LET_IN | NODE_WITH | NODE_ASSERT => function_body(&expression.last_child()?),
        NODE_LAMBDA => expression.last_child(),
        _ => None,
    }
}

/// From how many bytes on it is remembered what a text was parsed to, and of how many bytes in all.
const REMEMBERED_FROM: usize = 2 << 10;
const REMEMBERED_IN_ALL: usize = 4 * MAX_BYTES;

thread_local! {
    /// What long texts were parsed to, the last one at the end: one edit asks for the same text many times.
    static PARSED: RefCell<Vec<(String, Result<SyntaxNode, Fault>)>> = const { RefCell::new(Vec::new()) };
}

/// The syntax tree of `text`, which is one Nix expression. `Err` says why it is not, or that it is too long or too
/// deep.
pub fn parse(text: &str) -> Result<SyntaxNode, Fault> {
    if !(REMEMBERED_FROM..=MAX_BYTES).contains(&text.len()) {
        return parse_anew(text);
    }
    PARSED.with_borrow_mut(|parsed| {
        let (text, found) = match parsed.iter().position(|(known, _)| known == text) {
            Some(at) => parsed.remove(at),
            None => (text.to_owned(), parse_anew(text)),
        };
        let mut held: usize = parsed.iter().map(|(known, _)| known.len()).sum();
        while held + text.len() > REMEMBERED_IN_ALL {
            held -= parsed.remove(0).0.len();
        }
        parsed.push((text, found.clone()));
        found
    })
}

fn parse_anew(text: &str) -> Result<SyntaxNode, Fault> {
    if text.len() > MAX_BYTES {
        let message = format!("there are {} bytes; keep it to {MAX_BYTES}, or bring a file of your own", text.len());
        return Err(Fault::at(text, TextSize::from(0), message));
    }
    if let Some(place) = too_deep(text) {
        return Err(Fault::at(text, place, "it is nested too deeply"));
    }
    let tree = rnix::Root::parse(text);
    let end = TextSize::of(text.trim_end());
    let found = tree.errors().iter().map(|error| complaint(error, text, end)).min_by_key(|(place, _)| *place);
    match found {
        Some((place, message)) => Err(Fault::at(text, place, message)),
        None => match repeated_argument(&tree.syntax()) {
            Some((place, name)) => Err(Fault::at(text, place, format!("the argument “{name}” stands twice"))),
            None => tree.syntax().first_child().ok_or_else(|| Fault::at(text, end, "there is no expression")),
        },
    }
}

/// The first argument that stands twice in its pattern, which the parser lets pass and Nix does not.
fn repeated_argument(tree: &SyntaxNode) -> Option<(TextSize, String)> {
    // Most texts have none: the tree that has no places yet is walked through in a fraction of the time.
    if !repeats_argument(tree.green()) {
        return None;
    }
    tree.descendants().filter(|node| node.kind() == NODE_PATTERN).find_map(|pattern| {
        let mut names = HashSet::new();
        let entries = pattern.children().filter(|child| child.kind() == NODE_PAT_ENTRY);
        let mut idents = entries.filter_map(|entry| entry.first_child());
        let again = idents.find(|ident| !names.insert(ident.text().to_string()))?;
        Some((again.text_range().start(), again.text().to_string()))
    })
}

fn repeats_argument(node: &GreenNodeData) -> bool {
    let is = |node: &GreenNodeData, kind: SyntaxKind| node.kind() == NixLanguage::kind_to_raw(kind);
    let inner = || node.children().filter_map(NodeOrToken::into_node);
    if is(node, NODE_PATTERN) {
        let mut names = HashSet::new();
        let entries = inner().filter(|child| is(child, NODE_PAT_ENTRY));
        let mut idents = entries.filter_map(|entry| entry.children().find_map(NodeOrToken::into_node));
        if idents.any(|ident| !names.insert(ident.to_string())) {
            return true;
        }
    }
    inner().any(repeats_argument)
}

/// Where a text gets deeper than is parsed. Counted are the tokens that may each add a level, `a` in `a a a` or `-` in
/// `---1`: those since the last `;` or `,` of every bracket that is open. Elements of a list stand side by side.
fn too_deep(text: &str) -> Option<TextSize> {
    let mut place = TextSize::from(0);
    // For each open bracket whether it is a list's, and how many were counted in it; and how many in all.
    let (mut open, mut counted) = (vec![(false, 0)], 0);
    for (kind, token) in rnix::tokenize(text) {
        let nested = open.len() > 1;
        let (in_list, own) = open.last_mut()?;
        match kind {
            TOKEN_L_BRACE | TOKEN_L_BRACK | TOKEN_L_PAREN | TOKEN_INTERPOL_START => {
                open.push((kind == TOKEN_L_BRACK, 0));
            }
            TOKEN_R_BRACE | TOKEN_R_BRACK | TOKEN_R_PAREN | TOKEN_INTERPOL_END if nested => {
                counted -= open.pop().map_or(0, |(_, own)| own);
            }
            TOKEN_SEMICOLON | TOKEN_COMMA => counted -= std::mem::take(own),
            TOKEN_WHITESPACE | TOKEN_COMMENT | TOKEN_STRING_START | TOKEN_STRING_CONTENT | TOKEN_STRING_END => {}
            _ if *in_list => {}
            _ => (*own, counted) = (*own + 1, counted + 1),
        }
        if counted + open.len() > MAX_DEPTH {
            return Some(place);
        }
        place += TextSize::of(token);
    }
    None
}

/// Where an error is, and what to say of it.
fn complaint(error: &ParseError, text: &str, end: TextSize) -> (TextSize, String) {
    let word = |range: &TextRange| {
        let word = text.get(usize::from(range.start())..usize::from(range.end())).unwrap_or_default();
        let word: String = word.chars().take_while(|c| !c.is_control()).take(20).collect();
        if word.trim().is_empty() { "this".to_owned() } else { format!("“{word}”") }
    };
    match error {
        ParseError::UnexpectedWanted(_, range, wanted) => {
            (range.start(), format!("{} is unexpected{}", word(range), expected(wanted)))
        }
        ParseError::Unexpected(range) => (range.start(), format!("{} is unexpected", word(range))),
        ParseError::UnexpectedExtra(range) => {
            (range.start(), format!("{} is unexpected: the expression has ended", word(range)))
        }
        ParseError::UnexpectedDoubleBind(range) => (range.start(), format!("{} is bound twice", word(range))),
        ParseError::UnexpectedEOFWanted(wanted) => (end, format!("the text ends too early{}", expected(wanted))),
        ParseError::RecursionLimitExceeded => (end, "it is nested too deeply".to_owned()),
        _ => (end, "the text ends too early".to_owned()),
    }
}

/// What should stand there, where that is a single sign.
fn expected(wanted: &[SyntaxKind]) -> String {
    let sign = |kind: &SyntaxKind| match kind {
        TOKEN_SEMICOLON => Some(";"),
        TOKEN_R_BRACE => Some("}"),
        TOKEN_R_BRACK => Some("]"),
        TOKEN_R_PAREN => Some(")"),
        TOKEN_ASSIGN => Some("="),
        TOKEN_COLON => Some(":"),
        TOKEN_IN => Some("in"),
        TOKEN_THEN => Some("then"),
        TOKEN_ELSE => Some("else"),
        _ => None,
    };
    match wanted {
        [one] => sign(one).map(|sign| format!(", where “{sign}” should stand")).unwrap_or_default(),
        _ => String::new(),
    }
}

/// What every NixOS module can ask for.
const ARGUMENTS: &[&str] = &["config", "lib", "modulesPath", "options", "pkgs"];

/// Says that nothing binds the variable `name`.
pub(super) fn undefined(name: &str) -> String {
    if ARGUMENTS.contains(&name) {
        format!("“{name}” is not defined: write “{{ {name}, ... }}:” in front")
    } else {
        format!("“{}” is not defined", name.chars().take(40).collect::<String>())
    }
}

const NO_SET: &str = "this is no NixOS module: write an attribute set, “{ services.smartd.enable = true; }”";

/// Why an expression can give no module, where that is plain.
fn no_module(expression: SyntaxNode) -> Option<(TextRange, &'static str)> {
    let range = expression.text_range();
    let has = |kind| expression.children_with_tokens().any(|child| child.kind() == kind);
    match expression.kind() {
        NODE_LIST | NODE_STRING | NODE_LITERAL | NODE_UNARY_OP | NODE_HAS_ATTR | NODE_CUR_POS => Some((range, NO_SET)),
        NODE_BIN_OP if !has(TOKEN_UPDATE) => Some((range, NO_SET)),
        NODE_PATH_ABS | NODE_PATH_HOME | NODE_PATH_REL | NODE_PATH_SEARCH => {
            Some((range, "a path is no NixOS module: write “{ imports = [ ./… ]; }” around it"))
        }
        NODE_PAREN | NODE_LET_IN | NODE_WITH | NODE_ASSERT => no_module(expression.last_child()?),
        NODE_LAMBDA => {
            let arguments = expression.first_child()?;
            let named = arguments.kind() == NODE_PATTERN;
            // NixOS calls a module with more arguments than it names.
            if named && !arguments.children_with_tokens().any(|child| child.kind() == TOKEN_ELLIPSIS) {
                let message = "a module's arguments must end in “...”: write “{ pkgs, ... }:”";
                return Some((arguments.text_range(), message));
            }
            no_module(expression.last_child()?)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(fault: Option<Fault>) -> String {
        fault.map_or_else(String::new, |fault| format!("{}:{} {}", fault.line, fault.column, fault.message))
    }

    #[test]
    fn what_does_not_parse_is_told_with_its_place() {
        for (text, wanted) in [
            ("{ }", ""),
            ("[ 1 ] # note\n", ""),
            ("", "1:1 the text ends too early"),
            ("# only a note\n\n", "1:14 the text ends too early"),
            ("{\n  a = 1\n}", "3:1 “}” is unexpected, where “;” should stand"),
            ("{ a = \"ü\"; b = ]; }", "1:16 “]” is unexpected"),
            ("{ a = 1;", "1:9 the text ends too early"),
            ("a.b = 1;", "1:5 “= 1;” is unexpected: the expression has ended"),
        ] {
            let found = shown(expression_fault(text));
            assert!(found.starts_with(wanted) && found.is_empty() == wanted.is_empty(), "{text}\n{found}");
        }
    }

    #[test]
    fn what_is_remembered_is_what_is_found_anew() {
        // More than is remembered, right and wrong, each asked for twice and out of turn.
        let texts: Vec<String> = (0..12)
            .map(|n| format!("{{ a = [ {}{} ]; }}", "x ".repeat(30_000), if n % 2 == 0 { "]" } else { "y" }))
            .collect();
        for n in [0, 0, 1, 2, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 11, 5] {
            let anew = parse_anew(&texts[n]);
            assert_eq!(parse(&texts[n]).map(|node| node.to_string()), anew.map(|node| node.to_string()));
        }
    }

    #[test]
    fn what_is_plainly_no_module_is_told() {
        for text in [
            "{ services.smartd.enable = true; }",
            "{ pkgs, ... }: { environment.systemPackages = [ pkgs.vim ]; }",
            "args: with args.lib; mkIf true { }",
            "let a = { }; in (a // { b = 1; })",
            "import ./x.nix",
            "rec { }",
            "{ lib, pkgs ? lib, ... }@args: let inherit (lib) a; b = rec { c = a; \"d\" = [ c args b pkgs.x ]; }; in with b; { x = \"${c} ${y}\"; }",
            "{ a.b = 1; inherit (builtins) c; d = builtins.e or null; f = x: y: x ? g || y ? ${\"h\"}; }",
        ] {
            assert_eq!(module_fault(text), None, "{text}");
        }
        for (text, place) in [
            ("[ ]", "1:1"),
            ("\"x\"", "1:1"),
            ("17", "1:1"),
            ("./x.nix", "1:1"),
            ("1 + 1", "1:1"),
            ("let\n  a = 1;\nin\n(a == 1)", "4:2"),
            ("{ pkgs, ... }: [ ]", "1:16"),
            ("{ pkgs }: { }", "1:1"),
            ("{", "1:2"),
            ("{\n  a = [ pkgs.vim ]; }", "2:9 “pkgs” is not defined: write “{ pkgs, ... }:” in front"),
            ("{ a = b; }", "1:7 “b” is not defined"),
            ("{ lib, ... }: { inherit lib x; }", "1:29 “x”"),
            ("{ a ? b, ... }: { }", "1:7 “b”"),
            ("{ a = with x; y; }", "1:12 “x”"),
            ("{ a.${b} = \"${c}\"; }", "1:7 “b”"),
        ] {
            let found = shown(module_fault(text));
            assert!(found.starts_with(place), "{text}: {found}");
        }
    }

    /// Trees that are as deep as their text is long, to the left and to the right.
    #[test]
    fn deep_texts_do_not_fill_the_stack() {
        for piece in ["(", "a ", "a.", "a:", "- ", "! ", "[", "{a=", "\"${", "a+", "a//", "with a;", "assert a;", "if "]
        {
            for times in [511, 20_000] {
                drop(module_fault(&piece.repeat(times)));
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in "\\PC*|[a-c{}()\\[\\];:=.,\"'$@?/ \n]*") {
            drop(module_fault(&text));
        }
    }
}
