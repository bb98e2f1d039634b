//! What was just added is filled in before it is judged: of a field that nobody has left yet nothing is told.

use crate::browser::{page, time};
use clusterflake_core::Path;
use leptos::prelude::*;

/// The element that was just added, while it is being filled in.
#[derive(Clone, Copy)]
pub struct Pending(RwSignal<Option<PendingElement>>);

impl Pending {
    pub fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// The element at `place` was just added.
    pub fn begin(self, place: &Path) {
        self.0.set(Some(PendingElement::new(place.clone())));
    }

    /// Nothing is being filled in any more.
    pub fn end(self) {
        self.0.set(None);
    }

    /// Whether nothing is told yet of a problem at `path`.
    pub fn hides(self, path: &Path) -> bool {
        self.0.with(|element| element.as_ref().is_some_and(|element| element.hides(path)))
    }

    /// Follows the focus, once a key or a button of the mouse is up: what is told before that would move what is being
    /// clicked.
    pub fn follow_focus(self) {
        if self.0.with_untracked(Option::is_none) {
            return;
        }
        // What the click adds has the focus first.
        time::settled(move || {
            let Some(before) = self.0.get_untracked() else { return };
            let place = page::place_in_focus().and_then(|place| place.parse().ok());
            let after = before.clone().with_focus_at(place);
            if after.as_ref() != Some(&before) {
                self.0.set(after);
            }
        });
    }
}

/// An element that was just added, until the focus leaves it.
#[derive(Clone, PartialEq)]
struct PendingElement {
    place: Path,
    /// The field that has the focus.
    at: Option<Path>,
    /// The fields that had it before.
    left: Vec<Path>,
}

impl PendingElement {
    fn new(place: Path) -> Self {
        Self { place, at: None, left: Vec::new() }
    }

    /// Whether a problem at `path` is not told yet.
    fn hides(&self, path: &Path) -> bool {
        self.place.contains(path) && !self.left.iter().any(|left| left.contains(path))
    }

    /// The same element once the field at `place` has the focus; `None` where that is none of its own.
    fn with_focus_at(mut self, place: Option<Path>) -> Option<Self> {
        let place = place.filter(|place| self.place.contains(place))?;
        if let Some(before) = self.at.replace(place.clone()).filter(|before| *before != place) {
            self.left.push(before);
        }
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Path {
        text.parse().unwrap()
    }

    #[test]
    fn a_field_is_judged_once_it_is_left_and_all_once_the_element_is() {
        let element = PendingElement::new(path("slurm.partitions[1]"))
            .with_focus_at(Some(path("slurm.partitions[1].name")))
            .unwrap();
        assert!(element.hides(&path("slurm.partitions[1].name")));
        assert!(element.hides(&path("slurm.partitions[1].nodes[0]")));
        assert!(!element.hides(&path("slurm.partitions[0].name")));

        let element = element.with_focus_at(Some(path("slurm.partitions[1].nodes"))).unwrap();
        assert!(!element.hides(&path("slurm.partitions[1].name")));
        assert!(element.hides(&path("slurm.partitions[1].nodes[0]")));

        assert!(element.clone().with_focus_at(Some(path("slurm.partitions[0].name"))).is_none());
        assert!(element.with_focus_at(None).is_none());
    }
}
