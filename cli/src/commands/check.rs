//! `check`: the problems of a description.

use crate::{Outcome, input, output};
use clusterflake_core::check::check;
use clusterflake_core::diagnostic::{Fix, Problem, Severity};
use serde_json::{Value, json};
use std::process::ExitCode;

/// Prints the problems of the description in `file`; exits with 1 for an error and, when `strict`, for a warning.
pub fn run(file: &str, as_json: bool, strict: bool) -> Outcome {
    let problems = check(&input::description(file)?);
    let text = if as_json {
        format!("{:#}\n", Value::Array(problems.iter().map(value).collect()))
    } else {
        problems.iter().map(|problem| line(problem) + "\n").collect()
    };
    output::write(text.as_bytes())?;
    let worst = problems.iter().map(|problem| problem.severity).min();
    let good = match worst {
        Some(Severity::Error) => false,
        Some(Severity::Warning) => !strict,
        Some(Severity::Hint) | None => true,
    };
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// A problem on one line: `SEVERITY ID PATH MESSAGE`, the whole description as a dot.
pub fn line(problem: &Problem) -> String {
    let path = problem.path.to_string();
    let path = if path.is_empty() { "." } else { &path };
    output::printable(&format!("{} {} {path} {}", problem.severity.word(), problem.id, problem.message))
}

fn value(problem: &Problem) -> Value {
    json!({
        "id": problem.id,
        "severity": problem.severity.word(),
        "path": problem.path.to_string(),
        "message": problem.message,
        "fix": problem.fix.as_ref().map(fix),
    })
}

fn fix(fix: &Fix) -> Value {
    let set = fix.set.iter().map(|(path, value)| json!({ "path": path.to_string(), "value": value }));
    json!({ "label": fix.label, "set": set.collect::<Vec<_>>() })
}
