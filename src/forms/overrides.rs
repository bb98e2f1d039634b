use super::bind::{notes_exactly, rearrange, switch_own, text};
use super::nodes::{OwnBootFields, OwnGpuFields};
use crate::state::{Document, View, go_to_new};
use crate::widgets::codec::*;
use crate::widgets::field::{Notes, TextField, Width};
use crate::widgets::toggle::SwitchField;
use clusterflake_core::cluster::{NodeGroup, NodeOverride};
use clusterflake_core::path::{Path, Step};
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// What differs for some hosts of a group. An empty field is as in the group.
#[component]
pub fn Overrides(group: usize) -> impl IntoView {
    let (document, view) = (Document::here(), View::here());
    let list = StoredValue::new_local(Place::section(Cluster::nodes).index(group).field(NodeGroup::overrides));
    let count =
        Memo::new(move |_| document.read(|cluster| cluster.nodes.get(group).map_or(0, |group| group.overrides.len())));
    let add = move |_| {
        let place = list.get_value();
        let row = count.get_untracked();
        rearrange(document, &place, "add difference", |list| list.push(NodeOverride::default()));
        go_to_new(document, view, &place.path.index(row));
    };
    let at = list.with_value(|list| list.path.clone());
    view! {
        <h2>"Differences"</h2>
        <p class="hint">"Hosts of this group that differ from it. What is left empty is as in the group."</p>
        <Notes place=at.to_string() notes=notes_exactly(at.clone())/>
        <For each=move || 0..count.get() key=|row| *row children=move |row| view! { <Override group=group row=row/> }/>
        <button type="button" on:click=add>"Add difference"</button>
    }
}

/// One of them.
#[component]
fn Override(group: usize, row: usize) -> impl IntoView {
    let document = Document::here();
    let list = Place::section(Cluster::nodes).index(group).field(NodeGroup::overrides);
    let here = list.index(row);
    // What the group says, as the placeholder.
    let of_group = move |show: fn(&NodeGroup) -> String| -> Signal<String> {
        Signal::from(Memo::new(move |_| {
            document.read(|cluster| cluster.nodes.get(group).map(show).unwrap_or_default())
        }))
    };
    let gpus = here.field(NodeOverride::gpus);
    let boot = here.field(NodeOverride::boot);
    let own_gpus = is_own(document, gpus.clone());
    let own_boot = is_own(document, boot.clone());
    let (gpus_place, boot_place) = (StoredValue::new_local(gpus.clone()), StoredValue::new_local(boot.clone()));
    let list = StoredValue::new_local(list);
    let remove = move |_| {
        rearrange(document, &list.get_value(), "remove difference", |list| {
            if row < list.len() {
                list.remove(row);
            }
        });
    };
    view! {
        <fieldset class="part inner">
            <legend>{format!("Difference {}", row + 1)}</legend>
            <div class="grid">
                <Notes place=here.path.to_string() notes=notes_exactly(here.path.clone())/>
                <TextField field=text("Hosts that differ", here.field(NodeOverride::hosts), TEXT) width=Width::Two code=true/>
                <TextField field=text("First address", here.field(NodeOverride::first_ip), OPTIONAL_TEXT) code=true
                    placeholder="counted on"/>
                <TextField field=text("Interface", here.field(NodeOverride::interface), OPTIONAL_TEXT) code=true
                    placeholder=of_group(|group| group.interface.clone())/>
                <TextField field=text("First fabric address", here.field(NodeOverride::fabric_first_ip), OPTIONAL_TEXT) code=true
                    placeholder="counted on"/>
                <TextField field=text("MAC addresses", here.field(NodeOverride::mac_addresses), OPTIONAL_LINES) width=Width::Two
                    lines=2 code=true help="One a line, in the order of these hosts; of a bond those of all its interfaces, with spaces between."/>
                <TextField field=text("Sockets", here.field(NodeOverride::sockets), OPTIONAL_NUMBER)
                    placeholder=of_group(|group| group.sockets.to_string())/>
                <TextField field=text("Cores per socket", here.field(NodeOverride::cores_per_socket), OPTIONAL_NUMBER)
                    placeholder=of_group(|group| group.cores_per_socket.to_string())/>
                <TextField field=text("Threads per core", here.field(NodeOverride::threads_per_core), OPTIONAL_NUMBER)
                    placeholder=of_group(|group| group.threads_per_core.to_string())/>
                <TextField field=text("Memory", here.field(NodeOverride::memory_mib), OPTIONAL_NODE_MEMORY)
                    placeholder=of_group(|group| (NODE_MEMORY.show)(&group.memory_mib))/>
                <TextField field=text("Slurm features", here.field(NodeOverride::features), OPTIONAL_LIST) width=Width::Two code=true
                    placeholder=of_group(|group| group.features.join(", "))/>
                <TextField field=text("Slurm weight", here.field(NodeOverride::weight), OPTIONAL_NUMBER)
                    placeholder=of_group(|group| group.weight.to_string())/>
                <SwitchField field=switch_own("GPUs of their own", gpus, |cluster, path| group_of(cluster, path).gpus)/>
                <Show when=move || own_gpus.get()><OwnGpuFields gpus=gpus_place.get_value()/></Show>
                <SwitchField field=switch_own("Boot and disk of their own", boot, |cluster, path| group_of(cluster, path).boot)/>
                <Show when=move || own_boot.get()><OwnBootFields boot=boot_place.get_value()/></Show>
                <TextField field=text("NixOS module", here.field(NodeOverride::extra_config), TEXT) width=Width::Full lines=3
                    code=true help="For these hosts, besides the group’s."/>
            </div>
            <button type="button" class="danger" on:click=remove>"Remove difference"</button>
        </fieldset>
    }
}

/// Whether the hosts have a value of their own at `place`.
fn is_own<T>(document: Document, place: Place<Option<T>>) -> Memo<bool> {
    let place = StoredValue::new_local(place);
    Memo::new(move |_| {
        document.read(|cluster| place.with_value(|place| place.read(cluster).is_some_and(Option::is_some)))
    })
}

/// The group that `path` is in.
fn group_of(cluster: &Cluster, path: &Path) -> NodeGroup {
    match path.steps() {
        [_, Step::Index(group), ..] => cluster.nodes.get(*group).cloned().unwrap_or_default(),
        _ => NodeGroup::default(),
    }
}
