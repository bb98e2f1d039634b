//! Finding in all files: the field, and the lines that were found.

use crate::browser::{page, time};
use crate::state::{FIND_FIELD, Lines, Output, View};
use crate::widgets::codec::counted;
use clusterflake_core::find::{Found, Hit, find};
use leptos::{ev, html, prelude::*};

/// The most lines that are listed.
const MOST: usize = 300;

/// What is looked for, and whether what was found is listed in the place of the file.
#[derive(Clone, Copy)]
pub struct Find {
    text: RwSignal<String>,
    list: RwSignal<bool>,
    found: Memo<Found>,
}

impl Find {
    /// Finds in the files of this output as they change.
    pub fn new(output: Output) -> Self {
        let text = RwSignal::new(String::new());
        let found = Memo::new(move |_| text.with(|text| find(&output.files(), text, MOST)));
        Self { text, list: RwSignal::new(false), found }
    }

    /// Whether what was found is listed in the place of the file.
    pub fn listed(self) -> bool {
        self.list.get() && self.text.with(|text| !text.is_empty())
    }

    fn open(self, view: View, hit: &Hit) {
        self.list.set(false);
        view.location.show_lines(Lines { file: hit.path.clone(), range: Some((hit.line, hit.line)) });
    }

    fn summary(self) -> String {
        self.found.with(|found| match found.lines {
            0 => "Nothing found".to_owned(),
            lines => format!("{} in {}", counted(lines, "line"), counted(found.files, "file")),
        })
    }
}

/// The field.
#[component]
pub fn FindBox(find: Find) -> impl IntoView {
    let view = View::here();
    let typed = move |event: ev::Event| {
        find.text.set(event_target_value(&event));
        find.list.set(true);
    };
    let pressed = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Escape" => {
            find.text.set(String::new());
            find.list.set(false);
        }
        "Enter" => {
            if let Some(hit) = find.found.with_untracked(|found| found.hits.first().cloned()) {
                find.open(view, &hit);
            }
        }
        "ArrowDown" => {
            event.prevent_default();
            find.list.set(true);
            time::after(20, || page::focus(FIRST)).forget();
        }
        _ => {}
    };
    let any = move || find.text.with(|text| !text.is_empty());
    view! {
        <search class="find">
            <input id=FIND_FIELD type="search" aria-label="Find in files" placeholder="Find in files" title="Ctrl+Shift+F"
                aria-keyshortcuts="Control+Shift+F" spellcheck="false" autocapitalize="off" autocomplete="off"
                prop:value=move || find.text.get() on:input=typed on:keydown=pressed/>
            <p role="status" class="hidden">{move || if any() { find.summary() } else { String::new() }}</p>
            <Show when=move || any() && !find.listed()>
                <button type="button" class="ghost" on:click=move |_| find.list.set(true)>{move || find.summary()}</button>
            </Show>
        </search>
    }
}

/// The id of the first line that was found.
const FIRST: &str = "found-first";

/// The lines that were found, in the place of the file.
#[component]
pub fn Results(find: Find) -> impl IntoView {
    let view = View::here();
    let node = NodeRef::<html::Div>::new();
    let pressed = move |event: ev::KeyboardEvent| {
        let moved = match event.key().as_str() {
            "ArrowDown" => page::focus_beside(node, true),
            "ArrowUp" => {
                if !page::focus_beside(node, false) {
                    page::focus(FIND_FIELD);
                }
                true
            }
            "Escape" => {
                page::focus(FIND_FIELD);
                true
            }
            _ => false,
        };
        if moved {
            event.prevent_default();
        }
    };
    let list = move || {
        find.found.with(|found| {
            let mut files: Vec<(&str, Vec<(usize, &Hit)>)> = Vec::new();
            for (place, hit) in found.hits.iter().enumerate() {
                match files.last_mut() {
                    Some((path, hits)) if *path == hit.path => hits.push((place, hit)),
                    _ => files.push((&hit.path, vec![(place, hit)])),
                }
            }
            let file = |(path, hits): (&str, Vec<(usize, &Hit)>)| {
                let rows = hits.into_iter().map(|(place, hit)| row(view, find, place, hit)).collect_view();
                view! { <h3 class="code">{path.to_owned()}</h3> <ul>{rows}</ul> }
            };
            files.into_iter().map(file).collect_view()
        })
    };
    let more = move || {
        let left = find.found.with(|found| found.lines - found.hits.len());
        (left > 0).then(|| view! { <p class="hint">{format!("{} more: type more of it.", counted(left, "line"))}</p> })
    };
    view! {
        <div class="found" node_ref=node role="region" aria-label="Found in files" on:keydown=pressed>
            <h2>{move || find.summary()}</h2>
            {list}
            {more}
        </div>
    }
}

fn row(view: View, find: Find, place: usize, hit: &Hit) -> impl IntoView + use<> {
    let id = (place == 0).then_some(FIRST);
    let (before, rest) = hit.text.split_at(hit.at.start);
    let (text, after) = rest.split_at(hit.at.len());
    let (before, text, after) = (before.to_owned(), text.to_owned(), after.to_owned());
    let number = hit.line + 1;
    let hit = hit.clone();
    view! {
        <li><button type="button" id=id class="hit code" on:click=move |_| find.open(view, &hit)>
            <span class="hidden">"Line "</span><span class="number">{number}</span><span class="hidden">": "</span><span class="text">{before}<mark>{text}</mark>{after}</span>
        </button></li>
    }
}
