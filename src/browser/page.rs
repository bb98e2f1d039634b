//! The page's elements: focus, scrolling, keys, theme.

use gloo::events::{EventListener, EventListenerOptions};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Document, Element, HtmlElement, HtmlInputElement, HtmlTextAreaElement, ResizeObserver};
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition, SvgElement, window};

fn document() -> Option<Document> {
    window()?.document()
}

/// The element with this id.
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

/// Scrolls to the first element whose place `fits`, and focuses it where `focus` says so; says whether there is one.
pub fn show_place(fits: impl Fn(&str) -> bool, focus: bool) -> bool {
    let Some((_, element)) = places().into_iter().find(|(place, _)| fits(place)) else { return false };
    let options = ScrollIntoViewOptions::new();
    options.set_block(if focus { ScrollLogicalPosition::Center } else { ScrollLogicalPosition::Nearest });
    element.scroll_into_view_with_scroll_into_view_options(&options);
    !focus || element.focus().is_ok()
}

/// Whether something in the form has the focus, or nothing has it.
pub fn is_focus_in_form() -> bool {
    let active = document().and_then(|document| document.active_element());
    active.is_none_or(|element| element.tag_name() == "BODY" || matches!(element.closest("main"), Ok(Some(_))))
}

/// The place of the element that `event` happened in.
pub fn place_of(event: &ev::FocusEvent) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest("[data-path]").ok()??.get_attribute(PLACE)
}

/// The place of what has the focus.
pub fn place_in_focus() -> Option<String> {
    document()?.active_element()?.closest("[data-path]").ok()??.get_attribute(PLACE)
}

/// Focuses the element with this id.
pub fn focus(id: &str) {
    if let Some(element) = by_id(id) {
        element.focus().ok();
    }
}

