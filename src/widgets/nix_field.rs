//! A field for Nix: a plain text area that everybody's tools know, over a layer that has its text in colours.

use super::binding::{TextBinding, Tone};
use super::codec::counted;
use super::field::{Notes, Width, described, help_line, is_wrong};
use super::typing::Typing;
use crate::browser::page;
use crate::browser::time::{self, Timer};
use clusterflake_core::nix::complete::{Candidate, Completion};
use clusterflake_core::nix::highlight::{self, Kind};
use clusterflake_core::nix::syntax::Fault;
use leptos::{ev, html, prelude::*};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

/// A span of a line: its class, and where it stands in the text.
type Span = (&'static str, Range<usize>);

/// A text in colours.
struct HighlightedText {
    text: String,
    lines: Vec<Vec<Span>>,
}

/// A line of a text in colours.
#[derive(Clone)]
struct HighlightedLine {
    highlighted: Arc<HighlightedText>,
    at: usize,
    /// The hash of what it shows, and how many lines like it came before: that tells which lines are new.
    key: (u64, usize),
}

impl PartialEq for HighlightedLine {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

/// What is wrong with a text as Nix; `None` where it is right.
pub type FindFault = fn(&str) -> Option<Fault>;

/// What may be meant at a byte of a text.
pub type CompleteAt = Callback<(String, usize), Option<Completion>>;

/// How long nothing must have been typed before something is offered.
const OFFER_AFTER: u32 = 80;

/// From how many bytes on a text is not parsed with every key, and how long nothing must have been typed then.
const LONG: usize = 8 << 10;
const CHECK_AFTER: u32 = 60;

/// The height of a line, as `--row` in style/tokens.css.
const ROW: f64 = 20.0;

/// A field for Nix: in colours, held against its syntax, completed.
#[component]
pub fn NixField(
    field: TextBinding,
    /// Holds what is typed against Nix's syntax.
    fault: FindFault,
    /// Completes what is typed.
    #[prop(optional)]
    complete: Option<CompleteAt>,
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
    let found = find_fault(shown, fault);
    let own = Memo::new(move |_| typing.own.get().or_else(|| found.with(|found| found.as_ref().map(sentence))));
    // The checks say the same of a text that does not parse, a moment later.
    let others = Signal::derive(move || {
        let mut notes = notes.get();
        if found.with(Option::is_some) {
            notes.retain(|note| note.tone != Tone::Error);
        }
        notes
    });
    let highlighted = Memo::new(move |_| shown.with(|text| found.with(|fault| highlight_lines(text, fault.as_ref()))));
    let invalid = move || (own.with(Option::is_some) || is_wrong(notes)).then_some("true");
    let (frame, area) = (NodeRef::<html::Div>::new(), NodeRef::<html::Textarea>::new());
    let completions = Completions::new(complete, typing, frame, area);
    let list = format!("{place}-list");
    let active = {
        let list = list.clone();
        move || completions.active.get().map(|row| format!("{list}-{row}"))
    };
    let typed = move |event: ev::Event| {
        typing.typed(&event);
        completions.soon();
    };
    let left = move |_| {
        completions.close();
        typing.left();
    };
    let (controls, auto) = (complete.is_some().then(|| list.clone()), complete.is_some().then_some("list"));
    view! {
        <div class=format!("{} combo", width.class())>
            <label for=place.clone()>{label.clone()}</label>
            <div class="nix code" node_ref=frame>
                <div class="ink" aria-hidden="true">
                    <For each=move || highlighted.get() key=|line| line.key children=|line| draw(&line)/>
                </div>
                <textarea id=place.clone() node_ref=area rows=lines.to_string() wrap="off" spellcheck="false" autocapitalize="off"
                    autocomplete="off" data-path=place.clone() data-unread=move || unread.with(Option::is_some).then_some("")
                    aria-autocomplete=auto aria-controls=controls aria-activedescendant=active
                    aria-invalid=invalid aria-describedby=described(&place, help) placeholder=move || placeholder.get()
                    prop:value=move || shown.get() on:input=typed on:keydown=move |event| completions.pressed(&event)
                    on:blur=left on:focus=move |_| typing.entered()></textarea>
            </div>
            {complete.is_some().then(|| completions.draw(label, list))}
            {help_line(&place, help)}
        </div>
        <Notes place=place own=own notes=others/>
    }
}

/// What is wrong with the text that is `shown`: of a long one, a moment after the last key.
fn find_fault(shown: Memo<String>, fault: FindFault) -> Memo<Option<Fault>> {
    let find = move |text: &String| if text.trim().is_empty() { None } else { fault(text) };
    let (late, timer) = (RwSignal::new(None), StoredValue::new_local(None::<Timer>));
    Effect::new(move |_| {
        let check = move || late.set(shown.with_untracked(find));
        timer.set_value((shown.with(String::len) >= LONG).then(|| time::after(CHECK_AFTER, check)));
    });
    Memo::new(move |_| match shown.with(|text| (text.len() < LONG).then(|| find(text))) {
        Some(found) => found,
        None => late.get(),
    })
}

/// What a field completions while somebody types in it.
#[derive(Clone, Copy)]
struct Completions {
    complete: Option<CompleteAt>,
    typing: Typing,
    frame: NodeRef<html::Div>,
    area: NodeRef<html::Textarea>,
    found: RwSignal<Option<Completion>>,
    active: RwSignal<Option<usize>>,
    timer: StoredValue<Option<Timer>, LocalStorage>,
}

impl Completions {
    fn new(
        complete: Option<CompleteAt>,
        typing: Typing,
        frame: NodeRef<html::Div>,
        area: NodeRef<html::Textarea>,
    ) -> Self {
        let (found, active) = (RwSignal::new(None), RwSignal::new(None));
        Self { complete, typing, frame, area, found, active, timer: StoredValue::new_local(None) }
    }

    /// Also when the field is left because it is taken away: its signals are gone then.
    fn close(self) {
        self.timer.set_value(None);
        self.active.set(None);
        if self.found.try_with_untracked(Option::is_some) == Some(true) {
            self.found.set(None);
        }
    }

    /// Offers what may be meant, after a pause; what was offered before does not fit any more.
    fn soon(self) {
        self.close();
        if self.complete.is_some() {
            self.timer.set_value(Some(time::after(OFFER_AFTER, move || self.offer(false))));
        }
    }

    /// Offers what may be meant at the cursor: of a word that has begun, or where `asked`, of anything.
    fn offer(self, asked: bool) {
        let Some((complete, cursor)) = self.complete.zip(page::cursor_of(self.area)) else { return };
        let text = self.typing.shown.get_untracked();
        let found = complete.run((text.clone(), cursor)).filter(|found| {
            let word = text.get(found.start..cursor).unwrap_or_default();
            let is_done = found.candidates.iter().all(|candidate| candidate.text == word);
            asked || (!is_done && !word.is_empty())
        });
        self.active.set(None);
        self.found.set(found);
    }

    fn count(self) -> usize {
        self.found.with_untracked(|found| found.as_ref().map_or(0, |found| found.candidates.len()))
    }

    fn pressed(self, event: &ev::KeyboardEvent) {
        let (last, active) = (self.count().checked_sub(1), self.active.get_untracked());
        let to = match (event.key().as_str(), active, last) {
            (" ", _, _) if event.ctrl_key() && self.complete.is_some() => {
                self.offer(true);
                return event.prevent_default();
            }
            ("Escape", _, Some(_)) => {
                self.close();
                return event.prevent_default();
            }
            ("Enter", Some(row), Some(_)) => {
                self.choose(row);
                return event.prevent_default();
            }
            ("ArrowDown", Some(row), Some(last)) if row < last => row + 1,
            ("ArrowDown", _, Some(_)) => 0,
            ("ArrowUp", Some(row), Some(_)) if row > 0 => row - 1,
            ("ArrowUp", _, Some(last)) => last,
            // Elsewhere in the text something else is meant.
            ("ArrowLeft" | "ArrowRight" | "Home" | "End" | "Enter", _, _) => return self.close(),
            _ => return,
        };
        event.prevent_default();
        self.active.set(Some(to));
    }

    /// Puts a candidate into the text. A name that is to be put in there is marked, to be typed over.
    fn choose(self, row: usize) {
        let Some((start, end, new)) = self.found.with_untracked(|found| {
            let found = found.as_ref()?;
            Some((found.start, found.end, found.candidates.get(row)?.text.clone()))
        }) else {
            return;
        };
        self.close();
        let before = self.typing.shown.get_untracked();
        let text = format!("{}{new}{}", &before[..start], &before[end..]);
        let (from, to) = match new.find(NAME) {
            Some(at) => (start + at, start + at + NAME.len()),
            None => (start + new.len(), start + new.len()),
        };
        page::put_marked(self.area, &text, from, to);
        self.typing.put(text);
        if new.ends_with('.') {
            self.soon();
        }
    }

    fn draw(self, label: String, list: String) -> AnyView {
        let top = Memo::new(move |_| {
            let line = self.found.with(|found| {
                let start = found.as_ref().map_or(0, |found| found.start);
                self.typing
                    .shown
                    .with_untracked(|text| text.get(..start).map_or(0, |before| before.matches('\n').count()))
            });
            format!("{}px", page::below_line(self.frame, line, ROW))
        });
        let id = list.clone();
        let row_id = move |row: usize| format!("{id}-{row}");
        let revealed = row_id.clone();
        Effect::new(move |_| {
            if let Some(row) = self.active.get() {
                page::reveal(&revealed(row));
            }
        });
        let rows = move || {
            let row = |(row, offer): (usize, Candidate)| {
                view! {
                    <li id=row_id(row) role="option" aria-selected=move || (self.active.get() == Some(row)).to_string()
                        on:mousedown=|event| event.prevent_default() on:click=move |_| self.choose(row)>
                        <span class="code">{offer.text}</span><small>{offer.about}</small>
                    </li>
                }
            };
            let candidates = self.found.get().map(|found| found.candidates).unwrap_or_default();
            candidates.into_iter().enumerate().map(row).collect_view()
        };
        let told = move || match self.found.with(|found| found.as_ref().map_or(0, |found| found.candidates.len())) {
            0 => String::new(),
            count => format!("{}, with the arrow keys", counted(count, "suggestion")),
        };
        let is_closed = move || self.found.with(Option::is_none);
        view! {
            <ul id=list role="listbox" aria-label=format!("{label}: suggestions") hidden=is_closed style:top=top>{rows}</ul>
            <span class="hidden" role="status">{told}</span>
        }
        .into_any()
    }
}

/// What stands for a name of one's own in the path of an option.
const NAME: &str = "<name>";

fn sentence(fault: &Fault) -> String {
    format!("Line {}, character {}: {}.", fault.line, fault.column, fault.message)
}

/// The lines of `text` in colours.
fn highlight_lines(text: &str, fault: Option<&Fault>) -> Vec<HighlightedLine> {
    let mut end = 0;
    let mut span = |token: highlight::Token| {
        let start = end;
        end += token.text.len();
        (token_class(token.kind), start..end)
    };
    let mut lines: Vec<Vec<Span>> = Vec::new();
    for tokens in highlight::lines(".nix", text) {
        lines.push(tokens.into_iter().map(&mut span).collect());
        // The end of the line, which no token has.
        span(highlight::Token { kind: Kind::Plain, text: "\n" });
    }
    if text.is_empty() || text.ends_with('\n') {
        lines.push(Vec::new());
    }
    if let Some(fault) = fault
        && let Some(line) = lines.get_mut(fault.line - 1)
    {
        mark(text, line, fault.column - 1);
    }
    let highlighted = Arc::new(HighlightedText { text: text.to_owned(), lines });
    let mut seen: HashMap<u64, usize> = HashMap::new();
    let line = |at: usize| {
        let mut hasher = DefaultHasher::new();
        highlighted.lines[at]
            .iter()
            .for_each(|(class, range)| (class, &highlighted.text[range.clone()]).hash(&mut hasher));
        let hash = hasher.finish();
        let like = seen.entry(hash).and_modify(|like| *like += 1).or_default();
        HighlightedLine { highlighted: highlighted.clone(), at, key: (hash, *like) }
    };
    (0..highlighted.lines.len()).map(line).collect()
}

/// Puts a mark on the character of `line` at `column`, counted from 0; behind its end, an empty one.
fn mark(text: &str, line: &mut Vec<Span>, column: usize) {
    let range = |line: &[Span]| Some(line.first()?.1.start..line.last()?.1.end);
    let whole = range(line).unwrap_or_default();
    let Some((at, character)) = text[whole.clone()].char_indices().nth(column) else {
        return line.push(("t-fault", whole.end..whole.end));
    };
    let (start, end) = (whole.start + at, whole.start + at + character.len_utf8());
    let Some(index) = line.iter().position(|(_, range)| range.contains(&start)) else { return };
    let (class, span) = line[index].clone();
    line.splice(index..=index, [(class, span.start..start), ("t-fault", start..end), (class, end..span.end)]);
}

/// What a span shows; the mark behind the end of a line has something to stand on.
fn shown<'i>(highlighted: &'i HighlightedText, (class, range): &Span) -> &'i str {
    if *class == "t-fault" && range.is_empty() { " " } else { &highlighted.text[range.clone()] }
}

