//! The palette: finds whatever the page has, and goes there or does it.

mod items;
mod list;

use crate::browser::{dialog, page, time};
use crate::state::{Workspace, go_to};
use items::{Item, Target};
use leptos::{html, prelude::*};
use list::Search;

/// The id of the field of the palette.
const FIELD: &str = "palette-field";

/// How many of those that were used last are offered first.
const MOST_RECENT: usize = 5;

#[component]
pub fn Palette() -> impl IntoView {
    let workspace = Workspace::here();
    let open = workspace.view.dialogs.palette;
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        dialog::set_open(node, open.get());
        if open.get() {
            time::after(0, || page::focus(FIELD)).forget();
        }
    });
    let recent = StoredValue::new_local(Vec::<Item>::new());
    let choose = Callback::new(move |item: Item| {
        open.set(false);
        recent.update_value(|recent| {
            recent.retain(|other| other.target != item.target);
            recent.insert(0, item.clone());
            recent.truncate(MOST_RECENT);
        });
        // Once the palette is gone, so that the focus stays where this leads.
        time::after(0, move || go(workspace, &item.target)).forget();
    });
    let search = move || open.get().then(|| view! { <Search recent=recent.get_value() choose=choose/> });
    view! {
        <dialog class="palette" node_ref=node aria-label="Find anything" on:close=move |_| dialog::closed(node, open)
            on:click=move |event| if dialog::on_backdrop(&event) { open.set(false) }>
            {search}
        </dialog>
    }
}

fn go(workspace: Workspace, target: &Target) {
    let Workspace { document, view, .. } = workspace;
    if !matches!(target, Target::Act(_) | Target::Copy(_)) {
        view.welcome.set(false);
    }
    match target {
        Target::Act(action) => action.act(workspace),
        Target::Copy(line) => crate::actions::copy_command(view, line.clone()),
        Target::Section(section) => {
            view.location.open(*section);
            page::focus("form");
        }
        Target::Place(path) => go_to(document, view, path),
        Target::Host(group, name) => {
            let path = document.read_once(|cluster| clusterflake_core::lookup::host_place(cluster, group, name));
            go_to(document, view, &path);
        }
        Target::File(path, line) => view.location.show_file(path.clone(), *line),
    }
}
