//! The nodes of a large group, as cells: a square for each, or for several.

use super::layout::Rect;
use std::fmt::Write;

/// What a cell stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Nodes that are none of the others.
    Plain,
    /// Nodes with GPUs.
    Gpu,
    /// Nodes that differ from their group.
    Differs,
    /// Nodes that run or serve something for the others.
    Serves,
}

impl Mark {
    /// Every mark, in the order in which their cells are drawn.
    pub const ALL: [Mark; 4] = [Mark::Plain, Mark::Gpu, Mark::Differs, Mark::Serves];

    /// The CSS class of its cells.
    pub fn class(self) -> &'static str {
        match self {
            Mark::Plain => "pic-cell",
            Mark::Gpu => "pic-cell gpu",
            Mark::Differs => "pic-cell differs",
            Mark::Serves => "pic-cell serves",
        }
    }
}

/// The edge of a cell, and from one to the next.
pub const EDGE: i32 = 8;
const STEP: i32 = 10;
/// After so many cells there is a gap.
const BLOCK: usize = 8;
const GAP: i32 = 4;
/// The most cells of a group; of larger ones, a cell is several nodes.
const MOST: usize = 1024;

/// The cells of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    /// How many nodes a cell is.
    pub nodes_each: usize,
    /// The upper left corners, and what each stands for.
    pub places: Vec<(Mark, i32, i32)>,
}

/// Lays the nodes in `marks` out as cells from `x`, `y` on, in lines of at most `room` pixels; says how high they are.
pub fn lay_out(marks: &[Mark], x: i32, y: i32, room: i32) -> (Cells, i32) {
    let nodes_each = marks.len().div_ceil(MOST).max(1);
    let block = BLOCK as i32 * STEP + GAP;
    let in_line = ((room + GAP + STEP - EDGE) / block).max(1) as usize * BLOCK;
    let mut places = Vec::new();
    let mut height = 0;
    for (i, nodes) in marks.chunks(nodes_each).enumerate() {
        let (line, column) = (i / in_line, i % in_line);
        let mark = nodes.iter().copied().max().unwrap_or(Mark::Plain);
        let left = x + column as i32 * STEP + (column / BLOCK) as i32 * GAP;
        // A gap after some lines too, so that blocks can be counted.
        let top = line as i32 * STEP + (line / BLOCK) as i32 * GAP;
        places.push((mark, left, y + top));
        height = top + EDGE;
    }
    (Cells { nodes_each, places }, height)
}

impl Cells {
    /// Where the cells are.
    pub fn rects(&self) -> impl Iterator<Item = Rect> {
        self.places.iter().map(|(_, x, y)| Rect { x: *x, y: *y, width: EDGE, height: EDGE })
    }

    /// The cells of each mark that occurs as one path of SVG, the `d` of a `<path>`.
    pub fn paths(&self) -> Vec<(Mark, String)> {
        let mut paths = Vec::new();
        for kind in Mark::ALL {
            let mut path = String::new();
            for (_, x, y) in self.places.iter().filter(|(mark, ..)| *mark == kind) {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{x} {y}h{EDGE}v{EDGE}h-{EDGE}z");
            }
            if !path.is_empty() {
                paths.push((kind, path));
            }
        }
        paths
    }
}
