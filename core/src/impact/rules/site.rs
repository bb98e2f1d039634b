//! The cluster as a whole, and its networks.

use super::{CONTROLLERS, Rule, always, judged};
use crate::impact::Effect::{Drain, Nothing, Reboot, Restart};
use crate::impact::{Who, judge};

const FIREWALL: &str = "The firewall is loaded anew; open connections stay.";
const SUBNET_MANAGER: &str =
    "OpenSM restarts or moves. Traffic on the fabric goes on, but no path is set up while there is no subnet manager.";

pub(super) const RULES: &[Rule] = &[
    always("version", Nothing, Who::Nobody, "The description's form; nothing on the nodes."),
    judged("cluster.name", judge::cluster_name),
    always("cluster.description", Nothing, Who::Nobody, "For people: in the flake and its README, not on the nodes."),
    judged("cluster.release", judge::release),
    judged("cluster.stateVersion", judge::state_version),
    always(
        "cluster.timeZone",
        Nothing,
        Who::All,
        "Clocks show the other zone at once; daemons log in it after their next start.",
    ),
    always(
        "cluster.locale",
        Restart,
        Who::All,
        "Every unit names the locales, so every service restarts. Running jobs go on.",
    ),
    always(
        "cluster.sshKeys",
        Nothing,
        Who::All,
        "No service restarts; root lets in whoever is on the list from the next login on.",
    ),
    always(
        "cluster.rootPasswordFile",
        Nothing,
        Who::All,
        "Root's password for the console is the file's from the next switch or boot on; no service restarts. Place the file first.",
    ),
    always("cluster.allowUnfree", Nothing, Who::Nobody, "It decides what Nix may build, not what runs."),
    always(
        "cluster.pinned",
        Reboot,
        Who::All,
        "nixpkgs may be another revision than the nodes have now: services restart, and another kernel runs from the \
         next start on.",
    ),
    always(
        "network.domain",
        Restart,
        Who::All,
        "The network's setup restarts. Certificates, mail and scripts with full names must follow.",
    ),
    always(
        "network.subnet",
        Drain,
        Who::All,
        "Interfaces, firewall and NFS exports are set up for another network and connections break: let jobs end, \
         then switch all nodes together.",
    ),
    always("network.gateway", Restart, Who::All, "The network's setup restarts; connections to the outside may break."),
    always(
        "network.nameservers",
        Restart,
        Who::All,
        "The network's setup restarts; the nodes know each other by /etc/hosts meanwhile.",
    ),
    always("network.timeServers", Restart, CONTROLLERS, "chronyd restarts."),
    always(
        "network.mtu",
        Drain,
        Who::All,
        "A node with another MTU than its neighbours loses large packets, so NFS and MPI hang: let jobs end, set the \
         switches, then switch all nodes together.",
    ),
    judged("network.bonds[]", judge::device),
    judged("network.vlans[]", judge::device),
    always(
        "network.fabric.kind",
        Reboot,
        Who::OnFabric,
        "Kernel modules, names and addresses of the fabric come or go: drain the nodes, switch, reboot.",
    ),
    always(
        "network.fabric.subnet",
        Drain,
        Who::OnFabric,
        "The fabric's addresses change: MPI and mounts over it break. Let jobs end, then switch all nodes together.",
    ),
    always(
        "network.fabric.interface",
        Drain,
        Who::OnFabric,
        "The fabric's addresses move to another interface: MPI and mounts over it break. Let jobs end first.",
    ),
    always(
        "network.fabric.driver",
        Reboot,
        Who::OnFabric,
        "The kernel loads another driver when it starts: drain the nodes, switch, reboot.",
    ),
    always(
        "network.fabric.mtu",
        Drain,
        Who::OnFabric,
        "A node with another MTU than its neighbours loses large packets: let jobs end, then switch all nodes \
         together.",
    ),
    judged("network.fabric.subnetManagers[]", |case| judge::on_hosts(case, &["host"], Restart, SUBNET_MANAGER)),
    always(
        "network.firewall",
        Restart,
        Who::All,
        "The firewall starts or stops. Whatever else sets rules (k3s, Docker) must be started again after it.",
    ),
    always("network.extraTCPPorts", Restart, Who::All, FIREWALL),
    always("network.extraUDPPorts", Restart, Who::All, FIREWALL),
    judged("network.tuning", judge::tuning),
];
