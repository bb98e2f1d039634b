//! How people come in: the directory of users, and SSH between the nodes.

use crate::cluster::{Cluster, FileSystemKind, Ldap, SharedFileSystem, Users};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::Facts;
use crate::field_checks::check_secret_file;
use crate::field_checks::mended_list;
use crate::folders::{folder_fault, mended_folder};
use crate::names::is_domain;
use crate::path;
use crate::path::{Field, Path};
use crate::quoting::{quote, short};
use crate::ssh_key::is_public_key;
use std::net::IpAddr;

checks! {
    LDAP_WITHOUT_SERVERS "ldap-without-servers" Error "LDAP is on, but has no server.",
    LDAP_URI "ldap-uri" Error "A server of LDAP is not written as ldaps://HOST.",
    LDAP_START_TLS "ldap-start-tls" Hint "A server of LDAP is asked to encrypt by StartTLS.",
    LDAP_SEARCH_BASE "ldap-search-base" Error "LDAP's search base is no distinguished name.",
    LDAP_BIND_DN "ldap-bind-dn" Error "Who asks LDAP is no distinguished name.",
    LDAP_CA_FILE "ldap-ca-file" Error "The certificate of LDAP's authority is no absolute path on the node.",
    LDAP_LOCAL_IDS "ldap-local-ids" Hint "The directory could give somebody the number of a local user.",
    LDAP_HOMES "ldap-homes" Hint "People of the directory get their home on one node only.",
    SSH_WITHOUT_SHARED_HOME "ssh-without-shared-home" Error "SSH between nodes needs a shared /home.",
    SSH_HOST_CA "ssh-host-ca" Error "The authority of the host keys is no plain public key.",
}

fn ldap_path<T>(field: Field<Ldap, T>) -> Path {
    path![Cluster::users, Users::ldap].field(field)
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let users = &*facts.cluster.users;
    if users.ldap.enable {
        check_servers(&users.ldap, problems);
        check_names(&users.ldap, problems);
        check_files(&users.ldap, problems);
        check_people(facts, problems);
    }
    if users.ssh_between_nodes && !facts.cluster.storage.shared.iter().any(is_home) {
        let message = "The keys of SSH between nodes are in a /home that all nodes share, and there is none: share /home \
                       in the section Storage.";
        problems.push(SSH_WITHOUT_SHARED_HOME.at(path![Cluster::users, Users::ssh_between_nodes], message));
    }
    check_host_ca(&users.ssh_host_ca, problems);
}

fn is_home(shared: &SharedFileSystem) -> bool {
    shared.mount == "/home"
}

fn check_servers(ldap: &Ldap, problems: &mut Vec<Problem>) {
    let path = ldap_path(Ldap::uris);
    if ldap.uris.is_empty() {
        let message = "LDAP has no server: write its address, “ldaps://ldap.lab.example”.";
        problems.push(LDAP_WITHOUT_SERVERS.at(path, message));
        return;
    }
    for (i, uri) in ldap.uris.iter().enumerate() {
        if !is_uri(uri) {
            let message = format!("{} is no server of LDAP: write it as “ldaps://ldap.lab.example”.", quote(uri));
            let bare = format!("ldaps://{}", uri.trim());
            let fix = mended_list(&ldap.uris, i, &path, is_uri)
                .or_else(|| is_uri(&bare).then(|| Fix::set(format!("Use {}", short(&bare)), path.index(i), bare)));
            problems.push(LDAP_URI.at(path.index(i), message).with_fix(fix));
        } else if let Some(host) = uri.strip_prefix("ldap://") {
            let message = format!(
                "{} is asked to encrypt (StartTLS), and not used where it does not: write ldaps:// where it offers that.",
                quote(uri)
            );
            let mended = format!("ldaps://{host}");
            let fix = (!host.contains(':')).then(|| Fix::set(format!("Use {}", short(&mended)), path.index(i), mended));
            problems.push(LDAP_START_TLS.at(path.index(i), message).with_fix(fix));
        }
    }
}

