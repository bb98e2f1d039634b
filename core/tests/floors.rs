//! What stands higher uses what stands lower: the floors that docs/ARCHITECTURE.md shows, against what the sources name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// For each module of the crates, `core::check`, its floor: the lower, the smaller.
fn floors() -> BTreeMap<String, usize> {
    let map = fs::read_to_string(repository().join("docs/ARCHITECTURE.md")).unwrap();
    let block: Vec<&str> = map
        .lines()
        .skip_while(|line| *line != "## Floors")
        .skip(1)
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| line.starts_with("    "))
        .collect();
    let mut floors = BTreeMap::new();
    for (floor, line) in block.iter().rev().enumerate() {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap();
        for module in words {
            assert_eq!(floors.insert(format!("{name}::{module}"), floor), None, "{module} stands twice");
        }
    }
    floors
}

/// The sources of a folder that are no tests.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            sources(&path, found);
        } else if name.ends_with(".rs") && !["tests.rs", "fixtures.rs"].iter().any(|end| name.ends_with(end)) {
            found.push(path);
        }
    }
}

/// The code of a source: without comments, and without the tests at its end.
fn code(text: &str) -> String {
    let lines = text.lines().take_while(|line| *line != "#[cfg(test)]");
    lines.map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// The modules that a text names after `crate::`, one by one or in braces.
fn named(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for rest in text.split("crate::").skip(1) {
        let list = rest.strip_prefix('{').and_then(|list| list.split_once('}')).map_or(rest, |(list, _)| list);
        let count = if list.len() == rest.len() { 1 } else { usize::MAX };
        for item in list.split(',').take(count) {
            found.insert(item.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    found
}

/// What `crate::NAME` is where the name is no module of its own: a type or another crate of ours that `lib.rs` passes on.
fn home(name: &str, own: &str, floors: &BTreeMap<String, usize>) -> Option<String> {
    match name {
        "Cluster" => return Some("core::cluster".to_owned()),
        "Field" | "Path" => return Some("ground::path".to_owned()),
        "Place" => return Some("core::place".to_owned()),
        _ => {}
    }
    [own, "nix", "ground"].iter().map(|part| format!("{part}::{name}")).find(|module| floors.contains_key(module))
}

#[test]
fn no_floor_knows_a_higher_one() {
    let floors = floors();
    let mut wrong = Vec::new();
    let mut met = BTreeSet::new();
    for part in ["ground", "core"] {
        let base = repository().join(part).join("src");
        let mut files = Vec::new();
        sources(&base, &mut files);
        for file in files {
            let place = file.strip_prefix(&base).unwrap().to_str().unwrap();
            let module = format!("{part}::{}", place.split('/').next().unwrap().trim_end_matches(".rs"));
            if module.ends_with("::lib") {
                continue;
            }
            let Some(floor) = floors.get(&module) else {
                wrong.push(format!("{module} stands on no floor in docs/ARCHITECTURE.md"));
                continue;
            };
            met.insert(module.clone());
            for name in named(&code(&fs::read_to_string(&file).unwrap())) {
                let Some(used) = home(&name, part, &floors) else { continue };
                if used != module && floors[&used] >= *floor {
                    wrong.push(format!("{part}/src/{place} uses {used}, which stands no lower"));
                }
            }
        }
    }
    wrong.extend(
        floors
            .keys()
            .filter(|module| !module.starts_with("nix::") && !met.contains(*module))
            .map(|module| format!("{module} has a floor in docs/ARCHITECTURE.md and no source")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(met.len() > 30, "{met:?}");
}

#[test]
fn names_are_found_where_they_are_used() {
    let text = "use crate::{Cluster, archive};\nuse crate::path::{Field, Path};\nlet x = crate::check::check(&y); // crate::no";
    let expected = ["Cluster", "archive", "check", "path"].map(str::to_owned);
    assert_eq!(named(&code(text)), BTreeSet::from(expected));
    assert_eq!(code("a\n#[cfg(test)]\nmod tests {}"), "a");
}