/// Focuses the part of a drawing with this id.
pub fn focus_drawn(id: &str) {
    let element = document().and_then(|document| document.get_element_by_id(id)?.dyn_into::<SvgElement>().ok());
    if let Some(element) = element {
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

/// The byte of the text of `area` that the cursor is at, where no text is marked.
pub fn cursor_of(area: NodeRef<html::Textarea>) -> Option<usize> {
    let area = area.get_untracked()?;
    let (start, end) = (area.selection_start().ok()??, area.selection_end().ok()??);
    (start == end).then(|| bytes(&area.value(), start))
}

/// Puts `text` into `area`, with the bytes from `start` to `end` marked.
pub fn put_marked(area: NodeRef<html::Textarea>, text: &str, start: usize, end: usize) {
    let Some(area) = area.get_untracked() else { return };
    area.set_value(text);
    let units = |byte: usize| text[..byte].encode_utf16().count() as u32;
    area.set_selection_range(units(start), units(end)).ok();
}

/// How many bytes of `text` so many of the browser's characters are.
fn bytes(text: &str, units: u32) -> usize {
    let mut left = units as usize;
    let end = text.char_indices().find(|(_, character)| {
        let is_end = left == 0;
        left = left.saturating_sub(character.len_utf16());
        is_end
    });
    end.map_or(text.len(), |(at, _)| at)
}

/// How far below the top of what `element` stands in its line `line` ends, as far as that is in sight.
pub fn below_line(element: NodeRef<html::Div>, line: usize, height: f64) -> f64 {
    element.get_untracked().map_or(0.0, |element| {
        let end = (line + 1) as f64 * height + 6.0 - f64::from(element.scroll_top());
        f64::from(element.offset_top()) + end.min(f64::from(element.client_height()))
    })
}

/// Scrolls the page's form back to its top.
pub fn form_to_top() {
    if let Some(main) = by_id("form") {
        main.set_scroll_top(0);
    }
    // Where there is hardly any height the whole page scrolls.
    if let Some(window) = window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
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

/// Stops watching an element's size when it is dropped.
struct Watch {
    observer: ResizeObserver,
    _call: Closure<dyn FnMut()>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Calls `sized` with `element`, now and whenever its size changes; ends with the component.
pub fn on_size(element: NodeRef<html::Div>, sized: impl Fn(&Element) + Copy + 'static) {
    let watch = StoredValue::new_local(None);
    Effect::new(move |_| {
        let Some(watched) = element.get() else { return };
        let node = watched.clone();
        let call = Closure::<dyn FnMut()>::new(move || sized(&node));
        let Ok(observer) = ResizeObserver::new(call.as_ref().unchecked_ref()) else { return };
        observer.observe(&watched);
        watch.set_value(Some(Watch { observer, _call: call }));
    });
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

/// Calls `closing` when the page goes for good.
pub fn on_close(closing: impl Fn() + 'static) {
    if let Some(window) = window() {
        EventListener::new(&window, "pagehide", move |_| closing()).forget();
    }
}

/// Lets the browser ask before the page is closed while `unsaved` says so.
pub fn ask_before_closing(unsaved: impl Fn() -> bool + 'static) {
    let Some(window) = window() else { return };
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&window, "beforeunload", options, move |event| {
        if unsaved() {
            event.prevent_default();
        }
    })
    .forget();
}

/// Calls `back` when the page is seen again.
pub fn on_return(back: impl Fn() + 'static) {
    let Some(document) = document() else { return };
    let shown = document.clone();
    EventListener::new(&document, "visibilitychange", move |_| {
        if !shown.hidden() {
            back();
        }
    })
    .forget();
}

/// The version of the released page, which `cargo xtask dist` puts into index.html.
pub fn version() -> Option<String> {
    document()?.query_selector("meta[name=version]").ok()??.get_attribute("content")
}

/// A key that is pressed.
pub struct KeyPress {
    pub key: String,
    /// Whether Ctrl (or ⌘) is.
    pub control: bool,
    pub shift: bool,
    /// What has the focus.
    pub focus: Focus,
}

/// What has the focus when a key is pressed.
pub enum Focus {
    /// Text: its place in the description, or what its field stands for; none for other text.
    Text(Option<String>),
    /// Text that its field keeps because it cannot be read.
    Unread,
    /// Something in a dialog.
    Dialog,
    Other,
}

/// Calls `pressed` for each key that nothing else took; the browser does nothing itself where it says true.
pub fn on_key(pressed: impl Fn(&KeyPress) -> bool + 'static) {
    let Some(window) = window() else { return };
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&window, "keydown", options, move |event| {
        let Some(event) = event.dyn_ref::<web_sys::KeyboardEvent>() else { return };
        // Keys that compose a character are not meant for the page.
        if event.alt_key() || event.is_composing() || event.default_prevented() {
            return;
        }
        let control = event.ctrl_key() || event.meta_key();
        if pressed(&KeyPress { key: event.key(), control, shift: event.shift_key(), focus: focus_of(event) }) {
            event.prevent_default();
        }
    })
    .forget();
}

/// Whether the focus that `event` tells of goes out of the element with this id.
pub fn leaves(event: &ev::FocusEvent, id: &str) -> bool {
    let to = event.related_target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    !by_id(id).is_some_and(|element| element.contains(to.as_ref()) && to.is_some())
}

/// How wide the window is, in pixels.
pub fn width() -> f64 {
    window().and_then(|window| window.inner_width().ok()?.as_f64()).unwrap_or(1440.0)
}

/// Sets the property `name` of the page, which its styles read.
pub fn set_property(name: &str, value: &str) {
    let root = document().and_then(|document| document.document_element()?.dyn_into::<HtmlElement>().ok());
    if let Some(root) = root {
        root.style().set_property(name, value).ok();
    }
}

fn focus_of(event: &web_sys::KeyboardEvent) -> Focus {
    let Some(element) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return Focus::Other;
    };
    let is_text = match element.dyn_ref::<HtmlInputElement>() {
        Some(input) => !matches!(&*input.type_(), "checkbox" | "radio" | "file"),
        // Letters choose in a select.
        None => matches!(&*element.tag_name(), "TEXTAREA" | "SELECT"),
    };
    if matches!(element.closest("dialog"), Ok(Some(_))) {
        Focus::Dialog
    } else if element.has_attribute("data-unread") {
        Focus::Unread
    } else if is_text {
        Focus::Text(element.get_attribute(PLACE))
    } else {
        Focus::Other
    }
}

/// Whether shortcuts are pressed with ⌘ here.
pub fn is_mac() -> bool {
    window().and_then(|window| window.navigator().user_agent().ok()).is_some_and(|agent| agent.contains("Mac OS"))
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

/// Whether an event happened in an element that `selector` names.
pub fn is_in(event: &ev::MouseEvent, selector: &str) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.and_then(|element| element.closest(selector).ok().flatten()).is_some()
}

/// Gives the focus to the button after the one that has it, or before it, among those of `element`; the first where none
/// has it. Says whether there is one.
pub fn focus_beside(element: NodeRef<html::Div>, forward: bool) -> bool {
    let buttons = element.get_untracked().and_then(|element| element.query_selector_all("button").ok());
    let Some(buttons) = buttons else { return false };
    let button = |place: u32| buttons.item(place)?.dyn_into::<HtmlElement>().ok();
    let active = document().and_then(|document| document.active_element());
    let at = (0..buttons.length()).find(|place| button(*place).map(Element::from) == active);
    let next = match at {
        None => forward.then_some(0),
        Some(at) if forward => Some(at + 1),
        Some(at) => at.checked_sub(1),
    };
    next.and_then(button).is_some_and(|button| button.focus().is_ok())
}

/// Which line of what `element` holds, in lines `height` pixels high, a click fell on; none while text is being selected.
pub fn line_at(event: &ev::MouseEvent, element: NodeRef<html::Div>, height: f64) -> Option<usize> {
    let selecting = window()?.get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
    if selecting { None } else { line_under(event, element, height) }
}

/// As [`line_at`], also while text is being selected.
pub fn line_under(event: &ev::MouseEvent, element: NodeRef<html::Div>, height: f64) -> Option<usize> {
    // What it holds stands below its padding, and moves as it is scrolled.
    let inside =
        f64::from(event.client_y()) - element.get_untracked()?.first_element_child()?.get_bounding_client_rect().top();
    (inside >= 0.0).then_some((inside / height) as usize)
}
