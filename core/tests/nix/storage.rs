//! Who mounts what from whom.

use crate::harness::{World, opens, strings};
use crate::{Invariant, Switch, hold};
use clusterflake_core::cluster::{
    Cluster, Described, FileSystemKind, NfsTransport, NfsVersion, Node, Role, SharedFileSystem,
};
use clusterflake_core::hostlist;
use serde_json::{Value, json};

pub const INVARIANTS: &[Invariant] = &[
    ("every node has every shared file system", every_mount_is_there),
    ("what is mounted over NFS is exported there, to where it comes from", nfs_clients_are_served),
    ("storage opens what its services need, towards the networks that are used", ports_fit),
    ("storage that is not used leaves nothing behind", unused_is_absent),
    ("mounts that fail are tried again", failed_mounts_are_tried_again),
    ("scratch space is on the workers, writable by everybody", scratch_is_on_workers),
];

pub const SWITCHES: &[Switch] = &[
    Switch {
        name: "home's NFS",
        levels: &[
            "",
            r#"storage.shared[0].nfsVersion = "3""#,
            r#"storage.shared[0].transport = "rdma""#,
            "storage.shared[0].nfsVersion = \"3\"\nstorage.shared[0].transport = \"rdma\"",
            "storage.shared[0].exportOptions = [\"rw\", \"sync\", \"no_subtree_check\", \"fsid=7\"]\nstorage.shared[0].mode = \"1777\"",
            r#"storage.shared[0].mountOptions = ["nconnect=4", "nosuid"]"#,
            r#"storage.shared[0].export = "/home""#,
        ],
    },
    Switch {
        name: "second file system",
        levels: &[
            "",
            r#"storage.shared[1].server = "store1""#,
            "storage.shared[1].server = \"head1\"\nstorage.shared[1].transport = \"rdma\"",
            r#"storage.shared[1].export = "/shared/state""#,
        ],
    },
    Switch {
        name: "third file system",
        levels: &[
            "",
            r#"storage.shared[2] = {"server": "cn1", "export": "/export/apps", "mount": "/apps", "nfsVersion": "3"}"#,
            r#"storage.shared[2] = {"kind": "cephfs", "monitors": ["10.9.0.1", "10.9.0.2:3300"], "fsid": "433a2193-4f8a-47a0-95d2-209d7ca2cca5", "secretFile": "/var/lib/secrets/ceph", "mount": "/work"}"#,
            r#"storage.shared[2] = {"kind": "glusterfs", "server": "store[1-2]", "export": "/data/brick", "volume": "gv0", "mount": "/work"}"#,
            r#"storage.shared[2] = {"kind": "orangefs", "server": "store[1-2]", "export": "/data/orangefs", "mount": "/work"}"#,
            r#"storage.shared[2] = {"kind": "beegfs", "server": "10.0.9.1", "secretFile": "/var/lib/secrets/beegfs", "packageSource": "github:lab/beegfs-nix", "mount": "/work"}"#,
            r#"storage.shared[2] = {"kind": "lustre", "server": "10.0.9.1@tcp:10.0.9.2@tcp", "export": "lab", "packageSource": "path:./lustre", "mount": "/work"}"#,
        ],
    },
    Switch {
        name: "scratch",
        levels: &[
            "",
            "storage.scratch.enable = true",
            "storage.scratch.enable = true\nstorage.scratch.device = \"/dev/nvme1n1\"\nstorage.scratch.mount = \"/local\"",
            "storage.scratch.enable = true\nstorage.scratch.device = \"/dev/md/scratch\"",
        ],
    },
];

/// Whether `node` mounts `fs` over the fabric.
fn over_fabric(fs: &SharedFileSystem, node: &Node) -> bool {
    fs.transport == NfsTransport::Rdma && node.fabric_ip.is_some()
}

fn of_kind(world: &World, kind: FileSystemKind) -> impl Iterator<Item = &SharedFileSystem> {
    world.cluster.storage.shared.iter().filter(move |fs| fs.kind == kind)
}

fn serves(fs: &SharedFileSystem, node: &Node) -> bool {
    hostlist::expand(&fs.server).is_ok_and(|hosts| hosts.contains(&node.name))
}

/// The network of the cluster or of the fabric.
fn network(world: &World, fabric: bool) -> &str {
    if fabric { &world.cluster.network.fabric.subnet } else { &world.cluster.network.subnet }
}

fn opens_both(config: &Value, subnet: &str, port: u64) -> bool {
    opens(config, subnet, "tcp", port) && opens(config, subnet, "udp", port)
}

