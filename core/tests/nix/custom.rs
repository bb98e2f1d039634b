//! Modules of the user's own.

use crate::harness::{Flake, World, opens, runs, strings};
use crate::{INVARIANTS, containers, hold_in};
use clusterflake_core::check::{check, has_errors};
use clusterflake_core::cluster::{Cluster, CustomModule, Described, GpuVendor, Role, expand};
use clusterflake_core::diagnostic::Severity;
use clusterflake_core::flake::generate;
use clusterflake_core::modules::custom;
use clusterflake_core::template::TEMPLATES;
use clusterflake_core::{preset, template};
use serde_json::{Value, json};

/// The preset `name` with these modules.
fn with(name: &str, modules: Value) -> Cluster {
    let mut cluster = preset::find(name).unwrap().cluster();
    *(Cluster::modules.get_mut)(&mut cluster) = Described::read(modules).unwrap();
    cluster
}

/// What was typed comes out as data.
#[test]
fn texts_are_what_was_typed() {
    let hostile = [
        "a \"b\" ${c} $${d} ''e'' \\ \\n \n${",
        "''\n${x}\n'''' ''${y} ''\\n\n",
        "  two\n  spaces\n",
        "\n\nfirst\n\tlast  ",
        "'",
        "x'\n$'\n'${y}\n$",
        "ünïcödé ☃ 🦀\nif or rec\r\n",
    ];
    let files: Vec<Value> =
        hostile.iter().enumerate().map(|(index, text)| json!({ "path": format!("t/{index}"), "text": text })).collect();
    let scripts: Vec<Value> =
        hostile.iter().enumerate().map(|(index, text)| json!({ "name": format!("s{index}"), "text": text })).collect();
    let units: Vec<Value> = hostile
        .iter()
        .enumerate()
        .map(|(index, text)| json!({ "name": format!("u{index}"), "description": text, "command": "/bin/a \"b\" '$HOME' $${x} ${pkgs.hello}/x" }))
        .collect();
    let parameters: Vec<Value> = hostile
        .iter()
        .enumerate()
        .map(
            |(index, text)| json!({ "name": format!("p{index}"), "default": "", "value": text, "documentation": text }),
        )
        .collect();
    let values: Vec<Value> = (0..hostile.len())
        .map(|index| json!({ "path": format!("environment.etc.\"v/{index}\".text"), "value": format!("cfg.p{index}") }))
        .collect();
    let module = json!([{ "name": "lic", "description": hostile.join("\n"), "parameters": parameters,
        "parts": [{ "files": files, "scripts": scripts, "units": units, "options": values }] }]);
    let configs = Flake::new(&with("minimal", module)).configurations(&["controller".to_owned()]);
    let config = &configs["controller"];
    for (index, text) in hostile.iter().enumerate() {
        assert_eq!(config["environment"]["etc"][format!("t/{index}")]["text"], *text);
        assert_eq!(config["environment"]["etc"][format!("v/{index}")]["text"], *text);
        let programs = config["environment"]["systemPackages"].as_array().unwrap();
        let script = programs.iter().find(|program| program["name"] == format!("s{index}")).unwrap();
        assert_eq!(script["text"], *text);
        let unit = &config["systemd"]["services"][format!("u{index}")];
        let command = unit["serviceConfig"]["ExecStart"].as_str().unwrap();
        assert!(
            command.starts_with("/bin/a \"b\" '$HOME' $${x} /nix/store/") && command.ends_with("-hello/x"),
            "{command}"
        );
    }
}

/// Clusters of two, four and 600 nodes, with GPUs and without.
const SIZES: &[&str] = &["minimal", "two-node", "four-node", "large"];

/// What a template's module does on a cluster.
fn world(size: &str, module: CustomModule) -> World {
    let cluster = with(size, json!([module]));
    assert!(!has_errors(&check(&cluster)), "{size}: {:#?}", check(&cluster));
    World::new(cluster)
}

