//! The help: what keys do, and what the command line does.

use crate::actions::{ACTIONS, Group, Keys};
use crate::state::{View, Workspace};
use crate::widgets::command::command_line;
use crate::widgets::dialog::Dialog;
use leptos::prelude::*;

#[component]
pub fn HelpDialog() -> impl IntoView {
    let open = View::here().dialogs.help;
    view! { <Dialog title="Keys and command lines" open=open><Keyboard/><CommandLines/></Dialog> }
}

#[component]
fn Keyboard() -> impl IntoView {
    let view = View::here();
    let group = |group: &Group| {
        let rows = ACTIONS.iter().filter(|action| action.group == *group && !action.keys.is_empty()).map(|action| {
            let keys = action.keys.iter().map(|keys| view! { <kbd>{keys.label()}</kbd>" " }).collect_view();
            view! { <div><dt>{action.title}</dt><dd>{keys}</dd></div> }
        });
        view! { <section><h3>{group.title()}</h3><dl class="keys">{rows.collect_view()}</dl></section> }
    };
    let characters: Vec<String> = ACTIONS
        .iter()
        .flat_map(|action| action.keys)
        .filter(|keys| keys.is_character())
        .map(|keys| Keys::label(*keys))
        .collect();
    let label = format!("Single characters as keys: {}", characters.join(" "));
    view! {
        <div class="key-groups">{Group::ALL.iter().map(group).collect_view()}</div>
        <p class="field switch full">
            <input id="character-keys" type="checkbox" aria-describedby="character-keys-help" prop:checked=move || view.preferences.character_keys.get()
                on:change=move |event| view.preferences.use_character_keys(event_target_checked(&event))/>
            <label for="character-keys">{label}</label>
            <small id="character-keys-help">"Off where speech or another program types for you."</small>
        </p>
    }
}

#[component]
fn CommandLines() -> impl IntoView {
    let workspace = Workspace::here();
    let line =
        |(title, line): (&'static str, String)| view! { <li><span>{title}</span>{command_line(title, line)}</li> };
    let lines = ACTIONS.iter().filter_map(|action| Some((action.title, (action.command?)(workspace))));
    view! {
        <h3>"On the command line"</h3>
        <p class="hint">"They make the same bytes as this page. Each begins with what “Save description” saves."</p>
        <ul class="commands">{lines.map(line).collect_view()}</ul>
    }
}
