//! What changes of shared file systems and scratch space take.

use crate::cluster::{Cluster, Described, Scratch, SharedFileSystem, Storage};
use crate::consequence::Effect::{DataAtRisk, Drain, Nothing, Reboot, Restart};
use crate::consequence::{Affected, Consequence, DifferenceKind, Rule, RuleContext, always, hosts, judged};
use crate::pattern;
use serde_json::Value;

const REMOUNT: &str =
    "The nodes unmount and mount it again, and jobs with open files there keep it busy: let them end first.";

pub const RULES: &[Rule] = &[
    judged(pattern![Cluster::storage, Storage::shared[]], share),
    judged(pattern![Cluster::storage, Storage::shared[], SharedFileSystem::kind], share_moves),
    judged(pattern![Cluster::storage, Storage::shared[], SharedFileSystem::server], share_moves),
    judged(pattern![Cluster::storage, Storage::shared[], SharedFileSystem::export], share_moves),
    judged(pattern![Cluster::storage, Storage::shared[], SharedFileSystem::volume], share_moves),
    always(
        pattern![Cluster::storage, Storage::shared[], SharedFileSystem::mount],
        Drain,
        Affected::All,
        "The nodes unmount it there and mount it here; jobs and homes with the old path in them fail. Let jobs end \
         first.",
    ),
    judged(pattern![Cluster::storage, Storage::shared[], SharedFileSystem::mode], |context| {
        context.on_hosts(
            SharedFileSystem::server,
            Nothing,
            "The exported folder gets these permissions at the switch; nothing restarts.",
        )
    }),
    always(pattern![Cluster::storage, Storage::shared[], SharedFileSystem::nfs_version], Drain, Affected::All, REMOUNT),
    always(pattern![Cluster::storage, Storage::shared[], SharedFileSystem::transport], Drain, Affected::All, REMOUNT),
    always(
        pattern![Cluster::storage, Storage::shared[], SharedFileSystem::mount_options],
        Drain,
        Affected::All,
        REMOUNT,
    ),
    judged(pattern![Cluster::storage, Storage::shared[], SharedFileSystem::export_options], |context| {
        context.on_hosts(
            SharedFileSystem::server,
            Restart,
            "The NFS server restarts; its clients wait for it, and jobs stand still meanwhile.",
        )
    }),
    always(pattern![Cluster::storage, Storage::shared[], SharedFileSystem::monitors], Drain, Affected::All, REMOUNT),
    always(
        pattern![Cluster::storage, Storage::shared[], SharedFileSystem::fsid],
        Drain,
        Affected::All,
        "Another Ceph cluster is mounted; the files stay in the one of before. Let jobs end first.",
    ),
    always(
        pattern![Cluster::storage, Storage::shared[], SharedFileSystem::fs_name],
        Drain,
        Affected::All,
        "Another file system of Ceph is mounted; the files stay in the one of before. Let jobs end first.",
    ),
    always(pattern![Cluster::storage, Storage::shared[], SharedFileSystem::ceph_user], Drain, Affected::All, REMOUNT),
    always(
        pattern![Cluster::storage, Storage::shared[], SharedFileSystem::secret_file],
        Drain,
        Affected::All,
        "The file must be on every node first; then the nodes mount again. Let jobs end first.",
    ),
    always(
        pattern![Cluster::storage, Storage::shared[], SharedFileSystem::package_source],
        Reboot,
        Affected::All,
        "The client's kernel module is another one and is loaded when the kernel starts: drain the nodes, switch, \
         reboot.",
    ),
    judged(pattern![Cluster::storage, Storage::scratch, Scratch::enable], |context| {
        context.switched(
            Affected::WORKERS,
            (
                Restart,
                "The workers mount their scratch space; its file system must be there. What lies in the folder of \
                 that name is hidden.",
            ),
            (
                Drain,
                "The workers unmount their scratch space; files on its device stay. Jobs that use it fail: let them \
                 end first.",
            ),
        )
    }),
    always(
        pattern![Cluster::storage, Storage::scratch, Scratch::mount],
        Drain,
        Affected::WORKERS,
        "Scratch space is mounted elsewhere; jobs with the old path fail. Let them end first.",
    ),
    always(
        pattern![Cluster::storage, Storage::scratch, Scratch::device],
        DataAtRisk,
        Affected::WORKERS,
        "Another device is mounted, with a file system that must be there; the files stay on the device of before. \
         Let jobs end first.",
    ),
    always(
        pattern![Cluster::storage, Storage::scratch, Scratch::fs_type],
        DataAtRisk,
        Affected::WORKERS,
        "The device must be formatted anew: what is on it is lost. Let jobs end first.",
    ),
];

fn share_of(element: &Value) -> Option<SharedFileSystem> {
    SharedFileSystem::read(element.clone()).ok()
}

fn share(context: &RuleContext) -> Vec<Consequence> {
    let (before, after) = context.difference.parent;
    match context.difference.kind {
        DifferenceKind::Added => {
            let mut consequences = Consequence::only(
                Restart,
                Affected::All,
                "The nodes mount it. What lies in their own folder of that name is hidden.",
            );
            if let Some(share) = share_of(after).filter(|share| share.kind.is_served_by_nodes()) {
                consequences.push(Consequence::new(
                    Restart,
                    Affected::Named(hosts(&share.server)),
                    "The file server starts.",
                ));
            }
            consequences
        }
        DifferenceKind::Removed => {
            let mut consequences = Consequence::only(
                Drain,
                Affected::All,
                "The nodes unmount it; jobs with files there fail. Let them end first.",
            );
            if let Some(share) = share_of(before).filter(|share| share.kind.is_served_by_nodes()) {
                let words = format!("No longer served. The files stay in {}, and nobody reaches them.", share.export);
                consequences.push(Consequence::new(DataAtRisk, Affected::Named(hosts(&share.server)), words));
            }
            consequences
        }
        DifferenceKind::Moved => {
            Consequence::only(Nothing, Affected::NoNode, "The order of mounts means nothing to the nodes.")
        }
        DifferenceKind::Changed => Consequence::only(Drain, Affected::All, REMOUNT),
    }
}

/// The files are elsewhere from now on, and do not move by themselves.
fn share_moves(context: &RuleContext) -> Vec<Consequence> {
    let (before, after) = context.difference.parent;
    let mut consequences = Consequence::only(Drain, Affected::All, REMOUNT);
    if let Some((old, new)) = share_of(before)
        .zip(share_of(after))
        .filter(|(old, new)| old.kind.is_served_by_nodes() || new.kind.is_served_by_nodes())
    {
        let words = format!(
            "Files do not move by themselves: {} will show what is in {} on {}, and the files stay in {} on {}. Copy \
             them first.",
            new.mount, new.export, new.server, old.export, old.server
        );
        let mut names = hosts(&old.server);
        names.extend(hosts(&new.server).into_iter().filter(|name| !hosts(&old.server).contains(name)));
        consequences.push(Consequence::new(DataAtRisk, Affected::Named(names), words));
    }
    consequences
}
