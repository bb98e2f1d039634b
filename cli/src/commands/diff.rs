//! `diff`: what lies between two descriptions.

use crate::{Outcome, input, output};
use clusterflake_core::diff::{Fate, FileDiff, count, files, patch};
use clusterflake_core::impact::{Impact, impact};
use serde_json::{Value, json};
use std::fmt::Write;
use std::process::ExitCode;

/// Prints what it takes to get from `old` to `new`, and the files that differ; exits with 1 where something does.
pub fn run(old: &str, new: &str, as_patch: bool, as_json: bool) -> Outcome {
    if old == "-" && new == "-" {
        return Err("OLD and NEW cannot both come from standard input".to_owned());
    }
    let ((old, before), (new, after)) = (input::design(old)?, input::design(new)?);
    let (impacts, files) = (impact(&old, &new), files(&before, &after));
    let text = if as_patch {
        patch(&files)
    } else if as_json {
        let value = json!({
            "impact": impacts.iter().map(impact_value).collect::<Vec<_>>(),
            "files": files.iter().map(file_value).collect::<Vec<_>>(),
        });
        format!("{value:#}\n")
    } else {
        words(&impacts, &files)
    };
    output::write(text.as_bytes())?;
    Ok(if impacts.is_empty() && files.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn words(impacts: &[Impact], files: &[FileDiff]) -> String {
    let mut out = String::new();
    for impact in impacts {
        let nodes = match impact.count {
            0 => String::new(),
            1 => format!(": {}", impact.hosts),
            count => format!(": {} ({count} nodes)", impact.hosts),
        };
        line(&mut out, "", &format!("{}{nodes}", impact.effect.title()));
        line(&mut out, "  ", &impact.text);
        for change in &impact.changes {
            line(&mut out, "    ", &change.what);
        }
        out.push('\n');
    }
    if !files.is_empty() {
        let all = count(files.iter().flat_map(|file| &file.edits));
        line(&mut out, "", &format!("Files: +{} -{}", all.added, all.removed));
    }
    for file in files {
        let lines = count(&file.edits);
        line(&mut out, "  ", &format!("{:7} {} +{} -{}", fate(file), file.path, lines.added, lines.removed));
    }
    out
}

fn line(out: &mut String, indent: &str, text: &str) {
    writeln!(out, "{indent}{}", output::printable(text)).expect("writing into memory");
}

fn fate(file: &FileDiff) -> &'static str {
    match file.fate {
        Fate::Added => "added",
        Fate::Removed => "removed",
        Fate::Changed => "changed",
    }
}

fn impact_value(impact: &Impact) -> Value {
    let changes = impact.changes.iter().map(|change| json!({ "path": change.path.to_string(), "what": change.what }));
    json!({
        "effect": impact.effect.key(),
        "text": impact.text,
        "hosts": impact.hosts,
        "count": impact.count,
        "changes": changes.collect::<Vec<_>>(),
    })
}

fn file_value(file: &FileDiff) -> Value {
    let lines = count(&file.edits);
    json!({ "path": file.path, "fate": fate(file), "added": lines.added, "removed": lines.removed })
}
