//! Roles: who controls, who works.

use crate::cluster::{Choice, Cluster, NodeGroup, Role};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::{Facts, group_path};
use crate::path;

checks! {
    NO_ROLES "no-roles" Error "A group has no role.",
    REPEATED_ROLE "repeated-role" Warning "A group has a role twice.",
    NO_CONTROLLER "no-controller" Error "No node is a controller.",
    NO_WORKER "no-worker" Warning "No node is a worker.",
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    for (i, group) in facts.node_groups() {
        check_group(i, &group.roles, problems);
    }
    if facts.cluster.nodes.is_empty() {
        return;
    }
    let nodes = || path![Cluster::nodes];
    if !facts.has_role(Role::Controller) {
        let message =
            "No node is a controller: give a node the role, it runs the servers of Slurm, time and monitoring.";
        problems.push(NO_CONTROLLER.at(nodes(), message).with_fix(controller_fix(facts)));
    }
    if !facts.has_role(Role::Worker) {
        let message = "No node is a worker, so that no job can run: give the role to the nodes that compute.";
        problems.push(NO_WORKER.at(nodes(), message));
    }
}

fn keys(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.key()).collect()
}

fn check_group(index: usize, roles: &[Role], problems: &mut Vec<Problem>) {
    let path = || group_path(index).field(NodeGroup::roles);
    if roles.is_empty() {
        let fix = Fix::set("Make them workers", path(), keys(&[Role::Worker]));
        let message = "These nodes have no role: choose what they are for.";
        problems.push(NO_ROLES.at(path(), message).with_fix(fix));
    }
    let once: Vec<Role> = Role::ALL.iter().copied().filter(|role| roles.contains(role)).collect();
    if once.len() < roles.len() {
        let fix = Fix::set("Name each role once", path(), keys(&once));
        let message = format!(
            "A role is named twice in “{}”: name each once.",
            keys(roles).iter().take(9).copied().collect::<Vec<_>>().join(", ")
        );
        problems.push(REPEATED_ROLE.at(path(), message).with_fix(fix));
    }
}

/// The first group becomes the controller where that is one node; in the place of a worker where others work.
fn controller_fix(facts: &Facts) -> Option<Fix> {
    let [name] = facts.groups.first()?.hosts.names() else { return None };
    let (first, others) = facts.cluster.nodes.split_first()?;
    let is_spare = first.roles == [Role::Worker] && others.iter().any(|group| group.roles.contains(&Role::Worker));
    let is_running = facts.in_service.nodes.iter().any(|group| group.hosts == first.hosts);
    let kept = if is_spare && !is_running { &[][..] } else { first.roles.as_slice() };
    let roles = [&[Role::Controller], kept].concat();
    Some(Fix::set(format!("Make {name} the controller"), group_path(0).field(NodeGroup::roles), keys(&roles)))
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    (r#"nodes[3] = {"hosts": "x", "roles": [], "firstIP": "10.0.0.40"}"#, &["error no-roles nodes[3].roles"]),
    (r#"nodes[0].roles = ["controller", "login", "controller"]"#, &["warning repeated-role nodes[0].roles"]),
    (r#"nodes[0].roles = ["login"]"#, &["error no-controller nodes"]),
    (
        "nodes[1].roles = [\"login\"]\nnodes[2].roles = [\"login\"]\nslurm.partitions[0].nodes = \"\"\nslurm.partitions[1].nodes = \"\"",
        &[
            "warning no-worker nodes",
            "error partition-without-workers slurm.partitions[0].nodes",
            "error partition-without-workers slurm.partitions[1].nodes",
        ],
    ),
];
