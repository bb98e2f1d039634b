//! Values as far as they can be read off the text, and whether an option takes them.

use super::{Found, Meaning, call, inside, lib_function, literal, text};
use crate::options::OptionType;
use rnix::ast::{self, AstToken as _, Expr};
use rowan::ast::AstNode as _;

/// What a value is.
pub(super) enum Kind {
    Bool,
    Int(i64),
    Float,
    /// With its text, where nothing is put into it.
    Text(Option<String>),
    Path,
    Null,
    List(Vec<Expr>),
    Attrs,
    Function,
}

/// What `expr` is, where that can be told.
pub(super) fn kind(expr: &Expr, found: &Found) -> Option<Kind> {
    Some(match inside(expr.clone()) {
        Expr::Ident(ident) => match (found.names.meanings.get(&ident.syntax().text_range()), text(&ident)?.as_str()) {
            (Some(Meaning::Builtin), "true" | "false") => Kind::Bool,
            (Some(Meaning::Builtin), "null") => Kind::Null,
            _ => return None,
        },
        Expr::Literal(value) => match value.kind() {
            ast::LiteralKind::Integer(number) => Kind::Int(number.syntax().text().parse().ok()?),
            ast::LiteralKind::Float(_) => Kind::Float,
            ast::LiteralKind::Uri(uri) => Kind::Text(Some(uri.syntax().text().to_owned())),
        },
        Expr::Str(string) => Kind::Text(literal(&string)),
        Expr::PathAbs(_) | Expr::PathRel(_) | Expr::PathHome(_) => Kind::Path,
        Expr::List(list) => Kind::List(list.items().collect()),
        Expr::AttrSet(_) => Kind::Attrs,
        Expr::Lambda(_) => Kind::Function,
        _ => return None,
    })
}

/// The values that `expr` may stand for: through conditions, priorities and order, and both sides of `++`.
pub(super) fn possible(expr: &Expr, found: &Found) -> Vec<Expr> {
    match inside(expr.clone()) {
        Expr::IfElse(choice) => {
            [choice.body(), choice.else_body()].into_iter().flatten().flat_map(|one| possible(&one, found)).collect()
        }
        Expr::BinOp(operation) if operation.operator() == Some(ast::BinOpKind::Concat) => {
            [operation.lhs(), operation.rhs()].into_iter().flatten().flat_map(|one| possible(&one, found)).collect()
        }
        Expr::Apply(apply) => {
            let (head, arguments) = call(&apply);
            let function = head.and_then(|head| lib_function(&head, found.names));
            match (function.as_ref().map(|name| name.text()), arguments.as_slice()) {
                (Some("mkForce" | "mkDefault" | "mkBefore" | "mkAfter"), [value])
                | (
                    Some("mkIf" | "mkOverride" | "mkOrder" | "optionals" | "optionalAttrs" | "optionalString"),
                    [_, value],
                ) => possible(value, found),
                (Some("mkMerge"), [list]) => possible(list, found)
                    .into_iter()
                    .filter_map(|list| if let Expr::List(list) = list { Some(list) } else { None })
                    .flat_map(|list| list.items().flat_map(|one| possible(&one, found)).collect::<Vec<_>>())
                    .collect(),
                _ => Vec::new(),
            }
        }
        plain => vec![plain],
    }
}

/// Whether `expr`, or one of the values that it may stand for, takes the place of what other modules set.
pub(super) fn forces(expr: &Expr, found: &Found) -> bool {
    match inside(expr.clone()) {
        Expr::IfElse(choice) => {
            [choice.body(), choice.else_body()].into_iter().flatten().any(|one| forces(&one, found))
        }
        Expr::Apply(apply) => {
            let (head, arguments) = call(&apply);
            let function = head.and_then(|head| lib_function(&head, found.names));
            match (function.as_ref().map(|name| name.text()), arguments.as_slice()) {
                (Some("mkForce" | "mkOverride"), _) => true,
                (Some("mkIf"), [_, value]) => forces(value, found),
                (Some("mkMerge"), [Expr::List(list)]) => list.items().any(|one| forces(&one, found)),
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether an option of this type takes the value; `true` also where that cannot be told.
pub(super) fn takes(of: &OptionType, value: &Kind, found: &Found) -> bool {
    match of {
        OptionType::Any => true,
        OptionType::Bool => matches!(value, Kind::Bool),
        OptionType::Int => matches!(value, Kind::Int(_)),
        OptionType::Float => matches!(value, Kind::Int(_) | Kind::Float),
        OptionType::Port => matches!(value, Kind::Int(0..=65535)),
        OptionType::Str | OptionType::Lines | OptionType::Commas => matches!(value, Kind::Text(_)),
        OptionType::Path => match value {
            Kind::Text(Some(text)) => text.starts_with('/'),
            value => matches!(value, Kind::Text(None) | Kind::Path),
        },
        OptionType::Package => !matches!(value, Kind::Bool | Kind::Int(_) | Kind::Float | Kind::Null | Kind::List(_)),
        OptionType::Null => matches!(value, Kind::Null),
        OptionType::Enum { values } => match value {
            Kind::Text(Some(text)) => values.contains(text),
            value => matches!(value, Kind::Text(None)),
        },
        OptionType::ListOf { of } => match value {
            Kind::List(items) => items.iter().filter_map(|item| kind(item, found)).all(|item| takes(of, &item, found)),
            _ => false,
        },
        OptionType::AttrsOf { .. } | OptionType::Attrs => matches!(value, Kind::Attrs),
        // A submodule whose options the table does not have may be anything.
        OptionType::Submodule { .. } => true,
        OptionType::Either { of } => of.iter().any(|one| takes(one, value, found)),
    }
}

/// The type, for a message: `a list of strings`.
pub fn name(of: &OptionType) -> String {
    match of {
        OptionType::Bool => "true or false".to_owned(),
        OptionType::Str | OptionType::Lines | OptionType::Commas => "a string".to_owned(),
        OptionType::Int => "a whole number".to_owned(),
        OptionType::Float => "a number".to_owned(),
        OptionType::Port => "a port from 0 to 65535".to_owned(),
        OptionType::Path => "an absolute path".to_owned(),
        OptionType::Package => "a package".to_owned(),
        OptionType::Null => "null".to_owned(),
        OptionType::Enum { values } => format!("one of \"{}\"", values.join("\", \"")),
        OptionType::ListOf { of } => format!("a list, each element {}", name(of)),
        OptionType::AttrsOf { of } => format!("an attribute set, each value {}", name(of)),
        OptionType::Attrs | OptionType::Submodule { .. } => "an attribute set".to_owned(),
        OptionType::Either { of } => of.iter().map(name).collect::<Vec<_>>().join(" or "),
        OptionType::Any => "anything".to_owned(),
    }
}
