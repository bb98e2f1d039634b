//! `import`: what a site already has, into a description.

use super::module::rewrite;
use crate::{Outcome, input, output};
use clusterflake_core::import::{self, IMPORTERS, Importer, MAX_FILES, Mode, Proposal, Report, SourceFile};
use clusterflake_core::totals::{Totals, totals};
use clusterflake_core::{Cluster, import::propose};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Reads `files` as `kind`, and writes the description that comes of it to `out` or into the one of `into`; otherwise to
/// standard output. What was guessed or not understood goes to standard error, what is said of several lines once; with `all`,
/// what was understood too.
///
/// Exits with 1, and writes nothing, where nothing was understood.
pub fn run(kind: &str, files: &[String], into: Option<&str>, out: Option<&str>, all: bool) -> Outcome {
    let importer = importer(kind)?;
    if files.iter().chain(into.map(str::to_owned).as_ref()).filter(|file| *file == "-").count() > 1 {
        return Err("standard input can be read once only".to_owned());
    }
    let mut sources = Vec::new();
    for file in files {
        collect(file, &mut sources)?;
    }
    let reading = import::read(importer, &sources)?;
    let (before, mode) = match into {
        Some(into) => (input::description(into)?, Mode::Merge),
        None => (Cluster::default(), Mode::Replace),
    };
    let Proposal { cluster, report } = propose(&reading, &before, mode);
    for folded in report.folded(|entry| all || entry.outcome.wants_a_look()) {
        output::complain(&report.folded_line(&folded));
    }
    output::complain(&summary(&report, &reading.title(), &before, &cluster));
    if report.is_empty() {
        output::complain("clusterflake: nothing in it has a place in a description; nothing is written");
        return Ok(ExitCode::from(1));
    }
    match out.or(into) {
        None | Some("-") => output::write(cluster.to_json().as_bytes())?,
        Some(place) => rewrite(Path::new(place), &cluster.to_json())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn importer(kind: &str) -> Result<Option<&'static Importer>, String> {
    if kind == "auto" {
        return Ok(None);
    }
    import::find(kind).map(Some).ok_or_else(|| {
        let kinds: Vec<&str> = IMPORTERS.iter().map(|importer| importer.kind).collect();
        format!("“{kind}” is no kind of input: it is one of auto, {}", kinds.join(", "))
    })
}

fn summary(report: &Report, title: &str, before: &Cluster, after: &Cluster) -> String {
    let size = |Totals { nodes, cores, gpus, .. }: Totals| format!("{nodes} nodes, {cores} cores, {gpus} GPUs");
    format!("{title}: {}. {} → {}", report.summary(), size(totals(before)), size(totals(after)))
}

/// The file `path`; of a folder, the files in it and in its folders that can be read, by name.
fn collect(path: &str, sources: &mut Vec<SourceFile>) -> Result<(), String> {
    if path == "-" || !Path::new(path).is_dir() {
        sources.push(SourceFile { name: input::name_of(path).to_owned(), bytes: input::bytes(path)? });
        return Ok(());
    }
    let unreadable = |error| format!("{path}: cannot be read: {error}");
    let mut inside = Vec::<PathBuf>::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        // A link to a folder may lead in a circle.
        let is_link = entry.file_type().map_err(unreadable)?.is_symlink() && entry.path().is_dir();
        if !is_hidden && !is_link {
            inside.push(entry.path());
        }
    }
    inside.sort();
    for path in inside {
        if sources.len() > MAX_FILES {
            break;
        }
        collect(&path.display().to_string(), sources)?;
    }
    Ok(())
}
