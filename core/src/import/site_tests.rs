//! What files of real sites have in them, each kind by its smallest input.

use super::tests::{alone, file, hosts, line, node};
use super::*;
use crate::check;
use crate::cluster::{Cluster, FabricKind, Role};

/// The outcome's word and the reason of the entry about `text`.
#[track_caller]
fn said(proposal: &Proposal, text: &str, word: &str, reason: &str) {
    let line = line(&proposal.report, text);
    assert!(line.contains(&format!(" {word}: ")) && line.contains(reason), "{line}");
}

fn roles(proposal: &Proposal, name: &str) -> Vec<Role> {
    node(&proposal.cluster, name).roles
}

#[test]
fn hosts_that_an_inventory_knows_by_address_are_nodes_of_their_own() {
    let text =
        "[controller]\n10.5.0.2\n[compute]\n10.5.0.4\n10.5.0.5:2222\nw2 ansible_host=10.5.0.9\n10.5.0.6 hostname=big\n";
    let made = alone(&[("inventory.ini", text)]);
    assert_eq!(hosts(&made.cluster), ["ctl1", "w[1-3]", "big"]);
    for (name, ip) in
        [("ctl1", "10.5.0.2"), ("w1", "10.5.0.4"), ("w3", "10.5.0.5"), ("w2", "10.5.0.9"), ("big", "10.5.0.6")]
    {
        assert_eq!(node(&made.cluster, name).ip.unwrap().to_string(), ip);
    }
    said(&made, "10.5.0.4", "guessed", "called “w1”");
    let bare = alone(&[("nodes", "10.5.0.4 service_tag=X1\n10.5.0.5 service_tag=X2\n")]);
    assert_eq!(hosts(&bare.cluster), ["w[1-2]"]);
    let yaml = alone(&[(
        "hosts.yml",
        "all:\n  children:\n    compute:\n      hosts:\n        10.5.0.4:\n        10.5.0.5:\n",
    )]);
    assert_eq!((hosts(&yaml.cluster), yaml.cluster.network.domain.as_str()), (vec!["w[1-2]"], "cluster.internal"));
}

#[test]
fn groups_get_roles_by_the_words_of_their_names() {
    let controls = ["slurm_control_node", "slurm_controllers", "slurmservers", "slurm_head", "NAME_control"];
    let works = ["slurm_node", "slurmexechosts", "NAME_compute"];
    for (groups, role) in [(&controls[..], Role::Controller), (&works, Role::Worker), (&["NAME_login"], Role::Login)] {
        for group in groups {
            let made = alone(&[("inventory.ini", &format!("[{group}]\nx1\n"))]);
            assert_eq!(roles(&made, "x1"), [role], "{group}");
            said(&made, &format!("group {group}"), "guessed", role_key(role));
        }
    }
    // What a name says exactly goes before; hosts of such groups get nothing by guess.
    let made = alone(&[(
        "i.ini",
        "[controllers]\na\n[compute]\nb\n[slurm_nodes:children]\ncontrollers\ncompute\n[slurm_node]\na\n",
    )]);
    assert_eq!((roles(&made, "a"), roles(&made, "b")), (vec![Role::Controller], vec![Role::Worker]));
    // A group of another name is one of the design's too.
    let made = alone(&[("i.ini", "[rack_a]\nn1\nn2\n[rack_b]\nn3\nn4\n")]);
    assert_eq!(hosts(&made.cluster), ["n[1-2]", "n[3-4]"]);
    said(&made, "group rack_a", "guessed", "a group of their own");
}

fn role_key(role: Role) -> &'static str {
    use crate::cluster::Choice;
    role.key()
}

#[test]
fn the_machine_that_ansible_runs_on_is_no_node() {
    let made =
        alone(&[("hosts", "localhost ansible_connection=local\n127.0.0.1\n[compute]\ncn1 ansible_host=10.0.0.7\n")]);
    assert_eq!(hosts(&made.cluster), ["cn1"]);
    said(&made, "localhost", "no place", "Ansible runs on");
    let made = alone(&[("i.yml", "all:\n  hosts:\n    cn1: { ansible_host: \"{{ cn1_ip }}\", memory_gb: 64 }\n")]);
    said(&made, "ansible_host", "no place", "write the value");
}

