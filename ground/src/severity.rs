//! How bad a finding is.

/// How bad a problem of a description or a finding in Nix is. Errors keep a flake from being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The cluster would not work.
    Error,
    /// The cluster would work, but probably not as meant.
    Warning,
    /// Something that could be better.
    Hint,
}

impl Severity {
    /// The word for it in the command line's output: `error`, `warning` or `hint`.
    pub const fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "hint",
        }
    }
}
