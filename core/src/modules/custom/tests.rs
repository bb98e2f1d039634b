use super::*;
use crate::cluster::Described;
use crate::flake::generate;
use crate::nix::lint::{self, Surroundings};
use crate::nix::tables;
use crate::preset;
use crate::tree::FileTree;

fn with(modules: &str) -> Cluster {
    let mut cluster = preset::find("gpu").unwrap().cluster();
    *(Cluster::modules.get_mut)(&mut cluster) =
        Described::read(serde_json::from_str(modules).unwrap()).unwrap_or_else(|error| panic!("{error}: {modules}"));
    cluster
}

fn findings(tree: &FileTree) -> Vec<String> {
    let declared: Vec<_> = tree.values().flat_map(|file| lint::declared(&file.text)).collect();
    let around = Surroundings { known: tables::known(), declared: &declared, arguments: &[] };
    let nix = tree.iter().filter(|(path, _)| path.ends_with(".nix"));
    nix.flat_map(|(path, file)| {
        lint::lint(&file.text, around).into_iter().map(move |finding| format!("{path}: {finding:?}"))
    })
    .collect()
}

/// Every kind of field, and no Nix of the user's but names.
const PLAIN: &str = r#"[{
  "name": "license-server", "description": "A licence server for all of the cluster's programs, which hold a licence of it while they run and give it back",
  "implementations": ["flexlm", "rlm"], "type": "rlm",
  "parameters": [
    {"name": "port", "type": "port", "default": "27000", "documentation": "The port of the server.", "value": "27001"},
    {"name": "hosts", "type": "strings", "default": "a\nb", "value": "c"},
    {"name": "file", "type": "path", "default": "", "value": "/var/lib/license.dat"},
    {"name": "count", "type": "integer", "default": "-3"},
    {"name": "strict", "type": "boolean", "default": "yes", "value": "true"}
  ],
  "parts": [
    {"nodes": "first-controller", "implementation": "flexlm", "needs": ["slurm"], "packages": ["hello", "jq"],
     "units": [{"name": "lmgrd", "description": "Licences", "command": "${pkgs.hello}/bin/hello --port ${toString cfg.port}"}],
     "files": [{"path": "license/a.conf", "text": "one ${x}\n  two\n\n"}],
     "scripts": [{"name": "lic", "description": "Show", "text": "echo \"${A}\"\nls\n"}],
     "tcpPorts": ["cfg.port", "27100"]},
    {"nodes": "others", "files": [{"path": "one", "text": "1"}]},
    {"nodes": "nvidia", "needs": ["cuda", "mpi", "prometheus"], "udpPorts": ["27000"]},
    {"packages": ["gdb"]}
  ],
  "exposes": [{"name": "license", "nodes": "first-controller", "package": "hello"}, {"name": "other"}]
}, {"name": "small", "parts": [{"packages": ["gdb"]}]}, {"name": "nothing"}, {"name": "choice", "implementations": ["x"]}]"#;

#[test]
fn a_module_is_as_nixfmt_and_the_guide_would_have_it() {
    let tree = generate(&with(PLAIN));
    for (path, file) in tree.iter().filter(|(path, _)| path.ends_with(".nix")) {
        let formatted = nixfmt_rs::format(&file.text).unwrap_or_else(|error| panic!("{path}: {error:?}"));
        assert_eq!(file.text, formatted, "{path}");
    }
    assert_eq!(findings(&tree), [""; 0]);
    let module = &tree["modules/license-server/default.nix"].text;
    for part in [
        "#   port (port; default: 27000): The port of the server.\n",
        "  licenseServerConfig ? { },\n",
        "  _file = ./default.nix;\n",
        "    flexlm = lib.mkIf (isFirstController && hasSlurm) {\n",
        "    rlm = { };\n",
        "ExecStart = \"${pkgs.hello}/bin/hello --port ${toString cfg.port}\";",
        "          echo \"''${A}\"\n",
    ] {
        assert!(module.contains(part), "{part}\n{module}");
    }
    let values = &tree["cluster.nix"].text;
    let own = "  licenseServerConfig = {\n    enable = true;\n    type = \"rlm\";\n    port = 27001;\n    hosts = [ \"c\" ];\n    file = \"/var/lib/license.dat\";\n  };\n";
    assert!(values.contains(own), "{values}");
    assert!(tree["flake.nix"].text.contains("          licenseServerConfig ? { },\n"));
    assert!(tree["README.md"].text.contains("### license-server"));
}

