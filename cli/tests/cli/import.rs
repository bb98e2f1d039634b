//! What a site already has, into a description.

use crate::common::{run, run_with};
use clusterflake_core::Cluster;
use clusterflake_core::totals::totals;
use std::fs;
use std::path::Path;
use tempfile::{TempDir, tempdir};

const CONF: &str = "ClusterName=lab\nSlurmctldHost=ctl(10.0.0.1)\nInclude nodes.conf\nTopologyPlugin=topology/tree\n\
    PartitionName=main Nodes=ALL Default=YES\n";
const NODES: &str = "NodeName=cn[1-4] Sockets=2 CoresPerSocket=8 Gres=gpu:4\n";
const GRES: &str = "Name=gpu Type=a100 File=/dev/nvidia[0-3]\n";

fn site() -> TempDir {
    let folder = tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("etc")).unwrap();
    for (name, text) in [("slurm.conf", CONF), ("nodes.conf", NODES), ("gres.conf", GRES)] {
        fs::write(at.join("etc").join(name), text).unwrap();
    }
    fs::write(at.join("hosts"), "10.0.1.1 cn1\n10.0.1.2 cn2\n10.0.1.3 cn3\n10.0.1.4 cn4\n").unwrap();
    folder
}

fn description(at: &Path) -> Cluster {
    Cluster::from_json(&fs::read_to_string(at).unwrap()).unwrap()
}

#[test]
fn a_site_is_imported_step_by_step() {
    let folder = site();
    let at = folder.path();
    let named = run(at, &["import", "slurm", "etc/slurm.conf", "etc/nodes.conf", "etc/gres.conf"]).exits(0);
    let of_folder = run(at, &["import", "auto", "etc", "-o", "site.json"]).exits(0);
    assert!(of_folder.out.is_empty());
    assert_eq!(Cluster::from_json(named.text()).unwrap(), description(&at.join("site.json")));
    assert!(of_folder.err.contains("etc/slurm.conf:4 no place: TopologyPlugin=topology/tree → "), "{}", of_folder.err);
    assert!(of_folder.err.contains("0 nodes, 0 cores, 0 GPUs → 5 nodes, 65 cores, 16 GPUs"), "{}", of_folder.err);
    assert!(!of_folder.err.contains("Sockets=2"));

    let hosts = run(at, &["import", "auto", "hosts", "--into", "site.json", "--report"]).exits(0);
    assert!(hosts.err.contains("hosts:1 taken: 10.0.1.1 cn1 → nodes[1].firstIP"), "{}", hosts.err);
    let cluster = description(&at.join("site.json"));
    assert_eq!((cluster.nodes[1].first_ip.as_str(), cluster.nodes[1].gpus.model.as_str()), ("10.0.1.1", "a100"));
    assert_eq!(totals(&cluster).nodes, 5);
}

#[test]
fn standard_input_and_output_are_used() {
    let folder = site();
    let at = folder.path();
    let made = run_with(at, &["import", "csv", "-"], b"host,ip\ncn1,10.0.0.5\n").exits(0);
    assert_eq!(Cluster::from_json(made.text()).unwrap().nodes[0].hosts, "cn1");
    let merged = run_with(at, &["import", "hosts", "hosts", "--into", "-"], &made.out).exits(0);
    assert_eq!(totals(&Cluster::from_json(merged.text()).unwrap()).nodes, 4);
}

#[test]
fn what_cannot_be_imported_is_told_and_changes_nothing() {
    let folder = site();
    let at = folder.path();
    fs::write(at.join("letter"), "Dear all\n").unwrap();
    fs::write(at.join("empty.conf"), "# nothing\nSlurmdPort=6818\n").unwrap();
    for (arguments, complaint) in [
        (&["import", "rockets", "hosts"][..], "no kind of input: it is one of auto, own, slurm, csv"),
        (&["import", "auto", "letter"], "none of what can be imported"),
        (&["import", "auto", "none"], "none: cannot be read"),
        (&["import", "auto", "-", "-"], "once only"),
        (&["import", "auto", "hosts", "--into", "hosts"], "no JSON"),
    ] {
        let refused = run(at, arguments).exits(2);
        assert!(refused.err.contains(complaint), "{arguments:?}: {}", refused.err);
    }
    let nothing = run(at, &["import", "slurm", "empty.conf", "-o", "site.json"]).exits(1);
    assert!(nothing.err.contains("nothing is written"), "{}", nothing.err);
    assert!(!at.join("site.json").exists());
}

#[test]
fn files_of_several_kinds_are_told_apart_in_any_order() {
    let folder = site();
    let at = folder.path();
    fs::write(at.join("ethers"), "aa:bb:cc:00:00:01 cn1\naa:bb:cc:00:00:02 cn2\n").unwrap();
    let orders = [
        ["etc/slurm.conf", "etc/nodes.conf", "hosts", "ethers"],
        ["ethers", "hosts", "etc/nodes.conf", "etc/slurm.conf"],
    ];
    let made: Vec<String> = orders
        .iter()
        .map(|files| {
            let made = run(at, &[&["import", "auto"], &files[..]].concat()).exits(0);
            assert!(made.err.contains("slurm.conf, hosts file and DHCP reservations: "), "{}", made.err);
            made.text().to_owned()
        })
        .collect();
    assert_eq!(made[0], made[1]);
    let cluster = Cluster::from_json(&made[0]).unwrap();
    assert_eq!((cluster.nodes[1].first_ip.as_str(), cluster.nodes[1].memory_mib), ("10.0.1.1", 0));
}

#[test]
fn what_holds_for_many_lines_is_said_once() {
    let folder = tempdir().unwrap();
    let nodes: String = (1..=98).map(|n| format!("NodeName=cn{n} RealMemory=64000 TmpDisk={n}000\n")).collect();
    fs::write(folder.path().join("slurm.conf"), format!("ClusterName=lab\n{nodes}")).unwrap();
    let made = run(folder.path(), &["import", "auto", "slurm.conf"]).exits(0);
    assert_eq!(made.err.lines().count(), 2, "{}", made.err);
    assert!(made.err.contains("(and 97 more: slurm.conf:3, slurm.conf:4, slurm.conf:5, …)"), "{}", made.err);
}
