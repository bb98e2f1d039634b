//! Fields, tables, dialogs: they take plain values and callbacks, and know nothing of clusters.

pub mod binding;
pub mod codec;
pub mod combo;
pub mod dialog;
pub mod field;
pub mod icon;
pub mod nix_field;
pub mod rows;
pub mod toggle;
mod typing;
