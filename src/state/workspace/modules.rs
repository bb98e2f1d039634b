//! Modules of the user's own, from templates and files.

use super::{go_to, go_to_new};
use crate::browser::drop::Read;
use crate::state::{Document, View};
use clusterflake_core::cluster::CustomModule;
use clusterflake_core::modules::custom::{self, Folder};
use clusterflake_core::nix::syntax::Fault;
use clusterflake_core::private_key::looks_private;
use clusterflake_core::{Cluster, Path, archive};
use std::sync::Arc;

/// Adds a module, and leads to it.
pub fn add_module(document: Document, view: View, module: CustomModule) {
    let list = Path::root().field(Cluster::modules);
    let row = document.read_once(|cluster| cluster.modules.len());
    let add = |cluster: &mut Cluster| Arc::make_mut(&mut cluster.modules).push(module.clone());
    document.rearrange(&list, "add module".to_owned(), &add);
    go_to_new(document, view, &list.index(row));
}

/// Adds the module among the files that were read, and tells what was recognised in it: a `default.nix`, its folder, or a
/// zip of these. Text that cannot be read becomes the module's source all the same, to be mended there.
pub fn bring_module(document: Document, view: View, read: Read) {
    let folder = read.and_then(|files| match files.as_slice() {
        [(name, bytes)] if name.ends_with(".zip") => unpacked(bytes).map_err(|why| format!("{name}: {why}")),
        _ => Ok(files),
    });
    match folder.and_then(custom::gather) {
        Ok(folder) => bring_folder(document, view, folder),
        Err(why) => view.notices.show(true, format!("No module was added: {why}."), None),
    }
}

fn bring_folder(document: Document, view: View, folder: Folder) {
    let Folder { name, source, files, left_out } = folder;
    if looks_private(&source) {
        let message = "No module was added: its text holds a private key, which must never leave its owner.";
        return view.notices.show(true, message.to_owned(), None);
    }
    let (mut module, mut report) = match custom::read_module(&source) {
        Ok(read) => (read.module, read.report),
        Err(Fault { line, column, message }) => (
            CustomModule { source, ..CustomModule::default() },
            vec![format!("Its parameters cannot be read. Line {line}, character {column}: {message}.")],
        ),
    };
    if !files.is_empty() {
        let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        report.push(format!("Its folder has {}.", names.join(", ")));
    }
    module.files = files;
    report.extend(left_out);
    let known = document.read_once(|cluster| cluster.modules.len());
    let mut after = document.read_once(Cluster::clone);
    let row = match custom::put(&mut after, &name, module) {
        Ok(row) => row,
        Err(why) => return view.notices.show(true, format!("No module was added: {why}."), None),
    };
    let list = Path::root().field(Cluster::modules);
    document.rearrange(&list, "bring module".to_owned(), &|cluster| cluster.modules = after.modules.clone());
    go_to(document, view, &list.index(row));
    let title = if name.is_empty() { "The module".to_owned() } else { name };
    let done = if row < known { "was replaced, with this cluster’s values kept" } else { "was added" };
    view.notices.show(false, format!("{title} {done}. {}", report.join(" ")), None);
}

/// The files of a zip, by their paths.
fn unpacked(zip: &[u8]) -> Result<Vec<(String, Vec<u8>)>, String> {
    let files = archive::read_files(zip)?;
    Ok(files.iter().map(|(path, file)| (path.clone(), file.text.clone().into_bytes())).collect())
}
