use super::bind::{switch, text};
use super::part;
use crate::widgets::codec::{NUMBER, TEXT};
use crate::widgets::field::{TextField, Width};
use crate::widgets::toggle::SwitchField;
use clusterflake_core::cluster::{Grafana, Monitoring};
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// Prometheus, exporters, Grafana.
#[component]
pub fn Form() -> impl IntoView {
    let here = Place::section(Cluster::monitoring);
    let grafana = here.field(Monitoring::grafana);
    view! {
        {part("Prometheus", view! {
            <SwitchField field=switch("Monitor the cluster", here.field(Monitoring::enable))
                help="Prometheus on the first controller, a node exporter on every node."/>
            <TextField field=text("Retention (days)", here.field(Monitoring::retention_days), NUMBER)/>
            <TextField field=text("Interval (seconds)", here.field(Monitoring::interval_seconds), NUMBER)/>
            <SwitchField field=switch("GPU exporter", here.field(Monitoring::gpu_exporter)) help="On every node with NVIDIA GPUs."/>
        })}
        {part("Grafana", view! {
            <SwitchField field=switch("Grafana", grafana.field(Grafana::enable)) help="On the first controller."/>
            <TextField field=text("Secret key file", grafana.field(Grafana::secret_key_file), TEXT) width=Width::Two code=true
                help="On the controller; its content never enters the flake."/>
            <TextField field=text("Administrator’s password file", grafana.field(Grafana::admin_password_file), TEXT) width=Width::Two code=true
                help="On the controller; the first password."/>
        })}
    }
}
