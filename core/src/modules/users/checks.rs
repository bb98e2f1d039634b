//! People and groups: names, ids, keys.

use crate::cluster::{Choice, Cluster, ContainerEngine, Group, User, Users, Where};
use crate::diagnostic::{Check, Fix, Problem, checks};
use crate::facts::Facts;
use crate::field_checks::check_syntax;
use crate::field_checks::without;
use crate::hostlist;
use crate::names::is_user_name;
use crate::nix::syntax;
use crate::path;
use crate::path::Path;
use crate::quoting::{counted, list, quote};
use std::collections::{HashMap, HashSet};

checks! {
    USER_NAME "user-name" Error "A user's name is none that Linux takes.",
    USER_RESERVED "user-reserved" Error "A user's name is one of the system's.",
    USER_REPEATED "user-repeated" Error "Two users have the same name.",
    UID "uid" Error "A uid is outside 1000 to 59999.",
    UID_REPEATED "uid-repeated" Error "Two users have the same uid.",
    FULL_NAME "full-name" Error "A full name has characters that /etc/passwd cannot hold.",
    GROUP_UNKNOWN "group-unknown" Error "A user is in a group that is not declared.",
    USER_WITHOUT_KEY "user-without-key" Warning "A user has no SSH key and cannot log in.",
    SUDO_WITHOUT_KEY "sudo-without-key" Warning "A user may become root, but has no SSH key to log in.",
    GROUP_WITHOUT_ENGINE "group-without-engine" Warning "A user is in the group of a container engine that is not used.",
    USER_HOSTS_MISSING "user-hosts-missing" Warning "A user is on listed hosts, and none is listed.",
    USER_HOSTS_UNKNOWN "user-hosts-unknown" Warning "A user's list names hosts that are no nodes.",
    HOME_MANAGER "home-manager" Error "A Home Manager module is no Nix, or no module.",
    GROUP_NAME "group-name" Error "A group's name is none that Linux takes.",
    GROUP_RESERVED "group-reserved" Error "A group's name is one of the system's.",
    GROUP_REPEATED "group-repeated" Error "Two groups have the same name.",
    GID "gid" Error "A gid is outside 1000 to 59999.",
    GID_REPEATED "gid-repeated" Error "Two groups have the same gid.",
}

/// Below are the system's, above those of systemd's containers and dynamic users.
const IDS: std::ops::RangeInclusive<u32> = 1000..=59_999;

/// Groups that NixOS has, and a user may be in.
pub(in crate::modules) const SYSTEM_GROUPS: &[&str] = &[
    "wheel",
    "users",
    "docker",
    "podman",
    "video",
    "render",
    "audio",
    "input",
    "kvm",
    "dialout",
    "disk",
    "plugdev",
    "networkmanager",
    "systemd-journal",
    "adm",
];

/// Users and groups of NixOS and of what the flake runs.
const RESERVED: &[&str] = &[
    "root",
    "nobody",
    "nogroup",
    "daemon",
    "bin",
    "sys",
    "man",
    "lp",
    "mail",
    "operator",
    "adm",
    "tty",
    "keys",
    "kmem",
    "messagebus",
    "sshd",
    "polkituser",
    "slurm",
    "munge",
    "mysql",
    "postgres",
    "grafana",
    "prometheus",
    "alertmanager",
    "node-exporter",
    "nvidia-gpu-exporter",
    "chrony",
    "nscd",
    "dhcpcd",
    "rpc",
    "statd",
    "nginx",
    "shadow",
    "utmp",
    "nixbld",
    "kubernetes",
    "etcd",
    "cfssl",
    "systemd-network",
    "systemd-resolve",
    "systemd-timesync",
    "systemd-coredump",
    "systemd-oom",
    "systemd-journal-gateway",
    "cdrom",
    "floppy",
    "tape",
    "uucp",
    "lock",
    "sgx",
    "wireshark",
];

fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
        || name.strip_prefix("nixbld").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

fn account_path(index: usize) -> Path {
    path![Cluster::users, Users::accounts[index]]
}

fn groups_path() -> Path {
    path![Cluster::users, Users::groups]
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let users = &*facts.cluster.users;
    let declared: HashSet<&str> = users.groups.iter().map(|group| group.name.as_str()).collect();
    let mut names = HashMap::new();
    for (i, user) in users.accounts.iter().enumerate() {
        let path = || account_path(i).field(User::name);
        check_name(USER_CHECKS, &user.name, is_reserved(&user.name), i, &mut names, path, problems);
        check_full_name(i, user, problems);
        check_memberships(facts, i, &declared, problems);
        check_key(i, user, problems);
        check_hosts(facts, i, user, problems);
        check_home_manager(i, user, problems);
    }
    let mut names = HashMap::new();
    for (i, group) in users.groups.iter().enumerate() {
        let reserved = is_reserved(&group.name) || SYSTEM_GROUPS.contains(&group.name.as_str());
        let path = || groups_path().index(i).field(Group::name);
        check_name(GROUP_CHECKS, &group.name, reserved, i, &mut names, path, problems);
    }
    let path = |i| account_path(i).field(User::uid);
    check_ids("uid", (UID, UID_REPEATED), &uids(users), &uids(&facts.in_service.users), path, problems);
    let path = |i| groups_path().index(i).field(Group::gid);
    check_ids("gid", (GID, GID_REPEATED), &gids(users), &gids(&facts.in_service.users), path, problems);
}

