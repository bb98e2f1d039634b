//! `link` and `open`: between descriptions and links.

use crate::{Outcome, input, output};
use clusterflake_core::link;
use std::process::ExitCode;

/// Prints the link of the description in `file` on the page at `base`, or else only its fragment.
pub fn write(file: &str, base: Option<&str>) -> Outcome {
    let cluster = input::description(file)?;
    let link = match base {
        Some(base) => link::url(base, &cluster),
        None => link::write(&cluster).map(|fragment| format!("#{fragment}")),
    }
    .map_err(|error| format!("{}: {error}", input::name_of(file)))?;
    output::write(format!("{link}\n").as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the description in `link`; `-` reads the link from standard input.
pub fn open(link: &str) -> Outcome {
    let cluster =
        if link == "-" { link::read(&String::from_utf8_lossy(&input::bytes(link)?)) } else { link::read(link) }?;
    output::write(cluster.to_json().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
