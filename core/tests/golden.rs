//! The flakes of the presets, held against those in `golden/`: what a change does to the output shows in review.
//!
//! Files that depend on the description are stored whole. Those that are shipped as they stand in the source are listed in
//! `tree.txt` only, so that no text is stored twice. `cargo xtask golden` renews all of it.

use clusterflake_core::flake::generate;
use clusterflake_core::modules::values::{NixOption, Type};
use clusterflake_core::modules::{self, MODULES};
use clusterflake_core::preset::{PRESETS, Preset};
use clusterflake_core::tree::File;
use expect_test::expect_file;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Set by `cargo xtask golden`: what expect-test takes as the order to write instead of compare.
const RENEW: &str = "UPDATE_EXPECT";

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Whether `file`, at `path` in the flake of `preset`, is a source file as it stands.
fn is_source(preset: &Preset, path: &str, file: &File) -> bool {
    let sources = [format!("src/{path}"), format!("src/flake/{path}"), format!("src/preset/{}.json", preset.name)];
    sources.iter().any(|source| fs::read_to_string(here().join(source)).is_ok_and(|text| text == file.text))
}

/// What `golden/PRESET` is to hold.
fn wanted(preset: &Preset) -> BTreeMap<String, String> {
    let mut wanted = BTreeMap::new();
    let mut list = String::new();
    for (path, file) in generate(&preset.cluster()) {
        list += &path;
        list += if file.executable { " (executable)" } else { "" };
        if is_source(preset, &path, &file) {
            list += " as in the source";
        } else {
            wanted.insert(path, file.text.clone());
        }
        list.push('\n');
    }
    wanted.insert("tree.txt".to_owned(), list);
    wanted
}

/// The files of `folder`.
fn found(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/"));
            }
        }
    }
    found
}

/// The modules' `options.nix` are sources, and made from the fields of the description: neither is changed without the other.
/// `cargo xtask golden` writes them; it is run twice, since the presets' flakes hold them.
#[test]
fn options_are_those_of_the_descriptions_fields() {
    for module in MODULES {
        let path = here().join(format!("src/modules/{}/options.nix", module.name));
        expect_file![path].assert_eq(&modules::options_nix(module));
    }
}

#[test]
fn presets_give_the_flakes_that_are_stored() {
    let golden = here().join("tests/golden");
    let renews = std::env::var_os(RENEW).is_some();
    for preset in PRESETS {
        let folder = golden.join(preset.name);
        let wanted = wanted(preset);
        if renews {
            fs::remove_dir_all(&folder).ok();
            wanted.keys().for_each(|path| fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap());
        }
        for (path, text) in &wanted {
            expect_file![folder.join(path)].assert_eq(text);
        }
        // What is new or gone is in tree.txt, so that this is left for files that were put there by hand.
        assert!(found(&folder).iter().eq(wanted.keys()), "{} holds files that are not generated", folder.display());
    }
}

#[test]
fn every_option_says_what_it_means() {
    fn silent(options: &[NixOption], inside: &str) -> Vec<String> {
        let inside_of = |kind: &Type, at: &str| match kind {
            Type::Set(options) | Type::Record(options) => silent(options, at),
            _ => Vec::new(),
        };
        let mut found = Vec::new();
        for option in options {
            let at = format!("{inside}.{}", option.name);
            if option.description.is_empty() {
                found.push(at.clone());
            }
            let mut kind = &option.kind;
            while let Type::List(of) | Type::NullOr(of) = kind {
                kind = of;
            }
            found.extend(inside_of(kind, &at));
        }
        found
    }
    let silent: Vec<String> = MODULES
        .iter()
        .flat_map(|module| modules::options(module))
        .flat_map(|(name, options)| silent(&options, name))
        .collect();
    assert!(silent.is_empty(), "a comment on the field is missing: {}", silent.join(", "));
}
