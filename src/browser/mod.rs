//! The browser: the only callers of web-sys, js-sys and gloo.

pub mod address;
pub mod clipboard;
pub mod dialog;
pub mod drop;
pub mod fetch;
pub mod files;
pub mod grid;
pub mod offline;
pub mod page;
pub mod pointer;
pub mod storage;
pub mod tabs;
pub mod time;
