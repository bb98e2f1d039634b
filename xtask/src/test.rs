//! `cargo xtask test`: every check and test, those side by side that can be.

use crate::run::{Result, call, find, root, run, target};
use crate::schedule::{Task, run_side_by_side};
use crate::{browsers, changed, dist, tools};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command as ClapCommand};
use std::env;
use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

pub struct Step {
    pub name: &'static str,
    what: &'static str,
    /// When it runs where nobody names it.
    when: When,
    /// Installs what the step needs; all of these run before the first step, so that what is missing shows early.
    needs: &'static [fn() -> Result],
    /// The steps whose products it uses.
    pub after: &'static [&'static str],
    /// Has the cores before the others: the end of the run waits for it, and it cannot use all of them.
    first: bool,
    run: fn() -> Result,
}

#[derive(PartialEq)]
enum When {
    Always,
    /// Not in a quick run.
    Thorough,
    /// Only in a quick run, in the place of something more thorough.
    Quick,
}

/// In the order in which they begin: first what others wait for, and what is quick and telling.
pub const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        what: "the code is formatted",
        when: When::Always,
        needs: &[],
        after: &[],
        first: false,
        run: fmt,
    },
    Step {
        name: "dist",
        what: "the page for release, within its budget",
        when: When::Thorough,
        needs: &[tools::for_dist],
        after: &[],
        first: true,
        run: dist::dist_within_budget,
    },
    Step {
        name: "clippy",
        what: "all of it without a warning",
        when: When::Always,
        needs: &[],
        after: &[],
        first: false,
        run: clippy,
    },
    Step {
        name: "build",
        what: "tests and command line, once for all steps that run them",
        when: When::Thorough,
        needs: &[tools::nextest],
        // Cargo builds one thing at a time in its folder: who came second would only wait.
        after: &["clippy"],
        first: false,
        run: build,
    },
    Step {
        name: "deny",
        what: "licences and sources of what we depend on",
        when: When::Thorough,
        needs: &[tools::cargo_deny],
        after: &[],
        first: false,
        run: deny,
    },
    Step {
        name: "advisories",
        what: "known faults in what we depend on",
        when: When::Thorough,
        needs: &[tools::cargo_deny],
        after: &[],
        first: false,
        run: advisories,
    },
    Step {
        name: "firefox",
        what: "the released page in Firefox",
        when: When::Thorough,
        needs: &[tools::system_packages, browsers::packages],
        after: &["dist", "build"],
        first: true,
        run: browsers::firefox,
    },
    Step {
        name: "browser",
        what: "the released page in Chromium, and how it looks",
        when: When::Thorough,
        needs: &[tools::system_packages, browsers::packages],
        after: &["dist", "build"],
        first: true,
        run: browsers::chromium,
    },
    Step {
        name: "cargo-test",
        what: "unit and integration tests, with real Nix and Slurm",
        when: When::Thorough,
        needs: &[tools::nextest, tools::system_packages],
        after: &["build"],
        first: false,
        run: cargo_test,
    },
    Step {
        name: "quick-test",
        what: "unit tests, the presets' flakes, and one of them in real Nix",
        when: When::Quick,
        needs: &[tools::nextest, tools::system_packages],
        after: &["clippy"],
        first: false,
        run: quick_test,
    },
    Step {
        name: "smoke",
        what: "the page as built for development, in Chromium",
        when: When::Quick,
        needs: &[tools::for_serve, tools::system_packages, browsers::packages],
        after: &["quick-test"],
        first: false,
        run: browsers::smoke,
    },
    Step {
        name: "core-wasm",
        what: "the core without a warning, as WebAssembly",
        when: When::Thorough,
        needs: &[tools::wasm_target],
        after: &["build"],
        first: false,
        run: core_wasm,
    },
];

/// What `cargo xtask test` is asked for.
#[derive(Debug, PartialEq)]
pub enum Options {
    List,
    All,
    Quick,
    /// What the files that differ from this commit can touch.
    Changed(String),
    /// These steps alone.
    Only(Vec<String>),
}

pub fn command() -> ClapCommand {
    let names = STEPS.iter().map(|step| step.name).collect::<Vec<_>>();
    ClapCommand::new("test")
        .about("Run every check and test")
        .args([
            Arg::new("quick")
                .long("quick")
                .action(ArgAction::SetTrue)
                .help("What to run while you work: minutes, not all"),
            Arg::new("changed")
                .long("changed")
                .value_name("COMMIT")
                .num_args(0..=1)
                .default_missing_value("HEAD")
                .help("The steps that the files which differ from COMMIT (HEAD) can touch"),
            Arg::new("only")
                .long("only")
                .value_name("NAME")
                .action(ArgAction::Append)
                .value_parser(PossibleValuesParser::new(names))
                .hide_possible_values(true)
                .help("One step; may be given more than once"),
            Arg::new("list").long("list").action(ArgAction::SetTrue).help("List the steps"),
        ])
        .group(ArgGroup::new("which").args(["quick", "changed", "only", "list"]))
}

/// What was asked for by the words of `command`.
pub fn options(words: &ArgMatches) -> Options {
    if words.get_flag("list") {
        Options::List
    } else if words.get_flag("quick") {
        Options::Quick
    } else if let Some(base) = words.get_one::<String>("changed") {
        Options::Changed(base.clone())
    } else if let Some(names) = words.get_many::<String>("only") {
        Options::Only(names.cloned().collect())
    } else {
        Options::All
    }
}

