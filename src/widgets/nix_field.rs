//! A field for Nix: a plain text area that everybody's tools know, over a layer that has its text in colours.

use super::binding::{TextBinding, Tone};
use super::field::{Notes, Width, described, help_line, is_wrong};
use super::typing::Typing;
use clusterflake_core::nix::highlight::{self, Kind};
use clusterflake_core::nix::syntax::Fault;
use leptos::prelude::*;
use std::collections::HashMap;

/// A piece of a line: its class, and its text.
type Piece = (&'static str, String);

/// What is wrong with a text as Nix; `None` where it is right.
pub type FindFault = fn(&str) -> Option<Fault>;

#[component]
pub fn NixField(
    field: TextBinding,
    /// Holds what is typed against Nix's syntax.
    fault: FindFault,
    #[prop(optional)] help: &'static str,
    #[prop(optional, into)] placeholder: Signal<String>,
    #[prop(default = Width::Full)] width: Width,
    /// How many lines are shown at least; the field grows with its text.
    #[prop(default = 1)]
    lines: u32,
) -> impl IntoView {
    let typing = Typing::new(&field);
    let TextBinding { label, place, unread, notes, .. } = field;
    let shown = typing.shown;
    let found = Memo::new(move |_| shown.with(|text| if text.trim().is_empty() { None } else { fault(text) }));
    let own = Memo::new(move |_| typing.own.get().or_else(|| found.with(|found| found.as_ref().map(sentence))));
    // The checks say the same of a text that does not parse, a moment later.
    let others = Signal::derive(move || {
        let mut notes = notes.get();
        if found.with(Option::is_some) {
            notes.retain(|note| note.tone != Tone::Error);
        }
        notes
    });
    let ink = Memo::new(move |_| shown.with(|text| found.with(|fault| inked(text, fault.as_ref()))));
    let invalid = move || (own.with(Option::is_some) || is_wrong(notes)).then_some("true");
    view! {
        <div class=width.class()>
            <label for=place.clone()>{label}</label>
            <div class="nix code">
                <div class="ink" aria-hidden="true">
                    <For each=move || ink.get() key=|line| line.clone() children=|(line, _)| draw(line)/>
                </div>
                <textarea id=place.clone() rows=lines.to_string() wrap="off" spellcheck="false" autocapitalize="off"
                    autocomplete="off" data-path=place.clone() data-unread=move || unread.with(Option::is_some).then_some("")
                    aria-invalid=invalid aria-describedby=described(&place, help) placeholder=move || placeholder.get()
                    prop:value=move || shown.get() on:input=move |event| typing.typed(&event)
                    on:blur=move |_| typing.left() on:focus=move |_| typing.entered()></textarea>
            </div>
            {help_line(&place, help)}
        </div>
        <Notes place=place own=own notes=others/>
    }
}

fn sentence(fault: &Fault) -> String {
    format!("Line {}, character {}: {}.", fault.line, fault.column, fault.message)
}

/// The lines of `text` in colours, each with how many lines like it came before: that tells which lines are new.
fn inked(text: &str, fault: Option<&Fault>) -> Vec<(Vec<Piece>, usize)> {
    let piece = |token: highlight::Token| (token_class(token.kind), token.text.to_owned());
    let mut lines: Vec<Vec<Piece>> =
        highlight::lines(".nix", text).into_iter().map(|line| line.into_iter().map(piece).collect()).collect();
    if text.is_empty() || text.ends_with('\n') {
        lines.push(Vec::new());
    }
    if let Some(fault) = fault
        && let Some(line) = lines.get_mut(fault.line - 1)
    {
        *line = marked(std::mem::take(line), fault.column - 1);
    }
    let mut seen: HashMap<Vec<Piece>, usize> = HashMap::new();
    lines
        .into_iter()
        .map(|line| {
            let times = seen.entry(line.clone()).and_modify(|times| *times += 1).or_default();
            (line, *times)
        })
        .collect()
}

/// The line with a mark on the character at `column`, counted from 0; at its end, after it.
fn marked(line: Vec<Piece>, column: usize) -> Vec<Piece> {
    let (mut out, mut at, mut is_marked) = (Vec::new(), 0, false);
    for (class, text) in line {
        let length = text.chars().count();
        if is_marked || column >= at + length {
            out.push((class, text));
        } else {
            let mut characters = text.chars();
            let before: String = characters.by_ref().take(column - at).collect();
            let marked: String = characters.by_ref().take(1).collect();
            out.extend([(class, before), ("t-fault", marked), (class, characters.collect())]);
            is_marked = true;
        }
        at += length;
    }
    if !is_marked {
        out.push(("t-fault", " ".to_owned()));
    }
    out
}

fn draw(line: Vec<Piece>) -> impl IntoView {
    let pieces = line.into_iter().map(|(class, text)| view! { <span class=class>{text}</span> }).collect_view();
    view! { <div>{pieces}</div> }
}

/// The class of a token's colour.
pub fn token_class(kind: Kind) -> &'static str {
    match kind {
        Kind::Plain => "",
        Kind::Comment => "t-comment",
        Kind::String => "t-string",
        Kind::Name => "t-name",
        Kind::Number => "t-number",
        Kind::Keyword => "t-keyword",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clusterflake_core::nix::syntax::expression_fault;

    fn shown(text: &str) -> Vec<String> {
        let fault = expression_fault(text);
        let mark = |(class, text): &Piece| if *class == "t-fault" { format!("‹{text}›") } else { text.clone() };
        inked(text, fault.as_ref()).iter().map(|(line, _)| line.iter().map(mark).collect()).collect()
    }

    #[test]
    fn the_layer_has_every_line_and_the_fault() {
        assert_eq!(shown(""), ["‹ ›"]);
        assert_eq!(shown("{\n  a = 1;\n}\n"), ["{", "  a = 1;", "}", ""]);
        assert_eq!(shown("{ a = ]; }"), ["{ a = ‹]›; }"]);
        assert_eq!(shown("{ a = 1;"), ["{ a = 1;‹ ›"]);
        assert_eq!(shown("\n{ a = \"ü\" }"), ["", "{ a = \"ü\" ‹}›"]);
    }

    #[test]
    fn like_lines_are_told_apart() {
        let times: Vec<usize> = inked("a\nb\na\na", None).into_iter().map(|(_, times)| times).collect();
        assert_eq!(times, [0, 0, 1, 2]);
    }
}
