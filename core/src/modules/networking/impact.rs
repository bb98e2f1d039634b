//! What changes of the networks take.

use crate::cluster::links::Links;
use crate::cluster::{Bond, Cluster, Fabric, Network, SubnetManager, Vlan};
use crate::consequence::Effect::{Drain, Nothing, Reboot, Restart};
use crate::consequence::{Affected, Consequence, Rule, RuleContext, always, judged, text};
use crate::path::Field;
use crate::pattern;

const FIREWALL: &str = "The firewall is loaded anew; open connections stay.";

const SUBNET_MANAGER: &str =
    "OpenSM restarts or moves. Traffic on the fabric goes on, but no path is set up while there is no subnet manager.";

pub const RULES: &[Rule] = &[
    always(
        pattern![Cluster::network, Network::domain],
        Restart,
        Affected::All,
        "The network's setup restarts. Certificates, mail and scripts with full names must follow.",
    ),
    always(
        pattern![Cluster::network, Network::subnet],
        Drain,
        Affected::All,
        "Interfaces, firewall and NFS exports are set up for another network and connections break: let jobs end, \
         then switch all nodes together.",
    ),
    always(
        pattern![Cluster::network, Network::gateway],
        Restart,
        Affected::All,
        "The network's setup restarts; connections to the outside may break.",
    ),
    always(
        pattern![Cluster::network, Network::nameservers],
        Restart,
        Affected::All,
        "The network's setup restarts; the nodes know each other by /etc/hosts meanwhile.",
    ),
    always(pattern![Cluster::network, Network::time_servers], Restart, Affected::CONTROLLERS, "chronyd restarts."),
    always(
        pattern![Cluster::network, Network::mtu],
        Drain,
        Affected::All,
        "A node with another MTU than its neighbours loses large packets, so NFS and MPI hang: let jobs end, set the \
         switches, then switch all nodes together.",
    ),
    judged(pattern![Cluster::network, Network::bonds[]], |context| device(context, Bond::name)),
    judged(pattern![Cluster::network, Network::vlans[]], |context| device(context, Vlan::name)),
    always(
        pattern![Cluster::network, Network::fabric, Fabric::kind],
        Reboot,
        Affected::OnFabric,
        "Kernel modules, names and addresses of the fabric come or go: drain the nodes, switch, reboot.",
    ),
    always(
        pattern![Cluster::network, Network::fabric, Fabric::subnet],
        Drain,
        Affected::OnFabric,
        "The fabric's addresses change: MPI and mounts over it break. Let jobs end, then switch all nodes together.",
    ),
    always(
        pattern![Cluster::network, Network::fabric, Fabric::interface],
        Drain,
        Affected::OnFabric,
        "The fabric's addresses move to another interface: MPI and mounts over it break. Let jobs end first.",
    ),
    always(
        pattern![Cluster::network, Network::fabric, Fabric::driver],
        Reboot,
        Affected::OnFabric,
        "The kernel loads another driver when it starts: drain the nodes, switch, reboot.",
    ),
    always(
        pattern![Cluster::network, Network::fabric, Fabric::mtu],
        Drain,
        Affected::OnFabric,
        "A node with another MTU than its neighbours loses large packets: let jobs end, then switch all nodes \
         together.",
    ),
    judged(pattern![Cluster::network, Network::fabric, Fabric::subnet_managers[]], |context| {
        context.on_hosts(SubnetManager::host, Restart, SUBNET_MANAGER)
    }),
    always(
        pattern![Cluster::network, Network::firewall],
        Restart,
        Affected::All,
        "The firewall starts or stops. Whatever else sets rules (k3s, Docker) must be started again after it.",
    ),
    always(pattern![Cluster::network, Network::extra_tcp_ports], Restart, Affected::All, FIREWALL),
    always(pattern![Cluster::network, Network::extra_udp_ports], Restart, Affected::All, FIREWALL),
    judged(pattern![Cluster::network, Network::tuning], tuning),
];

/// A bond or VLAN, on the nodes whose interface it is or that stand on it.
fn device<S>(context: &RuleContext, name: Field<S, String>) -> Vec<Consequence> {
    let (before, after) = context.difference.parent;
    let (old, new) = (text(before, name), text(after, name));
    let links = (Links::new(&context.before.network), Links::new(&context.after.network));
    let uses =
        |links: &Links, interface: &str, device: &str| !device.is_empty() && links.devices(interface).contains(&device);
    let nodes = context.nodes;
    let names: Vec<String> = nodes
        .kept
        .iter()
        .map(|(before, after)| (&nodes.before[*before], &nodes.after[*after]))
        .filter(|(before, after)| {
            let fabric = after.fabric_ip.is_some();
            uses(&links.0, &before.interface, old)
                || uses(&links.1, &after.interface, new)
                || fabric && uses(&links.1, &context.after.network.fabric.interface, new)
        })
        .map(|(_, after)| after.name.clone())
        .collect();
    if names.is_empty() {
        return Consequence::only(Nothing, Affected::NoNode, "No node's interface stands on it.");
    }
    let words = "The interface with the node's address is built otherwise, and the connection over which you switch may break: \
                 set the network's switches, drain the nodes, reboot into it.";
    Consequence::only(Reboot, Affected::Named(names), words)
}

fn tuning(context: &RuleContext) -> Vec<Consequence> {
    context.switched(
        Affected::All,
        (Nothing, "The kernel takes larger buffers for connections from now on."),
        (Reboot, "The kernel keeps the larger buffers until it starts anew; nothing breaks before."),
    )
}
