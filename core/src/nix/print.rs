//! From [`Nix`] values to text.

use super::{Expr, Nix};
use crate::flake::Origin;
use crate::path::Path;

/// nixfmt's line width.
const WIDTH: usize = 100;

/// Text, and the fields that made its lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    pub text: String,
    pub origins: Vec<Origin>,
}

/// The text of `value`, without a final newline. The first line begins where the caller stands; the following ones
/// are indented by `indent` spaces and more. Attribute sets and lists break as nixfmt breaks them.
pub fn print(value: &Nix, indent: usize) -> Text {
    let mut printer = Printer { text: String::new(), line: 0, origins: Vec::new() };
    printer.value(value, indent, None);
    Text { text: printer.text, origins: printer.origins }
}

/// `template`, a real `.nix` file, with each `__name__` in it replaced by the text of its value. A line that holds
/// nothing but a placeholder (and a comma or semicolon) is replaced by the lines given for it, none included.
pub fn fill(template: &str, values: &[(&str, Nix)], lines: &[(&str, Vec<String>)]) -> Text {
    let mut out = Text::default();
    let mut line_number = 0;
    for line in template.lines() {
        let indent = line.len() - line.trim_start().len();
        let bare = line.trim().trim_end_matches([',', ';']);
        if let Some((_, lines)) = lines.iter().find(|(name, _)| *name == bare) {
            for line in lines {
                out.text += &" ".repeat(indent);
                out.text += line;
                out.text.push('\n');
                line_number += 1;
            }
            continue;
        }
        let Some((name, value)) = values.iter().find(|(name, _)| line.contains(name)) else {
            out.text += line;
            out.text.push('\n');
            line_number += 1;
            continue;
        };
        let printed = print(value, indent);
        let count = printed.text.lines().count().max(1);
        out.text += &line.replacen(name, &printed.text, 1);
        out.text.push('\n');
        out.origins.extend(
            printed.origins.into_iter().map(|origin| Origin { line: origin.line + line_number, path: origin.path }),
        );
        line_number += count;
    }
    out
}

struct Printer {
    text: String,
    line: usize,
    origins: Vec<Origin>,
}

impl Printer {
    fn newline(&mut self, indent: usize) {
        self.text.push('\n');
        self.line += 1;
        self.text.extend(std::iter::repeat_n(' ', indent));
    }

    /// Notes that the line at hand comes from the field at `path`.
    fn mark(&mut self, path: Option<&Path>) {
        if let Some(path) = path {
            let line = self.line;
            if !self.origins.iter().rev().take_while(|origin| origin.line == line).any(|origin| origin.path == *path) {
                self.origins.push(Origin { line, path: path.clone() });
            }
        }
    }

    fn value(&mut self, value: &Nix, indent: usize, inherited: Option<&Path>) {
        let origin = value.origin.as_ref().or(inherited);
        self.mark(origin);
        match &value.expr {
            Expr::Null => self.text.push_str("null"),
            Expr::Bool(value) => self.text.push_str(if *value { "true" } else { "false" }),
            // A negative number in a list would read as a subtraction.
            Expr::Int(value) if *value < 0 => self.text += &format!("({value})"),
            Expr::Int(value) => self.text += &value.to_string(),
            Expr::Str(value) => self.text += &quoted(value),
            Expr::Path(path) => self.text += path,
            Expr::Import(path) => self.text += &format!("import {path}"),
            Expr::List(items) => self.list(items, indent, origin),
            Expr::Attrs(attrs) => self.attrs(attrs, indent, origin),
        }
    }

    fn list(&mut self, items: &[Nix], indent: usize, origin: Option<&Path>) {
        match items {
            [] => self.text.push_str("[ ]"),
            [item] if item.is_simple() && self.fits(item) => {
                self.text.push_str("[ ");
                self.value(item, indent, origin);
                self.text.push_str(" ]");
            }
            _ => {
                self.text.push('[');
                for item in items {
                    self.newline(indent + 2);
                    self.value(item, indent + 2, origin);
                }
                self.newline(indent);
                self.mark(origin);
                self.text.push(']');
            }
        }
    }

