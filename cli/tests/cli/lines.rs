//! The command lines that the page offers do what the page does.

use crate::common::{Run, run};
use clusterflake_core::{archive, command_line, flake, link, preset};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn run_line(folder: &Path, line: &str) -> Run {
    let words: Vec<&str> = line.split(' ').collect();
    assert_eq!(words[0], "clusterflake", "{line}");
    run(folder, &words[1..])
}

#[test]
fn each_command_line_of_the_page_does_what_the_page_does() {
    let folder = TempDir::new().unwrap();
    let cluster = preset::find("gpu").unwrap().cluster();
    fs::write(folder.path().join(command_line::DESCRIPTION), cluster.to_json()).unwrap();
    let line = |line: String| run_line(folder.path(), &line).exits(0).text().to_owned();
    let tree = flake::generate(&cluster);
    let id = archive::content_id(&tree);

    assert!(line(command_line::generate(&cluster)).contains(&id));
    assert_eq!(fs::read(folder.path().join("gpu.zip")).unwrap(), archive::zip("gpu", &tree));
    assert!(line(command_line::verify(&cluster)).contains(&id));
    assert_eq!(line(command_line::id()).trim(), id);
    line(command_line::check());
    let page = "https://lab.example/page/";
    assert_eq!(line(command_line::link(page)).trim(), link::url(page, &cluster).unwrap());
    // As unpacking the zip does.
    run(folder.path(), &["generate", command_line::DESCRIPTION, "-o", "gpu"]).exits(0);
    line(command_line::lint(&cluster));
}
