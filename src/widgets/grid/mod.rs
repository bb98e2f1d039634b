//! A grid of very many rows: cells that are edited in place, rows that are selected, sorted, filled and pasted into. Only
//! the rows in sight are on the page. The focus stays on the grid, which says which of its cells is active (ARIA 1.2,
//! treegrid).

mod keys;
mod row;
mod selection;

pub use selection::Selection;

use crate::browser::{clipboard, grid as screen, page};
use keys::Action;
use leptos::{ev, html, prelude::*};
use row::{Edit, Row};
use std::sync::Arc;

/// A row, or one inside it.
pub type RowKey = (usize, Option<usize>);

/// How a cell is shown.
#[derive(Clone, Copy, PartialEq)]
pub enum CellStyle {
    Text,
    Code,
    Number,
    Tags,
}

/// A column: its name, how its cells are shown, and whether there is room for it on small screens.
#[derive(Clone, Copy)]
pub struct GridColumn {
    pub name: &'static str,
    pub style: CellStyle,
    pub narrow: bool,
}

/// What a cell shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GridCell {
    pub text: String,
    /// Whether something is wrong with it.
    pub wrong: bool,
    /// Where it is not as in the row that it is inside of: what taking that back is called.
    pub own: Option<String>,
}

/// What a row shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GridRow {
    pub cells: Vec<GridCell>,
    /// Whether the rows inside are shown; none where there can be none.
    pub open: Option<bool>,
    /// What is to be said of the row below its first cell.
    pub remark: String,
}

/// The rows of a grid, and what can be done with them.
#[derive(Clone, Copy)]
pub struct GridBinding {
    pub label: &'static str,
    /// A class that gives the columns their widths.
    pub class: &'static str,
    pub columns: &'static [GridColumn],
    pub rows: Memo<Arc<Vec<RowKey>>>,
    pub row: Callback<RowKey, GridRow>,
    pub selection: RwSignal<Selection>,
    /// The column that rows are sorted by, and whether from the greatest on.
    pub sort: Signal<Option<(usize, bool)>>,
    pub sort_by: Callback<usize>,
    pub unfold: Callback<RowKey>,
    /// The text that a cell is edited as, or why it is not.
    pub edit: Callback<(RowKey, usize), Result<String, String>>,
    /// Takes a cell's new text, or says what is wrong with it.
    pub commit: Callback<(RowKey, usize, String), Result<(), String>>,
    /// Forgets a text that was wrong.
    pub dismiss: Callback<(RowKey, usize)>,
    /// The column: its value in the first selected row is for all of them.
    pub fill: Callback<usize>,
    /// The column: what the selected rows have of their own in it is taken back.
    pub clear: Callback<usize>,
    pub paste: Callback<String>,
    /// The selected rows as text.
    pub copy: Callback<(), String>,
    /// What is to be announced.
    pub said: RwSignal<String>,
    /// The id of what describes the grid: its keys.
    pub described: &'static str,
}

/// The height of a row, as in style/grid.css.
fn row_height() -> f64 {
    if screen::is_small() { 44.0 } else { 32.0 }
}

/// How many rows are drawn above and below those in sight; the window moves in steps of as many.
const MARGIN: usize = 8;

/// The id of a cell.
fn cell_id(class: &str, row: RowKey, column: usize) -> String {
    match row.1 {
        None => format!("{class}-{}-{column}", row.0),
        Some(inside) => format!("{class}-{}-{inside}-{column}", row.0),
    }
}

fn head_id(class: &str, column: usize) -> String {
    format!("{class}-head-{column}")
}

