//! One file of the difference: its head, and its lines when it is open.

use super::is_noise;
use super::rows::{Row, rows};
use crate::preview::tokens::{Tokens, coloured, spans};
use crate::state::{Lines, View};
use clusterflake_core::diff::{Fate, FileDiff, count};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// Files with more rows are closed at first.
const OPEN_UP_TO: usize = 160;

/// How many rows are drawn before somebody asks for more.
const DRAWN: usize = 400;

/// The difference of the file at `path`.
#[component]
pub fn FileView(path: String, file: Memo<Option<FileDiff>>) -> impl IntoView {
    let view = View::here();
    let lines = move |file: &Option<FileDiff>| file.as_ref().map(|file| count(&file.edits)).unwrap_or_default();
    let first = file.with_untracked(|file| lines(file));
    let open = RwSignal::new(!is_noise(&path) && first.added + first.removed <= OPEN_UP_TO);
    let (unfolded, all) = (RwSignal::new(BTreeSet::new()), RwSignal::new(false));
    let head = move || {
        let count = file.with(|file| lines(file));
        let word = file.with(|file| match file.as_ref().map(|file| file.fate) {
            Some(Fate::Added) => "new",
            Some(Fate::Removed) => "removed",
            _ => "",
        });
        view! {
            <span class="fate">{word}</span>
            <span class="count"><ins>"+"{count.added}</ins>" "<del>"−"{count.removed}</del></span>
        }
    };
    let body = move || open.get().then(|| file.with(|file| file.as_ref().map(|file| draw(file, unfolded, all))));
    let here = path.clone();
    let shows = Memo::new(move |_| file.with(|file| file.as_ref().is_some_and(|file| file.fate != Fate::Removed)));
    let show = move |_| view.location.show_lines(Lines { file: here.clone(), range: None });
    let label = format!("Show {path} in Files");
    view! {
        <article class="filediff">
            <div class="filehead">
                <h3>
                    <button type="button" class="ghost fold" aria-expanded=move || open.get().to_string()
                        on:click=move |_| open.update(|open| *open = !*open)>
                        <span class="chevron" aria-hidden="true"></span><span class="path code">{path}</span>{head}
                    </button>
                </h3>
                <Show when=move || shows.get()>
                    <button type="button" class="ghost" aria-label=label.clone() on:click=show.clone()>"Show"</button>
                </Show>
            </div>
            {body}
        </article>
    }
}

fn draw(file: &FileDiff, unfolded: RwSignal<BTreeSet<usize>>, all: RwSignal<bool>) -> AnyView {
    if file.edits.is_empty() {
        let word = if file.after.executable { "It becomes executable." } else { "It is no longer executable." };
        return view! { <p class="hint">{word}</p> }.into_any();
    }
    let rows = unfolded.with(|open| rows(file, open));
    let (old, new) = (coloured(&file.path, &file.before.text), coloured(&file.path, &file.after.text));
    let drawn = if all.get() { rows.len() } else { rows.len().min(DRAWN) };
    let left = rows.len() - drawn;
    let row = |row: &Row| match row {
        Row::Removed(at) => line("removed", "−", Some(*at), None, &old[*at]),
        Row::Added(at) => line("added", "+", None, Some(*at), &new[*at]),
        Row::Same { old, new: at } => line("same", "", Some(*old), Some(*at), &new[*at]),
        Row::Fold(lines) => {
            let (start, count) = (lines.start, lines.len());
            let unfold = move |_| {
                unfolded.update(|open| {
                    open.insert(start);
                })
            };
            view! {
                <button type="button" class="unfold" on:click=unfold>{format!("{count} unchanged lines")}</button>
            }
            .into_any()
        }
    };
    let lines = rows[..drawn].iter().map(row).collect_view();
    let more = (left > 0).then(|| {
        view! { <button type="button" class="unfold" on:click=move |_| all.set(true)>{format!("{left} more lines")}</button> }
    });
    let label = format!("Differences of {}", file.path);
    view! { <div class="hunks" role="region" aria-label=label tabindex="0"><div>{lines}{more}</div></div> }.into_any()
}

fn line(class: &'static str, mark: &'static str, old: Option<usize>, new: Option<usize>, tokens: &Tokens) -> AnyView {
    let number = |at: Option<usize>| at.map(|at| (at + 1).to_string()).unwrap_or_default();
    view! {
        <div class=format!("line {class}")>
            <span class="number" aria-hidden="true">{number(old)}</span><span class="number" aria-hidden="true">{number(new)}</span>
            <span class="sign">{mark}</span><code>{spans(tokens)}</code>
        </div>
    }
    .into_any()
}
