//! The clipboard.

use leptos::ev;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

/// Copies `text`, then says whether it worked.
pub fn copy(text: String, done: impl FnOnce(bool) + 'static) {
    // Absent on pages that were not loaded safely (http): calling it there would throw.
    let clipboard = web_sys::window().filter(|window| window.is_secure_context()).map(|w| w.navigator().clipboard());
    let Some(clipboard) = clipboard else { return done(false) };
    spawn_local(async move { done(JsFuture::from(clipboard.write_text(&text)).await.is_ok()) });
}

/// The text that is being pasted.
pub fn pasted(event: &ev::ClipboardEvent) -> Option<String> {
    event.clipboard_data()?.get_data("text/plain").ok().filter(|text| !text.is_empty())
}

/// Puts `text` on the clipboard in the place of what the browser would copy.
pub fn put(event: &ev::ClipboardEvent, text: &str) {
    if event.clipboard_data().is_some_and(|data| data.set_data("text/plain", text).is_ok()) {
        event.prevent_default();
    }
}
