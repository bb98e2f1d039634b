//! Private keys, which no description may hold.

/// What the text of a private key has in it: PEM, PuTTY, age, and the body of OpenSSH's (`openssh-key-v1`).
const MARKS: &[&str] = &["PRIVATE KEY", "PuTTY-User-Key-File", "AGE-SECRET-KEY-", "b3BlbnNzaC1rZXktdjE"];

/// Whether `text` looks like a private key, which must never be in a description.
pub fn looks_private(text: &str) -> bool {
    MARKS.iter().any(|mark| text.contains(mark))
}