#[test]
fn lines_lead_to_their_fields() {
    let tree = generate(&with(PLAIN));
    let file = &tree["modules/license-server/default.nix"];
    let fields = |text: &str| -> Vec<String> {
        let line = file.text.lines().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}"));
        file.origins.iter().filter(|origin| origin.line == line).map(|origin| origin.path.to_string()).collect()
    };
    assert_eq!(fields("ExecStart"), ["modules[0].parts[0].units[0].command"]);
    assert_eq!(fields("one ''${x}"), ["modules[0].parts[0].files[0].text"]);
    assert_eq!(fields("27100"), ["modules[0].parts[0].tcpPorts[1]"]);
    assert_eq!(fields("port = 27000;"), ["modules[0].parameters[0].default"]);
    assert_eq!(fields("pkgs.gdb"), ["modules[0].parts[3].packages[0]"]);
}

#[test]
fn a_module_that_is_off_or_cannot_be_leaves_nothing_behind() {
    let clean = generate(&with("[]"));
    for module in [
        r#"[{"name": "lic", "enable": false, "parts": [{"packages": ["hello"]}]}]"#,
        r#"[{"name": "", "parts": [{"packages": ["hello"]}]}]"#,
        r#"[{"name": "../x", "parts": [{"packages": ["hello"]}]}]"#,
        r#"[{"name": "slurm", "parts": [{"packages": ["hello"]}]}]"#,
        r#"[{"name": "network", "parts": [{"packages": ["hello"]}]}]"#,
        r#"[{"name": "rec", "parts": [{"packages": ["hello"]}]}]"#,
        r#"[{"name": "lic", "source": "{"}]"#,
    ] {
        let tree = generate(&with(module));
        for (path, file) in tree.iter().filter(|(path, _)| *path != "cluster.json") {
            assert_eq!(clean.get(path).map(|file| &file.text), Some(&file.text), "{module}: {path}");
        }
        assert_eq!(clean.len(), tree.len(), "{module}");
    }
}

#[test]
fn a_source_is_kept_byte_for_byte_and_called_with_what_it_takes() {
    let call = |source: &str| {
        let modules = serde_json::json!([{ "name": "lic", "source": source }]).to_string();
        let cluster = with(&modules);
        assert_eq!(generate(&cluster)["modules/lic/default.nix"].text, source);
        let all = crate::modules::registered(&cluster);
        let own = all.iter().find(|module| module.name == "lic").unwrap();
        (own.call().join(" "), own.parameter.clone())
    };
    let own = Some("licConfig".to_owned());
    assert_eq!(
        call("{ node, nodes, licConfig ? {} }:\r\n{ ... }: { }"),
        ("(modules.lic {   inherit     node     nodes     licConfig     ; })".to_owned(), own.clone())
    );
    assert_eq!(
        call("{ node, myModuleConfig ? {}, ... }: { ... }: { }"),
        ("(modules.lic {   inherit node;   myModuleConfig = licConfig; })".to_owned(), own.clone())
    );
    assert_eq!(
        call("args: { ... }: { }"),
        ("(modules.lic {   inherit     node     nodes     clusterLib     licConfig     ; })".to_owned(), own)
    );
    assert_eq!(call("{ other ? 1 }: { ... }: { }"), ("(modules.lic { })".to_owned(), None));
    assert_eq!(call("{ pkgs, ... }: { }"), ("modules.lic".to_owned(), None));
    assert_eq!(call("\n{ } # no more"), ("modules.lic".to_owned(), None));
}

