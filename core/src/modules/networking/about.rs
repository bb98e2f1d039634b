//! What the flake and the page tell of the network.

use crate::cluster::{Choice, Cluster, Fabric, FabricKind, Network, SubnetManager};
use crate::markdown::code;
use crate::modules::about::{Connection, ConnectionKind, Duty, Port, Ports};
use crate::path;

pub const PORTS: Ports =
    Ports { tcp: &[Port::new(19765, "qperf")], udp: &[Port::new(123, "NTP"), Port::new(4791, "RoCE")] };

pub fn services(cluster: &Cluster) -> Vec<String> {
    let network = &cluster.network;
    let mut lines = Vec::new();
    if network.firewall {
        let subnet = code(&network.subnet);
        lines.push(format!("Firewall: services are open towards `{subnet}` only, SSH to everybody."));
    }
    if network.fabric.kind != FabricKind::None {
        let (subnet, interface) = (code(&network.fabric.subnet), code(&network.fabric.interface));
        lines.push(format!("Fabric ({}): `{subnet}` on `{interface}`.", network.fabric.kind.label()));
    }
    lines
}

pub fn contents(cluster: &Cluster) -> Vec<&'static str> {
    let fabric = cluster.network.fabric.kind;
    if fabric == FabricKind::None { Vec::new() } else { vec![fabric.label()] }
}

pub fn duties(cluster: &Cluster) -> Vec<Duty> {
    let fabric = &cluster.network.fabric;
    if fabric.kind == FabricKind::None {
        return Vec::new();
    }
    let duty =
        |manager: &SubnetManager| Duty { host: manager.host.clone(), what: "subnet manager".to_owned(), keeps: None };
    fabric.subnet_managers.iter().map(duty).collect()
}

pub fn connections(cluster: &Cluster) -> Vec<Connection> {
    std::iter::once(network(cluster)).chain(fabric(cluster)).collect()
}

fn network(cluster: &Cluster) -> Connection {
    let network = &cluster.network;
    let path = path![Cluster::network, Network::subnet];
    let mut details = vec![network.subnet.clone()];
    if !network.gateway.is_empty() {
        details.push(format!("gateway {}", network.gateway));
    }
    if network.mtu != Network::default().mtu {
        details.push(format!("MTU {}", network.mtu));
    }
    if !network.domain.is_empty() {
        details.push(network.domain.clone());
    }
    let label = "Cluster network".to_owned();
    Connection { kind: ConnectionKind::Network, path, label, details, from: Vec::new(), from_uses: true, on: |_| true }
}

fn fabric(cluster: &Cluster) -> Option<Connection> {
    let fabric = &cluster.network.fabric;
    let path = path![Cluster::network, Network::fabric, Fabric::kind];
    let managers: Vec<String> = fabric.subnet_managers.iter().map(|manager| manager.host.clone()).collect();
    let mut details = vec![fabric.subnet.clone(), fabric.interface.clone()];
    if !managers.is_empty() {
        details.push(format!("subnet manager {}", managers.join(", ")));
    }
    (fabric.kind != FabricKind::None).then(|| Connection {
        kind: ConnectionKind::Fabric,
        path,
        label: fabric.kind.label().to_owned(),
        details,
        from: Vec::new(),
        from_uses: true,
        on: |group| !group.fabric_first_ip.is_empty(),
    })
}
