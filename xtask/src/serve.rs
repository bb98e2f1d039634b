//! `cargo xtask serve`: the page on this machine, rebuilt at each change.

use crate::run::{Result, announce, call, root, run, target};
use crate::tools;

pub struct Options {
    port: u16,
    open: bool,
}

pub fn options(words: &[String]) -> Result<Options> {
    let mut options = Options { port: 8080, open: false };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (name, joined) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_string())),
            None => (word.as_str(), None),
        };
        match name {
            "--port" => {
                let value = joined.or_else(|| words.next().cloned()).unwrap_or_default();
                options.port =
                    value.parse().map_err(|_| format!("--port takes a number from 1 to 65535, not '{value}'"))?;
            }
            "--open" if joined.is_none() => options.open = true,
            _ => return Err(format!("'{word}' is not understood: serve takes --port N and --open")),
        }
    }
    Ok(options)
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

    fn read(words: &[&str]) -> Result<Options> {
        options(&words.iter().map(|word| word.to_string()).collect::<Vec<_>>())
    }

    #[test]
    fn reads_the_port_in_both_spellings() {
        assert_eq!(read(&[]).map(|options| options.port), Ok(8080));
        assert_eq!(read(&["--port", "9000"]).map(|options| options.port), Ok(9000));
        assert_eq!(read(&["--port=9001"]).map(|options| options.port), Ok(9001));
    }

    #[test]
    fn refuses_what_is_no_port() {
        for words in [&["--port"][..], &["--port", "much"], &["--port", "70000"], &["--prot"]] {
            assert!(read(words).is_err(), "{words:?}");
        }
    }
}
