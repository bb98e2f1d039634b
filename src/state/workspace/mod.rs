//! What takes several of document, output, library and view together, as plain functions: each file has those of a
//! purpose. What follows an edit, and what is told of the browser's storage, stands here.

mod download;
mod import;
mod modules;
mod navigate;
mod open;
mod options;
mod paste;
mod start;
mod switch;
mod update;

pub use download::{download, download_description, download_module};
pub use import::{show_import, take_dropped, take_import};
pub use modules::{add_module, bring_module};
pub use navigate::{go_to, go_to_new, go_to_problem, link_to, mend};
pub use open::{open_file, open_preset, start_empty};
pub use options::load_options;
pub use paste::paste_nodes;
pub use start::start;
pub use switch::{begin_new, open_kept, throw_away};
pub use update::take_update;

use super::document::Edit;
use super::library::StorageEvent;
use super::view::{Topic, action};
use super::{Document, Library, Output, View};
use clusterflake_core::Cluster;
use leptos::prelude::*;

/// All that the page knows. A component that uses but one or two of them takes these.
#[derive(Clone, Copy)]
pub struct Workspace {
    pub document: Document,
    pub output: Output,
    pub library: Library,
    pub view: View,
}

impl Workspace {
    /// An empty one, with nothing on the page yet.
    fn new() -> Self {
        let document = Document::new();
        let workspace =
            Self { document, output: Output::new(document), library: Library::new(document), view: View::new() };
        document.on_edit(move |edit| follow(workspace, edit));
        workspace.library.on_event(move |event| tell_of_storage(workspace, event));
        workspace
    }

    /// The workspace of this page. Panics outside of its components.
    pub fn here() -> Self {
        Self { document: Document::here(), output: Output::here(), library: Library::here(), view: View::here() }
    }

    /// Lets components have each part of it.
    pub fn provide(self) {
        provide_context(self.document);
        provide_context(self.output);
        provide_context(self.library);
        provide_context(self.view);
    }
}

/// What follows an edit, within it.
fn follow(Workspace { document, output, library, view }: Workspace, edit: Edit) {
    view.notices.pass();
    if !matches!(edit, Edit::Typing) {
        output.mark_step();
    }
    match edit {
        // Back at the beginning there is a choice again of what to begin with.
        Edit::Travel(_) => view.welcome.set(document.is_untouched()),
        Edit::Step | Edit::Typing if view.welcome.get_untracked() => view.welcome.set(false),
        Edit::Step | Edit::Typing => {}
    }
    // It is noted as not saved before anything else is done with it.
    library.save_soon();
    output.refresh();
    if let Edit::Travel(Some(place)) = edit {
        document.pending.end();
        view.location.show(&place);
    }
}

fn tell_of_storage(workspace: Workspace, event: StorageEvent) {
    let Workspace { document, library, view, .. } = workspace;
    match event {
        StorageEvent::Stored => view.notices.end(Topic::Storage),
        StorageEvent::Refused(why) => {
            let text = format!(
                "The design is not saved: {why}. You can work on; before you close this page, save the description to a file."
            );
            let save = action("Save description", move || download_description(document));
            view.notices.stand(Topic::Storage, true, text, vec![save]);
        }
        StorageEvent::Copied(name) => {
            let text = format!("Another tab had changed this design too. What you do here goes on as {name}.");
            view.notices.stand(Topic::OtherTab, false, text, Vec::new());
        }
        StorageEvent::Outdated(name) => {
            let text = format!(
                "{name} was changed in another tab; here it is as it was before. If you edit it here, that becomes a copy."
            );
            let take = action("Take the other tab’s version", move || switch::take_other_tabs_version(workspace));
            let copy = action("Keep this as a copy", move || library.keep_as_copy());
            view.notices.stand(Topic::OtherTab, false, text, vec![take, copy]);
        }
    }
}

/// Puts another design in the place of the one that is open; undo brings it back.
fn replace(workspace: Workspace, name: String, cluster: Cluster) {
    workspace.view.location.to_first_rows();
    workspace.document.replace(name, cluster);
    workspace.output.generate();
    mark_as_base(workspace);
}

/// Takes the design as it is for what changes are told against, also when it is opened again.
fn mark_as_base(Workspace { output, library, .. }: Workspace) {
    library.keep_base();
    output.compare_with_now();
}
