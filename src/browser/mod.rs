//! The browser: the only callers of web-sys, js-sys and gloo.

pub mod address;
pub mod clipboard;
pub mod dialog;
pub mod files;
pub mod page;
pub mod storage;
pub mod time;
