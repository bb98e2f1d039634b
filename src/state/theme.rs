//! The theme: the system's, light or dark.

use super::Design;
use crate::browser::{page, storage};
use leptos::prelude::*;

const KEY: &str = "clusterflake.theme";

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    pub fn key(self) -> &'static str {
        match self {
            Theme::System => "",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The one that was chosen last.
    pub(super) fn kept() -> Theme {
        let kept = storage::get(KEY).unwrap_or_default();
        [Theme::Light, Theme::Dark].into_iter().find(|theme| theme.key() == kept).unwrap_or(Theme::System)
    }

    pub fn next(self) -> Theme {
        match self {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        }
    }
}

impl Design {
    /// Shows the page in this theme, from now on.
    pub fn choose_theme(self, theme: Theme) {
        self.theme.set(theme);
        page::set_theme(theme.key());
        // Not worth a message where the browser keeps nothing.
        storage::set(KEY, theme.key()).ok();
    }
}
