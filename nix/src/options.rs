//! The table of NixOS options (`nix/data/nixos-options.tsv`) as a tree; and that of a whole release, from its
//! `options.json`.
//!
//! The table is of NixOS 25.11's list of options, with what nixpkgs had in mid-2026 over it. Its lines are
//! - `path TAB type TAB default`: an option, its type as NixOS's manual words it, its default where that is a literal;
//! - `path`: a section of which the table has every option;
//! - `path TAB => TAB path TAB sentence`: an option that NixOS no longer has (nixpkgs `mkRenamedOptionModule`,
//!   `mkRemovedOptionModule`), with its new name where it has one, and what to do.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

/// The type of an option, as far as a value can be held against it. Its JSON is `{ "t": "listOf", "of": … }`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "t", rename_all = "camelCase")]
pub enum OptionType {
    /// `types.bool`.
    Bool,
    /// `types.str` and its narrower kinds.
    Str,
    /// Any integer, `types.int`.
    Int,
    /// `types.float`.
    Float,
    /// An integer from 0 to 65535.
    Port,
    /// An absolute path, `types.path`.
    Path,
    /// A derivation, `types.package`.
    Package,
    /// Text of which several definitions are joined by newlines.
    Lines,
    /// Text of which several definitions are joined by commas, spaces or the like.
    Commas,
    /// `null` alone; `types.nullOr x` is [`Either`](OptionType::Either) this or `x`.
    Null,
    /// One of some strings, `types.enum`.
    Enum {
        /// The strings, in the order in which the manual lists them.
        values: Vec<String>,
    },
    /// A list, `types.listOf`.
    ListOf {
        /// The type of each element.
        of: Box<OptionType>,
    },
    /// An attribute set with any names, `types.attrsOf`.
    AttrsOf {
        /// The type of each value.
        of: Box<OptionType>,
    },
    /// An attribute set of anything.
    Attrs,
    /// A set of options of its own; open ones take others too.
    Submodule {
        /// Whether it takes attributes that are not options of it (`freeformType`).
        open: bool,
    },
    /// Any one of several types, `types.either` and `types.oneOf`.
    Either {
        /// The types, at least two.
        of: Vec<OptionType>,
    },
    /// A type that this table does not model: every value has it.
    Any,
}

/// A place in the tree of options: an option, a set of them, or both.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OptionNode {
    /// The option's type; `None` for a place that only has options below it.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<OptionType>,
    /// The default, where it is a simple literal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Whether the table lists every option below, so that any other does not exist.
    #[serde(skip)]
    pub is_whole: bool,
    /// What is below, by name; `<name>` stands for any name of an attribute set, `*` for a list's elements.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub children: BTreeMap<String, OptionNode>,
}

/// A place in the tree of options that NixOS no longer has: such an option, what is below it, or both.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GoneNode {
    /// What became of the option; `None` for a place that only has such options below it.
    pub gone: Option<Gone>,
    /// What is below, by name, as in [`OptionNode::children`].
    pub children: BTreeMap<String, GoneNode>,
}

/// What became of an option.
#[derive(Clone, Debug, PartialEq)]
pub struct Gone {
    /// Its new name; `None` where it was removed.
    pub renamed: Option<String>,
    /// What to do, as a sentence; empty where the new name says it.
    pub advice: String,
}

/// The options that a user's Nix is checked against.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The options that there are.
    pub tree: OptionNode,
    /// The options that there were in earlier releases.
    pub gone: GoneNode,
    /// Whether these are all options of a release: then one that is missing does not exist. Otherwise only what stands
    /// below a known prefix (`services.k3s`) is judged.
    pub complete: bool,
    /// How many options there are.
    pub count: usize,
}

impl Known {
    /// The options of `table`, whose lines are as the head of this file says; `complete` as in the field.
    pub fn new(table: &str, complete: bool) -> Self {
        let is_option = |line: &&str| line.split('\t').nth(1).is_some_and(|kind| kind != GONE);
        Self { tree: tree(table), gone: gone(table), complete, count: table.lines().filter(is_option).count() }
    }

    /// Whether all options below `parents`, a path of names, are known, so that one that is missing there does
    /// not exist.
    pub fn is_whole(&self, parents: &[String]) -> bool {
        let mut node = &self.tree;
        for name in parents {
            let Some(next) = node.children.get(name).or_else(|| node.children.get("<name>")) else { return false };
            node = next;
            if node.is_whole {
                return true;
            }
        }
        false
    }
}

/// What stands for the type in the line of an option that NixOS no longer has.
const GONE: &str = "=>";

/// The project's own table of options. The page does not carry it but fetches it; see [`tables`](crate::tables).
#[cfg(not(target_family = "wasm"))]
pub const TABLE: &str = include_str!("../data/nixos-options.tsv");

/// The largest `options.json` that is read, in bytes; that of NixOS has some 25 MB.
pub const MAX_JSON: usize = 96 << 20;

