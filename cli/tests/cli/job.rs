//! `job`, run as a user would.

use crate::common::{run, run_with};
use std::fs;
use tempfile::tempdir;

#[test]
fn a_job_is_told_what_it_gets_or_why_not() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("site.json"), run(at, &["preset", "large"]).exits(0).out).unwrap();
    let granted = run(at, &["job", "site.json", "--", "sbatch", "-p", "gpu", "-N", "2", "--gpus-per-node=4", "run.sh"]);
    let granted = granted.exits(0);
    for line in ["Partition     gpu\n", "Nodes         2: gn[01-02]\n", "Time limit    1 hour, the partition’s\n"] {
        assert!(granted.text().contains(line), "{line}{}", granted.text());
    }
    let refused = run(at, &["job", "site.json", "--", "sbatch", "--mem=9T"]).exits(1);
    assert!(
        refused.text().starts_with("Refused: Requested node configuration is not available: "),
        "{}",
        refused.text()
    );

    let script = "#!/bin/sh\n#SBATCH --partition=highmem --frobnicate\n";
    let from_script = run_with(at, &["job", "site.json", "--script", "-"], script.as_bytes()).exits(0);
    assert!(from_script.text().contains("highmem") && from_script.text().contains("Note: --frobnicate"));
    fs::write(at.join("run.sh"), script).unwrap();
    let both = run(at, &["job", "site.json", "--script", "run.sh", "--", "sbatch", "-p", "vis"]).exits(0);
    assert!(both.text().contains("Partition     vis\n"), "{}", both.text());

    assert!(run(at, &["job", "site.json"]).exits(2).err.contains("SBATCH"));
    assert!(run(at, &["job", "none.json", "--", "sbatch"]).exits(2).err.contains("none.json"));
}
