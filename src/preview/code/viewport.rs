//! The lines in sight: of a long file only these, and some around them, are on the page.

use crate::browser::page;
use leptos::{html, prelude::*};

/// The height of a line, as `--line` in style/tokens.css.
pub const LINE: f64 = 20.0;

/// How many lines are drawn above and below those in sight; the window moves in steps of as many.
const MARGIN: usize = 16;

/// What the lines are scrolled in.
#[derive(Clone, Copy)]
pub struct Viewport {
    pub node: NodeRef<html::Div>,
    /// How far it is scrolled and how high it is, in pixels.
    scroll: RwSignal<(f64, f64)>,
}

impl Viewport {
    pub fn new() -> Self {
        let viewport = Self { node: NodeRef::new(), scroll: RwSignal::new((0.0, 800.0)) };
        page::on_size(viewport.node, move |_| viewport.look());
        viewport
    }

    /// Takes in how far it is scrolled now.
    pub fn look(self) {
        self.scroll.set(page::scroll_of(self.node));
    }

    /// Scrolls to the first line.
    pub fn to_top(self) {
        page::scroll_to(self.node, 0.0);
        self.look();
    }

    /// Scrolls to a line that is out of sight.
    pub fn reveal(self, line: usize) {
        let (top, height) = page::scroll_of(self.node);
        let at = line as f64 * LINE;
        if at < top || at + LINE > top + height {
            page::scroll_to(self.node, (at - height / 3.0).max(0.0));
        }
    }

    /// The first line in sight.
    pub fn first_line(self) -> usize {
        (page::scroll_of(self.node).0 / LINE) as usize
    }

    /// The lines to draw of `count`: the first, and the one after the last.
    pub fn window(self, count: usize) -> (usize, usize) {
        let (top, height) = self.scroll.get();
        let first = (top / LINE) as usize / MARGIN * MARGIN;
        let start = first.saturating_sub(MARGIN).min(count);
        (start, (first + (height / LINE) as usize + 2 * MARGIN + 1).min(count))
    }
}
