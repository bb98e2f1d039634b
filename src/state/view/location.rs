//! Where the user is on the page.

use super::Lines;
use crate::browser::{page, time};
use clusterflake_core::cluster::{LISTS, List, Section};
use clusterflake_core::path::{Path, Step};
use leptos::prelude::*;

/// The id of the text of the file that is shown.
pub const SOURCE: &str = "source";

/// The id of the list of problems.
pub const PROBLEMS: &str = "problems";

/// The id of the field that finds in all files.
pub const FIND_FIELD: &str = "find-in-files";

/// What stands beside the sections: on wide screens the form and one of the others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    Form,
    Files,
    Diff,
    Picture,
    Problems,
}

/// The section, the field, the file and the lines that the user is at.
#[derive(Clone, Copy)]
pub struct Location {
    pub section: RwSignal<Section>,
    pub pane: RwSignal<Pane>,
    /// The file that is shown.
    pub file: RwSignal<String>,
    /// The lines that are marked, by the user or by a link.
    pub marked: RwSignal<Option<Lines>>,
    /// Which row of each list is open.
    rows: [RwSignal<usize>; LISTS.len()],
    /// The field that had the focus last: its lines are lit.
    pub focused: RwSignal<Option<Path>>,
    /// Whether the menu of sections is open, on small screens.
    pub menu: RwSignal<bool>,
    /// Which problem was gone to last.
    problem: StoredValue<Option<usize>>,
}

impl Location {
    pub(super) fn new() -> Self {
        Self {
            section: RwSignal::new(Section::General),
            pane: RwSignal::new(Pane::Form),
            file: RwSignal::new("cluster.nix".to_owned()),
            marked: RwSignal::new(None),
            rows: std::array::from_fn(|_| RwSignal::new(0)),
            focused: RwSignal::new(None),
            menu: RwSignal::new(false),
            problem: StoredValue::new(None),
        }
    }

    /// Which of `count` problems comes after the one that was gone to last, or before it; it is the last one then.
    pub fn next_problem(self, count: usize, forwards: bool) -> Option<usize> {
        let last = count.checked_sub(1)?;
        let to = match (self.problem.get_value(), forwards) {
            (Some(at), true) if at < last => at + 1,
            (_, true) => 0,
            (Some(at), false) if at > 0 => (at - 1).min(last),
            (_, false) => last,
        };
        self.problem.set_value(Some(to));
        Some(to)
    }

    /// Leads to the field that finds in all files, wherever the user is.
    pub fn find_in_files(self) {
        self.pane.set(Pane::Files);
        // The pane is drawn before the field can have the focus.
        time::after(20, || page::focus(FIND_FIELD)).forget();
    }

    /// Lists the problems, with the focus on them.
    pub fn show_problems(self) {
        self.pane.set(Pane::Problems);
        // They are drawn first.
        time::after(0, || page::focus(PROBLEMS)).forget();
    }

    /// Opens a section.
    pub fn open(self, section: Section) {
        self.menu.set(false);
        self.pane.set(Pane::Form);
        if self.section.get_untracked() != section {
            self.section.set(section);
            self.focused.set(None);
            page::form_to_top();
        }
    }

    /// Leads to the field at `path`: opens its section and row, and focuses it, or what is nearest to it.
    pub(in crate::state) fn go(self, path: &Path) {
        if let Some(section) = path.section().and_then(Section::from_key) {
            self.open(section);
        }
        self.open_rows(path);
        // The form draws the row before the field can have the focus.
        let path = path.clone();
        time::settled(move || lead(&path, true));
    }

    /// Shows the field at `path`, which has just changed: opens its section and row and lights its lines. It gets the
    /// focus where the form has it, or nothing.
    pub(in crate::state) fn show(self, path: &Path) {
        if let Some(section) = path.section().and_then(Section::from_key)
            && self.section.get_untracked() != section
        {
            self.section.set(section);
        }
        self.open_rows(path);
        self.focused.set(Some(path.clone()));
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

    /// The lines of `file` that are marked: the first and the last.
    pub fn marked_in(self, file: &str) -> Option<(usize, usize)> {
        self.marked.with(|marked| marked.as_ref().filter(|marked| marked.file == *file)?.range)
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