/// In Nix, a value that is given takes the place of an argument's whole default.
#[test]
fn defaults_of_a_brought_argument_are_not_lost() {
    let source = "{ node, pkgs ? null, licConfig ? { enable = false; type = \"a\"; port = 27000; hosts = [ \"x\" ]; tool = pkgs; file = ./x; }, ... }:\n{ ... }: { }";
    let parameters = r#"[{"name": "port", "type": "port", "default": "27000", "value": "1"}]"#;
    let modules =
        format!(r#"[{{"name": "lic", "source": {}, "parameters": {parameters}}}]"#, serde_json::json!(source));
    let tree = generate(&with(&modules));
    let values = &tree["cluster.nix"].text;
    let own = "  licConfig = {\n    enable = true;\n    port = 1;\n    type = \"a\";\n    hosts = [ \"x\" ];\n  };\n";
    assert!(values.contains(own), "{values}");
    assert!(tree["examples/lic/flake.nix"].text.contains("port = 27000;"));
    // Another flake that gives no values gets the module's own.
    let flake = &tree["flake.nix"].text;
    assert!(flake.contains("licConfig ? {\n            enable = false;\n            type = \"a\";\n"), "{flake}");
    assert_eq!(nixfmt_rs::format(flake).as_ref(), Ok(flake));
}

#[test]
fn further_files_stand_beside_the_source() {
    let modules = r#"[{"name": "lic", "source": "{ imports = [ ./a.nix ]; }", "files": [
        {"path": "a.nix", "text": "{ }\r\n"}, {"path": "../a", "text": "1"}, {"path": "sub/default.nix", "text": "{}"},
        {"path": "key", "text": "-----BEGIN OPENSSH PRIVATE KEY-----"}]}]"#;
    let tree = generate(&with(modules));
    let own: Vec<&str> = tree.keys().filter_map(|path| path.strip_prefix("modules/lic/")).collect();
    assert_eq!(own, ["a.nix", "default.nix", "sub/default.nix"]);
    assert_eq!(tree["modules/lic/a.nix"].text, "{ }\r\n");
    assert!(!tree.contains_key("modules/a"));
    // Without the source nothing imports them.
    let parts = modules.replace("{ imports = [ ./a.nix ]; }", "");
    assert!(!generate(&with(&parts)).contains_key("modules/lic/a.nix"));
}

/// Every step of the guide is done, and can be shown.
#[test]
fn a_module_tells_what_it_changes() {
    let steps = |modules: &str| -> Vec<(String, String)> {
        let cluster = with(modules);
        let tree = generate(&cluster);
        let last = cluster.modules.len() - 1;
        let all = changes(&cluster, last, &tree).into_iter();
        all.map(|step| (step.file.clone(), tree[&step.file].text.lines().nth(step.line - 1).unwrap().trim().to_owned()))
            .collect()
    };
    let own = |file: &str, line: &str| (file.to_owned(), line.to_owned());
    assert_eq!(
        steps(&PLAIN.replace(", {\"name\": \"small\", \"parts\": [{\"packages\": [\"gdb\"]}]}, {\"name\": \"nothing\"}, {\"name\": \"choice\", \"implementations\": [\"x\"]}", "")),
        [
            own("modules/license-server/default.nix", "# A licence server for all of the cluster's programs, which hold a licence of it while they run and"),
            own("flake.nix", "license-server = import ./modules/license-server;"),
            own("flake.nix", "(modules.license-server {"),
            own("flake.nix", "licenseServerConfig ? { },"),
            own("cluster.nix", "licenseServerConfig = {"),
            own("README.md", "### license-server"),
            own("examples/license-server/flake.nix", "# The smallest cluster with the module license-server. In the folder of the whole flake:"),
        ]
    );
    assert_eq!(
        steps(r#"[{"name": "lic", "source": "{ pkgs, ... }: { }"}]"#),
        [
            own("modules/lic/default.nix", "{ pkgs, ... }: { }"),
            own("flake.nix", "lic = import ./modules/lic;"),
            own("flake.nix", "modules.lic"),
            own("README.md", "### lic"),
            own(
                "examples/lic/flake.nix",
                "# The smallest cluster with the module lic. In the folder of the whole flake:"
            ),
        ]
    );
    assert_eq!(steps(r#"[{"name": "lic", "enable": false}]"#), []);
}

/// What cannot stand side by side in a set of Nix's goes into a further one, and what does not parse is left out.
#[test]
fn nix_of_the_users_stays_in_its_place() {
    let tree = generate(&with(
        r##"[{"name": "lic", "parts": [{"options": [
            {"path": "services.k3s.enable", "value": "true # yes"},
            {"path": "services.k3s", "value": "{\n  role = ''\n    a\n  '';\n  x = \"a\n b\";\n}"},
            {"path": "services.k3s.enable", "value": "1; evil = 2"},
            {"path": "a = 1; b", "value": "2"},
            {"path": "networking.interfaces.${node.interface}.mtu", "value": "if cfg.enable then 1 else 2"}
        ], "nix": "{ a = 1; } # }"}]}]"##,
    ));
    let text = &tree["modules/lic/default.nix"].text;
    let wanted = r##"  config = lib.mkIf cfg.enable (
    lib.mkMerge [
      {
        services.k3s.enable = (
          true # yes
        );
        networking.interfaces.${node.interface}.mtu = if cfg.enable then 1 else 2;
      }
      {
        services.k3s = {
          role = ''
            a
          '';
          x = "a
 b";
        };
      }
      (
        { a = 1; } # }
      )
    ]
  );
}
"##;
    assert!(text.ends_with(wanted), "{text}");
    assert!(!text.contains("evil"));
}

