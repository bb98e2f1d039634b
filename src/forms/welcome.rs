//! Where a design starts: presets as cards, nothing, or what there is already.

use crate::browser::{page, time};
use crate::state::{Workspace, open_preset, show_import, start_empty};
use crate::widgets::codec::grouped;
use clusterflake_core::contents::contents;
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
            <h2>"Start from a preset, from nothing, or from what you have"</h2>
            <PresetCards chosen=Callback::new(|()| to_form())/>
        </section>
    }
}

/// The form takes the place of what was chosen from, and the focus with it.
fn to_form() {
    time::after(0, || page::focus("form")).forget();
}

/// The presets and the other ways to begin; choosing one opens it and tells `chosen`.
#[component]
pub fn PresetCards(chosen: Callback<()>) -> impl IntoView {
    let cards = PRESETS.iter().map(|preset| view! { <li>{card(preset, chosen)}</li> }).collect_view();
    let workspace = Workspace::here();
    let empty = move |_| {
        start_empty(workspace);
        chosen.run(());
    };
    let import = move |_| {
        show_import(workspace.document, workspace.view);
        chosen.run(());
    };
    view! {
        <ul class="cards">
            {cards}
            <li class="two">
                <button type="button" class="card plain" on:click=empty>
                    <strong>"Start empty"</strong>" "<span>"No nodes yet: add them group by group"</span>
                </button>
                <button type="button" class="card plain" on:click=import>
                    <strong>"Import what you have"</strong>" "
                    <span>"slurm.conf, a table of nodes, a hosts file, an inventory, cluster.json: or drop the files here"</span>
                </button>
            </li>
        </ul>
    }
}

fn card(preset: &'static Preset, chosen: Callback<()>) -> AnyView {
    let workspace = Workspace::here();
    let cluster = preset.cluster();
    let totals = totals(&cluster);
    let or_dash = |amount: u64| if amount == 0 { "–".to_owned() } else { grouped(amount) };
    let size = [
        (or_dash(totals.nodes), "nodes"),
        (or_dash(totals.cores), "cores"),
        (or_dash(totals.gpus), "GPUs"),
        (totals.memory(), "memory"),
    ];
    let size = size.map(|(amount, of)| view! { <span><b>{amount}</b>" "{of}</span> " " });
    let has = contents(&cluster).into_iter().map(|name| view! { <span class="tag">{name}</span> " " }).collect_view();
    let open = move |_| {
        open_preset(workspace, preset);
        chosen.run(());
    };
    view! {
        <button type="button" class="card" on:click=open>
            <strong>{preset.name}</strong>" "
            <span>{preset.summary}</span>" "
            <span class="size">{size}</span>
            <span class="tags">{has}</span>
        </button>
    }
    .into_any()
}
