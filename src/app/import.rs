//! The dialog that imports what a site already has: bring it, see what comes of it, take it.

use crate::browser::drop::{on_drop, read_all_chosen};
use crate::browser::{files, page};
use crate::state::{Document, LIMITS, View, Workspace, show_import, take_dropped, take_import};
use crate::widgets::codec::{counted, grouped};
use crate::widgets::dialog::Dialog;
use crate::widgets::icon::{Icon, Shape};
use clusterflake_core::Cluster;
use clusterflake_core::cluster::{Choice, NodeGroup};
use clusterflake_core::import::{Entry, Folded, IMPORTERS, Mode, Outcome, Proposal, Reading, Report, propose};
use clusterflake_core::memory;
use clusterflake_core::private_key::looks_private;
use clusterflake_core::totals::{group_totals, totals};
use leptos::{ev, prelude::*};
use std::sync::Arc;

/// The id of the hidden file input behind “Choose files”.
const FILES: &str = "import-files";

/// The most entries of a report, and groups of a design, that are drawn.
const MAX_ROWS: usize = 200;
const MAX_GROUPS: usize = 12;

/// The import of the page: its dialog, and what is dropped on the page.
#[component]
pub fn ImportDialog() -> impl IntoView {
    let (document, view) = (Document::here(), View::here());
    let over = RwSignal::new(false);
    let hang = move |now| {
        if over.get_untracked() != now {
            over.set(now);
        }
    };
    on_drop(LIMITS, hang, move |read| take_dropped(document, view, read));
    view! {
        <Dialog title="Import" open=view.import.open><Body/></Dialog>
        <div class="dropping" hidden=move || !over.get()><p>"Drop to import"</p></div>
    }
}

#[component]
fn Body() -> impl IntoView {
    let import = View::here().import;
    let reading = Memo::new_with_compare(move |_| import.read(), |_, _| true);
    let preview = move || {
        match reading.get() {
        None => view! { <p class="empty">"Nothing is brought yet. Choose files, drop them on the page, or paste their text."</p> }.into_any(),
        Some(Err(why)) => view! { <p class="note error" role="alert">{sentence(&why)}</p> }.into_any(),
        Some(Ok(reading)) => view! { <Preview reading=reading/> }.into_any(),
    }
    };
    view! {
        <div class="import">
            <p class="lead">
                "slurm.conf with gres.conf and what it includes, a table of nodes, a hosts file, DHCP reservations (dnsmasq, ISC, Kea, "
                "ethers), an Ansible inventory, or a design of clusterflake. Files of several kinds can come together. Nothing changes before you have seen what comes of it; nothing leaves this browser."
            </p>
            <Bring recognised=Signal::derive(move || reading.with(|reading| match reading {
                Some(Ok(reading)) => reading.title(),
                _ => String::new(),
            }))/>
            {preview}
        </div>
    }
}

/// Files, text and their kind.
#[component]
fn Bring(recognised: Signal<String>) -> impl IntoView {
    let (document, view) = (Document::here(), View::here());
    let import = view.import;
    let chosen = move |event: ev::Event| {
        read_all_chosen(&event, LIMITS, move |read| {
            show_import(document, view);
            import.bring(read);
        });
    };
    let row = move |name: String| {
        let label = format!("Remove {name}");
        let shown = name.clone();
        view! {
            <li class="tag">
                <span class="code">{shown}</span>
                <button type="button" class="ghost icon" aria-label=label on:click=move |_| import.remove(&name)><Icon shape=Shape::Close/></button>
            </li>
        }
    };
    let names = move || import.files.with(|files| files.iter().map(|file| row(file.name.clone())).collect_view());
    let typed = move |event: ev::Event| {
        let text = event_target_value(&event);
        if !looks_private(&text) {
            import.refused.set(String::new());
            import.text.set(text);
        } else {
            import.refused.set("This is a private key. It was not taken: it must never leave its owner.".to_owned());
            page::put_text(&event, &import.text.get_untracked());
        }
    };
    let kinds = IMPORTERS
        .iter()
        .map(|importer| {
            let chosen = move || import.kind.with(|kind| kind == importer.kind);
            view! { <option value=importer.kind prop:selected=chosen>{importer.title}</option> }
        })
        .collect_view();
    let automatic = move || match recognised.get() {
        title if title.is_empty() => "recognise it".to_owned(),
        title => format!("recognised: {title}"),
    };
    view! {
        <input id=FILES class="hidden" type="file" multiple tabindex="-1" aria-label="Files to import" on:change=chosen/>
        <div class="bar">
            <button type="button" on:click=move |_| files::choose(FILES)>"Choose files"</button>
            <ul class="picked" aria-label="Files">{names}</ul>
        </div>
        <div class="grid">
            <div class="field three">
                <label for="import-text">"Text"</label>
                <textarea id="import-text" class="code" rows="4" spellcheck="false" autocapitalize="off" autocomplete="off"
                    placeholder="NodeName=cn[001-128] Sockets=2 CoresPerSocket=32 RealMemory=256000"
                    prop:value=move || import.text.get() on:input=typed></textarea>
            </div>
            <div class="field">
                <label for="import-kind">"Kind"</label>
                <select id="import-kind" on:change=move |event| import.kind.set(event_target_value(&event))>
                    <option value="" prop:selected=move || import.kind.with(String::is_empty)>{automatic}</option>
                    {kinds}
                </select>
                <small>"Each file is recognised by what is in it. Bring slurm.conf with its includes."</small>
            </div>
        </div>
        <p class="note error" role="alert" hidden=move || import.refused.with(String::is_empty)>{move || import.refused.get()}</p>
    }
}

