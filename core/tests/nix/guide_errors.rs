//! The Module Development Guide has 28 errors: things that NixOS refuses, ignores or does otherwise than meant. The flakes
//! have none of them.
//!
//! | error | held by |
//! | --- | --- |
//! | 1, 3, 9, 16, 19, 25, 26, 27 | the text of every preset's flake |
//! | 2, 6, 7, 8, 10 to 15, 28 | the evaluated nodes of every preset and combination ([`INVARIANTS`]) |
//! | 4, 24 | the call of `lib.mkClusterFlake` |
//! | 5, 17 | mistakes that are made on purpose |
//! | 18, 22 | the syntax of the modules |
//! | 20, 21, 23 | what the modules evaluate to |
//!
//! Of some, part is NixOS's own and needs NixOS: that the assertion of Docker's `enableNvidia` (10) and the dump of
//! containerd's configuration (11) are passed. The flakes set neither of them.

use crate::Invariant;
use crate::harness::{Flake, World, opens, runs, strings};
use clusterflake_core::cluster::Cluster;
use clusterflake_core::flake::generate;
use clusterflake_core::modules::MODULES;
use clusterflake_core::nix::options;
use clusterflake_core::preset::{self, PRESETS};
use rnix::ast;
use rowan::ast::AstNode;
use serde_json::Value;
use std::fs;

pub const INVARIANTS: &[Invariant] = &[
    ("guide, error 2: the architecture is the node's own, not the flake's", error_2),
    ("guide, errors 6 to 8: k3s gets its token from a file, and flags one by one", errors_6_to_8),
    ("guide, errors 10 to 12: one container runtime, and GPUs by CDI", errors_10_to_12),
    ("guide, error 13: k3s's ports and interfaces are open", error_13),
    ("guide, errors 14 and 15: Kubernetes has its master's address and the kubelet's", errors_14_and_15),
    ("guide, error 28: root file system, its type, and stateVersion", error_28),
];

fn error_2(world: &World) {
    for (node, config) in world.each() {
        let wanted = serde_json::to_value(node.architecture).unwrap();
        let wanted = format!("{}-linux", wanted.as_str().unwrap());
        assert_eq!(config["nixpkgs"]["hostPlatform"], wanted, "{}", node.name);
    }
}

fn errors_6_to_8(world: &World) {
    for (node, config) in world.each().filter(|(_, config)| runs(config, &["k3s"])) {
        let k3s = &config["services"]["k3s"];
        let at = &node.name;
        assert!(k3s.get("token").is_none(), "{at}: the token would be in the store");
        assert_eq!(k3s["tokenFile"], world.cluster.containers.token_file, "{at}");
        for flag in strings(&k3s["extraFlags"]) {
            assert!(flag.starts_with('-') && !flag.starts_with("--no-deploy"), "{at}: {flag}");
        }
        assert!(k3s["extraFlags"].is_array(), "{at}");
        if k3s["role"] == "server" {
            assert_eq!(strings(&k3s["disable"]), world.cluster.containers.disable, "{at}");
        }
    }
}

fn errors_10_to_12(world: &World) {
    for (node, config) in world.each() {
        let at = &node.name;
        let virtualisation = &config["virtualisation"];
        for engine in ["docker", "podman"] {
            assert!(virtualisation[engine].get("enableNvidia").is_none(), "{at}");
        }
        assert!(!virtualisation["containerd"].to_string().contains("enable_gpu"), "{at}");
        if runs(config, &["k3s"]) {
            assert_ne!(virtualisation["containerd"]["enable"], true, "{at}: k3s has its own");
        }
    }
}

fn error_13(world: &World) {
    let subnet = world.cluster.network.subnet.as_str();
    let firewalled = |(_, config): &(_, &Value)| config["networking"]["firewall"]["enable"] == true;
    for (node, config) in world.each().filter(firewalled).filter(|(_, config)| runs(config, &["k3s"])) {
        let at = &node.name;
        assert!(opens(config, subnet, "udp", 8472) && opens(config, subnet, "tcp", 10250), "{at}");
        if config["services"]["k3s"]["role"] == "server" {
            assert!(opens(config, subnet, "tcp", 6443), "{at}");
        }
        let trusted = strings(&config["networking"]["firewall"]["trustedInterfaces"]);
        assert!(trusted.contains(&"cni0") && trusted.contains(&"flannel.1"), "{at}: {trusted:?}");
    }
}

fn errors_14_and_15(world: &World) {
    for (node, config) in world.each() {
        let kubernetes = &config["services"]["kubernetes"];
        if !strings(&kubernetes["roles"]).is_empty() {
            assert!(kubernetes["masterAddress"].is_string(), "{}", node.name);
            assert_eq!(kubernetes["kubelet"]["nodeIp"], node.ip.unwrap().to_string(), "{}", node.name);
            assert!(!kubernetes["kubelet"]["extraOpts"].to_string().contains("--node-ip"), "{}", node.name);
        }
    }
}

