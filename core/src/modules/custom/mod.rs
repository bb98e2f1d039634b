//! Modules of the user's own: described by parts, or a `default.nix` that was brought. Each has the values `NAMEConfig`.

mod changes;
pub(crate) mod checks;
mod example;
mod export;
mod folder;
mod impact;
mod read;
mod source;
mod value;
mod write;

pub use changes::{Change, changes};
pub use export::{export, readme_section};
pub use folder::{Folder, gather, is_source_path};
pub(crate) use impact::{RULES as IMPACT, custom_nix};
pub use read::{Import, put, read_module};
pub(crate) use source::{Form, form, missing_files, plain_arguments};
pub(crate) use value::{default, typed, value};
pub(crate) use write::{ARGUMENTS, is_package_name};

use super::{Argument, COMMON, MODULES, Registered};
use crate::cluster::{Cluster, CustomModule, ModuleParameter};
use crate::nix::{AttrPath, Attrs, Nix, is_identifier, syntax};
use crate::path::Path;
use crate::private_key::looks_private;
use crate::tree::File;
use std::collections::HashSet;

/// A module of the user's that the flake has.
#[derive(Clone, Debug)]
pub(crate) struct Own<'c> {
    pub module: &'c CustomModule,
    /// Its place in the description.
    pub at: Path,
    /// The name of its parameter, `licenseServerConfig`.
    pub parameter: String,
}

/// The name of a module's parameter: `licenseServerConfig` for `license-server`.
pub fn parameter_name(module: &str) -> String {
    let mut words = module.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |all, word| {
        let (start, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        all + &start.to_uppercase() + rest
    }) + "Config"
}

/// Whether `name` can be a module's folder and an attribute: lower-case letters, digits and inner hyphens.
pub fn is_module_name(name: &str) -> bool {
    let plain =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    name.len() <= 63
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.split('-').all(plain)
        && is_identifier(name)
}

/// Whether a built-in module has this name, or one whose parameter is called the same.
pub fn is_reserved(name: &str) -> bool {
    let parameters = MODULES.iter().filter_map(|module| module.parameter).chain(COMMON.iter().copied());
    MODULES.iter().any(|module| module.name == name)
        || parameters.into_iter().any(|parameter| parameter.name == parameter_name(name))
}

/// Whether `name` can be a parameter: a variable in Nix, and not one that every module has anyway.
pub fn is_parameter_name(name: &str) -> bool {
    is_identifier(name) && !name.contains('\'') && !["enable", "type"].contains(&name)
}

/// The parameters that can be used: of several with a name, the first.
pub(crate) fn parameters(module: &CustomModule) -> impl Iterator<Item = (usize, &ModuleParameter)> {
    let mut seen = HashSet::new();
    module
        .parameters
        .iter()
        .enumerate()
        .filter(move |(_, parameter)| is_parameter_name(&parameter.name) && seen.insert(&parameter.name))
}

/// The implementation that the cluster uses: the one that is chosen, or the first.
pub(crate) fn implementation(module: &CustomModule) -> Option<&str> {
    let chosen = (!module.implementation.is_empty()).then_some(&module.implementation);
    chosen.or(module.implementations.first()).map(String::as_str)
}

/// The modules of the user's that are on and can stand in a flake.
pub(crate) fn own(cluster: &Cluster) -> Vec<Own<'_>> {
    let mut seen = HashSet::new();
    let at = Path::root().field(Cluster::modules);
    let all = cluster.modules.iter().enumerate().filter(|(_, module)| module.enable && stands(module));
    all.map(|(index, module)| Own { module, at: at.index(index), parameter: parameter_name(&module.name) })
        .filter(|own| seen.insert(own.parameter.clone()))
        .collect()
}

/// Whether a module can be in a flake, whatever is in its parts: Nix could not read the others.
fn stands(module: &CustomModule) -> bool {
    let source = &module.source;
    let readable = source.is_empty() || (!looks_private(source) && syntax::source_fault(source).is_none());
    is_module_name(&module.name) && !is_reserved(&module.name) && readable
}

