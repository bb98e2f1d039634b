//! The files that nodes need and no flake may hold: keys, passwords, tokens, and what only the site has.
//!
//! The one registry of them: the README tells of them, and `cluster.nix` lists them for `cluster-tools`.

use crate::cluster::{
    Accounting, Alertmanager, Choice, Cluster, Containers, FileSystemKind, General, Grafana, Ldap, Monitoring,
    Orchestrator, Rest, Role, SharedFileSystem, Slurm, Storage, Users, expand,
};
use crate::nix::{Attrs, Nix};
use crate::path::Path;
use std::collections::BTreeSet;

/// How a file is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Make {
    /// So many random bytes.
    Bytes(u32),
    /// Random letters, digits, `+`, `/` and `=`.
    Text,
    /// By asking on the terminal; with a variable, as `VARIABLE="…"`.
    Ask(Option<&'static str>),
    /// By asking for a password on the terminal, of which the file has the hash.
    PasswordHash,
    /// Not at all: only the site has it.
    Bring,
    /// For each node another one, by `cluster-tools ssh-ca`.
    HostCertificate,
}

/// The nodes that need a file: those with one of the roles and those named; all of them where both are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct On {
    pub roles: &'static [Role],
    /// A hostlist.
    pub hosts: String,
}

/// A file that nodes need and no flake may hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Secret {
    /// Its path on the nodes.
    pub file: String,
    /// What it is, for people.
    pub what: String,
    pub on: On,
    /// The user whose it is; its group is that user's.
    pub owner: &'static str,
    /// Its permissions, as chmod(1) takes them.
    pub mode: &'static str,
    pub make: Make,
    /// The systemd services that read it when they start.
    pub units: &'static [&'static str],
    /// The field of the description that asks for it.
    pub path: Path,
}

impl On {
    /// In words for people: `workers and head1`.
    pub fn words(&self) -> String {
        let roles = self.roles.iter().map(|role| match role {
            Role::Login => "login nodes".to_owned(),
            Role::Storage => "storage nodes".to_owned(),
            role => format!("{}s", role.key()),
        });
        let hosts = Some(self.hosts.clone()).filter(|hosts| !hosts.is_empty());
        let words: Vec<String> = roles.chain(hosts).collect();
        if words.is_empty() { "all nodes".to_owned() } else { words.join(" and ") }
    }
}

impl Secret {
    /// A file that root alone reads, on all nodes.
    fn new(file: &str, what: impl Into<String>, make: Make, path: Path) -> Self {
        let on = On::default();
        Self { file: file.to_owned(), what: what.into(), on, owner: "root", mode: "0400", make, units: &[], path }
    }
}

/// The secrets that `cluster` needs, each file once.
pub fn secrets(cluster: &Cluster) -> Vec<Secret> {
    let mut secrets = general(cluster);
    secrets.extend(slurm(cluster));
    secrets.extend(storage(cluster));
    secrets.extend(monitoring(cluster));
    secrets.extend(users(cluster));
    secrets.extend(containers(cluster));
    let mut files = BTreeSet::new();
    secrets.retain(|secret| !secret.file.is_empty() && files.insert(secret.file.clone()));
    secrets
}

fn general(cluster: &Cluster) -> Vec<Secret> {
    let file = cluster.general.root_password_file.trim();
    let path = Path::root().field(Cluster::general).field(General::root_password_file);
    // NixOS reads it at each boot and switch; no service does.
    vec![Secret::new(file, "the hash of root's password for the console", Make::PasswordHash, path)]
}

fn on_hosts(hosts: impl Into<String>) -> On {
    On { roles: &[], hosts: hosts.into() }
}

fn or_first_controller(cluster: &Cluster, host: &str) -> String {
    if host.trim().is_empty() { expand::first_controller(cluster).unwrap_or_default() } else { host.trim().to_owned() }
}

