//! Notices over the foot of the form, and of the flake where that takes the form's place.

use crate::state::{Notice, NoticeAction, View};
use crate::widgets::icon::{Icon, Shape};
use leptos::prelude::*;

#[component]
pub fn Notices() -> impl IntoView {
    let view = View::here();
    let draw = move |notice: Notice| {
        let Notice { id, error, text, actions, .. } = notice;
        let button = |(label, act): NoticeAction| {
            let done = move |_| {
                act();
                view.notices.close(id);
            };
            view! { <button type="button" on:click=done>{label}</button> }
        };
        let actions = actions.into_iter().map(button).collect_view();
        view! {
            <div class="notice" class:error=error role=if error { "alert" } else { "status" }>
                <span>{text}</span>
                {actions}
                <button type="button" class="ghost icon" aria-label="Close notice" on:click=move |_| view.notices.close(id)>
                    <Icon shape=Shape::Close/>
                </button>
            </div>
        }
    };
    view! {
        <div class="notices">
            <For each=move || view.notices.all() key=|notice| notice.id children=draw/>
        </div>
    }
}
