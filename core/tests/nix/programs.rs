//! What is generated, read by the programs that will read it: firewall rules by nft, SSH's settings by sshd, the lock
//! file and the user's own Nix by Nix.

use crate::harness::{Flake, World};
use clusterflake_core::cluster::Cluster;
use clusterflake_core::diagnostic::{Fix, apply};
use clusterflake_core::nix::syntax::module_fault;
use clusterflake_core::preset::PRESETS;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

fn base() -> Cluster {
    Cluster::from_json(include_str!("base.json")).unwrap()
}

fn edited(cluster: &Cluster, path: &str, value: Value) -> Cluster {
    apply(cluster, &Fix::set("", path.parse().unwrap(), value)).unwrap()
}

/// What a module that talks over the fabric asks for.
const FABRIC_PORTS: &str = "{ cluster.firewall.fabric = { tcpPorts = [ 20049 ]; udpPorts = [ 4791 ]; \
                            tcpPortRanges = [ { from = 50000; to = 50100; } ]; }; }";

/// The presets, and a cluster with all that opens ports.
fn worlds() -> impl Iterator<Item = World> {
    let mut full = base();
    for (path, value) in [
        ("containers.enable", true.into()),
        ("slurm.accounting.enable", true.into()),
        ("network.extraTCPPorts", serde_json::json!([8080, 8443])),
        ("nodes[3].extraConfig", FABRIC_PORTS.into()),
        ("network.fabric.kind", "roce".into()),
        ("network.fabric.interface", "enp65s0np0".into()),
    ] {
        full = edited(&full, path, value);
    }
    PRESETS.iter().map(|preset| preset.cluster()).chain([base(), full]).map(World::new)
}

/// A program that Debian has in a folder that is on root's PATH only.
fn program(name: &str, package: &str) -> Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    let file = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
    Command::new(
        file.unwrap_or_else(|| panic!("{name} is missing: apt-get install {package}, or run `cargo xtask test`")),
    )
}

fn piped(mut command: Command, input: &str) -> std::io::Result<Output> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    child.stdin.take().expect("a pipe").write_all(input.as_bytes())?;
    child.wait_with_output()
}

/// What nft says of a ruleset. It asks the kernel, also where it only checks: without the right to do so, it is run in
/// a network namespace of its own.
fn nft(ruleset: &str) -> Output {
    let mut plain = program("nft", "nftables");
    plain.args(["-c", "-f", "-"]);
    let output = piped(plain, ruleset).expect("nft runs");
    if !String::from_utf8_lossy(&output.stderr).contains("Operation not permitted") {
        return output;
    }
    let mut unshared = Command::new("unshare");
    unshared.args(["--map-root-user", "--net"]).arg(program("nft", "nftables").get_program()).args(["-c", "-f", "-"]);
    let output = piped(unshared, ruleset).expect("unshare is missing: apt-get install util-linux");
    let denied = String::from_utf8_lossy(&output.stderr).contains("Operation not permitted");
    assert!(!denied, "nft may not ask the kernel here: run this as root, or allow user namespaces");
    output
}

#[test]
fn nft_reads_the_firewall_rules() {
    let mut rules = BTreeSet::new();
    for world in worlds() {
        for (_, config) in world.each() {
            rules.insert(config["networking"]["firewall"]["extraInputRules"].as_str().unwrap().to_owned());
        }
    }
    assert!(rules.len() > 4 && rules.iter().any(|rules| rules.contains("10.1.0.0/16")), "{rules:?}");
    let ruleset = |rules: &str| {
        format!(
            "table inet check {{\n  chain input {{\n    type filter hook input priority 0; policy drop;\n{rules}  }}\n}}\n"
        )
    };
    for rules in rules {
        let output = nft(&ruleset(&rules));
        assert!(output.status.success(), "{rules}\n{}", String::from_utf8_lossy(&output.stderr));
    }
    let wrong = nft(&ruleset("ip saddr 10.0.0.0/16 tcp dport { 70000 } accept\n"));
    assert!(!wrong.status.success(), "nft refuses a port that is none");
}

