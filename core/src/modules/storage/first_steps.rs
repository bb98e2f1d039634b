//! What is done once, by hand, before a file system can be used.

use super::format::{comes_with_file_system, make_file_system};
use crate::cluster::{Cluster, FileSystemKind, Scratch, SharedFileSystem};
use crate::hostlist;
use crate::shell::word;

/// Commands that are run once, as root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstStep {
    /// What they do, as a sentence.
    pub title: String,
    /// Where they are run: a host, a hostlist, or words such as `every node`.
    pub on: String,
    pub commands: Vec<String>,
}

/// The steps that a cluster's file systems need, in order; none for NFS. File systems whose servers cannot be read are
/// passed over: a check names them.
pub fn first_steps(cluster: &Cluster) -> Vec<FirstStep> {
    let storage = &cluster.storage;
    let scratch = &storage.scratch;
    let mut steps = Vec::new();
    if scratch.enable && !scratch.device.is_empty() {
        steps.push(scratch_space(scratch));
    }
    for fs in &storage.shared {
        match fs.kind {
            FileSystemKind::CephFs => steps.push(ceph_user(fs)),
            FileSystemKind::GlusterFs => steps.extend(gluster_volume(fs)),
            FileSystemKind::OrangeFs => steps.extend(orangefs_format(fs)),
            FileSystemKind::Nfs | FileSystemKind::BeeGfs | FileSystemKind::Lustre => {}
        }
    }
    let mounted_late = |fs: &SharedFileSystem| {
        matches!(fs.kind, FileSystemKind::CephFs | FileSystemKind::GlusterFs | FileSystemKind::OrangeFs)
    };
    if storage.shared.iter().any(mounted_late) {
        steps.push(FirstStep {
            title: "Mount what could not be mounted before.".to_owned(),
            on: "every node".to_owned(),
            commands: vec!["systemctl restart remote-fs.target".to_owned()],
        });
    }
    steps
}

fn scratch_space(scratch: &Scratch) -> FirstStep {
    let (mount, device) = (word(&scratch.mount), scratch.device.trim());
    let title = format!("Make the file system of {}. This erases what is on the device.", scratch.mount);
    let commands = vec![
        make_file_system(&scratch.fs_type, device, "\"$device\""),
        // It failed at boot, and what is mounted now needs its mode.
        format!("mount {mount}"),
        format!("systemd-tmpfiles --create --prefix={mount}"),
    ];
    if !comes_with_file_system(device) {
        let all = format!("cluster-tools run --role worker {}", word(&commands.join(" && ")));
        return FirstStep { title, on: "your machine, for all workers at once".to_owned(), commands: vec![all] };
    }
    FirstStep {
        title: title + " In the place of DEVICE goes the disk or partition for it, as “lsblk” names it there.",
        on: "every worker".to_owned(),
        commands: [vec!["device=/dev/DEVICE".to_owned()], commands].concat(),
    }
}

fn ceph_user(fs: &SharedFileSystem) -> FirstStep {
    let folder = if fs.export.is_empty() { "/" } else { &fs.export };
    let user = word(&format!("client.{}", fs.ceph_user));
    FirstStep {
        title: format!(
            "Let the cluster use {}, and copy what the second command prints to {} on every node, readable by root only.",
            fs.mount, fs.secret_file
        ),
        on: "a monitor of the Ceph cluster".to_owned(),
        commands: vec![
            format!("ceph fs authorize {} {user} {} rw", word(&fs.fs_name), word(folder)),
            format!("ceph auth get-key {user}"),
        ],
    }
}

/// How many copies of each file a GlusterFS volume over `servers` bricks keeps: three or two where the bricks divide
/// into as many, else one.
pub fn gluster_replicas(servers: usize) -> usize {
    match servers {
        0 => 1,
        servers if servers % 3 == 0 => 3,
        servers if servers % 2 == 0 => 2,
        _ => 1,
    }
}

