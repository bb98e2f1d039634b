//! The README, walked through: every command in it is run, in its order, on a machine and on nodes that are made up. Disks,
//! mounts and labels are files there; an `ssh` of our own reaches the nodes' folders by name and address.

use crate::harness::{Flake, World, opens};
use crate::matrix::edited;
use crate::tools::{PROGRAMS, as_designed};
use crate::update::{has_generations, running};
use clusterflake_core::cluster::{Cluster, Node, Role};
use clusterflake_core::flake::generate;
use clusterflake_core::hostlist;
use clusterflake_core::preset::PRESETS;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

/// Commands that are not run, and why.
const NOT_RUN: &[(&str, &str)] = &[
    ("sudo -i", "opens a shell, in which the others are typed"),
    ("passwd", "asks on the terminal"),
    ("nix flake lock", "asks GitHub for the newest nixpkgs"),
    ("nix develop", "opens a shell, for which it downloads nixpkgs"),
    ("ceph ", "is typed on a Ceph cluster that exists already"),
];

/// What stands where something of the site goes.
const PLACEHOLDERS: &[(&str, &str)] = &[
    ("/dev/DISK", "/dev/vda"),
    ("/dev/DEVICE", "/dev/vdb"),
    ("root@ADDRESS", "root@$FIRST"),
    ("root@NODE", "root@$FIRST"),
    ("/NODE.nix", "/$FIRST.nix"),
];

