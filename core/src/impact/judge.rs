//! What hangs on more than the field that changed.

use super::differences::Kind;
use super::rules::{REMOUNT, SLURM_CONF, SLURM_NODES};
use super::{Case, Effect, Verdict, Who};
use crate::cluster::links::Links;
use crate::cluster::{Cluster, ContainerEngine, Described, FileSystemKind, Role, SharedFileSystem, expand};
use crate::hostlist;
use crate::slurm_conf::InForce;
use serde_json::Value;

use Effect::{DataAtRisk, Drain, Nothing, Reboot, Restart};

fn one(effect: Effect, who: Who, text: impl Into<String>) -> Vec<Verdict> {
    vec![Verdict::new(effect, who, text)]
}

/// A switch, with what turning it on takes, and turning it off.
pub(super) fn switched(case: &Case, who: Who, on: (Effect, &str), off: (Effect, &str)) -> Vec<Verdict> {
    let (effect, text) = if *case.difference.after == Value::Bool(true) { on } else { off };
    one(effect, who, text)
}

fn text<'v>(element: &'v Value, key: &str) -> &'v str {
    element.get(key).and_then(Value::as_str).unwrap_or_default().trim()
}

/// The names in a field that holds a hostlist, as far as it can be read.
fn hosts(list: &str) -> Vec<String> {
    hostlist::expand(list).unwrap_or_default()
}