fn every_mount_is_there(world: &World) {
    for (node, config) in world.each() {
        for fs in &world.cluster.storage.shared {
            let at = format!("{} on {}", fs.mount, node.name);
            let found = &config["fileSystems"][&fs.mount];
            let options = strings(&found["options"]);
            let is = |kind: &str, device: &str| {
                assert_eq!((found["fsType"].as_str(), found["device"].as_str()), (Some(kind), Some(device)), "{at}");
                assert!(kind == "none" || options.contains(&"_netdev"), "{at}");
            };
            match fs.kind {
                FileSystemKind::Nfs if serves(fs, node) => {
                    if fs.mount == fs.export {
                        assert!(found.is_null(), "{at}");
                    } else {
                        is("none", &fs.export);
                        assert_eq!(options, ["bind"], "{at}");
                    }
                    let rule = format!("d {} {} root root -", fs.export, fs.mode);
                    assert!(strings(&config["systemd"]["tmpfiles"]["rules"]).contains(&rule.as_str()), "{at}");
                }
                // The others' devices: below.
                FileSystemKind::Nfs => assert_eq!(found["fsType"], "nfs", "{at}"),
                FileSystemKind::CephFs => {
                    let folder = if fs.export.is_empty() { "/" } else { &fs.export };
                    is("ceph", &format!("{}@{}.{}={folder}", fs.ceph_user, fs.fsid, fs.fs_name));
                    let monitors = format!("mon_addr={}", fs.monitors.join("/"));
                    let key = format!("secretfile={}", fs.secret_file);
                    assert!(options.contains(&monitors.as_str()) && options.contains(&key.as_str()), "{at}");
                    assert!(strings(&config["boot"]["kernelModules"]).contains(&"ceph"), "{at}");
                }
                FileSystemKind::GlusterFs => {
                    let servers = hostlist::expand(&fs.server).unwrap();
                    let host = if serves(fs, node) { "localhost" } else { &servers[0] };
                    is("glusterfs", &format!("{host}:/{}", fs.volume));
                }
                FileSystemKind::OrangeFs => {
                    let servers = hostlist::expand(&fs.server).unwrap();
                    let host = if serves(fs, node) { &node.name } else { &servers[0] };
                    let client = &config["services"]["orangefs"]["client"];
                    let target = format!("tcp://{host}:3334/orangefs");
                    let mounted = json!([{"mountPoint": fs.mount, "target": target, "options": fs.mount_options}]);
                    assert_eq!(client, &json!({"enable": true, "fileSystems": mounted}), "{at}");
                }
                FileSystemKind::BeeGfs => {
                    is("beegfs", "beegfs_nodev");
                    let file = options.iter().find_map(|option| option.strip_prefix("cfgFile=/etc/")).unwrap();
                    let text = config["environment"]["etc"][file]["text"].as_str().unwrap();
                    assert!(text.contains(&format!("sysMgmtdHost = {}\n", fs.server)), "{at}: {text}");
                    let secret = format!("connAuthFile = {}\n", fs.secret_file);
                    let open = "connDisableAuthentication = true\n";
                    assert!(text.ends_with(if fs.secret_file.is_empty() { open } else { &secret }), "{at}: {text}");
                }
                FileSystemKind::Lustre => {
                    is("lustre", &format!("{}:/{}", fs.server, fs.export));
                    assert!(config["boot"]["extraModprobeConfig"].as_str().unwrap().contains("options lnet networks="));
                }
            }
            let missing = fs.mount_options.iter().find(|option| !options.contains(&option.as_str()));
            let takes_options =
                fs.kind != FileSystemKind::OrangeFs && !(fs.kind == FileSystemKind::Nfs && serves(fs, node));
            assert!(!takes_options || missing.is_none(), "{at}: {missing:?}");
        }
    }
}

fn failed_mounts_are_tried_again(world: &World) {
    for (node, config) in world.each() {
        let at = &node.name;
        let mounted = |fs: &&SharedFileSystem| !(serves(fs, node) && fs.mount == fs.export);
        let mounts: Vec<&str> =
            world.cluster.storage.shared.iter().filter(mounted).map(|fs| fs.mount.as_str()).collect();
        let script = config["systemd"]["services"]["shared-mounts"]["script"].as_str().unwrap_or_default();
        let wanted = if mounts.is_empty() { None } else { Some(format!("mounts=({})", mounts.join(" "))) };
        assert_eq!(script.lines().next(), wanted.as_deref(), "{at}");
        let timer = &config["systemd"]["timers"]["shared-mounts"];
        assert_eq!(strings(&timer["wantedBy"]) == ["timers.target"], wanted.is_some(), "{at}");
        // The client of OrangeFS is a service of its own, which takes the mount along.
        let orangefs = of_kind(world, FileSystemKind::OrangeFs).next().is_some();
        let restart = &config["systemd"]["services"]["orangefs-client"]["serviceConfig"]["Restart"];
        assert_eq!(*restart == "on-failure", orangefs, "{at}");
    }
}

