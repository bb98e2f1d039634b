//! A file with numbered, coloured lines. Only the lines in sight are on the page.

use super::diff::changed_lines;
use super::files::Shown;
use crate::browser::page;
use crate::state::Design;
use crate::widgets::nix_field::token_class;
use clusterflake_core::Path;
use clusterflake_core::nix::highlight::{self, Kind};
use leptos::{ev, html, prelude::*};
use std::collections::HashSet;
use std::sync::Arc;

/// The height of a line, as `--line` in style/tokens.css.
const LINE: f64 = 20.0;

/// How many lines are drawn above and below those in sight; the window moves in steps of as many.
const MARGIN: usize = 16;

type Line = Vec<(Kind, String)>;

#[component]
pub fn Code(shown: Memo<Shown>, name: Memo<String>) -> impl IntoView {
    let design = Design::here();
    let lines = Memo::new_with_compare(move |_| shown.with(coloured), |_, _| true);
    let changed = Memo::new(move |_| {
        let before = design.files_before();
        shown.with(|shown| match shown {
            Some((path, file)) => match before.get(path) {
                Some(old) if Arc::ptr_eq(old, file) || old.text == file.text => Vec::new(),
                old => changed_lines(old.map_or("", |old| &old.text), &file.text),
            },
            None => Vec::new(),
        })
    });
    let lit = Memo::new(move |_| {
        let Some(field) = design.spot.lit.get() else { return HashSet::new() };
        shown.with(|shown| lit_lines(shown, &field))
    });
    let node = NodeRef::<html::Div>::new();
    let scroll = RwSignal::new((0.0, 800.0));
    let look = move || scroll.set(page::scroll_of(node));
    page::on_resize(look);
    Effect::new(move |_| {
        // Another file starts at its top; and the pane may have got its size only now.
        name.with(|_| ());
        design.spot.pane.track();
        page::scroll_to(node, 0.0);
        look();
    });
    Effect::new(move |_| {
        // The lines of the field that got the focus come into sight.
        design.spot.lit.track();
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
    let draw = move || {
        let (start, end) = window.get();
        let lines = lines.get();
        let (changed, lit, cursor) = (changed.get(), lit.get(), cursor.get());
        (start..end.min(lines.len()))
            .map(|i| {
                let is_changed = changed.get(i).copied().unwrap_or(false);
                let class = match (lit.contains(&i), is_changed) {
                    (true, true) => "line lit changed",
                    (true, false) => "line lit",
                    (false, true) => "line changed",
                    (false, false) => "line",
                };
                line(i, &lines[i], class, cursor == Some(i))
            })
            .collect_view()
    };
    let go = move |at: usize| {
        if let Some(path) = shown.with_untracked(|shown| origin(shown, at)) {
            design.spot.go(&path);
        }
    };
    let clicked = move |event: ev::MouseEvent| {
        if let Some(at) = page::line_at(&event, node, LINE) {
            go(at);
        }
    };
    let pressed = move |event: ev::KeyboardEvent| {
        let last = lines.with_untracked(|lines| lines.len().saturating_sub(1));
        let at = cursor.get_untracked();
        let to = match (event.key().as_str(), at) {
            ("ArrowDown", None) => (page::scroll_of(node).0 / LINE) as usize,
            ("ArrowDown", Some(at)) => (at + 1).min(last),
            ("ArrowUp", Some(at)) => at.saturating_sub(1),
            ("Enter", Some(at)) => return go(at),
            _ => return,
        };
        event.prevent_default();
        cursor.set(Some(to));
        reveal(node, to);
    };
    // What a screen reader says of the line at the cursor.
    let told = move || {
        let at = cursor.get()?;
        let text = lines
            .with(|lines| lines.get(at).map(|line| line.iter().map(|(_, text)| text.as_str()).collect::<String>()))?;
        let field =
            shown.with(|shown| origin(shown, at)).map(|path| format!(", of the field {path}: Enter leads to it"));
        Some(format!("Line {}: {text}{}", at + 1, field.unwrap_or_default()))
    };
    let height = move || format!("{}px", lines.with(|lines| lines.len()) as f64 * LINE);
    let width = move || {
        let longest = lines.with(|lines| {
            lines.iter().map(|line| line.iter().map(|(_, text)| text.chars().count()).sum::<usize>()).max()
        });
        format!("{}ch", longest.unwrap_or(0) + 9)
    };
    view! {
        <div class="source" node_ref=node tabindex="0" role="region" aria-label=move || format!("Text of {}", name.get())
            on:scroll=move |_| look() on:click=clicked on:keydown=pressed on:blur=move |_| cursor.set(None)>
            <div class="lines" style:height=height style:min-width=width>
                <div class="window" style:top=move || format!("{}px", window.get().0 as f64 * LINE)>{draw}</div>
            </div>
        </div>
        <p class="hidden" role="status">{told}</p>
    }
}

fn coloured(shown: &Shown) -> Arc<Vec<Line>> {
    let Some((path, file)) = shown else { return Arc::default() };
    let line =
        |line: Vec<highlight::Token>| line.into_iter().map(|token| (token.kind, token.text.to_owned())).collect();
    Arc::new(highlight::lines(path, &file.text).into_iter().map(line).collect())
}

fn line(number: usize, tokens: &Line, class: &'static str, cursor: bool) -> impl IntoView + use<> {
    let tokens =
        tokens.iter().map(|(kind, text)| view! { <span class=token_class(*kind)>{text.clone()}</span> }).collect_view();
    view! {
        <div class=class class:cursor=cursor><span class="number" aria-hidden="true">{number + 1}</span><code>{tokens}</code></div>
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
