//! The tab with the files: the list, and the file that is shown.

use super::code::Code;
use super::filebar::FileBar;
use super::find::{Find, FindBox, Results};
use super::tree::{Entry, entries};
use crate::state::{Lines, Output, View};
use clusterflake_core::diff::Fate;
use clusterflake_core::tree::File;
use leptos::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;

/// What is said of a file in the list.
#[derive(Clone, PartialEq)]
struct Row {
    entry: Entry,
    /// What became of it since the design was last opened or downloaded.
    changed: Option<Fate>,
    /// Whether the field with the focus made lines of it.
    lit: bool,
}

/// All files of the flake, and one of them or what was found.
#[component]
pub fn Files() -> impl IntoView {
    let (output, view) = (Output::here(), View::here());
    let shown = Memo::new_with_compare(
        move |_| {
            let files = output.files();
            let wanted = view.location.file.get();
            files
                .get_key_value(&wanted)
                .or_else(|| files.get_key_value("cluster.nix"))
                .or_else(|| files.first_key_value())
                .map(|(path, file)| (path.clone(), file.clone()))
        },
        |before, after| same_file(before, after) != Some(true),
    );
    let name = Memo::new(move |_| shown.with(|shown| shown.as_ref().map(|(path, _)| path.clone()).unwrap_or_default()));
    let find = Find::new(output);
    let side = move || {
        if find.listed() {
            view! { <Results find=find/> }.into_any()
        } else {
            view! { <FileBar name=name shown=shown/> <Code shown=shown name=name/> }.into_any()
        }
    };
    view! {
        <div class="tree">
            <FindBox find=find/>
            <nav aria-label="Files of the flake"><List shown=name/></nav>
        </div>
        <div class="file">{side}</div>
    }
}

/// A file with its path.
pub type ShownFile = Option<(String, Arc<File>)>;

/// Whether a file reads the same as before: then nothing is drawn again.
fn same_file(before: Option<&ShownFile>, after: Option<&ShownFile>) -> Option<bool> {
    let ((old_path, old), (path, new)) = (before?.as_ref()?, after?.as_ref()?);
    Some(old_path == path && (Arc::ptr_eq(old, new) || old == new))
}

#[component]
fn List(shown: Memo<String>) -> impl IntoView {
    let (output, view) = (Output::here(), View::here());
    let lit = Memo::new(move |_| {
        let Some(field) = view.location.focused.get() else { return HashSet::new() };
        let made = |file: &File| file.origins.iter().any(|origin| field.contains(&origin.path));
        output.files().iter().filter(|(_, file)| made(file)).map(|(path, _)| path.clone()).collect::<HashSet<_>>()
    });
    let rows = Memo::new(move |_| {
        let (files, kept) = (output.files(), output.comparison.baseline_files());
        let changed = |path: &String| match (files.get(path), kept.get(path)) {
            (Some(now), Some(then)) if Arc::ptr_eq(now, then) || now.text == then.text => None,
            (_, Some(_)) => Some(Fate::Changed),
            (_, None) => Some(Fate::Added),
        };
        lit.with(|lit| {
            let row = |entry: Entry| {
                let (changed, lit) =
                    entry.file.as_ref().map_or((None, false), |path| (changed(path), lit.contains(path)));
                Row { entry, changed, lit }
            };
            entries(files.keys().map(String::as_str)).into_iter().map(row).collect::<Vec<_>>()
        })
    });
    let draw = move |row: Row| {
        let indent = ["", "in", "inner", "innermost"][row.entry.depth.min(3)];
        let Some(path) = row.entry.file else {
            return view! { <li class=format!("folder {indent}")>{row.entry.name}</li> }.into_any();
        };
        let (this, title) = (path.clone(), path.clone());
        let current = move || (shown.get() == this).then_some("true");
        let open = move |_| {
            let file = path.clone();
            view.location.show_lines(Lines { file, range: None });
        };
        let mark = row.changed.map(|fate| {
            let (sign, word) = if fate == Fate::Added { ("+", "new") } else { ("±", "changed") };
            let title =
                format!("{} since it was opened or downloaded", if fate == Fate::Added { "New" } else { "Changed" });
            view! { <span class="mark" title=title>{sign}<span class="hidden">" "{word}</span></span> }
        });
        let glow = row
            .lit
            .then(|| view! { <span class="lit" title="The field with the focus made lines of this file"></span> });
        view! { <li class=indent><button type="button" title=title aria-current=current on:click=open><span>{row.entry.name}</span>{glow}{mark}</button></li> }.into_any()
    };
    view! { <ul>{move || rows.get().into_iter().map(draw).collect_view()}</ul> }
}
