use super::bind::{switch, text};
use super::part;
use crate::state::Document;
use crate::widgets::codec::{LINES, TEXT};
use crate::widgets::field::{TextField, Width};
use crate::widgets::toggle::SwitchField;
use clusterflake_core::cluster::{Ldap, Users};
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

/// A directory of users, and SSH between the nodes.
#[component]
pub fn Login() -> impl IntoView {
    let document = Document::here();
    let here = Place::section(Cluster::users);
    let ldap = here.field(Users::ldap);
    let has_ldap = Memo::new(move |_| document.read(|cluster| cluster.users.ldap.enable));
    let binds = Memo::new(move |_| document.read(|cluster| !cluster.users.ldap.bind_dn.is_empty()));
    let fields = StoredValue::new_local(ldap.clone());
    view! {
        {part("Directory (LDAP)", view! {
            <SwitchField field=switch("People of an LDAP directory", ldap.field(Ldap::enable))
                help="Read through SSSD on every node, beside the users above."/>
            <Show when=move || has_ldap.get()>
                {fields.with_value(|ldap| view! {
                    <TextField field=text("LDAP servers", ldap.field(Ldap::uris), LINES) width=Width::Two lines=2 code=true
                        placeholder="ldaps://ldap.lab.example" help="One a line; the others are asked when the first is down."/>
                    <TextField field=text("Search base", ldap.field(Ldap::search_base), TEXT) width=Width::Two code=true
                        placeholder="dc=lab,dc=example"/>
                    <TextField field=text("CA certificate", ldap.field(Ldap::ca_file), TEXT) width=Width::Two code=true
                        placeholder="the system’s" help="A file on every node."/>
                    <TextField field=text("Bind DN", ldap.field(Ldap::bind_dn), TEXT) width=Width::Two code=true
                        placeholder="anybody may ask" help="Who asks the directory."/>
                })}
            </Show>
            <Show when=move || has_ldap.get() && binds.get()>
                {fields.with_value(|ldap| view! {
                    <TextField field=text("Bind password file", ldap.field(Ldap::environment_file), TEXT) width=Width::Two code=true
                        help="On every node, with the line LDAP_BIND_PASSWORD=…; it never enters the flake."/>
                })}
            </Show>
        })}
        {part("SSH between nodes", view! {
            <SwitchField field=switch("From node to node without a password", here.field(Users::ssh_between_nodes))
                help="Everybody gets a key in a shared /home at the first login; it is taken from the cluster’s subnet only."/>
            <TextField field=text("Authority of host keys", here.field(Users::ssh_host_ca), TEXT) width=Width::Full code=true
                placeholder="ssh-ed25519 AAAA… host authority"
                help="Its public key; with it nobody is asked whether a node is known. The README tells how to sign."/>
        })}
    }
}