/// What the import would make of the design.
#[component]
fn Preview(reading: Arc<Reading>) -> impl IntoView {
    let workspace = Workspace::here();
    let (document, import) = (workspace.document, workspace.view.import);
    let read = reading.clone();
    let proposal = Memo::new_with_compare(
        move |_| Arc::new(document.read(|cluster| propose(&read, cluster, import.mode()))),
        |_, _| true,
    );
    let is_empty = move || proposal.with(|proposal| proposal.report.is_empty());
    let take = move |_| {
        let proposal: Proposal = (*proposal.get_untracked()).clone();
        take_import(workspace, &reading, proposal);
    };
    let verb = move || match import.mode() {
        Mode::Merge => "Merge into the design",
        Mode::Replace => "Replace the design",
    };
    let told = move || match import.mode() {
        _ if is_empty() => "Nothing of it has a place in a design.",
        Mode::Merge => "Nodes are matched by host name, partitions by name; what the files do not tell stays as it is.",
        Mode::Replace => "The import takes the place of the whole design on this page; undo brings it back.",
    };
    let how = |label: &'static str, merge: bool| {
        view! {
            <label class="chip">
                <input type="radio" name="import-mode" prop:checked=move || import.merge.get() == merge on:change=move |_| import.merge.set(merge)/>
                <span>{label}</span>
            </label>
        }
    };
    view! {
        <div class="outcome">
            <fieldset class="bare-set">
                <legend>"What becomes of the design"</legend>
                <span class="chips">{how("Replace it", false)} {how("Merge into it", true)}</span>
                <p class="hint">{told}</p>
            </fieldset>
            {move || proposal.with(|proposal| document.read(|before| view! { <Sizes before=before.clone() after=proposal.cluster.clone()/> }))}
        </div>
        {move || proposal.with(|proposal| groups(&proposal.cluster.nodes))}
        <ReportView report=Signal::derive(move || proposal.with(|proposal| Arc::new(proposal.report.clone())))/>
        <div class="bar end sticky">
            <button type="button" on:click=move |_| import.open.set(false)>"Cancel"</button>
            <button type="button" class="primary" disabled=is_empty on:click=take>{verb}</button>
        </div>
    }
}

/// What the design has in all, before and after.
#[component]
fn Sizes(before: Cluster, after: Cluster) -> impl IntoView {
    let (from, to) = (totals(&before), totals(&after));
    let row = |what: &'static str, from: String, to: String| {
        view! { <tr><th scope="row">{what}</th><td class="number">{from}</td><td class="number">{to}</td></tr> }
    };
    let number = |what, from: u64, to: u64| row(what, grouped(from), grouped(to));
    view! {
        <table class="sizes">
            <thead><tr><th><span class="hidden">"What"</span></th><th class="number" scope="col">"Now"</th><th class="number" scope="col">"Then"</th></tr></thead>
            <tbody>
                {number("Nodes", from.nodes, to.nodes)}
                {number("Groups", before.nodes.len() as u64, after.nodes.len() as u64)}
                {number("Cores", from.cores, to.cores)}
                {number("GPUs", from.gpus, to.gpus)}
                {row("Memory", from.memory(), to.memory())}
                {number("Partitions", before.slurm.partitions.len() as u64, after.slurm.partitions.len() as u64)}
            </tbody>
        </table>
    }
}

/// The groups that the design would have.
fn groups(nodes: &[NodeGroup]) -> AnyView {
    let row = |group: &NodeGroup| {
        let roles: Vec<&str> = group.roles.iter().map(|role| role.label()).collect();
        let cores = format!("{} × {} × {}", group.sockets, group.cores_per_socket, group.threads_per_core);
        let gpus = match group.gpus.count {
            0 => "–".to_owned(),
            count => format!("{count} × {}", group.gpus.model),
        };
        let address = if group.first_ip.is_empty() { group.addresses.first() } else { Some(&group.first_ip) };
        view! {
            <tr>
                <td class="code hosts">{group.hosts.clone()}</td>
                <td class="number">{grouped(group_totals(group).nodes)}</td>
                <td>{roles.join(", ")}</td>
                <td class="code">{address.cloned().unwrap_or_else(|| "–".to_owned())}</td>
                <td>{cores}</td>
                <td class="number">{memory::brief_of_node(group.memory_mib)}</td>
                <td>{gpus}</td>
            </tr>
        }
    };
    let rows = nodes.iter().take(MAX_GROUPS).map(row).collect_view();
    let more = nodes.len().saturating_sub(MAX_GROUPS);
    let more = (more > 0).then(|| view! { <p class="hint">{format!("and {}", counted(more, "more group"))}</p> });
    view! {
        <h3>"Groups of nodes then"</h3>
        <div class="scroll" tabindex="0" role="region" aria-label="Groups of nodes then">
            <table class="plain">
                <thead><tr>
                    <th scope="col">"Hosts"</th><th scope="col" class="number">"Count"</th><th scope="col">"Role"</th>
                    <th scope="col">"First address"</th><th scope="col">"CPU"</th><th scope="col" class="number">"Memory"</th><th scope="col">"GPUs"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {more}
    }
    .into_any()
}

