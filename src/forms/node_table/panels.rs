//! The small forms that open below the buttons: add by hostlist, edit many rows, paste.

use super::Table;
use crate::browser::{page, time};
use crate::forms::bind::unbound_text;
use crate::widgets::binding::{ChoiceBinding, Note, TextBinding, Tone};
use crate::widgets::codec::{counted, grouped};
use crate::widgets::field::{SelectField, TextField, Width};
use clusterflake_core::table::{Column, is_settable};
use clusterflake_core::{hostlist, memory};
use leptos::{ev, prelude::*};

/// Which of the forms is open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Panel {
    Add,
    Edit,
    Paste,
}

impl Panel {
    /// The id of its element.
    pub fn id(self) -> &'static str {
        match self {
            Panel::Add => "add-nodes",
            Panel::Edit => "edit-rows",
            Panel::Paste => "paste-nodes",
        }
    }
}

/// The form that is open, if one is.
#[component]
pub fn Panels(table: Table) -> impl IntoView {
    let close = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            table.panel.set(None);
        }
    };
    move || {
        let open = table.panel.get()?;
        let inside = match open {
            Panel::Add => add(table),
            Panel::Edit => edit(table),
            Panel::Paste => paste(table),
        };
        Some(view! { <div class="part panel" id=open.id() on:keydown=close>{inside}</div> })
    }
}

/// The text field of a panel: its binding, its text, and what is wrong with it.
struct Entry {
    field: TextBinding,
    text: RwSignal<String>,
    wrong: RwSignal<Option<String>>,
}

/// A text field that has the focus when its panel opens.
fn entry(label: &str) -> Entry {
    let (text, wrong) = (RwSignal::new(String::new()), RwSignal::new(None::<String>));
    let field = unbound_text(label, text);
    let place = field.place.clone();
    time::after(0, move || page::focus(&place)).forget();
    Effect::new(move |_| {
        text.track();
        wrong.set(None);
    });
    let note = move |text| Note { tone: Tone::Error, text, fix: None };
    let notes = Signal::derive(move || wrong.get().map(note).into_iter().collect());
    Entry { field: TextBinding { notes, ..field }, text, wrong }
}

/// A form whose only button is at its end.
fn form(fields: AnyView, button: Signal<String>, submit: impl Fn() + 'static) -> AnyView {
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        submit();
    };
    view! {
        <form class="grid" on:submit=submit>
            {fields}
            <div class="field end"><button type="submit" class="primary">{move || button.get()}</button></div>
        </form>
    }
    .into_any()
}

fn add(table: Table) -> AnyView {
    let Entry { field, text, wrong } = entry("Hosts to add");
    let proposed = move || {
        let tidy = hostlist::tidy(&text.get());
        let count = hostlist::count(&tidy).ok().filter(|count| *count > 0)?;
        let like = table.selection.with(|selection| selection.row.map(|(group, _)| group));
        let like = table.document.read(|cluster| {
            let group = cluster.nodes.get(like?)?;
            let cpu = Column::Cpu.of_group(group);
            Some(format!(" with the hardware of {}: {cpu}, {}", group.hosts, memory::brief_of_node(group.memory_mib)))
        });
        Some(format!("{}{}.", counted(count, "node"), like.unwrap_or_default()))
    };
    let submit = move || match table.add(&text.get_untracked()) {
        Ok(()) => text.set(String::new()),
        Err(why) => wrong.set(Some(why)),
    };
    let help = "One name, or Slurm’s hostlist syntax.";
    let fields = view! { <TextField field=field width=Width::Three code=true placeholder="cn[001-128]" help=help/> };
    view! {
        {form(fields.into_any(), Signal::derive(|| "Add".to_owned()), submit)}
        <p class="hint" role="status">{proposed}</p>
    }
    .into_any()
}

/// What can be set for the rows that are selected: hosts are each row's own.
fn settable(table: Table) -> Vec<Column> {
    let rows = table.selected();
    let settable = |column: &Column| {
        !matches!(column, Column::Hosts | Column::Count)
            && table.document.read_once(|cluster| rows.iter().all(|row| is_settable(cluster, *row, *column).is_ok()))
    };
    Column::ALL.iter().copied().filter(settable).collect()
}

fn example(column: Column) -> &'static str {
    match column {
        Column::Roles => "worker, login",
        Column::Address => "10.0.1.1",
        Column::Cpu => "2 × 64 × 1",
        Column::Memory => "512 GiB",
        Column::Gpus => "4 × h100",
        Column::Interface => "eno1",
        Column::Fabric => "10.1.1.1",
        Column::Architecture => "aarch64",
        Column::Features => "ib, h100",
        _ => "1",
    }
}

fn edit(table: Table) -> AnyView {
    let Entry { field, text, wrong } = entry("New value");
    let columns = untrack(|| settable(table));
    let active = untrack(|| table.column());
    let column = RwSignal::new(if columns.contains(&active) { active } else { Column::Memory });
    let pick = Callback::new(move |title: String| {
        column.set(Column::ALL.iter().copied().find(|column| column.title() == title).unwrap_or(Column::Memory));
    });
    let titles = columns.iter().map(|column| (column.title().to_owned(), column.title().to_owned()));
    let which = ChoiceBinding {
        label: "Field".to_owned(),
        place: "column-of-rows".to_owned(),
        options: titles.collect(),
        value: Signal::derive(move || column.get().title().to_owned()),
        notes: Signal::default(),
        pick,
    };
    let submit = move || wrong.set(table.set_selected(column.get_untracked(), &text.get_untracked()).err());
    let rows = move || counted(table.selection.with(|selection| selection.chosen.len()), "row");
    let said = move || {
        let counts = matches!(column.get(), Column::Address | Column::Fabric);
        let counts = if counts { "The address counts on over the rows. " } else { "" };
        let hidden = table.hidden();
        if hidden == 0 {
            counts.to_owned()
        } else {
            format!("{counts}{} of them not in sight.", grouped(hidden as u64))
        }
    };
    let placeholder = Signal::derive(move || example(column.get()).to_owned());
    let fields = view! {
        <SelectField field=which/>
        <TextField field=field width=Width::Two code=true placeholder=placeholder/>
    };
    view! {
        {form(fields.into_any(), Signal::derive(move || format!("Set {}", rows())), submit)}
        <div class="bar end">
            <span class="hint" role="status">{said}</span>
            <button type="button" on:click=move |_| table.fill_down(column.get_untracked())>
                {move || format!("Fill down {}", column.get().noun())}
            </button>
        </div>
    }
    .into_any()
}

const PASTE_HELP: &str = "What slurmd -C or nvidia-smi -L prints, of one machine or of many with their names before each line; or cells of a spreadsheet, from the active cell on. With column names in the first line, hosts that are new become groups.";

fn paste(table: Table) -> AnyView {
    let Entry { field, text, .. } = entry("Text to paste");
    let take = move |_| {
        if text.with_untracked(|text| !text.trim().is_empty()) {
            table.paste(&text.get_untracked());
        }
    };
    view! {
        <div class="grid"><TextField field=field width=Width::Full lines=5 code=true help=PASTE_HELP/></div>
        <div class="bar end"><button type="button" class="primary" on:click=take>"Take it"</button></div>
    }
    .into_any()
}