#[test]
fn memory_that_no_file_tells_is_left_open() {
    let conf = "ClusterName=a\nSlurmctldHost=ctl\nNodeName=cn[1-2] CPUs=4\nNodeName=big CPUs=4 RealMemory=64000\nNodeName=one RealMemory=1";
    let made = alone(&[("slurm.conf", conf)]);
    assert_eq!(node(&made.cluster, "cn1").memory_mib, 0);
    assert_eq!(node(&made.cluster, "one").memory_mib, 0);
    assert!(node(&made.cluster, "big").memory_mib > 64_000);
    said(&made, "cn[1-2],one", "guessed", "memory");
    let ids: Vec<(&str, String)> =
        check::check(&made.cluster).into_iter().map(|problem| (problem.id, problem.path.to_string())).collect();
    let asked: Vec<&str> =
        ids.iter().filter(|(id, _)| *id == "memory-unknown").map(|(_, path)| path.as_str()).collect();
    assert_eq!(asked.len(), 2, "{ids:?}");
    assert!(ids.iter().all(|(id, _)| !["memory-low", "memory-in-gib"].contains(id)), "{ids:?}");
    // A later file tells.
    let reading = read(None, &[file("nodes.csv", "host,memory\ncn[1-2],64 GiB\n")]).unwrap();
    let then = propose(&reading, &made.cluster, Mode::Merge).cluster;
    assert_eq!(node(&then, "cn2").memory_mib, 65_536);
    assert_eq!(Cluster::from_json(&made.cluster.to_json()).unwrap(), made.cluster);
}

#[test]
fn slices_of_gpus_are_types_and_other_makers_are_told() {
    let made = alone(&[("slurm.conf", "NodeName=g1 Gres=gpu:a100_1g.5gb:7 RealMemory=64000\nGresTypes=gpu")]);
    assert_eq!(node(&made.cluster, "g1").gpus.model, "a100_1g.5gb");
    let problems = check::check(&made.cluster);
    assert!(problems.iter().any(|problem| problem.id == "gpu-mig"));
    assert!(problems.iter().all(|problem| problem.id != "gpu-model"), "{problems:?}");
    for (conf, gres) in [
        ("NodeName=x1 Gres=gpu:max1550:6", ""),
        ("NodeName=x1 Gres=gpu:6", "AutoDetect=oneapi"),
        ("NodeName=x1 Gres=gpu:6", "NodeName=x1 Name=gpu Type=intel_max_1100 File=/dev/dri/renderD[128-133]"),
    ] {
        let made = alone(&[("slurm.conf", conf), ("gres.conf", gres)]);
        assert_eq!(node(&made.cluster, "x1").gpus.count, 0, "{conf} {gres}");
        let told =
            made.report.entries.iter().any(|entry| {
                made.report.line(entry).contains("no place: ") && made.report.line(entry).contains("Intel")
            });
        assert!(told, "{:?}", made.report);
    }
    let made = alone(&[("slurm.conf", "NodeName=x1 Gres=gpu:a100:2,gpu:v100:2")]);
    said(&made, "Gres=", "no place", "gpu:v100:2");
    let made = alone(&[
        ("slurm.conf", "NodeName=x1 Gres=gpu:2"),
        ("gres.conf", "AutoDetect=rsmi\nName=gpu File=/dev/dri/renderD[128-129]"),
    ]);
    assert_eq!(node(&made.cluster, "x1").gpus.vendor, crate::cluster::GpuVendor::Amd);
}

