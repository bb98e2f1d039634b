//! Dragging with mouse, pen or finger.

use leptos::ev;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

fn element(event: &ev::PointerEvent) -> Option<HtmlElement> {
    event.current_target()?.dyn_into().ok()
}

/// Begins to drag the element of `event`: it gets the focus, and every move of the pointer until that is let go.
pub fn hold(event: &ev::PointerEvent) {
    // Else the browser would mark text on the way.
    event.prevent_default();
    if let Some(element) = element(event) {
        element.set_pointer_capture(event.pointer_id()).ok();
        element.focus().ok();
    }
}

/// Whether the element of `event` is being dragged.
pub fn is_held(event: &ev::PointerEvent) -> bool {
    element(event).is_some_and(|element| element.has_pointer_capture(event.pointer_id()))
}
