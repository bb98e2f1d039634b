//! The header: what is open, and what can be done with it.

use super::dialogs::{LinkDialog, PresetsDialog};
use super::theme::ThemeButton;
use crate::browser::{files, page, time};
use crate::state::{Design, MAX_FILE, Pane, Saved};
use crate::widgets::icon::{Icon, Shape};
use leptos::{ev, prelude::*};

/// The id of the hidden file input behind “Open”.
const FILE: &str = "open-file";

#[component]
pub fn Header() -> impl IntoView {
    let design = Design::here();
    let (presets, link) = (RwSignal::new(false), RwSignal::new(false));
    let name = Memo::new(move |_| design.read(|cluster| cluster.general.name.clone()));
    let chosen = move |event: ev::Event| files::read_chosen(&event, MAX_FILE, move |read| design.open_file(read));
    let download = move |_| {
        if design.download().is_err() {
            design.spot.pane.set(Pane::Problems);
            time::after(0, || page::focus("problems")).forget();
        }
    };
    view! {
        <header class="head">
            <div class="brand"><Icon shape=Shape::Brand/>"clusterflake"</div>
            <span class="cluster">{move || name.get()}</span>
            <SavedState/>
            <span class="grow"></span>
            <div class="actions">
                <StepButton shape=Shape::Undo word="Undo" name=Signal::derive(move || design.undo_name()) act=Callback::new(move |()| design.undo())/>
                <StepButton shape=Shape::Redo word="Redo" name=Signal::derive(move || design.redo_name()) act=Callback::new(move |()| design.redo())/>
                <ThemeButton/>
                <button type="button" on:click=move |_| presets.set(true)>"Presets"</button>
                <button type="button" title="Open cluster.json, a zip of this page, or a module’s default.nix" on:click=move |_| files::choose(FILE)>"Open"</button>
                <button type="button" on:click=move |_| link.set(true)>"Link"</button>
                <button type="button" title="Save cluster.json, to come back to" on:click=move |_| design.download_description()>"Save description"</button>
            </div>
            <button type="button" class="primary" on:click=download>"Download flake"</button>
            <input id=FILE class="hidden" type="file" accept=".json,.zip,.nix,application/json,application/zip" tabindex="-1"
                aria-label="Open a description, a flake’s zip or a module" on:change=chosen/>
            <PresetsDialog open=presets/>
            <LinkDialog open=link/>
        </header>
    }
}

#[component]
fn SavedState() -> impl IntoView {
    let design = Design::here();
    let text = move || match design.saved() {
        Saved::Nothing => String::new(),
        Saved::Soon => "saving…".to_owned(),
        Saved::Yes => "saved in this browser".to_owned(),
        Saved::Refused(why) => format!("not saved: {why}. Save the description instead."),
    };
    view! { <span class="saved" class:bad=move || matches!(design.saved(), Saved::Refused(_)) role="status">{text}</span> }
}

/// Undo or redo: what it would do is its name.
#[component]
fn StepButton(shape: Shape, word: &'static str, name: Signal<Option<String>>, act: Callback<()>) -> impl IntoView {
    let label = Memo::new(move |_| name.get().map_or_else(|| word.to_owned(), |name| format!("{word}: {name}")));
    view! {
        <button type="button" class="ghost icon" aria-label=label title=label disabled=move || name.with(Option::is_none)
            on:click=move |_| act.run(())>
            <Icon shape=shape/>
        </button>
    }
}
