use super::bind::{RowsOf, notes_exactly, rows, switch, text};
use super::part;
use crate::state::Design;
use crate::widgets::codec::{NUMBER, PORT, TEXT};
use crate::widgets::field::{Notes, TextField, Width};
use crate::widgets::rows::{Column, RowsTable, Style};
use crate::widgets::toggle::SwitchField;
use clusterflake_core::cluster::{Partition, Slurm};
use clusterflake_core::{Cluster, Place};
use leptos::prelude::*;

const COLUMNS: &[Column] = &[
    ("Partition", Style::Code),
    ("Nodes", Style::Code),
    ("Default", Style::Text),
    ("Longest time", Style::Code),
    ("Priority tier", Style::Number),
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
    ]
}

/// The scheduler.
#[component]
pub fn Form() -> impl IntoView {
    let design = Design::here();
    let here = Place::section(Cluster::slurm);
    let open = design.spot.partition;
    let partitions = here.field(Slurm::partitions);
    let rows = rows(RowsOf {
        place: partitions.clone(),
        columns: COLUMNS,
        noun: "partition",
        cells,
        // The first partition is the one for jobs that name none.
        fresh: |cluster| Partition { is_default: cluster.slurm.partitions.is_empty(), ..Partition::default() },
        open,
    });
    let at = Memo::new(move |_| (rows.count.get() > 0).then(|| open.get().min(rows.count.get() - 1)));
    view! {
        {part("Scheduler", view! {
            <SwitchField field=switch("Run Slurm", here.field(Slurm::enable))
                help="slurmctld on the first controller, slurmd on the workers."/>
            <SwitchField field=switch("Hold jobs to what they asked for", here.field(Slurm::enforce_limits))
                help="Cores, memory and GPUs, with cgroups."/>
        })}
        <h2>"Partitions"</h2>
        <Notes place=partitions.path.to_string() notes=notes_exactly(partitions.path.clone())/>
        <RowsTable rows=rows empty="No partition yet: jobs need one to run in."/>
        {move || at.get().map(|index| view! { <PartitionFields index=index/> })}
        {part("Keys, ports and further settings", view! {
            <TextField field=text("Munge key file", here.field(Slurm::munge_key_file), TEXT) width=Width::Two code=true
                help="On every node. The key itself never enters the flake."/>
            <TextField field=text("First srun port", here.field(Slurm::srun_first_port), PORT)/>
            <TextField field=text("Last srun port", here.field(Slurm::srun_last_port), PORT)/>
            <TextField field=text("Further lines of slurm.conf", here.field(Slurm::extra_config), TEXT) width=Width::Full lines=5 code=true
                help="The same on every node."/>
        })}
    }
}

#[component]
fn PartitionFields(index: usize) -> impl IntoView {
    let design = Design::here();
    let here = Place::section(Cluster::slurm).field(Slurm::partitions).index(index);
    let name = Memo::new(move |_| {
        design.read(|cluster| {
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
                <SwitchField field=switch("Default partition", here.field(Partition::is_default))
                    help="Jobs that name no partition go here."/>
            </div>
        </fieldset>
    }
}
