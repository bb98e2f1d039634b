//! Where people add what is theirs: modules for all nodes and for single ones, values of their own, another flake.

use crate::harness::Flake;
use clusterflake_core::flake::generate;
use clusterflake_core::preset;
use std::fs;

/// The blocks of Nix in a Markdown text.
fn nix_blocks(text: &str) -> Vec<&str> {
    text.split("```nix\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// The README's examples are run as they stand there.
#[test]
fn the_readmes_examples_work() {
    let cluster = preset::find("eight-node").unwrap().cluster();
    let flake = Flake::new(&cluster);
    let text = generate(&cluster)["README.md"].text.clone();
    let [site, other] = nix_blocks(&text)[..] else { panic!("the README has two examples in Nix") };
    let folder = flake.folder.path().join("other");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("site.nix"), site).unwrap();
    fs::write(folder.join("flake.nix"), other).unwrap();
    let file = folder.join("flake.nix");
    let expression = format!(
        "plain (let o = (import {}).outputs {{ inherit cluster; }}; in {{ \
           nodes = builtins.mapAttrs (_: node: node.defined) o.nixosConfigurations; inherit (o) packages; }})",
        file.display()
    );
    let found = flake.evaluate(&expression).unwrap_or_else(|error| panic!("{error}"));
    let nodes = &found["nodes"];
    for node in ["ctl1", "login1", "gn2"] {
        assert_eq!(nodes[node]["time"]["timeZone"], "Europe/Berlin", "{node}");
        assert!(nodes[node]["environment"]["systemPackages"].to_string().contains("<package htop>"), "{node}");
    }
    assert_eq!(nodes["ctl1"]["services"]["fail2ban"]["enable"], true);
    assert_ne!(nodes["login1"]["services"]["fail2ban"]["enable"], true);
    assert_eq!(found["packages"]["x86_64-linux"]["cluster-tools"]["name"], "cluster-tools");
}

/// Another flake gives values of its own, and gets nodes of its own.
#[test]
fn mk_cluster_flake_takes_other_values() {
    let flake = Flake::new(&preset::find("minimal").unwrap().cluster());
    let expression = r#"plain (let o = cluster.lib.mkClusterFlake {
        nodeGroups = [
          { hosts = "head"; roles = [ "controller" ]; firstIP = "10.9.0.1"; }
          { hosts = "n[1-3]"; firstIP = "10.9.1.1"; coresPerSocket = 4; }
        ];
        clusterConfig.name = "elsewhere";
        networkConfig.subnet = "10.9.0.0/16";
        secrets = [ { file = "/etc/munge/munge.key"; make = "bytes"; roles = [ "worker" ]; } ];
      }; in { nodes = builtins.mapAttrs (_: node: node.defined) o.nixosConfigurations; inherit (o.tools) data; })"#;
    let found = flake.evaluate(expression).unwrap_or_else(|error| panic!("{error}"));
    let names: Vec<&String> = found["nodes"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["head", "n1", "n2", "n3"]);
    assert_eq!(found["nodes"]["n2"]["services"]["slurm"]["clusterName"], "elsewhere");
    assert_eq!(found["data"]["name"], "elsewhere");
    assert_eq!(found["data"]["secrets"][0]["where"], "n[1-3]");
}

/// In `cluster.nix`, beside the values; names of nodes that do not exist do nothing.
#[test]
fn modules_of_ones_own_stand_in_cluster_nix() {
    let flake = Flake::new(&preset::find("minimal").unwrap().cluster());
    let folder = flake.folder.path().join("flake");
    fs::write(folder.join("site.nix"), "{ services.fail2ban.enable = true; }").unwrap();
    let text = fs::read_to_string(folder.join("cluster.nix")).unwrap();
    let end = text.trim_end().strip_suffix('}').unwrap();
    let more = "extraCommonModules = [ ./site.nix ];
        extraNodeModules.nobody = [ (throw \"not asked for\") ];
        extraNodeModules.controller = [ ({ lib, ... }: { services.fail2ban.enable = lib.mkForce false; }) ];";
    fs::write(folder.join("cluster.nix"), format!("{end}{more}}}")).unwrap();
    let names = flake.evaluate("names").unwrap();
    let names: Vec<String> = serde_json::from_value(names).unwrap();
    let configs = flake.configurations(&names);
    for (name, config) in configs {
        assert_eq!(config["services"]["fail2ban"]["enable"], name != "controller", "{name}");
    }
}