/// How the flake registers `own`, where it binds the names `bound` besides.
pub(super) fn registered(own: &Own, bound: &[&str]) -> Registered {
    let parameter = own.parameter.clone();
    let argument = |name: &str, value: &str| Argument { name: name.to_owned(), value: value.to_owned() };
    let same = |name: &str| argument(name, name);
    let (takes, has_parameter) = match form(&own.module.source) {
        None => {
            let taken = write::takes(own.module).into_iter().filter(|name| bound.contains(name)).map(same);
            (Some(taken.chain([same(&parameter)]).collect()), true)
        }
        Some(Form::Module) => (None, false),
        // One name for all arguments: it gets those of a module of ours.
        Some(Form::Function(form)) if form.arguments.is_empty() && form.open => {
            (Some(["node", "nodes", "clusterLib", &parameter].map(same).into()), true)
        }
        Some(Form::Function(form)) => {
            let own_name = form.parameter(&parameter, bound).map(str::to_owned);
            let given = form.arguments.iter().filter(|formal| bound.contains(&formal.name.as_str()));
            let given = given.filter(|formal| own_name.as_ref() != Some(&formal.name)).map(|formal| same(&formal.name));
            let parameter = own_name.iter().map(|name| argument(name, &parameter));
            (Some(given.chain(parameter).collect()), own_name.is_some())
        }
    };
    Registered {
        name: own.module.name.clone(),
        takes,
        parameter: has_parameter.then_some(parameter),
        default: with_argument_defaults(Attrs::new(), own),
        inputs: Vec::new(),
    }
}

/// The files of `own`, by their paths in the flake.
pub(super) fn files(own: &Own) -> Vec<(String, File)> {
    let name = &own.module.name;
    let module: File =
        if own.module.source.is_empty() { write::default_nix(own).into() } else { own.module.source.clone().into() };
    let main = [
        (format!("modules/{name}/default.nix"), module),
        (format!("examples/{name}/flake.nix"), example::flake_nix(own).into()),
    ];
    let further = own
        .module
        .files
        .iter()
        .filter(|file| !own.module.source.is_empty() && is_source_path(&file.path) && !looks_private(&file.text));
    let further = further.map(|file| (format!("modules/{name}/{}", file.path), file.text.clone().into()));
    further.chain(main).collect()
}

/// What the README says of the user's own modules; nothing where there are none.
pub(crate) fn readme(cluster: &Cluster) -> String {
    let sections: String = own(cluster).iter().map(|own| readme_section(own.module)).collect();
    if sections.is_empty() { sections } else { format!("## Modules of this cluster's own\n\n{sections}") }
}

/// The values of this cluster for `own`.
pub(super) fn values(own: &Own) -> Attrs {
    let (module, at) = (own.module, &own.at);
    let mut attrs = Attrs::new().field("enable", true, at.field(CustomModule::enable));
    if let Some(implementation) = implementation(module) {
        attrs = attrs.field("type", implementation, at.field(CustomModule::implementation));
    }
    for (index, parameter) in parameters(module) {
        if let Some(value) = value(parameter) {
            let place = at.field(CustomModule::parameters).index(index).field(ModuleParameter::value);
            attrs = attrs.field(&parameter.name, value, place);
        }
    }
    with_argument_defaults(attrs, own)
}

/// `values`, and what the argument of a brought module has by default besides, `licConfig ? { port = 27000; }`: in Nix, a
/// value that is given takes the place of the whole default. Left out is what only the module's own file can tell.
fn with_argument_defaults(mut values: Attrs, own: &Own) -> Attrs {
    let Some(Form::Function(form)) = form(&own.module.source) else { return values };
    let ours: Vec<&str> =
        MODULES.iter().filter_map(|module| module.parameter).chain(COMMON.iter().copied()).map(|p| p.name).collect();
    for (name, default) in form.parameter(&own.parameter, &ours).map(|name| form.defaults(name)).unwrap_or_default() {
        let path = AttrPath::name(&name);
        if !values.clashes(&path)
            && let Ok(default) = Nix::written(&default)
        {
            values.put(path, default);
        }
    }
    values
}

#[cfg(test)]
mod tests;
