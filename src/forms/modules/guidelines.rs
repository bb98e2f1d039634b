//! The eight guidelines of the Module Development Guide, as a list of what is met and what is to be done.

use crate::state::Design;
use crate::widgets::icon::{Icon, Shape};
use clusterflake_core::Cluster;
use clusterflake_core::Path;
use clusterflake_core::check::{Guideline, guidelines};
use leptos::prelude::*;

#[component]
pub fn Guidelines(module: usize) -> impl IntoView {
    let design = Design::here();
    // As the problems: when the flake is generated, not while somebody types.
    let all = Memo::new(move |_| {
        design.files();
        design.read_once(|cluster| cluster.modules.get(module).map(guidelines).unwrap_or_default())
    });
    let met = move || all.with(|all| format!("{} of {} met", all.iter().filter(|one| one.met).count(), all.len()));
    let rows = move || all.get().into_iter().map(|guideline| row(design, module, guideline)).collect_view();
    view! {
        <h2>"Guidelines "<span class="count">{met}</span></h2>
        <ul class="guidelines">{rows}</ul>
    }
}

fn row(design: Design, module: usize, guideline: Guideline) -> impl IntoView {
    let Guideline { title, met, found, advice, field, .. } = guideline;
    let (shape, word) = if met { (Shape::Check, "Met: ") } else { (Shape::Open, "To do: ") };
    let go = move |_| design.spot.go(&Path::root().field(Cluster::modules).index(module).key(field));
    let advice = (!met).then(|| view! { <button type="button" on:click=go>{advice}</button> });
    view! {
        <li class:met=met>
            <Icon shape=shape/>
            <div><span class="hidden">{word}</span><strong>{title}</strong>" "{found}{advice}</div>
        </li>
    }
}