fn slurm(cluster: &Cluster) -> Vec<Secret> {
    let slurm = &cluster.slurm;
    let at = Path::root().field(Cluster::slurm);
    if !slurm.enable {
        return Vec::new();
    }
    // munged(8): a key of 1024 bits is the usual; it must be munged's own.
    let mut secrets = vec![Secret {
        owner: "munge",
        units: &["munged", "slurmdbd", "slurmctld", "slurmd"],
        ..Secret::new(&slurm.munge_key_file, "Munge's key", Make::Bytes(128), at.field(Slurm::munge_key_file))
    }];
    if slurm.accounting.enable {
        let path = at.field(Slurm::accounting).field(Accounting::password_file);
        secrets.push(Secret {
            on: on_hosts(or_first_controller(cluster, &slurm.accounting.host)),
            owner: "slurm",
            units: &["slurmdbd"],
            ..Secret::new(&slurm.accounting.password_file, "the password of Slurm's database", Make::Text, path)
        });
    }
    if slurm.rest.enable {
        let path = at.field(Slurm::rest).field(Rest::jwt_key_file);
        // slurmctld gives tokens, slurmdbd takes them.
        let mut hosts = vec![or_first_controller(cluster, ""), slurm.backup.host.trim().to_owned()];
        if slurm.accounting.enable {
            hosts.push(or_first_controller(cluster, &slurm.accounting.host));
        }
        let mut seen = BTreeSet::new();
        hosts.retain(|host| !host.is_empty() && seen.insert(host.clone()));
        // Slurm's guide “JSON Web Tokens”: 32 random bytes, readable by SlurmUser alone.
        secrets.push(Secret {
            on: on_hosts(hosts.join(",")),
            owner: "slurm",
            units: &["slurmdbd", "slurmctld", "slurmrestd"],
            ..Secret::new(&slurm.rest.jwt_key_file, "the key that signs Slurm's tokens (JWT)", Make::Bytes(32), path)
        });
    }
    secrets
}

fn storage(cluster: &Cluster) -> Vec<Secret> {
    let at = Path::root().field(Cluster::storage).field(Storage::shared);
    let secret = |(index, fs): (usize, &SharedFileSystem)| {
        let what = match fs.kind {
            FileSystemKind::CephFs => {
                format!("the key of Ceph's client.{0}, as “ceph auth get-key client.{0}” prints it", fs.ceph_user)
            }
            FileSystemKind::BeeGfs => {
                "the secret of BeeGFS's connections (conn.auth), as its servers have it".to_owned()
            }
            _ => return None,
        };
        let path = at.index(index).field(SharedFileSystem::secret_file);
        Some(Secret::new(&fs.secret_file, what, Make::Bring, path))
    };
    cluster.storage.shared.iter().enumerate().filter_map(secret).collect()
}

fn monitoring(cluster: &Cluster) -> Vec<Secret> {
    let monitoring = &cluster.monitoring;
    let at = Path::root().field(Cluster::monitoring);
    let mut secrets = Vec::new();
    if !monitoring.enable {
        return secrets;
    }
    let controller = on_hosts(or_first_controller(cluster, ""));
    let (grafana, path) = (&monitoring.grafana, at.field(Monitoring::grafana));
    if grafana.enable {
        let secret = |file, what, path| Secret {
            on: controller.clone(),
            owner: "grafana",
            units: &["grafana"],
            ..Secret::new(file, what, Make::Text, path)
        };
        secrets.push(secret(
            &grafana.secret_key_file,
            "the key with which Grafana encrypts what it stores",
            path.field(Grafana::secret_key_file),
        ));
        secrets.push(secret(
            &grafana.admin_password_file,
            "the first password of Grafana's user admin",
            path.field(Grafana::admin_password_file),
        ));
    }
    let (alertmanager, path) = (&monitoring.alertmanager, at.field(Monitoring::alertmanager));
    if alertmanager.enable {
        let secret = |file, what: &str, path| Secret {
            on: controller.clone(),
            units: &["alertmanager"],
            ..Secret::new(file, what, Make::Ask(None), path)
        };
        if !alertmanager.email_to.is_empty() && !alertmanager.smtp_user.is_empty() {
            secrets.push(secret(
                &alertmanager.smtp_password_file,
                "the password of Alertmanager's user at the mail server",
                path.field(Alertmanager::smtp_password_file),
            ));
        }
        secrets.push(secret(
            &alertmanager.webhook_url_file,
            "the URL of the webhook that gets alerts",
            path.field(Alertmanager::webhook_url_file),
        ));
    }
    secrets
}

fn users(cluster: &Cluster) -> Vec<Secret> {
    let users = &cluster.users;
    let at = Path::root().field(Cluster::users);
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

fn containers(cluster: &Cluster) -> Vec<Secret> {
    let containers = &cluster.containers;
    if !containers.enable || containers.orchestrator != Orchestrator::K3s {
        return Vec::new();
    }
    let path = Path::root().field(Cluster::containers).field(Containers::token_file);
    vec![Secret {
        on: On { roles: &[Role::Worker], hosts: or_first_controller(cluster, &containers.servers) },
        units: &["k3s"],
        ..Secret::new(&containers.token_file, "the token with which nodes join k3s", Make::Text, path)
    }]
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
