//! The Module Development Guide's steps and its containers example, word for word as its samples have them: each works, or is
//! refused with a sentence that says what to do.

use crate::harness::{Flake, strings};
use clusterflake_core::preset;
use std::fs;

const MODULE: &str = include_str!("../../../nix/src/lint/guide/mymodule.nix");
const CONTAINERS: &str = include_str!("../../../nix/src/lint/guide/containers.nix");
const STEPS: &str = include_str!("../../../nix/src/lint/guide/flake.nix");
const CONTAINER_STEPS: &str = include_str!("../../../nix/src/lint/guide/flake-containers.nix");
const USE: &str = include_str!("../../../nix/src/lint/guide/use.nix");

/// The line of a sample that has this in it.
fn line<'t>(sample: &'t str, has: &str) -> &'t str {
    sample.lines().find(|line| line.contains(has)).unwrap_or_else(|| panic!("the guide has no {has}"))
}

/// The flake of the preset `name` with the guide's steps 2 to 5 taken: the file, and the lines of `steps` that name it.
fn with_module(name: &str, module: &str, text: &str, steps: &str, parameter: &str) -> Flake {
    let flake = Flake::new(&preset::find(name).unwrap().cluster());
    flake.add(&format!("modules/{module}/default.nix"), text);
    let path = flake.folder.path().join("flake/flake.nix");
    let mut flake_nix = fs::read_to_string(&path).unwrap();
    let mut insert = |before: &str, has: &str| {
        assert_eq!(flake_nix.matches(before).count(), 1, "{before}");
        flake_nix = flake_nix.replace(before, &format!("{before}\n{}", line(steps, has)));
    };
    insert("modules = {", &format!("import ./modules/{module};"));
    insert("modules = [", &format!("(modules.{module} {{ inherit"));
    insert("controllerHostname ? null,", &format!("{parameter} ? "));
    fs::write(path, flake_nix).unwrap();
    flake
}

fn error(flake: &Flake) -> String {
    flake.evaluate("configurations names").unwrap_err()
}

#[test]
fn a_module_of_the_guides_form_works_in_five_steps() {
    // The services of the sample are placeholders, which NixOS does not have.
    let flake = with_module("minimal", "mymodule", MODULE, STEPS, "myModuleConfig");
    let refused = error(&flake);
    assert!(refused.contains("the option services.controllerOnlyService does not exist"), "{refused}");
    let real = MODULE.replace("services.myservice", "services.fstrim").replace("controllerOnlyService", "smartd");
    let flake = with_module("minimal", "mymodule", &real, STEPS, "myModuleConfig");
    let configs = flake.configurations(&["controller".to_owned(), "worker1".to_owned()]);
    for (name, config) in configs {
        assert_eq!(config["services"]["fstrim"]["enable"], true, "{name}");
        assert_eq!(config["services"]["smartd"]["enable"] == true, name == "controller", "{name}");
    }
}

/// The guide's special arguments have two names that nothing binds; where they would go, the flake says why.
#[test]
fn the_guides_special_arguments_are_refused_where_it_is_said_why() {
    let flake = with_module("minimal", "mymodule", "{ ... }: { ... }: { }", STEPS, "myModuleConfig");
    let path = flake.folder.path().join("flake/flake.nix");
    let text = fs::read_to_string(&path).unwrap();
    let (before, ours) = text.split_at(text.find("specialArgs = ").unwrap());
    let end = ours.find(';').and_then(|at| ours[at + 1..].find(';').map(|next| at + next + 2)).unwrap();
    assert!(before.lines().rev().nth(1).unwrap().contains("# Not pkgs"), "{before}");
    fs::write(&path, [before, line(STEPS, "specialArgs").trim(), &ours[end..]].concat()).unwrap();
    let refused = error(&flake);
    assert!(refused.contains("undefined variable 'pkgs'"), "{refused}");
}

#[test]
fn the_guides_containers_module_stands_in_a_flake_without_containers() {
    let flake = with_module("eight-node", "containers", CONTAINERS, CONTAINER_STEPS, "containerConfig");
    let names: Vec<String> = serde_json::from_value(flake.evaluate("names").unwrap()).unwrap();
    let configs = flake.configurations(&names);
    for (name, config) in configs {
        assert_ne!(config["services"]["k3s"]["enable"], true, "{name}: {}", config["services"]["k3s"]);
        assert_ne!(config["virtualisation"]["containerd"]["enable"], true, "{name}");
    }
}

