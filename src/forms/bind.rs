//! Fields bound to places of the description: each reads its own value through a memo, so that an edit redraws that
//! field and not the page.

use crate::state::{Document, Output, View, go_to_new, mend};
use crate::widgets::binding::*;
use crate::widgets::codec::Codec;
use crate::widgets::rows::{Cell, Column, RowsBinding};
use clusterflake_core::cluster::{Choice, List};
use clusterflake_core::diagnostic::{Problem, Severity};
use clusterflake_core::private_key::looks_private;
use clusterflake_core::{Cluster, Path, Place};
use leptos::prelude::*;

/// What a field says of a private key that was put into it.
pub(super) const PRIVATE_KEY: &str = "This is a private key. It was not taken: it must never leave its owner. Paste the public one, from the file that ends in .pub.";

/// How the ids of the guidelines for modules begin: these have a list of their own in the form.
const GUIDELINE: &str = "guideline-";

type Show = Box<dyn Fn(&Cluster) -> String>;
type Take = Box<dyn Fn(&mut Cluster, &str) -> Result<(), String>>;

/// How a field reaches its value, as text. These two are all that differs between types: everything below is made
/// once, which keeps the page small.
struct Accessor {
    path: Path,
    show: Show,
    /// Takes what was entered, or says why it cannot be read.
    take: Take,
}

impl Accessor {
    fn new<P: 'static>(
        place: Place<P>,
        path: Path,
        show: impl Fn(&P) -> String + 'static,
        take: impl Fn(&mut P, &str) -> Result<(), String> + 'static,
    ) -> Self {
        let at = place.clone();
        Self {
            path,
            show: Box::new(move |cluster| place.read(cluster).map(&show).unwrap_or_default()),
            take: Box::new(move |cluster, text| at.change(cluster).map_or(Ok(()), |value| take(value, text))),
        }
    }
}

/// A bound field: its value as text, and what takes a new one.
struct BoundField {
    document: Document,
    label: String,
    path: Path,
    accessor: StoredValue<Accessor, LocalStorage>,
    text: Memo<String>,
}

fn bind(label: &str, accessor: Accessor) -> BoundField {
    let document = Document::here();
    let path = accessor.path.clone();
    let accessor = StoredValue::new_local(accessor);
    let text = Memo::new(move |_| document.read(|cluster| accessor.with_value(|accessor| (accessor.show)(cluster))));
    BoundField { document, label: label.to_owned(), path, accessor, text }
}

impl BoundField {
    /// What takes a new value; typing in one field is one step.
    fn taker(&self, typing: bool) -> impl Fn(&str) -> Result<(), String> + Send + Sync + 'static {
        let BoundField { document, accessor, .. } = *self;
        let (label, path) = (self.label.clone(), self.path.clone());
        move |text: &str| {
            let change = |cluster: &mut Cluster| accessor.with_value(|accessor| (accessor.take)(cluster, text));
            document.enter(&path, &label, typing, &change)
        }
    }
}

/// A text field over the value at `place`.
pub fn text<T: Clone + 'static>(label: &str, place: Place<T>, codec: Codec<T>) -> TextBinding {
    let path = place.path.clone();
    let take = move |value: &mut T, text: &str| (codec.read)(text).map(|new| *value = new);
    text_field(label, Accessor::new(place, path, codec.show, take))
}

/// A text field over a part of the value at `place`, where the part has no place of its own; `path` is where it shows.
pub fn text_within<P: 'static, T: 'static>(
    label: &str,
    place: Place<P>,
    path: Path,
    codec: Codec<T>,
    get: fn(&P) -> T,
    put: fn(&mut P, T),
) -> TextBinding {
    let show = move |part: &P| (codec.show)(&get(part));
    let take = move |part: &mut P, text: &str| (codec.read)(text).map(|new| put(part, new));
    text_field(label, Accessor::new(place, path, show, take))
}

