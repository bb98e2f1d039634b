//! People and groups. Its values: `sshKeys`, `users` and `groups`.

pub(super) mod checks;
mod impact;
use super::{Input, Module};
use crate::cluster::{Choice, Cluster, General, Group, Release, Shell, User, Users, Where};
use crate::facts::topics;
use crate::names::is_user_name;
use crate::nix::{Attrs, Nix, syntax};
use crate::path::Path;
use crate::private_key::looks_private;

pub const MODULE: Module = Module {
    name: "users",
    nix: include_str!("default.nix"),
    inputs,
    takes: &["node", "nodes", "clusterLib", "users", "groups", "storageConfig", "inputs"],
    checks: topics![checks],
    impact: impact::RULES,
    ..Module::PLAIN
};

/// Home Manager, where somebody uses it, of the branch that goes with the release.
fn inputs(cluster: &Cluster) -> Vec<Input> {
    if home_files(cluster).next().is_none() {
        return Vec::new();
    }
    let branch = match cluster.general.release {
        Release::Unstable => String::new(),
        release => format!("/release-{}", release.key()),
    };
    let place = Path::root().field(Cluster::general).field(General::release);
    let url = Nix::from(format!("github:nix-community/home-manager{branch}")).from_field(place);
    vec![Input { name: "home-manager", url, follows_nixpkgs: true }]
}

/// The users' Home Manager modules, as they typed them, each with the path of its file in the flake.
pub fn home_files(cluster: &Cluster) -> impl Iterator<Item = (String, &str)> {
    cluster.users.accounts.iter().filter_map(|user| Some((home_file(user)?, user.home_manager.trim())))
}

/// `users/ada.nix`; `None` where the user has no Home Manager module, or one that Nix could not read.
fn home_file(user: &User) -> Option<String> {
    let text = &user.home_manager;
    let writes = !text.trim().is_empty() && is_user_name(&user.name);
    (writes && !looks_private(text) && syntax::module_fault(text).is_none()).then(|| format!("users/{}.nix", user.name))
}

/// The administrators' public keys.
pub fn ssh_keys(cluster: &Cluster) -> Nix {
    let place = Path::root().field(Cluster::general).field(General::ssh_keys);
    keys(&cluster.general.ssh_keys, &place).from_field(place)
}

/// The accounts.
pub fn accounts(cluster: &Cluster) -> Nix {
    let at = Path::root().field(Cluster::users).field(Users::accounts);
    Nix::list(cluster.users.accounts.iter().enumerate().map(|(index, user)| account(user, &at.index(index))))
        .from_field(at)
}

/// The groups that the description declares.
pub fn groups(cluster: &Cluster) -> Nix {
    let at = Path::root().field(Cluster::users).field(Users::groups);
    let group = |(index, group): (usize, &Group)| {
        let at = at.index(index);
        Attrs::new().field("name", &group.name, at.field(Group::name)).field("gid", group.gid, at.field(Group::gid))
    };
    Nix::list(cluster.users.groups.iter().enumerate().map(group)).from_field(at.clone())
}

/// Public keys, one a string. What looks like a private key goes nowhere: a check refuses it.
fn keys(keys: &[String], at: &Path) -> Nix {
    Nix::list(
        keys.iter()
            .enumerate()
            .filter(|(_, key)| !looks_private(key))
            .map(|(index, key)| Nix::from(key.trim()).from_field(at.index(index))),
    )
}

fn account(user: &User, at: &Path) -> Attrs {
    let home = home_file(user);
    Attrs::new()
        .field("name", &user.name, at.field(User::name))
        .field("uid", user.uid, at.field(User::uid))
        .field_if(!user.full_name.is_empty(), "fullName", &user.full_name, at.field(User::full_name))
        .field_if(!user.groups.is_empty(), "groups", Nix::list(&user.groups), at.field(User::groups))
        .field_if(user.shell != Shell::Bash, "shell", user.shell.key(), at.field(User::shell))
        .field("sshKeys", keys(&user.ssh_keys, &at.field(User::ssh_keys)), at.field(User::ssh_keys))
        .field_if(user.sudo, "sudo", true, at.field(User::sudo))
        .field_if(user.on != Where::All, "where", user.on.key(), at.field(User::on))
        .field_if(user.on == Where::Listed, "hosts", user.hosts.trim(), at.field(User::hosts))
        .field_if(
            home.is_some(),
            "homeManager",
            home.as_deref().map_or_else(Nix::null, Nix::path),
            at.field(User::home_manager),
        )
}