fn error_28(world: &World) {
    for (node, config) in world.each() {
        for (mount, fs) in config["fileSystems"].as_object().into_iter().flatten() {
            assert!(fs["fsType"].is_string(), "{}: {mount} has no type", node.name);
        }
        assert!(config["system"]["stateVersion"].is_string(), "{}", node.name);
    }
}

/// The base of the combinations with k3s: what the guide's own example builds.
fn with_k3s() -> Cluster {
    let mut cluster = Cluster::from_json(include_str!("base.json")).unwrap();
    (Cluster::containers.get_mut)(&mut cluster).enable = true;
    cluster
}

/// Every Nix text that there is: of all modules, of the presets' flakes.
fn every_nix_text() -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for module in MODULES {
        let files = [("default.nix", module.nix)].into_iter().chain(module.files.iter().copied());
        texts.extend(
            files
                .filter(|(name, _)| name.ends_with(".nix"))
                .map(|(name, text)| (format!("modules/{}/{name}", module.name), text.to_owned())),
        );
    }
    for cluster in PRESETS.iter().map(preset::Preset::cluster).chain([with_k3s()]) {
        let nix = generate(&cluster).into_iter().filter(|(path, _)| path.ends_with(".nix"));
        texts.extend(nix.map(|(path, file)| (path, file.text.clone())));
    }
    texts
}

/// The code of a Nix text, without its comments, with one space between tokens.
fn code(text: &str) -> String {
    let tokens = rnix::Root::parse(text).syntax().descendants_with_tokens();
    let tokens = tokens.filter_map(|element| element.into_token());
    let skipped = [rnix::SyntaxKind::TOKEN_COMMENT, rnix::SyntaxKind::TOKEN_WHITESPACE];
    tokens.filter(|token| !skipped.contains(&token.kind())).map(|token| token.text().to_owned() + " ").collect()
}

/// Whether NixOS has the option; in the table, `<name>` and `*` stand for any name.
fn is_option(path: &str) -> bool {
    let wanted: Vec<&str> = path.split('.').collect();
    options::TABLE.lines().any(|line| {
        let known: Vec<&str> = line.split('\t').next().unwrap().split('.').collect();
        known.len() == wanted.len()
            && known.iter().zip(&wanted).all(|(known, wanted)| known == wanted || ["<name>", "*"].contains(known))
    })
}

fn nowhere(mistake: &str) {
    for (path, text) in every_nix_text() {
        assert!(!code(&text).contains(mistake), "{path} has {mistake}");
    }
}

#[test]
fn error_1_nixpkgs_settings_are_not_passed_over_by_a_pkgs_in_special_args() {
    for preset in PRESETS {
        let flake = &generate(&preset.cluster())["flake.nix"].text;
        let tree = rnix::Root::parse(flake).syntax();
        let arguments = tree.descendants().filter_map(ast::AttrpathValue::cast);
        let arguments: Vec<String> = arguments
            .filter(|value| value.attrpath().is_some_and(|path| path.syntax().text() == "specialArgs"))
            .map(|value| value.value().unwrap().syntax().text().to_string())
            .collect();
        assert_eq!(arguments.len(), 1, "{}", preset.name);
        assert!(!arguments[0].contains("pkgs"), "{}: {arguments:?}", preset.name);
    }
}

#[test]
fn error_3_the_controller_is_found_by_its_role() {
    nowhere("findSingle ");
}

#[test]
fn errors_4_and_24_mk_cluster_flake_is_an_output_and_nodes_have_names() {
    let flake = Flake::new(&with_k3s());
    let found = flake.evaluate(
        "{ callable = builtins.isFunction cluster.lib.mkClusterFlake;
           names = builtins.mapAttrs (_: node: node.hostname) (cluster.lib.mkClusterFlake {
             controllerHostname = \"head\"; controllerIP = \"10.0.0.1\";
             workerNodes = [ { hostname = \"w1\"; ip = \"10.0.0.2\"; } ];
           }).nodes; }",
    );
    let found = found.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(found["callable"], true);
    assert_eq!(found["names"], serde_json::json!({"head": "head", "w1": "w1"}));
}

#[test]
fn error_5_a_typo_deploys_nothing() {
    let flake = Flake::new(&with_k3s());
    let path = flake.folder.path().join("flake/cluster.nix");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("type = \"k3s\"", "type = \"k3\"")).unwrap();
    let error = flake.evaluate("configurations names").unwrap_err();
    assert!(error.contains("is not of type `one of \"k3s\", \"kubernetes\"'"), "{error}");
}

#[test]
fn error_9_helm_is_no_synthesizer() {
    nowhere("pkgs . helm ");
}

#[test]
fn error_16_slurm_has_no_enable() {
    nowhere("services . slurm . enable ");
    assert!(!is_option("services.slurm.enable"));
}

