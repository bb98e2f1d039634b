use super::bind::text;
use super::entries::{EntriesOf, adder, entries};
use super::users::free_number;
use crate::widgets::codec::{NUMBER, TEXT};
use crate::widgets::field::{TextField, Width};
use clusterflake_core::cluster::{Group, Users};
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// The groups of users.
#[component]
pub fn Groups() -> impl IntoView {
    let fields = |here: Place<Group>| {
        view! {
            <TextField field=text("Group name", here.field(Group::name), TEXT) width=Width::Two code=true/>
            <TextField field=text("GID", here.field(Group::gid), NUMBER)/>
        }
        .into_any()
    };
    let fresh = |list: &[Group]| Group { gid: free_number(list.iter().map(|group| group.gid)), ..Group::default() };
    let list = Place::section(Cluster::users).field(Users::groups);
    view! {
        <h2>"Groups of users"</h2>
        {entries(EntriesOf { list: list.clone(), fields, class: "" })}
        {adder("Add user group", list, fresh)}
    }
}
