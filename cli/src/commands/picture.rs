//! `picture`: the cluster as an SVG file.

use crate::{Outcome, input, output};
use clusterflake_core::picture::{draw, svg};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// Writes the picture of the description in `file` to `out`, `width` pixels wide; `-` is standard output.
pub fn run(file: &str, out: &Path, width: u16) -> Outcome {
    let text = svg(&draw(&input::description(file)?, width.into()));
    if out == Path::new("-") {
        output::write(text.as_bytes())?;
    } else {
        fs::write(out, text).map_err(|error| format!("{}: cannot be written: {error}", out.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}
