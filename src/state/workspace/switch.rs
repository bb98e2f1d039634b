//! Going from one of the designs that this browser keeps to another.

use super::{Workspace, replace};
use crate::browser::address;
use crate::state::library::OpenDesign;
use crate::state::view::{Topic, action};
use clusterflake_core::{Cluster, Path};
use leptos::prelude::*;

/// Opens the design kept under `key`, and says so where it cannot be opened.
pub fn open_kept(workspace: Workspace, key: &str) {
    match try_open(workspace, key) {
        Ok(()) => workspace.library.set_address(),
        Err(why) => tell_of_unreadable(workspace, key, &why),
    }
}

/// Opens the design kept under `key`. Fails with the end of a sentence that names it.
pub(super) fn try_open(workspace: Workspace, key: &str) -> Result<(), String> {
    let library = workspace.library;
    // What is on the page may be the very design, not yet saved.
    library.save();
    let (open, cluster) = library.read(key)?;
    put_on_page(workspace, open, cluster);
    library.note_opened(key);
    Ok(())
}

/// Tells that the design kept under `key` cannot be opened, and why.
pub(super) fn tell_of_unreadable(Workspace { library, view, .. }: Workspace, key: &str, why: &str) {
    let name = library.name_of(key);
    let name = name.map_or_else(|| "A design saved in this browser".to_owned(), |name| format!("“{name}”"));
    let text = format!("{name} cannot be opened: {why}. It is kept, unchanged, in the list of designs.");
    let key = key.to_owned();
    let download = action("Download it", move || library.download(&key));
    view.notices.show(true, text, Some(download));
}

/// Begins a design beside the others.
pub fn begin_new(workspace: Workspace) {
    begin(workspace);
    address::set_fragment("", "");
}

/// Puts a design with nothing in it on the page.
pub(super) fn begin(workspace: Workspace) {
    workspace.library.save();
    let (open, cluster) = workspace.library.fresh();
    put_on_page(workspace, open, cluster);
    workspace.view.welcome.set(true);
}

/// Puts a design on the page; what can be undone of the one before stays with that.
fn put_on_page(Workspace { document, output, library, view }: Workspace, open: OpenDesign, cluster: Cluster) {
    let base = open.metadata.base.clone();
    let state = library.take_aside(&open);
    view.notices.clear();
    view.notices.end(Topic::OtherTab);
    view.location.to_first_rows();
    view.welcome.set(false);
    let before = document.open(cluster, state);
    library.open(open, before);
    output.generate();
    output.compare_with_base(&base);
}

/// Puts a design into the trash; where it is open, another one comes on the page.
pub fn throw_away(workspace: Workspace, key: &str) {
    let Workspace { library, view, .. } = workspace;
    library.save();
    let name = library.name_of(key).unwrap_or_default();
    let result = library.put_in_trash(key);
    if library.is_open(key) {
        open_latest(workspace, key);
    }
    library.after_change(result);
    let back = key.to_owned();
    let bring = action("Bring it back", move || {
        library.bring_back(&back);
        open_kept(workspace, &back);
    });
    view.notices.show(false, format!("{name} is in the trash."), Some(bring));
}

/// Opens the design that was changed last, but not the one under `except`; begins one where there is none.
fn open_latest(workspace: Workspace, except: &str) {
    match workspace.library.latest_but(except) {
        Some(next) if try_open(workspace, &next).is_ok() => workspace.library.set_address(),
        _ => begin_new(workspace),
    }
}

/// Takes the version of this design that another tab has kept; undo brings this tab's back.
pub(super) fn take_other_tabs_version(workspace: Workspace) {
    let Workspace { document, library, view, .. } = workspace;
    match library.read_open() {
        None => {}
        Some(Ok((metadata, cluster))) => {
            document.unread.forget(&Path::root());
            replace(workspace, "take the other tab’s version".to_owned(), cluster);
            // It is kept already, by the other tab.
            library.take_version(metadata);
        }
        Some(Err(why)) => {
            view.notices.show(true, format!("The other tab’s version cannot be opened: {why}."), None);
        }
    }
}
