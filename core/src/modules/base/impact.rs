//! What changes of the cluster as a whole take.

use crate::cluster::{Cluster, Deployment, General};
use crate::consequence::Effect::{DataAtRisk, Nothing, Reboot, Restart};
use crate::consequence::{Affected, Consequence, Rule, RuleContext, always, judged};
use crate::pattern;

pub const RULES: &[Rule] = &[
    always(pattern![Cluster::version], Nothing, Affected::NoNode, "The description's form; nothing on the nodes."),
    judged(pattern![Cluster::general, General::name], cluster_name),
    always(
        pattern![Cluster::general, General::description],
        Nothing,
        Affected::NoNode,
        "For people: in the flake and its README, not on the nodes.",
    ),
    always(
        pattern![Cluster::deployment, Deployment::ci],
        Nothing,
        Affected::NoNode,
        "The file for the CI is another one; nothing on the nodes changes.",
    ),
    judged(pattern![Cluster::general, General::release], release),
    judged(pattern![Cluster::general, General::state_version], state_version),
    always(
        pattern![Cluster::general, General::time_zone],
        Nothing,
        Affected::All,
        "Clocks show the other zone at once; daemons log in it after their next start.",
    ),
    always(
        pattern![Cluster::general, General::locale],
        Restart,
        Affected::All,
        "Every unit names the locales, so every service restarts. Running jobs go on.",
    ),
    always(
        pattern![Cluster::general, General::ssh_keys],
        Nothing,
        Affected::All,
        "No service restarts; root lets in whoever is on the list from the next login on.",
    ),
    always(
        pattern![Cluster::general, General::root_password_file],
        Nothing,
        Affected::All,
        "Root's password for the console is the file's from the next switch or boot on; no service restarts. Place the file first.",
    ),
    always(
        pattern![Cluster::general, General::allow_unfree],
        Nothing,
        Affected::NoNode,
        "It decides what Nix may build, not what runs.",
    ),
    always(
        pattern![Cluster::general, General::pinned],
        Reboot,
        Affected::All,
        "nixpkgs may be another revision than the nodes have now: services restart, and another kernel runs from the \
         next start on.",
    ),
];

fn cluster_name(context: &RuleContext) -> Vec<Consequence> {
    if !context.after.slurm.enable {
        return Consequence::only(
            Nothing,
            Affected::All,
            "Services know the cluster by the other name after their next start.",
        );
    }
    Consequence::only(
        DataAtRisk,
        Affected::CONTROLLERS,
        "slurmctld refuses to start where StateSaveLocation/clustername holds the old name, and slurmdbd books jobs under the \
         new one, apart from those of before. Let the queue run empty first.",
    )
}

/// The release comes with its packages; `stateVersion` must not move with it.
fn release(context: &RuleContext) -> Vec<Consequence> {
    let mut consequences = Consequence::only(
        Reboot,
        Affected::All,
        "Every package is another one: all services restart, and the kernel with its drivers from the next start on. Drain \
         first, and bring slurmdbd, then slurmctld, then slurmd to the other release.",
    );
    // Said once, at the field that was changed.
    if context.before.general.state_version == context.after.general.state_version {
        consequences.extend(state_version(context));
    }
    consequences
}

/// Services find their data by `system.stateVersion`: for nodes that are installed, it stays.
fn state_version(context: &RuleContext) -> Vec<Consequence> {
    let [old, new] = [context.before, context.after].map(|cluster| cluster.general.effective_state_version());
    if old == new {
        return Vec::new();
    }
    let text = format!(
        "The state version becomes {new}; nodes that are installed must keep {old}, which tells services where and in which \
         form their data is. Write {old} as the cluster’s state version before you switch them."
    );
    vec![Consequence::new(DataAtRisk, Affected::All, text)]
}
