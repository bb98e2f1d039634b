//! /etc/exports, as nfs-utils' own `exportfs` reads it.

use crate::Invariant;
use crate::harness::World;
use clusterflake_core::check;
use clusterflake_core::cluster::{Cluster, FileSystemKind, NfsTransport, Storage};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

pub const INVARIANTS: &[Invariant] = &[("exportfs exports what is described, to whom it should", exportfs_agrees)];

/// In a namespace of its own, where it may mount: the exports in their place, and an empty state.
const READ: &str = "
PATH=$PATH:/usr/sbin:/sbin
mount -t tmpfs none /var/lib/nfs
touch /var/lib/nfs/etab /var/lib/nfs/rmtab
mount --bind \"$1\" /etc/exports
exportfs -r >&2
cat /var/lib/nfs/etab
";

/// Each exported folder and to whom, with its options, as `exportfs` understands `exports`; or what it complains of.
fn read(exports: &str) -> Result<BTreeMap<(String, String), BTreeSet<String>>, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // The exported folders must be there: they are made below this one.
    let root = folder.path().join("root");
    let mut placed = String::new();
    for line in exports.lines() {
        let exported = line.split(' ').next().unwrap();
        fs::create_dir_all(format!("{}{exported}", root.display())).unwrap();
        placed += &format!("{}{line}\n", root.display());
    }
    let file = folder.path().join("exports");
    fs::write(&file, placed).unwrap();
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-ec", READ, "exports"])
        .arg(&file)
        .output()
        .expect("unshare (of util-linux) is missing");
    let complaints = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    assert!(
        !complaints.contains("not found") && !complaints.contains("unshare") && !complaints.contains("mount:"),
        "exportfs could not be run in a namespace of its own. Install it with apt-get install nfs-kernel-server, or run \
         `cargo xtask test`: {complaints}"
    );
    if !complaints.is_empty() {
        return Err(complaints);
    }
    let table = String::from_utf8_lossy(&output.stdout);
    let entry = |line: &str| {
        let (path, client) = line.split_once('\t')?;
        let (network, options) = client.strip_suffix(')')?.split_once('(')?;
        let exported = path.strip_prefix(root.to_str()?)?;
        let options = options.split(',').map(str::to_owned).collect();
        Some(((exported.to_owned(), network.to_owned()), options))
    };
    Ok(table.lines().map(|line| entry(line).unwrap_or_else(|| panic!("{line}"))).collect())
}

fn exportfs_agrees(world: &World) {
    let network = &world.cluster.network;
    for (node, config) in world.each() {
        let Some(text) = config["services"]["nfs"]["server"]["exports"].as_str() else { continue };
        let found = read(text).unwrap_or_else(|complaints| panic!("{}: {complaints}\n{text}", node.name));
        let mut wanted = BTreeSet::new();
        let nfs = world.cluster.storage.shared.iter().filter(|fs| fs.kind == FileSystemKind::Nfs);
        for fs in nfs.filter(|fs| fs.server == node.name) {
            let mut others = world.nodes.iter().filter(|other| other.name != node.name);
            let to_fabric = fs.transport == NfsTransport::Rdma && others.any(|other| other.fabric_ip.is_some());
            for subnet in [Some(&network.subnet), to_fabric.then_some(&network.fabric.subnet)].into_iter().flatten() {
                let export = (fs.export.clone(), subnet.clone());
                let options = found.get(&export).unwrap_or_else(|| panic!("{}: {export:?} is not exported", node.name));
                let missing = fs.export_options.iter().find(|option| !options.contains(*option));
                assert!(missing.is_none(), "{}: {export:?} lacks {missing:?}: {options:?}", node.name);
                wanted.insert(export);
            }
        }
        assert_eq!(found.into_keys().collect::<BTreeSet<_>>(), wanted, "{}", node.name);
    }
}

/// The check on export options refuses what `exportfs` refuses, and nothing else.
#[test]
fn export_options_are_those_of_exportfs() {
    let words = "acl all_squash anongid=100 anonuid=65534 async auth_nlm crossmnt fsid=17 \
         fsid=433a2193-4f8a-47a0-95d2-209d7ca2cca5 hide insecure insecure_locks mountpoint mountpoint=/data mp mp=/data \
         no_acl no_all_squash no_auth_nlm no_pnfs no_root_squash no_wdelay nocrossmnt nohide pnfs replicas=/data@10.0.0.9 \
         refer=/data@10.0.0.9 ro root_squash rw sec=sys sec=krb5p secure secure_locks security_label sync \
         wdelay \
         RW no_squash soft hard nfsvers=4.2 anonuid=nobody anongid= squash rw=10.0.0.1 noatime no_security_label async=1 \
         sec=krb5i:sys sec=foo sec= sec=sys:foo fsid=abc fsid=root";
    for word in words.split_whitespace() {
        let mut cluster = Cluster::from_json(include_str!("base.json")).unwrap();
        let storage: &mut Storage = (Cluster::storage.get_mut)(&mut cluster);
        storage.shared[0].export_options = vec!["no_subtree_check".to_owned(), "sync".to_owned(), word.to_owned()];
        let problems = check::check(&cluster);
        let refused = problems.iter().find(|problem| problem.id == "export-option");
        let options = cluster.storage.shared[0].export_options.join(",");
        let read = read(&format!("/export/home 10.0.0.0/16({options})\n"));
        assert_eq!(refused.is_none(), read.is_ok(), "{word}: {refused:?}, exportfs: {read:?}");
    }
}
