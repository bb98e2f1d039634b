//! A file with numbered, coloured lines. Only the lines in sight are on the page.

use super::files::Shown;
use crate::browser::page;
use crate::state::{Document, Lines, Output, SOURCE, View, go_to};
use crate::widgets::nix_field::token_class;
use clusterflake_core::Path;
use clusterflake_core::diff::{Edit, edits};
use clusterflake_core::nix::highlight::{self, Kind};
use leptos::{ev, html, prelude::*};
use std::collections::HashSet;
use std::sync::Arc;

/// The height of a line, as `--line` in style/tokens.css.
const LINE: f64 = 20.0;

/// How many lines are drawn above and below those in sight; the window moves in steps of as many.
const MARGIN: usize = 16;

type Line = Vec<(Kind, String)>;

/// The text of `shown`; lines can be marked, and lead to the fields that made them.
#[component]
pub fn Code(shown: Memo<Shown>, name: Memo<String>) -> impl IntoView {
    let (document, output, view) = (Document::here(), Output::here(), View::here());
    let lines = Memo::new_with_compare(move |_| shown.with(coloured), |_, _| true);
    let changed = Memo::new(move |_| {
        let before = output.files_before();
        shown.with(|shown| match shown {
            Some((path, file)) => match before.get(path) {
                Some(old) if Arc::ptr_eq(old, file) || old.text == file.text => Vec::new(),
                old => edits(old.map_or("", |old| &old.text), &file.text),
            },
            None => Vec::new(),
        })
    });
    let lit = Memo::new(move |_| {
        let Some(field) = view.location.focused.get() else { return HashSet::new() };
        shown.with(|shown| lit_lines(shown, &field))
    });
    let made = Memo::new(move |_| {
        shown.with(|shown| {
            let origins = shown.iter().flat_map(|(_, file)| &file.origins);
            origins.map(|origin| origin.line).collect::<HashSet<_>>()
        })
    });
    let marked = Memo::new(move |_| {
        view.location.marked.with(|marked| {
            let marked = marked.as_ref()?;
            name.with(|name| marked.file == *name).then_some(marked.range).flatten()
        })
    });
    let node = NodeRef::<html::Div>::new();
    let scroll = RwSignal::new((0.0, 800.0));
    let look = move || scroll.set(page::scroll_of(node));
    page::on_size(node, move |_| look());
    Effect::new(move |_| {
        // Another file starts at its top.
        name.with(|_| ());
        page::scroll_to(node, 0.0);
        look();
    });
    Effect::new(move |_| {
        // So do the lines that a link or a find leads to; those that are being marked are in sight already.
        if let Some((first, _)) = marked.get() {
            reveal(node, first);
            look();
        }
    });
    Effect::new(move |_| {
        // The lines of the field that got the focus come into sight.
        view.location.focused.track();
        let first = lit.with_untracked(|lit| lit.iter().min().copied());
        if let Some(first) = first {
            reveal(node, first);
        }
    });
    let window = Memo::new(move |_| {
        let (top, height) = scroll.get();
        let first = (top / LINE) as usize / MARGIN * MARGIN;
        let count = lines.with(|lines| lines.len());
        let start = first.saturating_sub(MARGIN).min(count);
        (start, (first + (height / LINE) as usize + 2 * MARGIN + 1).min(count))
    });
    let cursor = RwSignal::new(None::<usize>);
    // Where marking began; it goes on from there to where the cursor is.
    let anchor = StoredValue::new(None::<usize>);
    let draw = move || {
        let (start, end) = window.get();
        let lines = lines.get();
        let (lit, cursor, marked) = (lit.get(), cursor.get(), marked.get());
        let is_marked = |i| marked.is_some_and(|(first, last)| (first..=last).contains(&i));
        made.with(|made| {
            changed.with(|changed| {
                (start..end.min(lines.len()))
                    .map(|i| {
                        let mut class = change_class(changed, i).to_owned();
                        for (is, word) in [
                            (lit.contains(&i), " lit"),
                            (is_marked(i), " marked"),
                            (made.contains(&i), " made"),
                            (cursor == Some(i), " cursor"),
                        ] {
                            if is {
                                class.push_str(word);
                            }
                        }
                        line(i, &lines[i], class)
                    })
                    .collect_view()
            })
        })
    };
    let go = move |at: usize| {
        if let Some(path) = shown.with_untracked(|shown| origin(shown, at)) {
            go_to(document, view, &path);
        }
    };
    let mark = move |from: usize, to: usize| {
        let file = name.get_untracked();
        view.location.marked.set(Some(Lines { file, range: Some((from.min(to), from.max(to))) }));
    };
    let clicked = move |event: ev::MouseEvent| {
        if page::is_in(&event, ".number") {
            let Some(at) = page::line_under(&event, node, LINE) else { return };
            let from = if event.shift_key() { anchor.get_value().unwrap_or(at) } else { at };
            anchor.set_value(Some(from));
            cursor.set(Some(at));
            mark(from, at);
        } else if let Some(at) = page::line_at(&event, node, LINE) {
            go(at);
        }
    };
    let pressed = move |event: ev::KeyboardEvent| {
        let last = lines.with_untracked(|lines| lines.len().saturating_sub(1));
        let at = cursor.get_untracked();
        let to = match (event.key().as_str(), at) {
            ("ArrowDown" | "ArrowUp", None) => (page::scroll_of(node).0 / LINE) as usize,
            ("ArrowDown", Some(at)) => (at + 1).min(last),
            ("ArrowUp", Some(at)) => at.saturating_sub(1),
            ("Home", Some(_)) => 0,
            ("End", Some(_)) => last,
            ("Enter", Some(at)) => return go(at),
            ("Escape", _) => return view.location.marked.set(None),
            _ => return,
        };
        event.prevent_default();
        if event.shift_key() {
            let from = anchor.get_value().or(at).unwrap_or(to);
            anchor.set_value(Some(from));
            mark(from, to);
        } else {
            anchor.set_value(None);
        }
        cursor.set(Some(to));
        reveal(node, to);
    };
    // Who comes to marked lines has the cursor on the first of them.
    let entered = move |_| {
        let first = view.location.marked.with_untracked(|marked| match marked {
            Some(Lines { file, range: Some((first, _)) }) if name.with_untracked(|name| name == file) => Some(*first),
            _ => None,
        });
        if cursor.get_untracked().is_none() {
            cursor.set(first);
        }
    };
    Effect::new(move |_| {
        // What a cursor pointed at in another file is nothing in this one.
        name.with(|_| ());
        cursor.set(None);
        anchor.set_value(None);
    });
    // What a screen reader says of the line at the cursor.
    let told = move || {
        let at = cursor.get()?;
        let text = lines
            .with(|lines| lines.get(at).map(|line| line.iter().map(|(_, text)| text.as_str()).collect::<String>()))?;
        let state = changed.with(|changed| if change_class(changed, at) == "line changed" { ", changed" } else { "" });
        let state = match marked.get() {
            Some((first, last)) if (first..=last).contains(&at) => format!("{state}, marked"),
            _ => state.to_owned(),
        };
        let field =
            shown.with(|shown| origin(shown, at)).map(|path| format!(", of the field {path}: Enter leads to it"));
        Some(format!("Line {}{state}: {text}{}", at + 1, field.unwrap_or_default()))
    };
    let height = move || format!("{}px", lines.with(|lines| lines.len()) as f64 * LINE);
    let width = move || {
        let longest = lines.with(|lines| {
            lines.iter().map(|line| line.iter().map(|(_, text)| text.chars().count()).sum::<usize>()).max()
        });
        format!("{}ch", longest.unwrap_or(0) + 9)
    };
    view! {
        <div class="source" id=SOURCE node_ref=node tabindex="0" role="region" aria-label=move || format!("Text of {}", name.get())
            aria-describedby="code-keys"
            on:scroll=move |_| look() on:click=clicked on:keydown=pressed on:focus=entered>
            <div class="lines" style:height=height style:min-width=width>
                <div class="window" style:top=move || format!("{}px", window.get().0 as f64 * LINE)>{draw}</div>
            </div>
        </div>
        <p class="hidden" id="code-keys">
            "Arrow keys go from line to line, with Shift they mark lines; Enter leads to the field that made the line."
        </p>
        <p class="hidden" role="status">{told}</p>
    }
}

