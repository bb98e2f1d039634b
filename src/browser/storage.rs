//! What the browser keeps of this page: a few texts by name.

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Storage, StorageEvent, window};

/// The text kept under `key`.
pub fn get(key: &str) -> Option<String> {
    local()?.get_item(key).ok()?
}

/// Keeps `text` under `key`. Fails with a sentence where the browser refuses.
pub fn set(key: &str, text: &str) -> Result<(), String> {
    let local = local().ok_or("this browser keeps nothing for this page")?;
    local.set_item(key, text).map_err(|_| "the browser’s storage is full".to_owned())
}

/// Forgets what is kept under `key`.
pub fn remove(key: &str) {
    if let Some(local) = local() {
        local.remove_item(key).ok();
    }
}

/// The keys of all that is kept, in no order.
pub fn keys() -> Vec<String> {
    let Some(local) = local() else { return Vec::new() };
    (0..local.length().unwrap_or(0)).filter_map(|i| local.key(i).ok()?).collect()
}

/// Calls `changed` with the key and the text that another tab has just kept.
pub fn on_other_tab(changed: impl Fn(&str, &str) + 'static) {
    let Some(window) = window() else { return };
    EventListener::new(&window, "storage", move |event| {
        let Some(event) = event.dyn_ref::<StorageEvent>() else { return };
        if let (Some(key), Some(text)) = (event.key(), event.new_value()) {
            changed(&key, &text);
        }
    })
    .forget();
}

/// The text kept under `key` as long as this tab lives.
pub fn get_of_tab(key: &str) -> Option<String> {
    session()?.get_item(key).ok()?
}

/// Keeps `text` under `key` as long as this tab lives; an empty one is forgotten. Says whether the browser took it.
pub fn set_of_tab(key: &str, text: &str) -> bool {
    let Some(session) = session() else { return false };
    if text.is_empty() { session.remove_item(key).is_ok() } else { session.set_item(key, text).is_ok() }
}

/// Sets a flag that lives as long as this tab, and says whether it was set before.
pub fn raise_flag(key: &str) -> bool {
    let before = get_of_tab(key).is_some();
    set_of_tab(key, "1");
    before
}

/// Takes a tab's flag down.
pub fn lower_flag(key: &str) {
    if let Some(session) = session() {
        session.remove_item(key).ok();
    }
}

fn local() -> Option<Storage> {
    window()?.local_storage().ok()?
}

fn session() -> Option<Storage> {
    window()?.session_storage().ok()?
}
