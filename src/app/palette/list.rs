//! The palette's field and what it finds: a combobox with its list, as ARIA 1.2 describes it.

use super::FIELD;
use super::items::{self, Found, Item, Target};
use crate::browser::page;
use crate::state::Workspace;
use crate::widgets::codec::counted;
use clusterflake_core::lookup::{Host, Query, hosts};
use leptos::{ev, prelude::*};

const LIST: &str = "palette-list";

/// How far Page up and Page down go.
const PAGE: usize = 8;

#[component]
pub fn Search(recent: Vec<Item>, choose: Callback<Item>) -> impl IntoView {
    let workspace = Workspace::here();
    let document = workspace.document;
    let items = StoredValue::new_local(items::items(workspace));
    let nodes = StoredValue::new_local(None::<Vec<Host>>);
    let recent = StoredValue::new_local(recent);
    let typed = RwSignal::new(String::new());
    let active = RwSignal::new(0);
    let found = Memo::new(move |_| {
        let typed = typed.get();
        if typed.trim().is_empty() {
            return items.with_value(|items| recent.with_value(|recent| items::offered(items, recent)));
        }
        nodes.update_value(|nodes| {
            nodes.get_or_insert_with(|| document.read_once(hosts));
        });
        items.with_value(|items| {
            nodes.with_value(|nodes| items::find(document, items, nodes.as_deref().unwrap_or_default(), &typed))
        })
    });
    let take = move |row: usize| {
        if let Some(item) = found.with_untracked(|found| found.items.get(row).cloned()) {
            choose.run(item);
        }
    };
    let pressed = move |event: ev::KeyboardEvent| {
        let Some(last) = found.with_untracked(|found| found.items.len().checked_sub(1)) else { return };
        let at: usize = active.get_untracked();
        let to = match event.key().as_str() {
            "ArrowDown" => {
                if at < last {
                    at + 1
                } else {
                    0
                }
            }
            "ArrowUp" => at.checked_sub(1).unwrap_or(last),
            "PageDown" => (at + PAGE).min(last),
            "PageUp" => at.saturating_sub(PAGE),
            "Home" => 0,
            "End" => last,
            "Enter" => {
                event.prevent_default();
                return take(at);
            }
            _ => return,
        };
        event.prevent_default();
        active.set(to);
        page::reveal(&row_id(to));
    };
    let rows = move || {
        let query = Query::new(&typed.get_untracked());
        let row = |(at, item)| row(at, item, &query, active, Callback::new(move |()| take(at)));
        found.get().items.into_iter().enumerate().map(row).collect_view()
    };
    let told = move || match found.with(|Found { items, all }| (items.len(), *all)) {
        (0, _) => "Nothing is called that.".to_owned(),
        (shown, all) if shown < all => format!("The first {shown} of {}", counted(all, "result")),
        (_, all) => counted(all, "result"),
    };
    view! {
        <input id=FIELD type="text" role="combobox" aria-label="Find anything" aria-autocomplete="list" aria-controls=LIST
            aria-expanded=move || found.with(|found| !found.items.is_empty()).to_string()
            aria-activedescendant=move || found.with(|found| !found.items.is_empty()).then(|| row_id(active.get()))
            placeholder="Node, field, file:line, option, action …" spellcheck="false" autocapitalize="off" autocomplete="off"
            prop:value=move || typed.get()
            on:input=move |event| {
                active.set(0);
                typed.set(event_target_value(&event));
                page::reveal(&row_id(0));
            }
            on:keydown=pressed/>
        <ul id=LIST role="listbox" aria-label="Results">{rows}</ul>
        <p class="legend">
            <span role="status">{told}</span>
            <span aria-hidden="true"><kbd>"↑"</kbd> <kbd>"↓"</kbd>" choose "<kbd>"Enter"</kbd>" go "<kbd>"Esc"</kbd>" close"</span>
        </p>
    }
}

fn row_id(row: usize) -> String {
    format!("{LIST}-{row}")
}

fn row(at: usize, item: Item, query: &Query, active: RwSignal<usize>, take: Callback<()>) -> AnyView {
    let Item { kind, name, within, about, target } = item;
    // What is written in files and on command lines stands in their type.
    let code = matches!(target, Target::Host(..) | Target::File(..) | Target::Copy(_))
        || matches!(kind, "option" | "node group");
    let mark = query.mark(&name).unwrap_or(0..0);
    let (before, inside, after) = (&name[..mark.start], &name[mark.clone()], &name[mark.end..]);
    let inside = (!mark.is_empty()).then(|| view! { <mark>{inside.to_owned()}</mark> });
    let marked = view! { {before.to_owned()}{inside}{after.to_owned()} };
    let keys = match target {
        Target::Act(action) => action.keys.first().map(|keys| keys.label()),
        _ => None,
    };
    let more = match (within.is_empty(), about.is_empty()) {
        (false, false) => format!("{within} – {about}"),
        _ => within + &about,
    };
    view! {
        <li id=row_id(at) role="option" aria-selected=move || (active.get() == at).to_string() on:click=move |_| take.run(())>
            <span class="name" class:code=code>{marked}</span>" "
            <small class="more">{more}</small>" "
            {keys.map(|keys| view! { <kbd>{keys}</kbd>" " })}
            <small class="kind">{kind}</small>
        </li>
    }
    .into_any()
}
