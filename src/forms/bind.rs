//! Fields bound to places of the description: each reads its own value through a memo, so that an edit redraws that
//! field and not the page.

use crate::state::Design;
use crate::widgets::binding::*;
use crate::widgets::codec::Codec;
use crate::widgets::rows::{Cell, Column, RowsBinding};
use clusterflake_core::check::{self, Problem, Severity};
use clusterflake_core::cluster::Choice;
use clusterflake_core::{Cluster, Path, Place};
use leptos::prelude::*;

const PRIVATE_KEY: &str = "This is a private key. It was not taken: it must never leave its owner. Paste the public one, from the file that ends in .pub.";

/// A text field over the value at `place`.
pub fn text<T: Clone + Default + 'static>(label: &str, place: Place<T>, codec: Codec<T>) -> TextBinding {
    let path = place.path.clone();
    text_within(label, place, path, codec, T::clone, |value, new| *value = new)
}

/// A text field over a part of the value at `place`, where the part has no place of its own; `path` is where it shows.
pub fn text_within<P: 'static, T: Default + 'static>(
    label: &str,
    place: Place<P>,
    path: Path,
    codec: Codec<T>,
    get: fn(&P) -> T,
    put: fn(&mut P, T),
) -> TextBinding {
    let design = Design::here();
    let place = StoredValue::new_local(place);
    let shown = move |cluster: &Cluster| {
        place.with_value(|place| place.read(cluster).map_or_else(String::new, |value| (codec.show)(&get(value))))
    };
    let take = move |label: &str, typed: &str| {
        let value = (codec.read)(typed)?;
        let place = place.get_value();
        design.type_in(&place, label, |part| put(part, value));
        Ok(())
    };
    field(design, label, path, Memo::new(move |_| design.read(shown)), take)
}

/// What text fields of all types share.
fn field(
    design: Design,
    label: &str,
    path: Path,
    text: Memo<String>,
    take: impl Fn(&str, &str) -> Result<(), String> + Send + Sync + 'static,
) -> TextBinding {
    let (label, place) = (label.to_owned(), path.to_string());
    let (at, name) = (path.clone(), label.clone());
    let read = Callback::new(move |typed: String| {
        if check::looks_private(&typed) {
            return Err(Refusal::Dropped(PRIVATE_KEY));
        }
        match take(&name, &typed) {
            Ok(()) => {
                design.unread.forget(&at);
                Ok(())
            }
            Err(message) => {
                design.unread.keep(at.clone(), Unread { text: typed, message, label: name.clone() });
                Err(Refusal::Unread)
            }
        }
    });
    let at = path.clone();
    let unread = Memo::new(move |_| design.unread.at(&at)).into();
    TextBinding { label, place, text: text.into(), unread, notes: notes(path), read }
}

/// A select over the value at `place`.
pub fn choice<T: Choice + Send + Sync>(label: &str, place: Place<T>) -> ChoiceBinding {
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
    let design = Design::here();
    let place = StoredValue::new_local(place);
    let name = label.to_owned();
    let value = Memo::new(move |_| {
        design.read(|cluster| {
            place.with_value(|place| place.read(cluster).map_or("", |value| get(value).key()).to_owned())
        })
    });
    let pick = Callback::new(move |key: String| {
        if let Some(new) = T::ALL.iter().copied().find(|choice| choice.key() == key) {
            design.edit(&place.get_value(), &name, |value| put(value, new));
        }
    });
    ChoiceBinding {
        label: label.to_owned(),
        place: path.to_string(),
        options: options::<T>(),
        value: value.into(),
        notes: notes(path),
        pick,
    }
}

fn options<T: Choice>() -> Vec<(String, String)> {
    T::ALL.iter().map(|choice| (choice.key().to_owned(), choice.label().to_owned())).collect()
}

/// Chips over the set at `place`; they keep the order in which the choice lists them.
pub fn chips<T: Choice>(label: &str, place: Place<Vec<T>>) -> ChipsBinding {
    let design = Design::here();
    let path = place.path.clone();
    let place = StoredValue::new_local(place);
    let name = label.to_owned();
    let chosen = Memo::new(move |_| {
        let keys = |list: &Vec<T>| list.iter().map(|choice| choice.key().to_owned()).collect::<Vec<_>>();
        design.read(|cluster| place.with_value(|place| place.read(cluster).map(keys).unwrap_or_default()))
    });
    let toggle = Callback::new(move |key: String| {
        design.edit(&place.get_value(), &name, |list| {
            let on = |choice: &T| list.contains(choice) != (choice.key() == key);
            *list = T::ALL.iter().copied().filter(on).collect();
        });
    });
    ChipsBinding {
        label: label.to_owned(),
        place: path.to_string(),
        options: options::<T>(),
        chosen: chosen.into(),
        notes: notes(path),
        toggle,
    }
}

/// A switch over the value at `place`.
pub fn switch(label: &str, place: Place<bool>) -> SwitchBinding {
    switch_over(label, place, |on| *on, |value, on| *value = on)
}

/// A switch over whether there is a value at `place`; it starts as `start` says.
pub fn switch_own<T: Default + 'static>(
    label: &str,
    place: Place<Option<T>>,
    start: fn(&Cluster, &Path) -> T,
) -> SwitchBinding {
    let design = Design::here();
    let path = place.path.clone();
    let fresh = StoredValue::new_local(move || design.read_once(|cluster| start(cluster, &path)));
    switch_with(label, place, Option::is_some, move |value, on| *value = on.then(|| fresh.with_value(|fresh| fresh())))
}