    /// Whether a list of this one element, and a semicolon, ends within nixfmt's line width.
    fn fits(&self, item: &Nix) -> bool {
        let column = self.text.chars().rev().take_while(|character| *character != '\n').count();
        column + "[  ];".len() + print(item, 0).text.chars().count() <= WIDTH
    }

    fn attrs(&mut self, attrs: &[(String, Nix)], indent: usize, origin: Option<&Path>) {
        if attrs.is_empty() {
            self.text.push_str("{ }");
            return;
        }
        self.text.push('{');
        for (name, value) in attrs {
            self.newline(indent + 2);
            self.text += &attribute(name);
            self.text.push_str(" = ");
            self.value(value, indent + 2, origin);
            self.text.push(';');
        }
        self.newline(indent);
        self.mark(origin);
        self.text.push('}');
    }
}

impl Nix {
    /// Whether nixfmt keeps a list of this one element on a line.
    fn is_simple(&self) -> bool {
        match &self.expr {
            Expr::List(items) => items.is_empty(),
            Expr::Attrs(attrs) => attrs.is_empty(),
            _ => true,
        }
    }
}

/// `name` as an attribute's name: bare where Nix allows it, else quoted.
fn attribute(name: &str) -> String {
    const KEYWORDS: &[&str] =
        &["assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with", "__curPos"];
    let mut characters = name.chars();
    let bare = characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\''))
        && !KEYWORDS.contains(&name);
    if bare { name.to_owned() } else { quoted(name) }
}

/// `value` as a Nix string on one line. The escapes are those of the Nix manual, “String literal”; a carriage return
/// is escaped since Nix's reader turns a bare one into a newline.
fn quoted(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
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
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::super::Attrs;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_printed_as_nixfmt_would() {
        let value = Attrs::new()
            .set("name", "a \"b\" ${c} $${d} ''e'' \\ \n")
            .set("or", true)
            .set("empty", Nix::list(Vec::<Nix>::new()))
            .set("one", Nix::list(["x"]))
            .set("two", Nix::list([1_u32, 2]))
            .set("sets", Nix::list([Attrs::new().set("a b", Nix::null())]))
            .set("none", Attrs::new());
        let printed = print(&value.into(), 0).text + "\n";
        let formatted = nixfmt_rs::format(&printed).expect("it parses");
        assert_eq!(printed, formatted);
        assert!(printed.contains(r#"name = "a \"b\" \${c} \$\${d} ''e'' \\ \n";"#), "{printed}");
        assert!(printed.contains("\"or\" = true;"), "{printed}");
    }

    #[test]
    fn lines_know_their_fields() {
        let place = |text: &str| text.parse::<Path>().unwrap();
        let value = Attrs::new().field("hosts", "cn[1-2]", place("nodes[0].hosts")).field(
            "features",
            Nix::list(["a", "b"]),
            place("nodes[0].features"),
        );
        let printed = print(&value.into(), 0);
        let lines: Vec<_> = printed.origins.iter().map(|o| (o.line, o.path.to_string())).collect();
        let features = "nodes[0].features".to_owned();
        assert_eq!(
            lines,
            [
                (1, "nodes[0].hosts".to_owned()),
                (2, features.clone()),
                (3, features.clone()),
                (4, features.clone()),
                (5, features)
            ]
        );
    }

    proptest! {
        #[test]
        fn any_text_comes_back_as_the_same_string(text in "\\PC*|[\\$\\{\\}'\"\\\\\n\r\t]*") {
            let printed = quoted(&text);
            let tree = rnix::Root::parse(&printed);
            prop_assert!(tree.errors().is_empty(), "{}", printed);
            let Some(rnix::ast::Expr::Str(string)) = tree.tree().expr() else { panic!("{printed} is no string") };
            let parts = string.normalized_parts();
            let read: String = parts
                .iter()
                .map(|part| match part {
                    rnix::ast::InterpolPart::Literal(text) => text.clone(),
                    rnix::ast::InterpolPart::Interpolation(_) => panic!("{printed} interpolates"),
                })
                .collect();
            prop_assert_eq!(read, text);
        }
    }
}
