//! The sections, what state they are in, and the totals.

use crate::state::{Document, Output, View};
use crate::widgets::codec::{counted, grouped};
use clusterflake_core::Cluster;
use clusterflake_core::cluster::{Choice, Ci, Mpi, Section};
use clusterflake_core::diagnostic::Severity;
use clusterflake_core::totals::totals;
use leptos::{ev, prelude::*};

/// The sections that are modules of the flake, below their own heading.
const MODULES: &[Section] =
    &[Section::Slurm, Section::Hpc, Section::Monitoring, Section::Users, Section::Containers, Section::Modules];

#[component]
pub fn Nav() -> impl IntoView {
    let links = |module: bool| {
        let fits = |section: &&Section| MODULES.contains(section) == module;
        Section::ALL.iter().filter(fits).map(|section| view! { <Link section=*section/> }).collect_view()
    };
    view! {
        <nav class="sections" id="sections" aria-label="Sections">
            {links(false)}
            <h2>"Modules"</h2>
            {links(true)}
            <Totals/>
        </nav>
    }
}

#[component]
fn Link(section: Section) -> impl IntoView {
    let (document, output, view) = (Document::here(), Output::here(), View::here());
    let state = Memo::new(move |_| document.read(|cluster| state(cluster, section)));
    let problems = Memo::new(move |_| {
        // Nothing is wrong with a design that has not begun.
        if view.welcome.get() {
            return (0, 0);
        }
        let all = output.problems();
        let here = |severity| {
            all.iter()
                .filter(|problem| problem.severity == severity && problem.path.section() == Some(section.key()))
                .count()
        };
        let unread = document.unread.all().iter().filter(|(path, _)| path.section() == Some(section.key())).count();
        (here(Severity::Error) + unread, here(Severity::Warning))
    });
    let badge = move || match problems.get() {
        (0, 0) => {
            let text = state.with(State::text);
            (!text.is_empty()).then(|| view! { <span class="state">{text}</span> }.into_any())
        }
        (0, warnings) => Some(view! { <Badge class="badge warning" text=counted(warnings, "warning")/> }.into_any()),
        (errors, _) => Some(view! { <Badge class="badge" text=counted(errors, "error")/> }.into_any()),
    };
    let current = move || (!view.welcome.get() && view.location.section.get() == section).then_some("page");
    let open = move |event: ev::MouseEvent| {
        event.prevent_default();
        view.welcome.set(false);
        view.location.open(section);
    };
    view! {
        <a href=format!("#{}", section.key()) class:off=move || state.with(|state| *state == State::Off) aria-current=current on:click=open>
            {section.title()}" "{badge}
        </a>
    }
}

/// A number in a badge; screen readers hear what it counts too.
#[component]
fn Badge(class: &'static str, text: String) -> impl IntoView {
    let (number, word) =
        text.split_once(' ').map_or((text.clone(), String::new()), |(n, w)| (n.to_owned(), w.to_owned()));
    view! { <span class=class title=text>{number}<span class="hidden">" "{word}</span></span> }
}

/// What a section says of itself in the list.
#[derive(Clone, PartialEq)]
enum State {
    Plain,
    Off,
    Told(String),
}

impl State {
    fn text(&self) -> String {
        match self {
            State::Plain => String::new(),
            State::Off => "off".to_owned(),
            State::Told(text) => text.clone(),
        }
    }
}

fn state(cluster: &Cluster, section: Section) -> State {
    let told = |text: String| State::Told(text);
    let count = |count: usize, one: &str| if count == 0 { State::Plain } else { State::Told(counted(count, one)) };
    match section {
        Section::General | Section::Network => State::Plain,
        Section::Nodes => count(cluster.nodes.len(), "group"),
        Section::Storage => match cluster.storage.shared.len() {
            0 => State::Plain,
            shared => told(format!("{shared} shared")),
        },
        Section::Slurm if !cluster.slurm.enable => State::Off,
        Section::Slurm => count(cluster.slurm.partitions.len(), "partition"),
        Section::Hpc => {
            let hpc = &cluster.hpc;
            let mpi = (hpc.mpi != Mpi::None).then(|| hpc.mpi.label());
            let parts: Vec<&str> = hpc.cuda.enable.then_some("CUDA").into_iter().chain(mpi).collect();
            let other = hpc.compilers || hpc.apptainer || hpc.unlimited_memlock || !hpc.governor.is_empty();
            if parts.is_empty() && !other { State::Off } else { told(parts.join(" · ")) }
        }
        Section::Monitoring if !cluster.monitoring.enable => State::Off,
        Section::Monitoring => {
            told(if cluster.monitoring.grafana.enable { "Grafana".to_owned() } else { "on".to_owned() })
        }
        Section::Deployment if cluster.deployment.ci == Ci::None => State::Plain,
        Section::Deployment => told(cluster.deployment.ci.label().to_owned()),
        Section::Users => match cluster.users.accounts.len() {
            0 => State::Plain,
            users => told(grouped(users as u64)),
        },
        Section::Modules => match cluster.modules.len() {
            0 => State::Plain,
            modules => told(grouped(modules as u64)),
        },
        Section::Containers if !cluster.containers.enable => State::Off,
        Section::Containers => told(cluster.containers.orchestrator.label().to_owned()),
    }
}

#[component]
fn Totals() -> impl IntoView {
    let document = Document::here();
    let nodes = document.section(|cluster| &cluster.nodes);
    let totals = Memo::new(move |_| {
        // Only the nodes count; reading the memo, not merely tracking it, is what keeps it alive.
        nodes.with(|_| document.read_once(totals))
    });
    view! {
        <dl class="totals" aria-label="Totals">
            <dt>"Nodes"</dt><dd>{move || grouped(totals.get().nodes)}</dd>
            <dt>"Cores"</dt><dd>{move || grouped(totals.get().cores)}</dd>
            <dt>"GPUs"</dt><dd>{move || grouped(totals.get().gpus)}</dd>
            <dt>"Memory"</dt><dd>{move || totals.get().memory()}</dd>
        </dl>
    }
}
