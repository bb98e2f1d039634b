use super::{choice, description};

choice! {
    /// The NixOS release whose channel the flake's inputs follow.
    pub enum Release {
        /// NixOS 26.05.
        V2605 "26.05" "26.05 (stable)",
        /// NixOS 26.11.
        V2611 "26.11" "26.11",
        /// The rolling branch `nixos-unstable`.
        Unstable "unstable" "unstable",
    }
}

impl Release {
    /// The `system.stateVersion` of nodes that are first installed with this release, `26.05`; they keep it when the
    /// release moves on.
    pub fn state_version(self) -> &'static str {
        match self {
            Release::V2605 | Release::Unstable => "26.05",
            Release::V2611 => "26.11",
        }
    }
}

description! {
    /// The cluster as a whole.
    pub struct General {
        /// The cluster's name: also Slurm's `ClusterName`.
        name "name": String = "cluster".to_owned(),
        /// A sentence for people, shown in the flake and its README.
        description "description": String = String::new(),
        /// The NixOS release.
        release "release": Release = Release::V2605,
        /// `system.stateVersion`, the release that the nodes were first installed with; empty: `release`.
        state_version "stateVersion": String = String::new(),
        /// The time zone, as in `time.timeZone`: `Europe/Berlin`.
        time_zone "timeZone": String = "UTC".to_owned(),
        /// The locale, as in `i18n.defaultLocale`.
        locale "locale": String = "en_US.UTF-8".to_owned(),
        /// Public SSH keys that may log in as root on every node.
        ssh_keys "sshKeys": Vec<String> = Vec::new(),
        /// A file on every node with the hash of root's password, for the console: a way in when the network fails. SSH takes
        /// no password. Empty: root has none.
        root_password_file "rootPasswordFile": String = String::new(),
        /// Whether packages with an unfree licence may be used; the NVIDIA driver and CUDA are.
        allow_unfree "allowUnfree": bool = false,
        /// Whether the inputs are pinned: a `flake.lock` gives everybody the very same nixpkgs.
        pinned "pinned": bool = false,
    }
}

impl General {
    /// The `system.stateVersion` of all nodes: the one that the description sets, else that of its release.
    pub fn effective_state_version(&self) -> &str {
        let own = self.state_version.trim();
        if own.is_empty() { self.release.state_version() } else { own }
    }
}
