//! `cargo xtask golden`: writes the flakes of the presets to core/tests/golden, where a test holds them against the code.

use crate::run::{Result, announce, call, run};

/// The test itself writes them, so that there is one rule for what is stored and how.
pub fn golden() -> Result {
    announce("Generating the flakes of the presets", "up to 1 minute when the core has to be built");
    let mut command = call("cargo", &["test", "--quiet", "--package", "clusterflake-core", "--test", "golden"]);
    command.env("UPDATE_EXPECT", "1");
    run(command)?;
    println!("core/tests/golden/ is written: look at `git diff` before you commit it");
    Ok(())
}
