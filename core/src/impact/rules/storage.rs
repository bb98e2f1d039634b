//! Shared file systems and scratch space.

use super::{REMOUNT, Rule, WORKERS, always, judged};
use crate::impact::Effect::{DataAtRisk, Drain, Nothing, Reboot, Restart};
use crate::impact::{Who, judge};

pub(super) const RULES: &[Rule] = &[
    judged("storage.shared[]", judge::share),
    judged("storage.shared[].kind", judge::share_moves),
    judged("storage.shared[].server", judge::share_moves),
    judged("storage.shared[].export", judge::share_moves),
    judged("storage.shared[].volume", judge::share_moves),
    always(
        "storage.shared[].mount",
        Drain,
        Who::All,
        "The nodes unmount it there and mount it here; jobs and homes with the old path in them fail. Let jobs end \
         first.",
    ),
    judged("storage.shared[].mode", |case| {
        judge::on_server(case, Nothing, "The exported folder gets these permissions at the switch; nothing restarts.")
    }),
    always("storage.shared[].nfsVersion", Drain, Who::All, REMOUNT),
    always("storage.shared[].transport", Drain, Who::All, REMOUNT),
    always("storage.shared[].mountOptions", Drain, Who::All, REMOUNT),
    judged("storage.shared[].exportOptions", |case| {
        judge::on_server(
            case,
            Restart,
            "The NFS server restarts; its clients wait for it, and jobs stand still meanwhile.",
        )
    }),
    always("storage.shared[].monitors", Drain, Who::All, REMOUNT),
    always(
        "storage.shared[].fsid",
        Drain,
        Who::All,
        "Another Ceph cluster is mounted; the files stay in the one of before. Let jobs end first.",
    ),
    always(
        "storage.shared[].fsName",
        Drain,
        Who::All,
        "Another file system of Ceph is mounted; the files stay in the one of before. Let jobs end first.",
    ),
    always("storage.shared[].cephUser", Drain, Who::All, REMOUNT),
    always(
        "storage.shared[].secretFile",
        Drain,
        Who::All,
        "The file must be on every node first; then the nodes mount again. Let jobs end first.",
    ),
    always(
        "storage.shared[].packageSource",
        Reboot,
        Who::All,
        "The client's kernel module is another one and is loaded when the kernel starts: drain the nodes, switch, \
         reboot.",
    ),
    judged("storage.scratch.enable", |case| {
        judge::switched(
            case,
            WORKERS,
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
        "storage.scratch.mount",
        Drain,
        WORKERS,
        "Scratch space is mounted elsewhere; jobs with the old path fail. Let them end first.",
    ),
    always(
        "storage.scratch.device",
        DataAtRisk,
        WORKERS,
        "Another device is mounted, with a file system that must be there; the files stay on the device of before. \
         Let jobs end first.",
    ),
    always(
        "storage.scratch.fsType",
        DataAtRisk,
        WORKERS,
        "The device must be formatted anew: what is on it is lost. Let jobs end first.",
    ),
];
