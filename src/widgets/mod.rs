//! Fields, tables, dialogs: they take plain values and callbacks, and know nothing of clusters.

pub mod binding;
pub mod codec;
pub mod dialog;
pub mod field;
pub mod icon;
pub mod rows;
pub mod toggle;
