//! Addresses, names, time, firewall. Its values: `networkConfig`.

use super::{Module, Parameter};
use crate::cluster::{Cluster, Network, Section};
use crate::nix::{Attrs, Nix};
use crate::path::Path;

pub const MODULE: Module = Module {
    name: "networking",
    nix: include_str!("default.nix"),
    files: &[],
    inputs: |_| Vec::new(),
    takes: &["node", "nodes", "clusterLib", "networkConfig"],
    parameter: None,
    used: |_| true,
};

pub const NETWORK: Parameter = Parameter { name: "networkConfig", values, reads: &[Section::Network] };

fn values(cluster: &Cluster) -> Attrs {
    let network = &cluster.network;
    let usual = Network::default();
    let path = |key| Path::root().field(Cluster::network).key(key);
    Attrs::new()
        .field("domain", &network.domain, path(Network::domain.key))
        .field("subnet", network.subnet.trim(), path(Network::subnet.key))
        .field_if(!network.gateway.is_empty(), "gateway", network.gateway.trim(), path(Network::gateway.key))
        .field("nameservers", Nix::list(&network.nameservers), path(Network::nameservers.key))
        .field("timeServers", Nix::list(&network.time_servers), path(Network::time_servers.key))
        .field_if(network.mtu != usual.mtu, "mtu", network.mtu, path(Network::mtu.key))
        .field_if(!network.firewall, "firewall", false, path(Network::firewall.key))
        .field_if(
            !network.extra_tcp_ports.is_empty(),
            "extraTCPPorts",
            Nix::list(network.extra_tcp_ports.iter().copied()),
            path(Network::extra_tcp_ports.key),
        )
        .field_if(
            !network.extra_udp_ports.is_empty(),
            "extraUDPPorts",
            Nix::list(network.extra_udp_ports.iter().copied()),
            path(Network::extra_udp_ports.key),
        )
        .field_if(!network.tuning, "tuning", false, path(Network::tuning.key))
}
