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

use clap::{ArgMatches, Command};
use run::Result;
use std::process::ExitCode;

fn main() -> ExitCode {
    // Ends here where the words are not understood, or ask for help.
    match dispatch(&commands().get_matches()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("\nerror: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn commands() -> Command {
    let command = |name, about| Command::new(name).about(about);
    Command::new("xtask")
        .bin_name("cargo xtask")
        .about("The project's own commands: each installs what it lacks")
        .subcommand(serve::command())
        .subcommand(test::command())
        .subcommand(command("bench", "How time grows with size, natively and in Chromium, of the page in dist/"))
        .subcommand(command("dist", "Build the page for release into dist/"))
        .subcommand(command("schema", "Write docs/cluster.schema.json"))
        .subcommand(command(
            "visual",
            "Take the pictures anew that the built page is held against, in tests/e2e/visual/",
        ))
        .subcommand(command("golden", "Write core/tests/golden/: the flakes of the presets, as they are generated now"))
}

fn dispatch(words: &ArgMatches) -> Result {
    match words.subcommand() {
        Some(("serve", words)) => serve::serve(&serve::options(words)),
        Some(("test", words)) => test::test(&test::options(words)),
        Some(("bench", _)) => browsers::bench(),
        Some(("dist", _)) => dist::dist(),
        Some(("schema", _)) => schema::schema(),
        Some(("visual", _)) => browsers::visual(),
        Some(("golden", _)) => golden::golden(),
        _ => commands().print_help().map_err(|problem| problem.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_well_declared() {
        commands().debug_assert();
    }

    #[test]
    fn words_that_mean_nothing_are_refused() {
        for words in [&["build"][..], &["dist", "now"], &["golden", "--all"]] {
            let words = [&["xtask"], words].concat();
            assert!(commands().try_get_matches_from(&words).is_err(), "{words:?}");
        }
    }
}
