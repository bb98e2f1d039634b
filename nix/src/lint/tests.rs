use super::*;
use crate::options::Known;
use crate::tables;

/// The findings as `LINE:COLUMN id`.
fn found(text: &str) -> Vec<String> {
    let around = Surroundings { known: tables::known(), declared: &[], arguments: &[] };
    lint(text, around)
        .into_iter()
        .map(|finding| format!("{}:{} {}", finding.line, finding.column, finding.id))
        .collect()
}

#[test]
fn what_takes_the_place_of_other_values_is_told_from_what_does_not() {
    let around = Surroundings { known: tables::known(), declared: &[], arguments: &[] };
    let text = "{ lib, ... }: lib.mkMerge [
      { networking.domain = lib.mkForce \"a\"; networking.hostName = \"b\"; }
      { services.k3s = lib.mkForce { enable = true; role = \"agent\"; }; }
      { time.timeZone = lib.mkIf true (lib.mkOverride 10 \"UTC\"); i18n.defaultLocale = lib.mkDefault \"C\"; }
    ]";
    let (forced, plain): (Vec<_>, Vec<_>) = report(text, around).set.into_iter().partition(|set| set.is_forced);
    let names = |sets: Vec<Assigned>| sets.iter().map(|set| set.path.join(".")).collect::<Vec<_>>();
    assert_eq!(names(forced), ["networking.domain", "services.k3s.enable", "services.k3s.role", "time.timeZone"]);
    assert_eq!(names(plain), ["networking.hostName", "i18n.defaultLocale"]);
}

#[test]
fn an_option_is_named_as_nix_writes_it() {
    let around = Surroundings { known: tables::known(), declared: &[], arguments: &[] };
    let finding = &lint("{ ... }: { users.users.\"jane.doe\".password = \"abc\"; }", around)[0];
    assert!(finding.message.starts_with("`users.users.\"jane.doe\".password` "), "{}", finding.message);
}

#[test]
fn what_is_wrong_is_found_at_its_place() {
    let cases: &[(&str, &[&str])] = &[
        ("{ services.chrony.enable = 1 }", &["1:30 nix-syntax"]),
        // Names.
        ("{ lib, ... }: { networking.hostName = nodeName; }", &["1:39 undefined-variable"]),
        ("{ lib, ... }: with lib; { networking.hostName = anything; }", &[]),
        ("{ lib, ... }: let a = b; b = \"x\"; in { networking.hostName = a; }", &[]),
        ("{ site, ... }: { lib, ... }: { _file = ./x; config.networking.hostName = \"x\"; }", &["1:3 unused-argument"]),
        ("{ lib, ... }@arguments: { networking.hostName = arguments.name; }", &[]),
        ("{ lib, ... }: { inherit (lib) networking; inherit nothing; }", &["1:51 undefined-variable"]),
        // Options that are not there.
        ("{ ... }: { services.slurm.enable = true; }", &["1:27 unknown-option"]),
        ("{ ... }: { services.slurm = { server.enable = true; sever.enable = true; }; }", &["1:53 unknown-option"]),
        ("{ ... }: { networking.hostNam = \"x\"; }", &["1:23 unknown-option"]),
        ("{ ... }: { services.nginx.enable = true; }", &[]),
        ("{ ... }: { services.mine.enable = true; sops.secrets.x = { }; }", &[]),
        ("{ ... }: { cluster.services.mine.available = true; }", &["1:12 undeclared-option"]),
        ("{ lib, ... }: { options.cluster.x = lib.mkOption { }; config.cluster.x = 1; }", &[]),
        ("{ lib, ... }: { config = lib.mkMerge [ { services.k3s.rol = \"agent\"; } ]; }", &["1:55 unknown-option"]),
        (
            "{ lib, ... }: { config = lib.mkMerge [ (lib.mkIf true { services.k3s.clusterInitt = true; }) ]; }",
            &["1:70 unknown-option"],
        ),
        (
            "{ lib, ... }: let on = { services.slurm.enable = true; }; in { config = lib.mkIf true on; }",
            &["1:41 unknown-option"],
        ),
        (
            "{ lib, ... }: { services = { slurm.server.enable = true; } // { slurm.enabled = true; }; }",
            &["1:71 unknown-option"],
        ),
        ("{ lib, name, ... }: { networking.interfaces.${name}.macAddres = \"x\"; }", &["1:53 unknown-option"]),
        ("{ lib, ... }: { systemd.services.x = lib.mkMerge [ { wantedby = [ ]; } ]; }", &["1:54 unknown-option"]),
        // Types.
        ("{ ... }: { services.slurm.server.enable = \"yes\"; }", &["1:43 option-type"]),
        ("{ lib, ... }: { services.k3s.role = lib.mkDefault \"master\"; }", &["1:51 option-type"]),
        ("{ ... }: { networking.firewall.allowedTCPPorts = [ 22 \"80\" ]; }", &["1:50 option-type"]),
        ("{ ... }: { networking.firewall.allowedTCPPorts = [ 22 70000 ]; }", &["1:50 option-type"]),
        ("{ pkgs, ... }: { environment.systemPackages = pkgs.hello; }", &[]),
        ("{ ... }: { services.k3s.tokenFile = \"token\"; }", &["1:37 option-type"]),
        ("{ lib, x, ... }: { services.slurm.server.enable = if x then true else \"no\"; }", &["1:71 option-type"]),
        ("{ lib, x, ... }: { boot.kernelModules = [ \"a\" ] ++ lib.optionals x [ 1 ]; }", &["1:68 option-type"]),
        // Secrets and what is gone.
        ("{ ... }: { services.k3s.token = \"abc\"; }", &["1:25 secret-in-store"]),
        ("{ ... }: { users.users.root.password = \"abc\"; }", &["1:29 secret-in-store"]),
        ("{ ... }: { services.grafana.settings.security.secret_key = \"$__file{/x}\"; }", &[]),
        ("{ ... }: { hardware.opengl.enable = true; }", &["1:28 obsolete-option"]),
        ("{ ... }: { virtualisation.docker.enableNvidia = true; }", &["1:34 obsolete-option"]),
        ("{ ... }: { services.k3s.extraFlags = [ \"--no-deploy traefik\" ]; }", &["1:41 removed-flag"]),
        ("{ pkgs, ... }: { environment.systemPackages = with pkgs; [ git helm ]; }", &["1:64 wrong-package"]),
        ("{ pkgs, ... }: { environment.systemPackages = [ pkgs.helm ]; }", &["1:54 wrong-package"]),
        // Habits.
        ("{ pkgs, lib }: { networking.hostName = \"x\"; }", &["1:1 closed-arguments"]),
        ("{ node, ... }: { lib, ... }: { networking.hostName = node.name; }", &["1:30 lost-location"]),
        ("lib.mkMerge [ ]", &["1:1 bare-merge", "1:1 undefined-variable"]),
        ("{ lib, ... }: lib.mkMerge [ ]", &[]),
        (
            "{ lib, ... }: { options.a.b = lib.mkOption { }; services.chrony.enable = true; }",
            &["1:49 options-beside-config"],
        ),
        ("{ config, ... }: if config.services.chrony.enable then { } else { }", &["1:21 structure-from-config"]),
        (
            "{ config, lib, ... }: { config = lib.optionalAttrs config.services.chrony.enable { }; }",
            &["1:52 structure-from-config"],
        ),
        ("{ config, lib, ... }: { config = lib.mkIf config.services.chrony.enable { }; }", &[]),
        (
            "{ config, lib, ... }: { imports = lib.optional config.services.chrony.enable ./x.nix; }",
            &["1:48 structure-from-config"],
        ),
        (
            "{ config, lib, ... }: { boot.kernelModules = lib.mkIf config.services.slurm.enable [ ]; }",
            &["1:62 unknown-option"],
        ),
        (
            "{ config, lib, ... }: { boot.kernelModules = lib.mkIf (config.hardware.feature.on or false) [ ]; }",
            &["1:63 or-hides-typo"],
        ),
        ("{ a, type, ... }: { lib, ... }: { _file = ./x; config = a.${type} or a.k3s; }", &["1:59 or-hides-typo"]),
        ("x: x.nixosSystem { specialArgs = { inherit (x) pkgs; }; }", &["1:48 pkgs-in-special-args"]),
        ("let flake = import ./a/flake.nix; in flake.mkClusterFlake { }", &["1:38 flake-imported"]),
        ("{ lib, d, ... }: { networking.hostName = lib.findSingle (n: n) d d [ ]; }", &["1:42 find-single"]),
        ("{ ... }: { services.kubernetes = { roles = [ \"node\" ]; }; }", &["1:36 missing-option"]),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .map(|(text, expected)| (text, expected, found(text)))
        .filter(|(_, expected, found)| found != *expected)
        .map(|(text, expected, found)| format!("{text}\n  expected {expected:?}\n  found    {found:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What NixOS does not call is judged by no rule of modules.
#[test]
fn what_is_no_module_is_left_alone() {
    for text in [
        "final: prev: { hello = prev.hello; }",
        "{ lib, callPackage }: rec { uboot.x = callPackage ./x.nix { }; service.y = lib.id 1; }",
        "{ pkgs }: let a = pkgs.hello; in { inherit a; b = a; }",
        "{ inputs, ... }: { systems = [ \"x86_64-linux\" ]; perSystem = { pkgs, ... }: { packages.x = pkgs.hello; }; }",
    ] {
        assert_eq!(found(text), [""; 0], "{text}");
    }
}

#[test]
fn what_the_table_does_not_know_is_told_apart() {
    let text = "{ lib, ... }: {\n  options.own.x = lib.mkOption { };\n  config = {\n    own.x = 1;\n    sops.secrets.a = { };\n    services.other.enable = true;\n    services.k3s.enable = true;\n  };\n}";
    let unchecked = |known: &Known| -> Vec<String> {
        let around = Surroundings { known, declared: &[], arguments: &[] };
        let all = report(text, around).unchecked.into_iter();
        all.map(|one| format!("{}:{} {}", one.line, one.column, one.path.join("."))).collect()
    };
    assert_eq!(unchecked(tables::known()), ["5:5 sops", "6:14 services.other"]);
    // A whole release knows all of its sections, but not those of other flakes.
    let whole = Known::new("services.k3s.enable\tboolean\nservices.nginx.enable\tboolean\n", true);
    assert_eq!(unchecked(&whole), ["5:5 sops"]);
    let around = Surroundings { known: &whole, declared: &[], arguments: &[] };
    let found: Vec<_> = lint(text, around).into_iter().map(|finding| (finding.line, finding.id)).collect();
    assert_eq!(found, [(6, "unknown-option")]);
}

#[test]
fn names_in_circles_end() {
    for text in [
        "let a = a; in a",
        "let a = a.b; in a",
        "let a = b.x; b = a.${a}; in { networking = a; }",
        "rec { networking = networking; }",
    ] {
        drop(found(text));
    }
}

/// The samples of the Module Development Guide as they stand there, the pieces of a flake in a `let`. Left out are names
/// that a piece does not bind, and hints.
#[test]
fn the_errors_of_the_guides_samples_are_found() {
    let samples: &[(&str, &str, &[&str])] = &[
        ("structure", include_str!("guide/structure.nix"), &[]),
        ("mymodule", include_str!("guide/mymodule.nix"), &["17:12 placeholder-option", "23:12 placeholder-option"]),
        (
            "containers",
            include_str!("guide/containers.nix"),
            &[
                "31:36 find-single",
                "32:11 secret-in-store",
                "42:11 missing-option",
                "52:28 find-single",
                "73:11 obsolete-option",
                "81:7 wrong-package",
                "88:7 obsolete-option",
            ],
        ),
        ("flake", include_str!("guide/flake.nix"), &["10:13 undefined-variable", "11:29 pkgs-in-special-args"]),
        (
            "flake, containers",
            include_str!("guide/flake-containers.nix"),
            &["11:13 undefined-variable", "12:29 pkgs-in-special-args"],
        ),
        ("use", include_str!("guide/use.nix"), &["3:4 flake-imported", "10:25 removed-flag"]),
        ("test", include_str!("guide/test.nix"), &["3:4 flake-imported"]),
        ("feature", include_str!("guide/feature.nix"), &["6:12 placeholder-option"]),
        ("overlay", include_str!("guide/overlay.nix"), &["4:12 placeholder-option", "7:52 wrong-package"]),
        (
            "composition",
            include_str!("guide/composition.nix"),
            &["2:1 bare-merge", "5:14 placeholder-option", "10:14 placeholder-option"],
        ),
        (
            "depend",
            include_str!("guide/depend.nix"),
            &["3:12 placeholder-option", "6:12 placeholder-option", "6:57 unknown-option"],
        ),
        (
            "expose",
            include_str!("guide/expose.nix"),
            &["3:3 undeclared-option", "6:3 undeclared-option", "6:47 wrong-package"],
        ),
    ];
    // What is around the pieces: the arguments of a module and of mkClusterFlake.
    let arguments = [
        "config",
        "lib",
        "pkgs",
        "cfg",
        "node",
        "nodes",
        "networkConfig",
        "storageConfig",
        "containerConfig",
        "myModuleConfig",
    ];
    let around = Surroundings { known: tables::known(), declared: &[], arguments: &arguments };
    let mut wrong = Vec::new();
    for (name, text, expected) in samples {
        let findings = lint(text, around).into_iter().filter(|finding| finding.severity != Severity::Hint);
        let found: Vec<String> = findings.map(|f| format!("{}:{} {}", f.line, f.column, f.id)).collect();
        if found != *expected {
            wrong.push(format!("{name}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // `or` on an option, a misspelt type, and the lost location are hints.
    assert!(lint(include_str!("guide/feature.nix"), around).iter().any(|f| f.id == "or-hides-typo" && f.line == 3));
    assert!(lint(include_str!("guide/containers.nix"), around).iter().any(|f| f.id == "or-hides-typo" && f.line == 59));
}
