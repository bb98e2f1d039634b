//! What was just added is filled in before it is judged: of a field that nobody has left yet nothing is told.

use clusterflake_core::Path;

/// An element that was just added, until the focus leaves it.
#[derive(Clone, PartialEq)]
pub struct Begun {
    place: Path,
    /// The field that has the focus.
    at: Option<Path>,
    /// The fields that had it before.
    left: Vec<Path>,
}

impl Begun {
    pub fn new(place: Path) -> Self {
        Self { place, at: None, left: Vec::new() }
    }

    /// Whether a problem at `path` is not told yet.
    pub fn hides(&self, path: &Path) -> bool {
        self.place.contains(path) && !self.left.iter().any(|left| left.contains(path))
    }

    /// The same element once the field at `place` has the focus; `None` where that is none of its own.
    pub fn with_focus_at(mut self, place: Option<Path>) -> Option<Self> {
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
        let begun =
            Begun::new(path("slurm.partitions[1]")).with_focus_at(Some(path("slurm.partitions[1].name"))).unwrap();
        assert!(begun.hides(&path("slurm.partitions[1].name")));
        assert!(begun.hides(&path("slurm.partitions[1].nodes[0]")));
        assert!(!begun.hides(&path("slurm.partitions[0].name")));

        let begun = begun.with_focus_at(Some(path("slurm.partitions[1].nodes"))).unwrap();
        assert!(!begun.hides(&path("slurm.partitions[1].name")));
        assert!(begun.hides(&path("slurm.partitions[1].nodes[0]")));

        assert!(begun.clone().with_focus_at(Some(path("slurm.partitions[0].name"))).is_none());
        assert!(begun.with_focus_at(None).is_none());
    }
}
