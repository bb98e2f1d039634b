//! What the lint knows by name: its findings, Nix's own names, and options and packages that are not what they seem.

use crate::check::Severity::{self, Error, Hint, Warning};

/// A kind of finding.
#[derive(Clone, Copy)]
pub(super) struct Lint {
    pub id: &'static str,
    pub severity: Severity,
}

macro_rules! lints {
    ($($name:ident $id:literal $severity:ident,)*) => {
        $(pub(super) const $name: Lint = Lint { id: $id, severity: $severity };)*
    };
}

lints! {
    SYNTAX "nix-syntax" Error,
    UNDEFINED_VARIABLE "undefined-variable" Error,
    UNUSED_ARGUMENT "unused-argument" Hint,
    UNKNOWN_OPTION "unknown-option" Error,
    UNDECLARED_OPTION "undeclared-option" Error,
    OPTION_TYPE "option-type" Error,
    OBSOLETE_OPTION "obsolete-option" Warning,
    SECRET_IN_STORE "secret-in-store" Error,
    REMOVED_FLAG "removed-flag" Error,
    WRONG_PACKAGE "wrong-package" Error,
    CLOSED_ARGUMENTS "closed-arguments" Warning,
    LOST_LOCATION "lost-location" Hint,
    BARE_MERGE "bare-merge" Error,
    OPTIONS_BESIDE_CONFIG "options-beside-config" Error,
    STRUCTURE_FROM_CONFIG "structure-from-config" Error,
    OR_HIDES_TYPO "or-hides-typo" Hint,
    PKGS_IN_SPECIAL_ARGS "pkgs-in-special-args" Warning,
    FLAKE_IMPORTED "flake-imported" Error,
    FIND_SINGLE "find-single" Warning,
    MISSING_OPTION "missing-option" Warning,
}

/// The names that Nix itself binds (Nix manual, “Built-in Constants” and “Built-in Functions”).
pub(super) const BUILTINS: &[&str] = &[
    "true",
    "false",
    "null",
    "builtins",
    "import",
    "map",
    "toString",
    "throw",
    "abort",
    "derivation",
    "derivationStrict",
    "removeAttrs",
    "isNull",
    "baseNameOf",
    "dirOf",
    "fetchTarball",
    "fetchGit",
    "fetchMercurial",
    "fetchTree",
    "placeholder",
    "scopedImport",
    "fromTOML",
    "break",
];

/// What NixOS gives a module by name, and the guide's functions a node.
pub(super) const MODULE_ARGUMENTS: &[&str] =
    &["config", "lib", "pkgs", "options", "modulesPath", "utils", "node", "nodes", "clusterLib"];

/// Options that NixOS no longer has, or that do not do what their names say, with what to write instead.
/// Evidence: nixpkgs nixos/modules/rename.nix and the modules named.
pub(super) const OBSOLETE_OPTIONS: &[(&str, &str)] = &[
    ("hardware.opengl", "It was renamed in 24.11: write `hardware.graphics`, and `enable32Bit` for `driSupport32Bit`."),
    ("virtualisation.docker.enableNvidia", "It is deprecated: set `hardware.nvidia-container-toolkit.enable`."),
    ("virtualisation.podman.enableNvidia", "It has no effect: set `hardware.nvidia-container-toolkit.enable`."),
    ("services.k3s.docker", "It was removed: k3s runs its own containerd."),
    ("services.beegfs", "BeeGFS was removed from nixpkgs in 2019."),
    ("services.beegfsEnable", "BeeGFS was removed from nixpkgs in 2019."),
    ("services.xtreemfs", "XtreemFS was removed in 26.05."),
    ("services.promtail", "Promtail was removed: use `services.alloy`."),
    ("services.slurm.dbdserver.storagePass", "It would be readable by all: write `storagePassFile`."),
    ("services.slurm.dbdserver.configFile", "It was removed: write `extraConfig`."),
    ("services.openssh.banner", "It was removed in 26.05."),
    ("systemd.extraConfig", "It was replaced in 25.11: write `systemd.settings.Manager`."),
    ("services.logind.extraConfig", "It was replaced in 25.11: write `services.logind.settings.Login`."),
    ("services.dhcpd4", "It was removed: use `services.kea.dhcp4`."),
    ("system.rebuild.enableNg", "It must not be set since 26.05: there is only the new nixos-rebuild."),
    ("system.switch.enableNg", "It was removed in 25.11."),
    ("hardware.amdgpu.amdvlk", "It was removed in 25.11."),
    (
        "virtualisation.containerd.settings.plugins.io.containerd.grpc.v1.cri.enable_gpu",
        "containerd has no such key: set `hardware.nvidia-container-toolkit.enable`, which uses CDI.",
    ),
];

/// Pieces of flags that programs no longer take.
pub(super) const REMOVED_FLAGS: &[(&str, &str)] = &[(
    "--no-deploy",
    "k3s stops at `--no-deploy`: write `services.k3s.disable = [ \"traefik\" ];`, or `--disable=traefik`.",
)];

/// Packages whose names mislead, with what to write instead. What nixpkgs merely lacks may come by an overlay.
pub(super) const WRONG_PACKAGES: &[(&str, &str)] = &[
    ("helm", "`helm` is a synthesizer: the tool for Kubernetes is `kubernetes-helm`."),
    ("nixfmt-classic", "`nixfmt-classic` throws: write `nixfmt`."),
    ("rocmPackages_6", "It was removed in 26.05: write `rocmPackages`."),
    ("newPackage", "`newPackage` is a placeholder of the Module Development Guide."),
    ("mypackage", "`mypackage` is a placeholder of the Module Development Guide."),
];

/// Sections of which the table has every option (the modules that they are of are in it whole), so that a name that is not
/// there does not exist. Of others, only a name that is a slip away from one in the table is sure.
pub(super) const WHOLE: &[&str] = &[
    "hardware.infiniband",
    "hardware.nvidia",
    "hardware.nvidia-container-toolkit",
    "networking.bonds",
    "networking.vlans",
    "services.chrony",
    "services.glusterfs",
    "services.k3s",
    "services.munge",
    "services.nfs.server",
    "services.orangefs",
    "services.slurm",
    "systemd.tmpfiles",
];

/// The section that the modules of this flake declare: `cluster.services`, `cluster.firewall`.
pub(super) const OWN_SECTION: &str = "cluster";

/// Options that have no default, and must be set where another one is.
pub(super) const NEEDED: &[(&str, &str)] = &[("services.kubernetes.roles", "services.kubernetes.masterAddress")];
