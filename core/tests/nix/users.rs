//! The same person everywhere, and nobody where they are not placed.

use crate::harness::{Flake, World, strings};
use crate::{Invariant, Switch};
use clusterflake_core::cluster::{Cluster, FileSystemKind, Node, Role, User, Where};
use clusterflake_core::hostlist;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub const INVARIANTS: &[Invariant] = &[
    ("a user and a group have the same number everywhere", the_same_ids),
    ("users are in where they are placed, and nowhere else", in_where_placed),
    ("who keeps /home makes the home directories", homes_are_made_once),
    ("Home Manager changes homes where they are, and its programs are where the user is", home_manager),
    ("nobody has a password, but root from a file where one is asked for", no_passwords),
];

pub const SWITCHES: &[Switch] = &[
    Switch {
        name: "listed user",
        levels: &["", "users.accounts[1].where = \"listed\"\nusers.accounts[1].hosts = \"login1,cn[1-2]\""],
    },
    Switch {
        name: "home manager",
        levels: &[
            "",
            "users.accounts[1].homeManager = \"{ programs.git.enable = true; }\"",
            "users.accounts[0].homeManager = \"{ programs.git.enable = true; }\"\nusers.accounts[0].name = \"ada-l\"",
        ],
    },
];

/// Where the description places a user.
pub fn is_placed(user: &User, node: &Node) -> bool {
    match user.on {
        Where::All => true,
        Where::Controllers => node.is(Role::Controller),
        Where::Workers => node.is(Role::Worker),
        Where::Logins => node.is(Role::Login),
        Where::Listed => hostlist::expand(&user.hosts).unwrap().contains(&node.name),
    }
}

/// The host that keeps a shared /home; `None` where each has its own.
pub fn home_host(world: &World) -> Option<String> {
    let home = world.cluster.storage.shared.iter().find(|shared| shared.mount == "/home")?;
    Some(if home.kind == FileSystemKind::Nfs { home.server.clone() } else { world.controller().name.clone() })
}

/// The users of a node that the description knows.
fn people<'w>(world: &'w World, config: &'w Value) -> Vec<(&'w User, &'w Value)> {
    let users = &config["users"]["users"];
    let accounts = world.cluster.users.accounts.iter();
    accounts.filter_map(|user| Some((user, users.get(&user.name)?))).collect()
}

fn the_same_ids(world: &World) {
    let mut ids: BTreeMap<String, Value> = BTreeMap::new();
    for (node, config) in world.each() {
        for (user, found) in people(world, config) {
            assert_eq!(found["uid"], user.uid, "{}: {}", node.name, user.name);
            let ranges = json!([found["subUidRanges"], found["subGidRanges"]]);
            assert_eq!(ids.entry(user.name.clone()).or_insert_with(|| ranges.clone()), &ranges);
        }
        for group in &world.cluster.users.groups {
            assert_eq!(config["users"]["groups"][&group.name]["gid"], group.gid, "{}", node.name);
        }
    }
    let mut starts: Vec<u64> = ids.values().map(|range| range[0][0]["startUid"].as_u64().unwrap()).collect();
    starts.sort_unstable();
    assert!(starts.windows(2).all(|pair| pair[0] + 65_536 <= pair[1]), "subordinate ids overlap");
}

fn in_where_placed(world: &World) {
    for (node, config) in world.each() {
        let keeps_homes = home_host(world).is_some_and(|host| host == node.name);
        for user in &world.cluster.users.accounts {
            let at = format!("{} on {}", user.name, node.name);
            let found = &config["users"]["users"][&user.name];
            if is_placed(user, node) {
                assert_eq!(strings(&found["openssh"]["authorizedKeys"]["keys"]).len(), user.ssh_keys.len(), "{at}");
                assert!(found["shell"].as_str().unwrap().starts_with("<package "), "{at}");
                let groups = strings(&found["extraGroups"]);
                assert_eq!(groups.contains(&"wheel"), user.sudo || user.groups.iter().any(|g| g == "wheel"), "{at}");
            } else if keeps_homes {
                assert_eq!(found["openssh"]["authorizedKeys"]["keys"], json!([]), "{at}");
                assert_eq!(found["shell"], "/run/current-system/sw/bin/nologin", "{at}");
                assert!(!strings(&found["extraGroups"]).contains(&"wheel") || user.groups.iter().any(|g| g == "wheel"));
            } else {
                assert!(found.is_null(), "{at}");
            }
        }
    }
}

