//! The table of nodes: groups, and the nodes in them.

mod actions;
mod bar;
mod panels;
mod shown;

use crate::state::{Document, View};
use crate::widgets::grid::{CellStyle, Grid, GridBinding, GridColumn, Selection};
use bar::Bar;
use clusterflake_core::table::{self, Column, Filter, Names, Row, Sort, Wish};
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;
use panels::Panel;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The columns, as [`Column::SHOWN`] lists them.
const COLUMNS: &[GridColumn] = &[
    column(Column::Hosts, CellStyle::Code, true),
    column(Column::Count, CellStyle::Number, true),
    column(Column::Roles, CellStyle::Tags, false),
    column(Column::Address, CellStyle::Code, false),
    column(Column::Cpu, CellStyle::Text, false),
    column(Column::Memory, CellStyle::Number, true),
    column(Column::Gpus, CellStyle::Text, true),
];

const fn column(column: Column, style: CellStyle, narrow: bool) -> GridColumn {
    GridColumn { name: column.title(), style, narrow }
}

/// What the table remembers while it is on the page.
#[derive(Clone, Copy)]
pub struct Table {
    document: Document,
    view: View,
    /// The hostlists of the groups that are open: groups move, and are renamed rarely.
    open: RwSignal<BTreeSet<String>>,
    /// Those that are closed although the filter fits a part of them.
    shut: RwSignal<BTreeSet<String>>,
    filter_text: RwSignal<String>,
    /// The last filter that could be read, and what is wrong with the text as it stands.
    filter: Memo<(Filter, Option<String>)>,
    sort: RwSignal<Option<Sort>>,
    selection: RwSignal<Selection>,
    shown: Memo<Arc<table::View>>,
    said: RwSignal<String>,
    panel: RwSignal<Option<Panel>>,
}

impl Table {
    fn new() -> Self {
        let (document, view) = (Document::here(), View::here());
        let (open, shut) = (RwSignal::new(BTreeSet::new()), RwSignal::new(BTreeSet::new()));
        let filter_text = RwSignal::new(String::new());
        let filter = Memo::new(move |before: Option<&(Filter, Option<String>)>| {
            match filter_text.with(|text| Filter::read(text)) {
                Ok(filter) => (filter, None),
                Err(why) => (before.map(|(filter, _)| filter.clone()).unwrap_or_default(), Some(why)),
            }
        });
        let sort = RwSignal::new(None);
        let groups = document.section(|cluster| &cluster.nodes);
        let names = StoredValue::new(Names::default());
        let shown = Memo::new(move |_| {
            let groups = groups.get();
            let at = |hosts: RwSignal<BTreeSet<String>>| {
                let is_in = |index: &usize| hosts.with(|hosts| hosts.contains(&groups[*index].hosts));
                (0..groups.len()).filter(is_in).collect()
            };
            let wish = Wish {
                open: at(open),
                shut: at(shut),
                filter: filter.with(|(filter, _)| filter.clone()),
                sort: sort.get(),
            };
            let shown = names.try_update_value(|names| table::view(&groups, &wish, names));
            Arc::new(shown.unwrap_or_default())
        });
        let mut selection = Selection::default();
        selection.only((open_group(view).get_untracked(), None));
        let (selection, said) = (RwSignal::new(selection), RwSignal::new(String::new()));
        Self {
            document,
            view,
            open,
            shut,
            filter_text,
            filter,
            sort,
            selection,
            shown,
            said,
            panel: RwSignal::new(None),
        }
    }

    /// The rows that are selected, shown or not, in the order of the table and then of the description.
    fn selected(self) -> Vec<Row> {
        let chosen = self.selection.with(|selection| selection.chosen.clone());
        if let [only] = &chosen.iter().collect::<Vec<_>>()[..] {
            return vec![row(**only)];
        }
        let shown = self.shown.with(|view| {
            let is_chosen = |row: &Row| chosen.contains(&(row.group, row.position));
            view.rows.iter().copied().filter(is_chosen).collect::<Vec<_>>()
        });
        let seen: BTreeSet<Row> = shown.iter().copied().collect();
        let hidden = chosen.into_iter().map(row).filter(|row| !seen.contains(row));
        shown.iter().copied().chain(hidden).collect()
    }

