//! Leading to fields: what was just added there is not judged before it is filled in.

use super::Workspace;
use crate::state::{Document, Lines, View};
use clusterflake_core::Path;
use clusterflake_core::diagnostic::Problem;
use clusterflake_core::link::TooLong;
use leptos::prelude::*;

/// Leads to the field at `path`: opens its section and row, and focuses it, or what is nearest to it.
pub fn go_to(document: Document, view: View, path: &Path) {
    document.pending.end();
    view.location.go(path);
}

/// Leads to what was just added at `path`: of its fields nothing is told before they are left.
pub fn go_to_new(document: Document, view: View, path: &Path) {
    view.location.go(path);
    document.pending.begin(path);
}

/// Leads to the field of the next problem, or of the one before.
pub fn go_to_problem(Workspace { document, output, view, .. }: Workspace, next: bool) {
    let unread = document.unread.all().into_iter().map(|(path, _)| path);
    let found = untrack(|| output.problems());
    let paths: Vec<Path> = unread.chain(found.iter().map(|problem| problem.path.clone())).collect();
    if let Some(at) = view.location.next_problem(paths.len(), next) {
        go_to(document, view, &paths[at]);
    }
}

/// Applies the fix of `problem`, and tells where it does not fit any more.
pub fn mend(document: Document, view: View, problem: &Problem) {
    if let Err(why) = document.mend(problem) {
        view.notices.show(true, why, None);
    }
}

/// The address of this page with the design in it, that opens with these lines marked.
pub fn link_to(document: Document, lines: &Lines) -> Result<String, TooLong> {
    document.link().map(|link| format!("{link}&{}", lines.fragment()))
}
