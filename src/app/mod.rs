//! The frame of the page: header, sections, form, flake, footer.

mod button;
mod designs;
mod dialogs;
mod footer;
mod header;
mod help;
mod import;
mod nav;
mod notices;
mod palette;
mod panes;
mod tabs;
mod theme;

use crate::actions;
use crate::browser::page;
use crate::forms::{Form, Welcome};
use crate::state::{Pane, Workspace, start};
use clusterflake_core::Path;
use leptos::{ev, prelude::*};
use panes::Panes;
use tabs::TabState;

#[component]
pub fn App() -> impl IntoView {
    let workspace = start();
    workspace.provide();
    actions::listen(workspace);
    let Workspace { document, library, view, .. } = workspace;
    Effect::new(move |_| page::set_title(&format!("{} · clusterflake", library.title())));
    let location = view.location;
    // The field that has the focus lights its lines, and its typing is a step of its own.
    let focused = move |event: ev::FocusEvent| {
        let path = page::place_of(&event).and_then(|place| place.parse::<Path>().ok());
        if path.is_some() && path != location.focused.get_untracked() {
            document.end_typing();
            location.focused.set(path);
        }
    };
    let panes = Panes::start();
    let shown = TabState::start(panes);
    // Each time it is told the same, nothing is drawn again: what is open in the form stays so.
    let beginning = Memo::new(move |_| view.welcome.get());
    let pane = move || if location.pane.get() == Pane::Form { "form" } else { "flake" };
    let state = |closed: bool| if closed { "closed" } else { "open" };
    view! {
        <div class="frame" class:beginning=beginning data-pane=pane on:keyup=move |_| document.pending.follow_focus() on:click=move |_| document.pending.follow_focus()
            data-menu=move || state(!location.menu.get())
            data-sections=move || state(panes.sections_closed())
            data-flake=move || state(panes.flake_closed())>
            <header::Header/>
            <nav::Nav/>
            <div class="middle">
                <notices::Notices/>
                <main id="form" tabindex="-1" on:focusin=focused>
                    {move || if beginning.get() { view! { <Welcome/> }.into_any() } else { view! { <Form/> }.into_any() }}
                </main>
            </div>
            <tabs::Tabs shown=shown/>
            <tabs::Flake shown=shown/>
            <panes::Separators panes=panes/>
            <footer::Footer panes=panes/>
            <import::ImportDialog/>
            <dialogs::PresetsDialog/>
            <dialogs::LinkDialog/>
            <help::HelpDialog/>
            <palette::Palette/>
        </div>
    }
}
