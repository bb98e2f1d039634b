//! Where the user is on the page.

use super::begun::Begun;
use super::{Design, Lines};
use crate::browser::{page, time};
use clusterflake_core::cluster::{LISTS, List, Section};
use clusterflake_core::path::{Path, Step};
use leptos::prelude::*;

/// The id of the text of the file that is shown.
pub const SOURCE: &str = "source";

/// What stands beside the sections: on wide screens the form and one of the others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    Form,
    Files,
    Diff,
    Picture,
    Problems,
}

#[derive(Clone, Copy)]
pub struct Spot {
    pub section: RwSignal<Section>,
    pub pane: RwSignal<Pane>,
    /// The file that is shown.
    pub file: RwSignal<String>,
    /// The lines that are marked, by the user or by a link.
    pub marked: RwSignal<Option<Lines>>,
    /// Which row of each list is open.
    rows: [RwSignal<usize>; LISTS.len()],
    /// The field that had the focus last: its lines are lit.
    pub lit: RwSignal<Option<Path>>,
    /// The job that the scheduler is asked about; no part of the design.
    pub job: RwSignal<String>,
    /// Whether the menu of sections is open, on small screens.
    pub menu: RwSignal<bool>,
    pub dialogs: Dialogs,
    /// What was just added, and is still being filled in.
    begun: RwSignal<Option<Begun>>,
    /// Which problem was gone to last.
    problem: StoredValue<Option<usize>>,
}

/// Which dialogs are open.
#[derive(Clone, Copy)]
pub struct Dialogs {
    pub presets: RwSignal<bool>,
    pub link: RwSignal<bool>,
    pub palette: RwSignal<bool>,
    pub help: RwSignal<bool>,
}

impl Design {
    /// Leads to the field of the next problem, or of the one before.
    pub fn go_to_problem(self, next: bool) {
        let unread = self.unread.all().into_iter().map(|(path, _)| path);
        let found = self.problems.get_untracked();
        let paths: Vec<Path> = unread.chain(found.iter().map(|problem| problem.path.clone())).collect();
        let Some(last) = paths.len().checked_sub(1) else { return };
        let to = match (self.spot.problem.get_value(), next) {
            (Some(at), true) if at < last => at + 1,
            (_, true) => 0,
            (Some(at), false) if at > 0 => (at - 1).min(last),
            (_, false) => last,
        };
        self.spot.problem.set_value(Some(to));
        self.spot.go(&paths[to]);
    }
}

impl Spot {
    pub fn new() -> Self {
        Self {
            section: RwSignal::new(Section::General),
            pane: RwSignal::new(Pane::Form),
            file: RwSignal::new("cluster.nix".to_owned()),
            marked: RwSignal::new(None),
            rows: std::array::from_fn(|_| RwSignal::new(0)),
            lit: RwSignal::new(None),
            job: RwSignal::new(String::new()),
            menu: RwSignal::new(false),
            dialogs: Dialogs {
                presets: RwSignal::new(false),
                link: RwSignal::new(false),
                palette: RwSignal::new(false),
                help: RwSignal::new(false),
            },
            begun: RwSignal::new(None),
            problem: StoredValue::new(None),
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
        self.open_rows(path);
        self.begun.set(None);
        // The form draws the row before the field can have the focus.
        let path = path.clone();
        time::settled(move || lead(&path, true));
    }

    /// Leads to what was just added at `path`: of its fields nothing is told before they are left.
    pub fn begin(self, path: &Path) {
        self.go(path);
        self.begun.set(Some(Begun::new(path.clone())));
    }

    /// Follows the focus, once a key or a button of the mouse is up: what is told before that would move what is being
    /// clicked.
    pub fn rest(self) {
        if self.begun.with_untracked(Option::is_none) {
            return;
        }
        // What the click adds has the focus first.
        time::settled(move || {
            let Some(before) = self.begun.get_untracked() else { return };
            let place = page::place_in_focus().and_then(|place| place.parse().ok());
            let after = before.clone().with_focus_at(place);
            if after.as_ref() != Some(&before) {
                self.begun.set(after);
            }
        });
    }

    /// Whether the form says nothing yet of a problem at `path`.
    pub fn hides(self, path: &Path) -> bool {
        self.begun.with(|begun| begun.as_ref().is_some_and(|begun| begun.hides(path)))
    }

    /// Shows the field at `path`, which has just changed: opens its section and row and lights its lines. It gets the
    /// focus where the form has it, or nothing.
    pub fn show(self, path: &Path) {
        if let Some(section) = path.section().and_then(Section::from_key)
            && self.section.get_untracked() != section
        {
            self.section.set(section);
        }
        self.open_rows(path);
        self.begun.set(None);
        self.lit.set(Some(path.clone()));
        let path = path.clone();
        time::settled(move || lead(&path, page::is_focus_in_form()));
    }

    /// Opens the first row of every table: another design is on the page.
    pub fn to_first_rows(self) {
        page::form_to_top();
        for row in self.rows {
            row.set(0);
        }
    }

    /// Opens the rows that `path` is in.
    fn open_rows(self, path: &Path) {
        let mut list = Path::root();
        for step in path.steps() {
            list = match step {
                Step::Key(key) => list.key(key),
                Step::Index(row) => {
                    if let Some(open) = List::index(&list).map(|index| self.rows[index])
                        && open.get_untracked() != *row
                    {
                        open.set(*row);
                    }
                    list.index(*row)
                }
            };
        }
    }

    /// The row that is open of the list at `list`; of a list without a row in [`LISTS`] it is kept nowhere.
    pub fn row(self, list: &Path) -> RwSignal<usize> {
        List::index(list).map_or_else(|| RwSignal::new(0), |index| self.rows[index])
    }

    /// Shows a file with the focus on it, and where `line` is given that line, counted from 0.
    pub fn show_file(self, file: String, line: Option<usize>) {
        self.show_lines(Lines { file, range: line.map(|line| (line, line)) });
        // It is drawn before it can have the focus.
        time::settled(|| page::focus(SOURCE));
    }
}

/// Scrolls to the field at `path`, or what is nearest to it, and focuses it where `focus` says so.
fn lead(path: &Path, focus: bool) {
    let exact = path.to_string();
    if page::show_place(|place| place == exact, focus) {
        return;
    }
    let within = |place: &str| place.parse::<Path>().is_ok_and(|place| path.contains(&place));
    if page::show_place(within, focus) {
        return;
    }
    // The field that holds it, such as the list that an element is in; the nearest one.
    for length in (1..path.steps().len()).rev() {
        let outer = path.steps()[..length].iter().fold(Path::root(), |outer, step| match step {
            Step::Key(key) => outer.key(key),
            Step::Index(index) => outer.index(*index),
        });
        let exact = outer.to_string();
        if page::show_place(|place| place == exact, focus) {
            return;
        }
        // Its field may be hidden, as that of something that is off: the first one beside it.
        if page::show_place(|place| place.parse::<Path>().is_ok_and(|place| outer.contains(&place)), focus) {
            return;
        }
    }
}