#[test]
fn what_is_said_of_many_lines_is_one_line() {
    let conf: String = (1..=98).map(|n| format!("NodeName=cn{n} TmpDisk={n}000 CoreSpecCount=2\n")).collect();
    let report = alone(&[("slurm.conf", &conf)]).report;
    let lines: Vec<String> =
        report.folded(|entry| entry.outcome.wants_a_look()).iter().map(|folded| report.folded_line(folded)).collect();
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert!(lines[0].starts_with("slurm.conf:1 no place: "), "{lines:?}");
    assert!(lines[0].ends_with("(and 97 more: slurm.conf:2, slurm.conf:3, slurm.conf:4, …)"), "{lines:?}");
}

#[test]
fn templates_are_told_as_what_they_are() {
    for (name, text, language) in [
        ("slurm.conf.j2", "ClusterName={{ cluster }}\nNodeName=a", "Jinja"),
        (
            "slurm.conf",
            "ClusterName={{ cluster }}\n{% for node in nodes %}\nNodeName={{ node }}\n{% endfor %}",
            "Jinja",
        ),
        ("slurm.conf", "ClusterName=<%= @cluster %>\n<% @nodes.each do |n| -%>\nNodeName=<%= n %>\n<% end -%>", "ERB"),
        ("slurm.conf", "ClusterName={{ .Values.name }}\nNodeName=a", "Go"),
        ("hosts.erb", "<% @hosts.each do |h| %><%= h %><% end %>", "ERB"),
    ] {
        let made = alone(&[(name, text)]);
        assert_eq!(made.report.entries.len(), 1, "{:?}", made.report);
        said(&made, "the file", "wrong", &format!("template ({language})"));
        assert!(made.cluster.nodes.is_empty());
    }
    let script = ("prolog.sh", "#!/bin/bash\ncurl -sw '%{http_code}' http://head/ || docker ps --format '{{.ID}}'\n");
    let made = alone(&[("slurm.conf", "# made from {{ template }}\nProlog=/etc/slurm/prolog.sh\nNodeName=a"), script]);
    assert_eq!((hosts(&made.cluster), made.cluster.slurm.prolog.as_str()), (vec!["a"], script.1));
    let whole = alone(&[("slurm.conf", "NodeName=a"), ("hosts.j2", "{{ ip }} a")]);
    assert_eq!(hosts(&whole.cluster), ["a"]);
}

#[test]
fn names_with_underscores_are_kept_and_mended_everywhere() {
    let conf = "SlurmctldHost=ctl_1\nNodeName=cn_[1-2] RealMemory=64000 NodeAddr=10.0.0.[2-3]\nPartitionName=main Nodes=cn_[1-2]\n\
                AccountingStorageType=accounting_storage/slurmdbd\nAccountingStorageHost=cn_1";
    let made = alone(&[("slurm.conf", conf)]);
    assert_eq!(hosts(&made.cluster), ["ctl_1", "cn_[1-2]"]);
    said(&made, "SlurmctldHost", "guessed", "propose another");
    said(&made, "NodeName", "guessed", "propose another");
    let mut cluster = made.cluster;
    for _ in 0..2 {
        let problems = check::check(&cluster);
        let fix =
            problems.into_iter().find(|problem| problem.id == "host-name").and_then(|problem| problem.fix).unwrap();
        cluster = crate::diagnostic::apply(&cluster, &fix).unwrap();
    }
    assert_eq!(hosts(&cluster), ["ctl-1", "cn-[1-2]"]);
    assert_eq!(cluster.slurm.partitions[0].nodes, "cn-[1-2]");
    assert_eq!(cluster.slurm.accounting.host, "cn-1");
    assert!(check::check(&cluster).iter().all(|problem| problem.id != "host-name"));
}

const CONF: &str = "ClusterName=lab\nSlurmctldHost=head\nNodeName=cn[1-2] RealMemory=64000\n";
const HOSTS: &str =
    "10.0.0.1 head\n10.0.0.11 cn1.lab.example cn1\n10.0.0.12 cn2\n10.0.0.99 stranger\n10.0.0.5 login1\n";

