use super::bind::{notes_exactly, rearrange, text};
use super::users::free_number;
use crate::state::Design;
use crate::widgets::codec::{NUMBER, TEXT};
use crate::widgets::field::{Notes, TextField, Width};
use clusterflake_core::cluster::{Group, Users};
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// The groups of users.
#[component]
pub fn Groups() -> impl IntoView {
    let design = Design::here();
    let list = StoredValue::new_local(Place::section(Cluster::users).field(Users::groups));
    let count = Memo::new(move |_| design.read(|cluster| cluster.users.groups.len()));
    let at = list.with_value(|list| list.path.clone());
    let add = move |_| {
        let place = list.get_value();
        let row = count.get_untracked();
        rearrange(design, &place, "add user group", |list| {
            let gid = free_number(list.iter().map(|group| group.gid));
            list.push(Group { gid, ..Group::default() });
        });
        design.spot.go(&place.path.index(row));
    };
    view! {
        <h2>"Groups of users"</h2>
        <Notes place=at.to_string() notes=notes_exactly(at.clone())/>
        <For each=move || 0..count.get() key=|row| *row children=move |row| view! { <GroupFields row=row/> }/>
        <button type="button" on:click=add>"Add user group"</button>
    }
}

#[component]
fn GroupFields(row: usize) -> impl IntoView {
    let design = Design::here();
    let list = Place::section(Cluster::users).field(Users::groups);
    let here = list.index(row);
    let list = StoredValue::new_local(list);
    let remove = move |_| {
        rearrange(design, &list.get_value(), "remove user group", |list| {
            if row < list.len() {
                list.remove(row);
            }
        });
    };
    view! {
        <div class="grid entry" role="group" aria-label=format!("User group {}", row + 1)>
            <Notes place=here.path.to_string() notes=notes_exactly(here.path.clone())/>
            <TextField field=text("Group name", here.field(Group::name), TEXT) width=Width::Two code=true/>
            <TextField field=text("GID", here.field(Group::gid), NUMBER)/>
            <div class="field end"><button type="button" class="danger" on:click=remove>"Remove user group"</button></div>
        </div>
    }
}
