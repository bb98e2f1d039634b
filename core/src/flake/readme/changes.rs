//! How to change the cluster, and to use it from another flake.

use crate::cluster::{Cluster, ContainerEngine};
use crate::modules::about::controller;
use crate::{modules, nix};
use std::fmt::Write;

/// Whether a cluster has something, and the options that are policy there, which its modules set with `lib.mkDefault`.
type Policy = (fn(&Cluster) -> bool, &'static [&'static str]);

const POLICY: &[Policy] = &[
    (
        |_| true,
        &[
            "boot.loader.efi.canTouchEfiVariables",
            "boot.loader.grub.configurationLimit",
            "boot.loader.grub.devices",
            "boot.loader.grub.enable",
            "boot.loader.systemd-boot.configurationLimit",
            "boot.loader.systemd-boot.enable",
            "boot.swraid.mdadmConf",
            "hardware.cpu.amd.updateMicrocode",
            "hardware.cpu.intel.updateMicrocode",
            "hardware.enableRedistributableFirmware",
            "i18n.defaultLocale",
            "nix.gc.automatic",
            "nix.gc.dates",
            "nix.gc.options",
            "services.openssh.settings.KbdInteractiveAuthentication",
            "services.openssh.settings.PasswordAuthentication",
            "services.openssh.settings.PermitRootLogin",
            "time.timeZone",
        ],
    ),
    (
        |cluster| cluster.network.tuning,
        &[
            "boot.kernel.sysctl.\"net.core.rmem_max\"",
            "boot.kernel.sysctl.\"net.core.wmem_max\"",
            "boot.kernel.sysctl.\"net.ipv4.tcp_rmem\"",
            "boot.kernel.sysctl.\"net.ipv4.tcp_wmem\"",
        ],
    ),
    (|_| true, &["systemd.network.networks.<name>.networkConfig.IPv6AcceptRA"]),
    (|_| true, &["security.sudo.wheelNeedsPassword", "users.mutableUsers"]),
    (|cluster| modules::is_used(cluster, "storage"), &["services.nfs.server.nproc"]),
    (|cluster| modules::is_used(cluster, "compatibility"), &["programs.nix-ld.enable"]),
    (|cluster| cluster.slurm.enable && cluster.slurm.accounting.enable, &["services.mysql.settings.mysqld"]),
    (|cluster| cluster.hpc.cuda.enable, &["hardware.nvidia.nvidiaSettings"]),
    (
        |cluster| cluster.monitoring.enable,
        &[
            "services.grafana.settings.server.domain",
            "services.grafana.settings.server.http_addr",
            "services.prometheus.alertmanager.configuration",
            "services.prometheus.globalConfig",
            "services.prometheus.retentionTime",
        ],
    ),
    (
        |cluster| cluster.containers.engine == ContainerEngine::Podman,
        &["virtualisation.podman.defaultNetwork.settings.dns_enabled", "virtualisation.podman.dockerCompat"],
    ),
];

/// The options that give way to a plain value, in a list for people.
fn policy(cluster: &Cluster) -> String {
    let used = POLICY.iter().filter(|(has, _)| has(cluster)).flat_map(|(_, options)| *options);
    used.map(|option| format!("`{option}`")).collect::<Vec<_>>().join(", ")
}

/// The command that goes from node to node.
fn update(cluster: &Cluster) -> String {
    let (start, each) = if cluster.slurm.enable {
        ("While jobs run, use", "each drained until its jobs have ended, switched, checked and put back into service")
    } else {
        ("To go from node to node, use", "each switched and checked")
    };
    format!(
        "{start} `cluster-tools update`: it builds for all nodes before it changes any, tries one worker, and brings the\n\
         others in batches, {each}; with\n`--reboot` they reboot instead of switching. It stops when nodes fail, and can be \
         run again after an interruption.\n`cluster-tools rollback` takes nodes back to the generation before.\n\n\
         ```sh\ncluster-tools update --dry-run\ncluster-tools update\n```\n\n"
    )
}

pub fn changes(out: &mut String, cluster: &Cluster) {
    let node = controller(cluster);
    let policy = policy(cluster);
    let update = update(cluster);
    let override_example = nix::fill(include_str!("override.nix"), &[], &[]).text;
    let flake_example =
        nix::fill(include_str!("other-flake.nix"), &[("__node__", nix::Nix::from(node.as_str()))], &[]).text;
    writeln!(
        out,
        "## Changing it\n\n\
         Edit `cluster.nix`, or go on with `cluster.json` in clusterflake and unpack what comes out over this folder; \
         then bring it\nto a node, and when that is well to all others, in the shell of `nix develop`:\n\n\
         ```sh\ngit add --all\ncluster-tools deploy --on {node} switch\ncluster-tools deploy switch\n```\n\n\
         What `cluster.nix` can have is in `modules/*/options.nix`, with types, defaults and what it means. A misspelt name or \
         a value of\nthe wrong type is refused before anything is built, with the name, the nearest one and the file.\n\n\
         It runs `nixos-rebuild` for each node, from your machine, at the addresses of `cluster.nix`. What changes names, \
         addresses or\ninterfaces goes in by `cluster-tools deploy boot` and a reboot: the connection over which you switch \
         could break.\n\n\
         {update}\
         Newer packages of the same release: `nix flake update`, then the same. A newer release: change it in the \
         design, or\nthe input in `flake.nix`; `stateVersion` stays that of the release which the nodes were first installed with.\n\n\
         What the design does not know goes into modules of your own: `extraCommonModules` for every node, \
         `extraNodeModules` for\nsingle ones. They stand in `cluster.nix`, as in the flake below. What is policy is set with \
         `lib.mkDefault`, and gives way to a plain value:\n{policy}.\n\nWhat the cluster stands on is set plainly \
         (addresses, names, the firewall, mounts, accounts, Slurm), and gives way\nto `lib.mkForce` only. Both are in this \
         `site.nix`:\n\n\
         ```nix\n{override_example}```\n\n\
         ## From another flake\n\n\
         `lib.mkClusterFlake` takes the values of `cluster.nix`, or others, and gives the outputs of a flake: \
         `nixosConfigurations`,\n`packages`, `apps`, `devShells`. \
         The flake must be an input for that: `import ./flake.nix` is only what Nix makes these of.\n\n\
         ```nix\n{flake_example}```\n"
    )
    .ok();
}
