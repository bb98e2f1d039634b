//! Pasting into the table of nodes.

use crate::state::view::action;
use crate::state::{Document, View};
use clusterflake_core::paste::{self, Target};
use clusterflake_core::private_key::looks_private;
use clusterflake_core::{Cluster, Path};

/// Pastes into the table, and tells what was taken and what not.
pub fn paste_nodes(document: Document, view: View, text: &str, target: &Target) {
    if looks_private(text) {
        let message = "This is a private key. It was not taken: it must never leave its owner.";
        return view.notices.show(true, message.to_owned(), None);
    }
    match document.read_once(|cluster| paste::paste(cluster, text, target)) {
        Ok(pasted) => {
            let report = pasted.report();
            let list = Path::root().field(Cluster::nodes);
            document.rearrange(&list, pasted.name, &|cluster| *cluster = pasted.cluster.clone());
            view.notices.show(false, report, Some(action("Undo", move || document.undo())));
        }
        Err(why) => view.notices.show(true, format!("Nothing was pasted. {why}"), None),
    }
}
