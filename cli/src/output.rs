//! Writing to standard output and standard error.

use std::io::{self, ErrorKind, Write};

/// Writes `bytes` to standard output.
///
/// A reader that has gone away (`| head`) has read what it wanted: no failure.
pub fn write(bytes: &[u8]) -> Result<(), String> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(format!("standard output cannot be written: {error}"))
        }
        _ => Ok(()),
    }
}

/// Writes a line to standard error; where that is closed, nobody wants to know.
pub fn complain(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", printable(line));
}

/// `line` without control characters: what stands in somebody's file does not steer a terminal.
pub fn printable(line: &str) -> String {
    line.replace(char::is_control, " ")
}
