//! What the flake and the page tell of users and how they log in.

use crate::cluster::{Cluster, Ldap, Users};
use crate::markdown::code;
use crate::modules::{Make, Secret};
use crate::path;

pub fn secrets(cluster: &Cluster) -> Vec<Secret> {
    let users = &cluster.users;
    let at = path![Cluster::users];
    let mut secrets = Vec::new();
    if users.ldap.enable {
        let (ldap, path) = (&users.ldap, at.field(Users::ldap));
        if !ldap.bind_dn.is_empty() {
            secrets.push(Secret {
                units: &["sssd"],
                ..Secret::new(
                    &ldap.environment_file,
                    "the password with which SSSD asks the LDAP servers",
                    Make::Ask(Some("LDAP_BIND_PASSWORD")),
                    path.field(Ldap::environment_file),
                )
            });
        }
        secrets.push(Secret {
            units: &["sssd"],
            mode: "0444",
            ..Secret::new(
                &ldap.ca_file,
                "the certificate of the LDAP servers' authority",
                Make::Bring,
                path.field(Ldap::ca_file),
            )
        });
    }
    if !users.ssh_host_ca.is_empty() {
        secrets.push(Secret {
            units: &["sshd"],
            mode: "0644",
            ..Secret::new(
                "/etc/ssh/ssh_host_ed25519_key-cert.pub",
                "the certificate of the node's SSH host key",
                Make::HostCertificate,
                at.field(Users::ssh_host_ca),
            )
        });
    }
    secrets
}

pub fn services(cluster: &Cluster) -> Vec<String> {
    let users = &cluster.users;
    let mut lines = Vec::new();
    if users.ldap.enable {
        let servers: Vec<String> = users.ldap.uris.iter().map(|uri| code(uri)).collect();
        lines.push(format!("Users of the directory: `{}`, read through SSSD.", servers.join(" ")));
    }
    if users.ssh_between_nodes {
        lines.push("SSH from node to node: each user gets a key at the first login.".to_owned());
    }
    lines
}
