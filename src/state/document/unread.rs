//! Text in fields that cannot be read as what the field holds: it is kept until it is mended, and counts as an error.

use crate::widgets::binding::Unread;
use clusterflake_core::Path;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// The texts by their places.
pub type Texts = BTreeMap<Path, Unread>;

/// The texts that were kept.
pub fn texts(kept: &[(String, Unread)]) -> Texts {
    kept.iter().filter_map(|(path, unread)| Some((path.parse().ok()?, unread.clone()))).collect()
}

/// Those of the design that is open.
#[derive(Clone, Copy)]
pub struct UnreadTexts(RwSignal<Texts>);

impl UnreadTexts {
    pub fn new() -> Self {
        Self(RwSignal::new(Texts::new()))
    }

    /// The text at `path`, where one is there.
    pub fn at(self, path: &Path) -> Option<Unread> {
        self.0.with(|texts| texts.get(path).cloned())
    }

    /// Every one, with its place.
    pub fn all(self) -> Vec<(Path, Unread)> {
        self.0.with(|texts| texts.iter().map(|(path, unread)| (path.clone(), unread.clone())).collect())
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.0.with(Texts::len)
    }

    /// Keeps `unread` for the field at `path`.
    pub fn keep(self, path: Path, unread: Unread) {
        self.0.update(|texts| {
            texts.insert(path, unread);
        });
    }

    /// Every one, as it is kept.
    pub fn kept(self) -> Vec<(String, Unread)> {
        self.all().into_iter().map(|(path, unread)| (path.to_string(), unread)).collect()
    }

    /// Puts `texts` in the place of those there are, which it gives back.
    pub fn replace(self, texts: Texts) -> Texts {
        self.0.try_update(|now| std::mem::replace(now, texts)).unwrap_or_default()
    }

    /// Forgets the texts at `path` and inside.
    pub fn forget(self, path: &Path) {
        if self.0.with_untracked(|texts| texts.keys().any(|at| path.contains(at))) {
            self.0.update(|texts| texts.retain(|at, _| !path.contains(at)));
        }
    }
}
