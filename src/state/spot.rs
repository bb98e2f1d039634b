//! Where the user is on the page.

use crate::browser::{page, time};
use clusterflake_core::cluster::Section;
use clusterflake_core::path::{Path, Step};
use leptos::prelude::*;

/// What stands beside the sections: on wide screens the form and one of the others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    Form,
    Files,
    Problems,
}

#[derive(Clone, Copy)]
pub struct Spot {
    pub section: RwSignal<Section>,
    pub pane: RwSignal<Pane>,
    /// The file that is shown.
    pub file: RwSignal<String>,
    /// The rows that are open in the tables of the sections.
    pub group: RwSignal<usize>,
    pub share: RwSignal<usize>,
    pub partition: RwSignal<usize>,
    pub user: RwSignal<usize>,
    pub module: RwSignal<usize>,
    pub part: RwSignal<usize>,
    /// The field that had the focus last: its lines are lit.
    pub lit: RwSignal<Option<Path>>,
    /// Whether the menu of sections is open, on small screens.
    pub menu: RwSignal<bool>,
}

impl Spot {
    pub fn new() -> Self {
        Self {
            section: RwSignal::new(Section::General),
            pane: RwSignal::new(Pane::Form),
            file: RwSignal::new("cluster.nix".to_owned()),
            group: RwSignal::new(0),
            share: RwSignal::new(0),
            partition: RwSignal::new(0),
            user: RwSignal::new(0),
            module: RwSignal::new(0),
            part: RwSignal::new(0),
            lit: RwSignal::new(None),
            menu: RwSignal::new(false),
        }
    }

    /// Opens a section.
    pub fn open(self, section: Section) {
        self.menu.set(false);
        self.pane.set(Pane::Form);
        if self.section.get_untracked() != section {
            self.section.set(section);
            self.lit.set(None);
            page::form_to_top();
        }
    }

    /// Leads to the field at `path`: opens its section and row, and focuses it, or what is nearest to it.
    pub fn go(self, path: &Path) {
        if let Some(section) = path.section().and_then(Section::from_key) {
            self.open(section);
        }
        for (open, row) in self.rows(path) {
            if open.get_untracked() != row {
                open.set(row);
            }
        }
        // The form draws the row before the field can have the focus.
        let path = path.clone();
        time::after(20, move || focus(&path)).forget();
    }

    /// The rows that `path` is in, outermost first.
    fn rows(self, path: &Path) -> Vec<(RwSignal<usize>, usize)> {
        match path.steps() {
            [Step::Key(section), Step::Index(row), ..] if section == "nodes" => vec![(self.group, *row)],
            [Step::Key(section), Step::Index(row), inner @ ..] if section == "modules" => match inner {
                [Step::Key(list), Step::Index(part), ..] if list == "parts" => {
                    vec![(self.module, *row), (self.part, *part)]
                }
                _ => vec![(self.module, *row)],
            },
            [_, Step::Key(list), Step::Index(row), ..] => match list.as_str() {
                "shared" => vec![(self.share, *row)],
                "partitions" => vec![(self.partition, *row)],
                "accounts" => vec![(self.user, *row)],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

fn focus(path: &Path) {
    let exact = path.to_string();
    if page::focus_place(|place| place == exact) {
        return;
    }
    let within = |place: &str| place.parse::<Path>().is_ok_and(|place| path.contains(&place));
    if page::focus_place(within) {
        return;
    }
    // The field that holds it, such as the list that an element is in; the nearest one.
    for length in (1..path.steps().len()).rev() {
        let outer = path.steps()[..length].iter().fold(Path::root(), |outer, step| match step {
            Step::Key(key) => outer.key(key),
            Step::Index(index) => outer.index(*index),
        });
        let outer = outer.to_string();
        if page::focus_place(|place| place == outer) {
            return;
        }
    }
}
