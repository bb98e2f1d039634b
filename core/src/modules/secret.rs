//! The files that nodes need and that must not be in the flake: keys, passwords, tokens, and what only the site has.

use crate::cluster::{Choice, Role};
use crate::path::Path;

/// How `cluster-tools` makes a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Make {
    /// This many random bytes.
    Bytes(u32),
    /// Random letters, digits, `+`, `/` and `=`.
    Text,
    /// By asking on the terminal; with a variable, as `VARIABLE="…"`.
    Ask(Option<&'static str>),
    /// By asking for a password on the terminal, of which the file has the hash.
    PasswordHash,
    /// Not at all: only the site has it.
    Bring,
    /// For each node another one, by `cluster-tools ssh-ca`.
    HostCertificate,
}

/// The nodes that need a file: those with one of the roles and those named; all of them where both are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct On {
    /// Nodes with any of these roles.
    pub roles: &'static [Role],
    /// Further nodes, as a hostlist; empty for none.
    pub hosts: String,
}

/// A file that nodes need and that must not be in the flake.
#[derive(Clone, Debug, PartialEq)]
pub struct Secret {
    /// Its path on the nodes.
    pub file: String,
    /// What it is, for people.
    pub what: String,
    /// The nodes that need it.
    pub on: On,
    /// The user who owns it; its group is that user's.
    pub owner: &'static str,
    /// Its permissions, as chmod(1) takes them: `0400`.
    pub mode: &'static str,
    /// How it is made.
    pub make: Make,
    /// The systemd services that read it when they start.
    pub units: &'static [&'static str],
    /// The field of the description that asks for it.
    pub path: Path,
}

impl On {
    /// The hosts of a hostlist, and no others.
    pub(super) fn hosts(hosts: impl Into<String>) -> Self {
        Self { roles: &[], hosts: hosts.into() }
    }

    /// The nodes in words: `workers and head1`, or `all nodes`.
    pub fn words(&self) -> String {
        let roles = self.roles.iter().map(|role| match role {
            Role::Login => "login nodes".to_owned(),
            Role::Storage => "storage nodes".to_owned(),
            role => format!("{}s", role.key()),
        });
        let hosts = Some(self.hosts.clone()).filter(|hosts| !hosts.is_empty());
        let words: Vec<String> = roles.chain(hosts).collect();
        if words.is_empty() { "all nodes".to_owned() } else { words.join(" and ") }
    }
}

impl Secret {
    /// A file that root alone reads, on all nodes.
    pub(super) fn new(file: &str, what: impl Into<String>, make: Make, path: Path) -> Self {
        let on = On::default();
        Self { file: file.to_owned(), what: what.into(), on, owner: "root", mode: "0400", make, units: &[], path }
    }
}
