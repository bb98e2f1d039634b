//! Where the user is on the page, and what is told there: nothing of it is part of a design.

mod import;
mod lines;
mod location;
mod notices;
mod preferences;

pub use import::{Import, LIMITS};
pub use lines::Lines;
pub use location::{FIND_FIELD, Location, PROBLEMS, Pane, SOURCE};
pub use notices::{Action as NoticeAction, Notice, Notices, Topic, action};
pub use preferences::{Preferences, Theme};

use leptos::prelude::*;

/// What the page shows, as every component reaches it.
#[derive(Clone, Copy)]
pub struct View {
    pub location: Location,
    pub dialogs: Dialogs,
    pub notices: Notices,
    /// Whether nothing has been designed yet: the presets are offered.
    pub welcome: RwSignal<bool>,
    /// The job that the scheduler is asked about.
    pub job: RwSignal<String>,
    pub import: Import,
    pub preferences: Preferences,
    /// Whether the page works without a network.
    pub works_offline: RwSignal<bool>,
    /// Whether a newer version of the page waits.
    pub has_update: RwSignal<bool>,
}

/// Which dialogs are open; that of the import knows itself.
#[derive(Clone, Copy)]
pub struct Dialogs {
    pub presets: RwSignal<bool>,
    pub link: RwSignal<bool>,
    pub palette: RwSignal<bool>,
    pub help: RwSignal<bool>,
}

impl View {
    /// As the page starts, with the preferences that this browser keeps.
    pub fn new() -> Self {
        let closed = || RwSignal::new(false);
        Self {
            location: Location::new(),
            dialogs: Dialogs { presets: closed(), link: closed(), palette: closed(), help: closed() },
            notices: Notices::new(),
            welcome: RwSignal::new(false),
            job: RwSignal::default(),
            import: Import::new(),
            preferences: Preferences::kept(),
            works_offline: RwSignal::new(false),
            has_update: RwSignal::new(false),
        }
    }

    /// The view of this page. Panics outside of its components.
    pub fn here() -> Self {
        expect_context()
    }
}