#[test]
fn each_file_is_recognised_by_what_is_in_it_in_any_order() {
    let files = [
        file("a.txt", CONF),
        file("b.txt", HOSTS),
        file("c.txt", "aa:bb:cc:00:00:01 cn1\naa:bb:cc:00:00:02 10.0.0.12\n"),
    ];
    let made: Vec<Cluster> = [[0, 1, 2], [2, 1, 0], [1, 2, 0]]
        .iter()
        .map(|order| {
            let files: Vec<SourceFile> = order.iter().map(|at| files[*at].clone()).collect();
            let reading = read(None, &files).unwrap();
            assert_eq!(reading.title(), "slurm.conf, hosts file and DHCP reservations");
            let proposal = propose(&reading, &Cluster::default(), Mode::Replace);
            said(&proposal, "stranger", "no place", "slurm.conf has no such node");
            assert_eq!(roles(&proposal, "login1"), [Role::Login]);
            assert_eq!(roles(&proposal, "head"), [Role::Controller]);
            proposal.cluster
        })
        .collect();
    assert!(made.iter().all(|cluster| *cluster == made[0]));
    let cn2 = node(&made[0], "cn2");
    assert_eq!((cn2.ip.unwrap().to_string(), cn2.mac_address.as_str()), ("10.0.0.12".to_owned(), "aa:bb:cc:00:00:02"));
}

#[test]
fn a_machine_with_several_names_and_networks_is_one_node() {
    let text = "10.0.0.1 head.lab.example head mgmt1\n10.0.0.11 cn1 node1 n1\n10.0.0.12 cn2\n\
        10.1.0.11 cn1-ib0\n10.1.0.12 ib-cn2\n10.1.0.1 head.ib.lab.example head-ib\n\
        10.9.9.9 switch1\n10.2.0.11 cn1-ipmi\n10.2.0.12 cn2-bmc\n10.3.0.11 cn1-10g\n10.3.0.12 cn2-10g\n";
    let made = alone(&[("hosts", text)]);
    assert_eq!(hosts(&made.cluster), ["head", "cn[1-2]"]);
    assert_eq!(node(&made.cluster, "cn2").fabric_ip.unwrap().to_string(), "10.1.0.12");
    assert_eq!(node(&made.cluster, "head").fabric_ip.unwrap().to_string(), "10.1.0.1");
    assert_eq!(made.cluster.network.fabric.kind, FabricKind::InfiniBand);
    assert_eq!(roles(&made, "head"), [Role::Controller]);
    said(&made, "aliases node1 n1", "no place", "networking.hosts");
    said(&made, "cn1-ipmi", "no place", "management controller of “cn1”");
    said(&made, "switch1", "no place", "a switch");
    said(&made, "cn2-10g", "no place", "another network");
    said(&made, "InfiniBand", "guessed", "RoCE");
    // The address under which slurm.conf reaches a node goes before that of its own name.
    let conf = "SlurmctldHost=head(head-e)\nNodeName=cn[1-2] NodeAddr=ecn[1-2] RealMemory=64000\nAccountingStorageType=accounting_storage/slurmdbd\n\
        AccountingStorageHost=10.0.0.12";
    let two = "10.9.0.1 head\n10.9.0.11 cn1\n10.0.0.1 head-e\n10.0.0.11 ecn1\n10.0.0.12 ecn2\n";
    let made = alone(&[("hosts", two), ("slurm.conf", conf)]);
    let addresses: Vec<String> =
        ["head", "cn1", "cn2"].map(|name| node(&made.cluster, name).ip.unwrap().to_string()).into();
    assert_eq!(addresses, ["10.0.0.1", "10.0.0.11", "10.0.0.12"]);
    assert_eq!(made.cluster.slurm.accounting.host, "cn2");
    said(&made, "NodeAddr", "taken", "");
    said(&made, "10.9.0.11 cn1", "no place", "address already");
    // So in a design that knows the node by its other name; what is there already gets no role by guess.
    let before = alone(&[("nodes.csv", "host,role,cpus,memory\nn1,worker,4,64 GiB\nmaster,worker,4,64 GiB\n")]).cluster;
    let reading = read(None, &[file("hosts", "10.0.0.11 cn1.lab.example n1\n10.0.0.1 master\n")]).unwrap();
    let merged = propose(&reading, &before, Mode::Merge);
    assert_eq!(hosts(&merged.cluster), ["n1", "master"]);
    assert_eq!(node(&merged.cluster, "n1").ip.unwrap().to_string(), "10.0.0.11");
    assert_eq!(roles(&merged, "master"), [Role::Worker]);
    assert_eq!(merged.report.count("guessed"), 0, "{:?}", merged.report);
    // Names that only begin alike are machines of their own.
    let made = alone(&[("hosts", "10.0.0.1 gpu\n10.0.0.2 gpu-login\n10.0.0.3 gpu-1\n10.0.0.4 gpu-2\n")]);
    assert_eq!(hosts(&made.cluster).len(), 3, "{:?}", hosts(&made.cluster));
    // The name that Slurm has for it is the node's.
    let conf = "NodeName=c0-[0-1] NodeHostname=compute-0-[0-1] NodeAddr=compute-0-[0-1] RealMemory=64000";
    let rocks = "10.1.255.1 compute-0-0.local compute-0-0 c0-0\n10.1.255.2 compute-0-1.local compute-0-1\n";
    let made = alone(&[("slurm.conf", conf), ("hosts", rocks)]);
    assert_eq!(hosts(&made.cluster), ["c0-[0-1]"]);
    assert_eq!(node(&made.cluster, "c0-1").ip.unwrap().to_string(), "10.1.255.2");
}

