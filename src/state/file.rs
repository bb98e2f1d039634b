//! Descriptions in files.

use clusterflake_core::cluster::MAX_BYTES;
use clusterflake_core::{Cluster, archive};

/// The largest file that is read, in bytes.
pub const MAX_FILE: usize = archive::MAX_ZIP_BYTES;

/// The description in a `cluster.json`, or in the zip of a flake. Fails with the end of a sentence that names the file.
pub fn description(bytes: &[u8]) -> Result<Cluster, String> {
    let text = if bytes.starts_with(b"PK") {
        archive::read_description(bytes)?
    } else if bytes.len() > MAX_BYTES {
        return Err(format!("it is larger than {} MiB", MAX_BYTES >> 20));
    } else {
        String::from_utf8(bytes.to_vec()).map_err(|_| "it is no text".to_owned())?
    };
    Cluster::from_json(&text).map_err(|error| error.to_string())
}
