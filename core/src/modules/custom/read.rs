//! A `default.nix` that was pasted or dropped in, as a module: its parameters are read where they can be, and the text is
//! kept as it is.

use super::is_parameter_name;
use super::source::{Formals, formals};
use super::value::typed;
use crate::cluster::{Cluster, CustomModule, ModuleParameter, ParameterType};
use crate::nix::Nix;
use crate::nix::lint::{attr_name, inside, literal};
use crate::nix::syntax::{self, Fault};
use rnix::ast::{self, Expr, HasEntry as _};
use rowan::ast::AstNode as _;

/// A module that was read, and what was recognised of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// It has no name yet.
    pub module: CustomModule,
    /// What was recognised, a sentence each.
    pub report: Vec<String>,
}

/// Reads `text`, a `default.nix`: the guide's function to a NixOS module, or a NixOS module itself.
///
/// `Err` says where it does not parse, or why it cannot be a module.
pub fn read_module(text: &str) -> Result<Import, Fault> {
    if let Some(fault) = syntax::source_fault(text) {
        return Err(fault);
    }
    let root = syntax::parse(text)?;
    let mut module =
        CustomModule { source: text.to_owned(), description: description(text), ..CustomModule::default() };
    let mut report = Vec::new();
    let Some(root) = Expr::cast(root) else { return Ok(Import { module, report }) };
    match outer(&root) {
        Some(formals) => {
            let names: Vec<&str> = formals.arguments.iter().map(|formal| formal.name.as_str()).collect();
            report.push(format!("It is the guide's form: a function of {} to a NixOS module.", list(&names)));
            read_configuration(&root, &formals, &mut module, &mut report);
        }
        None => report
            .push("It is a plain NixOS module: it has no values in cluster.nix, and every node imports it.".to_owned()),
    }
    Ok(Import { module, report })
}

/// Puts a module that was read into the description and gives its index in `Cluster::modules`. A module of that name
/// that was brought before gets the new text and keeps this cluster's values.
///
/// `Err` is a sentence: a module of that name is described by its parts, which would be lost.
pub fn put(cluster: &mut Cluster, name: &str, module: CustomModule) -> Result<usize, String> {
    let modules = (Cluster::modules.get_mut)(cluster);
    let mut module = CustomModule { name: name.to_owned(), ..module };
    let Some(at) = modules.iter().position(|known| !name.is_empty() && known.name == name) else {
        modules.push(module);
        return Ok(modules.len() - 1);
    };
    let known = &mut modules[at];
    if known.source.is_empty() {
        return Err(format!("there is a module “{name}” that is described by its parts: give this one another name"));
    }
    for parameter in &mut module.parameters {
        let before = known.parameters.iter().find(|before| before.name == parameter.name);
        parameter.value = before.and_then(|before| before.value.clone());
    }
    module.enable = known.enable;
    module.implementation = known.implementation.clone();
    *known = module;
    Ok(at)
}

/// The arguments of the function around the module, where there is one.
fn outer(root: &Expr) -> Option<Formals> {
    let Expr::Lambda(outer) = inside(root.clone()) else { return None };
    matches!(outer.body().map(inside), Some(Expr::Lambda(_))).then(|| formals(&outer))
}

/// The first paragraph of the comment that the file begins with.
fn description(text: &str) -> String {
    let comment =
        text.lines().map(str::trim).skip_while(|line| line.is_empty()).map_while(|line| line.strip_prefix('#'));
    let paragraph = comment.map(str::trim).take_while(|line| !line.is_empty());
    let words: Vec<&str> = paragraph.filter(|line| !line.ends_with(".nix")).collect();
    words.join(" ")
}

/// Reads the parameters and implementations of the argument that is the module's configuration.
fn read_configuration(root: &Expr, formals: &Formals, module: &mut CustomModule, report: &mut Vec<String>) {
    let Some(formal) = formals.arguments.iter().find(|formal| formal.name.ends_with("Config")) else {
        report.push("It takes no argument that ends in “Config”, and so has no values in cluster.nix.".to_owned());
        return;
    };
    let mut found: Vec<(String, Option<Expr>)> = Vec::new();
    let mut note = |name: String, default: Option<Expr>| match found.iter_mut().find(|(known, _)| *known == name) {
        Some((_, known)) if known.is_none() => *known = default,
        Some(_) => {}
        None => found.push((name, default)),
    };
    if let Some(Expr::AttrSet(set)) = formal.default.clone().map(inside) {
        entries(&set).for_each(|(name, value)| note(name, Some(value)));
    }
    let mut names = vec![formal.name.clone()];
    for binding in root.syntax().descendants().filter_map(ast::AttrpathValue::cast) {
        let Some((name, value)) = one_name(&binding) else { continue };
        match inside(value) {
            // `cfg = licenseConfig;`
            Expr::Ident(ident) if is_name(&ident, &names) => names.push(name),
            // `cfg = { port = 27000; } // licenseConfig;`
            Expr::BinOp(operation) if operation.operator() == Some(ast::BinOpKind::Update) => {
                if let (Some(Expr::AttrSet(set)), Some(Expr::Ident(ident))) = (operation.lhs(), operation.rhs())
                    && is_name(&ident, &names)
                {
                    entries(&set).for_each(|(name, value)| note(name, Some(value)));
                    names.push(name);
                }
            }
            _ => {}
        }
    }
    // `licenseConfig.port or 27000`
    for select in root.syntax().descendants().filter_map(ast::Select::cast) {
        let Some(Expr::Ident(base)) = select.expr() else { continue };
        let Some(first) = select.attrpath().and_then(|path| path.attrs().next()) else { continue };
        if is_name(&base, &names)
            && let Some(name) = attr_name(&first)
        {
            let default =
                select.default_expr().filter(|_| select.attrpath().is_some_and(|path| path.attrs().count() == 1));
            note(name, default);
        }
    }
    let usual = found.iter().find(|(name, _)| name == "type").and_then(|(_, value)| text_of(value.as_ref()?));
    module.implementations = implementations(root);
    if let Some(place) = usual.and_then(|usual| module.implementations.iter().position(|name| *name == usual)) {
        module.implementations.swap(0, place);
    }
    module.parameters = found
        .into_iter()
        .filter(|(name, _)| is_parameter_name(name))
        .map(|(name, default)| parameter(name, default))
        .collect();
    let names: Vec<&str> = module.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    report.push(match names.as_slice() {
        [] => format!("No parameter of {} was recognised.", formal.name),
        names => format!("Its parameters in {} are {}.", formal.name, list(names)),
    });
    if !module.implementations.is_empty() {
        let names: Vec<&str> = module.implementations.iter().map(String::as_str).collect();
        report.push(format!("Its implementations are {}.", list(&names)));
    }
}

