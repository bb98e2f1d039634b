//! `generate`: the flake of a description, as a folder or a zip.

use super::{check, folder};
use crate::{Outcome, input, output};
use clusterflake_core::archive;
use clusterflake_core::check::has_errors;
use clusterflake_core::diagnostic::Severity;
use clusterflake_core::flake::generate;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// Writes the flake of the description in `file` to `out`: a zip where its name ends in `.zip` or is `-`, else a
/// folder. Prints the content id and the number of files (to standard error where the zip goes to standard output).
///
/// Errors in the description are printed, and nothing is written.
pub fn run(file: &str, out: &Path, force: bool) -> Outcome {
    let cluster = input::description(file)?;
    let problems = clusterflake_core::check::check(&cluster);
    for problem in problems.iter().filter(|problem| problem.severity != Severity::Hint) {
        output::complain(&check::line(problem));
    }
    if has_errors(&problems) {
        output::complain("clusterflake: the description has errors; nothing is written");
        return Ok(ExitCode::from(1));
    }
    let tree = generate(&cluster);
    let (id, count) = (format!("content id: {}", archive::content_id(&tree)), format!("files: {}", tree.len()));
    if out == Path::new("-") {
        output::write(&archive::zip(archive::folder(&cluster), &tree))?;
        output::complain(&id);
        output::complain(&count);
        return Ok(ExitCode::SUCCESS);
    }
    if out.extension().is_some_and(|extension| extension == "zip") {
        let zip = archive::zip(archive::folder(&cluster), &tree);
        fs::write(out, zip).map_err(|error| format!("{}: cannot be written: {error}", out.display()))?;
    } else {
        match folder::write(out, &tree, force)? {
            folder::Written::All { kept } => {
                for path in kept {
                    output::complain(&format!("kept {path}: no longer generated, but changed by hand"));
                }
            }
            folder::Written::Refused { changed } => {
                for path in &changed {
                    output::complain(&format!("changed {path}"));
                }
                output::complain(&format!(
                    "clusterflake: in {}, these files are not as clusterflake generates them from the cluster.json \
                     there: they, or that cluster.json, were changed, or another version wrote them. Nothing is \
                     written; --force overwrites them",
                    out.display()
                ));
                return Ok(ExitCode::from(1));
            }
        }
    }
    output::write(format!("{id}\n{count}\n").as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
