//! How people come in: LDAP, and SSH between the nodes. Its values: `loginConfig`.

mod about;
mod checks;
mod impact;

use super::values::{Made, Values, Wanted, of_section};
use super::{Module, Parameter};
use crate::cluster::{Cluster, Ldap, Users};
use crate::facts::topics;
use crate::private_key::looks_private;
pub use impact::FROM_NEXT_LOGIN;

pub const MODULE: Module = Module {
    name: "login",
    nix: include_str!("default.nix"),
    files: &[("cluster-ssh-key.sh", include_str!("cluster-ssh-key.sh")), ("options.nix", include_str!("options.nix"))],
    takes: &["node", "nodes", "clusterLib", "networkConfig", "storageConfig", "loginConfig"],
    parameter: Some(Parameter { name: "loginConfig", make }),
    used: |cluster| {
        let users = &cluster.users;
        users.ldap.enable || users.ssh_between_nodes || !users.ssh_host_ca.is_empty()
    },
    checks: topics![checks],
    secrets: about::secrets,
    services: about::services,
    impact: impact::RULES,
    ..Module::PLAIN
};

fn make(cluster: &Cluster, wanted: Wanted) -> Made {
    of_section(cluster, Cluster::users, wanted, |values| {
        values.put_if_on(Users::ldap, Ldap::enable, ldap);
        values.put_unless_default(Users::ssh_between_nodes);
        // What looks like a private key goes nowhere: a check refuses it.
        let is_public = !looks_private(&values.part().ssh_host_ca);
        values.when(is_public).put_or_null(Users::ssh_host_ca);
    })
}

fn ldap(values: &mut Values<Ldap>) {
    let binds = !values.part().bind_dn.is_empty();
    values.put(Ldap::uris).put(Ldap::search_base).put_or_null(Ldap::bind_dn);
    values.when(binds).put(Ldap::environment_file);
    values.described("The certificate of the servers' authority.");
    values.by_default("/etc/ssl/certs/ca-certificates.crt").put_unless_default(Ldap::ca_file);
}
