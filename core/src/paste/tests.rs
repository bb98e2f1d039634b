use super::*;
use crate::cluster::expand::expand;
use crate::cluster::{Gpus, NodeGroup};
use std::sync::Arc;

const SLURMD: &str = "NodeName=cn001 CPUs=128 Boards=1 SocketsPerBoard=2 CoresPerSocket=32 ThreadsPerCore=2 RealMemory=515072 Gres=gpu:nvidia_h100_80gb_hbm3:4\nUpTime=5-03:02:01\n";

fn cluster(hosts: &[&str]) -> Cluster {
    let group = |hosts: &&str| NodeGroup {
        hosts: (*hosts).to_owned(),
        first_ip: "10.0.0.1".to_owned(),
        ..NodeGroup::default()
    };
    Cluster { nodes: Arc::new(hosts.iter().map(group).collect()), ..Cluster::default() }
}

/// Pastes at the first cell of `column`, where `selected` is selected and every group is a row.
fn pasted(cluster: &Cluster, text: &str, column: Column, selected: &[Row]) -> Result<Pasted, String> {
    let rows: Vec<Row> = (0..cluster.nodes.len()).map(Row::group).collect();
    paste(cluster, text, &Target { rows: &rows, selected, at: 0, column })
}

#[test]
fn slurmd_of_one_machine_tells_of_the_rows_that_are_selected() {
    let before = cluster(&["cn[001-128]", "gn[1-4]"]);
    let after = pasted(&before, SLURMD, Column::Hosts, &[Row::group(0)]).unwrap();
    let group = &after.cluster.nodes[0];
    assert_eq!((group.sockets, group.cores_per_socket, group.threads_per_core), (2, 32, 2));
    assert_eq!((group.memory_mib, group.gpus.count, group.gpus.model.as_str()), (515_072, 4, "h100"));
    assert!(group.overrides.is_empty());
    assert_eq!(after.cluster.nodes[1], before.nodes[1]);
    assert_eq!(after.report(), "slurmd -C of cn001 for cn[001-128]: 2 × 32 × 2, 503 GiB, 4 × h100.");
    // A machine of the cluster that is not selected: it alone.
    let after = pasted(&before, SLURMD, Column::Hosts, &[Row::group(1)]).unwrap();
    assert_eq!(after.cluster.nodes[0].overrides[0].hosts, "cn001");
    assert_eq!(after.cluster.nodes[1], before.nodes[1]);
    // None at all: a group.
    let after = pasted(&Cluster::default(), SLURMD, Column::Hosts, &[]).unwrap();
    assert_eq!(after.cluster.nodes[0].hosts, "cn001");
    assert_eq!(after.report(), "slurmd -C: New: cn001.");
}

#[test]
fn slurmd_of_many_machines_goes_by_their_names() {
    let line = |name: &str, memory: u32| {
        format!(
            "{name}: NodeName={name} CPUs=8 SocketsPerBoard=1 CoresPerSocket=8 ThreadsPerCore=1 RealMemory={memory} TmpDisk=5\n"
        )
    };
    let text = line("cn1", 4096) + &line("cn2", 8192) + &line("x1", 100) + &line("x2", 100);
    let after = pasted(&cluster(&["cn[1-3]"]), &text, Column::Hosts, &[Row::group(0)]).unwrap();
    let memory: Vec<u64> = expand(&after.cluster).iter().map(|node| node.memory_mib).collect();
    assert_eq!(memory, [4096, 8192, 4096, 100, 100]);
    assert_eq!(after.cluster.nodes[1].hosts, "x[1-2]");
    assert_eq!(after.report(), "slurmd -C: 2 hosts of the cluster. New: x[1-2]. Not taken: TmpDisk.");
}

