//! `presets`, `preset` and `schema`: what a description can begin with.

use crate::{Outcome, output};
use clusterflake_core::Cluster;
use clusterflake_core::preset::{PRESETS, find};
use clusterflake_core::totals::totals;
use std::process::ExitCode;

/// Lists the presets: name, size, summary.
pub fn list() -> Outcome {
    let width = PRESETS.iter().map(|preset| preset.name.len()).max().unwrap_or_default();
    let lines: String = PRESETS
        .iter()
        .map(|preset| {
            let nodes = totals(&preset.cluster()).nodes;
            format!("{:width$}  {nodes:>4} nodes  {}\n", preset.name, preset.summary)
        })
        .collect();
    output::write(lines.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the description of the preset `name`.
pub fn print(name: &str) -> Outcome {
    let preset = find(name).ok_or_else(|| {
        let names: Vec<_> = PRESETS.iter().map(|preset| preset.name).collect();
        format!("there is no preset “{name}”; there are {}", names.join(", "))
    })?;
    output::write(preset.cluster().to_json().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the JSON Schema of a description.
pub fn schema() -> Outcome {
    output::write(format!("{:#}\n", Cluster::json_schema()).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
