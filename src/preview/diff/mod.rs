//! The tab with what differs from another design: what it takes to get there, and the lines of the files.

mod bar;
mod file;
mod impact;
mod rows;

use super::tree::rank;
use crate::browser::files;
use crate::state::{MAX_FILE, Output};
use bar::Bar;
use clusterflake_core::diff::FileDiff;
use file::FileView;
use impact::ImpactList;
use leptos::{ev, prelude::*};
use std::sync::Arc;

/// What differs from the design that is compared with.
#[component]
pub fn Diff() -> impl IntoView {
    let output = Output::here();
    let wrong = RwSignal::new(String::new());
    let paths = Memo::new(move |_| {
        let files = output.comparison.differences();
        let mut paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
        paths.sort_by_key(|path| order(path));
        paths
    });
    let none = Memo::new(move |_| paths.with(Vec::is_empty));
    let dropped = move |event: ev::DragEvent| {
        event.prevent_default();
        event.stop_propagation();
        files::read_dropped(&event, MAX_FILE, move |read| {
            wrong.set(output.comparison.with_file(read).err().unwrap_or_default())
        });
    };
    let each = move |path: String| {
        let wanted = path.clone();
        let find = move |_: Option<&Option<FileDiff>>| {
            output.comparison.differences().iter().find(|file| file.path == wanted).cloned()
        };
        let file = Memo::new_with_compare(find, |before, after| !is_same(before, after));
        view! { <FileView path=path file=file/> }
    };
    view! {
        <div class="diff" id="diff" tabindex="-1" on:dragover=|event: ev::DragEvent| event.prevent_default() on:drop=dropped>
            <Bar wrong=wrong/>
            <Show when=move || !none.get() fallback=empty>
                <ImpactList/>
                <section aria-label="Files that differ">
                    <h2>"Files"</h2>
                    <For each=move || paths.get() key=Clone::clone children=each/>
                </section>
            </Show>
        </div>
    }
}

fn empty() -> impl IntoView {
    view! {
        <p class="empty">
            "Nothing differs. What you change shows here, with what it takes on the nodes. To see the way from another design to \
             this one, choose a preset above, paste a link, or drop a zip or cluster.json here."
        </p>
    }
}

/// What people edit first; the description and the lock last, since they say the same again.
fn order(path: &str) -> (bool, usize, String) {
    (is_noise(path), rank(path), path.to_owned())
}

fn is_noise(path: &str) -> bool {
    matches!(path, "cluster.json" | "flake.lock")
}

/// Whether a file differs as it did before: then nothing of it is drawn again.
fn is_same(before: Option<&Option<FileDiff>>, after: Option<&Option<FileDiff>>) -> bool {
    match (before, after) {
        (Some(Some(before)), Some(Some(after))) => {
            Arc::ptr_eq(&before.before, &after.before)
                && (Arc::ptr_eq(&before.after, &after.after) || before.after.text == after.after.text)
        }
        _ => false,
    }
}
