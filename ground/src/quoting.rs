//! How messages show what stands in a description.

use crate::hostlist;
use crate::private_key::looks_private;

/// `text` as a message shows it: in curly quotes, on one line, cut after 60 characters. A private key is not shown: it
/// becomes `this text`.
pub fn quote(text: &str) -> String {
    const LONGEST: usize = 60;
    if looks_private(text) {
        return "this text".to_owned();
    }
    let short: String = text.chars().take(LONGEST).map(|c| if c.is_control() { '�' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() { format!("“{short}…”") } else { format!("“{short}”") }
}

/// `list` as a button shows it: at most 40 characters, with `…` at the end where it was cut.
pub fn short(list: &str) -> String {
    if list.chars().nth(40).is_some() { list.chars().take(39).chain(['…']).collect() } else { list.to_owned() }
}

/// `names` as a hostlist, cut as by [`short`]: `cn[001-128]`.
pub fn list(names: &[String]) -> String {
    short(&hostlist::compress(names))
}

/// `count` with its noun, whose plural takes an `s`: `1 host`, `3 hosts`.
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