fn text_field(label: &str, accessor: Accessor) -> TextBinding {
    let bound = bind(label, accessor);
    let take = bound.taker(true);
    let BoundField { document, label, path, text, .. } = bound;
    let (place, at, name) = (path.to_string(), path.clone(), label.clone());
    let read = Callback::new(move |typed: String| {
        if looks_private(&typed) {
            return Err(Refusal::Dropped(PRIVATE_KEY));
        }
        match take(&typed) {
            Ok(()) => {
                document.unread.forget(&at);
                Ok(())
            }
            Err(message) => {
                document.unread.keep(at.clone(), Unread { text: typed, message, label: name.clone() });
                Err(Refusal::Unread)
            }
        }
    });
    let at = path.clone();
    let unread = Memo::new(move |_| document.unread.at(&at)).into();
    TextBinding { label, place, text: text.into(), unread, notes: notes(path), read }
}

/// A text field over a text that is not in the design yet.
pub fn unbound_text(label: &str, text: RwSignal<String>) -> TextBinding {
    let read = Callback::new(move |typed: String| {
        if looks_private(&typed) {
            return Err(Refusal::Dropped(PRIVATE_KEY));
        }
        text.set(typed);
        Ok(())
    });
    let (label, place) = (label.to_owned(), label.replace(' ', "-"));
    TextBinding { label, place, text: text.into(), unread: Signal::default(), notes: Signal::default(), read }
}

/// A select over the value at `place`.
pub fn choice<T: Choice>(label: &str, place: Place<T>) -> ChoiceBinding {
    let path = place.path.clone();
    choice_within(label, place, path, |value| *value, |value, new| *value = new)
}

/// A select over a part of the value at `place`.
pub fn choice_within<P: 'static, T: Choice>(
    label: &str,
    place: Place<P>,
    path: Path,
    get: fn(&P) -> T,
    put: fn(&mut P, T),
) -> ChoiceBinding {
    let show = move |part: &P| get(part).key().to_owned();
    let take = move |part: &mut P, key: &str| {
        if let Some(new) = T::ALL.iter().copied().find(|choice| choice.key() == key) {
            put(part, new);
        }
        Ok(())
    };
    select(label, options::<T>(), Accessor::new(place, path, show, take))
}

/// A select over the text at `place`, of choices that are known only now: values and what they are called.
pub fn pick<T: 'static>(
    label: &str,
    place: Place<T>,
    codec: Codec<T>,
    options: Vec<(String, String)>,
) -> ChoiceBinding {
    let path = place.path.clone();
    let take = move |value: &mut T, text: &str| (codec.read)(text).map(|new| *value = new);
    select(label, options, Accessor::new(place, path, codec.show, take))
}

fn select(label: &str, options: Vec<(String, String)>, accessor: Accessor) -> ChoiceBinding {
    let bound = bind(label, accessor);
    let take = bound.taker(false);
    let BoundField { label, path, text, .. } = bound;
    // A select offers only what can be taken.
    let pick = Callback::new(move |key: String| drop(take(&key)));
    ChoiceBinding { label, place: path.to_string(), options, value: text.into(), notes: notes(path), pick }
}

fn options<T: Choice>() -> Vec<(String, String)> {
    T::ALL.iter().map(|choice| (choice.key().to_owned(), choice.label().to_owned())).collect()
}

/// Chips over the set at `place`; they keep the order in which the choice lists them.
pub fn chips<T: Choice>(label: &str, place: Place<Vec<T>>) -> ChipsBinding {
    let path = place.path.clone();
    let show = |list: &Vec<T>| list.iter().map(|choice| choice.key()).collect::<Vec<_>>().join(" ");
    let take = |list: &mut Vec<T>, key: &str| {
        let on = |choice: &T| list.contains(choice) != (choice.key() == key);
        *list = T::ALL.iter().copied().filter(on).collect();
        Ok(())
    };
    let bound = bind(label, Accessor::new(place, path, show, take));
    let take = bound.taker(false);
    let BoundField { label, path, text, .. } = bound;
    let chosen = Memo::new(move |_| text.with(|keys| keys.split_whitespace().map(str::to_owned).collect::<Vec<_>>()));
    let toggle = Callback::new(move |key: String| drop(take(&key)));
    let options = options::<T>();
    ChipsBinding { label, place: path.to_string(), options, chosen: chosen.into(), notes: notes(path), toggle }
}

/// What a switch's value is as text, when it is on.
const ON: &str = "on";

