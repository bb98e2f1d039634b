//! Nodes that come, go or are renamed, and the first controller.

use crate::cluster::{Cluster, Node, Role, expand};
use crate::consequence::Effect::{self, DataAtRisk, Drain, Reboot, Reinstall, Restart};
use crate::consequence::{Affected, ComparedNodes, Consequence};
use crate::hostlist;
use crate::impact::{Change, Impacts};
use crate::modules::about::Duty;
use crate::modules::duties;
use crate::modules::{SLURM_CONF, SLURM_NODES};
use crate::path;
use std::collections::{HashMap, HashSet};
use std::net::Ipv4Addr;

/// Nodes that come, go or have another name.
pub(super) fn coming_and_going(before: &Cluster, after: &Cluster, nodes: &ComparedNodes, impacts: &mut Impacts) {
    let mut stays = (vec![false; nodes.before.len()], vec![false; nodes.after.len()]);
    for (was, is) in &nodes.kept {
        (stays.0[*was], stays.1[*is]) = (true, true);
    }
    let leave =
        |nodes: &'_ [Node], stays: &[bool]| -> Vec<usize> { (0..nodes.len()).filter(|place| !stays[*place]).collect() };
    let (gone, new) = (leave(&nodes.before, &stays.0), leave(&nodes.after, &stays.1));
    let addresses: HashMap<Ipv4Addr, &Node> =
        gone.iter().map(|place| &nodes.before[*place]).filter_map(|node| Some((node.ip?, node))).collect();
    let renamed = |node: &Node| addresses.get(&node.ip?).copied();
    let (renamed, added): (Vec<&Node>, Vec<&Node>) =
        new.iter().map(|place| &nodes.after[*place]).partition(|node| renamed(node).is_some());
    let old_names: HashSet<Ipv4Addr> = renamed.iter().filter_map(|node| node.ip).collect();
    let gone: Vec<&Node> = gone
        .iter()
        .map(|place| &nodes.before[*place])
        .filter(|node| node.ip.is_none_or(|ip| !old_names.contains(&ip)))
        .collect();
    let keeps = keepers(before);
    let (keeping, gone): (Vec<&Node>, Vec<&Node>) = gone.into_iter().partition(|node| keeps.contains(&node.name));
    let (working, other): (Vec<&Node>, Vec<&Node>) =
        gone.into_iter().partition(|node| before.slurm.enable && node.is(Role::Worker));
    let told: [(&[&Node], Effect, &str, &str); 5] = [
        (
            &added,
            Reinstall,
            "new",
            "New nodes: install NixOS on them. The other nodes come to know them by the same switch.",
        ),
        (
            &renamed,
            Reboot,
            "renamed",
            "The same addresses with other names: Slurm and k3s take them for other machines, and known hosts and \
             the flake's outputs have the other names. Drain under the old name, switch, reboot.",
        ),
        (
            &keeping,
            DataAtRisk,
            "removed",
            "They keep data of the cluster: exports, bricks, databases or the state of daemons. Bring it to other \
             nodes before you take them away.",
        ),
        (
            &working,
            Drain,
            "removed",
            "slurmctld ends the jobs of nodes that slurm.conf no longer names. Drain them, let jobs end, then switch \
             the other nodes.",
        ),
        (&other, Restart, "removed", "They are no longer part of the cluster; whoever is logged in there loses it."),
    ];
    for (nodes, effect, what, text) in told {
        if nodes.is_empty() {
            continue;
        }
        let names: Vec<String> = nodes.iter().map(|node| node.name.clone()).collect();
        let at = path![Cluster::nodes];
        let path = if what == "removed" { at } else { at.index(nodes[0].group) };
        let what = format!("{} {what}", hostlist::compress(&names));
        let change = Change { path, what };
        if before.slurm.enable && after.slurm.enable && nodes.iter().any(|node| node.is(Role::Worker)) {
            impacts.add(Consequence::new(Restart, SLURM_NODES, SLURM_CONF), change.clone());
        }
        impacts.add(Consequence::new(effect, Affected::Named(names), text), change);
    }
}

/// The nodes with files or state of their own.
fn keepers(cluster: &Cluster) -> HashSet<String> {
    let own = duties(cluster).filter(|duty| duty.keeps.is_some()).map(|duty| duty.host);
    own.chain(expand::first_controller(cluster)).collect()
}

/// What there is one of runs on the first controller, and its data is there.
pub(super) fn first_controller(before: &Cluster, after: &Cluster, impacts: &mut Impacts) {
    let Some((old, new)) = expand::first_controller(before).zip(expand::first_controller(after)) else { return };
    if old == new {
        return;
    }
    let kept: Vec<Duty> = duties(after).collect();
    let stays: Vec<&str> =
        duties(before).filter(|duty| duty.host == old && !kept.contains(duty)).filter_map(|duty| duty.keeps).collect();
    let (effect, text) = match stays.is_empty() {
        true => (Restart, format!("{new} takes over from {old} as first controller; its services start there.")),
        false => (
            DataAtRisk,
            format!(
                "{new} takes over from {old} as first controller, and what is on {old}'s disk does not come along: \
                 {}. Bring it there first.",
                stays.join(", ")
            ),
        ),
    };
    let change = Change { path: path![Cluster::nodes], what: format!("first controller {old} → {new}") };
    impacts.add(Consequence::new(effect, Affected::Named(vec![old, new]), text), change);
}
