//! What a module changes in the flake, as a list that leads to each place.

use crate::state::{Document, Output, View};
use clusterflake_core::modules::custom::{Change, changes};
use leptos::prelude::*;

/// What the module at this place in the list changes in the flake.
#[component]
pub fn Changes(module: usize) -> impl IntoView {
    let (document, output, view) = (Document::here(), Output::here(), View::here());
    let all = Memo::new(move |_| {
        let files = output.files();
        document.read_once(|cluster| changes(cluster, module, &files))
    });
    let row = move |Change { what, file, line }: Change| {
        let name = format!("{file}:{line}");
        let show = move |_| view.location.show_file(file.clone(), Some(line - 1));
        view! { <li><span>{what}</span><button type="button" class="code" on:click=show>{name}</button></li> }
    };
    let rows = move || all.get().into_iter().map(row).collect_view();
    let hint = move || {
        if all.with(Vec::is_empty) {
            "Nothing: the module is off, or its name or text cannot stand in a flake yet."
        } else {
            "The steps of the Module Development Guide, done. Each leads to its line."
        }
    };
    view! {
        <h2>"What this changes in the flake"</h2>
        <p class="hint">{hint}</p>
        <ul class="changes">{rows}</ul>
    }
}
