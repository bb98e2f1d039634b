//! `cargo xtask schema`: writes the JSON schema of the description, as the command line prints it.

use crate::run::{Result, announce, call, root};
use std::fs;
use std::process::Stdio;

const FILE: &str = "docs/cluster.schema.json";

pub fn schema() -> Result {
    announce("Asking clusterflake for the schema", "up to 1 minute when it has to be built");
    let fresh = printed()?;
    let file = root().join(FILE);
    if fs::read(&file).is_ok_and(|old| old == fresh) {
        println!("{FILE} is up to date");
        return Ok(());
    }
    fs::write(&file, fresh).map_err(|problem| format!("{FILE} cannot be written: {problem}"))?;
    println!("{FILE} written");
    Ok(())
}

fn printed() -> Result<Vec<u8>> {
    let mut command = call("cargo", &["run", "--quiet", "--package", "clusterflake-cli", "--", "schema"]);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|problem| format!("cargo could not be started: {problem}"))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("`clusterflake schema` failed ({})", output.status))
    }
}