#[test]
fn reservations_of_dhcp_servers_are_read() {
    let dnsmasq = "# nodes\ndomain=lab.example\ndhcp-range=10.0.0.50,10.0.0.99,12h\ndhcp-option=option:router,10.0.0.254\n\
        dhcp-host=AA:BB:CC:00:00:01,10.0.0.11,cn1,infinite\ndhcp-host=aa:bb:cc:00:00:02,set:compute,cn2,10.0.0.12,24h\n\
        dhcp-host=aa:bb:cc:00:00:09,ignore\n";
    let hostsfile = "aa:bb:cc:00:00:01,10.0.0.11,cn1\naa:bb:cc:00:00:02,10.0.0.12,cn2\n";
    let isc = "option domain-name \"lab.example\";\noption routers 10.0.0.254;\nkey k { secret hunter2; }\n\
        subnet 10.0.0.0 netmask 255.255.255.0 {\n  group {\n    next-server 10.0.0.1;\n    host cn1 { hardware ethernet aa:bb:cc:00:00:01; fixed-address 10.0.0.11; }\n\
        host x {\n hardware ethernet aa:bb:cc:00:00:02; # two\n fixed-address 10.0.0.12;\n option host-name \"cn2\";\n }\n }\n}\n";
    let kea = "// Kea\n{ \"Dhcp4\": { \"valid-lifetime\": 600, \"subnet4\": [ { \"subnet\": \"10.0.0.0/24\", \"reservations\": [\n\
        { \"hw-address\": \"aa:bb:cc:00:00:01\", \"ip-address\": \"10.0.0.11\", \"hostname\": \"cn1\" }, /* two */\n\
        { \"hw-address\": \"aa:bb:cc:00:00:02\", \"ip-address\": \"10.0.0.12\", \"hostname\": \"cn2.lab.example\" } ] } ] } }\n";
    // Twelve digits between dots are no MAC address.
    let long = alone(&[("dnsmasq.conf", "dhcp-host=08:00:27:ab:10:01,192.168.209.138,cn1\n")]);
    assert_eq!(node(&long.cluster, "cn1").ip.unwrap().to_string(), "192.168.209.138");
    for (name, text) in
        [("dnsmasq.conf", dnsmasq), ("hosts.d", hostsfile), ("dhcpd.conf", isc), ("kea-dhcp4.json", kea)]
    {
        let made = alone(&[(name, text)]);
        assert_eq!(hosts(&made.cluster), ["cn[1-2]"], "{name}: {:?}", made.report);
        let cn2 = node(&made.cluster, "cn2");
        assert_eq!(
            (cn2.ip.unwrap().to_string(), cn2.mac_address.as_str()),
            ("10.0.0.12".to_owned(), "aa:bb:cc:00:00:02"),
            "{name}"
        );
        assert!(made.report.entries.iter().all(|entry| !entry.text.contains("hunter2")), "{name}");
        if name.contains("conf") {
            assert_eq!(
                (made.cluster.network.domain.as_str(), made.cluster.network.gateway.as_str()),
                ("lab.example", "10.0.0.254")
            );
        }
    }
    let empty = alone(&[(
        "dhcpd.conf",
        "option domain-name \"a.example\";\nsubnet 10.0.0.0 netmask 255.0.0.0 { range 10.0.0.5 10.0.0.9; }\n",
    )]);
    said(&empty, "range", "no place", "no DHCP server");
    let both = alone(&[
        ("ethers", "aa:bb:cc:00:00:01 cn1\naa:bb:cc:00:00:02 10.0.0.12\n"),
        ("hosts", "10.0.0.11 cn1\n10.0.0.12 cn2\n"),
    ]);
    assert_eq!(node(&both.cluster, "cn2").mac_address, "aa:bb:cc:00:00:02");
}

