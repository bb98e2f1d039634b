//! `id` and `verify`: content ids, and zips held against what they were made from.

use crate::{Outcome, input, output};
use clusterflake_core::Cluster;
use clusterflake_core::archive::{content_id, read_description, read_files};
use clusterflake_core::flake::generate;
use clusterflake_core::tree::FileTree;
use std::collections::BTreeSet;
use std::process::ExitCode;

/// Prints the content id of the flake that the description in `file` generates.
pub fn id(file: &str) -> Outcome {
    let tree = generate(&input::description(file)?);
    output::write(format!("{}\n", content_id(&tree)).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the content id of the zip in `file` where it holds just what its own description generates; else says
/// which files differ, and exits with 1.
pub fn verify(file: &str) -> Outcome {
    let bytes = input::bytes(file)?;
    let named = |message: String| format!("{}: {message}", input::name_of(file));
    let cluster = Cluster::from_json(&read_description(&bytes).map_err(named)?)
        .map_err(|error| named(format!("cluster.json in the zip: {error}")))?;
    let found = read_files(&bytes).map_err(named)?;
    let differences = differences(&found, &generate(&cluster));
    if differences.is_empty() {
        output::write(format!("{}\n", content_id(&found)).as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    output::write(differences.as_bytes())?;
    Ok(ExitCode::from(1))
}

/// The files in which `found` differs from `expected`, a line each.
fn differences(found: &FileTree, expected: &FileTree) -> String {
    let paths: BTreeSet<&String> = found.keys().chain(expected.keys()).collect();
    let word = |path: &String| match (found.get(path), expected.get(path)) {
        (Some(found), Some(expected)) if found.text != expected.text => Some("changed"),
        (Some(found), Some(expected)) if found.executable != expected.executable => Some("mode"),
        (Some(_), None) => Some("added"),
        (None, Some(_)) => Some("missing"),
        _ => None,
    };
    paths
        .into_iter()
        .filter_map(|path| word(path).map(|word| output::printable(&format!("{word} {path}")) + "\n"))
        .collect()
}
