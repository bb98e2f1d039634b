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

/// Whether the dialog is open: of one that was opened again, `close` is told late.
pub fn is_open(dialog: NodeRef<html::Dialog>) -> bool {
    dialog.get_untracked().is_some_and(|dialog| dialog.open())
}

/// Whether a click fell on the dialog's backdrop.
pub fn on_backdrop(event: &ev::MouseEvent) -> bool {
    event.target().is_some_and(|target| target.dyn_ref::<HtmlDialogElement>().is_some())
}
