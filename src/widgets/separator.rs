//! The line between two panes, which moves: by pointer, by arrow keys; a double click puts it back.

use crate::browser::pointer;
use leptos::{ev, prelude::*};

/// How far an arrow key moves it, in pixels; with Shift, four times as far.
const STEP: f64 = 16.0;

/// A pane's width, and what can be done with it.
#[derive(Clone, Copy)]
pub struct SeparatorBinding {
    /// What it resizes, for its name.
    pub pane: &'static str,
    /// The pane's id.
    pub controls: &'static str,
    /// Whether the pane is at the window's right edge.
    pub at_right: bool,
    pub width: Signal<f64>,
    /// The least and the greatest width.
    pub range: Signal<(f64, f64)>,
    /// The window's width.
    pub window: Signal<f64>,
    pub set: Callback<f64>,
    pub reset: Callback<()>,
    pub close: Callback<()>,
}

/// The line beside a pane: dragged, or moved with the arrow keys.
#[component]
pub fn Separator(of: SeparatorBinding) -> impl IntoView {
    let SeparatorBinding { pane, controls, at_right, width, range, window, set, reset, close } = of;
    let name = format!("Resize {pane}");
    let title = format!("Drag to resize {pane}; double click resets, Enter closes");
    let pressed = move |event: ev::KeyboardEvent| {
        let step = if event.shift_key() { 4.0 * STEP } else { STEP };
        let wider = if at_right { "ArrowLeft" } else { "ArrowRight" };
        match event.key().as_str() {
            "ArrowLeft" | "ArrowRight" => {
                set.run(width.get_untracked() + if event.key() == wider { step } else { -step });
            }
            "Home" => set.run(range.get_untracked().0),
            "End" => set.run(range.get_untracked().1),
            "Enter" => close.run(()),
            _ => return,
        }
        event.prevent_default();
    };
    // The width that the pointer's place stands for; it is rarely in the middle of the line when it takes hold.
    let pointed = move |event: &ev::PointerEvent| {
        let x = f64::from(event.client_x());
        if at_right { window.get_untracked() - x } else { x }
    };
    let beside = StoredValue::new(0.0);
    let taken = move |event: ev::PointerEvent| {
        pointer::hold(&event);
        beside.set_value(width.get_untracked() - pointed(&event));
    };
    let moved = move |event: ev::PointerEvent| {
        if pointer::is_held(&event) {
            set.run(pointed(&event) + beside.get_value());
        }
    };
    view! {
        <div role="separator" tabindex="0" class="separator" class:right=at_right aria-label=name title=title
            aria-orientation="vertical" aria-controls=controls
            aria-valuenow=move || width.get().round().to_string()
            aria-valuemin=move || range.get().0.round().to_string()
            aria-valuemax=move || range.get().1.round().to_string()
            aria-valuetext=move || format!("{} pixels", width.get().round())
            on:keydown=pressed on:pointerdown=taken on:pointermove=moved
            on:dblclick=move |_| reset.run(())></div>
    }
}