fn is_name(ident: &ast::Ident, names: &[String]) -> bool {
    ident.ident_token().is_some_and(|token| names.iter().any(|name| name == token.text()))
}

/// A binding of one name.
fn one_name(binding: &ast::AttrpathValue) -> Option<(String, Expr)> {
    let path: Vec<ast::Attr> = binding.attrpath()?.attrs().collect();
    match path.as_slice() {
        [attr] => Some((attr_name(attr)?, binding.value()?)),
        _ => None,
    }
}

fn entries(set: &ast::AttrSet) -> impl Iterator<Item = (String, Expr)> {
    set.attrpath_values().filter_map(|entry| one_name(&entry)).collect::<Vec<_>>().into_iter()
}

/// The names of a set out of which `${type}` chooses.
fn implementations(root: &Expr) -> Vec<String> {
    let chosen = root.syntax().descendants().filter_map(ast::Select::cast).find_map(|select| {
        let path: Vec<ast::Attr> = select.attrpath()?.attrs().collect();
        let [ast::Attr::Dynamic(name)] = path.as_slice() else { return None };
        let by_type = match name.expr()? {
            Expr::Ident(ident) => ident.ident_token()?.text() == "type",
            Expr::Select(select) => select.attrpath()?.syntax().text() == "type",
            _ => false,
        };
        match select.expr()? {
            Expr::Ident(ident) if by_type => Some(ident.ident_token()?.text().to_owned()),
            _ => None,
        }
    });
    let bindings =
        || root.syntax().descendants().filter_map(ast::AttrpathValue::cast).filter_map(|binding| one_name(&binding));
    let set = chosen.and_then(|chosen| bindings().find(|(name, _)| *name == chosen));
    match set {
        Some((_, Expr::AttrSet(set))) => entries(&set).map(|(name, _)| name).collect(),
        _ => Vec::new(),
    }
}

fn text_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Str(string) => literal(string),
        _ => None,
    }
}

/// A parameter, of the type that its default tells: the first that makes of the default, as it would be typed, what is read here.
fn parameter(name: String, default: Option<Expr>) -> ModuleParameter {
    let is_port = name.to_lowercase().ends_with("port");
    let text = default.as_ref().map_or_else(|| "null".to_owned(), |default| default.syntax().text().to_string());
    let candidates = match default {
        Some(Expr::Str(string)) => literal(&string).map(|text| {
            let value = Nix::from(text.as_str());
            (vec![ParameterType::File, ParameterType::Text], text, value)
        }),
        Some(Expr::Ident(_)) => {
            text.parse::<bool>().ok().map(|value| (vec![ParameterType::Boolean], text.clone(), value.into()))
        }
        Some(Expr::Literal(_)) => text.parse::<i64>().ok().map(|number| {
            let ports = is_port.then_some(ParameterType::Port);
            (ports.into_iter().chain([ParameterType::Integer]).collect(), text.clone(), number.into())
        }),
        Some(Expr::List(list)) => list.items().map(|item| text_of(&item)).collect::<Option<Vec<_>>>().map(|texts| {
            let value = Nix::list(texts.iter().map(String::as_str));
            (vec![ParameterType::Texts], texts.join("\n"), value)
        }),
        _ => None,
    };
    let read = candidates.and_then(|(kinds, typed_in, value)| {
        let kind = kinds.into_iter().find(|kind| typed(*kind, &typed_in).as_ref() == Ok(&value))?;
        Some((kind, typed_in))
    });
    let (kind, default_value) = read.unwrap_or((ParameterType::Nix, text));
    ModuleParameter { name, kind, default_value, ..ModuleParameter::default() }
}

/// `a, b and c`.
fn list(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}
