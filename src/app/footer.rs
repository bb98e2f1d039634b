//! The footer: what the design comes to.

use crate::state::{Design, Pane};
use crate::widgets::codec::counted;
use clusterflake_core::archive;
use leptos::prelude::*;

#[component]
pub fn Footer() -> impl IntoView {
    let design = Design::here();
    let size = move || {
        let files = design.files();
        let bytes: usize = files.values().map(|file| file.text.len()).sum();
        format!("{} · {} KiB", counted(files.len(), "file"), bytes.div_ceil(1024))
    };
    let millis = move || format!("{:.1} ms", design.millis());
    let id = move || match design.id() {
        id if id.is_empty() => "id …".to_owned(),
        id => format!("id {}", archive::short_id(&id)),
    };
    let count = move || design.problems().len() + design.unread.count();
    let problems = move || match count() {
        0 => "no problems".to_owned(),
        count => counted(count, "problem"),
    };
    view! {
        <footer class="foot">
            <span class="size">{size}</span>
            <span class="time" title="Checking and generating, after the last edit">{millis}</span>
            <span class="id code" title=move || format!("The content id of all files: {}", design.id())>{id}</span>
            <span class="grow"></span>
            <Show when=move || !design.welcome.get()>
                <button type="button" class="ghost" class:bad=move || design.error_count() != 0
                    on:click=move |_| design.spot.pane.set(Pane::Problems)>{problems}</button>
            </Show>
        </footer>
    }
}
