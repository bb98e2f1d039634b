//! `module` and `export-module`: modules of the user's own, into a description and out of it.

use super::folder;
use crate::{Outcome, input, output};
use clusterflake_core::Cluster;
use clusterflake_core::archive;
use clusterflake_core::cluster::CustomModule;
use clusterflake_core::modules::custom::{Import, export as files_of, is_module_name, read_module};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// Adds the module in `file` to the description in `into`, under `name` or the name of its file.
pub fn add(file: &str, into: &str, name: Option<&str>) -> Outcome {
    if file == "-" && into == "-" {
        return Err("the module and the description cannot both come from standard input".to_owned());
    }
    let name = match name.or_else(|| name_of(file)) {
        Some(name) if is_module_name(name) => name,
        Some(name) => {
            return Err(format!(
                "“{name}” is no name of a module: use lower-case letters, digits and hyphens, with --name"
            ));
        }
        None => return Err("standard input has no name: give the module one with --name".to_owned()),
    };
    let shown = input::name_of(file);
    let text = String::from_utf8(input::bytes(file)?).map_err(|_| format!("{shown}: this is no UTF-8 text"))?;
    let import =
        read_module(&text).map_err(|fault| format!("{shown}:{}:{}: {}", fault.line, fault.column, fault.message))?;
    let mut cluster = input::description(into)?;
    put(&mut cluster, name, import.clone()).map_err(|message| format!("{}: {message}", input::name_of(into)))?;
    if into == "-" {
        output::write(cluster.to_json().as_bytes())?;
    } else {
        rewrite(Path::new(into), &cluster.to_json())?;
    }
    import.report.iter().for_each(|line| output::complain(line));
    Ok(ExitCode::SUCCESS)
}

/// The name of a module's file, or of the folder of a `default.nix`.
fn name_of(file: &str) -> Option<&str> {
    let path = Path::new(file);
    let stem = if path.file_name()? == "default.nix" { path.parent()?.file_name()? } else { path.file_stem()? };
    stem.to_str().filter(|_| file != "-")
}

/// Puts what was read into the description: a module of that name keeps the values that this cluster has for it.
fn put(cluster: &mut Cluster, name: &str, import: Import) -> Result<(), String> {
    let modules = (Cluster::modules.get_mut)(cluster);
    let mut module = CustomModule { name: name.to_owned(), ..import.module };
    match modules.iter_mut().find(|known| known.name == name) {
        Some(known) if known.source.is_empty() => Err(format!(
            "there is a module “{name}” that is described by its parts: give this one another name with --name"
        )),
        Some(known) => {
            for parameter in &mut module.parameters {
                let before = known.parameters.iter().find(|before| before.name == parameter.name);
                parameter.value = before.and_then(|before| before.value.clone());
            }
            module.enable = known.enable;
            module.implementation = known.implementation.clone();
            *known = module;
            Ok(())
        }
        None => {
            modules.push(module);
            Ok(())
        }
    }
}

/// Writes a description in the place of the one that is there, whole or not at all.
fn rewrite(place: &Path, text: &str) -> Result<(), String> {
    if place.is_dir() || place.extension().is_some_and(|extension| extension == "zip") {
        return Err(format!("{}: only a description's own file is written: name a cluster.json", place.display()));
    }
    folder::put(place, &text.to_owned().into())
        .map_err(|error| format!("{}: cannot be written: {error}", place.display()))
}

/// Writes the module `name` of the description in `file` as a zip.
pub fn export(file: &str, name: &str, out: &Path) -> Outcome {
    let cluster = input::description(file)?;
    let module =
        cluster.modules.iter().find(|module| module.name == name && is_module_name(name)).ok_or_else(|| {
            let names: Vec<&str> = cluster.modules.iter().map(|module| module.name.as_str()).collect();
            let there_are =
                if names.is_empty() { "there is none".to_owned() } else { format!("there are {}", names.join(", ")) };
            format!("{}: has no module “{name}”; {there_are}", input::name_of(file))
        })?;
    let zip = archive::zip(name, &files_of(module));
    if out == Path::new("-") {
        output::write(&zip)?;
    } else {
        fs::write(out, zip).map_err(|error| format!("{}: cannot be written: {error}", out.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}
