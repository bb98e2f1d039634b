//! A module alone: its folder, a section for a README, and an example, as for a pull request.

use super::write::{NODE_ARGUMENTS, one_line};
use super::{Form, Own, form, parameter_name, parameters};
use crate::cluster::{Choice, CustomModule};
use crate::markdown::plain;
use crate::nix;
use crate::path::Path;
use crate::tree::{File, FileTree};
use std::fmt::Write;
use std::sync::Arc;

/// The files of `module` alone, to be used in another flake. One that is switched off is exported, too.
pub fn export(module: &CustomModule) -> FileTree {
    let own = Own { module, at: Path::root(), parameter: parameter_name(&module.name) };
    let section = readme_section(module);
    let readme = format!("{}{}", section.replacen("###", "#", 1), registration(&own));
    let files = super::files(&own).into_iter().chain([("README.md".to_owned(), File::from(readme))]);
    // Their lines come from no field of a cluster.
    let bare = |file: File| Arc::new(File { origins: Vec::new(), ..file });
    files.map(|(path, file)| (path, bare(file))).collect()
}

/// What a README says of `module`: what it is for, its parameters, and how to try it.
pub fn readme_section(module: &CustomModule) -> String {
    let name = &module.name;
    let mut out = format!("### {}\n\n", plain(name));
    let description = one_line(&module.description);
    if !description.is_empty() {
        writeln!(out, "{}\n", plain(&description)).ok();
    }
    if form(&module.source) != Some(Form::Module) {
        writeln!(out, "Its values are `{}` in `cluster.nix`:\n", parameter_name(name)).ok();
        out += "| parameter | type | default | what for |\n| --- | --- | --- | --- |\n";
        out += "| `enable` | yes or no | `false` | whether the cluster uses it |\n";
        if let Some(first) = module.implementations.first() {
            let names: Vec<String> = module.implementations.iter().map(|name| plain(&one_line(name))).collect();
            writeln!(out, "| `type` | {} | {} | the implementation |", names.join(", "), plain(&one_line(first))).ok();
        }
        for (_, parameter) in parameters(module) {
            let default = one_line(&nix::print(&super::default(parameter), 0).text);
            let what = plain(&one_line(&parameter.documentation));
            writeln!(out, "| `{}` | {} | {} | {what} |", parameter.name, parameter.kind.label(), plain(&default)).ok();
        }
        out.push('\n');
    }
    writeln!(
        out,
        "`examples/{name}` is the smallest cluster with it:\n\n```sh\nnixos-rebuild build --flake ./examples/{name}#controller\n```\n"
    )
    .ok();
    out
}

/// How a flake takes the module in that does not have it yet.
fn registration(own: &Own) -> String {
    let name = &own.module.name;
    let registered = super::registered(own, NODE_ARGUMENTS);
    let mut out = format!("To take it in, copy `modules/{name}` and `examples/{name}`, and in `flake.nix` add\n\n");
    writeln!(out, "- to the set `modules`: `{name} = import ./modules/{name};`").ok();
    if registered.parameter.is_some() {
        writeln!(out, "- to the arguments of `mkClusterFlake`: `{}`", one_line(&registered.formal().join(" "))).ok();
    }
    writeln!(out, "- to the modules of `mkSystem`: `{}`", one_line(&registered.call().join(" ")).replace(" ;", ";"))
        .ok();
    out
}
