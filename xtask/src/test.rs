//! `cargo xtask test`: every check and test, each announced and timed, up to the first failure.

use crate::dist;
use crate::run::{Result, call, root, run, seconds, target};
use crate::{schema, tools};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

struct Step {
    name: &'static str,
    what: &'static str,
    /// Installs what the step needs; all of these run before the first step, so that what is missing shows early.
    needs: &'static [fn() -> Result],
    run: fn() -> Result,
}

/// In the order in which they run: quick and telling ones first.
const STEPS: &[Step] = &[
    Step { name: "fmt", what: "the code is formatted", needs: &[], run: fmt },
    Step { name: "clippy", what: "core, command line and xtask without a warning", needs: &[], run: clippy },
    Step {
        name: "clippy-page",
        what: "page and core without a warning, as WebAssembly",
        needs: &[tools::wasm_target],
        run: clippy_page,
    },
    Step { name: "deny", what: "licences and sources of what we depend on", needs: &[tools::cargo_deny], run: deny },
    Step {
        name: "advisories",
        what: "known faults in what we depend on",
        needs: &[tools::cargo_deny],
        run: advisories,
    },
    Step {
        name: "cargo-test",
        what: "unit and integration tests, with real Nix and Slurm",
        needs: &[tools::system_packages],
        run: cargo_test,
    },
    Step { name: "page-test", what: "unit tests of the page's plain functions", needs: &[], run: page_test },
    Step { name: "schema", what: "docs/cluster.schema.json is up to date", needs: &[], run: schema::is_up_to_date },
    Step {
        name: "dist",
        what: "the page for release, within its budget",
        needs: &[tools::for_dist],
        run: dist::dist_within_budget,
    },
    Step {
        name: "browser",
        what: "the released page in Chromium, and how it looks",
        needs: &[tools::system_packages, browser_packages],
        run: || in_browser("chromium", tools::chromium(), "", ""),
    },
    Step {
        name: "firefox",
        what: "the released page in Firefox",
        needs: &[tools::system_packages, browser_packages],
        run: || in_browser("firefox", tools::firefox(), "", ""),
    },
];

pub enum Options {
    List,
    /// The steps to run; none named means all.
    Run(Vec<String>),
}

pub fn options(words: &[String]) -> Result<Options> {
    let mut names = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--list" => return Ok(Options::List),
            "--only" => names.push(words.next().ok_or("--only needs the name of a step")?.clone()),
            _ => match word.strip_prefix("--only=") {
                Some(name) => names.push(name.to_string()),
                None => return Err(format!("'{word}' is not understood: test takes --only NAME and --list")),
            },
        }
    }
    match names.iter().find(|name| STEPS.iter().all(|step| step.name != *name)) {
        Some(name) => Err(format!("there is no step '{name}': `cargo xtask test --list` lists them")),
        None => Ok(Options::Run(names)),
    }
}

pub fn list() {
    for step in STEPS {
        println!("{:12} {}", step.name, step.what);
    }
}

pub fn test(names: &[String]) -> Result {
    let is_wanted = |step: &&Step| names.is_empty() || names.iter().any(|name| name == step.name);
    let steps: Vec<&Step> = STEPS.iter().filter(is_wanted).collect();
    let start = Instant::now();
    for need in steps.iter().flat_map(|step| step.needs) {
        need()?;
    }
    let mut times = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        println!("\n=== {}/{} {}: {}", index + 1, steps.len(), step.name, step.what);
        let start = Instant::now();
        (step.run)().map_err(|problem| {
            format!("step '{0}' failed: {problem}\nTo run it alone: cargo xtask test --only {0}", step.name)
        })?;
        println!("--- {} is good ({})", step.name, seconds(start.elapsed()));
        times.push(format!("{} {}", step.name, seconds(start.elapsed())));
    }
    println!("\nAll good in {}: {}", seconds(start.elapsed()), times.join(", "));
    Ok(())
}

fn fmt() -> Result {
    run(call("cargo", &["fmt", "--all", "--check"]))
        .map_err(|problem| format!("{problem}\n`cargo fmt --all` puts the code into shape"))
}

fn clippy() -> Result {
    let what = ["--workspace", "--exclude", "clusterflake-app", "--all-targets"];
    run(call("cargo", &[&["clippy"], &what[..], &["--", "-D", "warnings"]].concat()))
}

fn clippy_page() -> Result {
    let what = ["--package", "clusterflake-app", "--target", "wasm32-unknown-unknown", "--all-targets"];
    run(call("cargo", &[&["clippy"], &what[..], &["--", "-D", "warnings"]].concat()))
}

