//! Importing what a site already has.

use super::{Workspace, bring_module, replace};
use crate::browser::drop::Read;
use crate::state::{Document, View};
use clusterflake_core::cluster::Section;
use clusterflake_core::import::{Proposal, Reading};
use leptos::prelude::*;

/// Opens the dialog; what was brought before is still there.
pub fn show_import(document: Document, view: View) {
    let import = view.import;
    if import.is_empty() {
        // A design with nodes is added to; where there are none, there is nothing to lose.
        import.merge.set(document.read_once(|cluster| !cluster.nodes.is_empty()));
    }
    import.open.set(true);
}

/// Makes the design what was proposed, in one step.
pub fn take_import(workspace: Workspace, reading: &Reading, proposal: Proposal) {
    let Workspace { document, view, .. } = workspace;
    let name = format!("import {}", view.import.name(reading));
    let Proposal { cluster, report } = proposal;
    if view.import.merge.get_untracked() {
        document.merge(name.clone(), cluster);
    } else {
        replace(workspace, name.clone(), cluster);
    }
    view.welcome.set(false);
    view.import.end();
    view.notices.show(false, format!("Done: {name}. {}.", report.summary()), None);
}

/// Opens what was dropped on the page: modules go to the modules, everything else is looked at first.
pub fn take_dropped(document: Document, view: View, read: Read) {
    let names = || read.iter().flatten().map(|(name, _)| name.as_str());
    let is_module = names().any(|name| name.ends_with("default.nix") || name.ends_with(".nix") && names().count() == 1)
        && !names().any(|name| name.ends_with("flake.nix") || name.ends_with("cluster.json"));
    if is_module || view.location.section.get_untracked() == Section::Modules && !view.welcome.get_untracked() {
        view.welcome.set(false);
        bring_module(document, view, read);
    } else {
        show_import(document, view);
        view.import.bring(read);
    }
}
