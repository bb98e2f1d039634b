use super::bind::{choice, switch, text};
use super::part;
use crate::state::Document;
use crate::widgets::codec::{LINES, LIST, TEXT};
use crate::widgets::field::{SelectField, TextField, Width};
use crate::widgets::toggle::SwitchField;
use clusterflake_core::cluster::{Containers, Orchestrator};
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// Container orchestration and engines.
#[component]
pub fn Form() -> impl IntoView {
    let document = Document::here();
    let here = Place::section(Cluster::containers);
    let runs = Memo::new(move |_| document.read(|cluster| cluster.containers.enable));
    let is_k3s = Memo::new(move |_| document.read(|cluster| cluster.containers.orchestrator == Orchestrator::K3s));
    let fields = StoredValue::new_local(here.clone());
    view! {
        {part("Orchestration", view! {
            <SwitchField field=switch("Run containers over the cluster", here.field(Containers::enable))
                help="Servers hold the cluster together; all other workers join them."/>
            <Show when=move || runs.get()>
                {fields.with_value(|here| view! {
                    <SelectField field=choice("Orchestrator", here.field(Containers::orchestrator))/>
                    <TextField field=text("Servers", here.field(Containers::servers), TEXT) code=true placeholder="first controller"
                        help="A hostlist; k3s can have several, best three or five."/>
                })}
            </Show>
            <Show when=move || runs.get() && is_k3s.get()>
                {fields.with_value(|here| view! {
                    <TextField field=text("Token file", here.field(Containers::token_file), TEXT) width=Width::Two code=true
                        help="On every node; the token itself never enters the flake."/>
                })}
            </Show>
            <Show when=move || runs.get()>
                {fields.with_value(|here| view! {
                    <TextField field=text("Left out", here.field(Containers::disable), LIST) width=Width::Full code=true
                        help="Of k3s, any of traefik, servicelb, metrics-server, local-storage, coredns."/>
                    <TextField field=text("Server flags", here.field(Containers::server_flags), LINES) width=Width::Two lines=3 code=true
                        help="One a line."/>
                    <TextField field=text("Agent flags", here.field(Containers::agent_flags), LINES) width=Width::Two lines=3 code=true
                        help="One a line."/>
                    <SwitchField field=switch("Keep GPU nodes for GPU pods", here.field(Containers::gpu_taint))
                        help="A taint, which pods that ask for GPUs tolerate."/>
                })}
            </Show>
        })}
        {part("Engine and GPUs", view! {
            <SelectField field=choice("Container engine", here.field(Containers::engine))
                help="On workers and login nodes. Podman needs no root."/>
            <SwitchField field=switch("Containers can use NVIDIA GPUs", here.field(Containers::gpu))
                help="As nvidia.com/gpu, on the nodes with CUDA."/>
        })}
    }
}
