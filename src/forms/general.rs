use super::bind::{choice, switch, text};
use super::part;
use crate::state::Document;
use crate::widgets::codec::{LINES, TEXT};
use crate::widgets::field::{SelectField, TextField, Width};
use crate::widgets::toggle::SwitchField;
use clusterflake_core::cluster::General;
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// The cluster as a whole.
#[component]
pub fn Form() -> impl IntoView {
    let here = Place::section(Cluster::general);
    let document = Document::here();
    let newest = Signal::derive(move || document.read(|cluster| cluster.general.release.state_version().to_owned()));
    view! {
        {part("Identity", view! {
            <TextField field=text("Name", here.field(General::name), TEXT) width=Width::Two help="Also Slurm’s ClusterName and the name of the zip." code=true/>
            <TextField field=text("Description", here.field(General::description), TEXT) width=Width::Full
                help="A sentence for people, shown in the flake and its README."/>
        })}
        {part("System", view! {
            <SelectField field=choice("NixOS release", here.field(General::release)) width=Width::Two help="The channel that the inputs follow."/>
            <TextField field=text("State version", here.field(General::state_version), TEXT) code=true placeholder=newest
                help="Of the first installation; empty: the release."/>
            <TextField field=text("Time zone", here.field(General::time_zone), TEXT) help="Such as Europe/Berlin." code=true/>
            <TextField field=text("Locale", here.field(General::locale), TEXT) help="Of all nodes." code=true/>
            <SwitchField field=switch("Allow unfree packages", here.field(General::allow_unfree))
                help="The NVIDIA driver and CUDA are unfree."/>
            <SwitchField field=switch("Pin the inputs", here.field(General::pinned))
                help="Adds a flake.lock, so that everybody gets the very same nixpkgs."/>
        })}
        {part("Administrators", view! {
            <TextField field=text("SSH keys", here.field(General::ssh_keys), LINES) width=Width::Full lines=5 code=true
                placeholder="ssh-ed25519 AAAA… you@workstation"
                help="Public keys that may log in as root on every node, one a line. Private keys are refused."/>
            <TextField field=text("Root password file", here.field(General::root_password_file), TEXT) width=Width::Two code=true
                placeholder="/var/lib/secrets/root-password"
                help="On every node: the hash of root’s password, for the console when the network fails. Empty: root has none, and a node without network lets nobody in."/>
        })}
    }
}
