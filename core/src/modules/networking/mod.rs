//! Addresses, names, time, firewall. Its values: `networkConfig`.

mod about;
mod checks;
mod impact;
use super::{Module, Parameter};
use crate::cluster::{Bond, Choice, Cluster, Fabric, FabricKind, Network, SubnetManager, Vlan};
use crate::nix::{Attrs, Nix};
use crate::path::Path;

pub const MODULE: Module = Module {
    name: "networking",
    nix: include_str!("default.nix"),
    takes: &["node", "nodes", "clusterLib", "networkConfig"],
    checks: checks::TOPICS,
    ports: about::PORTS,
    services: about::services,
    contents: about::contents,
    duties: about::duties,
    connections: about::connections,
    impact: impact::RULES,
    ..Module::PLAIN
};

pub const NETWORK: Parameter = Parameter { name: "networkConfig", values };

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
        .field_if(
            !network.bonds.is_empty(),
            "bonds",
            listed(&network.bonds, path(Network::bonds.key), bond_values),
            path(Network::bonds.key),
        )
        .field_if(
            !network.vlans.is_empty(),
            "vlans",
            listed(&network.vlans, path(Network::vlans.key), vlan_values),
            path(Network::vlans.key),
        )
        .field_if(
            network.fabric.kind != FabricKind::None,
            "fabric",
            fabric_values(&network.fabric, &path(Network::fabric.key)),
            path(Network::fabric.key),
        )
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

/// A list of attribute sets, each from its own place.
fn listed<T>(items: &[T], at: Path, values: impl Fn(&T, &Path) -> Attrs) -> Nix {
    let items = items.iter().enumerate();
    Nix::list(items.map(|(index, item)| Nix::from(values(item, &at.index(index))).from_field(at.index(index))))
}

fn bond_values(bond: &Bond, at: &Path) -> Attrs {
    Attrs::new()
        .field("name", &bond.name, at.field(Bond::name))
        .field("interfaces", Nix::list(&bond.interfaces), at.field(Bond::interfaces))
        .field("mode", bond.mode.key(), at.field(Bond::mode))
}

fn vlan_values(vlan: &Vlan, at: &Path) -> Attrs {
    Attrs::new().field("name", &vlan.name, at.field(Vlan::name)).field("id", vlan.id, at.field(Vlan::id)).field(
        "interface",
        &vlan.interface,
        at.field(Vlan::interface),
    )
}

fn fabric_values(fabric: &Fabric, at: &Path) -> Attrs {
    let managers = listed(&fabric.subnet_managers, at.field(Fabric::subnet_managers), |manager, at| {
        Attrs::new().field("host", &manager.host, at.field(SubnetManager::host)).field(
            "guid",
            &manager.guid,
            at.field(SubnetManager::guid),
        )
    });
    Attrs::new()
        .field("kind", fabric.kind.key(), at.field(Fabric::kind))
        .field("subnet", fabric.subnet.trim(), at.field(Fabric::subnet))
        .field("interface", &fabric.interface, at.field(Fabric::interface))
        .field_if(fabric.driver != Fabric::default().driver, "driver", fabric.driver.key(), at.field(Fabric::driver))
        .field_if(fabric.mtu != 0, "mtu", fabric.mtu, at.field(Fabric::mtu))
        .field_if(
            fabric.wants_subnet_manager() && !fabric.subnet_managers.is_empty(),
            "subnetManagers",
            managers,
            at.field(Fabric::subnet_managers),
        )
}
