//! The designs that this browser keeps: behind the name of the one that is open.

use crate::browser::{page, time};
use crate::state::{self, Library, StoredDesign, Workspace, ago, begin_new, open_kept};
use crate::widgets::codec::counted;
use crate::widgets::dialog::Dialog;
use crate::widgets::icon::{Icon, Shape};
use leptos::{ev, prelude::*};

/// Ids of what gets the focus.
const NEW: &str = "new-design";
const NAME: &str = "design-name";

/// The name of the open design; opens the list.
#[component]
pub fn DesignsButton() -> impl IntoView {
    let library = Library::here();
    let open = RwSignal::new(false);
    view! {
        <button type="button" class="ghost cluster" aria-haspopup="dialog" title="All designs in this browser" on:click=move |_| open.set(true)>
            <span class="hidden">"Design: "</span><span class="title">{move || library.title()}</span><Icon shape=Shape::Down/>
        </button>
        <Dialog title="Designs" open=open><Designs open=open/></Dialog>
    }
}

#[component]
fn Designs(open: RwSignal<bool>) -> impl IntoView {
    let workspace = Workspace::here();
    let Workspace { library, .. } = workspace;
    // The key of the design whose name is being changed.
    let renaming = RwSignal::new(None::<String>);
    let all = Memo::new(move |_| library.designs());
    let in_use = move || {
        let kept = all.get().into_iter().filter(|kept| !kept.metadata.deleted);
        kept.map(|kept| row(workspace, kept, open, renaming)).collect_view()
    };
    let none = move || all.with(|all| all.iter().all(|kept| kept.metadata.deleted));
    let begin = move |_| {
        begin_new(workspace);
        open.set(false);
    };
    view! {
        <p class="lead">"Designs are kept in this browser and nowhere else. Save a design’s description to have it elsewhere too."</p>
        <div class="bar"><button type="button" class="primary" id=NEW on:click=begin>"New design"</button></div>
        <Show when=none><p class="empty">"No design is kept yet: it is from its first change on."</p></Show>
        <ul class="designs" aria-label="Designs">{in_use}</ul>
        <Trash all=all/>
    }
}

/// What is said of a design below its name.
fn about(kept: &StoredDesign) -> String {
    format!("{} · changed {}", counted(kept.metadata.nodes as usize, "node"), ago(kept.metadata.changed, time::date()))
}

/// A design that the page cannot read has no name.
fn is_readable(kept: &StoredDesign) -> bool {
    !kept.metadata.name.is_empty()
}

fn row(workspace: Workspace, kept: StoredDesign, open: RwSignal<bool>, renaming: RwSignal<Option<String>>) -> AnyView {
    let library = workspace.library;
    let key = StoredValue::new(kept.key.clone());
    if !is_readable(&kept) {
        return view! {
            <li>
                <div class="about"><strong>"Not readable"</strong><small>"Kept as it was found"</small></div>
                <button type="button" class="ghost" on:click=move |_| library.download(&key.get_value())>"Download"</button>
                <button type="button" class="ghost danger" on:click=move |_| throw_away(workspace, &key.get_value())>"Delete"</button>
            </li>
        }
        .into_any();
    }
    let is_open = move || library.key() == key.get_value();
    let name = StoredValue::new(kept.metadata.name.clone());
    let show = move |_| {
        if !untrack(is_open) {
            open_kept(workspace, &key.get_value());
        }
        open.set(false);
    };
    let rename = move |_| {
        renaming.set(Some(key.get_value()));
        time::after(0, || page::focus(NAME)).forget();
    };
    let label = move |what: &str| format!("{what} {}", name.get_value());
    let title = kept.metadata.name.clone();
    let about = about(&kept);
    let plain = move || {
        view! {
            <button type="button" class="about" aria-current=move || is_open().then_some("true") on:click=show>
                <strong>{title.clone()}</strong>" "<small>{about.clone()}{move || if is_open() { " · open" } else { "" }}</small>
            </button>
            <button type="button" class="ghost" aria-label=label("Rename") on:click=rename>"Rename"</button>
            <button type="button" class="ghost" aria-label=label("Duplicate") on:click=move |_| library.copy(&key.get_value())>"Duplicate"</button>
            <button type="button" class="ghost danger" aria-label=label("Delete") on:click=move |_| throw_away(workspace, &key.get_value())>"Delete"</button>
        }
        .into_any()
    };
    let draw = move || {
        if renaming.with(|renaming| renaming.as_ref() == Some(&key.get_value())) {
            rename_form(library, key, name.get_value(), renaming)
        } else {
            plain()
        }
    };
    view! { <li class:open=is_open>{draw}</li> }.into_any()
}

