//! What people write into `cluster.nix` by hand: names, types and defaults are those of the modules' `options.nix`, and all
//! else is refused with the name, the nearest one and the file.

use crate::harness::Flake;
use crate::matrix::edited;
use clusterflake_core::cluster::{Cluster, Described};
use clusterflake_core::modules::values::{NixOption, Type};
use clusterflake_core::modules::{self, MODULES};
use serde_json::Value;
use std::fs;

/// A cluster with every module, and something of each of them.
fn full() -> Cluster {
    let edits = "slurm.accounting.enable = true
        slurm.rest.enable = true
        containers.engine = \"podman\"
        users.sshBetweenNodes = true
        hpc.cuda.enable = true
        monitoring.enable = true
        monitoring.grafana.enable = true
        storage.scratch.enable = true";
    edited(Cluster::from_json(include_str!("base.json")).unwrap(), edits)
}

/// What is said of the cluster's flake whose `cluster.nix` has `to` in the place of the first `from`.
fn said_of(flake: &Flake, from: &str, to: &str) -> String {
    let path = flake.folder.path().join("flake/cluster.nix");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}\n{text}");
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    // The users are asked for by nodes only.
    let said = flake.evaluate("configurations [ (builtins.head names) ]").err().unwrap_or_default();
    fs::write(&path, text).unwrap();
    said
}

/// The parameters of our modules, each with its options.
fn parameters() -> Vec<(&'static str, Vec<NixOption>)> {
    MODULES.iter().flat_map(modules::options).filter(|(parameter, _)| !parameter.is_empty()).collect()
}

#[test]
fn a_misspelt_name_in_any_parameter_is_refused_with_the_nearest() {
    let flake = Flake::new(&full());
    let all = parameters();
    assert!(all.len() >= 9, "{all:?}");
    for (parameter, options) in all {
        let right = options.iter().map(|option| option.name).max_by_key(|name| name.len()).unwrap();
        let wrong = &right[..right.len() - 1];
        let begin = format!("\n  {parameter} = {{");
        let said = said_of(&flake, &begin, &format!("{begin} {wrong} = null;"));
        for part in [
            format!("The option `{parameter}.{wrong}' does not exist"),
            "/flake/cluster.nix'".to_owned(),
            format!("`{parameter}.{right}'"),
        ] {
            assert!(said.contains(&part), "{parameter}.{wrong}: {part}\n{said}");
        }
    }
}

#[test]
fn a_misspelt_name_inside_is_refused_with_the_nearest() {
    let flake = Flake::new(&full());
    for (from, to, parts) in [
        ("maxTime = ", "maxtime = ", ["entry 1]\".maxtime' does not exist", "slurmConfig.partitions", "maxTime'"]),
        (
            "scratch = {",
            "scratch = { devise = \"/dev/sdb\";",
            ["scratch.devise' does not exist", "storageConfig", "device'"],
        ),
        ("cuda = {", "cuda = { persistance = true;", ["cuda.persistance' does not exist", "hpcConfig", "persistence'"]),
        ("memoryMB = ", "memoryMb = ", ["has no value “memoryMb”", "nodeGroups", "Did you mean “memoryMB”?"]),
        ("hosts = ", "wieght = 3; hosts = ", ["has no value “wieght”", "/flake/cluster.nix", "Did you mean “weight”?"]),
        ("uid = ", "shel = \"zsh\"; uid = ", ["has no value “shel”", "users.", "Did you mean “shell”?"]),
    ] {
        let said = said_of(&flake, from, to);
        for part in parts.into_iter().chain(["/flake/cluster.nix"]) {
            assert!(said.contains(part), "{to}: {part}\n{said}");
        }
    }
}

#[test]
fn a_value_of_the_wrong_type_is_refused_with_its_place() {
    let flake = Flake::new(&full());
    for (from, to, part) in [
        (
            "\n  slurmConfig = {",
            "\n  slurmConfig = { enforceLimits = \"no\";",
            "`slurmConfig.enforceLimits' is not of type `boolean'",
        ),
        ("\n  slurmConfig = {", "\n  slurmConfig = { systemMemoryMiB = -1;", "is not of type `unsigned integer"),
        ("\n  networkConfig = {", "\n  networkConfig = { extraTCPPorts = [ 70000 ];", "16 bit unsigned integer"),
        ("mungeKeyFile = ", "mungeKeyFile = ./cluster.nix; prolog = ", "`slurmConfig.mungeKeyFile' is not of type"),
        ("firstIP = ", "firstIP = [ ] == ", "firstIP is not of type `string'"),
        ("roles = [", "roles = [ \"worke\"", "is not of type `one of \"controller\""),
        ("\n  users = [", "\n  users = [ { name = \"x\"; uid = \"7\"; }", "users.\"[definition 1-entry 1]\" (x) in "),
    ] {
        let said = said_of(&flake, from, to);
        assert!(said.contains(part), "{to}\n{said}");
        assert!(said.contains("/flake/cluster.nix"), "{to}\n{said}");
    }
}

