use super::bind::{choice, notes_exactly, rearrange, text};
use crate::state::Design;
use crate::widgets::codec::{LIST, NUMBER, TEXT};
use crate::widgets::field::{Notes, SelectField, TextField, Width};
use clusterflake_core::cluster::{Bond, Network, Vlan};
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// The bonds.
#[component]
pub fn Bonds() -> impl IntoView {
    let fields = |here: Place<Bond>| {
        view! {
            <TextField field=text("Bond name", here.field(Bond::name), TEXT) code=true/>
            <TextField field=text("Devices", here.field(Bond::interfaces), LIST) width=Width::Two code=true
                placeholder="eno1, eno2"/>
            <SelectField field=choice("Mode", here.field(Bond::mode))/>
        }
        .into_any()
    };
    let list = Place::section(Cluster::network).field(Network::bonds);
    view! { <Entries list=list noun="bond" fresh=|_| Bond::default() fields=fields/> }
}

/// The VLANs.
#[component]
pub fn Vlans() -> impl IntoView {
    let fields = |here: Place<Vlan>| {
        view! {
            <TextField field=text("VLAN name", here.field(Vlan::name), TEXT) code=true/>
            <TextField field=text("Tag", here.field(Vlan::id), NUMBER) help="1 to 4094."/>
            <TextField field=text("Device or bond", here.field(Vlan::interface), TEXT) code=true/>
        }
        .into_any()
    };
    let fresh = |list: &[Vlan]| {
        let id = list.iter().map(|vlan| vlan.id).max().unwrap_or(9).saturating_add(1);
        Vlan { name: format!("vlan{id}"), id, ..Vlan::default() }
    };
    let list = Place::section(Cluster::network).field(Network::vlans);
    view! { <Entries list=list noun="VLAN" fresh=fresh fields=fields/> }
}

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
                    <button type="button" class="danger" on:click=move |_| remove(row)>{format!("Remove {noun}")}</button>
                </div>
            </div>
        }
    };
    view! {
        <Notes place=at.to_string() notes=notes_exactly(at.clone())/>
        <For each=move || 0..count.get() key=|row| *row children=entry/>
        <button type="button" on:click=add>{format!("Add {noun}")}</button>
    }
}
