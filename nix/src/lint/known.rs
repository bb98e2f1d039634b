//! What the lint knows by name: its findings, Nix's own names, and options and packages that are not what they seem.

use clusterflake_ground::severity::Severity::{self, Error, Hint, Warning};

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
    NEWER_OPTION "unknown-option" Warning,
    PLACEHOLDER "placeholder-option" Error,
    REMOVED_OPTION "removed-option" Error,
    UNDECLARED_OPTION "undeclared-option" Error,
    OPTION_TYPE "option-type" Error,
    OBSOLETE_OPTION "obsolete-option" Warning,
    SECRET_IN_STORE "secret-in-store" Error,
    SECRET_FILE_IN_STORE "secret-in-store" Warning,
    REMOVED_FLAG "removed-flag" Error,
    WRONG_PACKAGE "wrong-package" Error,
    CLOSED_ARGUMENTS "closed-arguments" Warning,
    CLOSED_OUTER_ARGUMENTS "closed-arguments" Hint,
    LOST_LOCATION "lost-location" Hint,
    BARE_MERGE "bare-merge" Error,
    OPTIONS_BESIDE_CONFIG "options-beside-config" Error,
    STRUCTURE_FROM_CONFIG "structure-from-config" Error,
    OR_HIDES_TYPO "or-hides-typo" Hint,
    PKGS_IN_SPECIAL_ARGS "pkgs-in-special-args" Warning,
    FLAKE_IMPORTED "flake-imported" Error,
    FIND_SINGLE "find-single" Warning,
    MISSING_OPTION "missing-option" Warning,
    MOUNT_WAITS "mount-waits" Hint,
    NVIDIA_OPEN "nvidia-open" Hint,
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

/// Options that are there and do not do what their names say, with what to write instead. Evidence: the nixpkgs modules
/// named. What NixOS no longer has stands in the table.
pub(super) const OBSOLETE_OPTIONS: &[(&str, &str)] = &[
    ("virtualisation.docker.enableNvidia", "It is deprecated: set `hardware.nvidia-container-toolkit.enable`."),
    ("virtualisation.podman.enableNvidia", "It has no effect: set `hardware.nvidia-container-toolkit.enable`."),
    (
        "virtualisation.containerd.settings.plugins.io.containerd.grpc.v1.cri.enable_gpu",
        "containerd has no such key: set `hardware.nvidia-container-toolkit.enable`, which uses CDI.",
    ),
];

/// Options that the Module Development Guide's samples set, and that stand for the author's own.
pub(super) const PLACEHOLDERS: &[&str] = &[
    "services.myservice",
    "services.myService",
    "services.controllerOnlyService",
    "services.existingModule",
    "services.base",
    "services.component",
    "hardware.someFeature",
];

/// Sections of which the table has every option of mid-2026 too, not only of 25.11.
pub(super) const WHOLE_SINCE: &[&[&str]] =
    &[&["security", "pam", "services"], &["services", "harmonia"], &["services", "resolved"], &["services", "slurm"]];

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

/// The section that the modules of this flake declare: `cluster.services`, `cluster.firewall`.
pub(super) const OWN_SECTION: &str = "cluster";

/// Options that have no default, and must be set where another one is.
pub(super) const NEEDED: &[(&str, &str)] = &[("services.kubernetes.roles", "services.kubernetes.masterAddress")];
