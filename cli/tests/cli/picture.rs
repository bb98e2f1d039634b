//! `picture`, run as a user would.

use crate::common::{run, run_with};
use std::fs;
use std::path::Path;
use tempfile::tempdir;

#[test]
fn a_picture_is_written_to_a_file_or_to_standard_output() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    let preset = run(at, &["preset", "large"]).exits(0).out;
    fs::write(at.join("site.json"), &preset).unwrap();
    run(at, &["picture", "site.json", "-o", "site.svg"]).exits(0);
    let file = fs::read_to_string(at.join("site.svg")).unwrap();
    assert!(file.starts_with("<svg ") && file.contains(">large</title>") && file.contains("cn[001-512], 512 nodes"));
    let printed = run_with(at, &["picture", "-", "-o", "-"], &preset).exits(0);
    assert_eq!(printed.text(), file);
    let narrow = run(at, &["picture", "site.json", "-o", "-", "--width", "400"]).exits(0);
    assert!(narrow.text().contains("width=\"400\""));
    assert!(run(at, &["picture", "site.json", "-o", "none/site.svg"]).exits(2).err.contains("cannot be written"));
    assert!(run(Path::new("."), &["picture", "none.json", "-o", "-"]).exits(2).err.contains("none.json"));
}
