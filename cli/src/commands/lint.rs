//! `lint`: what is wrong in NixOS modules.

use crate::{Outcome, input, output};
use clusterflake_core::check::Severity;
use clusterflake_core::nix::lint::{Surroundings, declared, lint};
use clusterflake_core::nix::options;
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
    let tree = match options_json {
        Some(file) => {
            let text = fs::read_to_string(file).map_err(|error| format!("{file}: cannot be read: {error}"))?;
            options::from_json(&text).map_err(|message| format!("{file}: {message}"))?
        }
        None => options::tree(options::TABLE),
    };
    let declared: Vec<_> = modules.iter().flat_map(|(_, text)| declared(text)).collect();
    let around = Surroundings { options: &tree, complete: options_json.is_some(), declared: &declared, arguments: &[] };
    let (mut lines, mut good) = (String::new(), true);
    for (name, text) in &modules {
        for finding in lint(text, around) {
            let (severity, place) = (finding.severity, format!("{name}:{}:{}", finding.line, finding.column));
            lines += &output::printable(&format!("{place} {} {} {}", severity.word(), finding.id, finding.message));
            lines.push('\n');
            good &= severity != Severity::Error;
        }
    }
    output::write(lines.as_bytes())?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
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