fn read(text: &str) -> Import {
    read_module(text).unwrap_or_else(|fault| panic!("{fault:?}"))
}

#[test]
fn the_guides_containers_module_is_recognised() {
    let text = include_str!("../../../../nix/src/lint/guide/containers.nix");
    let import = read(text);
    let module = &import.module;
    assert_eq!(module.source, text);
    assert_eq!(module.implementations, ["k3s", "kubernetes"]);
    let parameters: Vec<_> = module
        .parameters
        .iter()
        .map(|parameter| (parameter.name.as_str(), parameter.kind, parameter.default_value.as_str()))
        .collect();
    use crate::cluster::ParameterType::{File, Text};
    assert_eq!(
        parameters,
        [
            ("serverExtraFlags", Text, ""),
            ("token", File, "/var/lib/rancher/k3s/server/node-token"),
            ("agentExtraFlags", Text, "")
        ]
    );
    assert_eq!(import.report.len(), 3, "{:?}", import.report);
}

#[test]
fn parameters_are_read_from_defaults_of_every_kind() {
    let import = read(
        "# modules/lic/default.nix\n# A licence server,\n# for all.\n#\n# licConfig: more\n\
         { node, licConfig ? { enable = false; port = 27000; } , ... }:\n{ lib, ... }:\nlet\n  \
         cfg = { hosts = [ \"a\" \"b\" ]; count = 3; on = true; path = \"/x\"; \
         set = { a = 1; }; prefix = \"/ \"; noPort = 0; big = 9223372036854775808; flag = no; lines = [ \"a\\r\" \"b\" ]; } \
         // licConfig;\nin\n\
         { _file = ./.; config = lib.mkIf cfg.enable { a = cfg.port; b = cfg.other or \"x\"; c = cfg.hosts; d = cfg.bare; }; }",
    );
    assert_eq!(import.module.description, "A licence server, for all.");
    let found: Vec<String> = import
        .module
        .parameters
        .iter()
        .map(|parameter| {
            format!("{} {} {:?}", parameter.name, crate::cluster::Choice::key(parameter.kind), parameter.default_value)
        })
        .collect();
    assert_eq!(
        found,
        [
            "port port \"27000\"",
            "hosts strings \"a\\nb\"",
            "count integer \"3\"",
            "on boolean \"true\"",
            "path path \"/x\"",
            "set nix \"{ a = 1; }\"",
            "prefix string \"/ \"",
            "noPort integer \"0\"",
            "big nix \"9223372036854775808\"",
            "flag nix \"no\"",
            "lines nix \"[ \\\"a\\\\r\\\" \\\"b\\\" ]\"",
            "other string \"x\"",
            "bare nix \"null\"",
        ]
    );
}

/// What is written can be read again: the parameters with their types and defaults.
#[test]
fn a_module_that_was_written_is_read_again() {
    for template in crate::template::TEMPLATES {
        let module = template.module();
        let own = Own { module: &module, at: Path::root(), parameter: parameter_name(&module.name) };
        let import = read(&write::default_nix(&own).text);
        assert_eq!(import.module.implementations, module.implementations, "{}", template.name);
        let bare = |module: &CustomModule| -> Vec<_> {
            module.parameters.iter().map(|p| (p.name.clone(), p.default_value.clone())).collect()
        };
        assert_eq!(bare(&import.module), bare(&module), "{}", template.name);
        assert!(module.description.starts_with(&import.module.description[..20]), "{}", import.module.description);
    }
}

#[test]
fn what_is_no_module_is_refused_with_its_place() {
    for (text, line) in [("{ a = 1 }", 1), ("\n[ ]", 2), ("{ lib, ... }:\n{ node }: { }", 2)] {
        assert_eq!(read_module(text).unwrap_err().line, line, "{text}");
    }
    assert!(read("{ pkgs, ... }: { }").report[0].contains("plain NixOS module"));
}

#[test]
fn an_export_has_all_that_a_flake_needs() {
    let module = crate::template::find("license-server").unwrap().module();
    let tree = export(&module);
    let paths: Vec<&str> = tree.keys().map(String::as_str).collect();
    assert_eq!(paths, ["README.md", "examples/license-server/flake.nix", "modules/license-server/default.nix"]);
    let readme = &tree["README.md"].text;
    for part in [
        "license-server = import ./modules/license-server;",
        "licenseServerConfig ? { },",
        "(modules.license-server { inherit node nodes clusterLib licenseServerConfig; })",
    ] {
        assert!(readme.contains(part), "{part}\n{readme}");
    }
}