/// A table that is walked with the keys, edited in place, sorted, and in which rows are selected.
#[component]
pub fn Grid(grid: GridBinding) -> impl IntoView {
    let GridBinding { label, class, columns, rows, selection, said, described, .. } = grid;
    let node = NodeRef::<html::Div>::new();
    let editing = RwSignal::new(None::<Edit>);
    let sight = RwSignal::new((0.0, 800.0, row_height()));
    let look = move || {
        let (top, height) = page::scroll_of(node);
        sight.set((top, height, row_height()));
    };
    page::on_size(node, move |_| look());
    let window = Memo::new(move |_| {
        let (top, height, line) = sight.get();
        let first = (top / line) as usize / MARGIN * MARGIN;
        let count = rows.with(|rows| rows.len());
        (first.saturating_sub(MARGIN).min(count), (first + (height / line) as usize + 2 * MARGIN + 1).min(count))
    });
    let drawn = move || {
        let (start, end) = window.get();
        rows.with(|rows| {
            let end = end.min(rows.len());
            (start..end).zip(rows[start.min(end)..end].iter().copied()).collect::<Vec<_>>()
        })
    };
    // The active row comes into sight when it changes, not when the rows do.
    let active = Memo::new(move |_| selection.with(|selection| selection.row.filter(|_| !selection.on_head)));
    Effect::new(move |_| {
        let Some(row) = active.get() else { return };
        let place = rows.with_untracked(|rows| rows.iter().position(|key| *key == row));
        if let Some(place) = place {
            let line = row_height();
            screen::reveal(node, place as f64 * line, (place + 1) as f64 * line, line);
        }
    });
    let controller = GridController { grid, node, editing };
    let active_id = move || {
        let (start, end) = window.get();
        selection.with(|selection| {
            if selection.on_head {
                return Some(head_id(class, selection.column));
            }
            let row = selection.row?;
            let is_drawn = rows.with(|rows| rows[start.min(rows.len())..end.min(rows.len())].contains(&row));
            is_drawn.then(|| cell_id(class, row, selection.column))
        })
    };
    let pressed = move |event: ev::KeyboardEvent| {
        let (_, height, line) = sight.get_untracked();
        let page = ((height / line) as usize).saturating_sub(2).max(1);
        // What is typed into a cell is the cell's.
        if !screen::is_focused(&event) {
            return;
        }
        if let Some(action) = keys::action(&event, page) {
            event.prevent_default();
            controller.act(action);
        }
    };
    let pasted = move |event: ev::ClipboardEvent| {
        if editing.with_untracked(Option::is_none)
            && let Some(text) = clipboard::pasted(&event)
        {
            event.prevent_default();
            grid.paste.run(text);
        }
    };
    let copied = move |event: ev::ClipboardEvent| {
        if editing.with_untracked(Option::is_none) {
            clipboard::put(&event, &grid.copy.run(()));
        }
    };
    let head = columns.iter().enumerate().map(|(at, column)| head(controller, at, column)).collect_view();
    let draw = move |(at, key): (usize, RowKey)| view! { <Row controller=controller at=at key=key/> };
    let height = move || format!("{}px", rows.with(|rows| rows.len()) as f64 * sight.with(|sight| sight.2));
    let top = move || format!("{}px", window.with(|window| window.0) as f64 * sight.with(|sight| sight.2));
    view! {
        <div class=format!("datagrid {class}") role="treegrid" tabindex="0" aria-label=label aria-multiselectable="true"
            aria-describedby=described aria-rowcount=move || (rows.with(|rows| rows.len()) + 1).to_string()
            aria-colcount=columns.len().to_string() aria-activedescendant=active_id node_ref=node
            on:scroll=move |_| look() on:keydown=pressed on:paste=pasted on:copy=copied>
            <div class="grid-head" role="rowgroup"><div class="line" role="row" aria-rowindex="1">{head}</div></div>
            <div class="grid-body" role="presentation" style:height=height>
                <div class="grid-window" role="rowgroup" style:top=top>
                    <For each=drawn key=|row| *row children=draw/>
                </div>
            </div>
        </div>
        <p class="hidden" role="status">{move || said.get()}</p>
    }
}

fn head(controller: GridController, at: usize, column: &'static GridColumn) -> AnyView {
    let GridBinding { class, sort, sort_by, selection, .. } = controller.grid;
    let sorted = Memo::new(move |_| sort.get().filter(|(by, _)| *by == at).map(|(_, descending)| descending));
    let order = move || match sorted.get() {
        Some(false) => "ascending",
        Some(true) => "descending",
        None => "none",
    };
    let mark = move || match sorted.get() {
        Some(false) => "↑",
        Some(true) => "↓",
        None => "",
    };
    let is_active = move || selection.with(|selection| selection.on_head && selection.column == at);
    view! {
        <div id=head_id(class, at) class=cell_class(column) class:active=is_active role="columnheader" aria-sort=order
            aria-colindex=(at + 1).to_string() title="Sort" on:click=move |_| sort_by.run(at)>
            {column.name}<span class="mark" aria-hidden="true">{mark}</span>
        </div>
    }
    .into_any()
}