#[test]
fn templates_go_with_clusters_of_any_size() {
    for template in TEMPLATES {
        let module = template.module();
        for size in SIZES {
            let kinds =
                module.implementations.iter().cloned().chain(module.implementations.is_empty().then(String::new));
            for implementation in kinds {
                let label = format!("{} {implementation} on {size}", template.name);
                let own = world(size, CustomModule { implementation, ..module.clone() });
                // The orchestration of the flake's own is off, and this one does what it would.
                let own_topic = |name: &str| containers::INVARIANTS.iter().any(|(other, _)| *other == name);
                let others = INVARIANTS.iter().copied().flatten().filter(|(name, _)| !own_topic(name));
                hold_in(&label, &own, others);
            }
        }
    }
}

/// Off, a module changes nothing on any node.
#[test]
fn a_template_that_is_off_leaves_nothing() {
    for template in TEMPLATES {
        let off = CustomModule { enable: false, ..template.module() };
        for size in SIZES {
            let (off, without) = (generate(&with(size, json!([off]))), generate(&with(size, json!([]))));
            for (path, file) in off.iter().filter(|(path, _)| *path != "cluster.json") {
                assert_eq!(without.get(path).map(|file| &file.text), Some(&file.text), "{size}: {path}");
            }
            assert_eq!(off.len(), without.len(), "{size}");
        }
    }
}

/// The preset, with the GPUs taken out or not.
fn sized(size: &str, gpus: bool, modules: Value) -> Cluster {
    let mut cluster = with(size, modules);
    if !gpus {
        for group in (Cluster::nodes.get_mut)(&mut cluster) {
            group.gpus = Default::default();
            group.overrides.iter_mut().for_each(|change| change.gpus = None);
        }
        let hpc = (Cluster::hpc.get_mut)(&mut cluster);
        (hpc.cuda.enable, hpc.cuda_aware_mpi) = (false, false);
    }
    cluster
}

/// Clusters of two, four and 600 nodes, each with GPUs and without.
const SIZES_AND_GPUS: &[(&str, bool)] = &[
    ("minimal", false),
    ("two-node", true),
    ("four-node", true),
    ("four-node", false),
    ("large", true),
    ("large", false),
];

/// Turned off in `cluster.nix` by hand, with its `enable`, the module is there and does nothing.
#[test]
fn the_guides_containers_are_off_by_their_enable() {
    let module = template::find("container-orchestration").unwrap().module();
    for (size, gpus) in SIZES_AND_GPUS {
        let plain = sized(size, *gpus, json!([]));
        let nodes = expand::expand(&plain);
        let names = [&nodes[0], &nodes[nodes.len() - 1]].map(|node| node.name.clone());
        let without = Flake::new(&plain).configurations(&names);
        for kind in ["k3s", "kubernetes"] {
            let module = CustomModule { implementation: kind.to_owned(), ..module.clone() };
            let flake = Flake::new(&sized(size, *gpus, json!([module])));
            let path = flake.folder.path().join("flake/cluster.nix");
            let text = std::fs::read_to_string(&path).unwrap();
            let (before, after) = text.split_once("containerOrchestrationConfig = {").unwrap();
            let after = after.replacen("enable = true;", "enable = false;", 1);
            std::fs::write(&path, format!("{before}containerOrchestrationConfig = {{{after}")).unwrap();
            for (name, config) in flake.configurations(&names) {
                let (at, without) = (format!("{size}, GPUs {gpus}, {kind}: {name}"), &without[&name]);
                assert!(!runs(&config, &["k3s"]), "{at}");
                assert!(strings(&config["services"]["kubernetes"]["roles"]).is_empty(), "{at}");
                let toolkit = |config: &Value| config["hardware"]["nvidia-container-toolkit"]["enable"] == true;
                assert_eq!(toolkit(&config), toolkit(without), "{at}");
                for place in
                    ["/environment/systemPackages", "/networking/firewall/extraInputRules", "/cluster/services"]
                {
                    assert_eq!(config.pointer(place), without.pointer(place), "{at}: {place}");
                }
                for place in [
                    "/environment/variables",
                    "/networking/firewall/trustedInterfaces",
                    "/systemd/services/flannel/environment",
                ] {
                    let some = |config: &Value| config.pointer(place).map_or("null".to_owned(), Value::to_string);
                    assert!(["null", "[]", "{}", &some(without)].contains(&some(&config).as_str()), "{at}: {place}");
                }
            }
        }
    }
}

