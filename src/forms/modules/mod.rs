mod changes;
mod contents;
mod files;
mod guidelines;
mod options;
mod parameters;
mod parts;
mod start;

pub use contents::{in_module, in_value};

use super::bind::{RowsOf, notes_exactly, pick, rows, switch, text};
use super::entries::{EntriesOf, adder, entries};
use crate::state::{Document, download_module};
use crate::widgets::codec::{LIST, TEXT, counted};
use crate::widgets::combo::ComboField;
use crate::widgets::field::{Notes, SelectField, TextField, Width};
use crate::widgets::nix_field::NixField;
use crate::widgets::rows::{Column, RowsTable, Style};
use crate::widgets::toggle::SwitchField;
use clusterflake_core::cluster::{CustomModule, ExposedService};
use clusterflake_core::nix::syntax;
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;
use start::{Cards, FileInputs, Start, StartDialog};

const COLUMNS: &[Column] = &[
    ("Module", Style::Code),
    ("Implementations", Style::Code),
    ("Parameters", Style::Number),
    ("Parts", Style::Text),
    ("In this cluster", Style::Text),
];

const EMPTY: &str = "No module of your own yet. Start with one of these; then name it, give it parameters for what another cluster may want otherwise, and say in its parts what which nodes get.";

fn cells(module: &CustomModule) -> Vec<(String, &'static str)> {
    let parts = match module.parts.len() {
        _ if !module.source.is_empty() => "default.nix".to_owned(),
        0 => String::new(),
        parts => counted(parts, "part"),
    };
    vec![
        (module.name.clone(), "name"),
        (module.implementations.join(", "), "implementations type"),
        (module.parameters.len().to_string(), "parameters"),
        (parts, "parts source"),
        (if module.enable { "on" } else { "off" }.to_owned(), "enable"),
    ]
}

/// Modules of the user's own.
#[component]
pub fn Form() -> impl IntoView {
    let start = Start::new();
    let rows = rows(RowsOf {
        place: Place::section(Cluster::modules),
        columns: COLUMNS,
        cells,
        fresh: |_| CustomModule::default(),
    });
    let open = rows.open;
    let at = Memo::new(move |_| (rows.count.get() > 0).then(|| open.get().min(rows.count.get() - 1)));
    let is_empty = Memo::new(move |_| rows.count.get() == 0);
    let more =
        move || view! { <button type="button" on:click=move |_| start.offer()>"Start from…"</button> }.into_any();
    view! {
        <FileInputs start=start/>
            <RowsTable rows=rows empty=EMPTY more=more/>
            <StartDialog start=start/>
            {move || at.get().map(|index| view! { <Module index=index/> })}
            {move || is_empty.get().then(|| view! { <Cards start=start/> })}
    }
}

/// The fields of one module.
#[component]
fn Module(index: usize) -> impl IntoView {
    let document = Document::here();
    let here = Place::section(Cluster::modules).index(index);
    let read = move |read: fn(&CustomModule) -> String| {
        document.read(|cluster| cluster.modules.get(index).map(read).unwrap_or_default())
    };
    let name = Memo::new(move |_| read(|module| module.name.clone()));
    let title = move || if name.get().is_empty() { "New module".to_owned() } else { name.get() };
    // A text that is cleared keeps its field.
    let is_brought = Memo::new(move |before: Option<&bool>| {
        before == Some(&true) || !read(|module| module.source.clone()).is_empty()
    });
    let choices = Memo::new(move |_| document.read(|cluster| cluster.modules.get(index).map(implementations)));
    let fields = StoredValue::new_local(here.clone());
    let used = move || {
        let choices = choices.get().filter(|choices| choices.len() > 1)?;
        let used = fields.with_value(|here| here.field(CustomModule::implementation));
        Some(view! { <SelectField field=pick("Implementation used", used, TEXT, choices) width=Width::Two/> })
    };
    let body = move || {
        let here = fields.get_value();
        if is_brought.get() {
            let source = here.field(CustomModule::source);
            view! {
                <h2>"Text of default.nix"</h2>
                <div class="grid">
                    <NixField field=text("default.nix", source, TEXT) fault=syntax::source_fault complete=in_module() lines=12
                        help="It goes into the flake as it is. Its parameters above are given to it."/>
                </div>
                <files::Files module=here/>
            }
            .into_any()
        } else {
            view! { <parts::Parts module=index/> <Exposes module=here/> }.into_any()
        }
    };
    view! {
        <fieldset class="part open">
            <legend class="code">{title}</legend>
            <div class="grid">
                <Notes place=here.path.to_string() notes=notes_exactly(here.path.clone())/>
                <TextField field=text("Module name", here.field(CustomModule::name), TEXT) code=true placeholder="license-server"
                    help="Its folder in modules/."/>
                <TextField field=text("What it is for", here.field(CustomModule::description), TEXT) width=Width::Three
                    placeholder="The licence server of our compilers" help="A sentence: it heads the file and stands in the README."/>
                <SwitchField field=switch("Use it in this cluster", here.field(CustomModule::enable))
                    help="Off, it stays in this design and leaves nothing in the flake."/>
                <TextField field=text("Implementations", here.field(CustomModule::implementations), LIST) width=Width::Two code=true
                    placeholder="k3s, kubernetes" help="Alternatives, of which a cluster chooses one."/>
                {used}
            </div>
            <parameters::Parameters module=here/>
            {body}
            <guidelines::Guidelines module=index/>
            <options::Options module=index/>
            <changes::Changes module=index/>
            <div class="bar end">
                <button type="button" title="Its folder, a section for a README and an example, as a zip"
                    on:click=move |_| download_module(document, index)>"Download this module"</button>
            </div>
        </fieldset>
    }
}

/// What can stand for an implementation: none of them, each of them, and what stands there though it is none.
fn implementations(module: &CustomModule) -> Vec<(String, String)> {
    let first = module.implementations.first().map(|first| (String::new(), format!("{first} (the first)")));
    let mut choices: Vec<(String, String)> = first.into_iter().collect();
    choices.extend(module.implementations.iter().skip(1).map(|name| (name.clone(), name.clone())));
    with_value(choices, &module.implementation)
}

/// The choices, and the value where it is none of them.
fn with_value(mut choices: Vec<(String, String)>, value: &str) -> Vec<(String, String)> {
    if choices.iter().all(|(choice, _)| choice != value) {
        choices.push((value.to_owned(), value.to_owned()));
    }
    choices
}

/// What the module offers to others.
#[component]
fn Exposes(module: Place<CustomModule>) -> impl IntoView {
    let list = module.field(CustomModule::exposes);
    let fields = |here: Place<ExposedService>| {
        view! {
            <TextField field=text("Exposed as", here.field(ExposedService::name), TEXT) code=true placeholder="license"/>
            <SelectField field=super::bind::choice("On", here.field(ExposedService::nodes))/>
            <ComboField field=text("Package of its programs", here.field(ExposedService::package), TEXT)
                suggest=contents::suggest_packages width=Width::Two placeholder="none"/>
        }
        .into_any()
    };
    view! {
        <h2>"For other modules"</h2>
        <p class="hint">"What the nodes then have as cluster.services.NAME: whether it is available, and where its programs are."</p>
        {entries(EntriesOf { list: list.clone(), fields, class: "bare" })}
        {adder("Add exposed service", list, |_| Default::default())}
    }
}
