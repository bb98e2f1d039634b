//! The forms: one file a section.

mod bind;
mod containers;
mod deployment;
mod entries;
mod fabric;
mod general;
mod groups;
mod hpc;
mod job;
mod links;
mod login;
mod modules;
mod monitoring;
mod network;
mod node_table;
mod nodes;
mod overrides;
mod partitions;
mod slurm;
mod slurm_daemons;
mod storage;
mod users;
mod welcome;

pub use bind::tone;
pub use welcome::{PresetCards, Welcome};

use crate::state::View;
use crate::widgets::field::Notes;
use clusterflake_core::Path;
use clusterflake_core::cluster::Section;
use leptos::prelude::*;

/// The form of the section that is open.
#[component]
pub fn Form() -> impl IntoView {
    let view = View::here();
    let draw = move || {
        let section = view.location.section.get();
        let place = section.key().to_owned();
        let notes = bind::notes_exactly(Path::root().key(section.key()));
        let form = match section {
            Section::General => view! { <general::Form/> }.into_any(),
            Section::Nodes => view! { <nodes::Form/> }.into_any(),
            Section::Network => view! { <network::Form/> }.into_any(),
            Section::Storage => view! { <storage::Form/> }.into_any(),
            Section::Slurm => view! { <slurm::Form/> }.into_any(),
            Section::Hpc => view! { <hpc::Form/> }.into_any(),
            Section::Monitoring => view! { <monitoring::Form/> }.into_any(),
            Section::Users => view! { <users::Form/> }.into_any(),
            Section::Containers => view! { <containers::Form/> }.into_any(),
            Section::Deployment => view! { <deployment::Form/> }.into_any(),
            Section::Modules => view! { <modules::Form/> }.into_any(),
        };
        view! {
            <h1 id="section-title">{section.title()}</h1>
            <p class="lead">{lead(section)}</p>
            <Notes place=place notes=notes/>
            {form}
        }
    };
    view! { <section aria-labelledby="section-title">{draw}</section> }
}

/// What a section is about, in a sentence.
fn lead(section: Section) -> &'static str {
    match section {
        Section::General => "What the cluster is called, which NixOS it runs, and who may administer it.",
        Section::Nodes => "Groups of nodes that are alike. Name them as Slurm does; addresses count on from the first.",
        Section::Network => {
            "Names, addresses and the firewall. Ports of the cluster’s own services are opened by themselves."
        }
        Section::Storage => {
            "File systems that all nodes mount, from one of them or from servers elsewhere, and local space for temporary data."
        }
        Section::Slurm => {
            "The scheduler: which nodes form which partition, and how jobs are held to what they asked for."
        }
        Section::Hpc => "MPI, GPU drivers, tools and limits for jobs.",
        Section::Monitoring => "Prometheus on the first controller, exporters on the nodes, Grafana for people.",
        Section::Users => {
            "People and groups, with the same number on every node; a directory of people; SSH between nodes."
        }
        Section::Deployment => "How the flake becomes machines, and how they are kept up to date.",
        Section::Modules => {
            "Modules of your own, by the Module Development Guide: written, registered and checked here."
        }
        Section::Containers => "Container orchestration over the cluster, and an engine for single containers.",
    }
}

/// A part of a form, with its heading.
fn part(title: &'static str, fields: impl IntoView + 'static) -> AnyView {
    view! { <fieldset class="part"><legend>{title}</legend><div class="grid">{fields}</div></fieldset> }.into_any()
}
