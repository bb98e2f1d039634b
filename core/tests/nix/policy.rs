//! What is policy gives way to a plain value, and the README names it.

use crate::harness::Flake;
use crate::matrix::edited;
use clusterflake_core::cluster::Cluster;
use clusterflake_core::flake::generate;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// All that sets policy.
const FULL: &str = "slurm.accounting.enable = true
    containers.engine = \"podman\"
    hpc.cuda.enable = true
    monitoring.alertmanager = {\"enable\": true, \"webhookURLFile\": \"/var/lib/secrets/webhook\"}
    nodes[1].boot = {\"loader\": \"grub\", \"rootDevice\": \"/dev/md/root\"}";

fn full() -> Cluster {
    edited(Cluster::from_json(include_str!("base.json")).unwrap(), FULL)
}

/// The steps of an option's path, of which one can have dots in quotes.
fn steps(path: &str) -> Vec<&str> {
    let quoted = path.split('"').enumerate();
    quoted
        .flat_map(|(i, part)| if i % 2 == 1 { vec![part] } else { part.split('.').filter(|s| !s.is_empty()).collect() })
        .collect()
}

fn at<'v>(config: &'v Value, path: &str) -> &'v Value {
    steps(path).iter().fold(config, |place, step| &place[*step])
}

/// Another value of the same type.
fn other(path: &str, value: &Value) -> Value {
    match value {
        _ if path.ends_with("PermitRootLogin") => json!("no"),
        Value::Bool(on) => json!(!on),
        Value::Number(_) => json!(7),
        Value::Array(_) => json!(["/dev/other"]),
        Value::Object(_) => json!({"other": "value"}),
        _ => json!("other"),
    }
}

fn policies(flake: &Flake, names: &[&str]) -> Vec<(String, Vec<String>)> {
    let list = names.iter().map(|name| format!("\"{name}\" ")).collect::<String>();
    let found = flake.evaluate(&format!("policies [ {list}]")).unwrap_or_else(|error| panic!("{error}"));
    let paths = |name: &&str| serde_json::from_value(found[*name].clone()).unwrap();
    names.iter().map(|name| ((*name).to_owned(), paths(name))).collect()
}

const NODES: &[&str] = &["head1", "store1", "login1", "cn1", "gn1"];

#[test]
fn policy_gives_way_to_a_plain_value() {
    let flake = Flake::new(&full());
    for (name, paths) in policies(&flake, NODES) {
        let before = flake.configurations(std::slice::from_ref(&name)).remove(&name).unwrap();
        assert!(paths.len() > 15, "{name}: {paths:?}");
        let wanted: Vec<(&String, Value)> = paths.iter().map(|path| (path, other(path, at(&before, path)))).collect();
        let site: String = wanted
            .iter()
            .map(|(path, value)| format!("{path} = builtins.fromJSON {:?};\n", value.to_string()))
            .collect();
        let expression = format!(
            "plain (cluster.lib.mkClusterFlake (import (cluster.outPath + \"/cluster.nix\") // {{ \
             extraCommonModules = [ {{ {site} }} ]; }})).nixosConfigurations.{name}.defined"
        );
        let after = flake.evaluate(&expression).unwrap_or_else(|error| panic!("{name}: {error}"));
        for (path, value) in wanted {
            assert_eq!(*at(&after, path), value, "{name}: {path}");
        }
    }
}

/// No more and no less than what is policy.
#[test]
fn the_readme_names_what_is_policy() {
    let cluster = full();
    let text = generate(&cluster)["README.md"].text.clone();
    let list = text.split("gives way to a plain value:\n").nth(1).unwrap().split(".\n").next().unwrap();
    let named: BTreeSet<&str> = list.split(", ").map(|option| option.trim_matches('`')).collect();
    let found: BTreeSet<String> =
        policies(&Flake::new(&cluster), NODES).into_iter().flat_map(|(_, paths)| paths).collect();
    let within = |path: &str, option: &str| {
        path.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    // Of each network device alike.
    let found: BTreeSet<String> = found
        .iter()
        .map(|path| {
            match path.split_once(".\"40-").and_then(|(before, rest)| Some((before, rest.split_once('"')?.1))) {
                Some((before, rest)) => format!("{before}.<name>{rest}"),
                None => path.clone(),
            }
        })
        .collect();
    for path in &found {
        assert!(named.iter().any(|option| within(path, option)), "{path} is policy, and the README does not name it");
    }
    for option in named {
        assert!(found.iter().any(|path| within(path, option)), "the README names {option}, which is not policy");
    }
}
