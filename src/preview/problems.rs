//! The tab with the problems, by section. Activating one leads to its field.

use crate::actions::PROBLEMS;
use crate::forms::tone;
use crate::state::{self, Document, Output, View, Workspace, go_to, mend};
use crate::widgets::binding::Tone;
use crate::widgets::codec::counted;
use crate::widgets::command::command_line;
use clusterflake_core::Path;
use clusterflake_core::cluster::Section;
use clusterflake_core::diagnostic::Problem;
use leptos::prelude::*;

/// A row of the list: a problem of the checks, or text that cannot be read.
#[derive(Clone, PartialEq)]
struct Finding {
    path: Path,
    tone: Tone,
    text: String,
    problem: Option<Problem>,
}

/// Every problem, by section, with its fix.
#[component]
pub fn Problems() -> impl IntoView {
    let (document, output) = (Document::here(), Output::here());
    let findings = Memo::new(move |_| {
        let unread = document.unread.all().into_iter().map(|(path, unread)| Finding {
            path,
            tone: Tone::Error,
            text: format!("{}: {}", unread.label, unread.message),
            problem: None,
        });
        let found = output.problems().iter().map(finding).collect::<Vec<_>>();
        unread.chain(found).collect::<Vec<_>>()
    });
    let section = move |section: Section| {
        let here = move || {
            findings.with(|all| {
                all.iter().filter(|finding| finding.path.section() == Some(section.key())).cloned().collect::<Vec<_>>()
            })
        };
        let here = Memo::new(move |_| here());
        view! {
            <Show when=move || here.with(|here| !here.is_empty())>
                <h2>{section.title()}</h2>
                <ul>{move || here.get().into_iter().map(|finding| view! { <li><Row finding=finding/></li> }).collect_view()}</ul>
            </Show>
        }
    };
    let summary = move || {
        let errors = output.error_count();
        match (errors, findings.with(Vec::len)) {
            (0, 0) => "No problems found: the flake can be downloaded.".to_owned(),
            (0, all) => format!("{}; none keeps the flake from being downloaded.", counted(all, "remark")),
            (1, _) => "1 error must be mended before the flake can be downloaded.".to_owned(),
            (errors, _) => format!("{errors} errors must be mended before the flake can be downloaded."),
        }
    };
    view! {
        <div class="problems" id=state::PROBLEMS tabindex="-1">
            <p class="summary" class:bad=move || output.error_count() != 0 role="status">{summary}</p>
            {Section::ALL.iter().map(|each| section(*each)).collect_view()}
            {PROBLEMS.command.map(|line| command_line(PROBLEMS.title, line(Workspace::here())))}
        </div>
    }
}

fn finding(problem: &Problem) -> Finding {
    Finding {
        path: problem.path.clone(),
        tone: tone(problem.severity),
        text: problem.message.clone(),
        problem: Some(problem.clone()),
    }
}

#[component]
fn Row(finding: Finding) -> impl IntoView {
    let (document, view) = (Document::here(), View::here());
    let Finding { path, tone, text, problem } = finding;
    let (class, word) = match tone {
        Tone::Error => ("dot error", "Error: "),
        Tone::Warning => ("dot warning", "Warning: "),
        Tone::Hint => ("dot hint", "Hint: "),
    };
    let place = path.to_string();
    let go = move |_| go_to(document, view, &path);
    let fix = problem.and_then(|problem| {
        let label = problem.fix.as_ref()?.label.clone();
        Some(view! { <button type="button" class="fix" on:click=move |_| mend(document, view, &problem)>{label}</button> })
    });
    view! {
        <button type="button" class="problem" on:click=go>
            <span class=class></span>
            <span><span class="hidden">{word}</span>{text}<small class="code">{place}</small></span>
        </button>
        {fix}
    }
}