fn uids(users: &Users) -> Vec<(&str, u32)> {
    users.accounts.iter().map(|user| (user.name.as_str(), user.uid)).collect()
}

fn gids(users: &Users) -> Vec<(&str, u32)> {
    users.groups.iter().map(|group| (group.name.as_str(), group.gid)).collect()
}

/// What is said of names: of users, or of groups.
#[derive(Clone, Copy)]
struct NameChecks {
    noun: &'static str,
    shape: Check,
    reserved: Check,
    repeated: Check,
}

const USER_CHECKS: NameChecks =
    NameChecks { noun: "user", shape: USER_NAME, reserved: USER_RESERVED, repeated: USER_REPEATED };
const GROUP_CHECKS: NameChecks =
    NameChecks { noun: "group", shape: GROUP_NAME, reserved: GROUP_RESERVED, repeated: GROUP_REPEATED };

fn check_name<'c>(
    checks: NameChecks,
    name: &'c str,
    reserved: bool,
    index: usize,
    names: &mut HashMap<&'c str, usize>,
    path: impl Fn() -> Path,
    problems: &mut Vec<Problem>,
) {
    let noun = checks.noun;
    if !is_user_name(name) {
        let mended: String = name.trim().to_lowercase().replace([' ', '.'], "_");
        let fix = is_user_name(&mended).then(|| Fix::set(format!("Use {mended}"), path(), mended));
        let message = if name.is_empty() {
            format!("The {noun} has no name: write one in small letters.")
        } else {
            format!(
                "{} cannot be the name of a {noun}: begin with a small letter and use small letters, digits, “_” and “-”, \
                 at most 32.",
                quote(name)
            )
        };
        problems.push(checks.shape.at(path(), message).with_fix(fix));
    } else if reserved {
        let message = format!("{} is a {noun} of the system: choose another name.", quote(name));
        problems.push(checks.reserved.at(path(), message));
    } else if let Some(first) = names.insert(name, index) {
        let message = format!("{} is the name of {noun} {} too: choose another one.", quote(name), first + 1);
        problems.push(checks.repeated.at(path(), message));
    }
}

fn check_full_name(index: usize, user: &User, problems: &mut Vec<Problem>) {
    let wrong = |c: char| c == ':' || c.is_control();
    if user.full_name.contains(wrong) {
        let path = account_path(index).field(User::full_name);
        let fix = Fix::set("Leave them out", path.clone(), user.full_name.replace(wrong, " ").trim());
        let message = format!(
            "{} has a colon or a line break, which /etc/passwd cannot hold: leave it out.",
            quote(&user.full_name)
        );
        problems.push(FULL_NAME.at(path, message).with_fix(fix));
    }
}

fn check_memberships(facts: &Facts, index: usize, declared: &HashSet<&str>, problems: &mut Vec<Problem>) {
    let (users, engine) = (&*facts.cluster.users, facts.cluster.containers.engine);
    let user = &users.accounts[index];
    for (j, group) in user.groups.iter().enumerate() {
        let name = group.as_str();
        let list = account_path(index).field(User::groups);
        if declared.contains(name) {
            continue;
        }
        if SYSTEM_GROUPS.contains(&name) {
            // The groups of the engines are named as these are.
            if ContainerEngine::ALL.iter().any(|other| other.key() == name && *other != engine) {
                let message = format!("There is no group {} without that container engine: leave it out.", quote(name));
                let fix = without(&user.groups, j, &list, "Remove it");
                problems.push(GROUP_WITHOUT_ENGINE.at(list.index(j), message).with_fix(fix));
            }
            continue;
        }
        let fix = declare_group(users, name).or_else(|| Some(without(&user.groups, j, &list, "Remove it")));
        let message = format!("There is no group {}: declare it, or leave it out.", quote(name));
        problems.push(GROUP_UNKNOWN.at(list.index(j), message).with_fix(fix));
    }
}

