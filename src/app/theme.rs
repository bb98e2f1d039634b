//! The theme: the system's, light or dark.

use crate::browser::{page, storage};
use crate::widgets::icon::{Icon, Shape};
use leptos::prelude::*;

const KEY: &str = "clusterflake.theme";

#[derive(Clone, Copy, PartialEq)]
enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    fn key(self) -> &'static str {
        match self {
            Theme::System => "",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    fn next(self) -> Theme {
        match self {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        }
    }

    fn label(self) -> &'static str {
        match self {
            Theme::System => "Theme: as the system",
            Theme::Light => "Theme: light",
            Theme::Dark => "Theme: dark",
        }
    }

    fn shape(self) -> Shape {
        match self {
            Theme::System => Shape::System,
            Theme::Light => Shape::Light,
            Theme::Dark => Shape::Dark,
        }
    }
}

/// Goes from one theme to the next.
#[component]
pub fn ThemeButton() -> impl IntoView {
    let kept = storage::get(KEY).unwrap_or_default();
    let kept = [Theme::Light, Theme::Dark].into_iter().find(|theme| theme.key() == kept).unwrap_or(Theme::System);
    let theme = RwSignal::new(kept);
    Effect::new(move |_| page::set_theme(theme.get().key()));
    let next = move |_| {
        let next = theme.get_untracked().next();
        theme.set(next);
        // Not worth a message where the browser keeps nothing.
        storage::set(KEY, next.key()).ok();
    };
    view! {
        <button type="button" class="ghost icon" aria-label=move || theme.get().label() title=move || theme.get().label() on:click=next>
            {move || view! { <Icon shape=theme.get().shape()/> }}
        </button>
    }
}