/// The options of `table` as a tree. Lines of another shape are passed over.
pub fn tree(table: &str) -> OptionNode {
    let mut root = OptionNode::default();
    // Few types are many options'.
    let mut types: HashMap<&str, OptionType> = HashMap::new();
    for line in table.lines() {
        let mut columns = line.split('\t');
        let (Some(path), kind) = (columns.next(), columns.next()) else { continue };
        if kind == Some(GONE) || path.is_empty() {
            continue;
        }
        let node = steps(path).fold(&mut root, |node, part| node.children.entry(part.to_owned()).or_default());
        match kind {
            Some(kind) => {
                node.kind = Some(types.entry(kind).or_insert_with(|| parse_type(kind)).clone());
                node.default = columns.next().and_then(parse_default);
            }
            None => node.is_whole = true,
        }
    }
    root
}

/// The options of a table that there were.
fn gone(table: &str) -> GoneNode {
    let mut root = GoneNode::default();
    for line in table.lines() {
        let mut columns = line.split('\t');
        let (Some(path), Some(GONE)) = (columns.next(), columns.next()) else { continue };
        let node = steps(path).fold(&mut root, |node, part| node.children.entry(part.to_owned()).or_default());
        let mut column = || columns.next().unwrap_or_default().to_owned();
        let renamed = Some(column()).filter(|path| !path.is_empty());
        node.gone = Some(Gone { renamed, advice: column() });
    }
    root
}

impl OptionNode {
    /// What the tree has at `path`, relative to this place; a name stands for the `<name>` of an attribute set where
    /// there is no option called so. `None` where the tree has nothing there.
    pub fn at(&self, path: &[String]) -> Option<&OptionNode> {
        path.iter().try_fold(self, |node, name| node.children.get(name).or_else(|| node.children.get("<name>")))
    }
}

impl OptionType {
    /// Whether two different definitions of such an option are an error, because NixOS cannot merge them.
    pub fn is_single(&self) -> bool {
        match self {
            OptionType::Bool
            | OptionType::Str
            | OptionType::Int
            | OptionType::Float
            | OptionType::Port
            | OptionType::Path
            | OptionType::Package
            | OptionType::Null
            | OptionType::Enum { .. } => true,
            OptionType::Either { of } => of.iter().all(OptionType::is_single),
            _ => false,
        }
    }
}

/// The table, a line `path TAB type` for each option, of an `options.json` as NixOS builds it
/// (`nix-build '<nixpkgs/nixos/release.nix>' -A options`): an object with the `type` of each option by its path.
///
/// `Err` where the bytes are not such an object, or more than [`MAX_JSON`]; it is the end of a sentence that begins
/// with the file's name: `is larger than …`.
pub fn table_of_json(json: &[u8]) -> Result<String, String> {
    /// Of an option, what is read; its description is by far the largest part.
    #[derive(Deserialize)]
    struct Described {
        #[serde(rename = "type")]
        kind: Option<String>,
    }
    if json.len() > MAX_JSON {
        return Err(format!("is larger than {} MiB, the most that is read", MAX_JSON >> 20));
    }
    let options: BTreeMap<String, Described> = serde_json::from_slice(json).map_err(|error| {
        // A file that is whole, but something else, or one that is still packed.
        match serde_json::from_slice::<IgnoredAny>(json) {
            Ok(_) => "is no options.json: that is an object with the `type` of each option by its path".to_owned(),
            Err(_) => format!("is no options.json ({error}); one that ends in .br, .gz or .xz must be unpacked first"),
        }
    })?;
    let mut table = String::new();
    for (path, option) in &options {
        let Some(kind) = &option.kind else {
            return Err(format!("is no options.json: `{path}` has no type, and in options.json each option has one"));
        };
        let plain: String = kind.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if !path.contains(char::is_control) {
            writeln!(table, "{path}\t{plain}").ok();
        }
    }
    match table.as_str() {
        "" => Err("has no options in it".to_owned()),
        _ => Ok(table),
    }
}

/// `boot.kernel.sysctl."net.core.rmem_max"` in its parts, without quotes.
pub(super) fn split_path(path: &str) -> Vec<String> {
    steps(path).map(str::to_owned).collect()
}

fn steps(path: &str) -> impl Iterator<Item = &str> {
    // Few paths have a dot inside of a part.
    let parts = if path.contains('"') { split_outside(path, ".") } else { path.split('.').collect() };
    parts.into_iter().map(|part| part.trim_matches('"'))
}