fn draw(line: &HighlightedLine) -> impl IntoView + use<> {
    let highlighted = &line.highlighted;
    let span = |span: &Span| view! { <span class=span.0>{shown(highlighted, span).to_owned()}</span> };
    let spans = highlighted.lines[line.at].iter().map(span).collect_view();
    view! { <div>{spans}</div> }
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

    fn drawn(text: &str) -> Vec<String> {
        let fault = expression_fault(text);
        let span = |highlighted: &HighlightedText, span: &Span| match shown(highlighted, span) {
            text if span.0 == "t-fault" => format!("‹{text}›"),
            text => text.to_owned(),
        };
        let lines = highlight_lines(text, fault.as_ref());
        lines
            .iter()
            .map(|line| line.highlighted.lines[line.at].iter().map(|one| span(&line.highlighted, one)).collect())
            .collect()
    }

    #[test]
    fn the_layer_has_every_line_and_the_fault() {
        assert_eq!(drawn(""), ["‹ ›"]);
        assert_eq!(drawn("{\n  a = 1;\n}\n"), ["{", "  a = 1;", "}", ""]);
        assert_eq!(drawn("{ a = ]; }"), ["{ a = ‹]›; }"]);
        assert_eq!(drawn("{ a = 1;"), ["{ a = 1;‹ ›"]);
        assert_eq!(drawn("\n{ a = \"ü\" }"), ["", "{ a = \"ü\" ‹}›"]);
    }

    #[test]
    fn like_lines_are_told_apart() {
        let times: Vec<usize> = highlight_lines("a\nb\na\na", None).into_iter().map(|line| line.key.1).collect();
        assert_eq!(times, [0, 0, 1, 2]);
    }
}
