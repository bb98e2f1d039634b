//! A row of a grid, and the cell in it that is being edited.

use super::{CellStyle, GridBinding, GridCell, GridColumn, GridController, GridRow, RowKey, cell_class, cell_id};
use crate::browser::grid as screen;
use leptos::attr::custom::custom_attribute;
use leptos::{ev, html, prelude::*};

/// A cell that is being edited.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    pub row: RowKey,
    pub column: usize,
    pub text: String,
    /// Why the text was not taken.
    pub message: Option<String>,
    /// Whether the text is selected at first.
    pub select: bool,
}

#[component]
pub fn Row(controller: GridController, at: usize, key: RowKey) -> impl IntoView {
    let GridBinding { columns, selection, row, .. } = controller.grid;
    let shown = Memo::new(move |_| row.run(key));
    let is_chosen = Memo::new(move |_| selection.with(|selection| selection.chosen.contains(&key)));
    let active = Memo::new(move |_| {
        selection.with(|selection| Some(selection.column).filter(|_| selection.row == Some(key) && !selection.on_head))
    });
    let edited = Memo::new(move |_| {
        controller.editing.with(|edit| edit.as_ref().filter(|edit| edit.row == key).map(|edit| edit.column))
    });
    let cells = move || {
        let GridRow { cells, open, remark } = shown.get();
        let (active, edited) = (active.get(), edited.get());
        let cells = cells.into_iter().zip(columns).enumerate().map(|(i, (cell, column))| {
            // The head of the row is not called after the button in it.
            let name = (i == 0).then(|| [cell.text.as_str(), &remark].join(" ").trim().to_owned());
            let content = if edited == Some(i) {
                editor(controller, key, i, column)
            } else if i == 0 {
                let twisty = twisty(controller, key, &cell.text, open);
                let shown = content(controller, key, i, cell, column);
                view! { {twisty} <span class="stack">{shown} {remark_of(&remark)}</span> }.into_any()
            } else {
                content(controller, key, i, cell, column)
            };
            cell_view(controller, key, (i, column), active == Some(i), name, content)
        });
        cells.collect_view()
    };
    let open = move || shown.with(|shown| shown.open.map(|open| open.to_string()));
    view! {
        <div class="line" class:inside=key.1.is_some() class:chosen=is_chosen role="row" aria-rowindex=(at + 2).to_string()
            {..custom_attribute("aria-level", if key.1.is_some() { "2" } else { "1" })} aria-expanded=open
            aria-selected=move || is_chosen.get().to_string()>
            {cells}
        </div>
    }
}