/// sshd's words for a setting, as NixOS writes them.
fn setting(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(on) => Some(if *on { "yes" } else { "no" }.to_owned()),
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => Some(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")),
        other => Some(other.to_string()),
    }
}

#[test]
fn sshd_reads_its_settings() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("host_key");
    let made = program("ssh-keygen", "openssh-client").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status();
    assert!(made.unwrap().success());
    // Debian makes this folder when it starts the service, which is not wanted here.
    fs::create_dir_all("/run/sshd").ok();
    let mut texts = BTreeSet::new();
    for world in worlds() {
        for (_, config) in world.each() {
            let settings = config["services"]["openssh"]["settings"].as_object().unwrap();
            let lines = settings.iter().filter_map(|(name, value)| Some(format!("{name} {}\n", setting(value)?)));
            texts.insert(lines.collect::<String>());
        }
    }
    let check = |text: &str| {
        let file = folder.path().join("sshd_config");
        fs::write(&file, text).unwrap();
        program("sshd", "openssh-server").arg("-t").arg("-f").arg(file).arg("-h").arg(&key).output().unwrap()
    };
    for text in texts {
        assert!(text.contains("PasswordAuthentication no\n"), "{text}");
        let output = check(&text);
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(!check("PermitRootLogin sometimes\n").status.success(), "sshd refuses what it does not know");
}

/// Without a network Nix takes the lock only where it agrees with the inputs of flake.nix.
#[test]
fn nix_takes_the_lock() {
    let pinned = edited(&base(), "cluster.pinned", true.into());
    for cluster in [pinned.clone(), edited(&pinned, "cluster.release", "unstable".into())] {
        let flake = Flake::new(&cluster);
        let at = flake.folder.path();
        let text = fs::read_to_string(at.join("flake/flake.lock")).unwrap();
        let output = Command::new("nix")
            .args(["--extra-experimental-features", "nix-command flakes", "flake", "metadata", "--offline", "--json"])
            .arg(format!("path:{}", at.join("flake").display()))
            .env("NIX_STATE_DIR", at.join("state"))
            .env("NIX_STORE_DIR", at.join("store"))
            .env("NIX_LOG_DIR", at.join("log"))
            .env("XDG_CACHE_HOME", at.join("cache"))
            .env("NIX_CONFIG", "build-users-group =")
            .output()
            .expect("nix is missing: apt-get install nix-bin, or run `cargo xtask test`");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(found["locks"], serde_json::from_str::<Value>(&text).unwrap());
    }
}

/// Whether a text is refused is what Nix says of it: a module that Nix cannot read breaks every node.
#[test]
fn nix_reads_the_modules_that_are_taken() {
    for text in [
        "{ }",
        "{ pkgs, ... }:\n{\n  environment.systemPackages = [ pkgs.hello ];\n}\n",
        "{ lib, config, ... }@args: { a.\"b\".${config.c} = lib.mkIf (args ? d) ''\n  x ${toString 1} ''${y}\n''; }",
        "let f = { a, b ? a, ... }: a + b; in { c = f { a = 1; }; d = map (x: x // { inherit x; }) [ ]; }",
        "with builtins; { a = filter; b = __head [ ]; inherit (import ./x.nix) c; }",
        "rec { a = b; b = if true then 1 else 2; c = assert a == b; null; }",
        "{ a = 1 }",
        "{ a = ; }",
        "a = 1;",
        "{ a = [ pkgs.hello ]; }",
        "{ inherit x; }",
        "{ pkgs, ... }: { a = lib.mkForce 1; }",
        "{ a = \"${b}\"; }",
        "let a = 1; { }",
        "{ a = '' ''; b = \"unfinished; }",
        "{ a = (1; }",
        "",
    ] {
        let output = program("nix-instantiate", "nix-bin").args(["--parse", "-E", text]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(module_fault(text).is_none(), output.status.success(), "{text}\n{:?}\n{said}", module_fault(text));
    }
}
