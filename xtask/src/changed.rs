//! `cargo xtask test --changed`: the steps that changed files can touch, by the folder that they are in.

use crate::run::{Result, call};
use std::collections::BTreeSet;

/// What only the page is made of reaches its build and the browsers.
const PAGE: &[&str] = &["dist", "build", "browser", "firefox"];
const RUST: &[&str] = &["fmt", "clippy", "build", "cargo-test"];
const ALL: &[&str] =
    &["fmt", "dist", "clippy", "build", "deny", "advisories", "firefox", "browser", "cargo-test", "core-wasm"];

/// How the paths of files begin, and the steps that such files can touch; the first row that fits counts.
const REACH: &[(&str, &[&str])] = &[
    ("core/tests/", RUST),
    ("core/examples/", RUST),
    ("ground/", ALL),
    ("nix/", ALL),
    ("core/", ALL),
    ("cli/", RUST),
    ("xtask/src/", RUST),
    ("src/", &["fmt", "dist", "clippy", "build", "cargo-test", "browser", "firefox"]),
    ("style/", PAGE),
    ("public/", PAGE),
    ("index.html", PAGE),
    ("Trunk.toml", PAGE),
    ("xtask/npm/", PAGE),
    ("tests/e2e/", PAGE),
    ("docs/cluster.schema.json", &["build", "cargo-test"]),
    ("docs/ARCHITECTURE.md", &["build", "cargo-test"]),
    ("docs/", &[]),
    ("README.md", &[]),
    ("LICENSE", &[]),
    (".gitignore", &[]),
    // Settings of the tools: anything may follow from them.
    ("", ALL),
];

/// The names of the steps that the files which differ from the commit `base` can touch, those not yet committed among
/// them. Fails where git does not know `base`.
pub fn steps(base: &str) -> Result<BTreeSet<&'static str>> {
    let mut files = ask(&["diff", "--name-only", base])?;
    files.extend(ask(&["ls-files", "--others", "--exclude-standard"])?);
    for file in &files {
        println!("    {file}: {}", of(file).join(", "));
    }
    Ok(files.iter().flat_map(|file| of(file)).copied().collect())
}

fn of(file: &str) -> &'static [&'static str] {
    REACH.iter().find(|(start, _)| file.starts_with(start)).map_or(ALL, |(_, steps)| steps)
}

fn ask(words: &[&str]) -> Result<Vec<String>> {
    let output = call("git", words).output().map_err(|problem| format!("git could not be started: {problem}"))?;
    if !output.status.success() {
        return Err(format!("git {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_string).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::STEPS;

    #[test]
    fn every_row_reaches_files_that_are_there_and_steps_that_exist() {
        let files = ask(&["ls-files"]).unwrap();
        for (start, steps) in REACH {
            let reached =
                files.iter().any(|file| REACH.iter().find(|(start, _)| file.starts_with(start)).unwrap().0 == *start);
            assert!(reached, "no file begins with {start}");
            for name in *steps {
                assert!(STEPS.iter().any(|step| step.name == *name), "{start}: {name}");
            }
        }
    }

    #[test]
    fn what_a_step_uses_is_made_anew_with_it() {
        for (start, steps) in REACH.iter().filter(|(_, steps)| !steps.is_empty()) {
            for name in *steps {
                let step = STEPS.iter().find(|step| step.name == *name).unwrap();
                // What clippy says of unchanged code is known.
                for used in step.after.iter().filter(|used| **used != "clippy") {
                    assert!(steps.contains(used), "{start}: {name} without {used}");
                }
            }
        }
    }
}
