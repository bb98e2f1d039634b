//! The page's elements: focus, scrolling, keys, theme.

use gloo::events::{EventListener, EventListenerOptions};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, HtmlInputElement, HtmlTextAreaElement, ScrollIntoViewOptions};
use web_sys::{ScrollLogicalPosition, window};

fn document() -> Option<Document> {
    window()?.document()
}

pub(super) fn by_id(id: &str) -> Option<HtmlElement> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// The attribute that ties an element to a place in the description.
const PLACE: &str = "data-path";

/// The places that elements of the form now stand for.
fn places() -> Vec<(String, HtmlElement)> {
    let Some(found) = document().and_then(|document| document.query_selector_all("main [data-path]").ok()) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|i| found.item(i)?.dyn_into::<HtmlElement>().ok())
        .filter_map(|element| Some((element.get_attribute(PLACE)?, element)))
        .collect()
}

/// Focuses the first element whose place `fits`; says whether there is one.
pub fn focus_place(fits: impl Fn(&str) -> bool) -> bool {
    let Some((_, element)) = places().into_iter().find(|(place, _)| fits(place)) else { return false };
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Center);
    element.scroll_into_view_with_scroll_into_view_options(&options);
    element.focus().is_ok()
}

/// The place of the element that `event` happened in.
pub fn place_of(event: &ev::FocusEvent) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest("[data-path]").ok()??.get_attribute(PLACE)
}

/// Focuses the element with this id.
pub fn focus(id: &str) {
    if let Some(element) = by_id(id) {
        element.focus().ok();
    }
}

/// Scrolls the element with this id into sight, no further than needed.
pub fn reveal(id: &str) {
    if let Some(element) = by_id(id) {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Puts `text` into the field of `event`, whatever the user typed there.
pub fn put_text(event: &ev::Event, text: &str) {
    let Some(target) = event.target() else { return };
    if let Some(input) = target.dyn_ref::<HtmlInputElement>() {
        input.set_value(text);
    } else if let Some(area) = target.dyn_ref::<HtmlTextAreaElement>() {
        area.set_value(text);
    }
}

/// Scrolls the page's form back to its top.
pub fn form_to_top() {
    if let Some(main) = by_id("form") {
        main.set_scroll_top(0);
    }
}

/// How far `element` is scrolled, and how high it is.
pub fn scroll_of(element: NodeRef<html::Div>) -> (f64, f64) {
    element.get_untracked().map_or((0.0, 0.0), |e| (f64::from(e.scroll_top()), f64::from(e.client_height())))
}

/// Scrolls `element` down to `top`.
pub fn scroll_to(element: NodeRef<html::Div>, top: f64) {
    if let Some(element) = element.get_untracked() {
        element.set_scroll_top(top as i32);
    }
}

/// Calls `resized` whenever the window's size changes; ends with the component.
pub fn on_resize(resized: impl Fn() + 'static) {
    let handle = window_event_listener(ev::resize, move |_| resized());
    on_cleanup(move || handle.remove());
}

/// Whether the page is wide enough for the form and the flake side by side, as in style/layout.css.
pub fn is_wide() -> bool {
    let query = window().and_then(|window| window.match_media("(min-width: 1100px)").ok().flatten());
    query.is_none_or(|query| query.matches())
}

/// Calls `leaving` when the page is hidden or left: the last moment in which something can be saved.
pub fn on_leave(leaving: impl Fn() + Clone + 'static) {
    let (Some(window), Some(document)) = (window(), document()) else { return };
    let then = leaving.clone();
    EventListener::new(&window, "pagehide", move |_| then()).forget();
    EventListener::new(&document, "visibilitychange", move |_| leaving()).forget();
}

/// What a key press with Ctrl (or ⌘) asks for.
pub struct Shortcut {
    pub key: String,
    pub shift: bool,
}

/// Calls `pressed` for each key pressed with Ctrl (or ⌘); the browser does nothing itself where it says true.
pub fn on_shortcut(pressed: impl Fn(Shortcut) -> bool + 'static) {
    let Some(window) = window() else { return };
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&window, "keydown", options, move |event| {
        let Some(event) = event.dyn_ref::<web_sys::KeyboardEvent>() else { return };
        if !(event.ctrl_key() || event.meta_key()) || event.alt_key() {
            return;
        }
        // In a field whose text has not become part of the design, the browser's own undo is the right one.
        let unread = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|element| element.has_attribute("data-unread"));
        if !unread && pressed(Shortcut { key: event.key().to_lowercase(), shift: event.shift_key() }) {
            event.prevent_default();
        }
    })
    .forget();
}

/// Sets the page's theme: `light` or `dark`; empty for the system's.
pub fn set_theme(theme: &str) {
    let Some(root) = document().and_then(|document| document.document_element()) else { return };
    if theme.is_empty() {
        root.remove_attribute("data-theme").ok();
    } else {
        root.set_attribute("data-theme", theme).ok();
    }
}

/// Sets the title of the browser's tab.
pub fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// Shows the notice in index.html that the page has stopped.
pub fn show_stopped() {
    if let Some(notice) = by_id("stopped") {
        notice.set_hidden(false);
    }
}

/// Takes away what index.html shows until the page runs.
pub fn hide_loading() {
    if let Some(notice) = by_id("loading") {
        notice.remove();
    }
}

/// Which line of `element`, whose lines are `height` pixels high, a click fell on; none while text is being selected.
pub fn line_at(event: &ev::MouseEvent, element: NodeRef<html::Div>, height: f64) -> Option<usize> {
    let selecting = window()?.get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
    let element = element.get_untracked()?;
    let inside =
        f64::from(event.client_y()) - element.get_bounding_client_rect().top() + f64::from(element.scroll_top());
    (!selecting && inside >= 0.0).then_some((inside / height) as usize)
}
