//! Modal dialogs: the browser keeps the focus in them and closes them with Escape.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

/// Opens or closes the dialog.
pub fn set_open(dialog: NodeRef<html::Dialog>, open: bool) {
    let Some(dialog) = dialog.get() else { return };
    if open && !dialog.open() {
        dialog.show_modal().ok();
    } else if !open && dialog.open() {
        dialog.close();
    }
}

/// Follows the dialog's `close`, which comes late: one that was opened again meanwhile stays as it is.
pub fn closed(dialog: NodeRef<html::Dialog>, open: RwSignal<bool>) {
    if dialog.get_untracked().is_some_and(|dialog| !dialog.open()) {
        open.set(false);
    }
}

/// Whether a click fell on the dialog's backdrop.
pub fn on_backdrop(event: &ev::MouseEvent) -> bool {
    event.target().is_some_and(|target| target.dyn_ref::<HtmlDialogElement>().is_some())
}
