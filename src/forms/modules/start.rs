//! How a module begins: from a template, empty, or from a text that there is already.

use crate::browser::{drop, files};
use crate::forms::bind::unbound_text;
use crate::state::{Document, LIMITS, View, add_module, bring_module};
use crate::widgets::dialog::Dialog;
use crate::widgets::nix_field::NixField;
use clusterflake_core::cluster::CustomModule;
use clusterflake_core::nix::syntax;
use clusterflake_core::template::{TEMPLATES, Template};
use leptos::{ev, html, prelude::*};

/// Whether the dialog is open, and whether it asks for a text.
#[derive(Clone, Copy)]
pub struct Start {
    pub open: RwSignal<bool>,
    pasting: RwSignal<bool>,
}

impl Start {
    pub fn new() -> Self {
        Self { open: RwSignal::new(false), pasting: RwSignal::new(false) }
    }

    /// Offers what a module can begin from.
    pub fn offer(self) {
        self.pasting.set(false);
        self.open.set(true);
    }

    fn ask(self) {
        self.pasting.set(true);
        self.open.set(true);
    }
}

/// The dialog: what a module can begin from.
#[component]
pub fn StartDialog(start: Start) -> impl IntoView {
    let draw = move || {
        if start.pasting.get() {
            view! { <Paste start=start/> }.into_any()
        } else {
            view! { <Cards start=start/> }.into_any()
        }
    };
    view! { <Dialog title="Start a module" open=start.open>{draw}</Dialog> }
}

/// What a module can begin from, as cards.
#[component]
pub fn Cards(start: Start) -> impl IntoView {
    let (document, view) = (Document::here(), View::here());
    let empty = move |_| {
        start.open.set(false);
        add_module(document, view, CustomModule::default());
    };
    let card = |template: &'static Template| {
        let add = move |_| {
            start.open.set(false);
            add_module(document, view, template.module());
        };
        view! {
            <li>
                <button type="button" class="card" on:click=add><strong>{template.name}</strong><span>{template.summary}</span></button>
            </li>
        }
    };
    view! {
        <ul class="cards">
            {TEMPLATES.iter().map(card).collect_view()}
            <li>
                <button type="button" class="card" on:click=empty>
                    <strong>"Empty module"</strong><span>"Name it, give it parameters, describe its parts"</span>
                </button>
            </li>
            <li>
                <button type="button" class="card" on:click=move |_| start.ask()>
                    <strong>"Paste a default.nix"</strong><span>"A module that you have already, kept as it is"</span>
                </button>
            </li>
            <li>
                <button type="button" class="card" on:click=move |_| files::choose(FILES)>
                    <strong>"Open a default.nix"</strong><span>"Its file, or the zip of a module; or drop it anywhere here"</span>
                </button>
            </li>
            <li>
                <button type="button" class="card" on:click=move |_| files::choose(FOLDER)>
                    <strong>"Open a folder"</strong><span>"A default.nix with the files beside it, kept byte for byte"</span>
                </button>
            </li>
        </ul>
    }
}

/// The ids of the hidden inputs behind the cards.
const FILES: &str = "module-files";
const FOLDER: &str = "module-folder";

/// The inputs behind the cards.
#[component]
pub fn FileInputs(start: Start) -> impl IntoView {
    let (document, view) = (Document::here(), View::here());
    let bring = move |read| {
        start.open.set(false);
        bring_module(document, view, read);
    };
    let chosen = move |event: ev::Event| drop::read_all_chosen(&event, LIMITS, bring);
    let folder = NodeRef::<html::Input>::new();
    Effect::new(move |_| folder.get().iter().for_each(drop::choose_folders));
    view! {
        <input id=FILES class="hidden" type="file" multiple accept=".nix,.zip" tabindex="-1" aria-label="Files of a module" on:change=chosen/>
        <input id=FOLDER class="hidden" type="file" node_ref=folder tabindex="-1" aria-label="Folder of a module" on:change=chosen/>
    }
}

/// Takes the text of a `default.nix`.
#[component]
fn Paste(start: Start) -> impl IntoView {
    let (document, view) = (Document::here(), View::here());
    let source = RwSignal::new(String::new());
    let is_empty = move || source.with(|text| text.trim().is_empty());
    let take = move |_| {
        start.open.set(false);
        bring_module(document, view, Ok(vec![("default.nix".to_owned(), source.get_untracked().into_bytes())]));
    };
    view! {
        <p class="lead">"A function that gives a NixOS module, as the guide writes them, or a NixOS module itself."</p>
        <NixField field=unbound_text("Text of the module", source) fault=syntax::source_fault
            complete=super::contents::in_module() lines=14/>
        <div class="bar end"><button type="button" class="primary" disabled=is_empty on:click=take>"Add this module"</button></div>
    }
}
