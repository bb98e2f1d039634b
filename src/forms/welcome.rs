//! Where a design starts: presets as cards.

use crate::state::Design;
use crate::widgets::codec::{counted, grouped};
use clusterflake_core::preset::{PRESETS, Preset};
use clusterflake_core::totals::totals;
use leptos::prelude::*;

/// What a first visit shows in the place of the form.
#[component]
pub fn Welcome() -> impl IntoView {
    view! {
        <section class="welcome" aria-labelledby="welcome-title">
            <h1 id="welcome-title">"Design a NixOS cluster"</h1>
            <p class="lead">
                "Describe nodes, network, storage and scheduler; see every file of the flake as you type; download it when it is right. "
                "Nothing leaves this browser."
            </p>
            <h2>"Start from"</h2>
            <PresetCards chosen=Callback::new(|()| ())/>
        </section>
    }
}

/// The presets; choosing one opens it and tells `chosen`.
#[component]
pub fn PresetCards(chosen: Callback<()>) -> impl IntoView {
    let cards = PRESETS.iter().map(|preset| view! { <li><Card preset=preset chosen=chosen/></li> }).collect_view();
    let design = Design::here();
    let empty = move |_| {
        design.start_empty();
        chosen.run(());
    };
    view! {
        <ul class="cards">
            {cards}
            <li>
                <button type="button" class="card" on:click=empty><strong>"Start empty"</strong><span>"No nodes yet"</span></button>
            </li>
        </ul>
    }
}

#[component]
fn Card(preset: &'static Preset, chosen: Callback<()>) -> impl IntoView {
    let design = Design::here();
    let totals = totals(&preset.cluster());
    let mut size = vec![counted(totals.nodes as usize, "node"), counted(totals.cores as usize, "core")];
    if totals.gpus > 0 {
        size.push(format!("{} GPUs", grouped(totals.gpus)));
    }
    let open = move |_| {
        design.open_preset(preset);
        chosen.run(());
    };
    view! {
        <button type="button" class="card" on:click=open>
            <strong>{preset.name}</strong>
            <span>{preset.summary}</span>
            <small>{size.join(" · ")}</small>
        </button>
    }
}
