//! The firewall, in force: real nft in network namespaces, probed by machines of the cluster, of the fabric, and by a stranger.

use crate::harness::{World, strings};
use crate::matrix::edited;
use clusterflake_core::cluster::Cluster;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

/// Lays out the namespaces and asks at each port. What is shut is rejected here, so that nobody has to wait for it; what is
/// open and has no daemon refuses.
const PROBE: &str = r#"
mount -t tmpfs none /run && mkdir -p /run/netns
for who in node cluster fabric stranger; do ip netns add "$who"; done
join() { # NAME NODE-ADDRESS OTHER-ADDRESS
  ip link add "$1" netns node type veth peer name eth0 netns "$1"
  ip -n node address add "$2" dev "$1"
  ip -n node link set "$1" up
  ip -n "$1" address add "$3" dev eth0
  ip -n "$1" link set eth0 up
}
join cluster 10.0.0.200/16 10.0.250.1/16
join fabric 10.1.0.200/16 10.1.250.1/16
join stranger 192.0.2.1/24 192.0.2.2/24
ip -n stranger route add default via 192.0.2.1
# The kernel would answer once a second only.
ip netns exec node sh -c 'echo 0 >/proc/sys/net/ipv4/icmp_ratelimit'
ip netns exec node nft -f "$1"
probe() { # WHO PROTOCOL PORT
  local address=10.0.0.200 told
  [ "$1" != fabric ] || address=10.1.0.200
  case $2 in
    tcp) told=$(ip netns exec "$1" bash -c "</dev/tcp/$address/$3" 2>&1) || true ;;
    udp) told=$(ip netns exec "$1" bash -c "exec 3<>/dev/udp/$address/$3; echo >&3; read -r _ <&3" 2>&1) || true ;;
  esac
  case $told in
    *refused*) echo "$1 $2 $3 open" ;;
    *'No route to host'*) echo "$1 $2 $3 shut" ;;
    *) echo "$1 $2 $3: $told" >&2 ;;
  esac
}
# At once: TCP believes a rejection only when it has asked again, a second later.
while read -r who protocol port; do probe "$who" "$protocol" "$port" & done
wait
"#;

/// The rules around the node's own, as nixos/modules/services/networking/firewall-nftables.nix has them with
/// `rejectPackets`; SSH's port is open by `services.openssh.openFirewall`.
fn ruleset(config: &Value) -> String {
    let firewall = &config["networking"]["firewall"];
    let trusted: Vec<String> =
        strings(&firewall["trustedInterfaces"]).iter().chain(&["lo"]).map(|name| format!("\"{name}\"")).collect();
    let ports: Vec<String> = firewall["allowedTCPPorts"]
        .as_array()
        .into_iter()
        .flatten()
        .map(Value::to_string)
        .chain(["22".to_owned()])
        .collect();
    format!(
        "table inet nixos-fw {{\n  chain input {{\n    type filter hook input priority filter; policy drop;\n    \
         iifname {{ {} }} accept\n    ct state vmap {{ invalid : drop, established : accept, related : accept, \
         new : jump input-allow, untracked : jump input-allow }}\n    reject with icmpx type admin-prohibited\n  }}\n  \
         chain input-allow {{\n    tcp dport {{ {} }} accept\n    icmp type echo-request accept\n{}  }}\n}}\n",
        trusted.join(", "),
        ports.join(", "),
        firewall["extraInputRules"].as_str().unwrap()
    )
}

/// What each probe, `WHO PROTOCOL PORT`, finds: whether the port is open.
fn probe(config: &Value, probes: &[String]) -> BTreeMap<String, bool> {
    let folder = tempfile::tempdir().unwrap();
    let (rules, asked) = (folder.path().join("rules"), folder.path().join("probes"));
    fs::write(&rules, ruleset(config)).unwrap();
    fs::write(&asked, probes.iter().map(|probe| format!("{probe}\n")).collect::<String>()).unwrap();
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap());
    let output = Command::new("unshare")
        .args(["--map-root-user", "--net", "--mount", "bash", "-euc", PROBE, "probe"])
        .arg(&rules)
        .env("PATH", path)
        .stdin(fs::File::open(&asked).unwrap())
        .output()
        .expect("unshare (of util-linux) is missing");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "the namespaces could not be laid out: apt-get install iproute2 nftables, or run `cargo xtask test`: {told}"
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let found: BTreeMap<String, bool> = text
        .lines()
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(probe, state)| (probe.to_owned(), state == "open"))
        .collect();
    assert_eq!(found.len(), probes.len(), "{text}{told}");
    found
}

/// Slurm, accounting, NFS over both networks, Prometheus, GPUs: what people of the cluster come for, by hand and not from
/// the modules.
const NEEDED: &[(&str, &[&str])] = &[
    ("head1", &["cluster tcp 6817", "cluster tcp 6819", "cluster tcp 9090", "cluster tcp 3000", "cluster udp 123"]),
    ("store1", &["cluster tcp 2049", "cluster tcp 9100", "fabric tcp 20049"]),
    ("login1", &["cluster tcp 60001", "cluster tcp 9100"]),
    ("cn1", &["cluster tcp 6818", "cluster tcp 60001", "cluster tcp 63000", "cluster tcp 32768", "fabric tcp 60999"]),
    ("gn1", &["cluster tcp 6818", "cluster tcp 9835"]),
];

#[test]
fn nodes_reach_what_they_must_and_strangers_nothing_but_ssh() {
    let mut cluster = Cluster::from_json(include_str!("base.json")).unwrap();
    cluster = edited(
        cluster,
        "slurm.accounting.enable = true\nhpc.cuda.enable = true\nstorage.shared[0].transport = \"rdma\"
         monitoring.alertmanager = {\"enable\": true, \"webhookURLFile\": \"/var/lib/secrets/webhook\"}",
    );
    let world = World::new(cluster);
    // Of all ports that any node is asked at, and some that nobody opens.
    let all = NEEDED.iter().flat_map(|(_, needed)| needed.iter().map(|probe| probe.split_once(' ').unwrap().1));
    let ports: Vec<&str> = all.chain(["tcp 22", "tcp 80", "tcp 111", "tcp 9093", "udp 111"]).collect();
    for (name, needed) in NEEDED {
        let mut probes: Vec<String> = needed.iter().map(|probe| (*probe).to_owned()).collect();
        for who in ["cluster", "fabric", "stranger"] {
            probes.push(format!("{who} tcp 22"));
        }
        probes.extend(ports.iter().map(|port| format!("stranger {port}")));
        // What only the cluster's network is for.
        probes.extend(["fabric tcp 6817", "fabric tcp 6818", "fabric tcp 9090", "cluster tcp 9093"].map(str::to_owned));
        probes.sort();
        probes.dedup();
        for (probe, open) in probe(&world.configs[*name], &probes) {
            let wanted = needed.contains(&probe.as_str()) || probe.ends_with(" tcp 22");
            assert_eq!(open, wanted, "{name}: {probe}");
        }
    }
}