/// Programs of a node, by name; `$root` is its folder, `$NODE` its name. A device is a file that has the type, label and UUID
/// of the file system on it.
const NODE_PROGRAMS: &[(&str, &str)] = &[
    (
        "ssh",
        r##"while [[ ${1:-} == -* ]]; do case $1 in -o | -L | -F) shift 2 ;; *) shift ;; esac; done
        to=${1#root@}
        NODE=$(awk -v to="$to" '$1 == to || $2 == to { print $2 }' "$SANDBOX/hosts")
        [[ -n $NODE ]] || { echo "ssh: Could not resolve hostname $to" >&2; exit 255; }
        export NODE root=$SANDBOX/$NODE
        inside() { sed -E -e "/^(mounts|folders|scratch)=/s#'/#'$root/#g" \
          -e "s#(/mnt)?(/etc/|/var/lib/|/proc/sys/|/sys/)#$root\1\2#g" \
          -e "s#$SANDBOX/here##g" -e "s#(/nix/(var|store)/|/run/(current|booted)-)#$root\1#g"; }
        shift
        if [[ $* == 'bash -s' ]]; then inside | bash -s; else bash -c "$(inside <<<"$*")"; fi 2>&1 |
          sed -e "s#$root/nix/store/#$SANDBOX/here/nix/store/#g" -e "s#$root##g""##,
    ),
    // No switch is going on.
    (
        "systemctl",
        r#"[[ $1 == cat ]] && exec grep -qx "$2" "$root/units"; [[ $* == '--quiet is-active nixos-rebuild-'* ]] && exit 3; echo "$*" >>"$root/systemctl""#,
    ),
    (
        "lsblk",
        r#"disk=${*: -1}
        [[ " $* " == *' --raw '* && " $* " == *' --paths '* && " $* " == *' NAME '* ]] || exit 1
        [[ -e $root$disk ]] || { echo "lsblk: $disk: not a block device" >&2; exit 32; }
        echo "$disk"; for part in "$root$disk"[0-9]*; do [[ ! -e $part ]] || echo "${part#"$root"}"; done"#,
    ),
    (
        "parted",
        r#"[[ $1 == --script && -e $root$2 && $3 == mklabel && $4 == gpt ]] || { echo "parted: $*" >&2; exit 1; }
        count=0
        for word in "$@"; do [[ $word != mkpart ]] || { count=$((count + 1)); : >"$root$2$count"; }; done"#,
    ),
    ("udevadm", r#"[[ $1 == settle ]]"#),
    (
        "mkfs",
        r#"type=${0##*mkfs.} label='' uuid='' device=${*: -1}
        [[ $type != fat ]] || type=vfat
        while (($# > 1)); do
          case $type$1 in
            xfs-L | ext4-L | btrfs-L | f2fs-l | vfat-n) label=$2; shift ;;
            xfs-m) uuid=${2#uuid=}; shift ;;
            ext4-U | btrfs-U | f2fs-U | vfat-i) uuid=$2; shift ;;
            vfat-F) shift ;;
            *) echo "mkfs.$type: $1?" >&2; exit 1 ;;
          esac
          shift
        done
        [[ -f $root$device ]] || { echo "mkfs.$type: $device: No such file or directory" >&2; exit 1; }
        echo "$type $label $uuid" >"$root$device""#,
    ),
    (
        "mount",
        r##"find_device() {
          local file
          case $1 in
            /dev/disk/by-label/*) for file in "$root"/dev/*; do [[ ! -f $file || $(cut -d' ' -f2 "$file") != "${1##*/}" ]] || echo "$file"; done ;;
            *) echo "$root$1" ;;
          esac
        }
        options=''
        while [[ $1 == -* ]]; do [[ $1 != -o ]] || shift; shift; done
        if (($# == 1)); then set -- "$(awk -v at="$1" '$2 == at { print $1 }' "$root/fstab")" "$1"; fi
        device=$(find_device "$1")
        [[ -n $1 && -s $device ]] || { echo "mount: $2: can't find $1 with a file system" >&2; exit 32; }
        # What is mounted is root's own, for nobody else to write.
        echo "$2" >>"$root/mounts"; mkdir -p "$root$2"; chmod 0755 "$root$2""##,
    ),
    (
        "systemd-tmpfiles",
        r#"[[ $1 == --create && $2 == --prefix=* ]] || exit 1
        awk -v at="${2#--prefix=}" '$1 == "d" && $2 == at { print $3 }' "$root/tmpfiles" | while read -r mode; do chmod "$mode" "$root${2#--prefix=}"; done"#,
    ),
    (
        "ip",
        r#"case $* in
          '-brief link') cat "$root/links" ;;
          'address add '*' dev '*) grep -qx "${*: -1}" "$root/links" && [[ $3 == */* ]] ;;
          'link set '*' up') grep -qx "$3" "$root/links" ;;
          'route add default via '*) ;;
          *) exit 1 ;;
        esac"#,
    ),
    (
        "nixos-install",
        r##"[[ $1 == --no-root-password && $2 == --flake ]] || exit 1
        [[ -e ${3%#*}/flake.nix && -e ${3%#*}/cluster.nix && ! -e ${3%#*}/.git ]] || { echo "no flake in ${3%#*}" >&2; exit 1; }
        grep -qx "${3#*#}" "$SANDBOX/names" && [[ ${3#*#} == "$NODE" ]] && : >"$root/installed""##,
    ),
    ("reboot", r#"[[ -e $root/installed ]] && : >"$root/rebooted""#),
    ("nixos-generate-config", r#"[[ $* == '--root /mnt --show-hardware-config' ]] && echo '{ }'"#),
    (
        "nixos-rebuild",
        r##"[[ $1 != build ]] || exec build-system "$@"
        [[ $NIX_SSHOPTS == '-F '* && $3 == --flake && $5 == --target-host && -e ${4%#*}/flake.nix ]] || exit 1
        name=${4#*#}
        [[ $6 == root@$name ]] || exit 1
        found=$(command -p ssh $NIX_SSHOPTS -G "$6" | awk '$1 == "hostname" { print $2 }')
        grep -qx "$found $name" "$SANDBOX/hosts" && echo "$1 $name" >>"$SANDBOX/rebuilt""##,
    ),
    (
        "sacctmgr",
        r#"[[ $* == *' list cluster '* ]] && exec cat "$SANDBOX/cluster"
        [[ $1 == --immediate && $2 == add ]]"#,
    ),
    ("srun", r#"[[ $1 == --nodes=1 ]] && shift && exec "$@""#),
    ("gluster", r#"[[ $1 == peer || $1 == volume || $1 == --mode=script ]]"#),
    ("runuser", r#"[[ $1 == -u && $3 == -- ]]"#),
    ("nixos-kubernetes-node-join", "cat >/dev/null"),
    ("hostname", r#"echo "$NODE""#),
];

/// A block of commands, and what stands before it.
struct Block {
    title: String,
    commands: String,
}

fn blocks(readme: &str) -> Vec<Block> {
    let (mut blocks, mut title, mut open) = (Vec::new(), String::new(), None);
    for line in readme.lines() {
        let text = line.trim_start();
        match (&mut open, text) {
            (None, "```sh") => open = Some(String::new()),
            (None, "") => {}
            (None, text) => title = if text.starts_with("- ") { title + text } else { text.to_owned() },
            (Some(commands), "```") => {
                blocks.push(Block { title: title.clone(), commands: std::mem::take(commands) });
                open = None;
            }
            (Some(commands), text) => *commands += &format!("{text}\n"),
        }
    }
    blocks
}

struct Site {
    flake: Flake,
    nodes: Vec<Node>,
}

impl Site {
    fn new(cluster: &Cluster) -> Self {
        let world = World::new(cluster.clone());
        let site = Self { flake: Flake::new(cluster), nodes: world.nodes.clone() };
        site.flake.write("home/.keep", "");
        let mut data = site.flake.tools()["data"].take();
        let me = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
        for secret in data["secrets"].as_array_mut().unwrap() {
            secret["owner"] = me.trim().into();
        }
        let folder = site.flake.at("");
        let state = site.flake.at(&format!("home/.local/state/cluster-tools/{}", cluster.general.name));
        for secret in data["secrets"].as_array().unwrap().iter().filter(|secret| secret["make"] == "bring") {
            let path = format!("{}{}", state.display(), secret["file"].as_str().unwrap());
            site.flake.write(path.strip_prefix(&format!("{}/", folder.display())).unwrap_or(&path), "brought");
        }
        site.flake.write("data.json", &data.to_string());
        let own: Vec<&str> = NODE_PROGRAMS.iter().map(|(name, _)| *name).collect();
        let shared = PROGRAMS.iter().filter(|(name, _)| !own.contains(name));
        for (name, text) in NODE_PROGRAMS.iter().chain(shared) {
            site.program(name, &format!("set -uo pipefail\nroot=$SANDBOX/${{NODE:-nobody}}\n{text}"));
        }
        for kind in ["ext4", "xfs", "btrfs", "f2fs", "fat"] {
            fs::copy(site.flake.at("bin/mkfs"), site.flake.at(&format!("bin/mkfs.{kind}"))).unwrap();
        }
        site.program(
            "cluster-tools",
            r#"CLUSTER_DATA=$SITE/data.json exec bash "$SITE/flake/tools/cluster-tools.sh" "$@""#,
        );
        let line = |node: &Node| format!("{} {}\n", node.ip.unwrap(), node.name);
        site.flake.write("nodes/hosts", &site.nodes.iter().map(line).collect::<String>());
        site.flake.write("nodes/cluster", &format!("{}\n", cluster.general.name.to_lowercase()));
        site.flake.write("nodes/names", &site.nodes.iter().map(|node| format!("{}\n", node.name)).collect::<String>());
        let workers = site.nodes.iter().filter(|node| node.is(Role::Worker));
        for node in workers.clone() {
            site.flake.write(&format!("nodes/slurm/{}", node.name), "IDLE\n");
        }
        site.flake.write("nodes/flake", "new 25.05\n");
        site.flake.write("nodes/sinfo", &workers.map(|node| format!("{} idle\n", node.name)).collect::<String>());
        let up = |node: &Node| {
            format!(r#"{{"labels":{{"job":"node","instance":"{}:9100"}},"health":"up","lastError":""}}"#, node.name)
        };
        let targets = site.nodes.iter().map(up).collect::<Vec<_>>().join(",");
        site.flake.write("nodes/targets", &format!(r#"{{"data":{{"activeTargets":[{targets}]}}}}"#));
        for told in data["nodes"].as_array().unwrap() {
            let name = told["name"].as_str().unwrap();
            site.node(name, told, cluster, &world);
        }
        site
    }

    /// A machine as it is delivered: disks without anything on them, and its network devices.
    fn node(&self, name: &str, told: &Value, cluster: &Cluster, world: &World) {
        let config = &world.configs[name];
        let node = world.nodes.iter().find(|node| node.name == name).unwrap();
        for device in ["vda", "vdb", "sda", "nvme1n1", "md/root", "md/scratch"] {
            self.flake.write(&format!("nodes/{name}/dev/{device}"), "");
        }
        let network = &cluster.network;
        let bonded = network.bonds.iter().flat_map(|bond| &bond.interfaces);
        let cards = bonded.chain(network.vlans.iter().map(|vlan| &vlan.interface)).chain([&node.interface]);
        self.flake.write(&format!("nodes/{name}/links"), &cards.map(|card| format!("{card}\n")).collect::<String>());
        let mounts = config["fileSystems"].as_object().unwrap();
        let fstab = mounts.iter().map(|(at, fs)| format!("{} {at}\n", fs["device"].as_str().unwrap_or("none")));
        self.flake.write(&format!("nodes/{name}/fstab"), &fstab.collect::<String>());
        let rules = config["systemd"]["tmpfiles"]["rules"].as_array().into_iter().flatten().filter_map(Value::as_str);
        self.flake.write(&format!("nodes/{name}/tmpfiles"), &rules.map(|rule| format!("{rule}\n")).collect::<String>());
        self.flake.write(&format!("nodes/{name}/units"), "munged.service\n");
        has_generations(&self.flake, name);
        self.flake
            .write(&format!("nodes/{name}/gpus"), &"GPU 0: NVIDIA\n".repeat(told["gpus"].as_u64().unwrap() as usize));
        // What comes over the network is mounted at boot; scratch space could not be.
        let shared = told["mounts"].as_array().unwrap().iter().filter_map(Value::as_str);
        let shared: Vec<&str> = shared.filter(|mount| *mount != cluster.storage.scratch.mount).collect();
        for mount in &shared {
            fs::create_dir_all(self.flake.at(&format!("nodes/{name}{mount}"))).unwrap();
        }
        self.flake.write(
            &format!("nodes/{name}/mounts"),
            &shared.iter().map(|mount| format!("{mount}\n")).collect::<String>(),
        );
        as_designed(&self.flake, told);
        for folder in told["folders"].as_array().unwrap().iter().filter_map(Value::as_str) {
            fs::create_dir_all(self.flake.at(&format!("nodes/{name}{folder}"))).unwrap();
        }
        self.flake.write(&format!("nodes/{name}/var/lib/kubernetes/secrets/apitoken.secret"), "token");
    }

    fn program(&self, name: &str, text: &str) {
        let path = format!("bin/{name}");
        self.flake.write(&path, &format!("#!/usr/bin/env bash\n{text}\n"));
        fs::set_permissions(self.flake.at(&path), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs commands as a person would, on the administrator's machine or on a node.
    fn run(&self, commands: &str, on: Option<&str>) -> Result<String, String> {
        let mut text = String::new();
        for line in commands.lines() {
            let skipped = NOT_RUN.iter().find(|(start, _)| line.starts_with(start));
            let line = PLACEHOLDERS.iter().fold(line.to_owned(), |line, (from, to)| line.replace(from, to));
            let other = "the line has a place to fill in that this test does not know";
            assert!(
                !["DISK", "DEVICE", "ADDRESS", "NODE", "USER", "CONTROLLER"]
                    .iter()
                    .any(|word| { line.split(|c: char| !c.is_ascii_alphanumeric()).any(|found| found == *word) })
                    || line.contains("--output NAME")
                    || line.starts_with('#'),
                "{other}: {line}"
            );
            if skipped.is_none() {
                text += &format!("{line}\n");
            }
        }
        let sandbox = self.flake.at("nodes");
        let (name, root) = (on.unwrap_or(""), sandbox.join(on.unwrap_or("nobody")));
        let path = format!("{}:{}", self.flake.at("bin").display(), std::env::var("PATH").unwrap());
        let mut child = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &text])
            .env("PATH", path)
            .env("HOME", self.flake.at("home"))
            .env_remove("XDG_STATE_HOME")
            .env("SITE", self.flake.at(""))
            .env("SANDBOX", &sandbox)
            .env("NODE", name)
            .env("root", root)
            .env("FIRST", &self.nodes[0].name)
            .env("CLUSTER_TOOLS_POLL_SECONDS", "0")
            .current_dir(self.flake.at("flake"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("bash is missing");
        // For each password that is asked for.
        let typed = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut &typed, "a password\n".repeat(9).as_bytes()).ok();
        drop(typed);
        let output = child.wait_with_output().unwrap();
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if output.status.success() { Ok(told) } else { Err(format!("{text}\n{told}")) }
    }
}

/// Where a step is done, by the words with which it begins or ends: on nodes, or on the administrator's machine.
fn places(title: &str, site: &Site) -> Vec<Option<String>> {
    let title = title.replace('\\', "");
    let step = title.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ' ');
    let names = |wanted: &dyn Fn(&Node) -> bool| -> Vec<Option<String>> {
        site.nodes.iter().filter(|node| wanted(node)).map(|node| Some(node.name.clone())).collect()
    };
    if ["Start the [NixOS", "Hold the node's", "Partition the node's"].iter().any(|start| step.starts_with(start)) {
        return names(&|node| node.is(Role::Controller))[..1].to_vec();
    } else if step.ends_with(" On every worker:") {
        return names(&|node| node.is(Role::Worker));
    } else if step.ends_with(" On every node:") {
        return names(&|_| true);
    }
    let hosts = step.strip_suffix(':').and_then(|step| step.rsplit(' ').next()).map(hostlist::expand);
    let on = hosts.and_then(Result::ok).map_or(Vec::new(), |hosts| names(&|node| hosts.contains(&node.name)));
    if on.is_empty() { vec![None] } else { on }
}

/// Every command of the README, and what is so afterwards.
fn walk(label: &str, cluster: &Cluster) {
    let site = Site::new(cluster);
    let readme = generate(cluster)["README.md"].text.clone();
    let blocks = blocks(&readme);
    assert!(blocks.len() > 6, "{label}");
    for block in &blocks {
        for on in places(&block.title, &site) {
            let told = site.run(&block.commands, on.as_deref());
            let told = told.unwrap_or_else(|error| panic!("{label}: {} (on {on:?})\n{error}", block.title));
            assert!(!told.contains("FAIL") && !told.contains("command not found"), "{label}: {}\n{told}", block.title);
        }
    }
    let first = site.nodes.iter().find(|node| node.is(Role::Controller)).unwrap();
    let of =
        |name: &str, path: &str| fs::read_to_string(site.flake.at(&format!("nodes/{name}/{path}"))).unwrap_or_default();
    assert!(site.flake.at(&format!("nodes/{}/rebooted", first.name)).exists(), "{label}: nothing was installed");
    let mounted = of(&first.name, "mounts");
    assert!(mounted.lines().any(|mount| mount == "/mnt"), "{label}: {mounted}");
    let rebuilt = fs::read_to_string(site.flake.at("nodes/rebuilt")).unwrap();
    for node in &site.nodes {
        assert!(rebuilt.contains(&format!("switch {}\n", node.name)), "{label}: {rebuilt}");
    }
    for node in &site.nodes {
        assert_eq!(running(&site.flake, &node.name), format!("new-{}", node.name), "{label}");
    }
    let scratch = &cluster.storage.scratch;
    let walked = site.nodes.iter().find(|node| node.is(Role::Worker)).unwrap();
    if scratch.enable && !scratch.device.is_empty() {
        let folder = site.flake.at(&format!("nodes/{}{}", walked.name, scratch.mount));
        let mode = fs::metadata(&folder).unwrap().permissions().mode() & 0o7777;
        assert_eq!(mode, 0o1777, "{label}: jobs cannot write to {}", scratch.mount);
    }
    let password = &cluster.general.root_password_file;
    if !password.is_empty() {
        let hash = of(&first.name, &format!("mnt{password}"));
        assert!(hash.starts_with("$6$") && hash.ends_with('\n') && hash.lines().count() == 1, "{label}: {hash}");
        assert!(!hash.contains("a password"));
    }
}

/// The presets but the largest, whose steps are those of others for 600 nodes.
#[test]
fn the_presets_readmes_can_be_followed() {
    for preset in PRESETS.iter().filter(|preset| preset.name != "large") {
        walk(preset.name, &preset.cluster());
    }
}

/// What no preset has: a bond and a VLAN, no gateway, arrays, BIOS, disks of the user's own, a rescue password, accounts,
/// an authority, Kubernetes, and the other file systems.
#[test]
fn the_readmes_of_other_clusters_can_be_followed() {
    let site = r#"{
        "version": 1,
        "cluster": {"name": "lab", "sshKeys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f a"]},
        "nodes": [
            {"hosts": "ctl1", "roles": ["controller"], "firstIP": "10.0.0.1"},
            {"hosts": "st[1-2]", "roles": ["storage"], "firstIP": "10.0.0.11"},
            {"hosts": "cn[1-2]", "firstIP": "10.0.1.1"}
        ],
        "storage": {"shared": [{"server": "st1", "export": "/export/home", "mount": "/home"}]},
        "slurm": {"partitions": [{"name": "main", "default": true}]}
    }"#;
    let site = Cluster::from_json(site).unwrap();
    for edits in [
        "cluster.rootPasswordFile = \"/var/lib/secrets/root-password\"
         network.bonds = [{\"interfaces\": [\"eth0\", \"eth1\"]}]
         network.vlans = [{\"name\": \"mgmt\", \"id\": 20, \"interface\": \"bond0\"}]
         nodes[0].interface = \"mgmt\"
         nodes[0].macAddresses = [\"0c:42:a1:00:00:01 0c:42:a1:00:00:02\"]
         storage.scratch = {\"enable\": true, \"device\": \"/dev/md/scratch\"}
         slurm.accounting = {\"enable\": true, \"enforce\": [\"associations\"]}
         users.accounts = [{\"name\": \"ada\", \"uid\": 1000}]",
        "nodes[0].boot = {\"loader\": \"grub\", \"grubDevice\": \"/dev/sda\", \"rootFsType\": \"xfs\"}
         network.gateway = \"10.0.255.254\"
         network.nameservers = [\"10.0.255.254\"]
         storage.scratch = {\"enable\": true, \"device\": \"/dev/disk/by-label/fast\", \"fsType\": \"ext4\", \"mount\": \"/local\"}
         storage.shared[1] = {\"kind\": \"glusterfs\", \"server\": \"st[1-2]\", \"export\": \"/data/brick\", \"volume\": \"gv0\", \"mount\": \"/work\"}",
        "nodes[0].boot = {\"loader\": \"grub\", \"rootDevice\": \"/dev/md/root\"}
         nodes[2].boot.hardwareConfig = \"local/hardware\"
         storage.shared[1] = {\"kind\": \"orangefs\", \"server\": \"st[1-2]\", \"export\": \"/data/orangefs\", \"mount\": \"/work\"}
         containers = {\"enable\": true, \"type\": \"kubernetes\"}",
        "storage.shared[1] = {\"kind\": \"cephfs\", \"monitors\": [\"10.9.0.1\"], \"fsid\": \"433a2193-4f8a-47a0-95d2-209d7ca2cca5\", \"secretFile\": \"/var/lib/secrets/ceph\", \"mount\": \"/work\"}
         monitoring = {\"enable\": true, \"alertmanager\": {\"enable\": true, \"webhookURLFile\": \"/var/lib/secrets/webhook\"}}",
    ] {
        walk(edits, &edited(site.clone(), edits));
    }
}

/// Whoever stands where the README says reaches what it links to.
#[test]
fn the_readmes_links_can_be_reached() {
    let mut clusters: Vec<Cluster> =
        PRESETS.iter().filter(|preset| preset.name != "large").map(|preset| preset.cluster()).collect();
    let edits = "monitoring.alertmanager = {\"enable\": true, \"webhookURLFile\": \"/var/lib/secrets/webhook\"}
        slurm.rest.enable = true";
    clusters.push(edited(Cluster::from_json(include_str!("base.json")).unwrap(), edits));
    let mut checked = 0;
    for cluster in clusters {
        let world = World::new(cluster);
        let readme = &generate(&world.cluster)["README.md"].text;
        let subnet = &world.cluster.network.subnet;
        for line in readme.lines() {
            for link in line.split("<http://").skip(1).map(|rest| rest.split('>').next().unwrap()) {
                let (host, port) = link.split_once(':').unwrap_or_else(|| panic!("{line}"));
                let at = |address: &str| world.nodes.iter().find(|node| node.ip.unwrap().to_string() == address);
                let port: u64 = port.parse().unwrap();
                if host == "127.0.0.1" {
                    let tunnel = format!("ssh -L {port}:127.0.0.1:{port} root@");
                    let to = line.split(&tunnel).nth(1).unwrap_or_else(|| panic!("no tunnel: {line}"));
                    let node = at(to.split('`').next().unwrap()).unwrap_or_else(|| panic!("{line}"));
                    let listens = &world.configs[&node.name]["services"]["prometheus"]["alertmanager"];
                    assert_eq!(
                        (&listens["listenAddress"], &listens["port"]),
                        (&"127.0.0.1".into(), &port.into()),
                        "{line}"
                    );
                } else {
                    let node = at(host).unwrap_or_else(|| panic!("who is {host}? {line}"));
                    assert!(line.contains(&format!("from `{subnet}`")), "from where? {line}");
                    assert!(opens(&world.configs[&node.name], subnet, "tcp", port), "{}: {line}", node.name);
                }
                checked += 1;
            }
        }
    }
    assert!(checked >= 7, "{checked}");
}

#[test]
fn deploy_reaches_nodes_at_their_addresses_and_says_what_is_wrong() {
    let site = Site::new(&PRESETS.iter().find(|preset| preset.name == "minimal").unwrap().cluster());
    let good = "cluster-tools deploy --on worker1 boot --build-host root@controller";
    site.run(good, None).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(fs::read_to_string(site.flake.at("nodes/rebuilt")).unwrap(), "boot worker1\n");
    for (wrong, complaint) in [
        ("cluster-tools deploy --on worker9 switch", "the cluster has no node worker9"),
        ("cluster-tools deploy dance", "it knows switch, boot, test and dry-activate"),
        ("cluster-tools deploy --on worker1", "an action is missing"),
        ("cluster-tools deploy --flake /nowhere switch", "there is no flake.nix in /nowhere"),
        // As where the configuration does not build.
        ("rm flake.nix; cluster-tools deploy switch", "there is no flake.nix in ."),
    ] {
        let told = site.run(wrong, None).unwrap_err();
        assert!(told.contains(complaint), "{wrong}: {told}");
    }
}

/// Commands within sentences are ones that there are.
#[test]
fn what_the_readme_says_of_cluster_tools_is_so() {
    let cluster = PRESETS.iter().find(|preset| preset.name == "minimal").unwrap().cluster();
    let site = Site::new(&cluster);
    let readme = &generate(&cluster)["README.md"].text;
    let spans: Vec<&str> =
        readme.split('`').skip(1).step_by(2).filter(|span| span.starts_with("cluster-tools ")).collect();
    assert!(spans.len() > 2, "{spans:?}");
    for span in spans {
        let words: Vec<&str> = span.split_whitespace().take(2).collect();
        let told = site.run(&format!("{} --help", words.join(" ")), None);
        assert!(told.is_ok_and(|told| told.starts_with("cluster-tools ")), "{span}");
    }
}
