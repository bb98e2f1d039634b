//! What changes of orchestration and engines take.

use crate::cluster::{Cluster, ContainerEngine, Containers, GpuVendor};
use crate::consequence::Effect::{DataAtRisk, Drain, Restart};
use crate::consequence::{Affected, Consequence, Rule, RuleContext, always, hosts, judged};
use crate::pattern;

const K3S: &str = "The orchestration's daemons restart; running containers go on.";

pub const RULES: &[Rule] = &[
    judged(pattern![Cluster::containers, Containers::enable], |context| {
        context.switched(
            Affected::CONTROLLERS_AND_WORKERS,
            (Restart, "The orchestration starts on its servers and agents. The token must be on every node first."),
            (
                DataAtRisk,
                "The orchestration stops, and all that runs in it. Its state and volumes stay on the nodes' disks, \
                 and nothing reads them.",
            ),
        )
    }),
    always(
        pattern![Cluster::containers, Containers::orchestrator],
        DataAtRisk,
        Affected::CONTROLLERS_AND_WORKERS,
        "The other orchestration starts empty: what is deployed, and its volumes, do not come along. Save both first.",
    ),
    judged(pattern![Cluster::containers, Containers::servers], k3s_servers),
    always(
        pattern![Cluster::containers, Containers::token_file],
        DataAtRisk,
        Affected::CONTROLLERS_AND_WORKERS,
        "k3s encrypts its state with the token and refuses to start with another one: move the old token there, or \
         change it by “k3s token rotate” first.",
    ),
    always(
        pattern![Cluster::containers, Containers::disable],
        Restart,
        Affected::CONTROLLERS_AND_WORKERS,
        "k3s restarts and takes the components away that are left out now, with what they serve.",
    ),
    always(pattern![Cluster::containers, Containers::server_flags], Restart, Affected::CONTROLLERS_AND_WORKERS, K3S),
    always(pattern![Cluster::containers, Containers::agent_flags], Restart, Affected::WORKERS, K3S),
    always(
        pattern![Cluster::containers, Containers::gpu_taint],
        Restart,
        Affected::WORKERS,
        "k3s restarts. A node that has registered already keeps its taints: set them by “kubectl taint” as well.",
    ),
    judged(pattern![Cluster::containers, Containers::engine], engine),
    always(
        pattern![Cluster::containers, Containers::gpu],
        Restart,
        Affected::WithGpus(GpuVendor::Nvidia),
        "What tells containers of the GPUs runs again; running containers go on.",
    ),
];

/// The nodes that run the control plane.
fn servers(cluster: &Cluster) -> Vec<String> {
    hosts(&Containers::server_hosts(cluster).unwrap_or_default())
}

fn k3s_servers(context: &RuleContext) -> Vec<Consequence> {
    let (old, new) = (servers(context.before), servers(context.after));
    let mut names = old.clone();
    names.extend(new.iter().filter(|name| !old.contains(name)).cloned());
    if old.first() == new.first() && (old.len() > 1) == (new.len() > 1) {
        let words = "The control plane gets or loses servers: add or remove one at a time, so that etcd keeps a majority, and \
                     take a snapshot before (k3s etcd-snapshot save).";
        return Consequence::only(Drain, Affected::Named(names), words);
    }
    let words = "The control plane begins elsewhere or in another form (SQLite for one server, etcd for several): what is \
                 deployed does not come along by itself. Take a snapshot or save the manifests first.";
    Consequence::only(DataAtRisk, Affected::Named(names), words)
}

fn engine(context: &RuleContext) -> Vec<Consequence> {
    let affected = Affected::WORKERS_AND_LOGINS;
    if context.before.containers.engine == ContainerEngine::None {
        return Consequence::only(Restart, affected, "The engine starts.");
    }
    Consequence::only(
        DataAtRisk,
        affected,
        "Containers stop, and the images and volumes of the engine of before are not seen by another one. Save \
         volumes first.",
    )
}
