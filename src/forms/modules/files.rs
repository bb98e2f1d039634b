//! The further files of a module that was brought with its folder.

use super::contents::in_module;
use crate::forms::bind::{notes_exactly, text};
use crate::forms::entries::{EntriesOf, adder, entries};
use crate::state::Document;
use crate::widgets::codec::TEXT;
use crate::widgets::field::{Notes, TextField, Width};
use crate::widgets::nix_field::NixField;
use clusterflake_core::Place;
use clusterflake_core::cluster::{CustomModule, SourceFile};
use clusterflake_core::nix::syntax;
use leptos::prelude::*;

/// The files beside the `default.nix` of a module.
#[component]
pub fn Files(module: Place<CustomModule>) -> impl IntoView {
    let list = module.field(CustomModule::files);
    view! {
        <h2>"Further files of the folder"</h2>
        <p class="hint">"What default.nix imports or reads from beside it. They stay as they are."</p>
        <Notes place=list.path.to_string() notes=notes_exactly(list.path.clone())/>
        {entries(EntriesOf { list: list.clone(), fields, class: "" })}
        {adder("Add further file", list, |_| Default::default())}
    }
}

fn fields(here: Place<SourceFile>) -> AnyView {
    let (document, at) = (Document::here(), StoredValue::new_local(here.clone()));
    let is_nix = Memo::new(move |_| {
        document.read(|cluster| at.with_value(|at| at.read(cluster).is_some_and(|file| file.path.ends_with(".nix"))))
    });
    let content = move || {
        let field = at.with_value(|at| text("Content", at.field(SourceFile::text), TEXT));
        if is_nix.get() {
            view! { <NixField field=field fault=syntax::expression_fault complete=in_module() lines=4/> }.into_any()
        } else {
            view! { <TextField field=field width=Width::Full lines=4 code=true/> }.into_any()
        }
    };
    view! {
        <TextField field=text("Path in the folder", here.field(SourceFile::path), TEXT) width=Width::Full code=true
            placeholder="server.nix"/>
        {content}
    }
    .into_any()
}
