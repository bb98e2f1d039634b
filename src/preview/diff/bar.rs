//! What the design is compared with, and the patch.

use crate::browser::{clipboard, files, page, time};
use crate::preview::filebar::copied;
use crate::state::{Document, MAX_FILE, Output, preset_name};
use crate::widgets::codec::{counted, first_upper};
use clusterflake_core::diff::patch;
use clusterflake_core::preset::PRESETS;
use leptos::{ev, prelude::*};

/// The id of the hidden file input.
const FILE: &str = "compare-file";

/// The id of the field for a link.
const LINK: &str = "compare-link";

/// Chooses what is compared with, and gives the patch.
#[component]
pub fn Bar(
    /// Why what was given last cannot be compared with; empty where it can.
    wrong: RwSignal<String>,
) -> impl IntoView {
    let (document, output) = (Document::here(), Output::here());
    let comparison = output.comparison;
    let (asks, said) = (RwSignal::new(false), RwSignal::new(""));
    let text = RwSignal::new(String::new());
    let picked = move |event: ev::Event| {
        wrong.set(String::new());
        let name = event_target_value(&event);
        match PRESETS.iter().find(|preset| preset_name(preset) == name) {
            Some(preset) => comparison.with_preset(preset),
            None => comparison.with_baseline(),
        }
    };
    let options = move || {
        let current = comparison.name();
        let known: Vec<String> = PRESETS.iter().map(preset_name).collect();
        let other = current.clone().filter(|name| !known.contains(name));
        let option = |name: String| {
            let chosen = current.as_ref() == Some(&name);
            view! { <option value=name.clone() prop:selected=chosen>{name.clone()}</option> }
        };
        view! {
            <option value="" prop:selected=current.is_none()>"this design as last opened or downloaded"</option>
            {other.map(option)}
            {known.into_iter().map(option).collect_view()}
        }
    };
    let ask = move |_| {
        asks.update(|asks| *asks = !*asks);
        time::after(20, || page::focus(LINK)).forget();
    };
    let compare = move |event: ev::SubmitEvent| {
        event.prevent_default();
        match comparison.with_link(&text.get_untracked()) {
            Ok(()) => {
                wrong.set(String::new());
                asks.set(false);
            }
            Err(why) => wrong.set(first_upper(&why)),
        }
    };
    let chosen = move |event: ev::Event| {
        files::read_chosen(&event, MAX_FILE, move |read| {
            wrong.set(comparison.with_file(read).err().unwrap_or_default())
        });
    };
    let count = move || {
        let (files, lines) = (comparison.differences().len(), comparison.count());
        format!("{}: +{} −{}", counted(files, "file"), lines.added, lines.removed)
    };
    let copy = move |_| clipboard::copy(patch(&comparison.differences()), move |worked| said.set(copied(worked)));
    let download = move |_| {
        let name = document.read_once(|cluster| cluster.general.name.clone());
        files::save(&format!("{name}.patch"), patch(&comparison.differences()).as_bytes(), "text/x-diff");
    };
    let any = move || !comparison.differences().is_empty();
    view! {
        <div class="comparebar">
            <label for="compare-with">"Compared with"</label>
            <select id="compare-with" on:change=picked>{options}</select>
            <button type="button" aria-expanded=move || asks.get().to_string() on:click=ask>"Link…"</button>
            <button type="button" title="A zip of this page, or a cluster.json; it can be dropped here too"
                on:click=move |_| files::choose(FILE)>"File…"</button>
            <input id=FILE class="hidden" type="file" accept=".json,.zip,application/json,application/zip" tabindex="-1"
                aria-label="Compare with a description or a flake’s zip" on:change=chosen/>
        </div>
        <Show when=move || asks.get()>
            <form class="bar" on:submit=compare>
                <input id=LINK type="text" class="code" aria-label="Link to compare with" placeholder="https://…#c=…" autocomplete="off"
                    prop:value=move || text.get() on:input=move |event| text.set(event_target_value(&event))/>
                <button type="submit" class="primary">"Compare"</button>
            </form>
        </Show>
        <p class="note error" role="alert" hidden=move || wrong.with(String::is_empty)>{move || wrong.get()}</p>
        <Show when=any>
            <div class="patchbar">
                <span class="total">{count}</span>
                <span class="said" role="status">{move || said.get()}</span>
                <button type="button" class="ghost" on:click=copy>"Copy patch"</button>
                <button type="button" class="ghost" on:click=download>"Download patch"</button>
            </div>
        </Show>
    }
}
