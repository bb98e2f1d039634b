//! The panes beside the form: how wide they are, whether they are open; the browser remembers both.

use crate::browser::{page, storage};
use crate::widgets::separator::{Separator, SeparatorBinding};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

const KEY: &str = "clusterflake.panes";

/// The form's least width, in pixels.
const FORM: f64 = 420.0;

/// What the browser remembers. Widths in pixels; none for the page's own choice.
#[derive(Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Preferences {
    sections: Option<f64>,
    flake: Option<f64>,
    sections_closed: bool,
    flake_closed: bool,
}

/// The panes beside the form.
#[derive(Clone, Copy)]
pub struct Panes {
    preferences: RwSignal<Preferences>,
    window: RwSignal<f64>,
}

impl Panes {
    /// The panes as they were left.
    pub fn start() -> Panes {
        let preferences = storage::get(KEY).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let panes = Panes { preferences: RwSignal::new(preferences), window: RwSignal::new(page::width()) };
        page::on_resize(move || panes.window.set(page::width()));
        Effect::new(move |_| {
            let (sections, flake) = panes.widths();
            page::set_property("--sections", &format!("{sections}px"));
            page::set_property("--flake", &format!("{flake}px"));
        });
        panes
    }

    fn widths(self) -> (f64, f64) {
        widths(self.preferences.get(), self.window.get())
    }

    /// Whether the list of sections is closed; told of when that changes.
    pub fn sections_closed(self) -> bool {
        self.preferences.get().sections_closed
    }

    /// Whether the flake is closed; told of when that changes.
    pub fn flake_closed(self) -> bool {
        self.preferences.get().flake_closed
    }

    /// Closes the list of sections, or opens it.
    pub fn toggle_sections(self) {
        self.change(|preferences| preferences.sections_closed = !preferences.sections_closed);
    }

    /// Closes the flake, or opens it.
    pub fn toggle_flake(self) {
        self.change(|preferences| preferences.flake_closed = !preferences.flake_closed);
    }

    /// Opens the flake: something in it is to be seen.
    pub fn open_flake(self) {
        if self.preferences.get_untracked().flake_closed {
            self.toggle_flake();
        }
    }

    fn change(self, change: impl FnOnce(&mut Preferences)) {
        self.preferences.update(change);
        if let Ok(text) = serde_json::to_string(&self.preferences.get_untracked()) {
            // Not worth a message where the browser keeps nothing.
            storage::set(KEY, &text).ok();
        }
    }
}

fn sections_range() -> (f64, f64) {
    (160.0, 380.0)
}

fn flake_range(window: f64, sections: f64) -> (f64, f64) {
    let least = 320.0;
    (least, (window - sections - FORM).max(least))
}

/// The widths of both panes in a window this wide: the preferred ones, as far as the form keeps its place.
fn widths(preferences: Preferences, window: f64) -> (f64, f64) {
    let (least, most) = sections_range();
    let own = if window < 1280.0 { 196.0 } else { 216.0 };
    let sections = preferences.sections.unwrap_or(own).clamp(least, most);
    let taken = if preferences.sections_closed { 0.0 } else { sections };
    let (least, most) = flake_range(window, taken);
    let flake = preferences.flake.unwrap_or((window - taken) * 0.48).clamp(least, most);
    (sections.round(), flake.round())
}

/// The lines between the panes.
#[component]
pub fn Separators(panes: Panes) -> impl IntoView {
    let window: Signal<f64> = panes.window.into();
    let taken = move || if panes.sections_closed() { 0.0 } else { panes.widths().0 };
    let sections = SeparatorBinding {
        pane: "sections",
        controls: "sections",
        at_right: false,
        width: Signal::derive(move || panes.widths().0),
        range: Signal::derive(sections_range),
        window,
        set: Callback::new(move |width: f64| {
            let (least, most) = sections_range();
            panes.change(|preferences| preferences.sections = Some(width.clamp(least, most)));
        }),
        reset: Callback::new(move |()| panes.change(|preferences| preferences.sections = None)),
        close: Callback::new(move |()| {
            panes.toggle_sections();
            page::focus(SECTIONS_TOGGLE);
        }),
    };
    let flake = SeparatorBinding {
        pane: "the flake",
        controls: "flake",
        at_right: true,
        width: Signal::derive(move || panes.widths().1),
        range: Signal::derive(move || flake_range(window.get(), taken())),
        window,
        set: Callback::new(move |width: f64| {
            let (least, most) = untrack(|| flake_range(window.get(), taken()));
            panes.change(|preferences| preferences.flake = Some(width.clamp(least, most)));
        }),
        reset: Callback::new(move |()| panes.change(|preferences| preferences.flake = None)),
        close: Callback::new(move |()| {
            panes.toggle_flake();
            page::focus(FLAKE_TOGGLE);
        }),
    };
    view! { <section class="over" aria-label="Widths of the panes"><Separator of=sections/> <Separator of=flake/></section> }
}

/// The ids of the buttons that close and open the panes.
pub const SECTIONS_TOGGLE: &str = "toggle-sections";
pub const FLAKE_TOGGLE: &str = "toggle-flake";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_keeps_its_place() {
        assert_eq!(widths(Preferences::default(), 1440.0), (216.0, 588.0));
        let greedy = Preferences { sections: Some(999.0), flake: Some(9999.0), ..Preferences::default() };
        for window in [1100.0, 1440.0, 2560.0] {
            let (sections, flake) = widths(greedy, window);
            assert!(window - sections - flake >= FORM || flake <= 320.0, "{window}: {sections} {flake}");
        }
        assert_eq!(widths(greedy, 300.0), (380.0, 320.0));
    }

    #[test]
    fn closed_sections_leave_their_place_to_the_others() {
        let closed = Preferences { sections_closed: true, ..Preferences::default() };
        assert_eq!(widths(closed, 1440.0).1, 691.0);
    }
}
