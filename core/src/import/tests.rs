use super::*;
use crate::cluster::expand::expand;
use crate::cluster::{Cluster, GpuVendor, Node, Role};
use crate::modules::schedulable_memory;
use crate::preset;
use crate::totals::totals;
use proptest::prelude::*;

pub(super) fn file(name: &str, text: &str) -> SourceFile {
    SourceFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

fn imported(files: &[SourceFile], before: &Cluster, mode: Mode) -> Proposal {
    propose(&read(None, files).unwrap(), before, mode)
}

/// A design of its own from these files.
pub(super) fn alone(files: &[(&str, &str)]) -> Proposal {
    let files: Vec<SourceFile> = files.iter().map(|(name, text)| file(name, text)).collect();
    imported(&files, &Cluster::default(), Mode::Replace)
}

pub(super) fn node(cluster: &Cluster, name: &str) -> Node {
    expand(cluster).into_iter().find(|node| node.name == name).unwrap_or_else(|| panic!("no {name}"))
}

/// The line of the report about `text`.
#[track_caller]
pub(super) fn line(report: &Report, text: &str) -> String {
    let found = report.entries.iter().find(|entry| entry.text.contains(text));
    let all = || report.entries.iter().map(|entry| report.line(entry) + "\n").collect::<String>();
    report.line(found.unwrap_or_else(|| panic!("nothing about {text} in\n{}", all())))
}

pub(super) fn hosts(cluster: &Cluster) -> Vec<&str> {
    cluster.nodes.iter().map(|group| group.hosts.as_str()).collect()
}

const SITE: &[(&str, &str)] = &[
    ("etc/slurm.conf", include_str!("../../tests/import/slurm.conf")),
    ("etc/nodes.conf", include_str!("../../tests/import/nodes.conf")),
    ("etc/gres.conf", include_str!("../../tests/import/gres.conf")),
];

#[test]
fn a_slurm_conf_becomes_groups_partitions_and_settings() {
    let Proposal { cluster, report } = alone(SITE);
    assert_eq!(hosts(&cluster), ["ctl[1-2]", "cn[1-8]", "hm[01-02]", "gn[1-2]", "old"]);
    assert_eq!(node(&cluster, "ctl2").roles, [Role::Controller]);
    assert_eq!(node(&cluster, "ctl2").ip.unwrap().to_string(), "10.20.0.2");
    let gpu = node(&cluster, "gn2");
    assert_eq!((gpu.sockets, gpu.cores_per_socket, gpu.threads_per_core, gpu.gpus.count), (2, 32, 2, 4));
    assert_eq!((gpu.gpus.model.as_str(), gpu.gpus.vendor), ("h100", GpuVendor::Nvidia));
    assert_eq!(schedulable_memory(gpu.memory_mib), 1_000_000);
    assert_eq!(node(&cluster, "hm01").features, ["bigmem"]);
    let [main, gpu, big] = &cluster.slurm.partitions[..] else { panic!() };
    assert_eq!((main.nodes.as_str(), main.is_default, main.max_time.as_str()), ("", true, "2-00:00:00"));
    assert_eq!((gpu.max_time.as_str(), gpu.priority_tier, gpu.exclusive), ("", 10, true));
    assert_eq!(gpu.allow_groups, ["lab", "guests"]);
    assert_eq!((big.nodes.as_str(), big.allow_accounts[0].as_str()), ("hm[01-02],cn[1-4]", "physics"));
    assert_eq!(cluster.general.name, "aurora");
    assert_eq!(cluster.slurm.backup.host, "ctl2");
    assert_eq!(cluster.slurm.extra_config, "KillWait=45\nPrivateData=\"jobs, usage\"");
    assert_eq!(line(&report, "Weight=20"), "etc/nodes.conf:4 taken: Weight=20 → nodes[2].weight");
    assert_eq!(line(&report, "Pass=…").find("hunter2"), None);
    for (text, word) in [
        ("TmpDisk=4000", "no place"),
        ("LLN=yes", "no place"),
        ("Hidden=no", "implied"),
        ("Type=h100", "taken"),
        ("slurmctldhost=ctl2", "taken"),
        ("RealMemory=250000", "taken"),
        ("include nodes.conf", "implied"),
    ] {
        assert!(line(&report, &text.replace("include", "Include")).contains(&format!(" {word}: ")), "{text}");
    }
}

#[test]
fn what_slurm_refuses_is_told_with_its_line() {
    let report = alone(&[(
        "slurm.conf",
        "NodeName=a[1-2] Sockets=two CPUs=3 Rockets=4\nNodeName=a2\nNodeName=b[1-\nnonsense\nRockets=7\n\
         ControlMachine=h KillWait=1\nInclude more.conf\nPartitionName=p Nodes=a1 MaxTime=soon State=LOST Stages=3\n\
         PartitionName=q\nTreeWidth=5\nTreeWidth=6\nNodeName=c1 Sockets=2 CPUs=1",
    )])
    .report;
    for (text, what) in [
        ("Sockets=two", "slurm.conf:1 wrong"),
        ("CPUs=3", "slurm.conf:1 taken"),
        ("NodeName=a2", "slurm.conf:2 wrong: NodeName=a2 → “a2” names a2 again"),
        ("NodeName=b[1-", "slurm.conf:3 wrong"),
        ("nonsense", "slurm.conf:4 wrong"),
        ("Rockets=7", "slurm.conf:5 unknown"),
        ("Rockets=4", "slurm.conf:1 unknown"),
        ("KillWait=1", "slurm.conf:6 wrong"),
        ("Include more.conf", "slurm.conf:7 wrong: Include more.conf → more.conf is not among the files: bring it too"),
        ("MaxTime=soon", "slurm.conf:8 wrong"),
        ("State=LOST", "slurm.conf:8 wrong"),
        ("Stages=3", "slurm.conf:8 unknown"),
        ("PartitionName=q", "slurm.conf:9 no place"),
        ("TreeWidth=5", "slurm.conf:10 wrong: TreeWidth=5 → it is set again on line 11, which counts"),
        ("TreeWidth=6", "slurm.conf:11 taken"),
        ("CPUs=1", "slurm.conf:12 wrong"),
    ] {
        let found = line(&report, text);
        assert!(found.starts_with(what), "{found}");
    }
}

#[test]
fn files_that_include_themselves_come_to_an_end() {
    let report = alone(&[("slurm.conf", "Include a\nNodeName=n1"), ("a", "Include slurm.conf\nInclude a")]).report;
    assert!(line(&report, "Include slurm.conf").contains("includes itself"));
    assert!(line(&report, "NodeName=n1").contains("nodes[0]"));
}

#[test]
fn a_merge_matches_nodes_and_partitions_by_name() {
    let before = preset::find("eight-node").unwrap().cluster();
    let names: Vec<String> = expand(&before).into_iter().map(|node| node.name).collect();
    let worker = expand(&before).into_iter().find(|node| node.is(Role::Worker)).unwrap();
    let partition = before.slurm.partitions[0].name.clone();
    let text = format!(
        "NodeName={} Sockets=7 Weight=3\nNodeName=new[1-2] CPUs=4\nPartitionName={partition} Nodes=ALL MaxTime=7",
        worker.name
    );
    let Proposal { cluster, report } = imported(&[file("slurm.conf", &text)], &before, Mode::Merge);
    let changed = node(&cluster, &worker.name);
    assert_eq!((changed.sockets, changed.weight), (7, 3));
    assert_eq!((changed.ip, changed.gpus, changed.boot), (worker.ip, worker.gpus, worker.boot));
    assert_eq!(expand(&cluster).len(), names.len() + 2);
    for name in names.iter().filter(|name| **name != worker.name) {
        let (a, b) = (node(&before, name), node(&cluster, name));
        assert_eq!((a.ip, a.memory_mib, a.roles, a.features), (b.ip, b.memory_mib, b.roles, b.features));
    }
    assert_eq!(cluster.slurm.partitions.len(), before.slurm.partitions.len());
    assert_eq!(cluster.slurm.partitions[0].max_time, "7");
    assert_eq!((&cluster.users, &cluster.storage), (&before.users, &before.storage));
    assert!(!report.is_empty());
}

#[test]
fn what_is_exported_changes_nothing_when_it_is_merged() {
    for preset in preset::PRESETS {
        let cluster = preset.cluster();
        let row = |node: &Node| format!("{}\t{}\n", node.ip.unwrap(), node.name);
        let text: String = expand(&cluster).iter().map(row).collect();
        let proposal = imported(&[file("hosts", &text)], &cluster, Mode::Merge);
        assert_eq!(proposal.cluster, cluster, "{}", preset.name);
    }
}

#[test]
fn a_hosts_file_gives_nodes_their_addresses() {
    let mut text = "127.0.0.1 localhost\n::1 ip6-localhost\n\n# nodes\n".to_owned();
    for rack in 0..4 {
        for unit in 1..=200 {
            let number = rack * 200 + unit;
            text += &format!("10.30.{rack}.{unit} cn{number:04}.lab.example cn{number:04} # rack {rack}\n");
        }
    }
    text += "10.31.0.1 cn0001-ipmi\n10.30.9.1 cn0001\nfd00::7 cn0002\nnowhere cn3\n10.30.9.9\n10.30.9.8 _x";
    let Proposal { cluster, report } = alone(&[("hosts", &text)]);
    assert_eq!(hosts(&cluster), ["cn[0001-0800]"]);
    assert_eq!(cluster.nodes[0].overrides.len(), 3);
    assert_eq!(node(&cluster, "cn0421").ip.unwrap().to_string(), "10.30.2.21");
    assert_eq!(cluster.network.domain, "lab.example");
    assert_eq!(cluster.network.subnet, "10.30.0.0/22");
    for (text, word) in [
        ("localhost", "implied"),
        ("-ipmi", "no place"),
        ("10.30.9.1 ", "no place"),
        ("fd00::7", "no place"),
        ("nowhere", "wrong"),
        ("_x", "wrong"),
    ] {
        assert!(line(&report, text).contains(&format!(" {word}: ")), "{}", line(&report, text));
    }
}

#[test]
fn a_table_is_read_by_its_column_names() {
    for text in [
        "Hostname,IP address,MAC,Role,Sockets,Cores per socket,Threads,RAM (GB),GPUs,GPU model,Rack\n\
         cn1,10.0.0.1,00-11-22-33-44-55,compute,2,16,2,256,0,,r1\n\"gn[1-2]\",10.0.0.9,,worker,2,32,1,1024,4,NVIDIA H100,r2\n",
        "host;ip;hwaddr;type;sockets;cores_per_socket;smt;memory;gpus;rack\r\n\
         cn1.lab;10.0.0.1;001122334455;worker;2;16;2;256 GiB;-;r1\r\ngn[1-2];10.0.0.9;;worker;2;32;1;1T;4x H100;\"r\n2\"\r\n",
        "node\tipv4\tmac\trole\tcpus\tsockets\tthreads\tmem_mb\tgres\nrack\n\
         cn1\t10.0.0.1\t0011.2233.4455\tworker\t64\t2\t2\t262144\t0\ngn[1-2]\t10.0.0.9\t\tworker\t64\t2\t1\t1048576\tgpu:h100:4",
    ] {
        let Proposal { cluster, report } = alone(&[("nodes.csv", text)]);
        let cn1 = node(&cluster, "cn1");
        assert_eq!((cn1.sockets, cn1.cores_per_socket, cn1.threads_per_core, cn1.memory_mib), (2, 16, 2, 262_144));
        assert_eq!((cn1.mac_address.as_str(), cn1.gpus.count), ("00:11:22:33:44:55", 0), "{text}");
        let gn2 = node(&cluster, "gn2");
        assert_eq!((gn2.ip.unwrap().to_string(), gn2.memory_mib), ("10.0.0.10".to_owned(), 1 << 20));
        assert_eq!((gn2.gpus.model.as_str(), gn2.gpus.count, gn2.cores_per_socket), ("h100", 4, 32));
        assert!(report.count("wrong") == 0 || text.contains("\nrack\n"), "{report:?}");
    }
    let report = alone(&[("nodes.csv", "host,mem,colour\na,much,red\n,1,\nb c!,2 GiB,\n")]).report;
    assert!(line(&report, "colour").starts_with("nodes.csv:1 unknown"));
    assert!(line(&report, "mem: much").starts_with("nodes.csv:2 wrong"));
    assert!(line(&report, "b c! 2 GiB").starts_with("nodes.csv:4 wrong"));
}

#[test]
fn a_thousand_lines_give_a_few_groups() {
    let mut text = "hostname,ip,cpus,memory\n".to_owned();
    for number in (1..=1000).rev() {
        let memory = if number <= 600 { 256 } else { 512 };
        text += &format!("r{}n{number:04},10.1.{}.{},64,{memory}\n", number / 100, number / 250, number % 250 + 1);
    }
    let cluster = alone(&[("nodes.csv", &text)]).cluster;
    assert_eq!(cluster.nodes.len(), 2, "{:?}", hosts(&cluster));
    assert_eq!(totals(&cluster).nodes, 1000);
    assert_eq!(node(&cluster, "r9n0999").ip.unwrap().to_string(), "10.1.3.250");
}

const INI: &str = "\
mail.lab.example
[controllers]
head ansible_host=10.0.2.1

[compute]
cn[001:128] memory_gb=256
gn[1:2] gpus=4 gpu_model=A100 ansible_become_password=hunter2 rack=\"r 7\" # the two

[compute:vars]
sockets=2
cores=64
ansible_user=root

[slurm_nodes:children]
compute
[odd:thing]
";

const YAML: &str = "\
---
all:
  children:
    controllers:
      hosts:
        head: { ansible_host: 10.0.2.1 }
    slurm_nodes:
      children:
        compute:
          hosts:
            cn[001:128]: { memory_gb: 256 }
            gn[1:2]:
              gpus: 4
              gpu_model: A100
              ansible_become_password: hunter2
              rack: r 7
              disks: [sda, sdb]
          vars:
            sockets: 2
            cores: 64
            ansible_user: root
  hosts:
    mail.lab.example:
  colour: red
";

#[test]
fn an_inventory_is_read_in_both_forms() {
    for (name, text) in [("inventory.ini", INI), ("inventory.yml", YAML)] {
        let Proposal { cluster, report } = alone(&[(name, text)]);
        assert_eq!(totals(&cluster).nodes, 132, "{name}");
        assert_eq!(node(&cluster, "head").roles, [Role::Controller]);
        let cn = node(&cluster, "cn128");
        assert_eq!((cn.sockets, cn.cores_per_socket, cn.memory_mib), (2, 32, 262_144), "{name}");
        let gn = node(&cluster, "gn2");
        assert_eq!((gn.gpus.model.as_str(), gn.gpus.count, gn.cores_per_socket), ("a100", 4, 32));
        assert_eq!(node(&cluster, "mail").roles, [Role::Worker]);
        assert!(line(&report, "become_password").contains("=… → a password must never"), "{name}");
        assert!(line(&report, "rack=r 7").contains(" no place: "));
        assert!(line(&report, "ansible_user").contains(" no place: "));
        assert!(line(&report, "group slurm_nodes").contains(" no place: "));
        assert!(report.entries.iter().all(|entry| entry.line > 0 || entry.file == report::ALL_FILES), "{name}");
    }
    let broken = alone(&[("inventory.yml", "all:\n  hosts:\n    a: [1\n    b: }\n")]).report;
    assert!(broken.entries.iter().any(is_no_yaml), "{broken:?}");
}

fn is_no_yaml(entry: &Entry) -> bool {
    matches!(&entry.outcome, Outcome::Wrong(why) if why.contains("YAML"))
}

#[test]
fn our_own_designs_replace_or_add() {
    let large = preset::find("large").unwrap().cluster();
    let zip = crate::archive::zip("large", &crate::flake::generate(&large));
    let as_zip = SourceFile { name: "large.zip".to_owned(), bytes: zip };
    let folder = [file("flake/cluster.json", &large.to_json()), file("flake/flake.nix", "{ }")];
    for files in [&[as_zip][..], &folder, &[file("site.json", &large.to_json())]] {
        assert_eq!(imported(files, &Cluster::default(), Mode::Replace).cluster, large);
    }
    let minimal = preset::find("minimal").unwrap().cluster();
    let merged = imported(&folder, &minimal, Mode::Merge).cluster;
    assert_eq!(merged.general, minimal.general);
    assert!(totals(&merged).nodes > 500);
    let damaged = alone(&[("cluster.json", "{\"version\":1,\"nodes\":7}")]);
    assert!(damaged.report.is_empty());
    assert!(line(&damaged.report, "the description").contains("nodes"));
}

#[test]
fn what_cannot_be_imported_says_why() {
    let fails = |files: &[SourceFile]| read(None, files).err().expect("a failure");
    assert!(fails(&[]).contains("nothing to import"));
    assert!(fails(&[file("x", "Dear all,\nhow are you?")]).contains("none of what can be imported"));
    assert!(fails(&[file("slurm.conf", &"#".repeat(MAX_BYTES + 1))]).contains("at most"));
    assert!(fails(&vec![file("slurm.conf", "A=1"); MAX_FILES + 1]).contains("files"));
    assert!(fails(&[file("hosts", "-----BEGIN OPENSSH PRIVATE KEY-----")]).contains("private key"));
}

#[test]
fn names_and_contents_tell_the_kind() {
    for (name, text, kind) in [
        ("slurm.conf.example", "", "slurm"),
        ("pasted text", "# x\nclustername = a", "slurm"),
        ("pasted text", "# x\n\n10.0.0.1 a", "hosts"),
        ("hosts", "[all]\na b=1", "ansible"),
        ("pasted text", "host;ip\na;1", "csv"),
        ("pasted text", "{\n\"version\": 1}", "own"),
        ("site.yaml", "all:", "ansible"),
    ] {
        let found = recognise(&[file(name, text), file("other.txt", "")]).map(|importer| importer.kind);
        assert_eq!(found, Some(kind), "{name}: {text}");
    }
}

/// Lines that have something of each kind in them.
fn words() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("NodeName=".to_owned()),
        Just("PartitionName=".to_owned()),
        Just("DEFAULT ".to_owned()),
        Just("Nodes=ALL ".to_owned()),
        Just("Include ".to_owned()),
        Just("cn[1-3] ".to_owned()),
        Just("cn[001:9] ".to_owned()),
        Just("CPUs=65535 Sockets=65535 CoresPerSocket=65535 ThreadsPerCore=65535 ".to_owned()),
        Just("RealMemory=18446744073709551615 ".to_owned()),
        Just("Gres=gpu:(:,k ".to_owned()),
        Just("SlurmctldHost=a(b".to_owned()),
        Just("dhcp-host=".to_owned()),
        Just("aa:bb:cc:00:00:01,".to_owned()),
        Just("host a { hardware ethernet ".to_owned()),
        Just("{\"Dhcp4\": {\"reservations\": [".to_owned()),
        Just("}".to_owned()),
        Just("a_1-ib0 ".to_owned()),
        Just("10.0.0.1 a.b c\n".to_owned()),
        Just("host,ip,mem,gpus\n".to_owned()),
        Just("[a:children]\n".to_owned()),
        Just("all:\n  hosts:\n    ".to_owned()),
        Just("- {a: [".to_owned()),
        Just("\\\n".to_owned()),
        Just("\"".to_owned()),
        "[ -~\\n]{0,12}",
        ".{0,4}",
    ];
    proptest::collection::vec(word, 0..24).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn no_bytes_make_an_import_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), kind in 0..IMPORTERS.len()) {
        let files = [SourceFile { name: "x".to_owned(), bytes }];
        if let Ok(reading) = read(Some(&IMPORTERS[kind]), &files) {
            propose(&reading, &Cluster::default(), Mode::Merge);
        }
    }

    #[test]
    fn no_lines_make_an_import_panic(text in words(), more in words(), kind in 0..IMPORTERS.len(), merge: bool) {
        let files = [file("slurm.conf", &text), file("gres.conf", &more)];
        let before = preset::find("minimal").unwrap().cluster();
        let mode = if merge { Mode::Merge } else { Mode::Replace };
        if let Ok(reading) = read(Some(&IMPORTERS[kind]), &files) {
            let report = propose(&reading, &before, mode).report;
            for entry in &report.entries {
                prop_assert!(entry.outcome.reason() != Some(""), "{}", report.line(entry));
            }
        }
    }

    #[test]
    fn memory_that_jobs_can_use_is_kept_exactly(usable in 0_u64..3_000_000) {
        let text = format!("NodeName=a RealMemory={usable}");
        let cluster = alone(&[("slurm.conf", &text)]).cluster;
        prop_assert_eq!(schedulable_memory(cluster.nodes[0].memory_mib), usable);
    }
}
