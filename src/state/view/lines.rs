//! Lines of a file: those that are marked, and how a link names them.

use super::{Location, Pane};
use crate::browser::address;
use leptos::prelude::*;

/// Some lines of a file, or the whole of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    pub file: String,
    /// The first and the last line, counted from 0.
    pub range: Option<(usize, usize)>,
}

/// What stands before the file in a link.
const KEY: &str = "file=";

impl Lines {
    /// Reads what [`Lines::fragment`] writes: the part of a link's fragment that begins with `file=`.
    pub fn in_fragment(fragment: &str) -> Option<Lines> {
        let text = address::decoded(fragment.split('&').find_map(|part| part.strip_prefix(KEY))?)?;
        let number = |text: &str| text.parse::<usize>().ok()?.checked_sub(1);
        let range = |text: &str| match text.split_once('-') {
            Some((first, last)) => Some((number(first)?, number(last)?)).filter(|(first, last)| first <= last),
            None => number(text).map(|line| (line, line)),
        };
        Some(match text.rsplit_once(':').and_then(|(file, lines)| Some((file, range(lines)?))) {
            Some((file, range)) => Lines { file: file.to_owned(), range: Some(range) },
            None => Lines { file: text, range: None },
        })
    }

    /// `file=cluster.nix:13-15`, for a link's fragment; counted from 1.
    pub fn fragment(&self) -> String {
        let file = address::encoded(&self.file);
        match self.range {
            None => format!("{KEY}{file}"),
            Some((first, last)) if first == last => format!("{KEY}{file}:{}", first + 1),
            Some((first, last)) => format!("{KEY}{file}:{}-{}", first + 1, last + 1),
        }
    }
}

impl Location {
    /// Shows a file, with its lines marked.
    pub fn show_lines(self, lines: Lines) {
        self.menu.set(false);
        self.pane.set(Pane::Files);
        self.file.set(lines.file.clone());
        self.marked.set(Some(lines));
    }
}
