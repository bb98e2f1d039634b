use super::bind::{RowsOf, choice, notes_exactly, rows, switch, text};
use super::groups::Groups;
use super::login::Login;
use crate::state::Document;
use crate::widgets::codec::{LINES, LIST, NUMBER, TEXT};
use crate::widgets::field::{Notes, SelectField, TextField, Width};
use crate::widgets::nix_field::NixField;
use crate::widgets::rows::{Column, RowsTable, Style};
use crate::widgets::toggle::SwitchField;
use clusterflake_core::cluster::{Choice, User, Users, Where};
use clusterflake_core::nix::syntax;
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

const COLUMNS: &[Column] = &[
    ("User", Style::Code),
    ("UID", Style::Number),
    ("Full name", Style::Text),
    ("Where", Style::Text),
    ("SSH keys", Style::Number),
    ("Sudo", Style::Text),
];

fn cells(user: &User) -> Vec<(String, &'static str)> {
    vec![
        (user.name.clone(), "name"),
        (user.uid.to_string(), "uid"),
        (user.full_name.clone(), "fullName"),
        (user.on.label().to_owned(), "where"),
        (user.ssh_keys.len().to_string(), "sshKeys"),
        (if user.sudo { "yes" } else { "" }.to_owned(), "sudo"),
    ]
}

/// People and groups, and how they come in.
#[component]
pub fn Form() -> impl IntoView {
    let accounts = Place::section(Cluster::users).field(Users::accounts);
    let rows = rows(RowsOf {
        place: accounts.clone(),
        columns: COLUMNS,
        cells,
        fresh: |cluster| User {
            uid: free_number(cluster.users.accounts.iter().map(|user| user.uid)),
            ..User::default()
        },
    });
    let open = rows.open;
    let at = Memo::new(move |_| (rows.count.get() > 0).then(|| open.get().min(rows.count.get() - 1)));
    view! {
        <Notes place=accounts.path.to_string() notes=notes_exactly(accounts.path.clone())/>
        <RowsTable rows=rows empty="No users yet. Administrators log in as root with the keys of the section Cluster."/>
        {move || at.get().map(|index| view! { <UserFields index=index/> })}
        <Groups/>
        <Login/>
    }
}

#[component]
fn UserFields(index: usize) -> impl IntoView {
    let document = Document::here();
    let here = Place::section(Cluster::users).field(Users::accounts).index(index);
    let name = Memo::new(move |_| {
        document.read(|cluster| cluster.users.accounts.get(index).map(|user| user.name.clone()).unwrap_or_default())
    });
    let is_listed = Memo::new(move |_| {
        document.read(|cluster| cluster.users.accounts.get(index).is_some_and(|user| user.on == Where::Listed))
    });
    let hosts = StoredValue::new_local(here.field(User::hosts));
    let title = move || if name.get().is_empty() { "New user".to_owned() } else { name.get() };
    view! {
        <fieldset class="part open">
            <legend class="code">{title}</legend>
            <div class="grid">
                <Notes place=here.path.to_string() notes=notes_exactly(here.path.clone())/>
                <TextField field=text("User name", here.field(User::name), TEXT) code=true/>
                <TextField field=text("UID", here.field(User::uid), NUMBER) help="From 1000 on."/>
                <TextField field=text("Full name", here.field(User::full_name), TEXT) width=Width::Two/>
                <TextField field=text("Groups", here.field(User::groups), LIST) code=true help="Besides users."/>
                <SelectField field=choice("Shell", here.field(User::shell))/>
                <SelectField field=choice("Where", here.field(User::on))/>
                <Show when=move || is_listed.get()>
                    <TextField field=text("Listed hosts", hosts.get_value(), TEXT) width=Width::Two code=true
                        placeholder="login1,cn[001-016]" help="A hostlist."/>
                </Show>
                <SwitchField field=switch("May become root", here.field(User::sudo))/>
                <TextField field=text("SSH keys", here.field(User::ssh_keys), LINES) width=Width::Full lines=3 code=true
                    placeholder="ssh-ed25519 AAAA… user@laptop" help="Public keys, one a line. Private keys are refused."/>
                <NixField field=text("Home Manager", here.field(User::home_manager), TEXT) fault=syntax::module_fault complete=super::modules::in_value() lines=4
                    placeholder="{ programs.git.enable = true; }" help="A module in Nix for the user’s programs and dotfiles."/>
            </div>
        </fieldset>
    }
}

/// The number after the largest that is taken, from 1000 on.
pub fn free_number(taken: impl Iterator<Item = u32>) -> u32 {
    taken.map(|number| number.saturating_add(1)).max().unwrap_or(1000).max(1000)
}
