//! Telling private keys from other text: no description may hold one.

/// What the text of a private key contains: PEM, PuTTY, age, and the body of OpenSSH's (`openssh-key-v1` in Base64).
const MARKS: &[&str] = &["PRIVATE KEY", "PuTTY-User-Key-File", "AGE-SECRET-KEY-", "b3BlbnNzaC1rZXktdjE"];

/// Whether `text` has a private key in it, by the marks of PEM, PuTTY, age and OpenSSH. Such text is never shown or
/// stored.
pub fn looks_private(text: &str) -> bool {
    MARKS.iter().any(|mark| text.contains(mark))
}
