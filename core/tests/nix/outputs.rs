//! What a generated flake gives besides its nodes, and what `cluster-tools` knows of them.

use crate::Invariant;
use crate::harness::{Flake, World, strings};
use clusterflake_core::cluster::Role;
use clusterflake_core::flake::secrets::secrets;
use clusterflake_core::hostlist;
use clusterflake_core::modules::Make;
use clusterflake_core::preset::PRESETS;
use serde_json::json;

pub const INVARIANTS: &[Invariant] = &[
    ("every file that the values name is placed by cluster-tools", every_file_is_placed),
    ("cluster-tools knows the nodes, and who needs which secret", tools_know_the_cluster),
    ("whoever reads a secret gets it", readers_get_it),
];

fn every_file_is_placed(world: &World) {
    assert_eq!(world.tools["unlisted"], json!([]));
}

fn tools_know_the_cluster(world: &World) {
    let data = &world.tools["data"];
    let names: Vec<&str> =
        data["nodes"].as_array().unwrap().iter().map(|node| node["name"].as_str().unwrap()).collect();
    assert!(world.nodes.iter().map(|node| node.name.as_str()).eq(names));
    let told = data["secrets"].as_array().unwrap();
    let wanted = secrets(&world.cluster);
    assert_eq!(told.len(), wanted.len());
    for (told, wanted) in told.iter().zip(&wanted) {
        assert_eq!(told["file"], wanted.file);
        assert_eq!((&told["owner"], &told["mode"]), (&json!(wanted.owner), &json!(wanted.mode)));
        let hosts = hostlist::expand(&wanted.on.hosts).unwrap_or_default();
        let everybody = hosts.is_empty() && wanted.on.roles.is_empty();
        let nodes = world.nodes.iter().filter(|node| {
            everybody || hosts.contains(&node.name) || wanted.on.roles.iter().any(|role: &Role| node.is(*role))
        });
        let nodes: Vec<&str> = nodes.map(|node| node.name.as_str()).collect();
        assert!(!nodes.is_empty(), "{}", wanted.file);
        assert_eq!(strings(&told["nodes"]), nodes, "{}", wanted.file);
    }
}

/// A node whose configuration names a secret's file is one of those that get it. slurm.conf is the same everywhere, and
/// says little of who reads.
fn readers_get_it(world: &World) {
    for secret in secrets(&world.cluster).iter().filter(|secret| secret.make != Make::HostCertificate) {
        let told = world.tools["data"]["secrets"].as_array().unwrap();
        let told = told.iter().find(|told| told["file"] == secret.file.as_str()).unwrap();
        for (node, config) in world.each() {
            let mut config = config.clone();
            config["services"]["slurm"]["extraConfig"].take();
            let named = config.to_string().contains(&secret.file);
            let gets = strings(&told["nodes"]).contains(&node.name.as_str());
            assert!(!named || gets, "{} names {} and does not get it", node.name, secret.file);
        }
    }
}

#[test]
fn cluster_tools_is_a_package_an_app_and_in_the_shell() {
    for preset in PRESETS {
        let flake = Flake::new(&preset.cluster());
        let others = flake.evaluate("others").unwrap_or_else(|error| panic!("{error}"));
        for system in ["x86_64-linux", "aarch64-linux"] {
            assert_eq!(others["packages"][system]["cluster-tools"]["name"], "cluster-tools");
            assert_eq!(others["apps"][system]["default"]["type"], "app");
            let program = others["apps"][system]["default"]["program"].as_str().unwrap();
            assert!(program.ends_with("/bin/cluster-tools"), "{program}");
            assert!(others["devShells"][system]["default"].as_str().unwrap().starts_with("<package"));
            assert_eq!(others["formatter"][system], "<package nixfmt-tree>");
        }
    }
}

/// A path that was changed by hand in one place only is told of.
#[test]
fn a_secret_that_nobody_places_is_told() {
    let mut cluster = PRESETS[0].cluster();
    let slurm = (clusterflake_core::Cluster::slurm.get_mut)(&mut cluster);
    slurm.munge_key_file = "/run/keys/munge".to_owned();
    let flake = Flake::new(&cluster);
    let path = flake.folder.path().join("flake/cluster.nix");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("/run/keys/munge", "/run/keys/other", 1)).unwrap();
    assert_eq!(flake.tools()["unlisted"], json!(["/run/keys/other"]));
}
