//! Files for the user: the flake, the description, a module.

use super::{Workspace, mark_as_base};
use crate::browser::files;
use crate::state::Document;
use clusterflake_core::archive;
use clusterflake_core::command_line::DESCRIPTION;
use clusterflake_core::modules::custom;
use leptos::prelude::*;

/// Saves the flake's zip and gives its name, unless errors keep it from being written: says how many those are.
pub fn download(workspace: Workspace) -> Result<String, usize> {
    let Workspace { document, output, .. } = workspace;
    output.generate();
    output.check();
    match untrack(|| output.error_count()) {
        0 => {}
        errors => return Err(errors),
    }
    let folder = document.read_once(|cluster| archive::folder(cluster).to_owned());
    let zip = archive::zip(&folder, &untrack(|| output.files()));
    let name = format!("{folder}.zip");
    files::save(&name, &zip, "application/zip");
    mark_as_base(workspace);
    Ok(name)
}

/// Saves the description as cluster.json.
pub fn download_description(document: Document) {
    files::save(DESCRIPTION, document.read_once(|cluster| cluster.to_json()).as_bytes(), "application/json");
}

/// Saves the module at this place in the list by itself, as a zip.
pub fn download_module(document: Document, index: usize) {
    let Some(module) = document.read_once(|cluster| cluster.modules.get(index).cloned()) else { return };
    let name = if custom::is_module_name(&module.name) { module.name.as_str() } else { "module" };
    files::save(&format!("{name}.zip"), &archive::zip(name, &custom::export(&module)), "application/zip");
}
