//! A modal dialog.

use super::icon::{Icon, Shape};
use crate::browser;
use leptos::{html, prelude::*};

/// A dialog that is open while `open` says so; Escape and a click outside close it.
#[component]
pub fn Dialog(#[prop(into)] title: String, open: RwSignal<bool>, children: ChildrenFn) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| browser::dialog::set_open(dialog, open.get()));
    let inside = move || open.get().then(|| children());
    let label = title.clone();
    view! {
        <dialog node_ref=dialog aria-label=label on:close=move |_| browser::dialog::closed(dialog, open)
            on:click=move |event| if browser::dialog::on_backdrop(&event) { open.set(false) }>
            <div class="dialog">
                <div class="top">
                    <h2>{title}</h2>
                    <button type="button" class="ghost icon" aria-label="Close" on:click=move |_| open.set(false)>
                        <Icon shape=Shape::Close/>
                    </button>
                </div>
                {inside}
            </div>
        </dialog>
    }
}
