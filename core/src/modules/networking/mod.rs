//! Addresses, names, time, firewall. Its values: `networkConfig`.

mod about;
mod checks;
mod impact;

use super::values::{Made, Values, Wanted, of_section};
use super::{Module, Parameter};
use crate::cluster::{Bond, Cluster, Fabric, FabricKind, Network, SubnetManager, Vlan};

pub const MODULE: Module = Module {
    name: "networking",
    nix: include_str!("default.nix"),
    files: &[("options.nix", include_str!("options.nix"))],
    takes: &["node", "nodes", "clusterLib", "networkConfig"],
    common: Some(NETWORK),
    checks: checks::TOPICS,
    ports: about::PORTS,
    services: about::services,
    contents: about::contents,
    duties: about::duties,
    connections: about::connections,
    impact: impact::RULES,
    ..Module::PLAIN
};

pub const NETWORK: Parameter = Parameter { name: "networkConfig", make };

fn make(cluster: &Cluster, wanted: Wanted) -> Made {
    of_section(cluster, Cluster::network, wanted, |values| {
        let network = values.part();
        values.put(Network::domain).put(Network::subnet).put_or_null(Network::gateway);
        values.put(Network::nameservers).put(Network::time_servers).put_unless_default(Network::mtu);
        values.when(!network.bonds.is_empty()).put_list(Network::bonds, |values| {
            values.required().put(Bond::name).required().put(Bond::interfaces).put(Bond::mode);
        });
        values.when(!network.vlans.is_empty()).put_list(Network::vlans, |values| {
            values.required().put(Vlan::name).required().put(Vlan::id).required().put(Vlan::interface);
        });
        values.put_set(network.fabric.kind != FabricKind::None, Network::fabric, fabric);
        values.put_unless_default(Network::firewall);
        values.put_unless_default(Network::extra_tcp_ports).put_unless_default(Network::extra_udp_ports);
        values.put_unless_default(Network::tuning);
    })
}

fn fabric(values: &mut Values<Fabric>) {
    let fabric = values.part();
    values.put(Fabric::kind).put(Fabric::subnet).put(Fabric::interface).put_unless_default(Fabric::driver);
    values
        .described("The MTU of the interface, in bytes; `null` leaves what the driver sets.")
        .put_or_null(Fabric::mtu);
    values.when(fabric.wants_subnet_manager() && !fabric.subnet_managers.is_empty());
    values.put_list(Fabric::subnet_managers, |values| {
        values.required().put(SubnetManager::host).required().put(SubnetManager::guid);
    });
}
