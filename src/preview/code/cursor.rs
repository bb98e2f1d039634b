//! The line that keys and the mouse are at, and marking lines with them.

use super::viewport::{LINE, Viewport};
use crate::browser::page;
use crate::state::{Lines, Location};
use leptos::{ev, prelude::*};

/// The cursor in a text of lines.
#[derive(Clone, Copy)]
pub struct Cursor {
    location: Location,
    viewport: Viewport,
    /// The file, and how many lines it has.
    name: Memo<String>,
    count: Memo<usize>,
    at: RwSignal<Option<usize>>,
    /// Where marking began; it goes on from there to where the cursor is.
    anchor: StoredValue<Option<usize>>,
}

impl Cursor {
    pub fn new(location: Location, viewport: Viewport, name: Memo<String>, count: Memo<usize>) -> Self {
        let (at, anchor) = (RwSignal::new(None), StoredValue::new(None));
        Effect::new(move |_| {
            // What a cursor pointed at in another file is nothing in this one.
            name.with(|_| ());
            at.set(None);
            anchor.set_value(None);
        });
        Self { location, viewport, name, count, at, anchor }
    }

    /// The line that it is at.
    pub fn at(self) -> Option<usize> {
        self.at.get()
    }

    /// Follows a click, on a number to mark lines. Gives the line that the click leads from, where it is one on text.
    pub fn clicked(self, event: &ev::MouseEvent) -> Option<usize> {
        if !page::is_in(event, ".number") {
            return page::line_at(event, self.viewport.node, LINE);
        }
        let at = page::line_under(event, self.viewport.node, LINE)?;
        let from = if event.shift_key() { self.anchor.get_value().unwrap_or(at) } else { at };
        self.anchor.set_value(Some(from));
        self.at.set(Some(at));
        self.mark(from, at);
        None
    }

    /// Follows a key. Gives the line that Enter leads from.
    pub fn pressed(self, event: &ev::KeyboardEvent) -> Option<usize> {
        let last = self.count.get_untracked().saturating_sub(1);
        let at = self.at.get_untracked();
        let to = match (event.key().as_str(), at) {
            ("ArrowDown" | "ArrowUp", None) => self.viewport.first_line(),
            ("ArrowDown", Some(at)) => (at + 1).min(last),
            ("ArrowUp", Some(at)) => at.saturating_sub(1),
            ("Home", Some(_)) => 0,
            ("End", Some(_)) => last,
            ("Enter", at) => return at,
            ("Escape", _) => {
                self.location.marked.set(None);
                return None;
            }
            _ => return None,
        };
        event.prevent_default();
        if event.shift_key() {
            let from = self.anchor.get_value().or(at).unwrap_or(to);
            self.anchor.set_value(Some(from));
            self.mark(from, to);
        } else {
            self.anchor.set_value(None);
        }
        self.at.set(Some(to));
        self.viewport.reveal(to);
        None
    }

    /// Who comes to marked lines has the cursor on the first of them.
    pub fn entered(self) {
        if self.at.get_untracked().is_none() {
            let marked = untrack(|| self.name.with(|name| self.location.marked_in(name)));
            self.at.set(marked.map(|(first, _)| first));
        }
    }

    fn mark(self, from: usize, to: usize) {
        let file = self.name.get_untracked();
        self.location.marked.set(Some(Lines { file, range: Some((from.min(to), from.max(to))) }));
    }
}
