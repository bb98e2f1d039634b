//! What changes of the ways in take.

use crate::cluster::{Cluster, Ldap, Users};
use crate::consequence::Effect::{Drain, Nothing, Restart};
use crate::consequence::{Affected, Rule, always, judged};
use crate::pattern;

/// What changes take that sessions have from their start on.
pub const FROM_NEXT_LOGIN: &str = "No service restarts; it holds from the next login on.";

const SSSD: &str = "SSSD restarts; logins of people in the directory fail for seconds.";

pub const RULES: &[Rule] = &[
    judged(pattern![Cluster::users, Users::ldap, Ldap::enable], |context| {
        context.switched(
            Affected::All,
            (Restart, "SSSD starts, and people in the directory can log in."),
            (
                Drain,
                "SSSD stops: people in the directory are no longer known, and their jobs fail. Let them end first.",
            ),
        )
    }),
    always(pattern![Cluster::users, Users::ldap], Restart, Affected::All, SSSD),
    always(pattern![Cluster::users, Users::ssh_between_nodes], Nothing, Affected::All, FROM_NEXT_LOGIN),
    always(
        pattern![Cluster::users, Users::ssh_host_ca],
        Restart,
        Affected::All,
        "sshd restarts; open sessions stay. Every node needs a certificate by that authority: cluster-tools ssh-ca \
         makes them.",
    ),
];
