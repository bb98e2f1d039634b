//! The buttons above the table, and what stands below it.

use super::panels::{Panel, Panels};
use super::{Table, shown};
use crate::widgets::codec::{counted, grouped};
use clusterflake_core::table::{KEYS, differing};
use leptos::{ev, prelude::*};

/// What can be done with the rows, and the filter.
#[component]
pub fn Bar(table: Table) -> impl IntoView {
    let Table { document, panel, .. } = table;
    let none = Memo::new(move |_| document.read(|cluster| cluster.nodes.is_empty()));
    let rows = move || table.selection.with(|selection| selection.chosen.len());
    let opener = move |which: Panel, label: Signal<String>, class: &'static str| {
        let is_open = move || panel.with(|open| *open == Some(which));
        let turn = move |_| panel.update(|open| *open = if *open == Some(which) { None } else { Some(which) });
        view! {
            <button type="button" class=class aria-expanded=move || is_open().to_string()
                aria-controls=which.id() on:click=turn>{move || label.get()}</button>
        }
    };
    let fixed = |label: &'static str| Signal::derive(move || label.to_owned());
    let edit = Signal::derive(move || format!("Edit {}", counted(rows(), "row")));
    // Rows are moved in the description: while the table shows another order, that would be a riddle.
    let own_order = move || table.sort.with(Option::is_none) && table.filter.with(|(filter, _)| filter.is_empty());
    let groups = Memo::new(move |_| table.selected_groups());
    let last = move || document.read(|cluster| cluster.nodes.len()).saturating_sub(1);
    let no_groups = move || groups.with(Option::is_none);
    let fixed_up = move || !own_order() || groups.with(|groups| groups.as_ref().is_none_or(|g| g.contains(&0)));
    let fixed_down = move || !own_order() || groups.with(|groups| groups.as_ref().is_none_or(|g| g.contains(&last())));
    view! {
        <div class="bar" role="toolbar" aria-label="Edit nodes">
            {opener(Panel::Add, fixed("Add nodes"), "")}
            {opener(Panel::Paste, fixed("Paste"), "")}
            <Show when=move || !none.get()>
                {opener(Panel::Edit, edit, "")}
                <button type="button" disabled=no_groups on:click=move |_| table.duplicate()>"Duplicate"</button>
                <button type="button" aria-label="Move up" title="Move up" disabled=fixed_up on:click=move |_| table.shift(false)>"↑"</button>
                <button type="button" aria-label="Move down" title="Move down" disabled=fixed_down on:click=move |_| table.shift(true)>"↓"</button>
                <button type="button" class="danger" on:click=move |_| table.remove()>"Remove"</button>
            </Show>
        </div>
        <Panels table=table/>
        <Show when=move || !none.get()><FilterField table=table/></Show>
    }
}

#[component]
fn FilterField(table: Table) -> impl IntoView {
    let wrong = Memo::new(move |_| table.filter.with(|(_, wrong)| wrong.clone()));
    let typed = move |event: ev::Event| {
        table.filter_text.set(event_target_value(&event));
        table.shut.set(Default::default());
    };
    let pressed = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && table.filter_text.with_untracked(|text| !text.is_empty()) {
            event.prevent_default();
            table.end_filter();
        }
    };
    let found = Memo::new(move |_| {
        if table.filter.with(|(filter, _)| filter.is_empty()) {
            return String::new();
        }
        let all = table.document.read(|cluster| cluster.nodes.len());
        let groups = table.shown.with(|view| view.rows.iter().filter(|row| row.position.is_none()).count());
        format!("{groups} of {}", counted(all, "group"))
    });
    let examples = KEYS.iter().map(|key| key.example).collect::<Vec<_>>().join(" · ");
    let help = format!("Part of a name, cn0*, cn[001-064]; {examples}; a hyphen before says not.");
    view! {
        <div class="filter">
            <input type="search" class="code" id="node-filter" aria-label="Filter" spellcheck="false" autocapitalize="off"
                autocomplete="off" placeholder="Filter: role:worker gpu:>0 cn0*" title=help.clone()
                aria-invalid=move || wrong.with(Option::is_some).then_some("true")
                aria-describedby="node-filter-help node-filter-found" prop:value=move || table.filter_text.get()
                on:input=typed on:keydown=pressed/>
            <span class="found" id="node-filter-found" role="status">{move || found.get()}</span>
            <span class="hidden" id="node-filter-help">{help}</span>
        </div>
        {move || wrong.get().map(|why| view! { <p class="note error" role="alert">{why}</p> })}
    }
}

/// What stands below the table.
#[component]
pub fn Status(table: Table) -> impl IntoView {
    let lines = Memo::new(move |_| shown::status(table));
    let hidden = Memo::new(move |_| table.hidden());
    let own = Memo::new(move |_| {
        let rows = table.selected();
        table.document.read(|cluster| table.shown.with(|view| differing(cluster, &rows, None, view)))
    });
    let here = Memo::new(move |_| {
        let (rows, column) = (table.selected(), table.column());
        let count =
            table.document.read(|cluster| table.shown.with(|view| differing(cluster, &rows, Some(column), view)));
        (count, column)
    });
    let is_filtered = Memo::new(move |_| table.filter.with(|(filter, _)| !filter.is_empty()));
    let unseen = move || {
        let hidden = hidden.get();
        (hidden > 0).then(|| {
            let why = if is_filtered.get() { "hidden by the filter" } else { "in closed groups" };
            let which = match table.selection.with(|selection| selection.chosen.len()) {
                1 => format!("The selected row is {why}."),
                _ => format!("{} of them {why}.", grouped(hidden as u64)),
            };
            let end = is_filtered.get().then(|| {
                view! { <button type="button" on:click=move |_| table.end_filter()>"End the filter"</button> }
            });
            view! {
                <span>{which}</span>
                {end}
                <button type="button" on:click=move |_| table.leave_out_hidden()>"Leave them out"</button>
            }
        })
    };
    let unsort = move || {
        table.sort.get().map(|_| {
            view! { <button type="button" on:click=move |_| table.sort.set(None)>"End sorting"</button> }
        })
    };
    let back = move || {
        let (count, column) = here.get();
        (count > 0).then(|| {
            let label = format!("Take back {} of {}", column.noun(), counted(count, "node"));
            view! { <button type="button" on:click=move |_| table.take_back(column)>{label}</button> }
        })
    };
    let all_back = move || {
        let count = own.get();
        (count > 0).then(|| {
            let label = format!("Take back all differences of {}", counted(count, "node"));
            view! { <button type="button" on:click=move |_| table.take_back_all()>{label}</button> }
        })
    };
    view! {
        <div class="standing">
            <span role="status">{move || lines.get().join(" ")}</span>
            {unseen} {unsort} {back} {all_back}
        </div>
        <p class="hint keys" id="node-keys">
            <kbd>"Enter"</kbd>" edits, "<kbd>"Space"</kbd>" opens a group, "<kbd>"Shift ↑↓"</kbd>" selects, "
            <kbd>"Ctrl D"</kbd>" fills down, "<kbd>"Del"</kbd>" takes back, "<kbd>"Ctrl V"</kbd>" pastes."
        </p>
    }
}
