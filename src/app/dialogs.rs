//! The dialogs that the header opens.

use crate::actions::LINK;
use crate::browser::clipboard;
use crate::forms::PresetCards;
use crate::state::{Document, View, Workspace, download_description};
use crate::widgets::codec::grouped;
use crate::widgets::command::command_line;
use crate::widgets::dialog::Dialog;
use clusterflake_core::link::TooLong;
use leptos::prelude::*;

/// The presets, to put one in the place of the design.
#[component]
pub fn PresetsDialog() -> impl IntoView {
    let open = View::here().dialogs.presets;
    view! {
        <Dialog title="Presets" open=open>
            <p class="lead">"A preset takes the place of the design on this page; undo brings it back."</p>
            <PresetCards chosen=Callback::new(move |()| open.set(false))/>
        </Dialog>
    }
}

/// The link that holds the design, or why there is none.
#[component]
pub fn LinkDialog() -> impl IntoView {
    let open = View::here().dialogs.link;
    view! { <Dialog title="Link to this design" open=open><LinkBody/></Dialog> }
}

#[component]
fn LinkBody() -> impl IntoView {
    let document = Document::here();
    let copied = RwSignal::new(None::<bool>);
    let said = move || match copied.get() {
        None => "",
        Some(true) => "Copied",
        Some(false) => "The browser did not allow copying: mark the link and copy it by hand.",
    };
    match document.link() {
        Ok(address) => {
            let text = address.clone();
            let copy = move |_| clipboard::copy(text.clone(), move |worked| copied.set(Some(worked)));
            view! {
                <p class="lead">"The whole design is in the link itself: nothing is uploaded, and whoever has the link has the design."</p>
                <div class="bar">
                    <input type="text" class="code grow" readonly aria-label="Link" prop:value=address/>
                    <button type="button" class="primary" on:click=copy>"Copy link"</button>
                </div>
                <p class="hint" role="status">{said}</p>
                {LINK.command.map(|line| command_line(LINK.title, line(Workspace::here())))}
            }
            .into_any()
        }
        Err(TooLong { length, limit }) => view! {
            <p class="lead">
                "This design is too large for a link: it would have "{grouped(length as u64)}" characters, and many programs cut links longer than "
                {grouped(limit as u64)}". Send the description as a file instead."
            </p>
            <button type="button" class="primary" on:click=move |_| download_description(document)>"Save description"</button>
        }
        .into_any(),
    }
}