fn homes_are_made_once(world: &World) {
    for (node, config) in world.each() {
        let at = &node.name;
        let host = home_host(world);
        let script = config["systemd"]["services"]["user-homes"]["script"].as_str().unwrap_or_default();
        assert_eq!(!script.is_empty(), host.as_ref() == Some(at) && !people(world, config).is_empty(), "{at}");
        for (user, found) in people(world, config) {
            assert_eq!(found["createHome"], host.is_none(), "{at}");
            if !script.is_empty() {
                let makes = format!("-o {} -g users ", user.uid);
                assert!(script.lines().any(|line| line.contains(&makes) && line.ends_with(&format!("/{}", user.name))));
            }
        }
    }
}

fn home_manager(world: &World) {
    for (node, config) in world.each() {
        let at = &node.name;
        let wanted: Vec<&User> = people(world, config)
            .into_iter()
            .map(|(user, _)| user)
            .filter(|user| !user.home_manager.trim().is_empty())
            .collect();
        let found = config["home-manager"]["users"].as_object();
        assert_eq!(found.map_or(0, |users| users.len()), wanted.len(), "{at}");
        let activates = home_host(world).is_none_or(|host| host == *at);
        for user in wanted {
            let imports = strings(&found.unwrap()[&user.name]["imports"]);
            assert!(
                imports.len() == 1 && imports[0].ends_with(&format!("/users/{}.nix", user.name)),
                "{at}: {imports:?}"
            );
            assert_eq!(config["home-manager"]["useUserPackages"], true);
            let unit = format!("home-manager-{}", user.name.replace('-', "\\x2d"));
            let wanted_by = &config["systemd"]["services"][unit]["wantedBy"];
            assert_eq!(*wanted_by, if activates { Value::Null } else { json!([]) }, "{at}: {}", user.name);
        }
    }
}

fn no_passwords(world: &World) {
    for (node, config) in world.each() {
        for (name, user) in config["users"]["users"].as_object().unwrap() {
            let fields = user.as_object().unwrap().iter();
            let found: Vec<_> = fields
                .filter(|(field, value)| !value.is_null() && field.to_lowercase().contains("password"))
                .map(|(field, _)| field.as_str())
                .collect();
            let by_choice = name == "root" && !world.cluster.general.root_password_file.is_empty();
            let wanted: &[&str] = if by_choice { &["hashedPasswordFile"] } else { &[] };
            assert_eq!(found, wanted, "{name} on {}", node.name);
        }
    }
}

/// The input is there only where somebody uses it, and so is the file.
#[test]
fn home_manager_is_an_input_where_it_is_used() {
    let json = |text: &str, release: &str| {
        format!(
            r#"{{"cluster": {{"release": "{release}"}}, "nodes": [{{"hosts": "head", "roles": ["controller"], "firstIP": "10.0.0.1"}}],
                "users": {{"accounts": [{{"name": "ada", "homeManager": "{text}"}}]}}}}"#
        )
    };
    for (text, release, input) in [
        ("{ programs.git.enable = true; }", "26.05", Some("github:nix-community/home-manager/release-26.05\"")),
        ("{ programs.git.enable = true; }", "unstable", Some("github:nix-community/home-manager\"")),
        ("{ programs.git.enable = ", "26.05", None),
        ("", "26.05", None),
    ] {
        let flake = Flake::new(&Cluster::from_json(&json(text, release)).unwrap());
        let at = flake.folder.path().join("flake");
        let flake_nix = std::fs::read_to_string(at.join("flake.nix")).unwrap();
        assert_eq!(flake_nix.contains("home-manager"), input.is_some(), "{text}");
        assert!(input.is_none_or(|url| flake_nix.contains(url)), "{flake_nix}");
        assert_eq!(at.join("users/ada.nix").exists(), input.is_some(), "{text}");
        flake.configurations(&["head".to_owned()]);
    }
}