fn rename_form(
    library: Library,
    key: StoredValue<String>,
    name: String,
    renaming: RwSignal<Option<String>>,
) -> AnyView {
    let text = RwSignal::new(name.clone());
    let done = move || {
        renaming.set(None);
        time::after(0, || page::focus(NEW)).forget();
    };
    let save = move || {
        done();
        library.rename(&key.get_value(), &text.get_untracked());
    };
    let pressed = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => save(),
        "Escape" => {
            // It ends the renaming, not the dialog.
            event.prevent_default();
            done();
        }
        _ => {}
    };
    view! {
        <input type="text" class="grow" id=NAME aria-label=format!("New name of {name}") maxlength="60" spellcheck="false" autocomplete="off"
            placeholder="As the cluster is called" prop:value=name on:input=move |event| text.set(event_target_value(&event)) on:keydown=pressed/>
        <button type="button" on:click=move |_| save()>"Rename"</button>
        <button type="button" class="ghost" on:click=move |_| done()>"Cancel"</button>
    }
    .into_any()
}

fn throw_away(workspace: Workspace, key: &str) {
    state::throw_away(workspace, key);
    // The button that had the focus is gone.
    time::after(0, || page::focus(NEW)).forget();
}

/// What was thrown away: it stays until the trash is emptied.
#[component]
fn Trash(all: Memo<Vec<StoredDesign>>) -> impl IntoView {
    let library = Library::here();
    let thrown = Memo::new(move |_| {
        let all = all.get().into_iter().filter(|kept| kept.metadata.deleted);
        all.collect::<Vec<_>>()
    });
    let sure = RwSignal::new(false);
    let row = move |kept: StoredDesign| {
        let key = kept.key.clone();
        let back = move |_| {
            library.bring_back(&key);
            time::after(0, || page::focus(NEW)).forget();
        };
        let name = if is_readable(&kept) { kept.metadata.name.clone() } else { "Not readable".to_owned() };
        view! {
            <li>
                <div class="about"><strong>{name.clone()}</strong><small>{about(&kept)}</small></div>
                <button type="button" class="ghost" aria-label=format!("Bring back {name}") on:click=back>"Bring back"</button>
            </li>
        }
    };
    let rows = move || thrown.get().into_iter().map(row).collect_view();
    let count = move || counted(thrown.with(Vec::len), "design");
    let empty = move |_| {
        sure.set(false);
        library.empty_trash();
        time::after(0, || page::focus(NEW)).forget();
    };
    view! {
        <Show when=move || thrown.with(|thrown| !thrown.is_empty())>
            <h3>"Trash"</h3>
            <ul class="designs" aria-label="Trash">{rows}</ul>
            <div class="bar end">
                <Show when=move || sure.get() fallback=move || view! { <button type="button" class="danger" on:click=move |_| sure.set(true)>"Empty trash"</button> }>
                    <span role="alert">{move || format!("{} will be gone for good.", count())}</span>
                    <button type="button" on:click=move |_| sure.set(false)>"Keep"</button>
                    <button type="button" class="danger" on:click=empty>"Delete for good"</button>
                </Show>
            </div>
        </Show>
    }
}
