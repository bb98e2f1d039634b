use super::bind::{notes_exactly, rearrange};
use crate::state::Design;
use crate::widgets::field::Notes;
use clusterflake_core::Place;
use leptos::prelude::*;

/// A list whose elements have their fields in the form, one below the other.
#[component]
pub fn Entries<T: Clone + PartialEq + 'static>(
    list: Place<Vec<T>>,
    /// What one of them is, as in “Add bond”.
    noun: &'static str,
    /// A new one, beside those there are.
    fresh: fn(&[T]) -> T,
    fields: fn(Place<T>) -> AnyView,
) -> impl IntoView {
    let design = Design::here();
    let at = list.path.clone();
    let list = StoredValue::new_local(list);
    let count =
        Memo::new(move |_| design.read(|cluster| list.with_value(|list| list.read(cluster).map_or(0, Vec::len))));
    let add = move |_| {
        let place = list.get_value();
        let row = count.get_untracked();
        rearrange(design, &place, &format!("add {noun}"), |list| {
            let new = fresh(list);
            list.push(new);
        });
        design.spot.go(&place.path.index(row));
    };
    let remove = move |row: usize| {
        rearrange(design, &list.get_value(), &format!("remove {noun}"), |list| {
            if row < list.len() {
                list.remove(row);
            }
        });
    };
    let entry = move |row: usize| {
        let here = list.with_value(|list| list.index(row));
        view! {
            <div class="grid entry" role="group" aria-label=format!("{noun} {}", row + 1)>
                <Notes place=here.path.to_string() notes=notes_exactly(here.path.clone())/>
                {fields(here)}
                <div class="field end">
                    <button type="button" class="danger" aria-label=format!("Remove {noun} {}", row + 1)
                        on:click=move |_| remove(row)>"Remove"</button>
                </div>
            </div>
        }
    };
    view! {
        <div class="entries">
        <Notes place=at.to_string() notes=notes_exactly(at.clone())/>
        <For each=move || 0..count.get() key=|row| *row children=entry/>
        <button type="button" on:click=add>{format!("Add {noun}")}</button>
        </div>
    }
}