#[test]
fn the_guides_containers_are_on_every_node() {
    for (size, gpus) in SIZES_AND_GPUS {
        for kind in ["k3s", "kubernetes"] {
            let module = template::find("container-orchestration").unwrap().module();
            let module = CustomModule { implementation: kind.to_owned(), ..module };
            let cluster = sized(size, *gpus, json!([module]));
            let errors = check(&cluster).into_iter().filter(|problem| problem.severity == Severity::Error);
            assert_eq!(errors.map(|problem| problem.message).collect::<Vec<_>>(), [""; 0], "{size}");
            let world = World::new(cluster);
            assert_eq!(world.nodes.iter().any(|node| node.gpus.count > 0), *gpus, "{size}");
            let server = world.controller();
            for (node, config) in world.each() {
                let at = format!("{size}, {kind}: {}", node.name);
                let is_server = node.name == server.name;
                assert_eq!(runs(config, &["k3s"]), kind == "k3s", "{at}");
                if kind == "k3s" {
                    let k3s = &config["services"]["k3s"];
                    assert_eq!(k3s["role"], if is_server { "server" } else { "agent" }, "{at}");
                    assert_eq!(k3s["tokenFile"], "/var/lib/secrets/k3s-token", "{at}");
                    let url = format!("https://{}:6443", server.ip.unwrap());
                    assert_eq!(
                        k3s["serverAddr"].as_str().unwrap_or_default(),
                        if is_server { "" } else { &url },
                        "{at}"
                    );
                } else {
                    let kubernetes = &config["services"]["kubernetes"];
                    assert_eq!(strings(&kubernetes["roles"]).contains(&"master"), is_server, "{at}");
                    assert_eq!(kubernetes["masterAddress"], server.name.as_str(), "{at}");
                }
                assert_eq!(world.opens_tcp(node, 6443), is_server, "{at}");
                assert!(opens(config, &world.cluster.network.subnet, "udp", 8472), "{at}");
                let nvidia =
                    node.gpus.count > 0 && node.gpus.vendor == GpuVendor::Nvidia && world.cluster.hpc.cuda.enable;
                assert_eq!(config["hardware"]["nvidia-container-toolkit"]["enable"] == true, nvidia, "{at}");
            }
        }
    }
}

#[test]
fn the_licence_server_is_where_its_clients_look() {
    let world = world("four-node", template::find("license-server").unwrap().module());
    let server = world.controller();
    for (node, config) in world.each() {
        let is_server = node.name == server.name;
        let unit = &config["systemd"]["services"]["license-server"];
        assert_eq!(unit.is_object(), is_server, "{}", node.name);
        assert_eq!(config["environment"]["variables"]["LM_LICENSE_FILE"], format!("27000@{}", server.name));
        assert_eq!(
            (world.opens_tcp(node, 27000), world.opens_tcp(node, 27001)),
            (is_server, is_server),
            "{}",
            node.name
        );
    }
    let unit = &world.configs[&server.name]["systemd"]["services"]["license-server"]["serviceConfig"];
    assert_eq!(unit["ExecStart"], "/opt/flexlm/lmgrd -z -c /var/lib/license/license.dat");
}

#[test]
fn notebooks_are_on_the_login_nodes() {
    for size in ["two-node", "large"] {
        let world = world(size, template::find("jupyterhub").unwrap().module());
        for (node, config) in world.each() {
            assert_eq!(runs(config, &["jupyterhub"]), node.is(Role::Login), "{}", node.name);
            assert_eq!(world.opens_tcp(node, 8000), node.is(Role::Login), "{}", node.name);
        }
    }
}

