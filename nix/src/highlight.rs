//! The text of a file, split into lines of tokens, for showing it in colours.
//!
//! `a = "x"; # note` gives one line: name `a`, plain ` = `, string `"x"`, plain `; `, comment `# note`.

use rnix::SyntaxKind::{self, *};

/// What a token is, as far as its colour depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Anything else: punctuation, blanks, variables, and every file that is neither Nix nor JSON.
    Plain,
    /// A comment of Nix, with its `#` or `/* */`.
    Comment,
    /// A string or a part of one, with its quotes; in Nix also a path.
    String,
    /// An attribute that is set, or a key of JSON.
    Name,
    /// An integer or a float.
    Number,
    /// A keyword of Nix, and `true`, `false` and `null`.
    Keyword,
}

/// A piece of one line, in a single colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'t> {
    /// What it is.
    pub kind: Kind,
    /// Its characters; never empty, and without a newline.
    pub text: &'t str,
}

/// The lines of the file `path` as tokens, one entry a line. Files ending in `.nix`, `.json` and `.lock` are coloured,
/// all others plain. The tokens of a line, joined, are the line; an empty line has none, and a final newline opens no
/// further line.
pub fn lines<'t>(path: &str, text: &'t str) -> Vec<Vec<Token<'t>>> {
    let tokens = match path.rsplit('.').next() {
        Some("nix") => nix(text),
        Some("json" | "lock") => json(text),
        _ => vec![Token { kind: Kind::Plain, text }],
    };
    split(tokens)
}

fn split(tokens: Vec<Token<'_>>) -> Vec<Vec<Token<'_>>> {
    let mut lines = vec![Vec::new()];
    for Token { kind, text } in tokens {
        for (i, part) in text.split('\n').enumerate() {
            if i > 0 {
                lines.push(Vec::new());
            }
            let line = lines.last_mut().expect("starts with one line");
            if !part.is_empty() {
                line.push(Token { kind, text: part });
            }
        }
    }
    if lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    lines
}

fn nix(text: &str) -> Vec<Token<'_>> {
    let raw: Vec<(SyntaxKind, &str)> = rnix::tokenize(text).collect();
    let mut kinds: Vec<Kind> = raw.iter().map(|(kind, text)| nix_kind(*kind, text)).collect();
    // Backwards from each `=`: the path of names before it is what it sets.
    let mut sets = false;
    for (i, (kind, _)) in raw.iter().enumerate().rev() {
        match kind {
            TOKEN_ASSIGN => sets = true,
            TOKEN_IDENT | TOKEN_OR if sets => kinds[i] = Kind::Name,
            TOKEN_STRING_START | TOKEN_STRING_CONTENT | TOKEN_STRING_END | TOKEN_DOT | TOKEN_WHITESPACE if sets => {}
            _ => sets = false,
        }
    }
    join(text, raw.into_iter().map(|(_, text)| text).zip(kinds))
}

fn nix_kind(kind: SyntaxKind, text: &str) -> Kind {
    match kind {
        TOKEN_COMMENT => Kind::Comment,
        TOKEN_STRING_START | TOKEN_STRING_CONTENT | TOKEN_STRING_END | TOKEN_URI => Kind::String,
        TOKEN_PATH_ABS | TOKEN_PATH_HOME | TOKEN_PATH_REL | TOKEN_PATH_SEARCH => Kind::String,
        TOKEN_INTEGER | TOKEN_FLOAT => Kind::Number,
        TOKEN_ASSERT | TOKEN_ELSE | TOKEN_IF | TOKEN_IN | TOKEN_INHERIT | TOKEN_LET | TOKEN_REC | TOKEN_THEN
        | TOKEN_WITH => Kind::Keyword,
        TOKEN_IDENT if matches!(text, "true" | "false" | "null") => Kind::Keyword,
        _ => Kind::Plain,
    }
}

fn json(text: &str) -> Vec<Token<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '+' | '.');
        let (kind, length) = match first {
            '"' => {
                let length = string_length(rest);
                let key = rest[length..].trim_start().starts_with(':');
                (if key { Kind::Name } else { Kind::String }, length)
            }
            c if word(c) => {
                let number = c == '-' || c.is_ascii_digit();
                (if number { Kind::Number } else { Kind::Keyword }, rest.find(|c| !word(c)).unwrap_or(rest.len()))
            }
            _ => (Kind::Plain, rest.find(|c| c == '"' || word(c)).unwrap_or(rest.len())),
        };
        pieces.push((&rest[..length], kind));
        rest = &rest[length..];
    }
    join(text, pieces.into_iter())
}

/// The length of the JSON string that `text` starts with, quotes and all.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (i, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return i + 1,
            _ => {}
        }
    }
    text.len()
}

/// Neighbours of one kind become one token, so that a line costs few elements on the page.
fn join<'t>(text: &'t str, pieces: impl Iterator<Item = (&'t str, Kind)>) -> Vec<Token<'t>> {
    let mut tokens: Vec<Token<'t>> = Vec::new();
    let (mut start, mut end) = (0, 0);
    let mut current = Kind::Plain;
    for (piece, kind) in pieces {
        if kind != current {
            if start < end {
                tokens.push(Token { kind: current, text: &text[start..end] });
            }
            (start, current) = (end, kind);
        }
        end += piece.len();
    }
    if start < text.len() {
        tokens.push(Token { kind: current, text: &text[start..] });
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(path: &str, text: &str) -> Vec<String> {
        let mark = |token: &Token| match token.kind {
            Kind::Plain => token.text.to_owned(),
            kind => format!("‹{kind:?} {}›", token.text),
        };
        lines(path, text).iter().map(|line| line.iter().map(mark).collect()).collect()
    }

    #[test]
    fn nix_is_told_apart() {
        assert_eq!(
            marked("a.nix", "# note\n{\n  a.b = \"x\"; c = [ 1 true ];\n  d = let e = ./f; in e;\n}\n"),
            [
                "‹Comment # note›",
                "{",
                "  ‹Name a›.‹Name b› = ‹String \"x\"›; ‹Name c› = [ ‹Number 1› ‹Keyword true› ];",
                "  ‹Name d› = ‹Keyword let› ‹Name e› = ‹String ./f›; ‹Keyword in› e;",
                "}",
            ]
        );
        assert_eq!(
            marked("a.nix", "{ a = ''\n  one ${b}\n''; }"),
            ["{ ‹Name a› = ‹String ''›", "‹String   one ›${b}", "‹String ''›; }"]
        );
    }

    #[test]
    fn json_is_told_apart() {
        assert_eq!(
            marked("a.json", "{\n  \"a\\\"\": [ \"x\", -1.5, null ]\n}\n"),
            ["{", "  ‹Name \"a\\\"\"›: [ ‹String \"x\"›, ‹Number -1.5›, ‹Keyword null› ]", "}"]
        );
    }

    #[test]
    fn every_line_joins_to_itself() {
        for text in ["", "\n", "a\n\nb", "{ a = \"", "''", "{\"a", "é = “ü”;\n# ñ"] {
            for path in ["a.nix", "a.json", "a.md"] {
                let joined: Vec<String> =
                    lines(path, text).iter().map(|line| line.iter().map(|token| token.text).collect()).collect();
                assert_eq!(joined, text.lines().collect::<Vec<_>>(), "{path}: {text:?}");
            }
        }
    }
}
