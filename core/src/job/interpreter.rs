//! Whether the nodes have the program that a script names in its first line.

use crate::cluster::Cluster;

/// Folders in which other Linux systems keep their programs, and NixOS none of its own.
const FOLDERS: &[&str] = &["/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/"];

/// The programs in [`FOLDERS`] that the cluster's workers have: NixOS's own (nixpkgs
/// nixos/modules/config/shells-environment.nix, nixos/modules/system/activation/activation-script.nix), and those of
/// `modules/compatibility`.
pub fn present(cluster: &Cluster) -> &'static [&'static str] {
    const ALL: &[&str] = &["/bin/sh", "/usr/bin/env", "/bin/bash", "/usr/bin/bash"];
    if cluster.hpc.bin_bash { ALL } else { &ALL[..2] }
}

/// What becomes of the script in `text`, in a sentence, where no node has its interpreter. Says nothing of programs below
/// homes and other folders that only the site knows.
pub fn missing(text: &str, present: &[&str]) -> Option<String> {
    let line = text.lines().map(str::trim_start).find_map(|line| line.strip_prefix("#!"))?;
    let interpreter = line.split_whitespace().next()?;
    let is_missing = FOLDERS.iter().any(|folder| interpreter.starts_with(folder)) && !present.contains(&interpreter);
    let name = interpreter.rsplit('/').next().unwrap_or_default();
    is_missing.then(|| {
        format!(
            "No node has {interpreter}, with which the script begins: the job would end as soon as it starts. Begin it with \
             “#!/usr/bin/env {name}”."
        )
    })
}
