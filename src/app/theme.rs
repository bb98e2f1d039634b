//! The button for the theme.

use crate::actions::{DARK_THEME, LIGHT_THEME, SYSTEM_THEME};
use crate::browser::page;
use crate::state::{Theme, View};
use crate::widgets::icon::{Icon, Shape};
use leptos::prelude::*;

/// Goes from one theme to the next.
#[component]
pub fn ThemeButton() -> impl IntoView {
    let view = View::here();
    page::set_theme(view.preferences.theme.get_untracked().key());
    let (label, shape) = (move || shown(view.preferences.theme.get()).0, move || shown(view.preferences.theme.get()).1);
    let next = move |_| view.preferences.choose_theme(view.preferences.theme.get_untracked().next());
    view! {
        <button type="button" class="ghost icon" aria-label=label title=label on:click=next>
            {move || view! { <Icon shape=shape()/> }}
            <span class="word">{label}</span>
        </button>
    }
}

fn shown(theme: Theme) -> (&'static str, Shape) {
    match theme {
        Theme::System => (SYSTEM_THEME.title, Shape::System),
        Theme::Light => (LIGHT_THEME.title, Shape::Light),
        Theme::Dark => (DARK_THEME.title, Shape::Dark),
    }
}
