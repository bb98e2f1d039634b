//! How people come in: LDAP, and SSH between the nodes. Its values: `loginConfig`.

mod about;
mod checks;
mod impact;
use super::{Module, Parameter};
use crate::cluster::{Cluster, Ldap, Users};
use crate::facts::topics;
use crate::nix::{Attrs, Nix};
use crate::path::Path;
pub use impact::FROM_NEXT_LOGIN;

pub const MODULE: Module = Module {
    name: "login",
    nix: include_str!("default.nix"),
    files: &[("cluster-ssh-key.sh", include_str!("cluster-ssh-key.sh"))],
    takes: &["node", "nodes", "clusterLib", "networkConfig", "storageConfig", "loginConfig"],
    parameter: Some(Parameter { name: "loginConfig", values }),
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

fn values(cluster: &Cluster) -> Attrs {
    let users = &cluster.users;
    let at = Path::root().field(Cluster::users);
    let mut attrs = Attrs::new();
    if users.ldap.enable {
        let ldap = at.field(Users::ldap);
        attrs = attrs.field("ldap", ldap_values(&users.ldap, &ldap), ldap);
    }
    // What looks like a private key goes nowhere: a check refuses it.
    let has_ca = !users.ssh_host_ca.is_empty() && !crate::private_key::looks_private(&users.ssh_host_ca);
    attrs.field_if(users.ssh_between_nodes, "sshBetweenNodes", true, at.field(Users::ssh_between_nodes)).field_if(
        has_ca,
        "sshHostCA",
        users.ssh_host_ca.trim(),
        at.field(Users::ssh_host_ca),
    )
}

fn ldap_values(ldap: &Ldap, at: &Path) -> Attrs {
    let binds = !ldap.bind_dn.is_empty();
    Attrs::new()
        .field("uris", Nix::list(&ldap.uris), at.field(Ldap::uris))
        .field("searchBase", &ldap.search_base, at.field(Ldap::search_base))
        .field_if(binds, "bindDN", &ldap.bind_dn, at.field(Ldap::bind_dn))
        .field_if(binds, "environmentFile", &ldap.environment_file, at.field(Ldap::environment_file))
        .field_if(!ldap.ca_file.is_empty(), "caFile", &ldap.ca_file, at.field(Ldap::ca_file))
}