fn switch_over<P: 'static>(label: &str, place: Place<P>, get: fn(&P) -> bool, put: fn(&mut P, bool)) -> SwitchBinding {
    switch_with(label, place, get, put)
}

fn switch_with<P: 'static>(
    label: &str,
    place: Place<P>,
    get: fn(&P) -> bool,
    put: impl Fn(&mut P, bool) + Copy + Send + Sync + 'static,
) -> SwitchBinding {
    let design = Design::here();
    let path = place.path.clone();
    let place = StoredValue::new_local(place);
    let name = label.to_owned();
    let on = Memo::new(move |_| design.read(|cluster| place.with_value(|place| place.read(cluster).is_some_and(get))));
    let set = Callback::new(move |on: bool| design.edit(&place.get_value(), &name, |value| put(value, on)));
    SwitchBinding {
        label: label.to_owned(),
        place: path.to_string(),
        on: on.into(),
        notes: notes_of(path, Reach::Exact),
        set,
    }
}

/// Which problems belong to a field.
#[derive(Clone, Copy)]
enum Reach {
    /// Those at its place or inside.
    Inside,
    /// Those at its place: what is inside has fields of its own.
    Exact,
}

/// The problems at `path` or inside, as messages.
pub fn notes(path: Path) -> Signal<Vec<Note>> {
    notes_of(path, Reach::Inside)
}

/// The problems exactly at `path`, for headings and lists.
pub fn notes_exactly(path: Path) -> Signal<Vec<Note>> {
    notes_of(path, Reach::Exact)
}

fn notes_of(path: Path, reach: Reach) -> Signal<Vec<Note>> {
    let design = Design::here();
    let fits = move |problem: &&Problem| match reach {
        Reach::Inside => path.contains(&problem.path),
        Reach::Exact => path == problem.path,
    };
    let found = Memo::new(move |_| design.problems().iter().filter(&fits).cloned().collect::<Vec<_>>());
    Signal::derive(move || found.get().into_iter().map(|problem| note(design, problem)).collect())
}

fn note(design: Design, problem: Problem) -> Note {
    let fix = problem.fix.as_ref().map(|fix| fix.label.clone());
    let text = problem.message.clone();
    let tone = tone(problem.severity);
    Note { tone, text, fix: fix.map(|label| (label, Callback::new(move |()| design.mend(&problem)))) }
}

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
    /// What one element is: `group`.
    pub noun: &'static str,
    /// The cells of an element, with the field that each shows.
    pub cells: fn(&T) -> Vec<(String, &'static str)>,
    /// What a new element is.
    pub fresh: fn(&Cluster) -> T,
    pub open: RwSignal<usize>,
}

/// The list at a place, as rows.
pub fn rows<T: Clone + 'static>(of: RowsOf<T>) -> RowsBinding {
    let design = Design::here();
    let RowsOf { place, columns, noun, cells, fresh, open } = of;
    let path = place.path.clone();
    let place = StoredValue::new_local(place);
    let count =
        Memo::new(move |_| design.read(|cluster| place.with_value(|place| place.read(cluster).map_or(0, Vec::len))));
    let wrong = wrong_fields(design, path.clone());
    let cells = Callback::new(move |row: usize| {
        let texts = design.read(|cluster| place.with_value(|place| place.read(cluster)?.get(row).map(cells)));
        let wrong = wrong
            .with(|wrong| wrong.iter().filter(|(at, _)| *at == row).map(|(_, key)| key.clone()).collect::<Vec<_>>());
        let cell = |(text, key): (String, &str)| Cell { text, wrong: wrong.iter().any(|wrong| wrong == key) };
        texts.unwrap_or_default().into_iter().map(cell).collect()
    });
    let change = move |what: &str, change: &dyn Fn(&mut Vec<T>)| {
        design.rearrange(&place.get_value(), format!("{what} {noun}"), |list| change(list));
    };
    let add = Callback::new(move |()| {
        let new = design.read_once(fresh);
        let row = count.get_untracked();
        change("add", &|list| list.push(new.clone()));
        open.set(row);
        design.spot.go(&path.index(row));
    });
    let copy = Callback::new(move |row: usize| {
        change("duplicate", &|list| list.insert(row + 1, list[row].clone()));
        open.set(row + 1);
    });
    let remove = Callback::new(move |row: usize| {
        change("remove", &|list| drop(list.remove(row)));
        open.set(row.min(count.get_untracked().saturating_sub(1)));
    });
    let swap = Callback::new(move |row: usize| change("move", &|list| list.swap(row, row + 1)));
    RowsBinding { columns, noun, count, cells, open, add, copy, remove, swap }
}

/// The rows of a list with errors in them, each with the name of the field.
fn wrong_fields(design: Design, list: Path) -> Memo<Vec<(usize, String)>> {
    use clusterflake_core::path::Step;
    let depth = list.steps().len();
    Memo::new(move |_| {
        let problems = design.problems();
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).map(|problem| &problem.path);
        let unread = design.unread.all();
        errors
            .chain(unread.iter().map(|(path, _)| path))
            .filter(|path| list.contains(path))
            .filter_map(|path| match &path.steps()[depth..] {
                [Step::Index(row), Step::Key(key), ..] => Some((*row, key.clone())),
                [Step::Index(row)] => Some((*row, String::new())),
                _ => None,
            })
            .collect()
    })
}
