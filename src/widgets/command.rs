//! Command lines to copy.

use crate::browser::clipboard;
use leptos::prelude::*;

/// A command line with a button that copies it; `what` it does is the button's name for those who do not see both.
pub fn command_line(what: &'static str, line: String) -> AnyView {
    let copied = RwSignal::new(None::<bool>);
    let text = line.clone();
    let copy = move |_| clipboard::copy(text.clone(), move |worked| copied.set(Some(worked)));
    let said = move || match copied.get() {
        None => "",
        Some(true) => "Copied",
        Some(false) => "Mark it and copy it by hand",
    };
    view! {
        <div class="command">
            <code>{line}</code>
            <span class="said" role="status">{said}</span>
            <button type="button" class="ghost" aria-label=format!("Copy the command line: {what}") on:click=copy>"Copy"</button>
        </div>
    }
    .into_any()
}
