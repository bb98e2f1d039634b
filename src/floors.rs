//! The floors of the page, held by tests: nothing uses what stands above it.

use std::fs;
use std::path::Path;

/// The folders of the page, the ground first.
const FLOORS: &[&str] = &["browser", "widgets", "state", "actions", "forms", "preview", "app"];

/// The rooms of the state, each with what its files may not name: the types of the other rooms.
const ROOMS: &[(&str, &[&str])] = &[
    ("document", &["Output", "Library", "View", "Workspace"]),
    ("output", &["Library", "View", "Workspace"]),
    ("library", &["Output", "View", "Workspace"]),
    ("view", &["Document", "Output", "Library", "Workspace"]),
];

/// What only `browser/` may use.
const BROWSER: &[&str] = &["web_sys", "js_sys", "gloo", "wasm_bindgen"];

/// The Rust files below `folder`, by their paths in `src/`, with their text without comments.
fn files(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                found.push((name, code.collect::<Vec<_>>().join("\n")));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has no files");
    found
}

/// Whether `text` has `word`, as a whole name.
fn names(text: &str, word: &str) -> bool {
    let is_part = |character: Option<char>| character.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word)
        .any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next()))
}

#[test]
fn nothing_uses_what_stands_above_it() {
    for (height, floor) in FLOORS.iter().enumerate() {
        for (file, text) in files(floor) {
            for above in &FLOORS[height + 1..] {
                assert!(!names(&text, &format!("crate::{above}")), "{file} uses {above}/, which stands above it");
            }
        }
    }
}

#[test]
fn the_rooms_of_the_state_know_only_what_they_may() {
    for (room, others) in ROOMS {
        for (file, text) in files(&format!("state/{room}")) {
            for other in *others {
                let folder = other.to_lowercase();
                let uses = names(&text, other) || text.contains(&format!("state::{folder}"));
                assert!(!uses, "{file} names {other}");
            }
        }
    }
}

#[test]
fn only_browser_touches_the_browser_and_widgets_know_nothing_of_clusters() {
    for floor in &FLOORS[1..] {
        for (file, text) in files(floor) {
            let used = BROWSER.iter().find(|name| names(&text, name));
            assert_eq!(used, None, "{file} is not in browser/");
        }
    }
    for (file, text) in files("widgets") {
        assert!(!names(&text, "Cluster") && !text.contains("core::cluster"), "{file} knows of clusters");
    }
}

#[test]
fn the_own_file_of_a_folder_is_its_mod() {
    for (file, _) in files("") {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file.trim_end_matches(".rs"));
        assert!(!folder.is_dir(), "{file} stands beside its folder: make it {}/mod.rs", file.trim_end_matches(".rs"));
    }
}
