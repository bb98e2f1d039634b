//! A file with numbered, coloured lines. Only the lines in sight are on the page.

mod cursor;
mod lines;
mod viewport;

use super::files::ShownFile;
use super::tokens::{Tokens, coloured, spans};
use crate::state::{Document, Output, SOURCE, View, go_to};
use clusterflake_core::diff::Edit;
use cursor::Cursor;
use leptos::{ev, prelude::*};
use lines::{change_class, changes, lines_of, made_lines, origin};
use std::collections::HashSet;
use std::sync::Arc;
use viewport::{LINE, Viewport};

/// The text of `shown`; lines can be marked, and lead to the fields that made them.
#[component]
pub fn Code(shown: Memo<ShownFile>, name: Memo<String>) -> impl IntoView {
    let (document, view) = (Document::here(), View::here());
    let location = view.location;
    let text = Text::new(shown, name);
    let (viewport, count) = (Viewport::new(), Memo::new(move |_| text.lines.with(|lines| lines.len())));
    Effect::new(move |before: Option<String>| {
        // Another file starts at its top, or at the lines that a link or a find leads to. One effect for both: of two, the
        // one that goes to the top could come last.
        let (file, marked) = (name.get(), text.marked.get());
        if before.as_ref() != Some(&file) {
            viewport.to_top();
        }
        // Those that are being marked are in sight already.
        if let Some((first, _)) = marked {
            viewport.reveal(first);
            viewport.look();
        }
        file
    });
    Effect::new(move |_| {
        // The lines of the field that got the focus come into sight.
        location.focused.track();
        if let Some(first) = text.lit.with_untracked(|lit| lit.iter().min().copied()) {
            viewport.reveal(first);
        }
    });
    let window = Memo::new(move |_| viewport.window(count.get()));
    let cursor = Cursor::new(location, viewport, name, count);
    let go = move |from: Option<usize>| {
        if let Some(path) = from.and_then(|line| shown.with_untracked(|shown| origin(shown, line))) {
            go_to(document, view, &path);
        }
    };
    let clicked = move |event: ev::MouseEvent| go(cursor.clicked(&event));
    let pressed = move |event: ev::KeyboardEvent| go(cursor.pressed(&event));
    let height = move || format!("{}px", count.get() as f64 * LINE);
    view! {
        <div class="source" id=SOURCE node_ref=viewport.node tabindex="0" role="region" aria-label=move || format!("Text of {}", name.get())
            aria-describedby="code-keys"
            on:scroll=move |_| viewport.look() on:click=clicked on:keydown=pressed on:focus=move |_| cursor.entered()>
            <div class="lines" style:height=height style:min-width=move || text.width()>
                <div class="window" style:top=move || format!("{}px", window.get().0 as f64 * LINE)>{move || text.draw(window.get(), cursor.at())}</div>
            </div>
        </div>
        <p class="hidden" id="code-keys">
            "Arrow keys go from line to line, with Shift they mark lines; Enter leads to the field that made the line."
        </p>
        <p class="hidden" role="status">{move || text.told(cursor.at()?)}</p>
    }
}

/// The text that is shown, and what is to be seen of its lines.
#[derive(Clone, Copy)]
struct Text {
    shown: Memo<ShownFile>,
    lines: Memo<Arc<Vec<Tokens>>>,
    /// What the last step changed.
    changed: Memo<Vec<Edit>>,
    /// The lines of the field that has the focus.
    lit: Memo<HashSet<usize>>,
    /// The lines that fields made.
    made: Memo<HashSet<usize>>,
    /// The first and the last line that is marked.
    marked: Memo<Option<(usize, usize)>>,
}

impl Text {
    fn new(shown: Memo<ShownFile>, name: Memo<String>) -> Self {
        let (output, location) = (Output::here(), View::here().location);
        let tokens = |shown: &ShownFile| shown.as_ref().map(|(path, file)| coloured(path, &file.text));
        let lit = move || {
            let field = location.focused.get()?;
            Some(shown.with(|shown| lines_of(shown, &field)))
        };
        Self {
            shown,
            lines: Memo::new_with_compare(move |_| Arc::new(shown.with(tokens).unwrap_or_default()), |_, _| true),
            changed: Memo::new(move |_| {
                let before = output.files_before();
                shown.with(|shown| changes(&before, shown))
            }),
            lit: Memo::new(move |_| lit().unwrap_or_default()),
            made: Memo::new(move |_| shown.with(made_lines)),
            marked: Memo::new(move |_| name.with(|name| location.marked_in(name))),
        }
    }

    /// The lines from `start` up to `end`.
    fn draw(self, (start, end): (usize, usize), cursor: Option<usize>) -> Vec<impl IntoView + use<>> {
        let lines = self.lines.get();
        let (lit, marked) = (self.lit.get(), self.marked.get());
        let class = |made: &HashSet<usize>, changed: &[Edit], i: usize| {
            let mut class = change_class(changed, i).to_owned();
            for (is, word) in [
                (lit.contains(&i), " lit"),
                (contains(marked, i), " marked"),
                (made.contains(&i), " made"),
                (cursor == Some(i), " cursor"),
            ] {
                if is {
                    class.push_str(word);
                }
            }
            class
        };
        let all = start..end.min(lines.len());
        self.made.with(|made| {
            self.changed.with(|changed| all.map(|i| line(i, &lines[i], class(made, changed, i))).collect_view())
        })
    }

    /// How wide it is.
    fn width(self) -> String {
        let length = |line: &Tokens| line.iter().map(|(_, text)| text.chars().count()).sum::<usize>();
        let longest = self.lines.with(|lines| lines.iter().map(length).max());
        format!("{}ch", longest.unwrap_or(0) + 9)
    }

    /// What a screen reader says of a line.
    fn told(self, at: usize) -> Option<String> {
        let text = self
            .lines
            .with(|lines| lines.get(at).map(|line| line.iter().map(|(_, text)| text.as_str()).collect::<String>()))?;
        let is_changed = self.changed.with(|changed| change_class(changed, at) == "line changed");
        let changed = if is_changed { ", changed" } else { "" };
        let marked = if contains(self.marked.get(), at) { ", marked" } else { "" };
        let field = self.shown.with(|shown| origin(shown, at));
        let field = field.map(|path| format!(", of the field {path}: Enter leads to it")).unwrap_or_default();
        Some(format!("Line {}{changed}{marked}: {text}{field}", at + 1))
    }
}

/// Whether a line is in a range that includes its last line.
fn contains(range: Option<(usize, usize)>, line: usize) -> bool {
    range.is_some_and(|(first, last)| (first..=last).contains(&line))
}

fn line(number: usize, tokens: &Tokens, class: String) -> impl IntoView + use<> {
    view! { <div class=class><span class="number" aria-hidden="true">{number + 1}</span><code>{spans(tokens)}</code></div> }
}
