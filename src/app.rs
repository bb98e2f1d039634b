//! The frame of the page: header, sections, form, flake, footer.

mod dialogs;
mod footer;
mod header;
mod nav;
mod notices;
mod theme;

use crate::browser::page;
use crate::forms::{Form, Welcome};
use crate::preview::{Files, Problems};
use crate::state::{Pane, start};
use clusterflake_core::Path;
use leptos::{ev, prelude::*};

#[component]
pub fn App() -> impl IntoView {
    let design = start();
    provide_context(design);
    page::on_shortcut(move |pressed| match (pressed.key.as_str(), pressed.shift) {
        ("z", false) => {
            design.undo();
            true
        }
        ("z", true) | ("y", false) => {
            design.redo();
            true
        }
        _ => false,
    });
    let name = Memo::new(move |_| design.read(|cluster| cluster.general.name.clone()));
    Effect::new(move |_| page::set_title(&format!("{} · clusterflake", name.get())));
    let spot = design.spot;
    // The field that has the focus lights its lines, and its typing is a step of its own.
    let focused = move |event: ev::FocusEvent| {
        let path = page::place_of(&event).and_then(|place| place.parse::<Path>().ok());
        if path.is_some() && path != spot.lit.get_untracked() {
            design.seal();
            spot.lit.set(path);
        }
    };
    let pane = move || match spot.pane.get() {
        Pane::Form => "form",
        Pane::Files => "files",
        Pane::Problems => "problems",
    };
    // Beside the form, files are shown unless problems were asked for.
    let side = RwSignal::new(Pane::Files);
    Effect::new(move |_| match spot.pane.get() {
        Pane::Form => {}
        other => side.set(other),
    });
    view! {
        <div class="frame" data-pane=pane data-menu=move || if spot.menu.get() { "open" } else { "closed" }>
            <header::Header/>
            <nav::Nav/>
            <nav::Tabs side=side/>
            <main id="form" tabindex="-1" on:focusin=focused>
                <notices::Notices/>
                {move || if design.welcome.get() { view! { <Welcome/> }.into_any() } else { view! { <Form/> }.into_any() }}
            </main>
            <aside aria-label="Flake" id="flake" class:problems-pane=move || side.get() == Pane::Problems>
                {move || if side.get() == Pane::Problems { view! { <Problems/> }.into_any() } else { view! { <Files/> }.into_any() }}
            </aside>
            <footer::Footer/>
        </div>
    }
}
