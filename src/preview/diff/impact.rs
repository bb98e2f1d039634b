//! What it takes to get from one design to the other, the gravest first.

use crate::state::{Document, Output, View, go_to};
use crate::widgets::codec::counted;
use clusterflake_core::impact::{Change, Effect, Impact};
use leptos::prelude::*;

/// How many changes of an impact are shown at once.
const SHOWN: usize = 4;

/// The changes by their effect on the machines.
#[component]
pub fn ImpactList() -> impl IntoView {
    let (document, output, view) = (Document::here(), Output::here(), View::here());
    let impacts = Memo::new(move |_| output.impact());
    let group = move |effect: &'static Effect| {
        let here = Memo::new(move |_| {
            impacts.with(|all| all.iter().filter(|impact| impact.effect == *effect).cloned().collect::<Vec<_>>())
        });
        let list = move || here.get().into_iter().map(|impact| item(document, view, impact)).collect_view();
        view! {
            <Show when=move || here.with(|here| !here.is_empty())>
                <div class=format!("effect {}", effect.key())>
                    <h3><span class="dot"></span>{effect.title()}</h3>
                    <ul>{list}</ul>
                </div>
            </Show>
        }
    };
    view! {
        <section class="impact" aria-label="Impact">
            <h2>"Impact"</h2>
            {Effect::ALL.iter().map(group).collect_view()}
        </section>
    }
}

fn item(document: Document, view: View, impact: Impact) -> impl IntoView {
    let Impact { text, hosts, count, mut changes, .. } = impact;
    let more = changes.split_off(changes.len().min(SHOWN));
    let rest = (!more.is_empty()).then(|| {
        view! {
            <details>
                <summary>{format!("{} more", counted(more.len(), "change"))}</summary>
                {more.into_iter().map(|change| way(document, view, change)).collect_view()}
            </details>
        }
    });
    let nodes = (count > 0).then(|| {
        view! { <p class="nodes"><span class="code">{hosts}</span>" "<span class="count">{counted(count, "node")}</span></p> }
    });
    view! {
        <li>
            <p>{text}</p>
            {nodes}
            <div class="ways">{changes.into_iter().map(|change| way(document, view, change)).collect_view()}{rest}</div>
        </li>
    }
}

/// A change, and the way to its field.
fn way(document: Document, view: View, change: Change) -> impl IntoView {
    let Change { path, what } = change;
    let title = format!("Go to {path}");
    view! { <button type="button" class="way" title=title on:click=move |_| go_to(document, view, &path)>{what}</button> }
}
