use super::bind::choice;
use super::part;
use crate::widgets::field::SelectField;
use clusterflake_core::cluster::Deployment;
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// How the flake becomes machines.
#[component]
pub fn Form() -> impl IntoView {
    let here = Place::section(Cluster::deployment);
    view! {
        {part("Continuous integration", view! {
            <SelectField field=choice("CI", here.field(Deployment::ci))
                help="Checks the flake and builds a node of each group on each push, and updates flake.lock each week."/>
        })}
    }
}