fn nfs_clients_are_served(world: &World) {
    for (node, config) in world.each() {
        for fs in of_kind(world, FileSystemKind::Nfs).filter(|fs| !serves(fs, node)) {
            let at = format!("{} on {}", fs.mount, node.name);
            let server = world.nodes.iter().find(|other| serves(fs, other)).unwrap();
            let rdma = over_fabric(fs, node);
            let from = network(world, rdma);
            let found = &config["fileSystems"][&fs.mount];
            let host = if rdma { server.fabric_ip.unwrap().to_string() } else { server.name.clone() };
            assert_eq!(found["device"], format!("{host}:{}", fs.export), "{at}");
            let options = strings(&found["options"]);
            let version = if fs.nfs_version == NfsVersion::V3 { "nfsvers=3" } else { "nfsvers=4.2" };
            assert!(options.contains(&version), "{at}: {options:?}");
            assert_eq!(options.contains(&"proto=rdma") && options.contains(&"port=20049"), rdma, "{at}");

            // A large cluster's server may not be among the evaluated nodes.
            let Some(serving) = world.configs.get(&server.name) else { continue };
            let exports = serving["services"]["nfs"]["server"]["exports"].as_str().unwrap_or_default();
            let line = exports.lines().find(|line| line.split(' ').next() == Some(&fs.export));
            let line = line.unwrap_or_else(|| panic!("{at}: {} exports no {}", server.name, fs.export));
            let entry = format!(" {from}({})", fs.export_options.join(","));
            assert!(line.contains(&entry), "{at}: {line}");
            assert!(opens(serving, from, "tcp", if rdma { 20049 } else { 2049 }), "{at}: {} is shut", server.name);
            if rdma {
                assert_eq!(serving["services"]["nfs"]["settings"]["nfsd"], json!({"rdma": true, "rdma-port": 20049}));
                for config in [config, serving] {
                    assert!(strings(&config["boot"]["kernelModules"]).contains(&"rpcrdma"), "{at}");
                }
            }
            if fs.nfs_version == NfsVersion::V3 {
                let port = |config: &Value, name: &str| {
                    config["services"]["nfs"]["server"][name].as_u64().unwrap_or_else(|| panic!("{at}: no {name}"))
                };
                let (statd, lockd, mountd) = ("statdPort", "lockdPort", "mountdPort");
                for wanted in [111, port(serving, statd), port(serving, lockd), port(serving, mountd)] {
                    assert!(opens_both(serving, from, wanted), "{at}: {} keeps {wanted} shut", server.name);
                }
                for wanted in [111, port(config, statd), port(config, lockd)] {
                    assert!(opens_both(config, from, wanted), "{at}: {wanted} is shut for the server");
                }
            }
        }
    }
}

/// Open exactly where somebody comes in.
fn ports_fit(world: &World) {
    // Without a firewall nobody can tell the networks apart.
    if !world.cluster.network.firewall {
        return;
    }
    let version3 = |fs: &&SharedFileSystem| fs.nfs_version == NfsVersion::V3;
    for (node, config) in world.each() {
        let at = &node.name;
        for fabric in [false, true] {
            let from = network(world, fabric);
            let comes = |fs: &SharedFileSystem, client: &Node| !serves(fs, client) && over_fabric(fs, client) == fabric;
            let serving: Vec<&SharedFileSystem> = of_kind(world, FileSystemKind::Nfs)
                .filter(|fs| serves(fs, node) && world.nodes.iter().any(|client| comes(fs, client)))
                .collect();
            let called_back = of_kind(world, FileSystemKind::Nfs).filter(version3).any(|fs| comes(fs, node));
            let (nfs, rdma) = (opens(config, from, "tcp", 2049), opens(config, from, "tcp", 20049));
            assert_eq!((nfs, rdma), (!serving.is_empty() && !fabric, !serving.is_empty() && fabric), "{at}: {from}");
            let serves_version3 = serving.iter().any(version3);
            assert_eq!(opens_both(config, from, 111), serves_version3 || called_back, "{at}: {from}");
            assert_eq!(opens_both(config, from, 4002), serves_version3, "{at}: {from}");
        }
        let subnet = network(world, false);
        let has_brick = of_kind(world, FileSystemKind::GlusterFs).any(|fs| serves(fs, node));
        assert_eq!(opens(config, subnet, "tcp", 24007), has_brick, "{at}");
        // Others, such as MPI, may have these ports open too.
        let bricks = opens(config, subnet, "tcp", 49152) && opens(config, subnet, "tcp", 60999);
        assert!(bricks || !has_brick, "{at}");
        let has_data = of_kind(world, FileSystemKind::OrangeFs).any(|fs| serves(fs, node));
        assert_eq!(opens(config, subnet, "tcp", 3334), has_data, "{at}");
        assert_eq!(opens(config, subnet, "udp", 8004), of_kind(world, FileSystemKind::BeeGfs).count() > 0, "{at}");
        let over_tcp = of_kind(world, FileSystemKind::Lustre).any(|fs| fs.server.contains("@tcp"));
        assert_eq!(opens(config, subnet, "tcp", 988), over_tcp, "{at}");
    }
}

