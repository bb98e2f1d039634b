//! The command line, run as a user would: one test program, so that it is linked once.

mod commands;
mod common;
mod diff;
mod folder;
mod import;
mod job;
mod lines;
mod module;
mod picture;
