//! The eight guidelines of the Module Development Guide, as a list of what is met, what is to be done, and what does
//! not apply.

use crate::state::{Document, Output, View, go_to};
use crate::widgets::icon::{Icon, Shape};
use clusterflake_core::Cluster;
use clusterflake_core::Path;
use clusterflake_core::check::{Guideline, Standing, guidelines};
use leptos::prelude::*;

/// How the module at this place in the list stands to the guidelines.
#[component]
pub fn Guidelines(module: usize) -> impl IntoView {
    let (document, output, view) = (Document::here(), Output::here(), View::here());
    // As the problems: when the flake is generated, not while somebody types.
    let all = Memo::new(move |_| {
        output.files();
        document.read_once(|cluster| cluster.modules.get(module).map(guidelines).unwrap_or_default())
    });
    // Of those that apply; none may.
    let met = move || {
        let count = |standing| all.with(|all| all.iter().filter(|one| one.standing == standing).count());
        let (met, to_do) = (count(Standing::Met), count(Standing::ToDo));
        (met + to_do > 0).then(|| format!("{met} of {} met", met + to_do))
    };
    let rows = move || all.get().into_iter().map(|guideline| row(document, view, module, guideline)).collect_view();
    view! {
        <h2>"Guidelines "<span class="count">{met}</span></h2>
        <ul class="guidelines">{rows}</ul>
    }
}

fn row(document: Document, view: View, module: usize, guideline: Guideline) -> impl IntoView {
    let Guideline { title, standing, found, advice, field, .. } = guideline;
    let (shape, word) = match standing {
        Standing::Met => (Shape::Check, "Met: "),
        Standing::ToDo => (Shape::Open, "To do: "),
        Standing::DoesNotApply => (Shape::Without, "Does not apply yet: "),
    };
    let go = move |_| go_to(document, view, &Path::root().field(Cluster::modules).index(module).key(field));
    let advice = (standing == Standing::ToDo).then(|| view! { <button type="button" on:click=go>{advice}</button> });
    view! {
        <li class:met={standing == Standing::Met} class:without={standing == Standing::DoesNotApply}>
            <Icon shape=shape/>
            <div><span class="hidden">{word}</span><strong>{title}</strong>" "{found}{advice}</div>
        </li>
    }
}
