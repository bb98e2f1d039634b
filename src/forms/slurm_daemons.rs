use super::bind::{chips, switch, text};
use super::part;
use crate::state::Document;
use crate::widgets::codec::TEXT;
use crate::widgets::field::{TextField, Width};
use crate::widgets::toggle::{ChipsField, SwitchField};
use clusterflake_core::cluster::{Accounting, Backup, Rest, Slurm};
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// What Slurm runs besides: the accounting, the second controller, REST and metrics.
#[component]
pub fn Daemons() -> impl IntoView {
    let document = Document::here();
    let here = Place::section(Cluster::slurm);
    let backup = here.field(Slurm::backup);
    let state_folder = StoredValue::new_local(backup.field(Backup::state_folder));
    let key_file = StoredValue::new_local(here.field(Slurm::rest).field(Rest::jwt_key_file));
    // What needs accounting shows also where it is left over without: a problem tells so.
    let accounts = Memo::new(move |_| {
        document.read(|cluster| {
            let accounting = &cluster.slurm.accounting;
            accounting.enable || accounting.fair_share || !accounting.enforce.is_empty()
        })
    });
    let has_backup = Memo::new(move |_| document.read(|cluster| !cluster.slurm.backup.host.is_empty()));
    let has_rest = Memo::new(move |_| document.read(|cluster| cluster.slurm.rest.enable));
    view! {
        {part("Accounting", view! {
            <SwitchField field=switch("Accounting", here.field(Slurm::accounting).field(Accounting::enable))
                help="Keeps who used what, with slurmdbd and MariaDB."/>
            <Show when=move || accounts.get()><AccountingFields/></Show>
        })}
        {part("Second controller", view! {
            <TextField field=text("Backup controller", backup.field(Backup::host), TEXT) code=true placeholder="none"
                help="A node with the role controller, which takes over when the first is gone."/>
            <Show when=move || has_backup.get()>
                <TextField field=text("State folder", state_folder.get_value(), TEXT) width=Width::Two code=true
                    placeholder="/shared/slurmctld" help="On a shared file system of neither controller."/>
            </Show>
        })}
        {part("REST and metrics", view! {
            <SwitchField field=switch("REST", here.field(Slurm::rest).field(Rest::enable))
                help="slurmrestd on the first controller, port 6820."/>
            <Show when=move || has_rest.get()>
                <TextField field=text("JWT key file", key_file.get_value(), TEXT) width=Width::Two code=true
                    help="On the controllers and the accounting’s host, readable by slurm only."/>
            </Show>
            <SwitchField field=switch("Metrics", here.field(Slurm::metrics))
                help="slurmctld offers metrics to Prometheus, where Slurm is 25.11 or newer."/>
        })}
    }
}

#[component]
fn AccountingFields() -> impl IntoView {
    let here = Place::section(Cluster::slurm).field(Slurm::accounting);
    view! {
        <TextField field=text("Accounting host", here.field(Accounting::host), TEXT) code=true placeholder="first controller"/>
        <TextField field=text("Database password file", here.field(Accounting::password_file), TEXT) width=Width::Two code=true
            placeholder="none: MariaDB knows slurmdbd by its Unix user" help="On that host; its content never enters the flake."/>
        <ChipsField field=chips("Enforce", here.field(Accounting::enforce)) width=Width::Two
            help="What must be in order before a job may run. Users need accounts first: sacctmgr add."/>
        <SwitchField field=switch("Fair share", here.field(Accounting::fair_share))
            help="Priority follows what users used lately, rather than who came first."/>
    }
}
