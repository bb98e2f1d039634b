//! Modules, and what is said of each.

/// A module `lic`, with these fields.
macro_rules! module {
    ($more:literal) => {
        concat!(r#"modules = [{"name": "lic", "description": "Licences", "#, $more, "}]")
    };
}

/// A module with a part for the first controller, with these fields.
macro_rules! part {
    ($more:literal) => {
        concat!(
            r#"modules = [{"name": "lic", "description": "Licences", "#,
            r#""implementations": ["a", "b"], "parameters": [{"name": "port", "type": "port", "default": "27000", "documentation": "Its port."}], "#,
            r#""parts": [{"nodes": "first-controller", "#,
            $more,
            "}]}]"
        )
    };
}

/// A module that is a `default.nix`.
macro_rules! source {
    ($text:literal) => {
        concat!(r#"modules = [{"name": "lic", "description": "Licences", "source": ""#, $text, r#""}]"#)
    };
}

pub(in crate::modules) const CASES: crate::facts::Cases = &[
    (part!(r#""tcpPorts": ["cfg.port"], "packages": ["hello"]"#), &[]),
    // Names.
    (r#"modules = [{"name": "", "enable": false}]"#, &[]),
    (r#"modules = [{"name": "", "description": "x"}]"#, &["error module-name modules[0].name"]),
    (
        r#"modules = [{"name": "Licence Server", "description": "x", "parts": [{"packages": ["hello"]}]}]"#,
        &["error module-name modules[0].name"],
    ),
    (
        r#"modules = [{"name": "slurm", "description": "x", "parts": [{"packages": ["hello"]}]}]"#,
        &["error module-reserved modules[0].name"],
    ),
    (
        r#"modules = [{"name": "container", "description": "x", "parts": [{"packages": ["hello"]}]}]"#,
        &["error module-reserved modules[0].name"],
    ),
    (
        r#"modules = [{"name": "a-1", "description": "x", "parts": [{"packages": ["hello"]}]}, {"name": "a1", "description": "x", "parts": [{"packages": ["hello"]}]}]"#,
        &["error module-repeated modules[1].name"],
    ),
    (module!(r#""parts": []"#), &["hint module-empty modules[0].parts"]),
    // Parameters.
    (
        module!(
            r#""parts": [{"packages": ["hello"]}], "parameters": [{"name": "a b", "documentation": "x"}, {"name": "type", "documentation": "x"}, {"name": "c", "documentation": "x"}, {"name": "c", "documentation": "x"}]"#
        ),
        &[
            "error parameter-name modules[0].parameters[0].name",
            "error parameter-name modules[0].parameters[1].name",
            "error parameter-repeated modules[0].parameters[3].name",
        ],
    ),
    (
        module!(
            r#""parts": [{"packages": ["hello"]}], "parameters": [{"name": "a", "type": "port", "default": "70000", "documentation": "x"}, {"name": "b", "type": "boolean", "default": "true", "value": "maybe", "documentation": "x"}, {"name": "c", "type": "nix", "default": "{ a = 1 }", "documentation": "x"}, {"name": "d", "type": "nix", "default": "lib.mkIf", "value": "lib.mkIf", "documentation": "x"}]"#
        ),
        &[
            "error parameter-default modules[0].parameters[0].default",
            "error parameter-value modules[0].parameters[1].value",
            "error parameter-default modules[0].parameters[2].default",
            "error module-nix modules[0].parameters[3].value",
        ],
    ),
    (
        module!(r#""parts": [{"packages": ["hello"]}], "parameters": [{"name": "joinToken", "documentation": "x"}]"#),
        &["warning parameter-secret modules[0].parameters[0].type"],
    ),
    // Implementations.
    (
        module!(
            r#""implementations": ["a", "a", " b"], "type": "c", "parts": [{"packages": ["hello"], "implementation": "d"}]"#
        ),
        &[
            "error implementation-name modules[0].implementations[1]",
            "error implementation-name modules[0].implementations[2]",
            "error implementation-unknown modules[0].type",
            "error part-implementation modules[0].parts[0].implementation",
        ],
    ),
    // Parts.
    (module!(r#""parts": [{"nodes": "workers"}]"#), &["hint part-empty modules[0].parts[0]"]),
    (
        "modules = [{\"name\": \"lic\", \"description\": \"x\", \"parts\": [{\"nodes\": \"storage\", \"packages\": [\"hello\"]}]}]\nnodes[0].roles = [\"controller\", \"login\"]\nstorage.shared = []",
        &["hint home-not-shared storage.shared", "hint part-without-nodes modules[0].parts[0].nodes"],
    ),
    (
        part!(r#""packages": ["hello", "pkgs.jq", "a b", "helm"]"#),
        &[
            "error module-package modules[0].parts[0].packages[1]",
            "error module-package modules[0].parts[0].packages[2]",
            "error module-nix modules[0].parts[0].packages[3]",
        ],
    ),
    (
        part!(r#""packages": ["hello"], "tcpPorts": ["cfg.port", "", "0"], "udpPorts": ["cfg.no"]"#),
        &[
            "error module-port modules[0].parts[0].tcpPorts[1]",
            "error module-port modules[0].parts[0].tcpPorts[2]",
            "error module-port modules[0].parts[0].udpPorts[0]",
        ],
    ),
    (
        part!(
            r#""packages": ["hello"], "units": [{"name": "a/b", "command": "/bin/true"}, {"name": "c.service", "command": "true"}, {"name": "d", "user": "lic"}, {"name": "e", "command": "${pkgs.hello"}]"#
        ),
        &[
            "error unit-name modules[0].parts[0].units[0].name",
            "error unit-name modules[0].parts[0].units[1].name",
            "error unit-command modules[0].parts[0].units[1].command",
            "error unit-command modules[0].parts[0].units[2].command",
            "warning unit-user modules[0].parts[0].units[2].user",
            "error unit-command modules[0].parts[0].units[3].command",
        ],
    ),
    (
        part!(
            r#""scripts": [{"name": "a b", "description": "x"}], "files": [{"path": "/etc/a.conf"}, {"path": "a/../b"}]"#
        ),
        &[
            "error etc-path modules[0].parts[0].files[0].path",
            "error etc-path modules[0].parts[0].files[1].path",
            "error script-name modules[0].parts[0].scripts[0].name",
        ],
    ),
    // Nix.
    (
        part!(
            r#""packages": ["hello"], "options": [{"path": "services..x", "value": "1"}, {"path": "services.k3s.rol", "value": "1"}, {"path": "services.k3s.role", "value": "\"master\""}, {"path": "services.fstrim.enable", "value": "tru"}, {"path": "services.fstrim.enable", "value": "{ a = 1"}]"#
        ),
        &[
            "error option-path modules[0].parts[0].options[0].path",
            "error module-nix modules[0].parts[0].options[1].path",
            "error module-nix modules[0].parts[0].options[2].value",
            "error module-nix modules[0].parts[0].options[3].value",
            "error module-nix modules[0].parts[0].options[4].value",
        ],
    ),
    (
        part!(
            r#""packages": ["hello"], "options": [{"path": "services.k3s.extraFlags", "value": "[ (toString cfg.prt) ]"}]"#
        ),
        &["error parameter-unknown modules[0].parts[0].options[0].value"],
    ),
    (
        part!(r#""packages": ["hello"], "options": [{"path": "services.k3s.docker", "value": "true"}]"#),
        &["error module-nix modules[0].parts[0].options[0].path"],
    ),
    (
        part!(r#""packages": ["hello"], "options": [{"path": "services.openssh.enabel", "value": "true"}]"#),
        &["error module-nix modules[0].parts[0].options[0].path"],
    ),
    (
        part!(
            r#""packages": ["hello"], "options": [{"path": "systemd.services.lic", "value": "{\n  wantBy = [ \"multi-user.target\" ];\n}"}]"#
        ),
        &["error module-nix modules[0].parts[0].options[0].value"],
    ),
    (
        part!(
            r#""packages": ["hello"], "options": [{"path": "services.fstrim.interval", "value": "./x"}, {"path": "networking.wireguard.interfaces.wg0.privateKeyFile", "value": "./wg.key"}]"#
        ),
        &[
            "error module-nix modules[0].parts[0].options[0].value",
            "warning module-nix-warning modules[0].parts[0].options[1].value",
        ],
    ),
    // What the file that comes of it has in scope, its Nix can use.
    (
        part!(
            r#""packages": ["hello"], "nix": "lib.mkIf config.services.slurm.server.enable { environment.variables = { A = toString cfg.port; B = node.ip; C = toString (builtins.length (clusterLib.inOrder nodes)); D = networkConfig.domain; E = firstController.ip; F = \"${pkgs.hello}\"; }; }""#
        ),
        &[],
    ),
    (
        part!(r#""packages": ["hello"], "nix": "{ environment.variables.A = toString other; }""#),
        &["error module-nix modules[0].parts[0].nix"],
    ),
    (
        part!(r#""packages": ["hello"], "nix": "{ environment.variables.A = toString cfg.prt; }""#),
        &["error parameter-unknown modules[0].parts[0].nix"],
    ),
    (
        part!(r#""packages": ["hello"], "nix": "{ networking.domain = \"x\"; imports = [ ]; }""#),
        &["error module-nix modules[0].parts[0].nix"],
    ),
    (part!(r#""packages": ["hello"], "nix": "{ config, ... }: { }""#), &["error module-nix modules[0].parts[0].nix"]),
    (
        part!(r#""packages": ["hello"], "nix": "{ networking.domain = \"x\"; }""#),
        &["warning option-of-form modules[0].parts[0].nix"],
    ),
    (
        part!(r#""packages": ["hello"], "options": [{"path": "networking.domain", "value": "lib.mkForce \"x\""}]"#),
        &["warning option-of-form modules[0].parts[0].options[0].path"],
    ),
    (part!(r#""packages": ["hello"], "options": [{"path": "boot.kernelModules", "value": "[ \"x\" ]"}]"#), &[]),
    (
        module!(
            r#""parts": [{"packages": ["hello"], "options": [{"path": "services.k3s.selinux", "value": "true"}]}, {"nodes": "workers", "options": [{"path": "services.k3s.selinux", "value": "false"}]}]"#
        ),
        &["error option-repeated modules[0].parts[1].options[0].path"],
    ),
    (
        module!(
            r#""parts": [{"nodes": "first-controller", "packages": ["hello"], "options": [{"path": "services.k3s.selinux", "value": "true"}]}, {"nodes": "workers", "options": [{"path": "services.k3s.selinux", "value": "false"}]}]"#
        ),
        &[],
    ),
    // What it offers.
    (
        module!(r#""exposes": [{"name": "a.b"}, {"name": "slurm"}, {"name": "lic", "package": "hello"}]"#),
        &["error service-name modules[0].exposes[0].name", "error service-own modules[0].exposes[1].name"],
    ),
    (
        part!(
            r#""packages": ["hello"], "needs": ["slurm"], "options": [{"path": "cluster.services.lic.available", "value": "true"}]"#
        ),
        &["error service-recursion modules[0].parts[0].options[0].path"],
    ),
    // A default.nix.
    (source!("{ config, lib, ... }: { config = lib.mkIf true { environment.systemPackages = [ ]; }; }"), &[]),
    (source!("{ config, lib }: { }"), &["error module-source modules[0].source"]),
    (
        source!(
            "{ node, other, licConfig ? { }, ... }: { lib, ... }: { _file = ./.; config = lib.mkIf (node.isWorker && licConfig.enable or false && other) { }; }"
        ),
        &["error module-argument modules[0].source"],
    ),
    (
        source!("{ lib, other, ... }: { config = lib.mkIf other { }; }"),
        &["warning module-argument-unknown modules[0].source"],
    ),
    (
        source!(
            "{ node, licConfig ? { }, ... }: { lib, ... }: { config = lib.mkIf (node.isWorker && licConfig.enable or false) { }; }"
        ),
        &["hint module-nix-hint modules[0].source"],
    ),
    (
        module!(
            r#""source": "{ lib, ... }: { imports = [ ./a.nix ./b.nix ./c ]; config = lib.mkIf true { }; }", "files": [{"path": "a.nix", "text": "{ imports = [ ../../x.nix ]; services.k3s.rol = 1; }"}, {"path": "c/default.nix", "text": "{ imports = [ ./d.nix ]; }"}, {"path": "../e", "text": ""}, {"path": "a.nix", "text": ""}]"#
        ),
        &[
            "warning module-file-missing modules[0].source",
            "error module-nix modules[0].files[0].text",
            "warning module-file-missing modules[0].files[1].text",
            "error module-file modules[0].files[2].path",
            "error module-file modules[0].files[3].path",
        ],
    ),
    // A secret is not to be brought along.
    (
        source!(
            "{ lib, ... }: { config = lib.mkIf true { networking.wireguard.interfaces.wg0.privateKeyFile = ./wg.key; }; }"
        ),
        &["warning module-nix-warning modules[0].source"],
    ),
    (
        module!(r#""source": "{ lib, ... }: { config = lib.mkIf true { }; }", "parts": [{"packages": ["hello"]}]"#),
        &["hint source-and-parts modules[0].parts"],
    ),
    // The guide's guidelines.
    (source!("{ environment.variables.A = \\\"b\\\"; }"), &["hint guideline-conditional modules[0].source"]),
    (part!(r#""packages": ["hello"], "tcpPorts": ["27000"]"#), &["hint guideline-parameters modules[0].parameters"]),
    (
        module!(
            r#""parts": [{"packages": ["hello"], "options": [{"path": "services.fstrim.enable", "value": "true"}]}]"#
        ),
        &["hint guideline-server-client modules[0].parts"],
    ),
    (
        r#"modules = [{"name": "lic", "parts": [{"packages": ["hello"]}]}]"#,
        &["hint guideline-documented modules[0].description"],
    ),
    (module!(r#""parts": [{"packages": ["nvtopPackages.nvidia"]}]"#), &["hint guideline-gpu modules[0].parts"]),
    (module!(r#""parts": [{"nodes": "gpu", "packages": ["nvtopPackages.nvidia"]}]"#), &[]),
    (
        module!(
            r#""parts": [{"nodes": "workers", "packages": ["hello"], "units": [{"name": "a", "command": "${pkgs.hello}/bin/hello"}]}]"#
        ),
        &["hint guideline-hpc modules[0].parts"],
    ),
    (part!(r#""tcpPorts": ["cfg.port"]"#), &["hint guideline-helper-scripts modules[0].parts"]),
    (
        part!(r#""packages": ["hello"], "files": [{"path": "lic/hosts", "text": "10.0.0.1"}]"#),
        &["hint guideline-sizes modules[0].parts"],
    ),
];