/// What is shown of a report: entries that a word is for.
const ALL: &str = "all";
const LOST: &str = "not understood";

fn shows(filter: &str, entry: &Entry) -> bool {
    match filter {
        ALL => true,
        LOST => !entry.outcome.is_understood(),
        word => entry.outcome.word() == word,
    }
}

/// What became of each line, to be filtered.
#[component]
fn ReportView(report: Signal<Arc<Report>>) -> impl IntoView {
    let filter = RwSignal::new(ALL);
    let words = RwSignal::new(String::new());
    let chip = move |word: &'static str| {
        let count = move || report.with(|report| report.entries.iter().filter(|entry| shows(word, entry)).count());
        let label = move || format!("{word} {}", grouped(count() as u64));
        view! {
            <label class="chip" hidden=move || word != ALL && count() == 0>
                <input type="radio" name="import-filter" prop:checked=move || filter.get() == word on:change=move |_| filter.set(word)/>
                <span>{label}</span>
            </label>
        }
    };
    let found = Memo::new_with_compare(
        move |_| {
            let (filter, words) = (filter.get(), words.get().to_lowercase());
            report.with(|report| {
                let fits = |entry: &&Entry| {
                    shows(filter, entry) && (words.is_empty() || report.line(entry).to_lowercase().contains(&words))
                };
                let all = report.folded(|entry| fits(&entry));
                let rows = all.iter().take(MAX_ROWS).map(|folded| row(report, folded)).collect::<Vec<_>>();
                (all.len(), rows)
            })
        },
        |_, _| true,
    );
    let summary = move || report.with(|report| format!("{}.", report.summary()));
    let told = move || match found.with(|(count, rows)| (*count, rows.len())) {
        (0, _) => "No entry fits.".to_owned(),
        (count, shown) if shown < count => {
            format!("The first {shown} of {} entries: filter for others.", grouped(count as u64))
        }
        (1, _) => "1 entry".to_owned(),
        (count, _) => format!("{} entries", grouped(count as u64)),
    };
    view! {
        <h3>"Report"</h3>
        <p class="hint" role="status">{summary}</p>
        <div class="bar">
            <fieldset class="bare-set"><legend class="hidden">"Show"</legend>
                <span class="chips">
                    {chip(ALL)} {chip(LOST)}
                    {Outcome::<clusterflake_core::Path>::WORDS.iter().map(|word| chip(word)).collect_view()}
                </span>
            </fieldset>
            <input type="search" aria-label="Filter the report" placeholder="Filter: file, key, reason" prop:value=move || words.get()
                on:input=move |event| words.set(event_target_value(&event))/>
        </div>
        <ul class="report" tabindex="0" aria-label="Report">{move || found.with(|(_, rows)| rows.iter().cloned().map(draw).collect_view())}</ul>
        <p class="hint" role="status">{told}</p>
    }
}

/// An entry as it is drawn: where it stood, its outcome, what stood there, where it went or why not.
type Row = (String, &'static str, String, String, bool);

fn row(report: &Report, folded: &Folded) -> Row {
    let entry = folded.first;
    let (became, is_path) = match &entry.outcome {
        Outcome::Guessed(path, why) => (format!("{path}: {why}"), false),
        Outcome::Taken(path) if path.to_string().is_empty() => ("the whole design".to_owned(), false),
        Outcome::Taken(path) => (path.to_string(), true),
        other => (other.reason().unwrap_or_default().to_owned(), false),
    };
    let place = match report.more(folded) {
        Some(more) => format!("{} {more}", report.place(entry)),
        None => report.place(entry),
    };
    (place, entry.outcome.word(), entry.text.clone(), became, is_path)
}

fn draw((place, word, text, became, is_path): Row) -> AnyView {
    view! {
        <li>
            <span class="tag outcome-word" data-outcome=word>{word}</span>
            <span><code class="code">{text}</code><span class=if is_path { "code became" } else { "became" }>{became}</span></span>
            <small class="code">{place}</small>
        </li>
    }
    .into_any()
}

/// A sentence of the core's, as it stands alone.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}
