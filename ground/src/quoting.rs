//! How messages show what stands in a description.

use crate::hostlist;
use crate::private_key::looks_private;

/// A value as a message shows it: in quotes, on one line, not too long, and never a private key.
pub fn quote(text: &str) -> String {
    const LONGEST: usize = 60;
    if looks_private(text) {
        return "this text".to_owned();
    }
    let short: String = text.chars().take(LONGEST).map(|c| if c.is_control() { '�' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() { format!("“{short}…”") } else { format!("“{short}”") }
}

/// A value as a button can show it.
pub fn short(list: &str) -> String {
    if list.chars().nth(40).is_some() { list.chars().take(39).chain(['…']).collect() } else { list.to_owned() }
}

/// Some names as a hostlist, as a message can show them.
pub fn list(names: &[String]) -> String {
    short(&hostlist::compress(names))
}

/// A count with its noun: `1 host`, `3 hosts`.
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