#[test]
fn nvidia_smi_gives_count_and_model() {
    let text = "GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-1)\n  MIG 1g.10gb Device 0: (UUID: MIG-1)\nGPU 1: NVIDIA A100-SXM4-80GB (UUID: GPU-2)\n";
    let after = pasted(&cluster(&["gn[1-4]"]), text, Column::Hosts, &[Row::node(0, 1)]).unwrap();
    let own = &after.cluster.nodes[0].overrides[0];
    assert_eq!(own.hosts, "gn2");
    assert_eq!(own.gpus, Some(Gpus { count: 2, model: "a100".to_owned(), ..Gpus::default() }));
    assert_eq!(after.report(), "nvidia-smi -L for 1 row: 2 × a100.");
    let mixed = "GPU 0: NVIDIA L4 (UUID: a)\nGPU 1: NVIDIA L40S (UUID: b)";
    let why = pasted(&cluster(&["gn1"]), mixed, Column::Hosts, &[Row::group(0)]).unwrap_err();
    assert!(why.contains("l4 and l40s"), "{why}");
    let why = pasted(&Cluster::default(), "GPU 0: NVIDIA L4 (UUID: a)", Column::Hosts, &[]).unwrap_err();
    assert!(why.contains("Select the rows"), "{why}");
}

#[test]
fn cells_go_right_and_down_from_the_active_one() {
    let before = cluster(&["a", "b"]);
    let after =
        pasted(&before, "10.1.0.1\t2 x 8 x 1\t64 GiB\n10.1.0.2\tmany\t32 GiB\n10.1.0.3", Column::Address, &[]).unwrap();
    assert_eq!(after.cluster.nodes[0].memory_mib, 65_536);
    assert_eq!(after.cluster.nodes[0].sockets, 2);
    assert_eq!(after.cluster.nodes[1].first_ip, "10.1.0.2");
    assert_eq!(after.cluster.nodes.len(), 2);
    assert_eq!(after.taken, "5 cells were taken.");
    assert_eq!(after.left.len(), 2);
    assert!(after.report().contains("line 2, CPU: “many” is no CPU"), "{}", after.report());
    assert!(after.report().contains("1 line below the last row"), "{}", after.report());
    // One cell fills all that is selected.
    let after = pasted(&before, "96G", Column::Memory, &[Row::group(0), Row::group(1)]).unwrap();
    assert_eq!(after.name, "paste memory of 2 rows");
    assert!(after.cluster.nodes.iter().all(|group| group.memory_mib == 98_304));
    assert!(pasted(&before, "96 parsecs", Column::Memory, &[]).is_err());
}

#[test]
fn lines_that_name_hosts_change_them_or_become_groups() {
    let text = "Node;Role;IP;RAM;Rack\ncn1;;;64 GiB;r1\nn01;worker;10.2.0.1;32 GiB;r1\nn02;worker;10.2.0.2;32 GiB;r1\nn03;worker;10.2.0.9;32 GiB;r2\nlog;login;10.2.0.3;8 GiB;\n;;;;r9\n";
    let after = pasted(&cluster(&["cn[1-2]"]), text, Column::Hosts, &[Row::group(0)]).unwrap();
    let hosts: Vec<&str> = after.cluster.nodes.iter().map(|group| group.hosts.as_str()).collect();
    assert_eq!(hosts, ["cn[1-2]", "n[01-03]", "log"]);
    assert_eq!(after.cluster.nodes[0].overrides[0].hosts, "cn1");
    assert_eq!(after.cluster.nodes[1].addresses, ["10.2.0.1", "10.2.0.2", "10.2.0.9"]);
    assert_eq!(after.cluster.nodes[2].first_ip, "10.2.0.3");
    assert_eq!(after.name, "paste 1 cell and 2 groups");
    assert!(after.report().contains("“Rack”") && after.report().contains("line 7"), "{}", after.report());
}

#[test]
fn no_text_panics() {
    use proptest::prelude::*;
    proptest!(|(text in "(NodeName=|GPU 0: |Hosts\tIP\n|[a-z0-9\\[\\],\t\n\";:= -]){0,20}|\\PC*")| {
        let before = cluster(&["cn[1-3]", "gn1"]);
        for column in Column::SHOWN {
            let _ = pasted(&before, &text, *column, &[Row::group(0)]);
            let _ = pasted(&before, &text, *column, &[Row::node(0, 1), Row::node(0, 2)]);
        }
    });
}
