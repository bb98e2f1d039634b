//! The nodes, one by one: those that come, go or are renamed, and those whose machine is described otherwise. Whether a
//! node moved to another group or an override means nothing by itself.

mod machine;
mod membership;

use super::{Change, Impacts};
use crate::cluster::{Cluster, Node, NodeGroup, NodeOverride, PathPattern, Section};
use crate::consequence::{Affected, ComparedNodes, Consequence, Effect};
use crate::hostlist;
use crate::modules::{SLURM_CONF, SLURM_NODES};
use crate::path;
use machine::{NodeInCluster, RULES};
use std::collections::{BTreeMap, HashMap};

/// Adds what the nodes' changes take.
pub(super) fn compare(before: &Cluster, after: &Cluster, nodes: &ComparedNodes, impacts: &mut Impacts) {
    if before.shares(after, Section::Nodes) && before.shares(after, Section::Network) {
        return;
    }
    membership::coming_and_going(before, after, nodes, impacts);
    membership::first_controller(before, after, impacts);
    let (old_nix, new_nix) = (own_nix(before), own_nix(after));
    let mut found: BTreeMap<usize, Found> = BTreeMap::new();
    for (was, is) in &nodes.kept {
        let (was, is) = (&nodes.before[*was], &nodes.after[*is]);
        let old = NodeInCluster { cluster: before, node: was, nix: nix_of(before, was, &old_nix) };
        let new = NodeInCluster { cluster: after, node: is, nix: nix_of(after, is, &new_nix) };
        for (index, rule) in RULES.iter().enumerate() {
            let Some(finding) = (rule.judge)(&old, &new) else { continue };
            let shown =
                || SameChange { old: (rule.shown)(&old), new: (rule.shown)(&new), names: Vec::new(), slurm: false };
            let groups = found.entry(index).or_default().entry(finding).or_default();
            let same = groups.entry(is.group).or_insert_with(shown);
            same.names.push(is.name.clone());
            same.slurm |= rule.slurm.is_some_and(|role| was.is(role) || is.is(role));
        }
    }
    let has_slurm = before.slurm.enable && after.slurm.enable;
    for (index, found) in found {
        tell(found, RULES[index].fields[0], has_slurm, impacts);
    }
}

/// Nodes of a group that changed in the same way; old and new are the first one's.
struct SameChange {
    old: String,
    new: String,
    names: Vec<String>,
    /// Whether slurm.conf has what changed.
    slurm: bool,
}

/// What a rule found: by consequence and group.
type Found = BTreeMap<(Effect, &'static str), BTreeMap<usize, SameChange>>;

fn tell(found: Found, field: PathPattern<NodeGroup>, has_slurm: bool, impacts: &mut Impacts) {
    for ((effect, text), groups) in found {
        let names = groups.values().flat_map(|group| group.names.iter().cloned()).collect();
        let consequence = Consequence::new(effect, Affected::Named(names), text);
        for (group, same_change) in groups {
            let path = field.place_in(&path![Cluster::nodes[group]]);
            let SameChange { old, new, names, slurm } = same_change;
            let change = Change { path, what: format!("{}: {field} {old} → {new}", hostlist::compress(&names)) };
            // That it stands in slurm.conf is all there is to say of some fields.
            if text != SLURM_CONF {
                impacts.add(consequence.clone(), change.clone());
            }
            if slurm && has_slurm {
                impacts.add(Consequence::new(Effect::Restart, SLURM_NODES, SLURM_CONF), change);
            }
        }
    }
}

/// The overrides' own Nix, by the names of their hosts.
fn own_nix(cluster: &Cluster) -> HashMap<String, Vec<&str>> {
    let mut found: HashMap<String, Vec<&str>> = HashMap::new();
    let overrides = cluster.nodes.iter().flat_map(|group: &NodeGroup| &group.overrides);
    for change in overrides.filter(|change: &&NodeOverride| !change.extra_config.trim().is_empty()) {
        for name in hostlist::expand(&change.hosts).unwrap_or_default() {
            found.entry(name).or_default().push(&change.extra_config);
        }
    }
    found
}

fn nix_of<'c>(cluster: &'c Cluster, node: &Node, overrides: &HashMap<String, Vec<&'c str>>) -> Vec<&'c str> {
    let group = cluster.nodes.get(node.group).map(|group| group.extra_config.as_str());
    let own = overrides.get(&node.name).into_iter().flatten().copied();
    group.filter(|text| !text.trim().is_empty()).into_iter().chain(own).collect()
}

/// The fields of groups that this file tells of.
#[cfg(test)]
pub(super) fn fields() -> impl Iterator<Item = PathPattern<NodeGroup>> {
    RULES.iter().flat_map(|rule| rule.fields).chain(machine::COMPARED_NODE_BY_NODE).copied()
}
