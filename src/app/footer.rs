//! The footer: what the design comes to, and what closes and opens the panes.

use super::panes::{FLAKE_TOGGLE, Panes, SECTIONS_TOGGLE};
use crate::actions::{Action, FIND, HELP, PROBLEMS};
use crate::browser::time;
use crate::state::{Output, View, Workspace, take_update};
use crate::widgets::codec::counted;
use crate::widgets::icon::{Icon, Shape};
use clusterflake_core::archive;
use leptos::prelude::*;

#[component]
pub fn Footer(panes: Panes) -> impl IntoView {
    let workspace = Workspace::here();
    let Workspace { output, library, view, .. } = workspace;
    let size = move || {
        let files = output.files();
        let bytes: usize = files.values().map(|file| file.text.len()).sum();
        format!("{} · {} KiB", counted(files.len(), "file"), bytes.div_ceil(1024))
    };
    let millis = move || format!("{:.1} ms", output.millis());
    let id = move || match output.id() {
        id if id.is_empty() => "id …".to_owned(),
        id => format!("id {}", archive::short_id(&id)),
    };
    let count = move || output.problem_count();
    let problems = move || match count() {
        0 => "no problems".to_owned(),
        count => counted(count, "problem"),
    };
    let sections = toggle(
        SECTIONS_TOGGLE,
        "sections",
        Shape::LeftPane,
        Signal::derive(move || panes.sections_closed()),
        Callback::new(move |()| panes.toggle_sections()),
    );
    let flake = toggle(
        FLAKE_TOGGLE,
        "flake",
        Shape::RightPane,
        Signal::derive(move || panes.flake_closed()),
        Callback::new(move |()| panes.toggle_flake()),
    );
    let announced = announced(output, view);
    view! {
        <footer class="foot">
            {sections}
            <Show when=move || view.works_offline.get()>
                <span class="offline" title="The page is kept in this browser and needs no network">"works offline"</span>
            </Show>
            <span class="size">{size}</span>
            <span class="time" title="Checking and generating, after the last edit">{millis}</span>
            <span class="id code" title=move || format!("The content id of all files: {}", output.id())>{id}</span>
            <span class="grow"></span>
            <span role="status">
                {move || view.has_update.get().then_some("A new version is ready: reload when it suits you")}
            </span>
            <Show when=move || view.has_update.get()>
                <button type="button" title="Your design is saved first; undo starts anew" on:click=move |_| take_update(library)>"Reload"</button>
            </Show>
            <Show when=move || !view.welcome.get()>
                <button type="button" class="ghost count" class:bad=move || output.error_count() != 0
                    on:click=move |_| PROBLEMS.act(workspace)>{problems}</button>
            </Show>
            {hint(&FIND, "Find ", "anything")}
            {hint(&HELP, "", "keys")}
            <span class="hidden" role="status">{announced}</span>
            {flake}
        </footer>
    }
}

/// What closes and opens a pane.
fn toggle(
    id: &'static str,
    pane: &'static str,
    shape: Shape,
    closed: Signal<bool>,
    act: Callback<()>,
) -> impl IntoView {
    let title = move || format!("{} {pane}", if closed.get() { "Show" } else { "Hide" });
    view! {
        <button type="button" id=id class=format!("ghost icon pane-{pane}") aria-label=format!("Pane: {pane}") title=title
            aria-expanded=move || (!closed.get()).to_string() aria-controls=pane on:click=move |_| act.run(())>
            <Icon shape=shape/>
        </button>
    }
}

/// A key, and what it is for: also a button, for whoever has no keys. `verb` is seen where the key is not.
fn hint(action: &'static Action, verb: &'static str, word: &'static str) -> AnyView {
    let workspace = Workspace::here();
    let keys = action.keys.first().map(|keys| keys.label());
    view! {
        <button type="button" class="ghost hint" title=move || action.tooltip(workspace) on:click=move |_| action.act(workspace)>
            <kbd aria-hidden="true">{keys}</kbd><span><span class="verb hidden">{verb}</span>{word}</span>
        </button>
    }
    .into_any()
}

/// How long the number of errors must have stayed before it is said: typing goes through many.
const SAY_AFTER: u32 = 1500;

/// What a screen reader says when the number of errors has changed.
fn announced(output: Output, view: View) -> RwSignal<String> {
    let said = RwSignal::new(String::new());
    let timer = StoredValue::new_local(None);
    let errors = Memo::new(move |_| if view.welcome.get() { 0 } else { output.error_count() });
    Effect::new(move |before: Option<usize>| {
        let now = errors.get();
        if before.is_some_and(|before| before != now) {
            let say = move || {
                said.set(match errors.get_untracked() {
                    0 => "No errors".to_owned(),
                    errors => counted(errors, "error"),
                })
            };
            timer.set_value(Some(time::after(SAY_AFTER, say)));
        }
        now
    });
    said
}
