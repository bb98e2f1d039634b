//! The page without a network, and its newer versions.

use crate::browser::offline::{self, CacheEvent};
use crate::state::{Library, View};
use leptos::prelude::*;

/// Keeps the page in this browser, and shows what becomes of that.
pub(super) fn keep_offline(view: View) {
    offline::keep(move |event| match event {
        CacheEvent::Kept => view.works_offline.set(true),
        CacheEvent::Update => view.has_update.set(true),
    });
}

/// Goes on with the newer version of the page, unless something that was typed would be lost.
pub fn take_update(library: Library) {
    library.save();
    // Saving tells where the browser refuses.
    if library.is_refused() {
        return;
    }
    // The design in the address is what the page starts with: the last of them, however long taking over lasts.
    offline::take_update(move || library.set_address());
}