/// Declares the group `name` with a free gid; nothing where no group can be called so, or no gid is free.
pub(in crate::modules) fn declare_group(users: &Users, name: &str) -> Option<Fix> {
    if !is_user_name(name) || is_reserved(name) {
        return None;
    }
    let gids: HashSet<u32> = users.groups.iter().map(|group| group.gid).collect();
    let gid = next_id(&gids, *IDS.start())?;
    let group = serde_json::json!({ Group::name.key: name, Group::gid.key: gid });
    Some(Fix::set(format!("Declare group {name}"), groups_path().index(users.groups.len()), group))
}

fn check_key(index: usize, user: &User, problems: &mut Vec<Problem>) {
    // A key that is there but wrong is told as such, and still leaves nobody in.
    if user.ssh_keys.iter().any(|key| crate::ssh_key::is_public_key(key)) {
        return;
    }
    let path = account_path(index).field(User::ssh_keys);
    problems.push(if user.is_administrator() {
        let message =
            format!("{} may become root, but has no SSH key and cannot log in: add a public key.", quote(&user.name));
        SUDO_WITHOUT_KEY.at(path, message)
    } else {
        let message = format!("{} has no SSH key and cannot log in: add a public key.", quote(&user.name));
        USER_WITHOUT_KEY.at(path, message)
    });
}

fn check_hosts(facts: &Facts, index: usize, user: &User, problems: &mut Vec<Problem>) {
    if user.on != Where::Listed {
        return;
    }
    let path = || account_path(index).field(User::hosts);
    if user.hosts.trim().is_empty() {
        let message = format!("{} is on listed hosts, and none is listed: write them, “cn[1-4]”.", quote(&user.name));
        problems.push(USER_HOSTS_MISSING.at(path(), message));
    } else if !check_syntax(path, &user.hosts, &facts.users[index], problems) {
        let names = facts.users[index].names();
        let (known, unknown): (Vec<String>, Vec<String>) =
            names.iter().cloned().partition(|name| facts.hosts.contains_key(name.as_str()));
        if !unknown.is_empty() {
            let no_nodes = if unknown.len() == 1 { "is no node" } else { "are no nodes" };
            let message = format!("{} {no_nodes} of this cluster: name hosts of the groups.", quote(&list(&unknown)));
            let label = format!("Leave out {}", counted(unknown.len(), "host"));
            let fix = (!known.is_empty()).then(|| Fix::set(label, path(), hostlist::compress(&known)));
            problems.push(USER_HOSTS_UNKNOWN.at(path(), message).with_fix(fix));
        }
    }
}

fn check_home_manager(index: usize, user: &User, problems: &mut Vec<Problem>) {
    if user.home_manager.is_empty() {
        return;
    }
    let path = account_path(index).field(User::home_manager);
    if user.home_manager.trim().is_empty() {
        let message = "There are only spaces here: write a Home Manager module, or nothing.";
        problems.push(HOME_MANAGER.at(path.clone(), message).with_fix(Fix::set("Leave it empty", path, "")));
    } else if let Some(fault) = syntax::module_fault(&user.home_manager) {
        let message = format!(
            "This is no Home Manager module. Line {}, character {}: {}.",
            fault.line, fault.column, fault.message
        );
        problems.push(HOME_MANAGER.at(path, message));
    }
}

/// Looks at the ids of users or groups, given with their names. Of two that are alike the one gives way that is not `in_service`,
/// whose files have that id; of two such, or of none, the later one.
fn check_ids(
    noun: &str,
    (range, repeated): (Check, Check),
    ids: &[(&str, u32)],
    in_service: &[(&str, u32)],
    path: impl Fn(usize) -> Path,
    problems: &mut Vec<Problem>,
) {
    let taken: HashSet<u32> = ids.iter().map(|(_, id)| *id).collect();
    let in_service: HashSet<(&str, u32)> = in_service.iter().copied().collect();
    let (stay, new): (Vec<usize>, Vec<usize>) = (0..ids.len()).partition(|i| in_service.contains(&ids[*i]));
    // From here on the next free id is looked for, so that many repeated ones do not search the same ids again.
    let mut from = *IDS.start();
    let mut owners = HashMap::new();
    for i in stay.iter().chain(&new).copied() {
        let id = ids[i].1;
        let (check, message) = if !IDS.contains(&id) {
            (range, format!("A {noun} of {id} is the system's: use 1000 to 59999."))
        } else if let Some(first) = owners.insert(id, i) {
            (repeated, format!("{id} is the {noun} of number {} too: give each its own.", first + 1))
        } else {
            continue;
        };
        let problem = check.at(path(i), message);
        if in_service.contains(&ids[i]) {
            problems.push(problem);
            continue;
        }
        let free = next_id(&taken, from);
        from = free.unwrap_or(*IDS.end());
        problems.push(problem.with_fix(free.map(|free| Fix::set(format!("Use {free}"), path(i), free))));
    }
}

