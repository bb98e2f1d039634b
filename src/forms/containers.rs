use super::bind::{choice, switch, text};
use super::part;
use crate::widgets::codec::{LINES, LIST, TEXT};
use crate::widgets::field::{SelectField, TextField, Width};
use crate::widgets::toggle::SwitchField;
use clusterflake_core::cluster::Containers;
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// Container orchestration.
#[component]
pub fn Form() -> impl IntoView {
    let here = Place::section(Cluster::containers);
    view! {
        {part("Orchestration", view! {
            <SwitchField field=switch("Run containers", here.field(Containers::enable)) help="The server on the first controller, agents on the workers."/>
            <SelectField field=choice("Orchestrator", here.field(Containers::orchestrator))/>
            <TextField field=text("Token file", here.field(Containers::token_file), TEXT) width=Width::Two code=true
                help="On every node; the token itself never enters the flake."/>
            <SwitchField field=switch("Containers can use NVIDIA GPUs", here.field(Containers::gpu))/>
        })}
        {part("Components and flags", view! {
            <TextField field=text("Left out", here.field(Containers::disable), LIST) width=Width::Full code=true
                help="Any of traefik, servicelb, metrics-server, local-storage, coredns."/>
            <TextField field=text("Server flags", here.field(Containers::server_flags), LINES) width=Width::Two lines=3 code=true help="One a line."/>
            <TextField field=text("Agent flags", here.field(Containers::agent_flags), LINES) width=Width::Two lines=3 code=true help="One a line."/>
        })}
    }
}
