//! Modules of the user's own: from templates and files, and out again.

use super::Design;
use crate::browser::files;
use clusterflake_core::cluster::CustomModule;
use clusterflake_core::modules::custom;
use clusterflake_core::nix::syntax::Fault;
use clusterflake_core::{Cluster, Path, archive, check};
use std::sync::Arc;

impl Design {
    /// Adds a module, and leads to it.
    pub fn add_module(self, module: CustomModule) {
        let list = Path::root().field(Cluster::modules);
        let row = self.read_once(|cluster| cluster.modules.len());
        let add = |cluster: &mut Cluster| Arc::make_mut(&mut cluster.modules).push(module.clone());
        self.rearrange(&list, "add module".to_owned(), &add);
        self.spot.go(&list.index(row));
    }

    /// Adds the module that `text` is, of the file `name`, and tells what was recognised in it. Text that cannot be read
    /// becomes the module's source all the same, to be mended there.
    pub fn bring_module(self, name: &str, text: &str) {
        if check::looks_private(text) {
            let message = format!("{name} holds a private key. It was not taken: it must never leave its owner.");
            return self.notices.show(true, message, None);
        }
        let (mut module, report) = match custom::read_module(text) {
            Ok(read) => (read.module, read.report.join(" ")),
            Err(Fault { line, column, message }) => (
                CustomModule { source: text.to_owned(), ..CustomModule::default() },
                format!("Its parameters cannot be read. Line {line}, character {column}: {message}."),
            ),
        };
        if let Some(stem) = name.strip_suffix(".nix")
            && stem != "default"
        {
            module.name = stem.to_owned();
        }
        self.add_module(module);
        self.notices.show(false, format!("{name} was added. {report}"), None);
    }

    /// Saves the module at this place in the list by itself, as a zip.
    pub fn download_module(self, index: usize) {
        let Some(module) = self.read_once(|cluster| cluster.modules.get(index).cloned()) else { return };
        let name = if custom::is_module_name(&module.name) { module.name.as_str() } else { "module" };
        files::save(&format!("{name}.zip"), &archive::zip(name, &custom::export(&module)), "application/zip");
    }
}