fn deny() -> Result {
    run(call("cargo-deny", &["check", "licenses", "bans", "sources"]))
}

/// The database of advisories is fetched from elsewhere: a machine that cannot reach it goes on without.
fn advisories() -> Result {
    println!("    fetching the advisory database (a few seconds; at most 60 s)");
    // Where git would ask for a name, nobody is there to answer.
    let mut fetch = call("cargo-deny", &["fetch", "db"]);
    fetch.env("GIT_TERMINAL_PROMPT", "0").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if !ends_well_within(fetch, 60) {
        println!("    the advisory database cannot be fetched from here: known faults are not checked this time");
        return Ok(());
    }
    run(call("cargo-deny", &["check", "--disable-fetch", "advisories"]))
}

fn ends_well_within(mut command: Command, seconds: u64) -> bool {
    let Ok(mut child) = command.spawn() else { return false };
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if start.elapsed().as_secs() < seconds => {
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            _ => {
                // It may have ended just now; either way it is over after the wait.
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}

fn cargo_test() -> Result {
    run(call("cargo", &["test", "--workspace", "--exclude", "clusterflake-app"]))
}

/// On this machine, not in a browser: what touches the browser is tested in one, further down.
fn page_test() -> Result {
    run(call("cargo", &["test", "--package", "clusterflake-app"]))
}

fn browser_packages() -> Result {
    tools::npm("tests/e2e", "what the browser tests need", "about 20 s")
}

/// `cargo xtask visual`: takes the pictures of the page anew.
pub fn visual() -> Result {
    tools::system_packages()?;
    browser_packages()?;
    in_browser("chromium", tools::chromium(), "visual", "renew")
}

/// Runs the tests whose file names begin with `only` in a browser. `pictures` is `renew` where they are taken anew.
fn in_browser(name: &str, program: Option<PathBuf>, only: &str, pictures: &str) -> Result {
    let variable = name.to_uppercase();
    let browser = program.ok_or_else(|| format!("no {name} was found: set {variable} to its file"))?;
    let dist = dist::folder();
    if !dist.join("index.html").is_file() {
        return Err("dist/ holds no page: run `cargo xtask dist` first".to_string());
    }
    let mut tests = browser_tests(&root().join("tests/e2e"))?;
    tests.retain(|file| file.file_name().is_some_and(|file| file.to_string_lossy().starts_with(only)));
    if tests.is_empty() {
        return Err("tests/e2e holds no file named *.test.mjs".to_string());
    }
    run(call("cargo", &["build", "--package", "clusterflake-cli"]))?;
    let program = target().join("debug").join(if cfg!(windows) { "clusterflake.exe" } else { "clusterflake" });

    // One file at a time: some of them measure time.
    let mut command = call("node", &["--test", "--test-reporter=spec", "--test-concurrency=1"]);
    command.args(tests).env("BROWSER", name).env(variable, browser).env("VISUAL", pictures);
    command.env("DIST", dist).env("CLUSTERFLAKE", program);
    run(command)
}

/// The test files by name: what Node makes of a folder differs from version to version.
fn browser_tests(folder: &Path) -> Result<Vec<PathBuf>> {
    let problem = |problem: std::io::Error| format!("{} cannot be read: {problem}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(problem)? {
        let file = entry.map_err(problem)?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if file.is_dir() && name != "node_modules" {
            found.extend(browser_tests(&file)?);
        } else if [".test.mjs", ".test.js"].iter().any(|end| name.ends_with(end)) {
            found.push(file);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Options> {
        options(&words.iter().map(|word| word.to_string()).collect::<Vec<_>>())
    }

    #[test]
    fn names_of_steps_are_checked_before_anything_runs() {
        assert!(matches!(read(&["--only", "fmt", "--only=deny"]), Ok(Options::Run(names)) if names == ["fmt", "deny"]));
        assert!(matches!(read(&[]), Ok(Options::Run(names)) if names.is_empty()));
        assert!(matches!(read(&["--list"]), Ok(Options::List)));
        for words in [&["--only"][..], &["--only", "fmtt"], &["fmt"]] {
            assert!(read(words).is_err(), "{words:?}");
        }
    }

    #[test]
    fn a_program_that_does_not_end_is_stopped() {
        let start = Instant::now();
        let mut command = Command::new("sleep");
        command.arg("30");
        assert!(!ends_well_within(command, 0));
        assert!(start.elapsed().as_secs() < 10);
    }
}
