//! The tab with the files: the list, and the file that is shown.

use super::code::Code;
use super::tree::{Entry, entries};
use crate::browser::{clipboard, files};
use crate::state::Design;
use clusterflake_core::flake::File;
use leptos::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;

/// What is said of a file in the list.
#[derive(Clone, PartialEq)]
struct Row {
    entry: Entry,
    /// Whether it differs from when the design was last opened or downloaded.
    changed: bool,
    /// Whether the field with the focus made lines of it.
    lit: bool,
}

#[component]
pub fn Files() -> impl IntoView {
    let design = Design::here();
    let shown = Memo::new_with_compare(
        move |_| {
            let files = design.files();
            let wanted = design.spot.file.get();
            files
                .get_key_value(&wanted)
                .or_else(|| files.get_key_value("cluster.nix"))
                .or_else(|| files.first_key_value())
                .map(|(path, file)| (path.clone(), file.clone()))
        },
        |before, after| same_file(before, after) != Some(true),
    );
    let name = Memo::new(move |_| shown.with(|shown| shown.as_ref().map(|(path, _)| path.clone()).unwrap_or_default()));
    view! {
        <nav class="tree" aria-label="Files of the flake"><List shown=name/></nav>
        <div class="file">
            <FileBar name=name shown=shown/>
            <Code shown=shown name=name/>
        </div>
    }
}

/// A file with its path.
pub type Shown = Option<(String, Arc<File>)>;

/// Whether a file reads the same as before: then nothing is drawn again.
fn same_file(before: Option<&Shown>, after: Option<&Shown>) -> Option<bool> {
    let ((old_path, old), (path, new)) = (before?.as_ref()?, after?.as_ref()?);
    Some(old_path == path && (Arc::ptr_eq(old, new) || old == new))
}

#[component]
fn List(shown: Memo<String>) -> impl IntoView {
    let design = Design::here();
    let lit = Memo::new(move |_| {
        let Some(field) = design.spot.lit.get() else { return HashSet::new() };
        let made = |file: &File| file.origins.iter().any(|origin| field.contains(&origin.path));
        design.files().iter().filter(|(_, file)| made(file)).map(|(path, _)| path.clone()).collect::<HashSet<_>>()
    });
    let rows = Memo::new(move |_| {
        let (files, kept) = (design.files(), design.files_kept());
        let changed = |path: &String| match (files.get(path), kept.get(path)) {
            (Some(now), Some(then)) => !Arc::ptr_eq(now, then) && now.text != then.text,
            _ => true,
        };
        lit.with(|lit| {
            let row = |entry: Entry| {
                let (changed, lit) =
                    entry.file.as_ref().map_or((false, false), |path| (changed(path), lit.contains(path)));
                Row { entry, changed, lit }
            };
            entries(files.keys().map(String::as_str)).into_iter().map(row).collect::<Vec<_>>()
        })
    });
    let draw = move |row: Row| {
        let indent = ["", "in", "inner"][row.entry.depth.min(2)];
        let Some(path) = row.entry.file else {
            return view! { <li class=format!("folder {indent}")>{row.entry.name}</li> }.into_any();
        };
        let (this, title) = (path.clone(), path.clone());
        let current = move || (shown.get() == this).then_some("true");
        let open = move |_| design.spot.file.set(path.clone());
        let mark = row.changed.then(|| view! { <span class="mark" title="Changed since it was opened or downloaded">"±"<span class="hidden">" changed"</span></span> });
        let glow = row
            .lit
            .then(|| view! { <span class="lit" title="The field with the focus made lines of this file"></span> });
        view! { <li class=indent><button type="button" title=title aria-current=current on:click=open><span>{row.entry.name}</span>{glow}{mark}</button></li> }.into_any()
    };
    view! { <ul>{move || rows.get().into_iter().map(draw).collect_view()}</ul> }
}

#[component]
fn FileBar(name: Memo<String>, shown: Memo<Shown>) -> impl IntoView {
    let copied = RwSignal::new(None::<bool>);
    let file = move || shown.get_untracked();
    let copy = move |_| {
        if let Some((_, file)) = file() {
            clipboard::copy(file.text.clone(), move |worked| copied.set(Some(worked)));
        }
    };
    let download = move |_| {
        if let Some((path, file)) = file() {
            files::save(path.rsplit('/').next().unwrap_or(&path), file.text.as_bytes(), "text/plain");
        }
    };
    Effect::new(move |_| {
        name.with(|_| ());
        copied.set(None);
    });
    let said = move || match copied.get() {
        None => "",
        Some(true) => "Copied",
        Some(false) => "The browser did not allow copying",
    };
    view! {
        <div class="filebar">
            <span class="name code">{move || name.get()}</span>
            <span class="said" role="status">{said}</span>
            <button type="button" class="ghost" aria-label=move || format!("Copy {}", name.get()) on:click=copy>"Copy"</button>
            <button type="button" class="ghost" aria-label=move || format!("Download {}", name.get()) on:click=download>"Download"</button>
        </div>
    }
}
