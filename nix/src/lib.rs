//! Nix values and their text.
//!
//! The only place that writes Nix: values are printed with escapes, as nixfmt (RFC 166) would, and remember which
//! field of the description made each line.

#![warn(missing_docs)]

pub mod complete;
pub mod highlight;
pub mod lint;
pub mod options;
mod print;
mod strings;
pub mod syntax;
pub mod tables;
mod written;

pub use print::{Text, fill, print};
pub use strings::is_identifier;
pub use written::{AttrPath, set_fault};

use clusterflake_ground::path::Path;
use written::Written;

/// A Nix value, and the field of the description that it comes from, if any. [`print()`] makes text of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Nix {
    pub(crate) expr: Expr,
    pub(crate) origin: Option<Path>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    Null,
    Bool(bool),
    Int(i64),
    Str(String),
    /// A text of several lines: an indented string, where such a one holds it.
    Lines(String),
    /// A string with values put in.
    Template(Vec<Piece>),
    List(Vec<Nix>),
    Attrs(Vec<(AttrPath, Nix)>),
    /// A path of the flake, `./hosts/cn001.nix`.
    Path(String),
    /// `import` of a path; its one user is the modules set.
    Import(String),
    /// Words of our own that hold together: `cfg`, `node.isWorker && hasCuda`.
    Code(String),
    /// Attributes of something that a name stands for: `pkgs.python3`.
    Select(&'static str, Vec<String>),
    /// A function, with its arguments.
    Call(&'static str, Vec<Nix>),
    /// What a user wrote.
    Written(Written),
}

/// A piece of a [`Nix::template`].
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Text that stands for itself; the printer escapes it.
    Text(String),
    /// A value that is put in with `${…}`, printed on one line.
    Value(Nix),
}

impl Nix {
    fn new(expr: Expr) -> Self {
        Self { expr, origin: None }
    }

    /// `null`.
    pub fn null() -> Self {
        Self::new(Expr::Null)
    }

    /// `import ./modules/NAME`.
    pub fn import_module(name: &str) -> Self {
        Self::new(Expr::Import(format!("./modules/{name}")))
    }

    /// The path `./RELATIVE`, from the root of the flake. Text that Nix would not read as a path becomes a string.
    pub fn path(relative: &str) -> Self {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-+/".contains(c);
        let is_path = !relative.is_empty() && relative.chars().all(plain) && !relative.contains("//");
        if is_path && !relative.starts_with('/') && !relative.ends_with('/') {
            Self::new(Expr::Path(format!("./{relative}")))
        } else {
            relative.into()
        }
    }

    /// A string of several lines, printed between `''` where that keeps the text, otherwise between quotes.
    pub fn lines(text: &str) -> Self {
        Self::new(Expr::Lines(text.to_owned()))
    }

    /// Nix source that is printed as it stands: never a user's text, which goes through [`Nix::written`].
    pub fn code(words: impl Into<String>) -> Self {
        Self::new(Expr::Code(words.into()))
    }

    /// `base.a.b` for the names `a`, `b`, each quoted where it must be; `base` is printed as it stands.
    pub fn select(base: &'static str, names: Vec<String>) -> Self {
        Self::new(Expr::Select(base, names))
    }

    /// `function` applied to `arguments`, in brackets where they need it; `function` is printed as it stands.
    pub fn call(function: &'static str, arguments: Vec<Nix>) -> Self {
        Self::new(Expr::Call(function, arguments))
    }

    /// A string with values put in: `"${node.name}.cluster"`.
    pub fn template(pieces: Vec<Piece>) -> Self {
        Self::new(Expr::Template(pieces))
    }

    /// The items as a list, in their order.
    pub fn list(items: impl IntoIterator<Item = impl Into<Nix>>) -> Self {
        Self::new(Expr::List(items.into_iter().map(Into::into).collect()))
    }

    /// The text of a plain string; `None` for any other value, strings of several lines and templates too.
    pub fn as_text(&self) -> Option<&str> {
        match &self.expr {
            Expr::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The same value, marked as coming from the field at `path`: the lines that it is printed on get that origin.
    pub fn from_field(mut self, path: Path) -> Self {
        self.origin = Some(path);
        self
    }
}

impl From<bool> for Nix {
    fn from(value: bool) -> Self {
        Self::new(Expr::Bool(value))
    }
}

impl From<&str> for Nix {
    fn from(value: &str) -> Self {
        Self::new(Expr::Str(value.to_owned()))
    }
}

impl From<&String> for Nix {
    fn from(value: &String) -> Self {
        value.as_str().into()
    }
}

impl From<String> for Nix {
    fn from(value: String) -> Self {
        Self::new(Expr::Str(value))
    }
}

impl From<u16> for Nix {
    fn from(value: u16) -> Self {
        Self::new(Expr::Int(value.into()))
    }
}

impl From<u32> for Nix {
    fn from(value: u32) -> Self {
        Self::new(Expr::Int(value.into()))
    }
}

impl From<i64> for Nix {
    fn from(value: i64) -> Self {
        Self::new(Expr::Int(value))
    }
}

/// Nix's integers end at 2^63 − 1; larger values stay there.
impl From<u64> for Nix {
    fn from(value: u64) -> Self {
        Self::new(Expr::Int(i64::try_from(value).unwrap_or(i64::MAX)))
    }
}

/// An attribute set, printed in the order in which its attributes were added.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attrs(Vec<(AttrPath, Nix)>);

impl Attrs {
    /// An empty set, `{ }`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the attribute `name`, which may need quotes but is one name: a dot in it is no path.
    pub fn set(mut self, name: &str, value: impl Into<Nix>) -> Self {
        self.0.push((AttrPath::name(name), value.into()));
        self
    }

    /// Adds the attributes of `others`.
    pub fn and(mut self, others: Attrs) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Adds the attribute at `path`. The caller sees to it that it does not [clash](Attrs::clashes) with one that is
    /// here.
    pub fn put(&mut self, path: AttrPath, value: Nix) {
        self.0.push((path, value));
    }

    /// Whether an attribute at `path` cannot stand beside those that are here; see [`AttrPath::clashes`].
    pub fn clashes(&self, path: &AttrPath) -> bool {
        self.0.iter().any(|(other, _)| other.clashes(path))
    }

    /// Adds the attribute `name`, whose value comes from the field of the description at `path`.
    pub fn field(self, name: &str, value: impl Into<Nix>, path: Path) -> Self {
        self.set(name, value.into().from_field(path))
    }

    /// Whether the set has no attributes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Attrs> for Nix {
    fn from(attrs: Attrs) -> Self {
        Self::new(Expr::Attrs(attrs.0))
    }
}
