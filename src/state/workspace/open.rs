//! Opening designs: presets, files, links.

use super::{Workspace, bring_module, open_kept, replace, switch};
use crate::state::Lines;
use crate::state::file::description;
use crate::state::view::action;
use clusterflake_core::preset::Preset;
use clusterflake_core::{Cluster, link};
use leptos::prelude::*;

/// Puts a preset in the place of the design; undo brings it back.
pub fn open_preset(workspace: Workspace, preset: &Preset) {
    workspace.view.notices.clear();
    replace(workspace, format!("open the preset {}", preset.name), preset.cluster());
    workspace.view.welcome.set(false);
}

/// Starts with nothing; undo brings the design back.
pub fn start_empty(workspace: Workspace) {
    workspace.view.notices.clear();
    replace(workspace, "start empty".to_owned(), Cluster::default());
    workspace.view.welcome.set(false);
}

/// Opens a file: a description, or a zip that holds one. What was open comes back with undo. A file with Nix becomes a
/// module.
pub fn open_file(workspace: Workspace, read: Result<(String, Vec<u8>), String>) {
    let Workspace { document, view, .. } = workspace;
    if let Ok((name, bytes)) = &read
        && name.ends_with(".nix")
    {
        view.welcome.set(false);
        return bring_module(document, view, Ok(vec![(name.clone(), bytes.clone())]));
    }
    let opened = read.and_then(|(name, bytes)| match description(&bytes) {
        Ok(cluster) => Ok((name, cluster)),
        Err(why) => Err(format!("{name} cannot be opened: {why}")),
    });
    match opened {
        Ok((name, cluster)) if document.read_once(|open| *open == cluster) => {
            view.notices.show(false, format!("{name} holds the design that is open."), None);
            view.welcome.set(false);
        }
        Ok((name, cluster)) => {
            view.notices.clear();
            replace(workspace, format!("open {name}"), cluster);
            view.welcome.set(false);
        }
        Err(why) => view.notices.show(true, format!("{why}. The design on this page is as it was."), None),
    }
}

/// Opens the design in a link that was put into the address bar while the page was open.
pub(super) fn open_link(workspace: Workspace, fragment: &str) {
    if let Some(lines) = Lines::in_fragment(fragment) {
        workspace.view.location.show_lines(lines);
    }
    let design = fragment.split('&').next().unwrap_or_default();
    if !is_link(fragment) || workspace.document.read_once(link::write).as_deref() == Ok(design) {
        return;
    }
    match link::read(fragment) {
        Ok(cluster) => open_linked(workspace, cluster),
        Err(why) => tell_of_bad_link(workspace, &why),
    }
}

/// Opens the design of a link: as the one that is kept and equals it, else as a new one beside the others.
pub(super) fn open_linked(workspace: Workspace, cluster: Cluster) {
    let Workspace { library, view, .. } = workspace;
    library.save();
    if let Some(key) = library.find(&cluster) {
        return open_kept(workspace, &key);
    }
    let before = library.last();
    switch::begin(workspace);
    replace(workspace, "open the link".to_owned(), cluster);
    if let Some(before) = before {
        let text = "This is the design of the link, beside those that you have.";
        let back = action("Back to mine", move || open_kept(workspace, &before));
        view.notices.show(false, text.to_owned(), Some(back));
    }
}

/// Tells that a link holds no design, and why.
pub(super) fn tell_of_bad_link(workspace: Workspace, why: &str) {
    let text = format!("The link cannot be opened: {why}. The design on this page is as it was.");
    workspace.view.notices.show(true, text, None);
}

/// Whether a fragment holds a design.
pub(super) fn is_link(fragment: &str) -> bool {
    fragment.starts_with("c=")
}
