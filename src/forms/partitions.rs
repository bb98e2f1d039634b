use super::bind::{RowsOf, choice, notes_exactly, rows, switch, text};
use crate::state::Document;
use crate::widgets::codec::{LIST, MEMORY, NUMBER, TEXT};
use crate::widgets::field::{Notes, SelectField, TextField, Width};
use crate::widgets::rows::{Column, RowsTable, Style};
use crate::widgets::toggle::SwitchField;
use clusterflake_core::cluster::{Choice, Partition, Slurm};
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

const COLUMNS: &[Column] = &[
    ("Partition", Style::Code),
    ("Nodes", Style::Code),
    ("Default", Style::Text),
    ("Longest time", Style::Code),
    ("Priority tier", Style::Number),
    ("State", Style::Text),
];

fn cells(partition: &Partition) -> Vec<(String, &'static str)> {
    let nodes = if partition.nodes.is_empty() { "all workers".to_owned() } else { partition.nodes.clone() };
    let time = if partition.max_time.is_empty() { "no limit".to_owned() } else { partition.max_time.clone() };
    let default = if partition.is_default { "yes" } else { "" };
    vec![
        (partition.name.clone(), "name"),
        (nodes, "nodes"),
        (default.to_owned(), "default"),
        (time, "maxTime"),
        (partition.priority_tier.to_string(), "priorityTier"),
        (partition.state.label().to_owned(), "state"),
    ]
}

/// The partitions: a table, and the fields of the one that is open.
#[component]
pub fn Partitions() -> impl IntoView {
    let partitions = Place::section(Cluster::slurm).field(Slurm::partitions);
    let rows = rows(RowsOf {
        place: partitions.clone(),
        columns: COLUMNS,
        cells,
        // The first partition is the one for jobs that name none.
        fresh: |cluster| Partition { is_default: cluster.slurm.partitions.is_empty(), ..Partition::default() },
    });
    let open = rows.open;
    let at = Memo::new(move |_| (rows.count.get() > 0).then(|| open.get().min(rows.count.get() - 1)));
    view! {
        <h2>"Partitions"</h2>
        <Notes place=partitions.path.to_string() notes=notes_exactly(partitions.path.clone())/>
        <RowsTable rows=rows empty="No partition yet: jobs need one to run in."/>
        {move || at.get().map(|index| view! { <PartitionFields index=index/> })}
    }
}

#[component]
fn PartitionFields(index: usize) -> impl IntoView {
    let document = Document::here();
    let here = Place::section(Cluster::slurm).field(Slurm::partitions).index(index);
    let name = Memo::new(move |_| {
        document.read(|cluster| {
            cluster.slurm.partitions.get(index).map(|partition| partition.name.clone()).unwrap_or_default()
        })
    });
    let title = move || if name.get().is_empty() { "New partition".to_owned() } else { name.get() };
    view! {
        <fieldset class="part open">
            <legend class="code">{title}</legend>
            <div class="grid">
                <Notes place=here.path.to_string() notes=notes_exactly(here.path.clone())/>
                <TextField field=text("Partition name", here.field(Partition::name), TEXT) code=true placeholder="batch"/>
                <TextField field=text("Partition nodes", here.field(Partition::nodes), TEXT) width=Width::Two code=true
                    placeholder="all workers" help="A hostlist; empty for all workers."/>
                <TextField field=text("Priority tier", here.field(Partition::priority_tier), NUMBER) help="Higher starts first."/>
                <TextField field=text("Longest time", here.field(Partition::max_time), TEXT) code=true placeholder="no limit"
                    help="Such as 2-00:00:00."/>
                <TextField field=text("Default time", here.field(Partition::default_time), TEXT) code=true placeholder="the longest"
                    help="Where none is asked."/>
                <TextField field=text("Most nodes of a job", here.field(Partition::max_nodes), NUMBER) help="0 for no limit."/>
                <TextField field=text("Default memory for each CPU", here.field(Partition::default_memory_per_cpu_mib), MEMORY)
                    help="Where none is asked; 0 for all of a node’s."/>
                <TextField field=text("Allowed groups", here.field(Partition::allow_groups), LIST) code=true placeholder="everybody"
                    help="Groups of users."/>
                <TextField field=text("Allowed accounts", here.field(Partition::allow_accounts), LIST) code=true placeholder="all"
                    help="Needs accounting."/>
                <SelectField field=choice("Partition state", here.field(Partition::state))/>
                <SwitchField field=switch("Default partition", here.field(Partition::is_default))
                    help="Jobs that name no partition go here."/>
                <SwitchField field=switch("Whole nodes", here.field(Partition::exclusive))
                    help="Each job gets its nodes for itself."/>
            </div>
        </fieldset>
    }
}
