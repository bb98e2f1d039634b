//! The project's own commands, run as `cargo xtask COMMAND`.
//!
//! Each command installs what it lacks, says what it does before it does it, and lets the tools it calls
//! speak for themselves.

mod browsers;
mod changed;
mod dist;
mod golden;
mod offline;
mod page;
mod run;
mod schedule;
mod schema;
mod serve;
mod test;
mod tools;

use run::Result;
use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask COMMAND

  serve [--port N] [--open]   install what is missing and serve the page on this machine, rebuilt at each change
  test                        install what is missing and run every check and test
  test --quick                what to run while you work: minutes, not all
  test --changed [COMMIT]     the steps that the files which differ from COMMIT (HEAD) can touch
  test --only NAME            run one step; may be given more than once
  test --list                 list the steps
  bench                       how time grows with size, natively and in Chromium, of the page in dist/
  dist                        build the page for release into dist/
  schema                      write docs/cluster.schema.json
  visual                      take the pictures anew that the built page is held against, in tests/e2e/visual/
  golden                      write core/tests/golden/: the flakes of the presets, as they are generated now
  help                        show this text
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("\nerror: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(words: &[String]) -> Result {
    let (command, rest) = match words.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", words),
    };
    if rest.iter().any(|word| word == "--help" || word == "-h") {
        print!("{HELP}");
        return Ok(());
    }
    match command {
        "serve" => serve::serve(&serve::options(rest)?),
        "test" => test::test(&test::options(rest)?),
        "dist" => no_options(rest).and_then(|()| dist::dist()),
        "schema" => no_options(rest).and_then(|()| schema::schema()),
        "visual" => no_options(rest).and_then(|()| browsers::visual()),
        "bench" => no_options(rest).and_then(|()| browsers::bench()),
        "golden" => no_options(rest).and_then(|()| golden::golden()),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("there is no command '{other}'.\n\n{HELP}")),
    }
}

fn no_options(rest: &[String]) -> Result {
    match rest.first() {
        None => Ok(()),
        Some(word) => Err(format!("'{word}' is not understood here.\n\n{HELP}")),
    }
}
