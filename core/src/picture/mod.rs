//! The picture of a cluster: who is there, and what connects them.
//!
//! [`draw`] is a plain function from a description and a width to a layout as data: a band for each group of nodes, below
//! each other, and beside them upright lanes, one for each thing that several of them share: the cluster's network, the
//! fabric, the controllers' state, each shared file system. A short line leads from a band to each of its lanes. So nothing
//! can lie over anything else, at whatever size. The page draws this; [`svg`] makes a file of it.

mod cells;
mod facts;
mod layout;
mod svg;
mod text;
mod words;

pub use cells::{Cells, Mark};
pub use facts::Kind;
pub use layout::{Band, Chip, Lane, Link, Picture, Rect, Tie, draw};
pub use svg::svg;
pub use text::{Style, Text};

#[cfg(test)]
mod tests;
