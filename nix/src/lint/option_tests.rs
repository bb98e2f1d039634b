//! Options that are misspelt, gone, or given a secret.

use super::*;
use crate::tables;

fn findings(text: &str) -> Vec<Finding> {
    lint(text, Surroundings { known: tables::known(), declared: &[], arguments: &[] })
}

/// Each finding as `severity id`, and the text after its change.
fn found(text: &str) -> Vec<(String, Option<String>)> {
    findings(text)
        .into_iter()
        .map(|finding| {
            let changed = finding.edit.as_ref().and_then(|edit| edit.applied(text));
            (format!("{} {}", finding.severity.word(), finding.id), changed)
        })
        .collect()
}

#[test]
fn a_misspelt_option_of_a_whole_section_is_an_error_with_the_nearest_one() {
    for (text, mended) in [
        ("{ services.openssh.enabel = true; }", "{ services.openssh.enable = true; }"),
        (
            "{ fileSystems.\"/data\" = { device = \"/dev/sdb1\"; fsType = \"xfs\"; opts = [ ]; }; }",
            "{ fileSystems.\"/data\" = { device = \"/dev/sdb1\"; fsType = \"xfs\"; options = [ ]; }; }",
        ),
        (
            "{ systemd.services.x.wantBy = [ \"multi-user.target\" ]; }",
            "{ systemd.services.x.wantedBy = [ \"multi-user.target\" ]; }",
        ),
        ("{ users.users.ada.extraGroup = [ ]; }", "{ users.users.ada.extraGroups = [ ]; }"),
        ("{ networking.firewall.allowedTcpPorts = [ 80 ]; }", "{ networking.firewall.allowedTCPPorts = [ 80 ]; }"),
    ] {
        assert_eq!(found(text), [("error unknown-option".to_owned(), Some(mended.to_owned()))], "{text}");
        assert_eq!(findings(mended), [], "{mended}");
    }
}

/// The table is of one release, and flakes may be of later ones.
#[test]
fn a_name_that_is_like_no_other_is_a_warning() {
    assert_eq!(found("{ services.openssh.quantum = true; }"), [("warning unknown-option".to_owned(), None)]);
    // Some sections were read in later sources too.
    assert_eq!(found("{ services.slurm.enable = true; }"), [("error unknown-option".to_owned(), None)]);
}

/// What the table does not have whole may have further names, and some services are called much like others.
#[test]
fn what_may_be_there_is_not_judged() {
    for text in [
        "{ services.maddy.enable = true; services.radicle.enable = true; }",
        "{ services.openssh.settings.Anything = 1; boot.kernel.sysctl.\"net.x\" = 1; }",
        "{ networking.networkmanager.ensureProfiles.profiles.a.connection.interface-name = \"e\"; }",
        "{ services.filebeat.settings.output.elasticsearch.username = \"u\"; }",
        "{ systemd.services.x.serviceConfig.NoSuchKey = true; environment.etc.\"a.conf\".text = \"\"; }",
        "{ lib, ... }: { options.services.openssh.own = lib.mkOption { }; config.services.openssh.own = 1; }",
    ] {
        assert_eq!(findings(text), [], "{text}");
    }
}

