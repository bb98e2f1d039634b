//! The files that nodes need and no flake may hold, of all modules: the README tells of them, and `cluster.nix` lists them
//! for `cluster-tools`.

use crate::cluster::{Choice, Cluster};
use crate::modules::{MODULES, Make, Secret};
use crate::nix::{Attrs, Nix};
use std::collections::BTreeSet;

/// The secrets that `cluster` needs, each file once.
pub fn secrets(cluster: &Cluster) -> Vec<Secret> {
    let mut secrets: Vec<Secret> = MODULES.iter().flat_map(|module| (module.secrets)(cluster)).collect();
    let mut files = BTreeSet::new();
    secrets.retain(|secret| !secret.file.is_empty() && files.insert(secret.file.clone()));
    secrets
}

/// A secret as an element of `secrets` in `cluster.nix`; `tools/default.nix` says what each attribute means.
pub fn values(secret: &Secret) -> Attrs {
    let at = &secret.path;
    let make = match secret.make {
        Make::Bytes(_) => "bytes",
        Make::Text => "text",
        Make::Ask(_) => "ask",
        Make::PasswordHash => "password-hash",
        Make::Bring => "bring",
        Make::HostCertificate => "host-certificate",
    };
    let mut attrs = Attrs::new().field("file", &secret.file, at.clone()).set("what", &secret.what);
    if !secret.on.roles.is_empty() {
        attrs = attrs.set("roles", Nix::list(secret.on.roles.iter().map(|role| role.key())));
    }
    if !secret.on.hosts.is_empty() {
        attrs = attrs.set("hosts", &secret.on.hosts);
    }
    if secret.owner != "root" {
        attrs = attrs.set("owner", secret.owner);
    }
    if secret.mode != "0400" {
        attrs = attrs.set("mode", secret.mode);
    }
    attrs = attrs.set("make", make);
    if let Make::Bytes(count) = secret.make {
        attrs = attrs.set("bytes", count);
    }
    if let Make::Ask(Some(variable)) = secret.make {
        attrs = attrs.set("variable", variable);
    }
    if !secret.units.is_empty() {
        attrs = attrs.set("units", Nix::list(secret.units.iter().copied()));
    }
    attrs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Role;
    use crate::modules::On;
    use serde_json::{Value, json};

    /// A cluster that needs every secret there is.
    fn full() -> Cluster {
        let cluster = json!({
            "version": 1,
            "cluster": {"rootPasswordFile": "/var/lib/secrets/root-password"},
            "nodes": [{"hosts": "head[1-2]", "roles": ["controller"]}, {"hosts": "cn[1-4]"}],
            "storage": {"shared": [{"kind": "cephfs", "secretFile": "/etc/ceph/secret"}]},
            "slurm": {"accounting": {"enable": true}, "backup": {"host": "head2"}, "rest": {"enable": true}},
            "monitoring": {
                "enable": true,
                "grafana": {"enable": true},
                "alertmanager": {
                    "enable": true, "emailTo": "ops@lab.example", "smtpUser": "cluster",
                    "webhookURLFile": "/var/lib/secrets/webhook"
                }
            },
            "users": {
                "ldap": {"enable": true, "bindDN": "cn=reader", "caFile": "/etc/ldap-ca.pem"},
                "sshHostCA": "ssh-ed25519 AAAA"
            },
            "containers": {"enable": true}
        });
        Cluster::from_json(&cluster.to_string()).unwrap()
    }

    /// The fields of the description whose name ends in `File`: `storage.shared[].secretFile`.
    fn file_fields(schema: &Value, at: &Value, path: &str, found: &mut BTreeSet<String>) {
        if let Some(name) = at["$ref"].as_str() {
            file_fields(schema, schema.pointer(&name[1..]).unwrap(), path, found);
        }
        for inner in at["anyOf"].as_array().into_iter().flatten() {
            file_fields(schema, inner, path, found);
        }
        if at["items"].is_object() {
            file_fields(schema, &at["items"], &format!("{path}[]"), found);
        }
        for (name, inner) in at["properties"].as_object().into_iter().flatten() {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            if name.ends_with("File") {
                found.insert(path);
            } else {
                file_fields(schema, inner, &path, found);
            }
        }
    }

    #[test]
    fn no_field_that_names_a_file_is_forgotten() {
        let schema = Cluster::json_schema();
        let mut fields = BTreeSet::new();
        file_fields(&schema, &schema, "", &mut fields);
        let told: BTreeSet<String> =
            secrets(&full()).iter().map(|secret| secret.path.to_string().replace("[0]", "[]")).collect();
        assert!(fields.len() >= 10, "{fields:?}");
        assert_eq!(fields.difference(&told).collect::<Vec<_>>(), Vec::<&String>::new());
        let others: Vec<_> = told.difference(&fields).collect();
        assert_eq!(others, ["users.sshHostCA"]);
    }

    #[test]
    fn what_is_off_needs_no_secret() {
        let mut cluster = Cluster::default();
        assert_eq!(secrets(&cluster).len(), 1);
        (Cluster::slurm.get_mut)(&mut cluster).enable = false;
        assert!(secrets(&cluster).is_empty());
    }

    #[test]
    fn each_secret_goes_where_its_readers_are() {
        let secrets = secrets(&full());
        let on = |file: &str| secrets.iter().find(|secret| secret.file == file).unwrap().on.clone();
        assert_eq!(on("/etc/munge/munge.key"), On::default());
        assert_eq!(on("/var/lib/secrets/slurmdbd-password").hosts, "head1");
        assert_eq!(on("/var/lib/secrets/slurm-jwt.key").hosts, "head1,head2");
        assert_eq!(on("/var/lib/secrets/k3s-token"), On { roles: &[Role::Worker], hosts: "head1".to_owned() });
    }

    /// Two file systems of one Ceph have the same key.
    #[test]
    fn a_file_is_told_once() {
        let mut cluster = full();
        let shared = &mut (Cluster::storage.get_mut)(&mut cluster).shared;
        shared.push(shared[0].clone());
        assert_eq!(secrets(&cluster).len(), secrets(&full()).len());
    }
}