fn next_id(taken: &HashSet<u32>, from: u32) -> Option<u32> {
    (from..=*IDS.end()).find(|id| !taken.contains(id))
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    (r#"users.accounts[1].name = "Bob""#, &["error user-name users.accounts[1].name"]),
    (r#"users.accounts[1].name = """#, &["error user-name users.accounts[1].name"]),
    (r#"users.accounts[1].name = "1bob""#, &["error user-name users.accounts[1].name"]),
    (r#"users.accounts[1].name = "slurm""#, &["error user-reserved users.accounts[1].name"]),
    (r#"users.accounts[1].name = "nixbld12""#, &["error user-reserved users.accounts[1].name"]),
    (r#"users.accounts[1].name = "ada""#, &["error user-repeated users.accounts[1].name"]),
    ("users.accounts[1].uid = 100", &["error uid users.accounts[1].uid"]),
    ("users.accounts[1].uid = 60000", &["error uid users.accounts[1].uid"]),
    ("users.accounts[1].uid = 1000", &["error uid-repeated users.accounts[1].uid"]),
    (r#"users.accounts[1].fullName = "Bob: the builder""#, &["error full-name users.accounts[1].fullName"]),
    (r#"users.accounts[1].groups = ["video", "physics"]"#, &["error group-unknown users.accounts[1].groups[1]"]),
    (r#"users.accounts[1].groups = ["my group"]"#, &["error group-unknown users.accounts[1].groups[0]"]),
    (r#"users.accounts[1].groups = ["podman"]"#, &["warning group-without-engine users.accounts[1].groups[0]"]),
    ("users.accounts[1].groups = [\"podman\"]\ncontainers.engine = \"podman\"", &[]),
    (r#"users.accounts[1].where = "listed""#, &["warning user-hosts-missing users.accounts[1].hosts"]),
    (
        "users.accounts[1].where = \"listed\"\nusers.accounts[1].hosts = \"cn[1-\"",
        &["error hostlist-syntax users.accounts[1].hosts"],
    ),
    (
        "users.accounts[1].where = \"listed\"\nusers.accounts[1].hosts = \"cn[1-3]\"",
        &["warning user-hosts-unknown users.accounts[1].hosts"],
    ),
    ("users.accounts[1].where = \"listed\"\nusers.accounts[1].hosts = \"head,cn[1-2]\"", &[]),
    (r#"users.accounts[1].hosts = "not used[""#, &[]),
    (
        r#"users.accounts[1].homeManager = "{ programs.git.enable = true }""#,
        &["error home-manager users.accounts[1].homeManager"],
    ),
    (r#"users.accounts[1].homeManager = "[ ]""#, &["error home-manager users.accounts[1].homeManager"]),
    (r#"users.accounts[1].homeManager = "\n""#, &["error home-manager users.accounts[1].homeManager"]),
    (r#"users.accounts[1].homeManager = "{ pkgs, ... }: { home.packages = [ pkgs.hello ]; }""#, &[]),
    ("users.accounts[1].sshKeys = []", &["warning user-without-key users.accounts[1].sshKeys"]),
    (
        "users.accounts[1].sshKeys = []\nusers.accounts[1].sudo = true",
        &["warning sudo-without-key users.accounts[1].sshKeys"],
    ),
    (r#"users.groups[1] = {"name": "Data", "gid": 2001}"#, &["error group-name users.groups[1].name"]),
    (r#"users.groups[1] = {"name": "wheel", "gid": 2001}"#, &["error group-reserved users.groups[1].name"]),
    (r#"users.groups[1] = {"name": "lab", "gid": 2001}"#, &["error group-repeated users.groups[1].name"]),
    (r#"users.groups[1] = {"name": "data", "gid": 5}"#, &["error gid users.groups[1].gid"]),
    (r#"users.groups[1] = {"name": "data", "gid": 2000}"#, &["error gid-repeated users.groups[1].gid"]),
];

#[cfg(test)]
mod tests {
    use crate::check::{check_against, fixtures::edited};
    use crate::nix::tables;

    #[test]
    fn who_has_files_keeps_the_uid() {
        let running = edited("users.accounts = [{\"name\": \"ada\", \"uid\": 1000}]");
        let cluster =
            edited("users.accounts = [{\"name\": \"new\", \"uid\": 1000}, {\"name\": \"ada\", \"uid\": 1000}]");
        let problems = check_against(&cluster, tables::known(), &running);
        let found: Vec<_> = problems.iter().filter(|problem| problem.id == "uid-repeated").collect();
        let [problem] = found.as_slice() else { panic!("{problems:?}") };
        assert_eq!(problem.path.to_string(), "users.accounts[0].uid");
        assert_eq!(problem.fix.as_ref().unwrap().label, "Use 1001");
    }
}
