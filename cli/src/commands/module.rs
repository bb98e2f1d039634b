//! `module` and `export-module`: modules of the user's own, into a description and out of it.

use super::folder;
use crate::{Outcome, input, output};
use clusterflake_core::archive;
use clusterflake_core::modules::custom::{export as files_of, gather, is_module_name, put, read_module};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// Adds the module in `file`, or in the folder `file`, to the description in `into`, under `name` or its own name.
pub fn add(file: &str, into: &str, name: Option<&str>) -> Outcome {
    if file == "-" && into == "-" {
        return Err("the module and the description cannot both come from standard input".to_owned());
    }
    let shown = input::name_of(file);
    let folder = gather(files(file)?).map_err(|why| format!("{shown}: {why}"))?;
    let name = match name.unwrap_or(&folder.name) {
        name if is_module_name(name) => name,
        "" => return Err(format!("{shown} has no name: give the module one with --name")),
        name => {
            return Err(format!(
                "“{name}” is no name of a module: use lower-case letters, digits and hyphens, with --name"
            ));
        }
    };
    let mut import = read_module(&folder.source)
        .map_err(|fault| format!("{shown}:{}:{}: {}", fault.line, fault.column, fault.message))?;
    import.module.files = folder.files;
    import.report.extend(folder.left_out);
    let mut cluster = input::description(into)?;
    put(&mut cluster, name, import.module).map_err(|message| format!("{}: {message}", input::name_of(into)))?;
    if into == "-" {
        output::write(cluster.to_json().as_bytes())?;
    } else {
        rewrite(Path::new(into), &cluster.to_json())?;
    }
    import.report.iter().for_each(|line| output::complain(line));
    Ok(ExitCode::SUCCESS)
}

/// What is brought: a module's file, or the files of its folder, by their paths from the folder's own name on; a
/// `default.nix` has that of its folder.
fn files(file: &str) -> Result<Vec<(String, Vec<u8>)>, String> {
    if file == "-" {
        return Ok(vec![("default.nix".to_owned(), input::bytes(file)?)]);
    }
    // Also of `.`, which has no name of its own.
    let place = fs::canonicalize(file).map_err(|error| format!("{file}: cannot be read: {error}"))?;
    let own = |place: &Path| place.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut found = Vec::new();
    if place.is_dir() {
        collect(&place, &own(&place), &mut found)?;
    } else {
        let folder = place.parent().filter(|_| own(&place) == "default.nix").map(|folder| own(folder) + "/");
        found.push((folder.unwrap_or_default() + &own(&place), input::bytes(file)?));
    }
    Ok(found)
}

/// Adds the files in `folder`, whose path is shown as `shown`. What begins with a dot is passed over, and links too: they
/// may lead in a circle.
fn collect(folder: &Path, shown: &str, found: &mut Vec<(String, Vec<u8>)>) -> Result<(), String> {
    /// A module is a few files: somebody named another folder.
    const MOST: usize = 1000;
    let unreadable = |error| format!("{shown}: cannot be read: {error}");
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(unreadable)?;
        let inside = format!("{shown}/{name}");
        if name.starts_with('.') || kind.is_symlink() {
            continue;
        } else if kind.is_dir() {
            collect(&entry.path(), &inside, found)?;
        } else if found.len() == MOST {
            return Err(format!("{shown}: has more than {MOST} files, and so is no module's folder"));
        } else {
            found.push((inside, input::bytes(&entry.path().to_string_lossy())?));
        }
    }
    Ok(())
}

/// Writes a description in the place of the one that is there, whole or not at all.
pub(super) fn rewrite(place: &Path, text: &str) -> Result<(), String> {
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
