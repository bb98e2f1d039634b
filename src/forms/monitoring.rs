use super::bind::{switch, text};
use super::part;
use crate::state::Document;
use crate::widgets::codec::{NUMBER, TEXT};
use crate::widgets::field::{TextField, Width};
use crate::widgets::toggle::SwitchField;
use clusterflake_core::cluster::{Alertmanager, Grafana, Monitoring};
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// Prometheus, exporters, alerts, Grafana.
#[component]
pub fn Form() -> impl IntoView {
    let document = Document::here();
    let here = Place::section(Cluster::monitoring);
    let alerts = Memo::new(move |_| document.read(|cluster| cluster.monitoring.alertmanager.enable));
    let shows = Memo::new(move |_| document.read(|cluster| cluster.monitoring.grafana.enable));
    view! {
        {part("Prometheus", view! {
            <SwitchField field=switch("Monitor the cluster", here.field(Monitoring::enable))
                help="Prometheus on the first controller, a node exporter on every node."/>
            <TextField field=text("Retention (days)", here.field(Monitoring::retention_days), NUMBER)/>
            <TextField field=text("Interval (seconds)", here.field(Monitoring::interval_seconds), NUMBER)
                help="Slurm, IPMI and SMART are asked once a minute at most."/>
        })}
        {part("Exporters", view! {
            <SwitchField field=switch("GPU exporter", here.field(Monitoring::gpu_exporter))
                help="On every node with NVIDIA GPUs, where CUDA is on."/>
            <SwitchField field=switch("IPMI exporter", here.field(Monitoring::ipmi_exporter))
                help="Temperatures, fans and power from each node’s BMC."/>
            <SwitchField field=switch("SMART exporter", here.field(Monitoring::smart_exporter))
                help="The disks’ health. NVMe disks are read from the next boot on."/>
        })}
        {part("Alerts", view! {
            <SwitchField field=switch("Alert rules", here.field(Monitoring::alerts))
                help="For nodes that are down, full disks, clocks, and all that is monitored."/>
            <SwitchField field=switch("Alertmanager", here.field(Monitoring::alertmanager).field(Alertmanager::enable))
                help="Sends alerts, from the first controller."/>
            <Show when=move || alerts.get()><Receivers/></Show>
        })}
        {part("Grafana", view! {
            <SwitchField field=switch("Grafana", here.field(Monitoring::grafana).field(Grafana::enable)) help="On the first controller."/>
            <Show when=move || shows.get()><GrafanaFields/></Show>
        })}
    }
}

/// Whom Alertmanager tells.
#[component]
fn Receivers() -> impl IntoView {
    let document = Document::here();
    let mails = Memo::new(move |_| document.read(|cluster| cluster.monitoring.alertmanager.mails()));
    let here = Place::section(Cluster::monitoring).field(Monitoring::alertmanager);
    view! {
        <TextField field=text("Mail to", here.field(Alertmanager::email_to), TEXT) width=Width::Two code=true
            placeholder="admins@lab.example" help="Several with commas between them; empty for no mail."/>
        <Show when=move || mails.get()><MailFields/></Show>
        <TextField field=text("Webhook URL file", here.field(Alertmanager::webhook_url_file), TEXT) width=Width::Two code=true
            placeholder="/var/lib/secrets/webhook-url" help="On the controller; such URLs are secrets. Empty for none."/>
    }
}

#[component]
fn MailFields() -> impl IntoView {
    let here = Place::section(Cluster::monitoring).field(Monitoring::alertmanager);
    view! {
        <TextField field=text("Mail from", here.field(Alertmanager::email_from), TEXT) width=Width::Two code=true
            placeholder="alerts@lab.example"/>
        <TextField field=text("Mail server", here.field(Alertmanager::smarthost), TEXT) width=Width::Two code=true
            placeholder="mail.lab.example:587" help="Its host and port. It must offer TLS."/>
        <TextField field=text("Mail user", here.field(Alertmanager::smtp_user), TEXT) code=true
            help="Empty where the server asks for none."/>
        <TextField field=text("Mail password file", here.field(Alertmanager::smtp_password_file), TEXT) width=Width::Two code=true
            help="On the controller; its content never enters the flake."/>
    }
}

#[component]
fn GrafanaFields() -> impl IntoView {
    let here = Place::section(Cluster::monitoring).field(Monitoring::grafana);
    view! {
        <SwitchField field=switch("Dashboards", here.field(Grafana::dashboards))
            help="Of nodes, GPUs and Slurm, as far as they are monitored."/>
        <TextField field=text("Secret key file", here.field(Grafana::secret_key_file), TEXT) width=Width::Two code=true
            help="On the controller; its content never enters the flake."/>
        <TextField field=text("Administrator’s password file", here.field(Grafana::admin_password_file), TEXT) width=Width::Two code=true
            help="On the controller; the first password."/>
    }
}
