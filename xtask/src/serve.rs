//! `cargo xtask serve`: the page on this machine, rebuilt at each change.

use crate::run::{Result, announce, call, root, run, target};
use crate::tools;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

pub struct Options {
    port: u16,
    open: bool,
}

pub fn command() -> Command {
    Command::new("serve").about("Serve the page on this machine, rebuilt at each change").args([
        Arg::new("port")
            .long("port")
            .value_name("N")
            .value_parser(value_parser!(u16).range(1..))
            .default_value("8080")
            .help("Where it listens"),
        Arg::new("open").long("open").action(ArgAction::SetTrue).help("Open it in the browser"),
    ])
}

/// What was asked for by the words of `command`.
pub fn options(words: &ArgMatches) -> Options {
    Options { port: words.get_one("port").copied().unwrap_or_default(), open: words.get_flag("open") }
}

pub fn serve(options: &Options) -> Result {
    if !root().join("index.html").is_file() {
        return Err("index.html is missing at the top of the repository: there is no page to serve".to_string());
    }
    tools::for_serve()?;
    let port = options.port.to_string();
    // Beside the other build products, so that serving leaves a released dist/ alone.
    let dist = target().join("serve").display().to_string();
    let mut words = vec!["serve", "--address", "127.0.0.1", "--port", &port, "--dist", &dist];
    if options.open {
        words.push("--open");
    }
    announce(
        &format!("Serving the page at http://127.0.0.1:{port}/ until Ctrl-C"),
        "the first build takes 1 to 2 minutes, later ones seconds",
    );
    run(call("trunk", &words))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The port that these words ask for.
    fn port(words: &[&str]) -> Option<u16> {
        let words = command().try_get_matches_from([&["serve"], words].concat()).ok()?;
        Some(options(&words).port)
    }

    #[test]
    fn reads_the_port_in_both_spellings() {
        assert_eq!(port(&[]), Some(8080));
        assert_eq!(port(&["--port", "9000"]), Some(9000));
        assert_eq!(port(&["--port=9001"]), Some(9001));
    }

    #[test]
    fn refuses_what_is_not_a_port() {
        for words in [&["--port"][..], &["--port", "much"], &["--port", "70000"], &["--port", "0"], &["--prot"]] {
            assert_eq!(port(words), None, "{words:?}");
        }
    }
}