fn list() {
    for step in STEPS {
        let note = if step.when == When::Quick { " (with --quick)" } else { "" };
        println!("{:12} {}{note}", step.name, step.what);
    }
}

/// Runs the steps that `options` ask for. Fails with a sentence that names those that failed.
pub fn test(options: &Options) -> Result {
    let steps: Vec<&Step> = match options {
        Options::List => {
            list();
            return Ok(());
        }
        Options::All => STEPS.iter().filter(|step| step.when != When::Quick).collect(),
        Options::Quick => STEPS.iter().filter(|step| step.when != When::Thorough).collect(),
        Options::Only(names) => STEPS.iter().filter(|step| names.iter().any(|name| name == step.name)).collect(),
        Options::Changed(base) => {
            let names = changed::steps(base)?;
            STEPS.iter().filter(|step| names.contains(step.name)).collect()
        }
    };
    for need in steps.iter().flat_map(|step| step.needs) {
        need()?;
    }
    match steps.as_slice() {
        [] => {
            println!("Nothing has changed that a step looks at");
            Ok(())
        }
        [step] => (step.run)().map_err(|problem| format!("step '{}' failed: {problem}", step.name)),
        steps => {
            let program = own_copy()?;
            let at_once = thread::available_parallelism().map_or(1, |cores| cores.get()) + 1;
            let some_first = steps.iter().any(|step| step.first);
            let tasks = steps.iter().map(|step| task(step, &program, some_first && !step.first));
            run_side_by_side(tasks.collect(), at_once)
        }
    }
}

/// This program, copied to where no build replaces it while it runs.
fn own_copy() -> Result<std::path::PathBuf> {
    let folder = target().join("test");
    let copy = folder.join(format!("xtask{}", env::consts::EXE_SUFFIX));
    let own = env::current_exe().and_then(|own| {
        fs::create_dir_all(&folder)?;
        // A copy that still runs elsewhere cannot be written to, but be taken away.
        let _ = fs::remove_file(&copy);
        fs::copy(own, &copy)
    });
    own.map(|_| copy).map_err(|problem| format!("{} cannot be filled: {problem}", folder.display()))
}

/// The call of this program that runs one step. `gives_way`: with what the others leave of the cores, where the system can.
fn task(step: &Step, program: &std::path::Path, gives_way: bool) -> Task {
    let mut command = match find("nice").filter(|_| gives_way) {
        Some(nice) => {
            let mut command = Command::new(nice);
            command.args(["-n", "5"]).arg(program);
            command
        }
        None => Command::new(program),
    };
    command.args(["test", "--only", step.name]).current_dir(root()).stdin(Stdio::null());
    Task { name: step.name, what: step.what, after: step.after, command }
}

fn fmt() -> Result {
    run(call("cargo", &["fmt", "--all", "--check"]))
        .map_err(|problem| format!("{problem}\n`cargo fmt --all` puts the code into shape"))
}

fn clippy() -> Result {
    run(call("cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn core_wasm() -> Result {
    let what = ["--package", "clusterflake-core", "--target", "wasm32-unknown-unknown"];
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
                thread::sleep(std::time::Duration::from_millis(100));
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

/// All of the workspace at once here and below: of single packages cargo builds their dependencies anew, with other
/// features.
fn build() -> Result {
    run(call("cargo", &["nextest", "run", "--workspace", "--no-run"]))
}

fn cargo_test() -> Result {
    // Some of them wait for daemons more than they work.
    let threads = thread::available_parallelism().map_or(1, |cores| cores.get()) + 1;
    run(call("cargo", &["nextest", "run", "--workspace", "--test-threads", &threads.to_string()]))?;
    run(call("cargo", &["test", "--workspace", "--doc"]))
}

fn quick_test() -> Result {
    let which = ["--lib", "--bins", "--test", "golden", "--test", "cli", "--test", "nix"];
    let tests = ["-E", "not binary(nix) | test(=presets::minimal)"];
    run(call("cargo", &[&["nextest", "run", "--workspace"], &which[..], &tests[..]].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Option<Options> {
        let words = command().try_get_matches_from([&["test"], words].concat()).ok()?;
        Some(options(&words))
    }

    #[test]
    fn names_of_steps_are_checked_before_anything_runs() {
        let names = |names: &[&str]| Some(Options::Only(names.iter().map(|name| name.to_string()).collect()));
        assert_eq!(read(&["--only", "fmt", "--only=deny"]), names(&["fmt", "deny"]));
        assert_eq!(read(&[]), Some(Options::All));
        assert_eq!(read(&["--list"]), Some(Options::List));
        assert_eq!(read(&["--quick"]), Some(Options::Quick));
        assert_eq!(read(&["--changed"]), Some(Options::Changed("HEAD".to_string())));
        assert_eq!(read(&["--changed", "main"]), Some(Options::Changed("main".to_string())));
        for words in [&["--only"][..], &["--only", "fmtt"], &["fmt"], &["--quick", "--only", "fmt"]] {
            assert_eq!(read(words), None, "{words:?}");
        }
    }

    #[test]
    fn steps_use_what_steps_before_them_make() {
        for (index, step) in STEPS.iter().enumerate() {
            for used in step.after {
                assert!(STEPS[..index].iter().any(|before| before.name == *used), "{} uses {used}", step.name);
            }
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