#[test]
fn error_17_the_clusters_options_are_declared() {
    let flake = Flake::new(&with_k3s());
    let path = flake.folder.path().join("flake/modules/networking/default.nix");
    let text = fs::read_to_string(&path).unwrap();
    let setting = "useDHCP = false;";
    assert!(text.contains(setting));
    fs::write(
        &path,
        text.replace(setting, "useDHCP = false; }; cluster.undeclared = lib.mkIf false { x = 1; }; networking = {"),
    )
    .unwrap();
    let error = flake.evaluate("configurations names").unwrap_err();
    assert!(error.contains("cluster.undeclared") && error.contains("does not exist"), "{error}");
}

/// `config.a.b or x` hides a typo, so what stands before `or` is an option: of NixOS, or what modules offer each other.
#[test]
fn error_18_or_hides_no_typo() {
    for (path, text) in every_nix_text() {
        let tree = rnix::Root::parse(&text).syntax();
        for select in tree.descendants().filter_map(ast::Select::cast).filter(|s| s.default_expr().is_some()) {
            if select.expr().is_none_or(|from| from.syntax().text() != "config") {
                continue;
            }
            let option = select.attrpath().unwrap().syntax().text().to_string();
            let known = option.starts_with("cluster.services.") || is_option(&option);
            assert!(known, "{path}: config.{option} is no option, and `or` hides it");
        }
    }
}

#[test]
fn error_19_structure_does_not_depend_on_config() {
    nowhere("then { } else { } ");
    for (path, text) in every_nix_text() {
        let tree = rnix::Root::parse(&text).syntax();
        for value in tree.descendants().filter_map(ast::AttrpathValue::cast) {
            let (name, value) = (value.attrpath().unwrap(), value.value().unwrap());
            let is_structure = ["imports", "config"].iter().any(|structure| name.syntax().text() == *structure);
            if is_structure && let ast::Expr::IfElse(choice) = value {
                let condition = choice.condition().unwrap().syntax().text().to_string();
                assert!(!condition.contains("config."), "{path}: {name}", name = name.syntax());
            }
        }
    }
}

#[test]
fn errors_20_21_and_23_modules_have_the_shape_that_nixos_takes() {
    let flake = Flake::new(&with_k3s());
    let expression = "builtins.mapAttrs (_: node: node.shapes) cluster.nixosConfigurations";
    let nodes = flake.evaluate(expression).unwrap_or_else(|error| panic!("{error}"));
    for (node, modules) in nodes.as_object().unwrap() {
        for module in modules.as_array().unwrap() {
            let module = module.as_object().unwrap();
            for name in module.keys() {
                assert!(["_file", "imports", "options", "config"].contains(&name.as_str()), "{node}: {name}");
            }
            assert!(module["_file"].as_str().unwrap().ends_with("/default.nix"), "{node}: {module:?}");
        }
    }
}

#[test]
fn error_22_modules_take_what_they_do_not_know() {
    for module in MODULES {
        let tree = rnix::Root::parse(module.nix).tree();
        let Some(ast::Expr::Lambda(outer)) = tree.expr() else { panic!("{} is no function", module.name) };
        let Some(ast::Param::Pattern(pattern)) = outer.param() else { panic!("{} takes no set", module.name) };
        assert!(pattern.ellipsis_token().is_some(), "{}", module.name);
    }
}

#[test]
fn errors_25_and_26_the_readme_names_nodes_of_a_flake_that_git_knows() {
    for preset in PRESETS {
        let readme = &generate(&preset.cluster())["README.md"].text;
        let names: Vec<String> =
            clusterflake_core::cluster::expand::expand(&preset.cluster()).into_iter().map(|node| node.name).collect();
        // The folder on the node in the installer, and a variable with the node's name.
        let references: Vec<&str> =
            readme.split("--flake ").skip(1).map(|rest| rest.split_whitespace().next().unwrap()).collect();
        assert_eq!(references, ["/mnt/etc/nixos#$node"], "{}", preset.name);
        let named = readme.split("node=").nth(1).unwrap().split_whitespace().next().unwrap();
        assert!(names.iter().any(|known| known == named), "{named}");
        assert!(readme.contains("git init && git add --all"), "{}", preset.name);
    }
}

#[test]
fn error_27_options_have_their_names_of_today() {
    nowhere("hardware . opengl");
    nowhere("driSupport");
}

/// What the guide writes where something of one's own is to go.
#[test]
fn no_placeholder_of_the_guide_is_in_any_file() {
    let placeholders = [
        "services.myservice",
        "services.controllerOnlyService",
        "services.myService",
        "services.existingModule",
        "services.base",
        "services.component",
        "pkgs.newPackage",
        "pkgs.mypackage",
        "someFeature",
        "myModuleConfig",
    ];
    for cluster in PRESETS.iter().map(preset::Preset::cluster).chain([with_k3s()]) {
        for (path, file) in generate(&cluster) {
            for placeholder in placeholders {
                assert!(!file.text.contains(placeholder), "{path} has {placeholder}");
            }
        }
    }
}
