//! Where the designs of this browser lie. What the browser refuses to keep stays in memory, so that work goes on.

use super::stored::{self, Metadata, StoredDesign};
use crate::browser::storage;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Where the key of the design stands that was opened last.
const LAST: &str = "clusterflake.open";

thread_local! {
    /// The texts that the browser refused to keep. They stand here because the panic handler saves what is open, which it
    /// may refuse again.
    static REFUSED: RefCell<BTreeMap<String, String>> = const { RefCell::new(BTreeMap::new()) };
}

/// The text kept under `key`.
pub fn get(key: &str) -> Option<String> {
    REFUSED.with_borrow(|refused| refused.get(key).cloned()).or_else(|| storage::get(key))
}

/// The metadata of the design as the browser keeps it, whatever this page has in memory.
pub fn stored_metadata(key: &str) -> Option<Metadata> {
    storage::get(key).map(|text| stored::read(&text).0)
}

/// Keeps a design. Where the browser refuses, for the reason given back, this page keeps it as long as it is open.
pub fn put(key: &str, metadata: &Metadata, description: &str) -> Result<(), String> {
    let text = stored::write(metadata, description);
    let kept = storage::set(key, &text);
    REFUSED.with_borrow_mut(|refused| match &kept {
        Ok(()) => refused.remove(key),
        Err(_) => refused.insert(key.to_owned(), text),
    });
    kept
}

/// Changes what is said of a design, not the design itself.
pub fn change_metadata(key: &str, change: impl FnOnce(&mut Metadata)) -> Result<(), String> {
    let Some(text) = get(key) else { return Ok(()) };
    let (mut metadata, description) = stored::read(&text);
    change(&mut metadata);
    put(key, &metadata, description)
}

/// Forgets designs for good, and tries again to keep what was refused: there may be room now.
pub fn remove(keys: &[String]) {
    for key in keys {
        storage::remove(key);
    }
    REFUSED.with_borrow_mut(|refused| {
        refused.retain(|key, text| !keys.contains(key) && storage::set(key, text).is_err());
    });
}

/// Whether this page holds designs that the browser refused to keep.
pub fn has_refused() -> bool {
    REFUSED.with_borrow(|refused| !refused.is_empty())
}

/// Every design, the last changed one first.
pub fn all() -> Vec<StoredDesign> {
    let mut keys: Vec<String> = storage::keys().into_iter().filter(|key| stored::is_key(key)).collect();
    REFUSED.with_borrow(|refused| keys.extend(refused.keys().cloned()));
    keys.sort_unstable();
    keys.dedup();
    let mut all: Vec<StoredDesign> =
        keys.into_iter().filter_map(|key| Some(StoredDesign { metadata: stored::read(&get(&key)?).0, key })).collect();
    all.sort_by_key(|kept| std::cmp::Reverse(kept.metadata.changed));
    all
}

/// The key of the design that this tab had open last, else any tab; none for one that is gone or in the trash.
pub fn last() -> Option<String> {
    let there = |key: &String| get(key).is_some_and(|text| !stored::read(&text).0.deleted);
    storage::get_of_tab(LAST).filter(there).or_else(|| storage::get(LAST).filter(there))
}

/// Notes which design is open, for the next visit.
pub fn note_last(key: &str) {
    storage::set_of_tab(LAST, key);
    storage::set(LAST, key).ok();
}
