//! The flakes of the presets, held against those in `golden/`: what a change does to the output shows in review.
//!
//! Files that depend on the description are stored whole. Those that are shipped as they stand in the source are listed in
//! `tree.txt` only, so that no text is stored twice. `cargo xtask golden` renews all of it.

use clusterflake_core::flake::generate;
use clusterflake_core::preset::{PRESETS, Preset};
use clusterflake_core::tree::File;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Set by `cargo xtask golden`: write instead of compare.
const RENEW: &str = "CLUSTERFLAKE_RENEW_GOLDEN";

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

/// What `folder` holds.
fn found(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

fn write(folder: &Path, wanted: &BTreeMap<String, String>) {
    for (path, text) in wanted {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// The first lines that differ, each with its number.
fn difference(old: &str, new: &str) -> String {
    const SHOWN: usize = 6;
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let tail = old[same..].iter().rev().zip(new[same..].iter().rev()).take_while(|(old, new)| old == new).count();
    let mut text = String::new();
    for (sign, lines) in [('-', &old), ('+', &new)] {
        let until = lines.len() - tail;
        for (number, line) in lines.iter().enumerate().take(until).skip(same).take(SHOWN) {
            text += &format!("    {sign} {}: {line}\n", number + 1);
        }
        if until > same + SHOWN {
            text += &format!("    {sign} and {} lines more\n", until - same - SHOWN);
        }
    }
    text
}

#[test]
fn presets_give_the_flakes_that_are_stored() {
    let golden = here().join("tests/golden");
    let mut complaints = String::new();
    let renews = std::env::var_os(RENEW).is_some();
    if renews && golden.exists() {
        fs::remove_dir_all(&golden).unwrap();
    }
    for preset in PRESETS {
        let folder = golden.join(preset.name);
        let wanted = wanted(preset);
        if renews {
            write(&folder, &wanted);
        }
        let found = found(&folder);
        for (path, text) in &wanted {
            match found.get(path) {
                Some(old) if old == text => {}
                Some(old) => complaints += &format!("  {}/{path} differs:\n{}", preset.name, difference(old, text)),
                None => complaints += &format!("  {}/{path} is new\n", preset.name),
            }
        }
        for path in found.keys().filter(|path| !wanted.contains_key(*path)) {
            complaints += &format!("  {}/{path} is gone\n", preset.name);
        }
    }
    assert!(
        complaints.is_empty(),
        "the output changed (- as stored, + as generated):\n{complaints}Where that is meant: `cargo xtask golden`, and \
         commit what it wrote."
    );
}

#[test]
fn differences_are_told_in_a_few_lines() {
    assert_eq!(difference("a\nb\nc\n", "a\nx\nc\n"), "    - 2: b\n    + 2: x\n");
    assert_eq!(difference("a\n", "a\nb\n"), "    + 2: b\n");
    let long = "x\n".repeat(9);
    assert!(difference("", &long).ends_with("    + and 3 lines more\n"));
}
