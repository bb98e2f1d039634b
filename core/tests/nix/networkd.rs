//! When a node is online, as systemd-networkd itself has it: with what a node's configuration says, in a network namespace.

use crate::harness::World;
use crate::matrix::edited;
use clusterflake_core::cluster::Cluster;
use serde_json::Value;
use std::fs;
use std::process::Command;

/// No gateway, and the fabric comes up late. `-i DEVICE:STATE:STATE` waits for that state of that device alone.
const BOOT: &str = r#"
mount -t tmpfs -o mode=0755 none /run
# Without a udev that could write, networkd takes devices as they are.
mount -t sysfs -o ro none /sys
mkdir -p /run/systemd && cp -r "$1" /run/systemd/network
for device in eno1 ib0; do ip link add "$device" type veth peer name "to-$device"; done
ip link set to-eno1 up
wait_online=/usr/lib/systemd/systemd-networkd-wait-online
/usr/lib/systemd/systemd-networkd 2>/dev/null &
networkd=$!
trap 'kill $networkd' EXIT
until [ -e /run/systemd/netif/state ]; do kill -0 $networkd; done
addresses() { ip -4 -brief address show "$1" | awk '{ print $3 }'; }

$wait_online --quiet --timeout=60 -i eno1 2>/dev/null
echo "cluster: $(addresses eno1)"
if $wait_online --quiet --timeout=1 2>/dev/null; then echo "fabric down: online"; else echo "fabric down: waits"; fi
ip link set to-ib0 up
$wait_online --quiet --timeout=60 2>/dev/null
echo "fabric up: $(addresses ib0)"
ip link set to-eno1 down
$wait_online --quiet --timeout=60 -i eno1:no-carrier:no-carrier 2>/dev/null
echo "cable out: $(addresses eno1)"
"#;

/// The files that nixos/modules/tasks/network-interfaces-systemd.nix makes of a node's interfaces.
fn files(config: &Value) -> Vec<(String, String)> {
    let interfaces = config["networking"]["interfaces"].as_object().unwrap();
    let settings = |section: &Value| -> String {
        let lines = section.as_object().into_iter().flatten();
        lines
            .map(|(name, value)| format!("{name}={}\n", value.as_str().map_or(value.to_string(), str::to_owned)))
            .collect()
    };
    let file = |name: &String, interface: &Value| {
        let network = &config["systemd"]["network"]["networks"][format!("40-{name}")];
        let addresses = interface["ipv4"]["addresses"].as_array().into_iter().flatten();
        let addresses: String = addresses
            .map(|at| format!("Address={}/{}\n", at["address"].as_str().unwrap(), at["prefixLength"]))
            .collect();
        format!(
            "[Match]\nName={name}\n[Link]\n{}[Network]\nDHCP=no\n{addresses}{}",
            settings(&network["linkConfig"]),
            settings(&network["networkConfig"])
        )
    };
    interfaces.iter().map(|(name, interface)| (format!("40-{name}.network"), file(name, interface))).collect()
}

#[test]
fn a_node_is_online_once_all_its_addresses_carry() {
    let id = Command::new("id").arg("-u").output().unwrap().stdout;
    if id != b"0\n" {
        // networkd becomes a user of its own, which takes root.
        return;
    }
    let cluster = edited(
        Cluster::from_json(include_str!("base.json")).unwrap(),
        "network.gateway = \"\"\nnetwork.nameservers = []",
    );
    let world = World::new(cluster);
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files(&world.configs["cn1"]) {
        fs::write(folder.path().join(name), text).unwrap();
    }
    for path in
        [folder.path().to_path_buf()].into_iter().chain(fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()))
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = if path.is_dir() { 0o755 } else { 0o644 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let output = Command::new("unshare")
        .args(["--net", "--mount", "bash", "-euc", BOOT, "boot"])
        .arg(folder.path())
        .env("PATH", format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap()))
        .output()
        .expect("unshare (of util-linux) is missing");
    let told = String::from_utf8_lossy(&output.stdout);
    let wanted = "cluster: 10.0.1.1/16\nfabric down: waits\nfabric up: 10.1.1.1/16\ncable out: 10.0.1.1/16\n";
    assert_eq!(told, wanted, "{}", String::from_utf8_lossy(&output.stderr));
}
