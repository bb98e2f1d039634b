//! `generate` into a folder: what is written, what is removed, and what is left alone.

use crate::common::{Run, run};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::{TempDir, tempdir};

/// A folder with the description of the preset `name` in `site.json`, and its flake in `out`.
fn generated(name: &str) -> TempDir {
    let folder = tempdir().unwrap();
    describe(folder.path(), name);
    generate(folder.path(), &[]).exits(0);
    folder
}

fn describe(at: &Path, name: &str) {
    fs::write(at.join("site.json"), run(at, &["preset", name]).exits(0).out).unwrap();
}

fn generate(at: &Path, further: &[&str]) -> Run {
    run(at, &[&["generate", "site.json", "-o", "out"], further].concat())
}

/// Every file below `folder` by its path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut left = vec![folder.to_path_buf()];
    while let Some(folder_left) = left.pop() {
        for entry in fs::read_dir(folder_left).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

fn put(at: &Path, path: &str, text: &str) {
    let place = at.join(path);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(place, text).unwrap();
}

fn text(at: &Path, path: &str) -> String {
    fs::read_to_string(at.join(path)).unwrap()
}

#[test]
fn generating_twice_changes_nothing() {
    let folder = generated("gpu");
    let first = files(&folder.path().join("out"));
    assert!(first.contains_key("flake.nix") && first.contains_key("cluster.json"), "{:?}", first.keys());
    generate(folder.path(), &[]).exits(0);
    assert_eq!(files(&folder.path().join("out")), first);
}

#[test]
fn the_folder_and_the_zip_hold_the_same_files() {
    let folder = generated("teaching");
    run(folder.path(), &["generate", "site.json", "-o", "site.zip"]).exits(0);
    let tree = clusterflake_core::archive::read_files(&fs::read(folder.path().join("site.zip")).unwrap()).unwrap();
    let zipped: BTreeMap<_, _> = tree.into_iter().map(|(path, file)| (path, file.text.clone().into_bytes())).collect();
    assert_eq!(files(&folder.path().join("out")), zipped);
}

#[test]
fn another_description_leaves_nothing_of_the_one_before() {
    let folder = generated("gpu");
    let before = files(&folder.path().join("out"));
    describe(folder.path(), "minimal");
    generate(folder.path(), &[]).exits(0);
    let after = files(&folder.path().join("out"));
    assert!(before.len() > after.len(), "{:?}", after.keys());
    let fresh = generated("minimal");
    assert_eq!(after, files(&fresh.path().join("out")));
    assert!(!folder.path().join("out/modules/containers").exists());
}

#[test]
fn files_of_the_user_stay() {
    let folder = generated("gpu");
    let own = ["flake.lock", ".git/HEAD", "local/default.nix", "notes.txt", "modules/containers/mine.nix"];
    for path in own {
        put(folder.path(), &format!("out/{path}"), "mine");
    }
    describe(folder.path(), "minimal");
    generate(folder.path(), &["--force"]).exits(0);
    for path in own {
        assert_eq!(text(folder.path(), &format!("out/{path}")), "mine", "{path}");
    }
    assert!(!folder.path().join("out/modules/containers/default.nix").exists());
}

#[test]
fn a_generated_file_changed_by_hand_is_not_overwritten_unasked() {
    let folder = generated("gpu");
    let at = folder.path();
    put(at, "out/flake.nix", "changed");
    put(at, "out/modules/containers/default.nix", "changed too");
    describe(at, "minimal");
    let before = files(&at.join("out"));
    let refused = generate(at, &[]).exits(1);
    assert!(refused.err.lines().any(|line| line == "changed flake.nix"), "{}", refused.err);
    assert!(refused.err.contains("--force"));
    assert_eq!(files(&at.join("out")), before);

    let forced = generate(at, &["--force"]).exits(0);
    assert_ne!(text(at, "out/flake.nix"), "changed");
    // No longer generated, but a person's work: it stays, and is named.
    assert_eq!(text(at, "out/modules/containers/default.nix"), "changed too");
    assert!(forced.err.contains("kept modules/containers/default.nix"), "{}", forced.err);
}

#[test]
fn a_file_of_the_user_where_a_new_one_comes_is_not_overwritten_unasked() {
    let folder = generated("minimal");
    put(folder.path(), "out/modules/containers/default.nix", "mine");
    describe(folder.path(), "gpu");
    let refused = generate(folder.path(), &[]).exits(1);
    assert!(refused.err.contains("changed modules/containers/default.nix"), "{}", refused.err);
    assert_eq!(text(folder.path(), "out/modules/containers/default.nix"), "mine");
}

#[test]
fn a_folder_with_anything_else_is_refused() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    describe(at, "minimal");
    put(at, "out/thesis.tex", "years of work");
    let refused = generate(at, &["--force"]).exits(2);
    assert!(refused.err.contains("not empty and holds no earlier output"), "{}", refused.err);
    put(at, "out/flake.nix", "{ }");
    put(at, "out/cluster.json", "{ \"name\": \"of another program\" }");
    assert!(generate(at, &["--force"]).exits(2).err.contains("unknown field"));
    assert_eq!(files(&at.join("out")).len(), 3);
    put(at, "plain", "a file");
    assert!(run(at, &["generate", "site.json", "-o", "plain"]).exits(2).err.contains("plain"));
}

#[test]
fn an_empty_folder_and_a_new_git_repository_are_used() {
    for path in ["out/.git/HEAD", "out"] {
        let folder = tempdir().unwrap();
        describe(folder.path(), "minimal");
        if path == "out" {
            fs::create_dir(folder.path().join("out")).unwrap();
        } else {
            put(folder.path(), path, "ref: refs/heads/main");
        }
        generate(folder.path(), &[]).exits(0);
        assert!(folder.path().join("out/flake.nix").is_file(), "{path}");
    }
}

#[test]
fn a_description_with_errors_writes_nothing() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    put(at, "site.json", r#"{"nodes":[{"hosts":"cn[1-999999999]"}]}"#);
    for out in ["out", "out.zip", "-"] {
        let refused = run(at, &["generate", "site.json", "-o", out]).exits(1);
        assert!(refused.err.contains("error hostlist-"), "{}", refused.err);
        assert!(refused.out.is_empty());
    }
    assert_eq!(files(at).len(), 1);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_out_of_the_folder() {
    let folder = generated("minimal");
    let at = folder.path();
    fs::create_dir(at.join("elsewhere")).unwrap();
    fs::remove_dir_all(at.join("out/lib")).unwrap();
    std::os::unix::fs::symlink(at.join("elsewhere"), at.join("out/lib")).unwrap();
    let refused = generate(at, &["--force"]).exits(2);
    assert!(refused.err.contains("lib: is in the way"), "{}", refused.err);
    assert!(files(&at.join("elsewhere")).is_empty());
}

#[cfg(unix)]
#[test]
fn modes_are_those_of_the_zip() {
    use std::os::unix::fs::PermissionsExt;
    let folder = generated("minimal");
    let tree = clusterflake_core::flake::generate(
        &clusterflake_core::Cluster::from_json(&text(folder.path(), "site.json")).unwrap(),
    );
    for (path, file) in tree {
        let mode = fs::metadata(folder.path().join("out").join(&path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, if file.executable { 0o755 } else { 0o644 }, "{path}");
    }
}
