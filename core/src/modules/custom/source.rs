//! A `default.nix` that was brought: whether it is a module, or the guide's function to one, and what that takes.

use crate::nix::lint::inside;
use crate::nix::syntax;
use rnix::ast::{self, Expr};
use rowan::ast::AstNode as _;

/// What a `default.nix` is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Form {
    /// A NixOS module: a set, or a function of what NixOS gives.
    Module,
    /// The guide's form: a function to such a module.
    Function(Formals),
}

/// The arguments of the function around a module.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Formals {
    pub arguments: Vec<Formal>,
    /// Whether it takes others too: `...`, or one name for all of them.
    pub open: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Formal {
    pub name: String,
    /// Its default, as it is written.
    pub default: Option<Expr>,
}

impl Formals {
    /// The argument that is the module's configuration, of a flake that binds the names `bound` besides: the one with its
    /// name, or else the only one that ends in `Config` and is not bound.
    pub fn parameter<'f>(&'f self, name: &str, bound: &[&str]) -> Option<&'f str> {
        let names = || self.arguments.iter().map(|formal| formal.name.as_str());
        let others: Vec<&str> = names().filter(|name| name.ends_with("Config") && !bound.contains(name)).collect();
        names().find(|own| *own == name).or(match others.as_slice() {
            [one] => Some(one),
            _ => None,
        })
    }
}

/// What `source` is; `None` for an empty one, and for text that does not parse.
pub(crate) fn form(source: &str) -> Option<Form> {
    if source.trim().is_empty() {
        return None;
    }
    let Some(Expr::Lambda(outer)) = Expr::cast(syntax::parse(source).ok()?).map(inside) else {
        return Some(Form::Module);
    };
    let is_function = outer.body().map(inside).is_some_and(|body| matches!(body, Expr::Lambda(_)));
    Some(if is_function { Form::Function(formals(&outer)) } else { Form::Module })
}

/// The arguments without a default that the NixOS module `source` names.
pub(crate) fn plain_arguments(source: &str) -> Vec<String> {
    match syntax::parse(source).ok().and_then(Expr::cast).map(inside) {
        Some(Expr::Lambda(lambda)) => {
            let needed = formals(&lambda).arguments.into_iter().filter(|formal| formal.default.is_none());
            needed.map(|formal| formal.name).collect()
        }
        _ => Vec::new(),
    }
}

/// The arguments of `lambda`.
pub(super) fn formals(lambda: &ast::Lambda) -> Formals {
    match lambda.param() {
        Some(ast::Param::Pattern(pattern)) => {
            let formal = |entry: ast::PatEntry| {
                let name = entry.ident()?.ident_token()?.text().to_owned();
                Some(Formal { name, default: entry.default() })
            };
            Formals {
                arguments: pattern.pat_entries().filter_map(formal).collect(),
                open: pattern.ellipsis_token().is_some(),
            }
        }
        _ => Formals { arguments: Vec::new(), open: true },
    }
}
