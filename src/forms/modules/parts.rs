//! What a module does: its parts, each for some of the nodes.

use super::contents::{self, Contents};
use super::with_value;
use crate::forms::bind::{RowsOf, chips, choice, notes_exactly, pick, rows};
use crate::state::Document;
use crate::widgets::codec::TEXT;
use crate::widgets::field::{Notes, SelectField, Width};
use crate::widgets::rows::{Column, RowsTable, Style};
use crate::widgets::toggle::ChipsField;
use clusterflake_core::cluster::{Choice, CustomModule, ModulePart};
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

const COLUMNS: &[Column] = &[("Part", Style::Text), ("Only with", Style::Chips), ("What it adds", Style::Text)];

fn cells(part: &ModulePart) -> Vec<(String, &'static str)> {
    let needs: Vec<&str> = part.needs.iter().map(|need| need.label()).collect();
    vec![
        (title(part), "nodes implementation"),
        (needs.join(", "), "needs"),
        (contents::summary(part), contents::FIELDS),
    ]
}

/// The parts of the module at this place in the list.
#[component]
pub fn Parts(module: usize) -> impl IntoView {
    let list = Place::section(Cluster::modules).index(module).field(CustomModule::parts);
    let rows = rows(RowsOf { place: list.clone(), columns: COLUMNS, cells, fresh: |_| ModulePart::default() });
    let open = rows.open;
    let at = Memo::new(move |_| (rows.count.get() > 0).then(|| open.get().min(rows.count.get() - 1)));
    view! {
        <h2>"Parts"</h2>
        <Notes place=list.path.to_string() notes=notes_exactly(list.path.clone())/>
        <RowsTable rows=rows empty="No part yet. A part says what some of the nodes get: the server on the first controller, its clients on the others."/>
        {move || at.get().map(|part| view! { <Part module=module part=part/> })}
    }
}

/// The fields of one part.
#[component]
fn Part(module: usize, part: usize) -> impl IntoView {
    let document = Document::here();
    let here = Place::section(Cluster::modules).index(module).field(CustomModule::parts).index(part);
    let at = StoredValue::new_local(here.clone());
    let title = Memo::new(move |_| {
        document.read(|cluster| at.with_value(|at| at.read(cluster).map(title).unwrap_or_default()))
    });
    let choices = Memo::new(move |_| document.read(|cluster| choices(cluster.modules.get(module)?, part)));
    let implementation = move || {
        let choices = choices.get()?;
        let field = at.with_value(|at| at.field(ModulePart::implementation));
        Some(view! { <SelectField field=pick("Of implementation", field, TEXT, choices)/> })
    };
    view! {
        <fieldset class="part inner">
            <legend>{title}</legend>
            <div class="grid">
                <Notes place=here.path.to_string() notes=notes_exactly(here.path.clone())/>
                <SelectField field=choice("On nodes", here.field(ModulePart::nodes)) width=Width::Two/>
                {implementation}
                <ChipsField field=chips("Only with", here.field(ModulePart::needs)) width=Width::Two/>
            </div>
            <Contents part=here/>
        </fieldset>
    }
}

/// The implementations that a part can be of; `None` where the module has none to choose from.
fn choices(module: &CustomModule, part: usize) -> Option<Vec<(String, String)>> {
    let own = &module.parts.get(part)?.implementation;
    let mut choices = vec![(String::new(), "all".to_owned())];
    choices.extend(module.implementations.iter().map(|name| (name.clone(), name.clone())));
    let choices = with_value(choices, own);
    (choices.len() > 1).then_some(choices)
}

/// `First controller · k3s`.
fn title(part: &ModulePart) -> String {
    let mut title = part.nodes.label().to_owned();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if !part.implementation.is_empty() {
        title = format!("{title} · {}", part.implementation);
    }
    title
}
