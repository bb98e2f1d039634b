//! A table of rows that can be added, copied, moved and removed; one of them is open below it.

use leptos::prelude::*;

/// How a cell is shown.
#[derive(Clone, Copy, PartialEq)]
pub enum Style {
    Text,
    Code,
    Number,
    Chips,
}

/// What a cell shows.
#[derive(Clone, PartialEq)]
pub struct Cell {
    pub text: String,
    /// Whether something is wrong with it.
    pub wrong: bool,
}

/// A column: its name, and how its cells are shown.
pub type Column = (&'static str, Style);

/// The rows, and what can be done with them.
#[derive(Clone, Copy)]
pub struct RowsBinding {
    pub columns: &'static [Column],
    /// What one row is, as in “Add group”.
    pub noun: &'static str,
    pub count: Memo<usize>,
    pub cells: Callback<usize, Vec<Cell>>,
    pub open: RwSignal<usize>,
    pub add: Callback<()>,
    pub copy: Callback<usize>,
    pub remove: Callback<usize>,
    /// Swaps a row with the next one.
    pub swap: Callback<usize>,
}

/// The table with its buttons.
#[component]
pub fn RowsTable(
    rows: RowsBinding,
    empty: &'static str,
    /// Other ways to get a row.
    #[prop(optional, into)]
    more: ViewFn,
) -> impl IntoView {
    let RowsBinding { noun, count, open, .. } = rows;
    // The open row, kept within the table.
    let at = Memo::new(move |_| open.get().min(count.get().saturating_sub(1)));
    let none = Memo::new(move |_| count.get() == 0);
    let head = move || {
        let column = |(name, style): &Column| view! { <th scope="col" class=cell_class(*style)>{*name}</th> };
        rows.columns.iter().map(column).collect_view()
    };
    let body = move || 0..count.get();
    let move_up = move |_: leptos::ev::MouseEvent| {
        let row = at.get_untracked();
        rows.swap.run(row - 1);
        open.set(row - 1);
    };
    let move_down = move |_: leptos::ev::MouseEvent| {
        let row = at.get_untracked();
        rows.swap.run(row);
        open.set(row + 1);
    };
    let is_last = move || at.get() + 1 >= count.get();
    view! {
        <div class="bar" role="toolbar" aria-label=format!("Edit {noun}s")>
            <button type="button" class="add" on:click=move |_| rows.add.run(())>{format!("Add {noun}")}</button>
            {more.run()}
            <Show when=move || !none.get()>
                <button type="button" on:click=move |_| rows.copy.run(at.get_untracked())>"Duplicate"</button>
                <button type="button" disabled=move || at.get() == 0 on:click=move_up>"Move up"</button>
                <button type="button" disabled=is_last on:click=move_down>"Move down"</button>
                <button type="button" class="danger" on:click=move |_| rows.remove.run(at.get_untracked())>"Remove"</button>
            </Show>
        </div>
        <Show when=move || !none.get() fallback=move || view! { <p class="empty">{empty}</p> }>
            <div class="scroll" tabindex="-1">
                <table>
                    <thead><tr>{head()}</tr></thead>
                    <tbody><For each=body key=|row| *row children=move |row| view! { <Row rows=rows row=row at=at/> }/></tbody>
                </table>
            </div>
        </Show>
    }
}

#[component]
fn Row(rows: RowsBinding, row: usize, at: Memo<usize>) -> impl IntoView {
    let cells = Memo::new(move |_| rows.cells.run(row));
    let is_open = move || at.get() == row;
    let draw = move || {
        cells
            .get()
            .into_iter()
            .zip(rows.columns)
            .enumerate()
            .map(|(i, (cell, (name, style)))| view! { <td class=cell_class(*style)>{content(cell, *style, i == 0, name, is_open)}</td> })
            .collect_view()
    };
    view! { <tr class:open=is_open on:click=move |_| rows.open.set(row)>{draw}</tr> }
}

fn content(
    cell: Cell,
    style: Style,
    first: bool,
    name: &'static str,
    is_open: impl Fn() -> bool + Send + 'static,
) -> AnyView {
    let wrong = cell.wrong;
    if first {
        let text = if cell.text.is_empty() { "unnamed".to_owned() } else { cell.text };
        let label = format!("{name}: {text}");
        // The row's own click handler opens it.
        return view! {
            <button type="button" class="row" class:wrong=wrong aria-label=label aria-pressed=move || is_open().to_string()>{text}</button>
        }
        .into_any();
    }
    match style {
        Style::Chips => cell
            .text
            .split(", ")
            .filter(|part| !part.is_empty())
            .map(|part| view! { <span class="tag" class:wrong=wrong>{part.to_owned()}</span> })
            .collect_view()
            .into_any(),
        _ if cell.text.is_empty() => view! { <span class="none" class:wrong=wrong>"–"</span> }.into_any(),
        _ => view! { <span class:wrong=wrong>{cell.text}</span> }.into_any(),
    }
}

fn cell_class(style: Style) -> &'static str {
    match style {
        Style::Text | Style::Chips => "",
        Style::Code => "code",
        Style::Number => "number",
    }
}
