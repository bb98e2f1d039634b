//! The clipboard.

use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

/// Copies `text`, then says whether it worked.
pub fn copy(text: String, done: impl FnOnce(bool) + 'static) {
    // Absent on pages that were not loaded safely (http): calling it there would throw.
    let clipboard = web_sys::window().filter(|window| window.is_secure_context()).map(|w| w.navigator().clipboard());
    let Some(clipboard) = clipboard else { return done(false) };
    spawn_local(async move { done(JsFuture::from(clipboard.write_text(&text)).await.is_ok()) });
}
