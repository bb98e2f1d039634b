//! A list inside a form: its elements one below the other, each with its fields.

use super::bind::{notes_exactly, rearrange};
use crate::state::{Document, View, go_to_new};
use crate::widgets::codec::first_upper;
use crate::widgets::field::Notes;
use crate::widgets::icon::{Icon, Shape};
use clusterflake_core::cluster::List;
use clusterflake_core::{Path, Place};
use leptos::prelude::*;

/// How a list is shown.
pub struct EntriesOf<T: 'static> {
    pub list: Place<Vec<T>>,
    pub fields: fn(Place<T>) -> AnyView,
    /// How it is laid out: `bare` where an element takes one row, so that the first one's labels do for all; `pairs`
    /// where that has two fields.
    pub class: &'static str,
}

/// The elements of a list; nothing where there are none.
pub fn entries<T: 'static>(of: EntriesOf<T>) -> AnyView {
    let EntriesOf { list, fields, class } = of;
    let (document, path, noun) = (Document::here(), list.path.clone(), List::noun(&list.path));
    let list = StoredValue::new_local(list);
    let count =
        Memo::new(move |_| document.read(|cluster| list.with_value(|list| list.read(cluster).map_or(0, Vec::len))));
    let remove = Callback::new(move |row: usize| {
        rearrange(document, &list.get_value(), &format!("remove {noun}"), |list| {
            if row < list.len() {
                list.remove(row);
            }
        });
    });
    draw(noun, path, class, count, Box::new(move |row| fields(list.get_value().index(row))), remove)
}

fn draw(
    noun: &'static str,
    path: Path,
    class: &'static str,
    count: Memo<usize>,
    fields: Box<dyn Fn(usize) -> AnyView>,
    remove: Callback<usize>,
) -> AnyView {
    let fields = StoredValue::new_local(fields);
    let place = path.clone();
    let entry = move |row: usize| {
        let here = place.index(row);
        let name = format!("{noun} {}", row + 1);
        view! {
            <div class="grid slim" role="group" aria-label=first_upper(&name)>
                <Notes place=here.to_string() notes=notes_exactly(here)/>
                {fields.with_value(|fields| fields(row))}
                <button type="button" class="ghost icon remove" aria-label=format!("Remove {name}") title="Remove"
                    on:click=move |_| remove.run(row)><Icon shape=Shape::Close/></button>
            </div>
        }
    };
    view! {
        <Notes place=path.to_string() notes=notes_exactly(path)/>
        <div class=format!("entries {class}")>
            <For each=move || 0..count.get() key=|row| *row children=entry/>
        </div>
    }
    .into_any()
}

/// A button that adds an element to the list, made beside those there are; it goes on to the element's first field.
pub fn adder<T: 'static>(label: &'static str, list: Place<Vec<T>>, fresh: fn(&[T]) -> T) -> AnyView {
    let (document, view, noun) = (Document::here(), View::here(), List::noun(&list.path));
    let list = StoredValue::new_local(list);
    let add = Callback::new(move |()| {
        let list = list.get_value();
        let row = document.read_once(|cluster| list.read(cluster).map_or(0, Vec::len));
        let name = format!("add {noun}");
        rearrange(document, &list, &name, |list| {
            let new = fresh(list);
            list.push(new);
        });
        go_to_new(document, view, &list.path.index(row));
    });
    add_button(label, noun, add)
}

/// A button that adds something to the form.
pub fn add_button(label: &'static str, noun: &'static str, add: Callback<()>) -> AnyView {
    view! { <button type="button" aria-label=format!("Add {noun}") on:click=move |_| add.run(())>{label}</button> }
        .into_any()
}
