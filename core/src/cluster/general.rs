use super::{choice, description};

choice! {
    /// The NixOS release whose channel the flake's inputs follow.
    pub enum Release {
        V2605 "26.05" "26.05 (stable)",
        V2611 "26.11" "26.11",
        Unstable "unstable" "unstable",
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
        /// The time zone, as in `time.timeZone`: `Europe/Berlin`.
        time_zone "timeZone": String = "UTC".to_owned(),
        /// The locale, as in `i18n.defaultLocale`.
        locale "locale": String = "en_US.UTF-8".to_owned(),
        /// Public SSH keys that may log in as root on every node.
        ssh_keys "sshKeys": Vec<String> = Vec::new(),
        /// Whether packages with an unfree licence may be used; the NVIDIA driver and CUDA are.
        allow_unfree "allowUnfree": bool = false,
        /// Whether the flake comes with a `flake.lock`, so that everybody gets the very same nixpkgs.
        pinned "pinned": bool = false,
    }
}
