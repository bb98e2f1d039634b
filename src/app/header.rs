//! The header: what is open, and what can be done with it.

use super::button::{button, icon_button};
use super::designs::DesignsButton;
use super::theme::ThemeButton;
use crate::actions::{DOWNLOAD, IMPORT, LINK, OPEN, OPEN_FILE, PRESETS, REDO, SAVE, UNDO};
use crate::browser::{files, page};
use crate::state::{Document, Library, MAX_FILE, Pane, SaveState, View, Workspace, open_file};
use crate::widgets::codec::first_upper;
use crate::widgets::icon::{Icon, Shape};
use crate::widgets::menu::{Menu, MenuItem};
use leptos::{ev, prelude::*};

#[component]
pub fn Header() -> impl IntoView {
    let workspace = Workspace::here();
    let chosen = move |event: ev::Event| files::read_chosen(&event, MAX_FILE, move |read| open_file(workspace, read));
    // The fragment of the address is the design's.
    let skip = move |event: ev::MouseEvent| {
        event.prevent_default();
        workspace.view.location.pane.set(Pane::Form);
        page::focus("form");
    };
    // On small screens what is not needed all the time is behind a button.
    let more = RwSignal::new(false);
    let left = move |event: ev::FocusEvent| {
        if page::leaves(&event, "more-of") {
            more.set(false);
        }
    };
    let pressed = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && more.get_untracked() {
            more.set(false);
            page::focus("more");
        }
    };
    view! {
        <header class="head">
            <a class="skip" href="#form" on:click=skip>"Skip to the form"</a>
            <div class="brand"><Icon shape=Shape::Brand/><span>"clusterflake"</span></div>
            <DesignsButton/>
            <SavedState/>
            <span class="grow"></span>
            <SectionsButton/>
            <div class="steps"><Steps/></div>
            <div class="more-of" id="more-of" data-open=move || more.get().then_some("") on:focusout=left on:keydown=pressed>
                <button type="button" class="ghost icon" id="more" aria-label="More" title="More" aria-controls="actions"
                    aria-expanded=move || more.get().to_string() on:click=move |_| more.update(|open| *open = !*open)>
                    <Icon shape=Shape::More/>
                </button>
                <div class="actions" id="actions" on:click=move |_| more.set(false)>
                    <ThemeButton/>
                    {[&PRESETS, &OPEN, &IMPORT, &LINK, &SAVE].map(|action| button(action, "")).into_iter().collect_view()}
                </div>
            </div>
            {button(&DOWNLOAD, "primary")}
            <input id=OPEN_FILE class="hidden" type="file" accept=".json,.zip,.nix,application/json,application/zip" tabindex="-1"
                aria-label="Open a description, a flake’s zip or a module" on:change=chosen/>
        </header>
    }
}

/// Opens the sections, on small screens.
#[component]
fn SectionsButton() -> impl IntoView {
    let location = View::here().location;
    view! {
        <button type="button" class="ghost menu" aria-controls="sections" aria-expanded=move || location.menu.get().to_string()
            on:click=move |_| location.menu.update(|open| *open = !*open)>
            <Icon shape=Shape::Menu/><span class="hidden">"Sections: "</span><span class="title">{move || location.section.get().title()}</span>
        </button>
    }
}

#[component]
fn SavedState() -> impl IntoView {
    let library = Library::here();
    let elsewhere = move || if library.is_elsewhere() { " · open in another tab too" } else { "" };
    let text = move || match library.saved() {
        SaveState::Nothing => String::new(),
        SaveState::Soon => format!("saving…{}", elsewhere()),
        SaveState::Saved => format!("saved in this browser{}", elsewhere()),
        SaveState::Outdated => "changed in another tab".to_owned(),
        SaveState::Refused(why) => format!("not saved: {why}"),
    };
    let bad = move || matches!(library.saved(), SaveState::Refused(_) | SaveState::Outdated);
    let alert = move || bad().then(text);
    // Saving goes on all the time: only that it does not is worth a word to those who listen.
    view! {
        <span class="saved" class:bad=bad>{text}</span>
        <span class="hidden" role="alert">{alert}</span>
    }
}

/// Undo, redo, and all steps to choose from.
#[component]
fn Steps() -> impl IntoView {
    let document = Document::here();
    let none = Memo::new(move |_| document.undo_name().is_none() && document.redo_name().is_none());
    let items = Callback::new(move |()| steps(document));
    view! {
        {icon_button(&UNDO, Shape::Undo)}
        {icon_button(&REDO, Shape::Redo)}
        <Menu id="steps" label="Steps" shape=Shape::History items=items disabled=Signal::from(none)/>
    }
}

/// All steps, the last one first; those that were undone come before it.
fn steps(document: Document) -> Vec<MenuItem> {
    let (names, done) = untrack(|| document.steps());
    let start = std::iter::once("The beginning".to_owned());
    let item = |(count, label): (usize, String)| MenuItem {
        label: first_upper(&label),
        current: count == done,
        muted: count > done,
        act: Callback::new(move |()| document.go_to_step(count)),
    };
    let mut items: Vec<MenuItem> = start.chain(names).enumerate().map(item).collect();
    items.reverse();
    items
}
