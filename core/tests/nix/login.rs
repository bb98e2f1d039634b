//! LDAP, and SSH from node to node.

use crate::harness::{World, runs, strings};
use crate::users::home_host;
use crate::{Invariant, Switch};
use clusterflake_core::cluster::Role;

pub const INVARIANTS: &[Invariant] = &[
    ("every node asks the directory, and its password is in no file of the flake", directory),
    ("a user's key for the nodes is taken on all of them", keys_between_nodes),
    ("every node knows the authority of the host keys", host_authority),
];

pub const SWITCHES: &[Switch] = &[
    Switch {
        name: "ldap",
        levels: &[
            "",
            "users.ldap = {\"enable\": true, \"uris\": [\"ldaps://ldap.lab.example\"], \"searchBase\": \"dc=lab,dc=example\"}",
            "users.ldap = {\"enable\": true, \"uris\": [\"ldap://10.0.0.9\"], \"searchBase\": \"dc=lab\", \"bindDN\": \"cn=reader,dc=lab\", \"caFile\": \"/etc/lab.pem\"}",
        ],
    },
    Switch { name: "ssh between nodes", levels: &["", "users.sshBetweenNodes = true"] },
    Switch {
        name: "ssh host authority",
        levels: &[
            "",
            "users.sshHostCA = \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ca\"",
        ],
    },
];

fn directory(world: &World) {
    let ldap = &world.cluster.users.ldap;
    for (node, config) in world.each() {
        let at = &node.name;
        let sssd = &config["services"]["sssd"];
        assert_eq!(runs(config, &["sssd"]), ldap.enable, "{at}");
        if !ldap.enable {
            continue;
        }
        let text = sssd["config"].as_str().unwrap();
        assert!(text.contains(&format!("\nldap_uri = {}\n", ldap.uris.join(", "))), "{at}: {text}");
        assert!(text.contains("\nldap_id_use_start_tls = true\n") && !text.contains("\n "), "{at}: {text}");
        let password = text.lines().find_map(|line| line.strip_prefix("ldap_default_authtok = "));
        assert_eq!(password, (!ldap.bind_dn.is_empty()).then_some("$LDAP_BIND_PASSWORD"), "{at}");
        assert_eq!(sssd["environmentFile"].as_str(), password.map(|_| ldap.environment_file.as_str()), "{at}");
        let makes_homes = config["security"]["pam"]["services"]["sshd"]["makeHomeDir"] == true;
        let squashes = world.cluster.storage.shared.iter().any(|shared| {
            shared.mount == "/home" && !shared.export_options.iter().any(|option| option == "no_root_squash")
        });
        assert!(makes_homes || squashes, "{at}");
        if home_host(world).is_none_or(|host| host == *at) {
            assert!(makes_homes, "{at}");
        }
    }
}

fn keys_between_nodes(world: &World) {
    let (on, subnet) = (world.cluster.users.ssh_between_nodes, &world.cluster.network.subnet);
    let asks_nobody = on && world.cluster.users.ssh_host_ca.is_empty();
    for (node, config) in world.each() {
        let at = &node.name;
        let files = strings(&config["services"]["openssh"]["authorizedKeysFiles"]);
        assert_eq!(files.contains(&"%h/.ssh/authorized_keys_cluster"), on, "{at}");
        let login = config["environment"]["extraInit"].as_str().unwrap_or_default();
        let makes = on && (node.is(Role::Login) || node.is(Role::Controller));
        assert_eq!(login.contains(&format!("cluster-ssh-key {subnet}\n")), makes, "{at}: {login}");
        let client = config["programs"]["ssh"]["extraConfig"].as_str().unwrap_or_default();
        assert_eq!(client.contains("IdentityFile ~/.ssh/id_cluster\n"), on, "{at}");
        assert_eq!(client.contains("StrictHostKeyChecking accept-new"), asks_nobody, "{at}");
        let hosts = client.lines().find_map(|line| line.strip_prefix("Host ")).unwrap_or_default();
        assert!(!on || world.nodes.iter().all(|other| hosts.split(' ').any(|host| host == other.name)), "{at}");
    }
}

fn host_authority(world: &World) {
    let ca = &world.cluster.users.ssh_host_ca;
    for (node, config) in world.each() {
        let at = &node.name;
        let known = &config["programs"]["ssh"]["knownHosts"]["cluster"];
        let certificate = config["services"]["openssh"]["settings"]["HostCertificate"].as_str();
        assert_eq!(certificate.is_some(), !ca.is_empty(), "{at}");
        assert_eq!(known.is_object(), !ca.is_empty(), "{at}");
        if known.is_object() {
            assert_eq!(known["publicKey"], *ca);
            assert_eq!(known["certAuthority"], true);
            let names = strings(&known["hostNames"]);
            assert!(world.nodes.iter().all(|other| names.contains(&other.name.as_str())), "{at}");
        }
    }
}
