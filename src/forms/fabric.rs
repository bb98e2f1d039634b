use super::bind::{choice, text};
use super::entries::{EntriesOf, adder, entries};
use crate::state::Document;
use crate::widgets::codec::{NUMBER, TEXT};
use crate::widgets::field::{SelectField, TextField, Width};
use clusterflake_core::cluster::{Fabric, FabricKind, Network, SubnetManager};
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// The second network, and its subnet managers.
#[component]
pub fn FabricFields() -> impl IntoView {
    let document = Document::here();
    let here = Place::section(Cluster::network).field(Network::fabric);
    let kind = Memo::new(move |_| document.read(|cluster| cluster.network.fabric.kind));
    let place = StoredValue::new_local(here.clone());
    let fields = move || {
        let here = place.get_value();
        view! {
            <TextField field=text("Fabric subnet", here.field(Fabric::subnet), TEXT) code=true help="IPv4, as CIDR."/>
            <TextField field=text("Fabric interface", here.field(Fabric::interface), TEXT) code=true
                help="Of every node on it: ib0, or the adapter’s Ethernet device."/>
            <SelectField field=choice("Driver", here.field(Fabric::driver)) width=Width::Two/>
            <TextField field=text("Fabric MTU", here.field(Fabric::mtu), NUMBER) help="0: what the driver sets."/>
        }
    };
    let managers = move || {
        let fields = |here: Place<SubnetManager>| {
            view! {
                <TextField field=text("Subnet manager host", here.field(SubnetManager::host), TEXT) width=Width::Two code=true/>
                <TextField field=text("Port GUID", here.field(SubnetManager::guid), TEXT) width=Width::Two code=true
                    placeholder="0x0002c9030012ab34" help="As ibstat -p prints it."/>
            }
            .into_any()
        };
        let list = place.get_value().field(Fabric::subnet_managers);
        view! {
            {entries(EntriesOf { list: list.clone(), fields, class: "" })}
            {adder("Add subnet manager", list, |_| SubnetManager::default())}
        }
    };
    view! {
        <div class="grid">
            <SelectField field=choice("Kind", here.field(Fabric::kind)) width=Width::Two
                help="The second network, for MPI and storage. Groups with a first fabric address are on it."/>
            <Show when=move || kind.get() != FabricKind::None>{fields()}</Show>
        </div>
        <Show when=move || kind.get() == FabricKind::InfiniBand>{managers()}</Show>
    }
}
