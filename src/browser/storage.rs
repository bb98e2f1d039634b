//! What the browser keeps of this page: a few texts by name.

use web_sys::{Storage, window};

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

/// Sets a flag that lives as long as this tab, and says whether it was set before.
pub fn raise_flag(key: &str) -> bool {
    let Some(session) = session() else { return false };
    let before = session.get_item(key).ok().flatten().is_some();
    session.set_item(key, "1").ok();
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
