//! The tables of NixOS's options and of nixpkgs' packages, by which the lint and the completion know names.
//!
//! They are built in, but not into WebAssembly: the page starts sooner without, fetches the files of `nix/data/` when it
//! stands, and hands them in. Until then nothing is known, and nothing is said of options.

use super::options::{GoneNode, Known, OptionNode};
use std::collections::BTreeMap;
use std::sync::OnceLock;

#[derive(Clone, Copy)]
struct Tables {
    options: &'static str,
    packages: &'static str,
}

static HANDED_IN: OnceLock<Tables> = OnceLock::new();
static KNOWN: OnceLock<Known> = OnceLock::new();
static NOTHING: Known = Known {
    tree: OptionNode { kind: None, default: None, is_whole: false, children: BTreeMap::new() },
    gone: GoneNode { gone: None, children: BTreeMap::new() },
    complete: false,
    count: 0,
};

/// Hands in the texts of `nix/data/nixos-options.tsv` and `nix/data/packages.txt`, which are kept as long as the
/// program runs. Only the first call counts, and outside WebAssembly only one before the tables are first asked for.
pub fn provide(options: String, packages: String) {
    HANDED_IN.get_or_init(|| Tables { options: options.leak(), packages: packages.leak() });
}

/// Whether the tables are there: always, but in WebAssembly only after [`provide`].
pub fn are_there() -> bool {
    tables().is_some()
}

/// The options that the project's table has; none until the tables [are there](are_there).
pub fn known() -> &'static Known {
    tables().map_or(&NOTHING, |tables| KNOWN.get_or_init(|| Known::new(tables.options, false)))
}

/// The packages of nixpkgs by their attributes, `python3Packages.numpy`, in the order of the table; none until the
/// tables [are there](are_there).
pub fn packages() -> impl Iterator<Item = &'static str> {
    tables().map_or("", |tables| tables.packages).lines()
}

#[cfg(not(target_family = "wasm"))]
fn tables() -> Option<Tables> {
    let (options, packages) = (super::options::TABLE, include_str!("../data/packages.txt"));
    Some(HANDED_IN.get().copied().unwrap_or(Tables { options, packages }))
}

#[cfg(target_family = "wasm")]
fn tables() -> Option<Tables> {
    HANDED_IN.get().copied()
}
