//! How the user wants the page, from now on.

use crate::browser::{page, storage};
use leptos::prelude::*;

/// Where the browser keeps the theme.
const THEME: &str = "clusterflake.theme";

/// Stands where keys that are characters do nothing.
const NO_CHARACTER_KEYS: &str = "clusterflake.no-character-keys";

/// The theme: the system's, light or dark.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    /// As styles and the browser's storage have it.
    pub fn key(self) -> &'static str {
        match self {
            Theme::System => "",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The one that follows, where a button goes through all of them.
    pub fn next(self) -> Theme {
        match self {
            Theme::System => Theme::Light,
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::System,
        }
    }
}

/// What the user chose; this browser keeps it.
#[derive(Clone, Copy)]
pub struct Preferences {
    pub theme: RwSignal<Theme>,
    /// Whether keys that are characters, such as ?, do something.
    pub character_keys: RwSignal<bool>,
}

impl Preferences {
    /// Those that were chosen last.
    pub(super) fn kept() -> Self {
        let kept = storage::get(THEME).unwrap_or_default();
        let theme = [Theme::Light, Theme::Dark].into_iter().find(|theme| theme.key() == kept).unwrap_or(Theme::System);
        let character_keys = storage::get(NO_CHARACTER_KEYS).is_none();
        Self { theme: RwSignal::new(theme), character_keys: RwSignal::new(character_keys) }
    }

    /// Shows the page in this theme, from now on.
    pub fn choose_theme(self, theme: Theme) {
        self.theme.set(theme);
        page::set_theme(theme.key());
        // Not worth a message where the browser keeps nothing.
        storage::set(THEME, theme.key()).ok();
    }

    /// Whether keys that are characters do something, from now on.
    pub fn use_character_keys(self, on: bool) {
        self.character_keys.set(on);
        // Not worth a message where the browser keeps nothing.
        if on {
            storage::remove(NO_CHARACTER_KEYS);
        } else {
            storage::set(NO_CHARACTER_KEYS, "1").ok();
        }
    }
}
