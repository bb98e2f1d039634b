use super::bind::{choice, text};
use super::entries::{EntriesOf, adder, entries};
use crate::widgets::codec::{LIST, NUMBER, TEXT};
use crate::widgets::field::{SelectField, TextField, Width};
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
    view! {
        {entries(EntriesOf { list: list.clone(), fields, class: "" })}
        {adder("Add bond", list, |_| Bond::default())}
    }
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
    view! {
        {entries(EntriesOf { list: list.clone(), fields, class: "" })}
        {adder("Add VLAN", list, fresh)}
    }
}