fn cell_class(column: &GridColumn) -> String {
    let style = match column.style {
        CellStyle::Text | CellStyle::Tags => "cell",
        CellStyle::Code => "cell code",
        CellStyle::Number => "cell number",
    };
    if column.narrow { style.to_owned() } else { format!("{style} wide") }
}

/// What does the work of the grid: all of it is reached from here.
#[derive(Clone, Copy)]
struct GridController {
    grid: GridBinding,
    node: NodeRef<html::Div>,
    editing: RwSignal<Option<Edit>>,
}

impl GridController {
    fn act(self, action: Action) {
        let GridBinding { rows, selection, columns, sort_by, unfold, fill, clear, .. } = self.grid;
        let rows = rows.get_untracked();
        let Selection { row, column, on_head, .. } = selection.get_untracked();
        match action {
            Action::Move { rows: 0, columns: right, .. } => {
                let last = columns.len().saturating_sub(1);
                selection.update(|selection| selection.column = column.saturating_add_signed(right).min(last));
            }
            Action::Move { rows: down, stretch, keep, .. } => self.walk(&rows, down, stretch, keep),
            Action::RowEnd { last } => {
                selection.update(|selection| selection.column = if last { columns.len() - 1 } else { 0 });
            }
            Action::GridEnd { last, stretch } => {
                let Some(row) = (if last { rows.last() } else { rows.first() }) else { return };
                selection
                    .update(|selection| if stretch { selection.stretch(&rows, *row) } else { selection.only(*row) });
            }
            Action::Unfold | Action::Edit(None) if on_head => sort_by.run(column),
            Action::Unfold => {
                if let Some(row) = row {
                    unfold.run(row);
                }
            }
            Action::Toggle => {
                if let Some(row) = row.filter(|_| !on_head) {
                    selection.update(|selection| selection.toggle(row));
                }
            }
            Action::All => selection.update(|selection| selection.all(&rows)),
            Action::Single => {
                if let Some(row) = row {
                    selection.update(|selection| selection.only(row));
                }
            }
            Action::Edit(_) if on_head => {}
            Action::Edit(typed) => self.edit(typed),
            Action::FillDown => fill.run(column),
            Action::Clear => clear.run(column),
        }
    }

    /// Goes up or down; above the first row is the head.
    fn walk(self, rows: &[RowKey], down: isize, stretch: bool, keep: bool) {
        let GridBinding { selection, .. } = self.grid;
        let Selection { row, on_head, .. } = selection.get_untracked();
        let place = row.and_then(|row| rows.iter().position(|key| *key == row));
        if place == Some(0) && down == -1 && !on_head && !stretch {
            return selection.update(|selection| selection.on_head = true);
        }
        let to = match place {
            _ if on_head => 0,
            // The active row is not shown: from the top on.
            None => 0,
            Some(place) => place.saturating_add_signed(down),
        };
        let Some(to) = rows.get(to.min(rows.len().saturating_sub(1))).copied() else { return };
        selection.update(|selection| match (stretch, keep) {
            (true, _) => selection.stretch(rows, to),
            (_, true) => selection.go(to),
            _ => selection.only(to),
        });
    }

    /// Edits the active cell, beginning with `typed` where that is given.
    fn edit(self, typed: Option<String>) {
        let GridBinding { selection, edit, said, .. } = self.grid;
        let Selection { row, column, .. } = selection.get_untracked();
        let Some(row) = row else { return };
        match edit.run((row, column)) {
            Ok(now) => {
                let select = typed.is_none();
                let text = typed.unwrap_or(now);
                self.editing.set(Some(Edit { row, column, text, message: None, select }));
            }
            Err(why) => said.set(why),
        }
    }

    /// Takes what was typed; says whether it could be.
    fn commit(self) -> bool {
        let Some(Edit { row, column, text, .. }) = self.editing.get_untracked() else { return true };
        match self.grid.commit.run((row, column, text)) {
            Ok(()) => {
                self.editing.set(None);
                true
            }
            Err(message) => {
                self.editing.update(|edit| {
                    if let Some(edit) = edit {
                        edit.message = Some(message);
                    }
                });
                false
            }
        }
    }

    /// Ends the editing; the grid has the focus again.
    fn done(self) {
        self.editing.set(None);
        screen::focus(self.node);
    }
}