fn cell_view(
    controller: GridController,
    key: RowKey,
    (column, of): (usize, &'static GridColumn),
    is_active: bool,
    name: Option<String>,
    content: AnyView,
) -> AnyView {
    let GridBinding { class, selection, rows, .. } = controller.grid;
    let clicked = move |event: ev::MouseEvent| {
        selection.update(|selection| {
            selection.column = column;
            if event.shift_key() {
                selection.stretch(&rows.get_untracked(), key);
            } else if event.ctrl_key() || event.meta_key() {
                selection.toggle(key);
            } else {
                selection.only(key);
            }
        });
    };
    let role = if column == 0 { "rowheader" } else { "gridcell" };
    view! {
        <div id=cell_id(class, key, column) class=cell_class(of) class:active=is_active role=role
            aria-colindex=(column + 1).to_string() aria-label=name on:click=clicked on:dblclick=move |_| controller.edit(None)>
            {content}
        </div>
    }
    .into_any()
}

/// What opens and closes the rows inside.
fn twisty(controller: GridController, key: RowKey, name: &str, open: Option<bool>) -> Option<AnyView> {
    let open = open?;
    let label = if open { format!("Close {name}") } else { format!("Open {name}") };
    let unfold = move |event: ev::MouseEvent| {
        event.stop_propagation();
        controller.grid.unfold.run(key);
        screen::focus(controller.node);
    };
    Some(
        view! {
            <button type="button" class="twisty" class:open=open tabindex="-1" aria-label=label on:click=unfold
                on:dblclick=|event| event.stop_propagation()></button>
        }
        .into_any(),
    )
}

fn remark_of(remark: &str) -> Option<AnyView> {
    (!remark.is_empty()).then(|| view! { <small class="remark">{remark.to_owned()}</small> }.into_any())
}

fn content(controller: GridController, key: RowKey, column: usize, cell: GridCell, of: &GridColumn) -> AnyView {
    let GridCell { text, wrong, own } = cell;
    let shown = match of.style {
        CellStyle::Tags => text
            .split(", ")
            .filter(|part| !part.is_empty())
            .map(|part| view! { <span class="tag" class:wrong=wrong>{part.to_owned()}</span> })
            .collect_view()
            .into_any(),
        _ if text.is_empty() && column == 0 => {
            view! { <span class="none" class:wrong=wrong>"unnamed"</span> }.into_any()
        }
        _ if text.is_empty() => view! { <span class="none" class:wrong=wrong>"–"</span> }.into_any(),
        _ => view! { <span class="text" class:wrong=wrong>{text}</span> }.into_any(),
    };
    let Some(back) = own else { return shown };
    let take_back = move |event: ev::MouseEvent| {
        event.stop_propagation();
        controller.grid.selection.update(|selection| {
            selection.only(key);
            selection.column = column;
        });
        controller.grid.clear.run(column);
        screen::focus(controller.node);
    };
    view! {
        {shown}
        <button type="button" class="own" tabindex="-1" aria-label=back.clone() title=back on:click=take_back
            on:dblclick=|event| event.stop_propagation()></button>
    }
    .into_any()
}

/// The text field in a cell that is being edited.
fn editor(controller: GridController, key: RowKey, column: usize, of: &'static GridColumn) -> AnyView {
    let GridController { grid, editing, .. } = controller;
    let field = NodeRef::<html::Input>::new();
    let begun = editing.with_untracked(|edit| edit.as_ref().map(|edit| (edit.text.clone(), edit.select)));
    let (text, select) = begun.unwrap_or_default();
    screen::focus_when_drawn(field, text, select);
    let message = Memo::new(move |_| editing.with(|edit| edit.as_ref().and_then(|edit| edit.message.clone())));
    let told = format!("{}-message", cell_id(grid.class, key, column));
    let typed = move |event: ev::Event| {
        let text = event_target_value(&event);
        editing.update(|edit| {
            if let Some(edit) = edit {
                edit.text = text;
                edit.message = None;
            }
        });
    };
    let pressed = move |event: ev::KeyboardEvent| {
        let back = event.shift_key();
        let (rows, columns) = match event.key().as_str() {
            "Enter" if event.is_composing() => return,
            "Enter" => (if back { -1 } else { 1 }, 0),
            "Tab" => (0, if back { -1 } else { 1 }),
            "Escape" => {
                event.prevent_default();
                event.stop_propagation();
                grid.dismiss.run((key, column));
                return controller.done();
            }
            _ => return,
        };
        event.prevent_default();
        if controller.commit() {
            controller.done();
            controller.act(super::Action::Move { rows, columns, stretch: false, keep: false });
        }
    };
    // Where the focus goes elsewhere, what was typed is taken; what cannot be stays in the cell.
    let left = move |_| {
        let is_here = |edit: &Option<Edit>| edit.as_ref().is_some_and(|edit| (edit.row, edit.column) == (key, column));
        // Left because it is taken away, with its signals: nothing can be done.
        if editing.try_with_untracked(is_here) == Some(true) && !controller.commit() {
            editing.set(None);
        }
    };
    let describes = told.clone();
    view! {
        <input type="text" class="cell-field" node_ref=field aria-label=of.name spellcheck="false" autocapitalize="off"
            autocomplete="off" data-unread="" aria-invalid=move || message.with(Option::is_some).then_some("true")
            aria-describedby=describes on:input=typed on:keydown=pressed on:blur=left
            on:click=|event| event.stop_propagation() on:dblclick=|event| event.stop_propagation()/>
        {move || message.get().map(|message| view! { <span id=told.clone() class="cell-fault" role="alert">{message}</span> })}
    }
    .into_any()
}