    /// How many of the selected rows are not shown.
    fn hidden(self) -> usize {
        let chosen = self.selection.with(|selection| selection.chosen.clone());
        let shown =
            self.shown.with(|view| view.rows.iter().filter(|row| chosen.contains(&(row.group, row.position))).count());
        chosen.len() - shown
    }

    /// The groups that are selected; none where nodes are, too.
    fn selected_groups(self) -> Option<BTreeSet<usize>> {
        self.selection.with(|selection| {
            selection.chosen.iter().map(|(group, inside)| inside.is_none().then_some(*group)).collect()
        })
    }

    /// The column of the active cell.
    fn column(self) -> Column {
        Column::SHOWN[self.selection.with(|selection| selection.column).min(Column::SHOWN.len() - 1)]
    }
}

/// The group whose form is open.
fn open_group(view: View) -> RwSignal<usize> {
    view.location.row(&Place::section(Cluster::nodes).path)
}

fn row((group, position): (usize, Option<usize>)) -> Row {
    Row { group, position }
}

/// The table, with all that is done with it.
#[component]
pub fn NodeTable() -> impl IntoView {
    let table = Table::new();
    let Table { document, view, selection, shown, said, .. } = table;
    let open = open_group(view);
    let count = Memo::new(move |_| document.read(|cluster| cluster.nodes.len()));
    // The group whose form is open is that of the active row, whoever chose it.
    let active = Memo::new(move |_| selection.with(|selection| selection.row.map(|(group, _)| group)));
    Effect::new(move |_| {
        if let Some(group) = active.get().filter(|group| *group != open.get_untracked()) {
            open.set(group);
        }
    });
    Effect::new(move |_| {
        let group = open.get();
        if active.get_untracked() != Some(group) && group < count.get_untracked() {
            selection.update(|selection| selection.only((group, None)));
        }
    });
    // Undo can take rows away.
    let groups = document.section(|cluster| &cluster.nodes);
    Effect::new(move |_| {
        let sizes = groups.with(|groups| shown::sizes(groups));
        let exists = |(group, inside): (usize, Option<usize>)| {
            sizes.get(group).is_some_and(|size| inside.is_none_or(|inside| inside < *size))
        };
        let first = shown.with_untracked(|shown| shown.rows.first().map(|row| (row.group, row.position)));
        let mut kept = selection.get_untracked();
        kept.keep(exists, first.as_slice());
        if selection.with_untracked(|selection| *selection != kept) {
            selection.set(kept);
        }
    });
    // The field that a cell shows lights its lines.
    Effect::new(move |before: Option<()>| {
        let (row, column) = selection.with(|selection| (selection.row, selection.column));
        // Nobody has chosen the cell that is active at first.
        if before.is_none() {
            return;
        }
        let place = row.map(|(group, _)| crate::state::cell_path(Row::group(group), Column::SHOWN[column]));
        if view.location.focused.get_untracked() != place {
            document.end_typing();
            view.location.focused.set(place);
        }
    });
    let rows = Memo::new(move |_| {
        shown.with(|shown| Arc::new(shown.rows.iter().map(|row| (row.group, row.position)).collect::<Vec<_>>()))
    });
    let grid = GridBinding {
        label: "Nodes",
        class: "node-grid",
        columns: COLUMNS,
        rows,
        row: shown::cells(table),
        selection,
        sort: shown::sorted(table),
        sort_by: Callback::new(move |column| table.sort_by(column)),
        unfold: Callback::new(move |(group, _)| table.unfold(group)),
        edit: Callback::new(move |(key, column)| table.text_to_edit(row(key), Column::SHOWN[column])),
        commit: Callback::new(move |(key, column, text): (_, usize, String)| {
            table.commit(row(key), Column::SHOWN[column], text)
        }),
        dismiss: Callback::new(move |(key, column)| table.dismiss(row(key), Column::SHOWN[column])),
        fill: Callback::new(move |column| table.fill_down(Column::SHOWN[column])),
        clear: Callback::new(move |column| table.take_back(Column::SHOWN[column])),
        paste: Callback::new(move |text: String| table.paste(&text)),
        copy: Callback::new(move |()| table.copied()),
        said,
        described: "node-keys",
    };
    let empty = "No nodes yet. A cluster needs a controller and at least one worker: add their hosts.";
    view! {
        <Bar table=table/>
        <Show when=move || { count.get() > 0 } fallback=move || view! { <p class="empty">{empty}</p> }>
            <Grid grid=grid/>
            <bar::Status table=table/>
        </Show>
    }
}