/// The guide's minimal test configuration: a controller and a worker, with the module on.
#[test]
fn the_example_evaluates() {
    for template in TEMPLATES {
        let flake = Flake::new(&with("minimal", json!([template.module()])));
        let found = flake.evaluate(&format!("example \"{}\"", template.name)).unwrap_or_else(|error| panic!("{error}"));
        let names: Vec<&String> = found.as_object().unwrap().keys().collect();
        assert_eq!(names, ["controller", "worker"]);
        assert!(
            found["controller"]["cluster"]["services"][template.name]["available"] == true
                || template.name == "jupyterhub"
        );
    }
}

/// Puts `line` behind the first line that has `after`, once for each pair.
fn put_behind(text: &str, lines: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (after, line) in lines {
        let at = text.find(after).unwrap_or_else(|| panic!("no {after} in {text}"));
        let end = at + text[at..].find('\n').unwrap();
        text.insert_str(end, &format!("\n{line}"));
    }
    text
}

/// What is exported goes into a flake that was made without it, by the steps of its README, which are the guide's.
#[test]
fn an_exported_module_is_taken_in_by_its_readme() {
    let brought = "{ node, licConfig ? { enable = false; port = 1; }, ... }:\n{ lib, ... }:\n{ _file = ./default.nix; imports = [ ./more.nix ]; \
                   config = lib.mkIf licConfig.enable { networking.firewall.allowedTCPPorts = [ licConfig.port ]; }; }";
    let brought = json!([{ "name": "lic", "description": "Licences", "source": brought,
        "files": [{ "path": "more.nix", "text": "{ environment.variables.MORE = \"1\"; }" }] }]);
    let mut modules = vec![with("minimal", brought).modules[0].clone()];
    modules.extend(TEMPLATES.iter().map(|template| template.module()));
    for module in modules {
        let name = &module.name;
        let flake = Flake::new(&with("minimal", json!([])));
        let files = custom::export(&module);
        let readme = &files["README.md"].text;
        // `- to the set `modules`: `LINE``, and so on.
        let steps: Vec<&str> = readme
            .lines()
            .filter_map(|line| line.strip_prefix("- to the ")?.split_once(": `")?.1.strip_suffix('`'))
            .collect();
        let [entry, parameter, call] = steps.as_slice() else { panic!("{readme}") };
        let path = flake.folder.path().join("flake/flake.nix");
        let text = std::fs::read_to_string(&path).unwrap();
        let places = [("base = import ./modules/base;", *entry), ("networkConfig ? { },", *parameter)];
        let text = put_behind(&text, &places).replacen("(modules.base {", &format!("{call}\n(modules.base {{"), 1);
        std::fs::write(&path, text).unwrap();
        files.iter().filter(|(path, _)| *path != "README.md").for_each(|(path, file)| flake.add(path, &file.text));
        let found = flake.evaluate(&format!("example \"{name}\"")).unwrap_or_else(|error| panic!("{name}: {error}"));
        let nodes: Vec<&String> = found.as_object().unwrap().keys().collect();
        assert_eq!(nodes, ["controller", "worker"], "{name}");
        if name == "lic" {
            assert_eq!(found["worker"]["environment"]["variables"]["MORE"], "1");
        }
        // The cluster that took it in is as before: its values are not in cluster.nix yet.
        flake.evaluate("configurations names").unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// `cluster.nix` is there to be edited.
#[test]
fn a_type_that_is_not_there_is_told() {
    let flake = Flake::new(&with("minimal", json!([template::find("container-orchestration").unwrap().module()])));
    let path = flake.folder.path().join("flake/cluster.nix");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("type = \"k3s\"", "type = \"k3d\"")).unwrap();
    let error = flake.evaluate("configurations names").unwrap_err();
    assert!(
        error.contains("containerOrchestrationConfig.type is “k3d”; it must be one of: k3s, kubernetes"),
        "{error}"
    );
}
