//! The address bar.

use super::storage;
use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{PerformanceNavigationTiming, window};

/// Where the tab keeps the note that it set last.
const NOTED: &str = "clusterflake.noted";

/// The address's fragment, without its `#`.
pub fn fragment() -> String {
    let hash = window().and_then(|window| window.location().hash().ok()).unwrap_or_default();
    hash.trim_start_matches('#').to_owned()
}

/// The page's address, without a fragment.
pub fn page() -> String {
    let href = window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

/// Puts `fragment` into the address bar, with a note that comes back with it when the page is loaded again; the browser's
/// history gets no new entry.
pub fn set_fragment(fragment: &str, note: &str) {
    let Some(history) = window().and_then(|window| window.history().ok()) else { return };
    storage::set_of_tab(NOTED, note);
    let address = if fragment.is_empty() { page() } else { format!("{}#{fragment}", page()) };
    history.replace_state_with_url(&JsValue::from_str(note), "", Some(&address)).ok();
}

/// The note that this page put beside the fragment; none where somebody else put it there.
pub fn note() -> Option<String> {
    let beside_fragment = window()?.history().ok()?.state().ok()?.as_string();
    // Chromium, loading a page again just after an edit, may take the address from before it, without its note.
    beside_fragment.or_else(|| is_loaded_again().then(|| storage::get_of_tab(NOTED)).flatten())
}

/// Whether this page came by the browser's "reload", rather than by an address.
fn is_loaded_again() -> bool {
    let entries = window().and_then(|window| window.performance()).map(|all| all.get_entries_by_type("navigation"));
    let navigation = entries.and_then(|entries| entries.get(0).dyn_into::<PerformanceNavigationTiming>().ok());
    navigation.is_some_and(|navigation| navigation.type_() == web_sys::NavigationType::Reload)
}

/// `text` as a part of an address can hold it.
pub fn encoded(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// What [`encoded`] was given; none where that cannot be told.
pub fn decoded(text: &str) -> Option<String> {
    js_sys::decode_uri_component(text).ok().map(String::from)
}

/// Calls `changed` when somebody puts another fragment into the address bar.
pub fn on_change(changed: impl Fn(String) + 'static) {
    if let Some(window) = window() {
        EventListener::new(&window, "hashchange", move |_| changed(fragment())).forget();
    }
}
