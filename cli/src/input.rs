//! What commands are given: descriptions from files, zips, folders and standard input.

use clusterflake_core::archive::{self, MAX_ZIP_BYTES};
use clusterflake_core::cluster::{Cluster, MAX_BYTES};
use clusterflake_core::flake::generate;
use clusterflake_core::link;
use clusterflake_core::tree::FileTree;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The description in `file`: a `cluster.json`, a zip or a folder that holds one, or `-` for standard input.
///
/// Fails with a sentence that names the file, and the place in it where there is one.
pub fn description(file: &str) -> Result<Cluster, String> {
    let (name, bytes) = if file != "-" && Path::new(file).is_dir() {
        let inside = Path::new(file).join("cluster.json");
        let name = inside.display().to_string();
        (name.clone(), bytes(&name)?)
    } else {
        (name_of(file).to_owned(), bytes(file)?)
    };
    parse(bytes).map_err(|message| format!("{name}: {message}"))
}

/// The description in `source`, as [`description`] reads it or in a link, with its files: of a zip those that are in it.
pub fn design(source: &str) -> Result<(Cluster, FileTree), String> {
    if (source.contains("#c=") || source.starts_with("c=")) && !Path::new(source).exists() {
        let cluster = link::read(source)?;
        let files = generate(&cluster);
        return Ok((cluster, files));
    }
    if source == "-" || Path::new(source).is_dir() {
        let cluster = description(source)?;
        let files = generate(&cluster);
        return Ok((cluster, files));
    }
    let named = |message: String| format!("{source}: {message}");
    let bytes = bytes(source)?;
    let files = bytes.starts_with(b"PK").then(|| archive::read_files(&bytes)).transpose().map_err(named)?;
    let cluster = parse(bytes).map_err(named)?;
    let files = files.unwrap_or_else(|| generate(&cluster));
    Ok((cluster, files))
}

/// The bytes of `file`, or of standard input for `-`; not more than the largest zip has.
pub fn bytes(file: &str) -> Result<Vec<u8>, String> {
    let limit = MAX_ZIP_BYTES as u64;
    let mut bytes = Vec::new();
    let read = |source: &mut dyn Read, bytes: &mut Vec<u8>| source.take(limit + 1).read_to_end(bytes);
    let result = if file == "-" {
        read(&mut io::stdin().lock(), &mut bytes)
    } else {
        File::open(file).and_then(|mut source| read(&mut source, &mut bytes))
    };
    result.map_err(|error| format!("{}: cannot be read: {error}", name_of(file)))?;
    if bytes.len() as u64 > limit {
        return Err(format!("{}: is larger than {limit} bytes, the most that are read", name_of(file)));
    }
    Ok(bytes)
}

/// What messages call `file`.
pub fn name_of(file: &str) -> &str {
    if file == "-" { "standard input" } else { file }
}

fn parse(bytes: Vec<u8>) -> Result<Cluster, String> {
    let text = if bytes.starts_with(b"PK") {
        archive::read_description(&bytes)?
    } else if bytes.len() > MAX_BYTES {
        return Err(format!("the description has {} bytes; at most {MAX_BYTES} are read", bytes.len()));
    } else {
        String::from_utf8(bytes).map_err(|_| "this is neither a zip nor UTF-8 text".to_owned())?
    };
    // Editors on Windows put a byte order mark before the text.
    Cluster::from_json(text.trim_start_matches('\u{feff}')).map_err(|error| error.to_string())
}
