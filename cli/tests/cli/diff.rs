//! `diff`, run as a user would.

use crate::common::{run, run_with};
use serde_json::Value;
use std::fs;
use std::process::Command;
use tempfile::{TempDir, tempdir};

/// A folder with the preset eight-node as `old.json`, and as `new.json` with another server of /home.
fn designs() -> TempDir {
    let folder = tempdir().unwrap();
    let preset = run(folder.path(), &["preset", "eight-node"]).exits(0).out;
    let text = String::from_utf8(preset).unwrap();
    fs::write(folder.path().join("old.json"), &text).unwrap();
    fs::write(folder.path().join("new.json"), text.replacen("\"server\": \"st1\"", "\"server\": \"ctl1\"", 1)).unwrap();
    folder
}

#[test]
fn a_diff_tells_what_happens_where_and_in_which_files() {
    let folder = designs();
    let diff = run(folder.path(), &["diff", "old.json", "new.json"]).exits(1);
    for part in [
        "Data at risk: st1,ctl1 (2 nodes)",
        "Copy them first",
        "shared file system /home: server st1 → ctl1",
        "changed cluster.nix +1 -1",
    ] {
        assert!(diff.text().contains(part), "{part} is not in\n{}", diff.text());
    }
    let json = run(folder.path(), &["diff", "--json", "old.json", "new.json"]).exits(1);
    let json: Value = serde_json::from_slice(&json.out).unwrap();
    assert_eq!(json["impact"][0]["effect"], "data-at-risk");
    assert_eq!(json["impact"][0]["changes"][0]["path"], "storage.shared[0].server");
    assert_eq!(run(folder.path(), &["diff", "old.json", "old.json"]).exits(0).text(), "");
}

#[test]
fn designs_come_as_links_zips_folders_and_from_standard_input() {
    let folder = designs();
    let link = run(folder.path(), &["link", "new.json", "--base", "https://example.org/"]).exits(0);
    run(folder.path(), &["generate", "old.json", "-o", "old.zip"]).exits(0);
    run(folder.path(), &["generate", "old.json", "-o", "flake"]).exits(0);
    let wanted = run(folder.path(), &["diff", "old.json", "new.json"]).exits(1).out;
    assert_eq!(run(folder.path(), &["diff", "old.zip", link.text().trim()]).exits(1).out, wanted);
    assert_eq!(run(folder.path(), &["diff", "flake", "new.json"]).exits(1).out, wanted);
    let new = fs::read(folder.path().join("new.json")).unwrap();
    assert_eq!(run_with(folder.path(), &["diff", "old.json", "-"], &new).exits(1).out, wanted);
    assert!(
        run(folder.path(), &["diff", "old.json", "https://example.org/#c=1.x"]).exits(2).err.contains("incomplete")
    );
}

#[test]
fn the_patch_makes_the_new_flake_of_the_old() {
    let folder = designs();
    run(folder.path(), &["generate", "old.json", "-o", "old"]).exits(0);
    run(folder.path(), &["generate", "new.json", "-o", "new"]).exits(0);
    let patch = run(folder.path(), &["diff", "--patch", "old.json", "new.json"]).exits(1).out;
    fs::write(folder.path().join("change.patch"), patch).unwrap();
    let git = |args: &[&str]| Command::new("git").args(args).current_dir(folder.path().join("old")).status().unwrap();
    assert!(git(&["apply", "../change.patch"]).success());
    for file in ["cluster.json", "cluster.nix", "README.md"] {
        let read = |of: &str| fs::read_to_string(folder.path().join(of).join(file)).unwrap();
        assert_eq!(read("old"), read("new"), "{file}");
    }
}