/// The hosts that the element names in `keys`, before and after.
pub(super) fn on_hosts(case: &Case, keys: &[&str], effect: Effect, words: &str) -> Vec<Verdict> {
    let (before, after) = case.difference.holder;
    let mut names: Vec<String> = Vec::new();
    for key in keys {
        for name in hosts(text(before, key)).into_iter().chain(hosts(text(after, key))) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    one(effect, Who::Named(names), words)
}

pub(super) fn on_server(case: &Case, effect: Effect, words: &str) -> Vec<Verdict> {
    on_hosts(case, &["server"], effect, words)
}

pub(super) fn cluster_name(case: &Case) -> Vec<Verdict> {
    if !case.after.slurm.enable {
        return one(Nothing, Who::All, "Services know the cluster by the other name after their next start.");
    }
    one(
        DataAtRisk,
        Who::With(&[Role::Controller]),
        "slurmctld refuses to start where StateSaveLocation/clustername holds the old name, and slurmdbd books jobs under the \
         new one, apart from those of before. Let the queue run empty first.",
    )
}

/// Settings that slurmd cannot change under running jobs, or that end them: slurm.conf(5).
const HELD_BY_JOBS: &[&str] = &[
    "authtype",
    "credtype",
    "jobcontainertype",
    "namespacetype",
    "mpidefault",
    "mpiparams",
    "proctracktype",
    "prologflags",
    "selecttype",
    "selecttypeparameters",
    "switchtype",
    "taskplugin",
    "topologyplugin",
];

/// The further lines of slurm.conf, by the settings that they have in force before and after.
pub(super) fn further_lines(case: &Case) -> Vec<Verdict> {
    let [before, after] = [case.before, case.after].map(|cluster| InForce::new(&cluster.slurm));
    let keys = before.differing(&after);
    let held: Vec<&str> = keys.iter().copied().filter(|key| HELD_BY_JOBS.contains(key)).collect();
    if keys.is_empty() {
        return one(
            Restart,
            SLURM_NODES,
            "The same settings are in force; the file is another, so slurmctld and slurmd restart.",
        );
    }
    if !held.is_empty() {
        let text = format!(
            "{} must not change while jobs run: let them end first, then switch all nodes together.",
            held.join(", ")
        );
        return one(Drain, SLURM_NODES, text);
    }
    let memory = [&before, &after].map(InForce::default_memory);
    let jobs =
        if memory[0] != memory[1] { " Jobs that ask for no memory get another amount from then on." } else { "" };
    one(Restart, SLURM_NODES, format!("{SLURM_CONF}{jobs}"))
}

/// The release comes with its packages; `stateVersion` must not move with it.
pub(super) fn release(case: &Case) -> Vec<Verdict> {
    let mut verdicts = one(
        Reboot,
        Who::All,
        "Every package is another one: all services restart, and the kernel with its drivers from the next start on. Drain \
         first, and bring slurmdbd, then slurmctld, then slurmd to the other release.",
    );
    // Said once, at the field that was changed.
    if case.before.general.state_version == case.after.general.state_version {
        verdicts.extend(state_version(case));
    }
    verdicts
}

/// Services find their data by `system.stateVersion`: for nodes that are installed, it stays.
pub(super) fn state_version(case: &Case) -> Vec<Verdict> {
    let [old, new] = [case.before, case.after].map(|cluster| cluster.general.effective_state_version());
    if old == new {
        return Vec::new();
    }
    let text = format!(
        "The state version becomes {new}; nodes that are installed must keep {old}, which tells services where and in which \
         form their data is. Write {old} as the cluster’s state version before you switch them."
    );
    vec![Verdict::new(DataAtRisk, Who::All, text)]
}

/// A bond or VLAN, on the nodes whose interface it is or that stand on it.
pub(super) fn device(case: &Case) -> Vec<Verdict> {
    let (before, after) = case.difference.holder;
    let named = |element: &Value| text(element, "name").to_owned();
    let (old, new) = (named(before), named(after));
    let links = (Links::new(&case.before.network), Links::new(&case.after.network));
    let uses =
        |links: &Links, interface: &str, device: &str| !device.is_empty() && links.devices(interface).contains(&device);
    let nodes = case.nodes;
    let names: Vec<String> = nodes
        .kept
        .iter()
        .map(|(before, after)| (&nodes.before[*before], &nodes.after[*after]))
        .filter(|(before, after)| {
            let fabric = after.fabric_ip.is_some();
            uses(&links.0, &before.interface, &old)
                || uses(&links.1, &after.interface, &new)
                || fabric && uses(&links.1, &case.after.network.fabric.interface, &new)
        })
        .map(|(_, after)| after.name.clone())
        .collect();
    if names.is_empty() {
        return one(Nothing, Who::Nobody, "No node's interface stands on it.");
    }
    let words = "The interface with the node's address is built otherwise, and the connection over which you switch may break: \
                 set the network's switches, drain the nodes, reboot into it.";
    one(Reboot, Who::Named(names), words)
}

pub(super) fn tuning(case: &Case) -> Vec<Verdict> {
    switched(
        case,
        Who::All,
        (Nothing, "The kernel takes larger buffers for connections from now on."),
        (Reboot, "The kernel keeps the larger buffers until it starts anew; nothing breaks before."),
    )
}

fn share_of(element: &Value) -> Option<SharedFileSystem> {
    SharedFileSystem::read(element.clone()).ok()
}

/// Whether nodes of the cluster keep the files.
fn is_own(share: &SharedFileSystem) -> bool {
    matches!(share.kind, FileSystemKind::Nfs | FileSystemKind::GlusterFs | FileSystemKind::OrangeFs)
}

pub(super) fn share(case: &Case) -> Vec<Verdict> {
    let (before, after) = case.difference.holder;
    match case.difference.kind {
        Kind::Added => {
            let mut verdicts =
                one(Restart, Who::All, "The nodes mount it. What lies in their own folder of that name is hidden.");
            if let Some(share) = share_of(after).filter(is_own) {
                verdicts.push(Verdict::new(Restart, Who::Named(hosts(&share.server)), "The file server starts."));
            }
            verdicts
        }
        Kind::Removed => {
            let mut verdicts =
                one(Drain, Who::All, "The nodes unmount it; jobs with files there fail. Let them end first.");
            if let Some(share) = share_of(before).filter(is_own) {
                let words = format!("No longer served. The files stay in {}, and nobody reaches them.", share.export);
                verdicts.push(Verdict::new(DataAtRisk, Who::Named(hosts(&share.server)), words));
            }
            verdicts
        }
        Kind::Moved => one(Nothing, Who::Nobody, "The order of mounts means nothing to the nodes."),
        Kind::Changed => one(Drain, Who::All, REMOUNT),
    }
}

/// The files are elsewhere from now on, and do not move by themselves.
pub(super) fn share_moves(case: &Case) -> Vec<Verdict> {
    let (before, after) = case.difference.holder;
    let mut verdicts = one(Drain, Who::All, REMOUNT);
    if let Some((old, new)) = share_of(before).zip(share_of(after)).filter(|(old, new)| is_own(old) || is_own(new)) {
        let words = format!(
            "Files do not move by themselves: {} will show what is in {} on {}, and the files stay in {} on {}. Copy \
             them first.",
            new.mount, new.export, new.server, old.export, old.server
        );
        let mut names = hosts(&old.server);
        names.extend(hosts(&new.server).into_iter().filter(|name| !hosts(&old.server).contains(name)));
        verdicts.push(Verdict::new(DataAtRisk, Who::Named(names), words));
    }
    verdicts
}

pub(super) fn partition(case: &Case) -> Vec<Verdict> {
    let mut verdicts = one(Restart, SLURM_NODES, SLURM_CONF);
    if case.difference.kind == Kind::Removed {
        let listed = text(case.difference.before, "nodes");
        let who = if listed.is_empty() { Who::With(&[Role::Worker]) } else { Who::Named(hosts(listed)) };
        let words = "slurmctld ends the jobs of a partition that is gone. Set it to DRAIN and let it run empty first.";
        verdicts.push(Verdict::new(Drain, who, words));
    }
    verdicts
}

/// The node with slurmdbd.
fn accounting_host(cluster: &Cluster) -> Option<String> {
    let host = cluster.slurm.accounting.host.trim();
    if host.is_empty() { expand::first_controller(cluster) } else { Some(host.to_owned()) }
}

fn named(host: Option<String>) -> Vec<String> {
    host.into_iter().collect()
}

pub(super) fn on_accounting_host(case: &Case, words: &str) -> Vec<Verdict> {
    one(Restart, Who::Named(named(accounting_host(case.after))), words)
}

pub(super) fn accounting_moves(case: &Case) -> Vec<Verdict> {
    let mut verdicts = one(Restart, SLURM_NODES, SLURM_CONF);
    if let Some((old, new)) =
        accounting_host(case.before).zip(accounting_host(case.after)).filter(|(old, new)| old != new)
    {
        let words = format!(
            "The accounting database stays on {old}, and slurmdbd on {new} begins an empty one. Bring it along with mysqldump \
             before slurmctld asks there."
        );
        verdicts.push(Verdict::new(DataAtRisk, Who::Named(vec![old, new]), words));
    }
    verdicts
}

/// Where slurmctld keeps the queue.
fn state_folder(cluster: &Cluster) -> &str {
    let backup = &cluster.slurm.backup;
    // As in the modules slurm of the flake and of NixOS.
    if backup.host.trim().is_empty() { "/var/spool/slurmctld" } else { backup.state_folder.trim() }
}

pub(super) fn backup(case: &Case) -> Vec<Verdict> {
    let mut verdicts = one(Restart, SLURM_NODES, SLURM_CONF);
    let (old, new) = (state_folder(case.before), state_folder(case.after));
    if old != new {
        let words = format!(
            "slurmctld begins with an empty queue, and jobs that run are lost to it: stop it, copy {old} to {new} with its \
             owner slurm, then switch."
        );
        verdicts.push(Verdict::new(DataAtRisk, Who::With(&[Role::Controller]), words));
    }
    verdicts
}

/// Its text is in /etc/slurm; slurm.conf only says that there is one.
pub(super) fn job_script(case: &Case, what: &str) -> Vec<Verdict> {
    let is_empty = |value: &Value| value.as_str().unwrap_or_default().trim().is_empty();
    if is_empty(case.difference.before) != is_empty(case.difference.after) {
        return one(Restart, SLURM_NODES, SLURM_CONF);
    }
    one(Nothing, Who::With(&[Role::Worker]), format!("The {what} of before runs for no further job; nothing restarts."))
}

pub(super) fn mpi(case: &Case) -> Vec<Verdict> {
    let programs = "No service restarts. Programs that were built with the MPI of before must be built again; running \
                    jobs keep theirs.";
    let mut verdicts = one(Nothing, Who::With(&[Role::Worker, Role::Login]), programs);
    if case.after.slurm.enable {
        verdicts.extend(one(
            Restart,
            SLURM_NODES,
            "MpiDefault changes in slurm.conf, so slurmctld and slurmd restart; running jobs go on.",
        ));
    }
    verdicts
}

pub(super) fn retention(case: &Case) -> Vec<Verdict> {
    let (old, new) = (case.difference.before.as_u64(), case.difference.after.as_u64());
    if new < old {
        let days = new.unwrap_or_default();
        let words = format!("Prometheus restarts and deletes the samples that are older than {days} days.");
        return one(DataAtRisk, Who::FirstController, words);
    }
    one(Restart, Who::FirstController, "Prometheus restarts and keeps samples for longer; see that the disk has room.")
}

const PEOPLE: &str = "No service restarts; it is there as soon as the switch is through.";

pub(super) fn account(case: &Case) -> Vec<Verdict> {
    if case.difference.kind != Kind::Removed {
        return one(Nothing, Who::All, PEOPLE);
    }
    let uid = &case.difference.before["uid"];
    let words = format!(
        "Jobs of that user fail. Files and home folder stay, of the number {uid}: whoever gets it next owns them. Keep or \
         delete them first."
    );
    one(DataAtRisk, Who::All, words)
}

pub(super) fn account_name(case: &Case) -> Vec<Verdict> {
    let (old, new) = (shown(case.difference.before), shown(case.difference.after));
    let words = format!(
        "{new} gets a home folder of its own, and the files stay in that of {old}: rename it first, while no job of that \
         user runs."
    );
    one(DataAtRisk, Who::All, words)
}

pub(super) fn uid(case: &Case) -> Vec<Verdict> {
    let (old, new) = (case.difference.before, case.difference.after);
    let words = format!(
        "Files keep the old owner {old}, so that user loses them and whoever gets {old} owns them. With no process of theirs \
         left: “find / -uid {old} -exec chown -h {new} {{}} +” on every file system. NixOS does not change the uid of an \
         account that is there: usermod -u does."
    );
    one(DataAtRisk, Who::All, words)
}

pub(super) fn group(case: &Case) -> Vec<Verdict> {
    if case.difference.kind != Kind::Removed {
        return one(Nothing, Who::All, PEOPLE);
    }
    let gid = &case.difference.before["gid"];
    one(
        DataAtRisk,
        Who::All,
        format!(
            "Files stay of the group {gid}, which has no name any more: whichever group gets the number next has them."
        ),
    )
}

fn shown(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The nodes that run the control plane.
fn servers(cluster: &Cluster) -> Vec<String> {
    let servers = cluster.containers.servers.trim();
    if servers.is_empty() { named(expand::first_controller(cluster)) } else { hosts(servers) }
}

pub(super) fn k3s_servers(case: &Case) -> Vec<Verdict> {
    let (old, new) = (servers(case.before), servers(case.after));
    let mut names = old.clone();
    names.extend(new.iter().filter(|name| !old.contains(name)).cloned());
    if old.first() == new.first() && (old.len() > 1) == (new.len() > 1) {
        let words = "The control plane gets or loses servers: add or remove one at a time, so that etcd keeps a majority, and \
                     take a snapshot before (k3s etcd-snapshot save).";
        return one(Drain, Who::Named(names), words);
    }
    let words = "The control plane begins elsewhere or in another form (SQLite for one server, etcd for several): what is \
                 deployed does not come along by itself. Take a snapshot or save the manifests first.";
    one(DataAtRisk, Who::Named(names), words)
}

pub(super) fn engine(case: &Case) -> Vec<Verdict> {
    let who = Who::With(&[Role::Worker, Role::Login]);
    if case.before.containers.engine == ContainerEngine::None {
        return one(Restart, who, "The engine starts.");
    }
    one(
        DataAtRisk,
        who,
        "Containers stop, and the images and volumes of the engine of before are not seen by another one. Save \
         volumes first.",
    )
}

/// What Nix that the user wrote may do, as far as its words tell.
pub(super) fn custom_nix(text: &str) -> (Effect, &'static str) {
    if ["boot.", "hardware.", "kernelPackages", "kernelParams"].iter().any(|word| text.contains(word)) {
        return (
            Reboot,
            "Nix of your own sets what the kernel starts with (boot or hardware): drain the nodes, switch, reboot.",
        );
    }
    (Restart, "Nix of your own: the units that it changes restart. Whether it takes more, you know best.")
}

pub(super) fn module(case: &Case) -> Vec<Verdict> {
    let (before, after) = case.difference.holder;
    let texts = format!("{before}{after}{}{}", case.difference.before, case.difference.after);
    let (effect, words) = custom_nix(&texts);
    one(effect, Who::All, words)
}