/// The call of the guide's last step, with `value` for its `containerConfig`.
fn call(value: &str) -> String {
    format!(
        "plain (builtins.mapAttrs (_: node: node.defined) (cluster.lib.mkClusterFlake {{
           controllerHostname = \"head\"; controllerIP = \"10.0.0.1\";
           workerNodes = [ {{ hostname = \"w1\"; ip = \"10.0.0.2\"; }} ];
           {value}
         }}).nixosConfigurations)"
    )
}

/// What the guide's last step gives, `containerConfig = { … };`.
fn guides_config() -> &'static str {
    let start = USE.find("containerConfig = {").unwrap();
    &USE[start..start + USE[start..].find("};").unwrap() + 2]
}

#[test]
fn the_guides_last_step_is_refused_with_what_to_write() {
    let with = Flake::new(&preset::find("gpu").unwrap().cluster());
    let without = Flake::new(&preset::find("eight-node").unwrap().cluster());

    // A flake's file has outputs only; as an input it works.
    let file = with.folder.path().join("flake/flake.nix");
    let refused = with.evaluate(&USE.replace("./path/to/flake.nix", file.to_str().unwrap())).unwrap_err();
    assert!(refused.contains("attribute 'mkClusterFlake' missing"), "{refused}");

    let refused = without.evaluate(&call(guides_config())).unwrap_err();
    assert!(refused.contains("this flake has no modules/containers: turn that on in the design"), "{refused}");
    let refused = with.evaluate(&call(guides_config())).unwrap_err();
    assert!(
        refused.contains("has --no-deploy, which k3s no longer takes: write disable = [ \"traefik\" ]"),
        "{refused}"
    );

    // What it says works.
    let mended = guides_config().replace("serverExtraFlags = \"--no-deploy traefik\"", "disable = [ \"traefik\" ]");
    let nodes = with.evaluate(&call(&mended)).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(strings(&nodes["head"]["services"]["k3s"]["disable"]), ["traefik"]);
}

#[test]
fn flags_are_a_list_or_one_text() {
    let flake = Flake::new(&preset::find("gpu").unwrap().cluster());
    for flags in ["\"--write-kubeconfig-mode=0600  --selinux\"", "[ \"--write-kubeconfig-mode=0600\" \"--selinux\" ]"] {
        let value = format!("containerConfig = {{ enable = true; serverExtraFlags = {flags}; }};");
        let nodes = flake.evaluate(&call(&value)).unwrap_or_else(|error| panic!("{error}"));
        let given = strings(&nodes["head"]["services"]["k3s"]["extraFlags"]);
        assert!(given.ends_with(&["--write-kubeconfig-mode=0600", "--selinux"]), "{given:?}");
    }
}

#[test]
fn what_mk_cluster_flake_cannot_take_is_refused_with_the_way_out() {
    let with = Flake::new(&preset::find("gpu").unwrap().cluster());
    let without = Flake::new(&preset::find("minimal").unwrap().cluster());
    for (flake, value, said) in [
        (&with, "containerConfig = { enable = true; token = \"abc\"; };", "write tokenFile, the path of a file"),
        (&with, "containerConfig = { enable = true; tokens = \"abc\"; };", "Did you mean `containerConfig.token"),
        (&with, "containerConfg = { };", "has no parameter containerConfg: add “containerConfg ? { },”"),
        (&without, "hpcConfig = { mpi = \"openmpi\"; };", "no modules/hpc: turn that on in the design"),
        (&without, "monitoringConfig = { enable = true; };", "no modules/monitoring"),
    ] {
        let refused = flake.evaluate(&call(value)).unwrap_err();
        assert!(refused.contains(said), "{value}\n{refused}");
    }
    // What turns nothing on is no harm.
    for value in ["containerConfig = { enable = false; type = \"k3s\"; };", "hpcConfig = { };"] {
        without.evaluate(&call(value)).unwrap_or_else(|error| panic!("{value}\n{error}"));
    }
}
