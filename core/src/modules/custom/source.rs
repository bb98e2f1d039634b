//! A `default.nix` that was brought: whether it is a module, or the guide's function to one, and what that takes.

use crate::cluster::CustomModule;
use crate::nix::lint::{attr_name, inside};
use crate::nix::syntax;
use rnix::ast::{self, Expr, HasEntry as _};
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

impl Formals {
    /// What the argument `name` has by default, where that is a set: its names, each with the text of its value as far as it
    /// means the same elsewhere.
    pub fn defaults(&self, name: &str) -> Vec<(String, String)> {
        let default =
            self.arguments.iter().find(|formal| formal.name == name).and_then(|formal| formal.default.clone());
        let Some(Expr::AttrSet(set)) = default.map(inside) else { return Vec::new() };
        let entry = |entry: ast::AttrpathValue| {
            let path: Vec<ast::Attr> = entry.attrpath()?.attrs().collect();
            let [name] = path.as_slice() else { return None };
            let value = entry.value()?.syntax().text().to_string();
            syntax::is_closed(&value).then_some((attr_name(name)?, value))
        };
        set.attrpath_values().filter_map(entry).collect()
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

/// The files that the module's Nix names by a relative path and that its folder lacks, each with the further file that names
/// it; `None` is the `default.nix`.
pub(crate) fn missing_files(module: &CustomModule) -> Vec<(Option<usize>, String)> {
    let has = |wanted: &str| {
        let inside = format!("{wanted}/");
        wanted.is_empty()
            || wanted == "default.nix"
            || module.files.iter().any(|file| file.path == wanted || file.path.starts_with(&inside))
    };
    let further = module.files.iter().enumerate().filter(|(_, file)| file.path.ends_with(".nix"));
    let texts = further.map(|(index, file)| (Some(index), file.path.as_str(), &file.text));
    let mut missing = Vec::new();
    for (index, path, text) in [(None, "default.nix", &module.source)].into_iter().chain(texts) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for named in relative_paths(text) {
            // What leads out of the folder may be anything of the flake's.
            if let Some(wanted) = resolved(folder, &named).filter(|wanted| !has(wanted)) {
                missing.push((index, wanted));
            }
        }
    }
    missing
}

/// The relative paths in `text` that are no more than written down: neither computed, nor asked for whether they are there.
fn relative_paths(text: &str) -> Vec<String> {
    let Ok(root) = syntax::parse(text) else { return Vec::new() };
    let paths = root.descendants().filter_map(ast::PathRel::cast);
    let is_asked = |path: &ast::PathRel| {
        path.syntax()
            .ancestors()
            .find_map(ast::Apply::cast)
            .and_then(|call| call.lambda())
            .is_some_and(|function| function.syntax().text().to_string().ends_with("pathExists"))
    };
    let plain = paths.filter(|path| !is_asked(path)).map(|path| path.syntax().text().to_string());
    plain.filter(|path| !path.contains("${")).collect()
}

/// The path `named` of a file in `folder`, from the top; `None` where it leads further up.
fn resolved(folder: &str, named: &str) -> Option<String> {
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in named.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()?),
            step => steps.push(step),
        }
    }
    Some(steps.join("/"))
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