#[test]
fn what_every_module_has_is_no_option_to_be_looked_up() {
    let text = "{ config, lib, ... }: {
      imports = [ ./a.nix ];
      meta.maintainers = [ ];
      assertions = [ { assertion = true; message = \"\"; } ];
      warnings = lib.optional false \"w\";
      _module.args.site = \"x\";
    }";
    let report = report(text, Surroundings { known: tables::known(), declared: &[], arguments: &[] });
    assert_eq!((report.findings, report.unchecked), (Vec::new(), Vec::new()));
}

#[test]
fn renamed_options_are_told_with_their_new_name() {
    let cases = [
        (
            "{ services.openssh.permitRootLogin = \"no\"; }",
            Some("{ services.openssh.settings.PermitRootLogin = \"no\"; }"),
        ),
        ("{ services.openssh = { permitRootLogin = \"no\"; }; }", None),
        ("{ hardware.opengl.driSupport32Bit = true; }", Some("{ hardware.graphics.enable32Bit = true; }")),
        (
            "{ users.users.\"jane.doe\".passwordFile = \"/x\"; }",
            Some("{ users.users.\"jane.doe\".hashedPasswordFile = \"/x\"; }"),
        ),
        (
            "{ users.users.ada = { passwordFile = \"/x\"; }; }",
            Some("{ users.users.ada = { hashedPasswordFile = \"/x\"; }; }"),
        ),
        ("{ config, ... }: { nix.settings.cores = config.nix.buildCores; }", None),
    ];
    for (text, mended) in cases {
        let expected = ("warning obsolete-option".to_owned(), mended.map(str::to_owned));
        assert_eq!(found(text), [expected], "{text}");
    }
    let message = &findings("{ hardware.opengl = { enable = true; driSupport = true; }; }");
    let message: Vec<&str> = message.iter().map(|finding| finding.message.as_str()).collect();
    let expected = [
        "`hardware.opengl.enable` is now called `hardware.graphics.enable`: write that.",
        "NixOS no longer has `hardware.opengl.driSupport`. It is always on: take it out.",
    ];
    assert_eq!(message, expected);
}

#[test]
fn removed_options_are_errors() {
    for (text, said) in [
        ("{ sound.enable = true; }", "NixOS no longer has `sound.enable`. Take it out; ALSA"),
        ("{ services.beegfs.x.mgmtdHost = \"a\"; }", "NixOS no longer has `services.beegfs`."),
        ("{ boot.loader.grub.version = 2; }", "NixOS no longer has `boot.loader.grub.version`."),
    ] {
        let [finding] = &findings(text)[..] else { panic!("{text}") };
        assert_eq!((finding.severity, finding.id), (Severity::Error, "removed-option"), "{text}");
        assert!(finding.message.starts_with(said), "{}", finding.message);
    }
}

/// What a renamed option is called now is an option, and what is gone is none: the table agrees with itself.
#[test]
fn the_table_agrees_with_itself() {
    fn each(node: &crate::options::GoneNode, path: &[String], visit: &mut impl FnMut(&[String], &Option<String>)) {
        if let Some(gone) = &node.gone {
            visit(path, &gone.renamed);
        }
        for (name, child) in &node.children {
            each(child, &[path, std::slice::from_ref(name)].concat(), visit);
        }
    }
    let known = tables::known();
    let mut count = 0;
    each(&known.gone, &[], &mut |path, renamed| {
        count += 1;
        assert_eq!(known.tree.at(path), None, "{path:?} is there");
        if let Some(new) = renamed {
            let text = format!("{{ lib, ... }}: {{ {} = lib.id null; }}", new.replace("<name>", "x"));
            assert_eq!(findings(&text), [], "{new}");
        }
    });
    assert!(count > 200, "{count}");
    assert!(known.is_whole(&["services".into(), "openssh".into(), "settings".into()]));
    assert!(!known.is_whole(&["services".into()]));
}

#[test]
fn the_file_of_a_secret_must_not_be_copied_into_the_store() {
    for text in [
        "{ services.munge.password = ./munge.key; }",
        "{ services.k3s.tokenFile = ./token; }",
        "{ services.munge = { password = \"${./munge.key}\"; }; }",
        "{ lib, ... }: let key = ./keys/munge.key; in { services.munge.password = lib.mkForce key; }",
        "{ services.slurm.dbdserver.storagePassFile = /root/password; }",
        "{ users.users.root.hashedPasswordFile = ./root.hash; }",
        "{ networking.wireguard.interfaces.wg0.privateKeyFile = ./wg.key; }",
        "{ security.acme.certs.\"a.b\".environmentFile = ./acme.env; }",
        "{ environment.etc.\"munge/munge.key\".source = ./munge.key; }",
    ] {
        let [finding] = &findings(text)[..] else { panic!("{text}: {:?}", findings(text)) };
        assert_eq!((finding.severity, finding.id), (Severity::Warning, "secret-in-store"), "{text}");
        assert!(finding.message.contains("would be copied into the Nix store"), "{}", finding.message);
    }
    for text in [
        "{ services.munge.password = \"/etc/munge/munge.key\"; }",
        "{ config, ... }: { services.munge.password = config.sops.secrets.munge.path; }",
        "{ services.munge.password = ./munge.key.age; }",
        "{ users.users.ada.openssh.authorizedKeys.keyFiles = [ ./ada.pub ]; }",
        "{ environment.etc.\"motd\".source = ./motd; }",
        "{ security.pki.certificateFiles = [ ./ca.pem ]; }",
    ] {
        assert_eq!(findings(text), [], "{text}");
    }
    let read = findings("{ services.k3s.token = builtins.readFile ./token; }");
    assert_eq!(read.iter().map(|finding| finding.id).collect::<Vec<_>>(), ["secret-in-store"]);
}

#[test]
fn mounts_that_a_boot_waits_for_are_told_each() {
    let mount = |name: &str, options: &str| {
        format!("fileSystems.\"/{name}\" = {{ device = \"st1:/{name}\"; fsType = \"nfs\"; {options} }};")
    };
    let eight: String = (1..=8).map(|n| mount(&format!("d{n}"), "")).collect();
    let found: Vec<_> = findings(&format!("{{ {eight} }}")).into_iter().map(|f| (f.severity, f.id)).collect();
    assert_eq!(found, [(Severity::Hint, "mount-waits"); 8]);
    for options in [
        "options = [ \"nofail\" ];",
        "options = [ \"noatime\" \"x-systemd.automount\" ];",
        "options = [ \"noauto\" ];",
        "options = [ \"noatime\" ] ++ common;",
        "inherit options;",
    ] {
        let text = format!("{{ lib, common, options, ... }}: {{ {} }}", mount("a", options));
        assert_eq!(findings(&text), [], "{text}");
    }
    assert_eq!(findings("{ fileSystems.\"/\" = { device = \"/dev/sda1\"; fsType = \"ext4\"; }; }"), []);
    // Its options may stand in another piece of the module.
    let around = Surroundings { known: tables::known(), declared: &[], arguments: &["config"] };
    assert_eq!(lint(&format!("{{ {} }}", mount("a", "")), around), []);
}

#[test]
fn nvidia_wants_to_know_which_kernel_module() {
    let ids = |text: &str| findings(text).into_iter().map(|finding| finding.id).collect::<Vec<_>>();
    assert_eq!(ids("{ services.xserver.videoDrivers = [ \"nvidia\" ]; }"), ["nvidia-open"]);
    for more in [
        "hardware.nvidia.open = true;",
        "hardware.nvidia = { open = false; };",
        "hardware.nvidia.datacenter.enable = true;",
        "hardware.nvidia.package = config.boot.kernelPackages.nvidiaPackages.legacy_470;",
        "imports = [ ./nvidia.nix ];",
    ] {
        let text = format!("{{ config, ... }}: {{ services.xserver.videoDrivers = [ \"nvidia\" ]; {more} }}");
        assert_eq!(ids(&text), [""; 0], "{text}");
    }
}

#[test]
fn the_guides_closed_function_is_a_hint_and_a_closed_module_a_warning() {
    let severities = |text: &str| {
        let closed = findings(text).into_iter().filter(|finding| finding.id == "closed-arguments");
        closed.map(|finding| finding.severity).collect::<Vec<_>>()
    };
    let guide = "{ node, nodes, xConfig ? { } }: { config, pkgs, lib, ... }: { networking.domain = node.name + nodes + xConfig; }";
    assert_eq!(severities(guide), [Severity::Hint]);
    assert_eq!(severities("{ config, pkgs, lib }: { networking.domain = config.x; }"), [Severity::Warning]);
}

/// What a module is given, and what a module in its place sets, may depend on `config`: only which modules there are may not.
#[test]
fn imports_may_pass_config_on() {
    let ids = |text: &str| findings(text).into_iter().map(|finding| finding.id).collect::<Vec<_>>();
    for imports in
        ["[ (make { path = config.networking.hostName; }) ]", "[ { networking.domain = config.networking.hostName; } ]"]
    {
        let text = format!("{{ config, make, ... }}: {{ imports = {imports}; }}");
        assert_eq!(ids(&text), [""; 0], "{text}");
    }
    for imports in
        ["config.networking.x", "if config.networking.x then [ ] else [ ./a.nix ]", "[ (import config.networking.x) ]"]
    {
        let text = format!("{{ config, ... }}: {{ imports = {imports}; }}");
        assert!(ids(&text).contains(&"structure-from-config"), "{text}");
    }
}
