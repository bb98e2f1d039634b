//! The Module Development Guide: its way to call the flake.

use crate::harness::{Flake, strings};
use clusterflake_core::preset;
use std::fs;

/// The guide's own parameters: a controller and workers one by one, modules of one's own, a type that is not known.
#[test]
fn the_guides_way_to_call_it_works() {
    let flake = Flake::new(&preset::find("gpu").unwrap().cluster());
    let folder = flake.folder.path().join("flake");
    fs::write(
        folder.join("cluster.nix"),
        r#"{
            controllerHostname = "head"; controllerIP = "10.0.0.1";
            workerNodes = [
              { hostname = "w1"; ip = "10.0.0.2"; hasGPU = true; cpus = 16; memoryMB = 65536; gpus = 2; }
              { hostname = "w2"; ip = "10.0.0.3"; hasGPU = false; cpus = 8; memoryMB = 32000; gpus = 0; }
            ];
            sshKeys = [ "ssh-ed25519 AAAA" ];
            extraCommonModules = [ { time.timeZone = "Europe/Berlin"; networking.domain = "lab.example"; } ];
            extraNodeModules.w2 = [ ({ lib, ... }: { networking.hostName = lib.mkForce "other"; }) ];
            containerConfig = { enable = true; type = "k3s"; };
        }"#,
    )
    .unwrap();
    // The time zone is policy; the domain is what hosts files are made of: the way to override it is mkForce.
    let conflict = flake.evaluate("configurations [ \"head\" ]").unwrap_err();
    assert!(conflict.contains("networking.domain is defined twice"), "{conflict}");
    let text = fs::read_to_string(folder.join("cluster.nix")).unwrap();
    let forced = text.replace(
        "{ time.timeZone = \"Europe/Berlin\"; networking.domain = \"lab.example\"; }",
        "({ lib, ... }: { time.timeZone = \"Europe/Berlin\"; networking.domain = lib.mkForce \"lab.example\"; })",
    );
    fs::write(folder.join("cluster.nix"), &forced).unwrap();
    let configs = flake.configurations(&["head".to_owned(), "w1".to_owned(), "w2".to_owned()]);
    assert_eq!(configs["w1"]["time"]["timeZone"], "Europe/Berlin");
    assert_eq!(configs["w1"]["networking"]["domain"], "lab.example");
    assert_eq!(configs["w2"]["networking"]["hostName"], "other");
    let lines = strings(&configs["head"]["services"]["slurm"]["nodeName"]);
    // No machine with 64 GiB reports 65536 MiB: Slurm would not let it in.
    assert_eq!(
        lines[0],
        "w1 Sockets=1 CoresPerSocket=16 ThreadsPerCore=1 RealMemory=63488 Gres=gpu:gpu:2 State=UNKNOWN"
    );
    assert_eq!(configs["w1"]["services"]["k3s"]["serverAddr"], "https://10.0.0.1:6443");

    fs::write(folder.join("cluster.nix"), forced.replace("type = \"k3s\"", "type = \"k8s\"")).unwrap();
    let typo = flake.evaluate("configurations names").unwrap_err();
    let said = "option `containerConfig.type' is not of type `one of \"k3s\", \"kubernetes\"'";
    assert!(typo.contains(said) && typo.contains("/cluster.nix': \"k8s\""), "{typo}");
}