fn gluster_volume(fs: &SharedFileSystem) -> Option<FirstStep> {
    let servers = hostlist::expand(&fs.server).ok()?;
    let (first, others) = servers.split_first()?;
    let volume = word(&fs.volume);
    let copies = match gluster_replicas(servers.len()) {
        1 => String::new(),
        copies => format!("replica {copies} "),
    };
    let bricks: Vec<String> = servers.iter().map(|server| format!("{server}:{}", word(&fs.export))).collect();
    let mut commands: Vec<String> = others.iter().map(|server| format!("gluster peer probe {server}")).collect();
    // Script mode and “force”: two copies, and bricks on the root file system, are asked about otherwise.
    commands.push(format!("gluster --mode=script volume create {volume} {copies}{} force", bricks.join(" ")));
    commands.push(format!("gluster volume start {volume}"));
    Some(FirstStep { title: format!("Make the GlusterFS volume of {}.", fs.mount), on: first.clone(), commands })
}

fn orangefs_format(fs: &SharedFileSystem) -> Option<FirstStep> {
    let servers = hostlist::expand(&fs.server).ok().filter(|servers| !servers.is_empty())?;
    Some(FirstStep {
        title: format!("Format the OrangeFS of {}, and start its servers.", fs.mount),
        on: hostlist::compress(&servers),
        commands: vec![
            "runuser -u orangefs -- pvfs2-server -f /etc/orangefs/server.conf".to_owned(),
            "systemctl restart orangefs-server".to_owned(),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(storage: &str) -> Vec<FirstStep> {
        first_steps(&Cluster::from_json(&format!(r#"{{"storage": {storage}}}"#)).unwrap())
    }

    #[test]
    fn a_volume_is_made_of_all_bricks() {
        let steps = steps(
            r#"{"shared": [{"kind": "glusterfs", "server": "st[1-4]", "export": "/data/brick", "volume": "gv0", "mount": "/work"}]}"#,
        );
        assert_eq!(steps.len(), 2);
        assert_eq!(steps[0].on, "st1");
        assert_eq!(
            steps[0].commands,
            [
                "gluster peer probe st2",
                "gluster peer probe st3",
                "gluster peer probe st4",
                "gluster --mode=script volume create gv0 replica 2 st1:/data/brick st2:/data/brick st3:/data/brick st4:/data/brick force",
                "gluster volume start gv0",
            ]
        );
        assert_eq!([1, 2, 3, 4, 5, 6, 8, 9].map(gluster_replicas), [1, 2, 3, 2, 1, 3, 2, 3]);
    }

    #[test]
    fn nfs_needs_no_first_step_and_wrong_text_makes_no_command() {
        assert_eq!(steps(r#"{"shared": [{"server": "head", "export": "/home", "mount": "/home"}]}"#), []);
        assert_eq!(steps(r#"{"shared": [{"kind": "orangefs", "server": "st[1-"}]}"#).len(), 1);
        let scratch = steps(r#"{"scratch": {"enable": true, "device": "/dev/sdb; reboot"}}"#);
        assert_eq!(
            scratch[0].commands,
            [
                r"cluster-tools run --role worker 'mkfs.xfs '\''/dev/sdb; reboot'\'' && mount /scratch && systemd-tmpfiles --create --prefix=/scratch'"
            ]
        );
    }

    /// A label is on no device before the file system that has it.
    #[test]
    fn scratch_by_its_label_is_made_with_that_label() {
        let scratch =
            steps(r#"{"scratch": {"enable": true, "device": "/dev/disk/by-label/scratch", "mount": "/local"}}"#);
        assert_eq!(
            scratch[0].commands,
            [
                "device=/dev/DEVICE",
                "mkfs.xfs -L scratch \"$device\"",
                "mount /local",
                "systemd-tmpfiles --create --prefix=/local",
            ]
        );
    }
}
