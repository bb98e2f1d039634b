//! The cluster as a whole: its name, time zone, locale, and whether anybody can administer it.

use crate::cluster::{Cluster, General, User, Where};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::Facts;
use crate::field_checks::check_secret_file;
use crate::path;
use crate::quoting::quote;
use crate::ssh_key::is_public_key;

checks! {
    CLUSTER_NAME "cluster-name" Error "The cluster's name cannot be a file name and Slurm's ClusterName.",
    STATE_VERSION "state-version" Error "The state version is no release of NixOS, or one after that of the flake.",
    TIME_ZONE "time-zone" Error "The time zone is none of the tz database's.",
    LOCALE "locale" Error "The locale is not of the form `en_US.UTF-8`.",
    NO_ADMINISTRATOR "no-administrator" Error "Nobody could log in and become root: NixOS refuses such a system.",
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let general = &*facts.cluster.general;
    check_name(&general.name, problems);
    check_state_version(general, problems);
    check_time_zone(&general.time_zone, problems);
    check_locale(&general.locale, problems);
    check_administrator(facts.cluster, problems);
    if !general.root_password_file.is_empty() {
        check_secret_file(
            &general.root_password_file,
            || path![Cluster::general, General::root_password_file],
            problems,
        );
    }
}

fn is_name(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    (1..=63).contains(&name.len())
        && name.bytes().all(inner)
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
}

fn check_name(name: &str, problems: &mut Vec<Problem>) {
    if is_name(name) {
        return;
    }
    let path = path![Cluster::general, General::name];
    let message = if name.is_empty() {
        "The cluster has no name: write one of lowercase letters, digits, “-” and “_”.".to_owned()
    } else {
        format!(
            "{} cannot be the cluster's name: use up to 63 lowercase letters, digits, “-” and “_”, with a letter or \
             digit at both ends.",
            quote(name)
        )
    };
    let kept = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' };
    let mended: String = name.trim().chars().map(kept).take(63).collect();
    let mended = mended.trim_matches(['-', '_']);
    let fix = is_name(mended).then(|| Fix::set(format!("Use {mended}"), path.clone(), mended));
    problems.push(CLUSTER_NAME.at(path, message).with_fix(fix));
}

/// NixOS 26.05 comes before 26.11: the names of releases sort as they came. There is one each May and November since 21.05,
/// and before that one each March and September.
fn is_release(version: &str) -> bool {
    let known = |(year, month): (&str, &str)| {
        year.len() == 2 && year.parse::<u8>().is_ok() && matches!(month, "03" | "05" | "09" | "11")
    };
    version.split_once('.').is_some_and(known)
}

fn check_state_version(general: &General, problems: &mut Vec<Problem>) {
    let (own, newest) = (general.effective_state_version(), general.release.state_version());
    if is_release(own) && own <= newest {
        return;
    }
    let path = path![Cluster::general, General::state_version];
    let message = if is_release(own) {
        format!(
            "The nodes cannot have been installed with {}, which comes after the flake's {newest}: write the release that they \
             were first installed with, or leave it empty.",
            quote(own)
        )
    } else {
        format!("{} is no release of NixOS: write one such as “{newest}”, or leave it empty.", quote(own))
    };
    let fix = Fix::set("Leave it empty".to_owned(), path.clone(), String::new());
    problems.push(STATE_VERSION.at(path, message).with_fix(Some(fix)));
}

fn is_time_zone(zone: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_uppercase())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
    };
    let parts: Vec<&str> = zone.split('/').collect();
    zone == "UTC" || ((2..=3).contains(&parts.len()) && parts.into_iter().all(part))
}

fn check_time_zone(zone: &str, problems: &mut Vec<Problem>) {
    if is_time_zone(zone) {
        return;
    }
    let path = path![Cluster::general, General::time_zone];
    let mended = match zone.trim() {
        utc if utc.eq_ignore_ascii_case("utc") => "UTC".to_owned(),
        zone => zone.replace(' ', "_"),
    };
    let fix = is_time_zone(&mended).then(|| Fix::set(format!("Use {mended}"), path.clone(), mended));
    let message = format!("{} is no time zone: write “UTC” or an area and a city, “Europe/Berlin”.", quote(zone));
    problems.push(TIME_ZONE.at(path, message).with_fix(fix));
}