/// Another flake that calls mkClusterFlake is the file that is named.
#[test]
fn the_file_is_that_of_whoever_calls() {
    let flake = Flake::new(&full());
    let call = "(cluster.lib.mkClusterFlake (import (cluster.outPath + \"/cluster.nix\") // { slurmConfig.metric = true; })).nodes";
    let said = flake.evaluate(call).unwrap_err();
    assert!(said.contains("slurmConfig.metric' does not exist") && said.contains("/run.nix'"), "{said}");
}

/// Where Nix and the description have different defaults, and why.
const OTHERWISE: &[&str] = &[
    // Who says nothing of partitions has one.
    "slurmConfig.partitions",
    // The certificates of the system have a path.
    "loginConfig.ldap.caFile",
    // Empty is the release that the flake follows.
    "clusterConfig.stateVersion",
    // Who says nothing of a password has none.
    "slurmConfig.accounting.passwordFile",
];

fn section(parameter: &str) -> &str {
    match parameter {
        "clusterConfig" => "cluster",
        "networkConfig" => "network",
        "compatibilityConfig" => "hpc",
        "loginConfig" => "users",
        "containerConfig" => "containers",
        other => other.strip_suffix("Config").unwrap(),
    }
}

/// Nix says null where the description has an empty text, a choice of none or a switch that is off.
fn is_nothing(described: &Value) -> bool {
    match described {
        Value::String(text) => ["", "none", "automatic"].contains(&text.as_str()),
        Value::Number(number) => number.as_u64() == Some(0),
        Value::Object(fields) => {
            fields.get("enable").is_some_and(|on| on == false)
                || fields.get("kind").is_some_and(|kind| kind == "none")
                || fields.get("host").is_some_and(|host| host == "")
        }
        _ => false,
    }
}

#[test]
fn defaults_are_those_of_the_description() {
    let flake = Flake::new(&full());
    let mut differences = Vec::new();
    for (parameter, options) in parameters() {
        // Sets that are null by default are asked for too, as far as they need nothing.
        let sets: Vec<(&str, &Vec<NixOption>)> = options
            .iter()
            .filter_map(|option| match &option.kind {
                Type::NullOr(inside) => match &**inside {
                    Type::Set(inside) => Some((option.name, inside)),
                    _ => None,
                },
                _ => None,
            })
            .filter(|(_, inside)| inside.iter().all(|option| option.default.is_some()))
            .collect();
        let given: String = sets.iter().map(|(name, _)| format!("{name} = {{ }}; ")).collect();
        let module = MODULES
            .iter()
            .find(|module| module.common.iter().chain(&module.parameter).any(|known| known.name == parameter));
        let files = format!("[ (cluster.outPath + \"/modules/{}/options.nix\") ]", module.unwrap().name);
        let values = |given: &str| {
            let call = format!("(cluster.lib.evaluate {files} {{ {parameter} = {{ {given} }}; }}).{parameter}");
            flake.evaluate(&call).unwrap_or_else(|error| panic!("{parameter}: {error}"))
        };
        let described = &Cluster::default().write_fields(true)[section(parameter)];
        let mut hold = |values: &Value, described: &Value, at: &str| {
            for (name, value) in values.as_object().unwrap() {
                let (Some(described), at) = (described.get(name), format!("{at}.{name}")) else { continue };
                let same = value == described || (value.is_null() && is_nothing(described));
                if !same && !OTHERWISE.contains(&at.as_str()) {
                    differences.push(format!("{at}: {value}, and in the description {described}"));
                }
            }
        };
        hold(&values(""), described, parameter);
        let on = values(&given);
        for (name, _) in sets {
            hold(&on[name], &described[name], &format!("{parameter}.{name}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