fn unused_is_absent(world: &World) {
    for (node, config) in world.each() {
        let at = &node.name;
        let serving = |kind| of_kind(world, kind).any(|fs| serves(fs, node));
        let any = |kind| of_kind(world, kind).next().is_some();
        let services = &config["services"];
        let available = |name: &str| config["cluster"]["services"][name]["available"] == true;
        assert_eq!(services["nfs"]["server"]["enable"] == true, serving(FileSystemKind::Nfs), "{at}");
        assert_eq!(available("nfs-server"), serving(FileSystemKind::Nfs), "{at}");
        let mounts = of_kind(world, FileSystemKind::Nfs).any(|fs| !serves(fs, node));
        assert_eq!(available("nfs-client"), mounts, "{at}");
        assert!(mounts || serving(FileSystemKind::Nfs) || services["nfs"].is_null(), "{at}");
        assert_eq!(services["glusterfs"]["enable"] == true, serving(FileSystemKind::GlusterFs), "{at}");
        assert_eq!(services["orangefs"]["server"]["enable"] == true, serving(FileSystemKind::OrangeFs), "{at}");
        assert_eq!(services["orangefs"].is_null(), !any(FileSystemKind::OrangeFs), "{at}");
        for (kind, client) in [
            (FileSystemKind::CephFs, "cephfs-client"),
            (FileSystemKind::GlusterFs, "glusterfs-client"),
            (FileSystemKind::OrangeFs, "orangefs-client"),
            (FileSystemKind::BeeGfs, "beegfs-client"),
            (FileSystemKind::Lustre, "lustre-client"),
        ] {
            assert_eq!(available(client), any(kind), "{at}: {client}");
        }
        let packages = json!(["<package linuxPackages.beegfs>", "<package linuxPackages.lustre-client>"]);
        for (kind, package) in
            [FileSystemKind::BeeGfs, FileSystemKind::Lustre].into_iter().zip(packages.as_array().unwrap())
        {
            let found = config["boot"]["extraModulePackages"].as_array().is_some_and(|list| list.contains(package));
            assert_eq!(found, any(kind), "{at}: {package}");
        }
    }
}

fn scratch_is_on_workers(world: &World) {
    let scratch = &world.cluster.storage.scratch;
    for (node, config) in world.each() {
        let here = scratch.enable && node.is(Role::Worker);
        let rule = format!("d {} 1777 root root -", scratch.mount);
        assert_eq!(strings(&config["systemd"]["tmpfiles"]["rules"]).contains(&rule.as_str()), here, "{}", node.name);
        let mounted = &config["fileSystems"][&scratch.mount];
        if here && !scratch.device.is_empty() {
            assert_eq!((&mounted["device"], &mounted["fsType"]), (&json!(scratch.device), &json!(scratch.fs_type)));
        } else {
            assert!(mounted.is_null() || world.cluster.storage.shared.iter().any(|fs| fs.mount == scratch.mount));
        }
    }
}

/// Every kind with nothing beside it, and no shared file system at all.
#[test]
fn each_kind_of_file_system_works_alone() {
    let base = Cluster::from_json(include_str!("base.json")).unwrap();
    let switch = SWITCHES.iter().find(|switch| switch.name == "third file system").unwrap();
    let kinds = switch.levels.iter().filter_map(|level| level.split_once(" = ")).map(|(_, fs)| format!("[{fs}]"));
    for shared in kinds.chain(["[]".to_owned()]) {
        let mut cluster = base.clone();
        (Cluster::storage.get_mut)(&mut cluster).shared =
            Described::read(serde_json::from_str(&shared).unwrap()).unwrap();
        hold(&shared, cluster);
    }
}