/// A switch over the value at `place`.
pub fn switch(label: &str, place: Place<bool>) -> SwitchBinding {
    let path = place.path.clone();
    let take = |value: &mut bool, text: &str| {
        *value = text == ON;
        Ok(())
    };
    switch_field(label, Accessor::new(place, path, |on| if *on { ON } else { "" }.to_owned(), take))
}

/// A switch over whether there is a value at `place`; it starts as `start` says.
pub fn switch_own<T: 'static>(label: &str, place: Place<Option<T>>, start: fn(&Cluster, &Path) -> T) -> SwitchBinding {
    let document = Document::here();
    let (path, at) = (place.path.clone(), place.path.clone());
    let take = move |value: &mut Option<T>, text: &str| {
        *value = (text == ON).then(|| document.read_once(|cluster| start(cluster, &at)));
        Ok(())
    };
    switch_field(label, Accessor::new(place, path, |own| if own.is_some() { ON } else { "" }.to_owned(), take))
}

fn switch_field(label: &str, accessor: Accessor) -> SwitchBinding {
    let bound = bind(label, accessor);
    let take = bound.taker(false);
    let BoundField { label, path, text, .. } = bound;
    let on = Memo::new(move |_| text.with(|text| text == ON));
    let set = Callback::new(move |on: bool| drop(take(if on { ON } else { "" })));
    SwitchBinding { label, place: path.to_string(), on: on.into(), notes: notes_exactly(path), set }
}

/// Which problems belong to a field.
#[derive(Clone, Copy)]
enum Scope {
    /// Those at its place or inside.
    Inside,
    /// Those at its place: what is inside has fields of its own.
    Exact,
}

/// The problems at `path` or inside, as messages.
pub fn notes(path: Path) -> Signal<Vec<Note>> {
    notes_of(path, Scope::Inside)
}

/// The problems exactly at `path`, for headings and lists.
pub fn notes_exactly(path: Path) -> Signal<Vec<Note>> {
    notes_of(path, Scope::Exact)
}

fn notes_of(path: Path, scope: Scope) -> Signal<Vec<Note>> {
    let (document, output, view) = (Document::here(), Output::here(), View::here());
    let fits = move |problem: &&Problem| {
        let here = match scope {
            Scope::Inside => path.contains(&problem.path),
            Scope::Exact => path == problem.path,
        };
        here && !problem.id.starts_with(GUIDELINE)
    };
    let found = Memo::new(move |_| {
        let problems = output.problems();
        let told = problems.iter().filter(&fits).filter(|problem| !document.pending.hides(&problem.path));
        told.cloned().collect::<Vec<_>>()
    });
    Signal::derive(move || found.get().into_iter().map(|problem| note(document, view, problem)).collect())
}

fn note(document: Document, view: View, problem: Problem) -> Note {
    let fix = problem.fix.as_ref().map(|fix| fix.label.clone());
    let text = problem.message.clone();
    let tone = tone(problem.severity);
    Note { tone, text, fix: fix.map(|label| (label, Callback::new(move |()| mend(document, view, &problem)))) }
}

/// How a problem of this severity is shown.
pub fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Error,
        Severity::Warning => Tone::Warning,
        Severity::Hint => Tone::Hint,
    }
}

/// How a list of the description is shown as rows.
pub struct RowsOf<T: 'static> {
    pub place: Place<Vec<T>>,
    pub columns: &'static [Column],
    /// The cells of an element, with the field that each shows, or the fields.
    pub cells: fn(&T) -> Vec<(String, &'static str)>,
    /// What a new element is.
    pub fresh: fn(&Cluster) -> T,
}

/// What can be done with the elements of a list.
#[derive(Clone, Copy)]
enum Change {
    Add,
    Copy(usize),
    Remove(usize),
    Swap(usize),
}