#[test]
fn tables_with_decimal_commas_and_columns_for_the_racks_are_read() {
    let text = "Name;RAM;Mgmt IP;IB IP;Rack;Colour\ncn1;\"1,5 TB\";10.9.0.1;10.1.0.1;r1;red\ncn2;768,5 GB;10.9.0.2;10.1.0.2;r1;red\n";
    let made = alone(&[("nodes.csv", text)]);
    assert_eq!(node(&made.cluster, "cn1").memory_mib, 1_572_864);
    assert_eq!(node(&made.cluster, "cn2").memory_mib, 786_944);
    assert_eq!(node(&made.cluster, "cn2").fabric_ip.unwrap().to_string(), "10.1.0.2");
    said(&made, "column Mgmt IP", "no place", "BMC");
    said(&made, "column Rack", "no place", "");
    said(&made, "column Colour", "unknown", "");
    let made = alone(&[("nodes.csv", "host,ram (tb),mem\ncn1,\"1,5\",\ncn2,,\"1,024 GB\"\n")]);
    assert_eq!((node(&made.cluster, "cn1").memory_mib, node(&made.cluster, "cn2").memory_mib), (1_572_864, 1 << 20));
}

#[test]
fn what_is_not_understood_is_not_counted_as_such() {
    let conf = "StateSaveLocation=/shared/slurm/state\nSlurmUser=root\nSlurmdSpoolDir=/scratch/slurmd\nSlurmctldParameters=enable_configless\n\
        ReturnToService=2\nAuthType=auth/slurm\nUsePAM=1\nTaskPlugin=task/affinity\nProctrackType=proctrack/pgid\nPrologFlags=Contain\n\
        JobAcctGatherType=jobacct_gather/linux\nMpiDefault=pmix\nNodeName=a RealMemory=64000";
    let made = alone(&[("slurm.conf", conf)]);
    for key in conf.lines().map(|line| line.split('=').next().unwrap()).filter(|key| *key != "NodeName") {
        said(&made, &format!("{key}="), "no place", "");
    }
    let same = "StateSaveLocation=/var/spool/slurmctld\nSlurmUser=slurm\nSlurmdSpoolDir=/var/spool/slurmd\nReturnToService=1\nAuthType=auth/munge\n\
        TaskPlugin=task/cgroup,task/affinity\nProctrackType=proctrack/cgroup\nNodeName=a RealMemory=64000";
    let made = alone(&[("slurm.conf", same)]);
    assert_eq!(made.report.count("no place"), 0, "{:?}", made.report);
}
