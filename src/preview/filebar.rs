//! What can be done with the file that is shown, or with the lines that are marked in it.

use super::files::ShownFile;
use crate::browser::{clipboard, files};
use crate::state::{Document, Lines, View, link_to};
use leptos::prelude::*;

/// Copies, downloads and links the file, or the lines that are marked in it.
#[component]
pub fn FileBar(name: Memo<String>, shown: Memo<ShownFile>) -> impl IntoView {
    let (document, view) = (Document::here(), View::here());
    let said = RwSignal::new("");
    let marked = Memo::new(move |_| name.with(|name| view.location.marked_in(name)));
    Effect::new(move |_| {
        name.with(|_| ());
        marked.get();
        said.set("");
    });
    let what = Memo::new(move |_| match marked.get() {
        None => name.get(),
        Some((first, last)) if first == last => format!("line {} of {}", first + 1, name.get()),
        Some((first, last)) => format!("lines {} to {} of {}", first + 1, last + 1, name.get()),
    });
    let range = move || match marked.get() {
        None => String::new(),
        Some((first, last)) if first == last => format!("line {}", first + 1),
        Some((first, last)) => format!("lines {}–{}", first + 1, last + 1),
    };
    let copy = move |_| {
        if let Some((_, text)) = snippet(shown, marked) {
            clipboard::copy(text, move |worked| said.set(copied(worked)));
        }
    };
    let download = move |_| {
        if let Some((name, text)) = snippet(shown, marked) {
            files::save(&name, text.as_bytes(), "text/plain");
        }
    };
    let link = move |_| {
        let lines = Lines { file: name.get_untracked(), range: marked.get_untracked() };
        match link_to(document, &lines) {
            Ok(link) => clipboard::copy(link, move |worked| said.set(copied(worked))),
            Err(_) => said.set("Too large for a link: save the description"),
        }
    };
    view! {
        <div class="filebar" role="group" aria-label="File">
            <span class="name code">{move || name.get()}<span class="range">{range}</span></span>
            <span class="said" role="status">{move || said.get()}</span>
            <button type="button" class="ghost" aria-label=move || format!("Copy {}", what.get()) on:click=copy>"Copy"</button>
            <button type="button" class="ghost" aria-label=move || format!("Download {}", what.get()) on:click=download>"Download"</button>
            <button type="button" class="ghost" aria-label=move || format!("Copy link to {}", what.get())
                title="Copy a link that opens this design here" on:click=link>"Link"</button>
        </div>
    }
}

/// What is said after copying.
pub fn copied(worked: bool) -> &'static str {
    if worked { "Copied" } else { "The browser did not allow copying" }
}

/// The marked lines, or the whole file, with the name of a file for it.
fn snippet(shown: Memo<ShownFile>, marked: Memo<Option<(usize, usize)>>) -> Option<(String, String)> {
    let (path, file) = shown.get_untracked()?;
    let name = path.rsplit('/').next().unwrap_or(&path);
    let Some((first, last)) = marked.get_untracked() else { return Some((name.to_owned(), file.text.clone())) };
    let text: String = file.text.split_inclusive('\n').skip(first).take(last + 1 - first).collect();
    let lines = if first == last { (first + 1).to_string() } else { format!("{}-{}", first + 1, last + 1) };
    let name = match name.rsplit_once('.') {
        Some((stem, ending)) => format!("{stem}.{lines}.{ending}"),
        None => format!("{name}.{lines}"),
    };
    Some((name, text))
}