fn coloured(shown: &Shown) -> Arc<Vec<Line>> {
    let Some((path, file)) = shown else { return Arc::default() };
    let line =
        |line: Vec<highlight::Token>| line.into_iter().map(|token| (token.kind, token.text.to_owned())).collect();
    Arc::new(highlight::lines(path, &file.text).into_iter().map(line).collect())
}

fn line(number: usize, tokens: &Line, class: String) -> impl IntoView + use<> {
    let tokens =
        tokens.iter().map(|(kind, text)| view! { <span class=token_class(*kind)>{text.clone()}</span> }).collect_view();
    view! { <div class=class><span class="number" aria-hidden="true">{number + 1}</span><code>{tokens}</code></div> }
}

/// How a line is shown that the last edit made, or after which it took lines away.
fn change_class(edits: &[Edit], line: usize) -> &'static str {
    let at = edits.partition_point(|edit| edit.new.end < line || edit.new.end == line && !edit.new.is_empty());
    match edits.get(at) {
        Some(edit) if edit.new.contains(&line) => "line changed",
        Some(edit) if edit.new.is_empty() && edit.new.start == line => "line cut",
        _ => "line",
    }
}

/// The lines that `field` made.
fn lit_lines(shown: &Shown, field: &Path) -> HashSet<usize> {
    let Some((_, file)) = shown else { return HashSet::new() };
    file.origins.iter().filter(|origin| field.contains(&origin.path)).map(|origin| origin.line).collect()
}

/// The field that made a line: of several, the innermost.
fn origin(shown: &Shown, line: usize) -> Option<Path> {
    let (_, file) = shown.as_ref()?;
    file.origins
        .iter()
        .filter(|origin| origin.line == line)
        .max_by_key(|origin| origin.path.steps().len())
        .map(|origin| origin.path.clone())
}

/// Scrolls to a line that is out of sight.
fn reveal(node: NodeRef<html::Div>, line: usize) {
    let (top, height) = page::scroll_of(node);
    let at = line as f64 * LINE;
    if at < top || at + LINE > top + height {
        page::scroll_to(node, (at - height / 3.0).max(0.0));
    }
}