/// `text` split at each `separator` outside brackets and quotes.
fn split_outside<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    let (mut parts, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0_usize, false);
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth = depth.saturating_sub(1),
            _ if !quoted && depth == 0 && at >= start && text[at..].starts_with(separator) => {
                parts.push(&text[start..at]);
                start = at + separator.len();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// The type that NixOS's manual describes as `text` (`lib/types.nix`, `description`): `list of string`, `null or
/// package`. [`OptionType::Any`] where the wording is not known.
pub fn parse_type(text: &str) -> OptionType {
    let text = text.trim();
    let text = text.strip_suffix(" convertible to it").unwrap_or(text).trim();
    let list = |of| OptionType::ListOf { of: Box::new(parse_type(of)) };
    let attrs = |of| OptionType::AttrsOf { of: Box::new(parse_type(of)) };
    match text {
        "boolean" => return OptionType::Bool,
        "string" | "non-empty string" | "(optionally newline-terminated) single-line string" => return OptionType::Str,
        "null" => return OptionType::Null,
        "signed integer" => return OptionType::Int,
        "floating point number" => return OptionType::Float,
        "absolute path" | "path in the Nix store" => return OptionType::Path,
        "package" | "shell package" => return OptionType::Package,
        "strings concatenated with \"\\n\"" => return OptionType::Lines,
        "strings concatenated with \",\"" => return OptionType::Commas,
        "attribute set" => return OptionType::Attrs,
        "submodule" => return OptionType::Submodule { open: false },
        _ => {}
    }
    if let Some(inner) = in_brackets(text) {
        return parse_type(inner);
    }
    let branches = split_outside(text, " or ");
    if branches.len() > 1 {
        return OptionType::Either { of: branches.into_iter().map(parse_type).collect() };
    }
    if let Some(values) = text.strip_prefix("one of ") {
        let values = split_outside(values, ",").into_iter().map(|v| v.trim().strip_prefix('"')?.strip_suffix('"'));
        return values
            .map(|v| v.map(str::to_owned))
            .collect::<Option<_>>()
            .map_or(OptionType::Any, |values| OptionType::Enum { values });
    }
    for prefix in ["non-empty (list of ", "list of "] {
        if let Some(of) = text.strip_prefix(prefix) {
            return list(if prefix.contains('(') { of.trim_end_matches(')') } else { of });
        }
    }
    for prefix in ["lazy attribute set of ", "attribute set of "] {
        if let Some(of) = text.strip_prefix(prefix) {
            return attrs(of);
        }
    }
    match text {
        _ if text.starts_with("open submodule") => OptionType::Submodule { open: true },
        _ if text.starts_with("16 bit unsigned integer") => OptionType::Port,
        _ if text.contains("integer") && (text.contains("between") || text.contains("meaning")) => OptionType::Int,
        _ if text.starts_with("strings concatenated with ") => OptionType::Commas,
        _ if text.starts_with("string") => OptionType::Str,
        _ => OptionType::Any,
    }
}

/// What stands inside, if one pair of brackets holds all of `text`.
fn in_brackets(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 0_i32;
    let closes_early = inner.chars().any(|character| {
        depth += match character {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth < 0
    });
    (!closes_early).then_some(inner)
}

fn parse_default(text: &str) -> Option<Value> {
    match text {
        "[ ]" | "[]" => Some(Value::Array(Vec::new())),
        "{ }" | "{}" => Some(Value::Object(Default::default())),
        _ if text.starts_with("\"config.") || text.contains("${") => None,
        // What is left of the literals is JSON too: true, null, 15, "text".
        _ => serde_json::from_str(text).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_as_the_manual_writes_them() {
        use OptionType::*;
        let list = |of| ListOf { of: Box::new(of) };
        for (text, expected) in [
            ("boolean", Bool),
            ("null or string", Either { of: vec![Null, Str] }),
            ("list of string", list(Str)),
            ("list of (submodule)", list(Submodule { open: false })),
            ("one of \"a\", \"b\"", Enum { values: vec!["a".into(), "b".into()] }),
            ("16 bit unsigned integer; between 0 and 65535 (both inclusive)", Port),
            ("attribute set of list of string", AttrsOf { of: Box::new(list(Str)) }),
            (
                "boolean or one of \"strict\", \"loose\"",
                Either { of: vec![Bool, Enum { values: vec!["strict".into(), "loose".into()] }] },
            ),
            ("raw value", Any),
        ] {
            assert_eq!(parse_type(text), expected, "{text}");
        }
    }

    #[test]
    fn an_options_json_is_a_table() {
        let json = br#"{"a.<name>.b": {"type": "boolean", "loc": ["a"]}, "c": {"type": "one of\n 1", "default": {"text": "1"}}}"#;
        let table = table_of_json(json).unwrap();
        assert_eq!(table, "a.<name>.b\tboolean\nc\tone of  1\n");
        let known = Known::new(&table, true);
        assert_eq!(known.count, 2);
        assert_eq!(known.tree.children["a"].children["<name>"].children["b"].kind, Some(OptionType::Bool));
        for (wrong, why) in [
            (&b"[]"[..], "is no options.json: that is an object"),
            (b"{}", "has no options in it"),
            (br#"{"a": {}}"#, "`a` has no type"),
            (br#"{"a": 1}"#, "is no options.json: that is an object"),
            (b"\x1f\x8b\x08", "must be unpacked first"),
        ] {
            let found = table_of_json(wrong).unwrap_err();
            assert!(found.contains(why), "{found}");
        }
    }

    #[test]
    fn the_table_is_a_tree() {
        let tree = tree(TABLE);
        let at = |path: &str| split_path(path).iter().fold(&tree, |node, part| &node.children[part]).clone();
        assert_eq!(at("services.slurm.client.enable").default, Some(Value::Bool(false)));
        assert_eq!(at("networking.interfaces.<name>.mtu").kind, Some(parse_type("null or signed integer")));
        assert!(at("boot.kernel.sysctl").children.contains_key("net.core.rmem_max"));
    }
}
