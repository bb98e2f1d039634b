//! Values of parameters, from what was typed.

use crate::cluster::{ModuleParameter, ParameterType};
use crate::nix::Nix;

/// What `text` is as a value of this type.
///
/// Fails with the end of a sentence that says what it should be.
pub(crate) fn typed(kind: ParameterType, text: &str) -> Result<Nix, String> {
    let bare = text.trim();
    match kind {
        ParameterType::Text => Ok(text.into()),
        // Nix reads a negative number as an operation on the positive one.
        ParameterType::Integer => match bare.parse::<i64>() {
            Ok(number) if number > i64::MIN => Ok(number.into()),
            _ => Err("a whole number, such as 16".to_owned()),
        },
        ParameterType::Boolean => match bare {
            "true" | "yes" => Ok(true.into()),
            "false" | "no" => Ok(false.into()),
            _ => Err("“true” or “false”".to_owned()),
        },
        ParameterType::Port => match bare.parse::<u16>() {
            Ok(port) if port > 0 => Ok(port.into()),
            _ => Err("a port from 1 to 65535".to_owned()),
        },
        // A path of Nix's would be copied into the store, which everybody can read.
        ParameterType::File if bare.is_empty() => Ok(Nix::null()),
        ParameterType::File if bare.starts_with('/') => Ok(bare.into()),
        ParameterType::File => Err("an absolute path on the node, such as /var/lib/license.dat".to_owned()),
        ParameterType::Texts => Ok(Nix::list(text.lines().filter(|line| !line.trim().is_empty()))),
        ParameterType::Nix => Nix::written(text).map_err(|fault| {
            format!("an expression of Nix: line {}, column {}: {}", fault.line, fault.column, fault.message)
        }),
    }
}

/// The default of `parameter`; `null` where what was typed does not fit its type.
pub(crate) fn default(parameter: &ModuleParameter) -> Nix {
    typed(parameter.kind, &parameter.default_value).unwrap_or_else(|_| Nix::null())
}

/// The value of this cluster for `parameter`, where it has one of its own.
pub(crate) fn value(parameter: &ModuleParameter) -> Option<Nix> {
    let value = typed(parameter.kind, parameter.value.as_deref()?).ok()?;
    (value != default(parameter)).then_some(value)
}
