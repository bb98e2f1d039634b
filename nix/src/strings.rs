//! Strings and names with the escapes that Nix needs.

use super::Piece;
use super::print::flat;

const KEYWORDS: &[&str] = &["assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with", "__curPos"];

/// Whether `name` can stand without quotes, as a variable and as an attribute: an identifier of Nix and no keyword.
pub fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\''))
        && !KEYWORDS.contains(&name)
}

/// `name` as an attribute's name: bare where Nix allows it, else quoted.
pub(super) fn attribute(name: &str) -> String {
    if is_identifier(name) { name.to_owned() } else { quoted(name) }
}

/// `path` as Nix writes it; `<name>`, which stands for any name, stays as it is.
pub(super) fn attribute_path(path: &[String]) -> String {
    let name = |name: &String| if name.starts_with('<') { name.clone() } else { attribute(name) };
    path.iter().map(name).collect::<Vec<_>>().join(".")
}

/// `value` as a Nix string on one line. The escapes are those of the Nix manual, “String literal”; a carriage return
/// is escaped since Nix's reader turns a bare one into a newline.
pub(super) fn quoted(value: &str) -> String {
    format!("\"{}\"", escaped(value, false))
}

/// A string with values put in.
pub(super) fn template(pieces: &[Piece]) -> String {
    let mut out = "\"".to_owned();
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) => {
                out += &escaped(text, matches!(pieces.get(index + 1), Some(Piece::Value(_))));
            }
            Piece::Value(value) => out += &format!("${{{}}}", flat(value)),
        }
    }
    out + "\""
}

/// What stands between the quotes for `value`; `put_in` says that `${` follows it.
fn escaped(value: &str, put_in: bool) -> String {
    let mut out = String::with_capacity(value.len());
    let mut characters = value.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Nix has no escape for NUL, and no string with one.
            '\0' => out.push('\u{fffd}'),
            '$' if characters.peek() == Some(&'{') => out.push_str("\\$"),
            // `$$` would leave a following `{` literal only by luck of pairs: escape every dollar before another.
            '$' if characters.peek() == Some(&'$') => out.push_str("\\$"),
            '$' if put_in && characters.peek().is_none() => out.push_str("\\$"),
            other => out.push(other),
        }
    }
    out
}

/// The lines of an indented string that is `value`, without its quotes; `None` where its indentation, its first line or
/// its last would be taken for layout, a single quote for a part of the escape or the end behind it, or where Nix would
/// change a character.
/// Nix manual, “String literal”: whitespace that all lines begin with is stripped.
pub(super) fn indented(value: &str) -> Option<Vec<String>> {
    let plain = |c: char| c == '\n' || c == '\t' || !c.is_control();
    let lines: Vec<&str> = value.split('\n').collect();
    let (last, _) = lines.split_last()?;
    let at_margin = lines.iter().any(|line| line.starts_with(|c: char| c != ' '));
    let stands = value.chars().all(plain)
        && lines.len() > 1
        && at_margin
        && !value.ends_with('\'')
        && !["'${", "'$$"].iter().any(|quote| value.contains(quote))
        && (last.is_empty() || !last.trim_matches(' ').is_empty())
        && lines.iter().all(|line| line.is_empty() || !line.trim().is_empty());
    stands.then(|| lines.iter().map(|line| indented_line(line)).collect())
}

/// A line of an indented string.
fn indented_line(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\'', Some('\'')) => {
                characters.next();
                out.push_str("'''");
            }
            ('$', Some('{' | '$')) => out.push_str("''$"),
            (other, _) => out.push(other),
        }
    }
    out
}
