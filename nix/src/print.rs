//! From [`Nix`] values to text.

use super::strings::{attribute, indented, quoted, template};
use super::written::Attr;
use super::{AttrPath, Expr, Nix};
use clusterflake_ground::path::Path;
use clusterflake_ground::tree::{File, Origin};

/// nixfmt's line width.
const WIDTH: usize = 100;

/// Nix source, and which field of the description each line comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    /// The source, lines separated by `\n`.
    pub text: String,
    /// The lines that come from a field, counted from 0, in ascending order.
    pub origins: Vec<Origin>,
}

impl From<Text> for File {
    fn from(text: Text) -> Self {
        Self { text: text.text, origins: text.origins, executable: false }
    }
}

/// The source of `value`, without a final newline. Its first line is not indented, the following ones by at least
/// `indent` spaces. Attribute sets and lists break as nixfmt breaks them.
pub fn print(value: &Nix, indent: usize) -> Text {
    let mut printer = Printer { text: String::new(), line: 0, origins: Vec::new() };
    printer.value(value, indent, None);
    Text { text: printer.text, origins: printer.origins }
}

/// The text of a value that stands on one line.
pub(super) fn flat(value: &Nix) -> String {
    print(value, 0).text.replace('\n', " ")
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
            Expr::Lines(text) => self.lines(text, indent, origin),
            Expr::Template(pieces) => self.text += &template(pieces),
            Expr::Code(words) => self.text += words,
            Expr::Select(base, names) => {
                self.text.push_str(base);
                names.iter().for_each(|name| self.text += &format!(".{}", attribute(name)));
            }
            Expr::Call(function, arguments) => self.call(function, arguments, indent, origin),
            Expr::Written(written) if written.is_whole() => self.written(&written.lines(indent), origin),
            Expr::Written(_) => self.bracketed(value, indent, origin),
        }
    }

    /// `value` as an argument or an element of a list: in brackets where it would not hold together.
    fn part(&mut self, value: &Nix, indent: usize, inherited: Option<&Path>) {
        let origin = value.origin.as_ref().or(inherited);
        match &value.expr {
            Expr::Written(written) if written.is_closed() => self.value(value, indent, inherited),
            Expr::Written(written) if written.is_whole() => {
                self.mark(origin);
                self.text.push('(');
                self.value(value, indent, inherited);
                self.text.push(')');
            }
            Expr::Code(words) if words.contains([' ', '!']) => self.text += &format!("({words})"),
            Expr::Call(..) => {
                self.mark(origin);
                self.text.push('(');
                self.value(value, indent, inherited);
                self.text.push(')');
            }
            _ => self.value(value, indent, inherited),
        }
    }

    /// `value` in brackets, on lines of its own: no comment in it reaches further.
    fn bracketed(&mut self, value: &Nix, indent: usize, origin: Option<&Path>) {
        self.mark(origin);
        self.text.push('(');
        self.newline(indent + 2);
        match &value.expr {
            Expr::Written(written) => self.written(&written.lines(indent + 2), origin),
            _ => self.value(value, indent + 2, origin),
        }
        self.newline(indent);
        self.mark(origin);
        self.text.push(')');
    }

    /// Lines that have their indentation, but for the first.
    fn written(&mut self, lines: &[String], origin: Option<&Path>) {
        for (index, line) in lines.iter().enumerate() {
            if index > 0 {
                self.newline(0);
            }
            self.mark(origin);
            self.text += line;
        }
    }

    fn lines(&mut self, text: &str, indent: usize, origin: Option<&Path>) {
        let Some(lines) = indented(text) else {
            self.text += &quoted(text);
            return;
        };
        self.text.push_str("''");
        for (index, line) in lines.iter().enumerate() {
            let is_last = index + 1 == lines.len();
            match line.is_empty() {
                true if is_last => self.newline(indent),
                true => self.newline(0),
                false => self.newline(indent + 2),
            }
            self.mark(origin);
            self.text += line;
        }
        self.text.push_str("''");
    }

    fn call(&mut self, function: &str, arguments: &[Nix], indent: usize, origin: Option<&Path>) {
        self.text.push_str(function);
        for argument in arguments {
            self.text.push(' ');
            let is_long = matches!(argument.expr, Expr::Call(..)) && print(argument, 0).text.contains('\n');
            if is_long { self.bracketed(argument, indent, origin) } else { self.part(argument, indent, origin) }
        }
    }

    fn list(&mut self, items: &[Nix], indent: usize, origin: Option<&Path>) {
        match items {
            [] => self.text.push_str("[ ]"),
            [item] if item.is_simple() && self.fits(item) => {
                self.text.push_str("[ ");
                self.part(item, indent, origin);
                self.text.push_str(" ]");
            }
            _ => {
                self.text.push('[');
                for item in items {
                    self.newline(indent + 2);
                    self.part(item, indent + 2, origin);
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

    fn attrs(&mut self, attrs: &[(AttrPath, Nix)], indent: usize, origin: Option<&Path>) {
        if attrs.is_empty() {
            self.text.push_str("{ }");
            return;
        }
        self.text.push('{');
        for (path, value) in attrs {
            self.newline(indent + 2);
            let names: Vec<String> = path.attrs().iter().map(name).collect();
            self.text += &names.join(".");
            self.text.push_str(" = ");
            self.value(value, indent + 2, origin);
            self.text.push(';');
        }
        self.newline(indent);
        self.mark(origin);
        self.text.push('}');
    }
}

fn name(attr: &Attr) -> String {
    match attr {
        Attr::Name(name) => attribute(name),
        Attr::Computed(text) => text.clone(),
    }
}

impl Nix {
    /// Whether nixfmt keeps a list of this one element on a line.
    fn is_simple(&self) -> bool {
        match &self.expr {
            Expr::List(items) => items.is_empty(),
            Expr::Attrs(attrs) => attrs.is_empty(),
            Expr::Lines(_) | Expr::Call(..) | Expr::Written(_) => false,
            _ => true,
        }
    }
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

    /// The text of a string without anything put in.
    fn read(printed: &str) -> String {
        let tree = rnix::Root::parse(printed);
        assert!(tree.errors().is_empty(), "{printed}");
        let Some(rnix::ast::Expr::Str(string)) = tree.tree().expr() else { panic!("{printed} is no string") };
        let literal = |part: &rnix::ast::InterpolPart<String>| match part {
            rnix::ast::InterpolPart::Literal(text) => text.clone(),
            rnix::ast::InterpolPart::Interpolation(_) => panic!("{printed} interpolates"),
        };
        string.normalized_parts().iter().map(literal).collect()
    }

    proptest! {
        #[test]
        fn any_text_comes_back_as_the_same_string(text in "\\PC*|[\\$\\{\\}'\"\\\\\n\r\t]*") {
            prop_assert_eq!(read(&quoted(&text)), text);
        }

        #[test]
        fn any_lines_come_back_as_the_same_string(text in "(\\PC{0,4}|[\\$\\{\\}'\"\\\\\n a]{0,6}\n){0,6}", indent in 0_usize..9) {
            prop_assert_eq!(read(&print(&Nix::lines(&text), indent).text), text);
        }
    }
}
