//! People and groups. Its values: `sshKeys`, `users` and `groups`.

pub(super) mod checks;
mod impact;

use super::values::{Made, Type, Values, Wanted, empty_list};
use super::{Input, Module};
use crate::cluster::{Choice, Cluster, General, Group, Release, User, Users, Where};
use crate::facts::topics;
use crate::names::is_user_name;
use crate::nix::{Nix, syntax};
use crate::path::Path;
use crate::private_key::looks_private;

pub const MODULE: Module = Module {
    name: "users",
    nix: include_str!("default.nix"),
    files: &[("options.nix", include_str!("options.nix"))],
    inputs,
    takes: &["node", "nodes", "clusterLib", "users", "groups", "storageConfig", "inputs"],
    lists: people,
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

/// The administrators' public keys: `sshKeys`.
pub fn ssh_keys(cluster: &Cluster, wanted: Wanted) -> Made {
    let mut values = Values::new(&*cluster.general, Path::root().field(Cluster::general), wanted);
    let list = keys(&cluster.general.ssh_keys, &values.at().field(General::ssh_keys));
    values.put_as(General::ssh_keys, Type::Text.list(), Some(empty_list()), Some(list));
    values.made()
}

/// The accounts and the groups that the description declares: `users` and `groups`.
pub fn people(cluster: &Cluster, wanted: Wanted) -> Made {
    let mut values = Values::new(&*cluster.users, Path::root().field(Cluster::users), wanted);
    let users = values.part();
    values.named("users").when(!users.accounts.is_empty()).put_records(Users::accounts, account);
    values.when(!users.groups.is_empty()).put_records(Users::groups, |values| {
        values.required().put(Group::name).required().put(Group::gid);
    });
    values.made()
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

fn account(values: &mut Values<User>) {
    let user = values.part();
    let no_keys = || Some(empty_list());
    let ssh_keys = keys(&user.ssh_keys, &values.at().field(User::ssh_keys));
    values.required().put(User::name).required().put(User::uid);
    values.put_unless_default(User::full_name).put_unless_default(User::groups).put_unless_default(User::shell);
    values.put_as(User::ssh_keys, Type::Text.list(), no_keys(), Some(ssh_keys));
    values.put_unless_default(User::sudo).put_unless_default(User::on);
    values.when(user.on == Where::Listed).put(User::hosts);
    let home = home_file(user).map(|file| Nix::path(&file));
    values.described("A Home Manager module: its path, or the module itself.");
    values.put_as(User::home_manager, Type::Any, Some(Nix::null()), home);
}