fn is_uri(uri: &str) -> bool {
    let Some(rest) = uri.strip_prefix("ldaps://").or_else(|| uri.strip_prefix("ldap://")) else { return false };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0) && !port.starts_with('+');
    if let Some((address, port)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address.parse::<std::net::Ipv6Addr>().is_ok()
            && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
    }
    let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
    (is_domain(host) || host.parse::<IpAddr>().is_ok()) && port.is_none_or(is_port)
}

/// Whether a text is a distinguished name (RFC 4514) that SSSD's start leaves as it is: it would replace `$NAME`.
fn is_distinguished_name(text: &str) -> bool {
    let mut escaped = false;
    let parts = text.split(|c: char| {
        let splits = c == ',' && !escaped;
        escaped = c == '\\' && !escaped;
        splits
    });
    parts.map(str::trim).all(|part| {
        part.split_once('=').is_some_and(|(name, value)| {
            name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !value.trim().is_empty()
                && !value.contains(|c: char| c == '$' || c == '?' || c.is_control())
        })
    }) && text.trim() == text
}

fn check_names(ldap: &Ldap, problems: &mut Vec<Problem>) {
    let mended = |text: &str, path: Path| {
        let trimmed = text.trim();
        is_distinguished_name(trimmed).then(|| Fix::set(format!("Use {}", short(trimmed)), path, trimmed))
    };
    if !is_distinguished_name(&ldap.search_base) {
        let path = ldap_path(Ldap::search_base);
        let message = if ldap.search_base.is_empty() {
            "The search base is missing: write where people and groups are, “dc=lab,dc=example”.".to_owned()
        } else {
            format!(
                "{} is no distinguished name: write where people and groups are, “dc=lab,dc=example”.",
                quote(&ldap.search_base)
            )
        };
        problems.push(LDAP_SEARCH_BASE.at(path.clone(), message).with_fix(mended(&ldap.search_base, path)));
    }
    if !ldap.bind_dn.is_empty() && !is_distinguished_name(&ldap.bind_dn) {
        let path = ldap_path(Ldap::bind_dn);
        let message = format!(
            "{} is no distinguished name: write one, “cn=reader,dc=lab,dc=example”, or nothing where anybody may ask.",
            quote(&ldap.bind_dn)
        );
        problems.push(LDAP_BIND_DN.at(path.clone(), message).with_fix(mended(&ldap.bind_dn, path)));
    }
}

fn check_files(ldap: &Ldap, problems: &mut Vec<Problem>) {
    if !ldap.bind_dn.is_empty() {
        check_secret_file(&ldap.environment_file, || ldap_path(Ldap::environment_file), problems);
    }
    if !ldap.ca_file.is_empty() && folder_fault(&ldap.ca_file).is_some() {
        let path = ldap_path(Ldap::ca_file);
        let message =
            format!("{} is no file on the node: write an absolute path, “/etc/ssl/lab-ca.pem”.", quote(&ldap.ca_file));
        let fix = mended_folder(&ldap.ca_file)
            .filter(|_| ldap.ca_file.trim().starts_with('/'))
            .map(|mended| Fix::set(format!("Use {}", short(&mended)), path.clone(), mended));
        problems.push(LDAP_CA_FILE.at(path, message).with_fix(fix));
    }
}

fn check_people(facts: &Facts, problems: &mut Vec<Problem>) {
    let ids = facts.cluster.users.accounts.iter().map(|user| user.uid);
    if let (Some(least), Some(most)) = (ids.clone().min(), ids.max()) {
        let message = format!(
            "Local users have uids from {least} to {most}: the directory must not give these numbers to others, who would \
             own the same files."
        );
        problems.push(LDAP_LOCAL_IDS.at(ldap_path(Ldap::enable), message));
    }
    // Root of any other node is nobody there.
    let squashes = |shared: &&SharedFileSystem| {
        shared.kind == FileSystemKind::Nfs && !shared.export_options.iter().any(|option| option == "no_root_squash")
    };
    if let Some(home) = facts.cluster.storage.shared.iter().find(|shared| is_home(shared)).filter(squashes) {
        let message = format!(
            "People of the directory get their home when they log in where /home is served, on {}, the first time.",
            quote(&home.server)
        );
        problems.push(LDAP_HOMES.at(ldap_path(Ldap::enable), message));
    }
}

