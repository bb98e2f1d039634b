//! Keys that do something wherever the focus is.

use super::{ACTIONS, Action, Group};
use crate::browser::page::{self, Focus, KeyPress};
use crate::state::Workspace;
use clusterflake_core::Path;
use clusterflake_core::cluster::Section;
use leptos::prelude::*;

/// Keys that are pressed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Ctrl, on a Mac ⌘.
    control: bool,
    shift: bool,
    key: &'static str,
}

impl Keys {
    /// A key alone.
    pub const fn plain(key: &'static str) -> Self {
        Self { control: false, shift: false, key }
    }

    /// A key with Shift.
    pub const fn shift(key: &'static str) -> Self {
        Self { control: false, shift: true, key }
    }

    /// A key with Ctrl, on a Mac ⌘.
    pub const fn control(key: &'static str) -> Self {
        Self { control: true, shift: false, key }
    }

    /// A key with Shift and Ctrl, on a Mac ⌘.
    pub const fn control_shift(key: &'static str) -> Self {
        Self { control: true, shift: true, key }
    }

    /// As people write it: `Ctrl+Shift+Z`, on a Mac `⇧⌘Z`.
    pub fn label(self) -> String {
        let key = if self.key.len() == 1 { self.key.to_uppercase() } else { self.key.to_owned() };
        let (shift, control) = if page::is_mac() { ("⇧", "⌘") } else { ("Shift+", "Ctrl+") };
        let (shift, control) = (if self.shift { shift } else { "" }, if self.control { control } else { "" });
        if page::is_mac() { format!("{shift}{control}{key}") } else { format!("{control}{shift}{key}") }
    }

    /// As `aria-keyshortcuts` has it.
    pub fn aria(self) -> String {
        let control = if page::is_mac() { "Meta+" } else { "Control+" };
        let (control, shift) = (if self.control { control } else { "" }, if self.shift { "Shift+" } else { "" });
        format!("{control}{shift}{}", self.key)
    }

    /// Whether it is a character, which people also type: it can be turned off.
    pub fn is_character(self) -> bool {
        !self.control && self.key.chars().count() == 1
    }

    fn fits(self, press: &KeyPress) -> bool {
        // On which keyboards a sign such as ? needs Shift is their own business.
        let shift = press.shift == self.shift || self.is_character();
        press.control == self.control && shift && press.key.eq_ignore_ascii_case(self.key)
    }
}

/// Does what keys ask for.
pub fn listen(workspace: Workspace) {
    page::on_key(move |press| {
        let fits = |keys: &&Keys| {
            keys.fits(press) && (!keys.is_character() || workspace.view.preferences.character_keys.get_untracked())
        };
        let pressed = ACTIONS.iter().find(|action| action.keys.iter().any(|keys| fits(&keys)));
        let Some(action) = pressed else { return false };
        let reaches = reaches(action, press);
        if reaches {
            action.act(workspace);
        }
        // The browser's own finding and saving would be of no use here, also while a dialog is open.
        reaches || press.control && action.group != Group::Steps
    });
}

/// Whether keys mean `action` where they were pressed.
fn reaches(action: &Action, press: &KeyPress) -> bool {
    let typing = press.key.len() == 1 && !press.control;
    match &press.focus {
        Focus::Other => true,
        Focus::Dialog => false,
        _ if action.group != Group::Steps => !typing,
        Focus::Text(place) => place.as_deref().is_some_and(is_in_design),
        // Text that has not become part of the design has the browser's own undo.
        Focus::Unread => false,
    }
}

fn is_in_design(place: &str) -> bool {
    place.parse::<Path>().is_ok_and(|path| path.section().and_then(Section::from_key).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actions::{HELP, NEXT_PROBLEM, SAVE, UNDO};

    fn press(key: &str, control: bool, focus: Focus) -> KeyPress {
        KeyPress { key: key.to_owned(), control, shift: false, focus }
    }

    #[test]
    fn no_two_actions_have_the_same_keys() {
        let all: Vec<&Keys> = ACTIONS.iter().flat_map(|action| action.keys).collect();
        for (i, keys) in all.iter().enumerate() {
            assert!(!all[..i].contains(keys), "{keys:?}");
        }
    }

    #[test]
    fn undo_is_the_designs_unless_text_is_not_yet_part_of_it() {
        let text = |place: &str| reaches(&UNDO, &press("z", true, Focus::Text(Some(place.to_owned()))));
        assert!(text("nodes[2].memoryMiB"));
        assert!(!text("Module-text"));
        assert!(!reaches(&UNDO, &press("z", true, Focus::Text(None))));
        assert!(!reaches(&UNDO, &press("z", true, Focus::Unread)));
        assert!(!reaches(&UNDO, &press("z", true, Focus::Dialog)));
        assert!(reaches(&UNDO, &press("z", true, Focus::Other)));
    }

    #[test]
    fn what_is_typed_in_a_field_stays_there() {
        assert!(!reaches(&HELP, &press("?", false, Focus::Text(None))));
        assert!(!reaches(&HELP, &press("?", false, Focus::Unread)));
        assert!(reaches(&HELP, &press("?", false, Focus::Other)));
        assert!(reaches(&NEXT_PROBLEM, &press("F8", false, Focus::Text(None))));
        assert!(reaches(&SAVE, &press("s", true, Focus::Unread)));
    }

    #[test]
    fn shift_counts_but_for_signs() {
        let mut pressed = press("Z", true, Focus::Other);
        assert!(Keys::control("z").fits(&pressed));
        pressed.shift = true;
        assert!(!Keys::control("z").fits(&pressed) && Keys::control_shift("z").fits(&pressed));
        let mut sign = press("?", false, Focus::Other);
        sign.shift = true;
        assert!(Keys::plain("?").fits(&sign));
    }
}
