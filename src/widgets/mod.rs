//! Fields, tables, dialogs: they take plain values and callbacks, and know nothing of clusters.

pub mod binding;
pub mod codec;
pub mod combo;
pub mod command;
pub mod dialog;
pub mod field;
pub mod grid;
pub mod icon;
pub mod menu;
pub mod nix_field;
pub mod rows;
pub mod separator;
pub mod toggle;
mod typing;
