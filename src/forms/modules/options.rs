//! Which options of NixOS a module's Nix is held against, and what could not be checked.

use crate::browser::files;
use crate::state::{Document, Output, View, load_options};
use crate::widgets::codec::grouped;
use clusterflake_core::check::unchecked;
use clusterflake_core::nix::options::MAX_JSON;
use clusterflake_core::nix::tables;
use leptos::{ev, prelude::*};

/// The id of the hidden file input behind the button.
const FILE: &str = "options-file";

/// What the Nix of the module at this place in the list is held against.
#[component]
pub fn Options(module: usize) -> impl IntoView {
    let (document, output, view) = (Document::here(), Output::here(), View::here());
    let loaded = move || output.options.release();
    let used = move || match loaded() {
        None if !output.options.fetched.get() => {
            "The options of NixOS are on their way: until they are here, their names are not checked.".to_owned()
        }
        None => format!(
            "Nix in modules is held against the {} options of NixOS that clusters use most; a name that is not among them is an \
             error only where it cannot be right.",
            grouped(tables::known().count as u64)
        ),
        Some(loaded) => format!(
            "Nix in modules is held against all {} options in {}, as long as this tab is open: what is not among them does not exist.",
            grouped(loaded.known.count as u64),
            loaded.file
        ),
    };
    // As the problems: when the checks ran, not while somebody types.
    let names = Memo::new(move |_| {
        output.problems();
        output.files();
        let found =
            |known: &_| document.read_once(|cluster| cluster.modules.get(module).map(|own| unchecked(own, known)));
        loaded();
        output.options.read(found).unwrap_or_default()
    });
    let told = move || {
        let names = names.get();
        (!names.is_empty()).then(|| {
            view! { <p class="hint">"Not checked, since these are of no table: "<span class="code">{names.join(", ")}</span></p> }
        })
    };
    let chosen =
        move |event: ev::Event| files::read_chosen(&event, MAX_JSON, move |read| load_options(output, view, read));
    let back = move || {
        loaded().map(|_| view! { <button type="button" on:click=move |_| output.forget_options()>"Use those of the page"</button> })
    };
    view! {
        <h2>"Options of NixOS"</h2>
        <p class="hint" role="status">{used}</p>
        {told}
        <div class="bar">
            <button type="button" title="The options.json of a NixOS release: nix-build '<nixpkgs/nixos/release.nix>' -A options"
                on:click=move |_| files::choose(FILE)>"Load options.json…"</button>
            {back}
            <input id=FILE class="hidden" type="file" accept=".json,application/json" tabindex="-1"
                aria-label="The options.json of a NixOS release" on:change=chosen/>
        </div>
    }
}
