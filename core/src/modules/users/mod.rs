//! People and groups. Its values: `sshKeys`, `users` and `groups`.

use super::Module;
use crate::cluster::{Choice, Cluster, General, Group, Shell, User, Users, Where};
use crate::nix::{Attrs, Nix};
use crate::path::Path;

pub const MODULE: Module = Module {
    name: "users",
    nix: include_str!("default.nix"),
    files: &[],
    inputs: |_| Vec::new(),
    takes: &["node", "users", "groups", "storageConfig"],
    parameter: None,
    used: |_| true,
};

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
            .filter(|(_, key)| !crate::check::looks_private(key))
            .map(|(index, key)| Nix::from(key.trim()).from_field(at.index(index))),
    )
}

fn account(user: &User, at: &Path) -> Attrs {
    Attrs::new()
        .field("name", &user.name, at.field(User::name))
        .field("uid", user.uid, at.field(User::uid))
        .field_if(!user.full_name.is_empty(), "fullName", &user.full_name, at.field(User::full_name))
        .field_if(!user.groups.is_empty(), "groups", Nix::list(&user.groups), at.field(User::groups))
        .field_if(user.shell != Shell::Bash, "shell", user.shell.key(), at.field(User::shell))
        .field("sshKeys", keys(&user.ssh_keys, &at.field(User::ssh_keys)), at.field(User::ssh_keys))
        .field_if(user.sudo, "sudo", true, at.field(User::sudo))
        .field_if(user.on != Where::All, "where", user.on.key(), at.field(User::on))
}