/// The texts of a row, each with the name of the field it shows.
type RowTexts = Vec<(String, &'static str)>;
type ShowRow = Box<dyn Fn(&Cluster, usize) -> RowTexts>;
type ChangeRows = Box<dyn Fn(&mut Cluster, Change)>;

/// How rows reach their list.
struct ListAccessor {
    path: Path,
    count: Box<dyn Fn(&Cluster) -> usize>,
    cells: ShowRow,
    change: ChangeRows,
}

/// The list at a place, as rows.
pub fn rows<T: Clone + 'static>(of: RowsOf<T>) -> RowsBinding {
    let RowsOf { place, columns, cells, fresh } = of;
    let (for_count, for_cells, path) = (place.clone(), place.clone(), place.path.clone());
    let change = move |cluster: &mut Cluster, change: Change| {
        let new = matches!(change, Change::Add).then(|| fresh(cluster));
        let Some(list) = place.change(cluster) else { return };
        match change {
            Change::Add => list.extend(new),
            Change::Copy(row) if row < list.len() => list.insert(row + 1, list[row].clone()),
            Change::Remove(row) if row < list.len() => drop(list.remove(row)),
            Change::Swap(row) if row + 1 < list.len() => list.swap(row, row + 1),
            _ => {}
        }
    };
    let accessor = ListAccessor {
        path,
        count: Box::new(move |cluster| for_count.read(cluster).map_or(0, Vec::len)),
        cells: Box::new(move |cluster, row| {
            for_cells.read(cluster).and_then(|list| list.get(row)).map(cells).unwrap_or_default()
        }),
        change: Box::new(change),
    };
    list_rows(columns, accessor)
}

fn list_rows(columns: &'static [Column], accessor: ListAccessor) -> RowsBinding {
    let (document, view) = (Document::here(), View::here());
    let path = accessor.path.clone();
    let (noun, open) = (List::noun(&path), view.location.row(&path));
    let accessor = StoredValue::new_local(accessor);
    let count = Memo::new(move |_| document.read(|cluster| accessor.with_value(|accessor| (accessor.count)(cluster))));
    let wrong = wrong_fields(document, Output::here(), path.clone());
    let cells = Callback::new(move |row: usize| {
        let texts = document.read(|cluster| accessor.with_value(|accessor| (accessor.cells)(cluster, row)));
        let is_wrong = |key: &str| {
            wrong.with(|wrong| wrong.iter().any(|(at, field)| *at == row && key.split(' ').any(|key| field == key)))
        };
        texts.into_iter().map(|(text, key)| Cell { text, wrong: is_wrong(key) }).collect()
    });
    let list = path.clone();
    let change = Callback::new(move |(what, row, change): (&'static str, usize, Change)| {
        let change = |cluster: &mut Cluster| accessor.with_value(|accessor| (accessor.change)(cluster, change));
        document.rearrange_row(&list, &list.index(row), &format!("{what} {noun}"), &change);
    });
    let add = Callback::new(move |()| {
        let row = count.get_untracked();
        change.run(("add", row, Change::Add));
        open.set(row);
        go_to_new(document, view, &path.index(row));
    });
    let copy = Callback::new(move |row: usize| {
        change.run(("duplicate", row, Change::Copy(row)));
        open.set(row + 1);
    });
    let remove = Callback::new(move |row: usize| {
        change.run(("remove", row, Change::Remove(row)));
        open.set(row.min(count.get_untracked().saturating_sub(1)));
    });
    let swap = Callback::new(move |row: usize| change.run(("move", row, Change::Swap(row))));
    RowsBinding { columns, noun, count, cells, open, add, copy, remove, swap }
}

/// Changes the list at a place; `name` is the step's name.
pub fn rearrange<T: 'static>(document: Document, list: &Place<Vec<T>>, name: &str, change: impl Fn(&mut Vec<T>)) {
    document.rearrange(&list.path, name.to_owned(), &|cluster| {
        if let Some(list) = list.change(cluster) {
            change(list);
        }
    });
}

/// The rows of a list with errors in them, each with the name of the field.
fn wrong_fields(document: Document, output: Output, list: Path) -> Memo<Vec<(usize, String)>> {
    use clusterflake_core::path::Step;
    let depth = list.steps().len();
    Memo::new(move |_| {
        let problems = output.problems();
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).map(|problem| &problem.path);
        let unread = document.unread.all();
        errors
            .chain(unread.iter().map(|(path, _)| path))
            .filter(|path| list.contains(path) && !document.pending.hides(path))
            .filter_map(|path| match &path.steps()[depth..] {
                [Step::Index(row), Step::Key(key), ..] => Some((*row, key.clone())),
                [Step::Index(row)] => Some((*row, String::new())),
                _ => None,
            })
            .collect()
    })
}
