//! `lint`: what is wrong in NixOS modules.

use crate::{Outcome, input, output};
use clusterflake_core::diagnostic::Severity;
use clusterflake_core::nix::lint::{Surroundings, declared, report};
use clusterflake_core::nix::options::{self, Known};
use clusterflake_core::nix::tables;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Prints the findings in `files`, of folders in all `.nix` files; exits with 1 where one is an error.
pub fn run(files: &[PathBuf], options_json: Option<&str>) -> Outcome {
    let mut modules = Vec::new();
    for file in files {
        for path in nix_files(file)? {
            let name = path.display().to_string();
            let text = String::from_utf8(input::bytes(&name)?).map_err(|_| format!("{name}: this is no UTF-8 text"))?;
            modules.push((name, text));
        }
    }
    let loaded = options_json.map(all_options).transpose()?;
    let known = match &loaded {
        Some(loaded) => loaded,
        None => tables::known(),
    };
    let declared: Vec<_> = modules.iter().flat_map(|(_, text)| declared(text)).collect();
    let around = Surroundings { known, declared: &declared, arguments: &[] };
    let (mut lines, mut good, mut unchecked) = (String::new(), true, BTreeSet::new());
    for (name, text) in &modules {
        let report = report(text, around);
        for finding in report.findings {
            let (severity, place) = (finding.severity, format!("{name}:{}:{}", finding.line, finding.column));
            lines += &output::printable(&format!("{place} {} {} {}", severity.word(), finding.id, finding.message));
            lines.push('\n');
            good &= severity != Severity::Error;
        }
        unchecked.extend(report.unchecked.into_iter().map(|set| set.path.join(".")));
    }
    output::write(lines.as_bytes())?;
    if !unchecked.is_empty() {
        let names: Vec<String> = unchecked.into_iter().collect();
        let more = if loaded.is_none() { " (--options options.json knows all options of a release)" } else { "" };
        output::complain(&format!("not checked, since no table has them: {}{more}", names.join(", ")));
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The options of a release, from its `options.json`.
fn all_options(file: &str) -> Result<Known, String> {
    // Not bounded as descriptions are: `table_of_json` says how large it may be.
    let json = fs::read(file).map_err(|error| format!("{file}: cannot be read: {error}"))?;
    let table = options::table_of_json(&json).map_err(|why| format!("{file} {why}"))?;
    Ok(Known::new(&table, true))
}

/// `path` itself, or the `.nix` files in the folder and its folders, by name.
fn nix_files(path: &Path) -> Result<Vec<PathBuf>, String> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |error| format!("{}: cannot be read: {error}", path.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        // A link to a folder may lead in a circle.
        let is_folder = entry.file_type().map_err(unreadable)?.is_dir();
        if is_folder {
            found.extend(nix_files(&entry.path())?);
        } else if entry.path().extension().is_some_and(|ending| ending == "nix") {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}
