//! What a grid of many rows needs of the browser: its size, its scrolling, the focus.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, window};

/// Whether the page is as small as a phone's, as in style/layout.css.
pub fn is_small() -> bool {
    let query = window().and_then(|window| window.match_media("(max-width: 699px)").ok().flatten());
    query.is_some_and(|query| query.matches())
}

/// Whether the element itself has the focus, not something in it.
pub fn is_focused(event: &ev::KeyboardEvent) -> bool {
    event.target().is_some() && event.target() == event.current_target()
}

/// Gives the focus to `element`, where the page does not scroll for it.
pub fn focus(element: NodeRef<html::Div>) {
    if let Some(element) = element.get_untracked() {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        element.focus_with_options(&options).ok();
    }
}

/// Gives the focus to a text field as soon as it is drawn, with this text: all of it selected, or the caret at its end.
pub fn focus_when_drawn(field: NodeRef<html::Input>, text: String, select: bool) {
    field.on_load(move |field| {
        field.set_value(&text);
        field.focus().ok();
        if select {
            field.select();
        } else {
            let end = field.value().encode_utf16().count() as u32;
            field.set_selection_range(end, end).ok();
        }
    });
}

/// Scrolls `element` so that what lies between `top` and `bottom` is in sight, below `head` pixels that stay at its top.
pub fn reveal(element: NodeRef<html::Div>, top: f64, bottom: f64, head: f64) {
    let Some(element) = element.get_untracked() else { return };
    let element: &HtmlElement = element.unchecked_ref();
    let (scroll, height) = (f64::from(element.scroll_top()), f64::from(element.client_height()));
    if top < scroll {
        element.set_scroll_top(top as i32);
    } else if bottom + head > scroll + height {
        element.set_scroll_top((bottom + head - height).ceil() as i32);
    }
}