fn check_host_ca(key: &str, problems: &mut Vec<Problem>) {
    // In known_hosts nothing stands before the key's type.
    let is_plain = key.starts_with("ssh-") || key.starts_with("ecdsa-") || key.starts_with("sk-");
    if key.is_empty() || (is_plain && is_public_key(key)) {
        return;
    }
    let path = path![Cluster::users, Users::ssh_host_ca];
    let trimmed = key.trim();
    let fix = trimmed.is_empty().then(|| Fix::set("Leave it empty", path.clone(), ""));
    let message = format!(
        "{} is no public key: paste the line of the file of the authority that ends in .pub, “ssh-ed25519 AAAA…”.",
        quote(trimmed)
    );
    problems.push(SSH_HOST_CA.at(path, message).with_fix(fix));
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    (
        "users.ldap = {\"enable\": true, \"searchBase\": \"dc=lab,dc=example\"}",
        &[
            "hint ldap-local-ids users.ldap.enable",
            "hint ldap-homes users.ldap.enable",
            "error ldap-without-servers users.ldap.uris",
        ],
    ),
    (
        "users.accounts = []\nstorage.shared = []\nusers.ldap = {\"enable\": true, \"uris\": [\"ldaps://ldap.lab.example\", \"ldaps://[2001:db8::1]:1636\"], \"searchBase\": \"ou=people\\\\, staff,dc=lab\"}",
        &[],
    ),
    (
        "users.accounts = []\nstorage.shared = []\nusers.ldap = {\"enable\": true, \"uris\": [\"ldap.lab.example\", \"ldap://ldap.lab.example\", \"\", \"ldaps://a b\", \"ldap://10.0.0.1:0\"], \"searchBase\": \"dc=lab\"}",
        &[
            "error ldap-uri users.ldap.uris[0]",
            "hint ldap-start-tls users.ldap.uris[1]",
            "error ldap-uri users.ldap.uris[2]",
            "error ldap-uri users.ldap.uris[3]",
            "error ldap-uri users.ldap.uris[4]",
        ],
    ),
    (
        "users.accounts = []\nstorage.shared = []\nusers.ldap = {\"enable\": true, \"uris\": [\"ldaps://l\"], \"searchBase\": \"lab.example\", \"bindDN\": \" cn=reader,dc=lab\", \"environmentFile\": \"x\", \"caFile\": \"ca.pem\"}",
        &[
            "error ldap-search-base users.ldap.searchBase",
            "error ldap-bind-dn users.ldap.bindDN",
            "error secret-path users.ldap.environmentFile",
            "error ldap-ca-file users.ldap.caFile",
        ],
    ),
    (
        "users.accounts = []\nstorage.shared = []\nusers.ldap = {\"enable\": true, \"uris\": [\"ldaps://l\"], \"bindDN\": \"cn=$HOME\", \"caFile\": \"/etc//ca.pem\"}",
        &[
            "error ldap-search-base users.ldap.searchBase",
            "error ldap-bind-dn users.ldap.bindDN",
            "error ldap-ca-file users.ldap.caFile",
        ],
    ),
    ("users.ldap = {\"uris\": [\"not used\"]}", &[]),
    ("users.sshBetweenNodes = true", &[]),
    (
        "users.sshBetweenNodes = true\nstorage.shared = []",
        &["hint home-not-shared storage.shared", "error ssh-without-shared-home users.sshBetweenNodes"],
    ),
    (r#"users.sshHostCA = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ca""#, &[]),
    (r#"users.sshHostCA = "@cert-authority * ssh-ed25519 AAAA""#, &["error ssh-host-ca users.sshHostCA"]),
    (
        r#"users.sshHostCA = "cert-authority ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ca""#,
        &["error ssh-host-ca users.sshHostCA"],
    ),
    (r#"users.sshHostCA = " ""#, &["error ssh-host-ca users.sshHostCA"]),
];