fn is_locale(locale: &str) -> bool {
    let (name, codeset) = locale.split_once('.').unwrap_or((locale, ""));
    let (codeset, modifier) = codeset.split_once('@').unwrap_or((codeset, "x"));
    let language = |text: &str| (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase());
    let territory = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    let known = name == "C" || name.split_once('_').is_some_and(|(l, t)| language(l) && territory(t));
    known && codeset == "UTF-8" && !modifier.is_empty() && modifier.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn check_locale(locale: &str, problems: &mut Vec<Problem>) {
    if is_locale(locale) {
        return;
    }
    let path = path![Cluster::general, General::locale];
    let mended = format!("{}.UTF-8", locale.trim().split('.').next().unwrap_or_default().replace('-', "_"));
    let fix = is_locale(&mended).then(|| Fix::set(format!("Use {mended}"), path.clone(), mended));
    let message = format!("{} is no locale: write language, country and UTF-8, “en_US.UTF-8”.", quote(locale));
    problems.push(LOCALE.at(path, message).with_fix(fix));
}

/// The flake leaves passwords unset and `users.mutableUsers` off: a key is the only way in.
fn check_administrator(cluster: &Cluster, problems: &mut Vec<Problem>) {
    let has_key = |keys: &[String]| keys.iter().any(|key| is_public_key(key));
    let everywhere = |user: &User| user.on == Where::All && has_key(&user.ssh_keys) && user.is_administrator();
    if has_key(&cluster.general.ssh_keys) || cluster.users.accounts.iter().any(everywhere) {
        return;
    }
    let message = "Nobody could log in to administer the cluster: add a public SSH key here, or a user with sudo and a \
                   key on all nodes.";
    problems.push(NO_ADMINISTRATOR.at(path![Cluster::general, General::ssh_keys], message));
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    (r#"cluster.name = """#, &["error cluster-name cluster.name"]),
    (r#"cluster.name = "My Lab""#, &["error cluster-name cluster.name"]),
    (r#"cluster.name = "../x""#, &["error cluster-name cluster.name"]),
    (r#"cluster.timeZone = "Berlin""#, &["error time-zone cluster.timeZone"]),
    (r#"cluster.timeZone = "America/New York""#, &["error time-zone cluster.timeZone"]),
    (r#"cluster.timeZone = "America/Argentina/Buenos_Aires""#, &[]),
    (r#"cluster.stateVersion = "24.11""#, &[]),
    (r#"cluster.stateVersion = "26.5""#, &["error state-version cluster.stateVersion"]),
    (r#"cluster.stateVersion = "26.11""#, &["error state-version cluster.stateVersion"]),
    (r#"cluster.rootPasswordFile = "/var/lib/secrets/root-password""#, &[]),
    (r#"cluster.rootPasswordFile = "root-password""#, &["error secret-path cluster.rootPasswordFile"]),
    (r#"cluster.locale = "de-DE""#, &["error locale cluster.locale"]),
    (r#"cluster.locale = "C.UTF-8""#, &[]),
    (r#"cluster.locale = "ca_ES.UTF-8@valencia""#, &[]),
    ("cluster.sshKeys = []\nusers.accounts[0].sudo = false", &["error no-administrator cluster.sshKeys"]),
    ("cluster.sshKeys = []\nusers.accounts[0].where = \"logins\"", &["error no-administrator cluster.sshKeys"]),
    ("cluster.sshKeys = []", &[]),
    (r#"cluster.description = "-----BEGIN OPENSSH PRIVATE KEY-----""#, &["error private-key cluster.description"]),
    (r#"cluster.sshKeys[0] = "AGE-SECRET-KEY-1QQ""#, &["error private-key cluster.sshKeys[0]"]),
    (
        r#"slurm.extraConfig = "AuthAltParameters=-----BEGIN RSA PRIVATE KEY-----""#,
        &["error private-key slurm.extraConfig"],
    ),
    (r#"cluster.sshKeys[0] = "ssh-ed25519 AAAA admin""#, &["error ssh-key cluster.sshKeys[0]"]),
    (r#"cluster.sshKeys[1] = """#, &["error ssh-key cluster.sshKeys[1]"]),
    (
        r#"users.accounts[1].sshKeys = ["ssh-dss AAAA"]"#,
        &["warning user-without-key users.accounts[1].sshKeys", "error ssh-key users.accounts[1].sshKeys[0]"],
    ),
    (
        r#"cluster.sshKeys[0] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f a\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f b""#,
        &["error ssh-key cluster.sshKeys[0]"],
    ),
    (
        r#"cluster.sshKeys[0] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f admin@example.org — replace""#,
        &["warning example-key cluster.sshKeys[0]"],
    ),
    (
        r#"cluster.sshKeys[0] = "from=\"10.0.0.0/8\" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f a""#,
        &[],
    ),
];
