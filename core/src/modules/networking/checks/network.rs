//! The network: subnet, gateway, names, time, ports.

use crate::cluster::{Cluster, Network};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::Facts;
use crate::field_checks::{check_subnet, mended_list, without};
use crate::modules::MODULES;
use crate::modules::about::{Port, Ports};
use crate::names::is_domain;
use crate::path;
use crate::path::Path;
use crate::quoting::quote;
use crate::subnet::Ipv4Net;
use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr};

checks! {
    DOMAIN "domain" Error "The domain is no DNS name.",
    DOMAIN_LOCAL "domain-local" Warning "The domain ends in .local, which multicast DNS owns.",
    GATEWAY "gateway" Error "The gateway is no IPv4 address.",
    GATEWAY_OUTSIDE_SUBNET "gateway-outside-subnet" Error "The gateway is outside the subnet.",
    GATEWAY_RESERVED "gateway-reserved" Error "The gateway is the subnet's network or broadcast address.",
    NAMESERVER "nameserver" Error "A DNS server is no IP address.",
    NO_NAMESERVERS "no-nameservers" Hint "There is a gateway, but no DNS server.",
    TIME_SERVER "time-server" Error "A time server is neither a name nor an IP address.",
    MTU "mtu" Error "The MTU is outside 576 to 9216 bytes.",
    FIREWALL_OFF "firewall-off" Warning "The firewall is off.",
    PORT_ZERO "port-zero" Error "An extra port is 0.",
    PORT_OWN "port-own" Hint "An extra port is one that the cluster opens itself, to its subnet only.",
    PORT_REPEATED "port-repeated" Hint "An extra port is listed twice.",
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let network = &*facts.cluster.network;
    check_domain(&network.domain, problems);
    check_subnet(&network.subnet, facts.subnet, path![Cluster::network, Network::subnet], problems);
    check_gateway(&network.gateway, facts.subnet, problems);
    check_servers(network, problems);
    if !(576..=9216).contains(&network.mtu) {
        let message = format!(
            "An MTU of {} does not work: use 1500, 9000 for jumbo frames, or what is between 576 and 9216.",
            network.mtu
        );
        problems.push(MTU.at(path![Cluster::network, Network::mtu], message).with_fix(Fix::set(
            "Use 1500",
            path![Cluster::network, Network::mtu],
            1500,
        )));
    }
    if !network.firewall {
        let message = "The firewall is off: every service of every node can be reached by whoever reaches the network.";
        let fix = Fix::set("Turn the firewall on", path![Cluster::network, Network::firewall], true);
        problems.push(FIREWALL_OFF.at(path![Cluster::network, Network::firewall], message).with_fix(fix));
    }
    check_ports(
        &network.extra_tcp_ports,
        &path![Cluster::network, Network::extra_tcp_ports],
        |ports| ports.tcp,
        problems,
    );
    check_ports(
        &network.extra_udp_ports,
        &path![Cluster::network, Network::extra_udp_ports],
        |ports| ports.udp,
        problems,
    );
}

fn check_domain(domain: &str, problems: &mut Vec<Problem>) {
    let path = path![Cluster::network, Network::domain];
    if !is_domain(domain) || domain.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let mended = domain.trim().trim_matches('.').to_lowercase();
        let fix = is_domain(&mended).then(|| Fix::set(format!("Use {mended}"), path.clone(), mended));
        let message = format!("{} is no domain: write one in small letters, “cluster.internal”.", quote(domain));
        problems.push(DOMAIN.at(path, message).with_fix(fix));
    } else if domain == "local" || domain.ends_with(".local") {
        let mended = domain.strip_suffix("local").unwrap_or_default().to_owned() + "internal";
        let fix = Fix::set(format!("Use {mended}"), path.clone(), mended);
        let message =
            format!("{} ends in .local, which multicast DNS resolves by itself: use .internal.", quote(domain));
        problems.push(DOMAIN_LOCAL.at(path, message).with_fix(fix));
    }
}

fn check_gateway(text: &str, subnet: Option<Ipv4Net>, problems: &mut Vec<Problem>) {
    if text.is_empty() {
        return;
    }
    let path = path![Cluster::network, Network::gateway];
    let Ok(gateway) = text.parse::<Ipv4Addr>() else {
        let message =
            format!("{} is no IPv4 address: write the gateway's, or nothing where there is none.", quote(text));
        let trimmed = text.trim();
        let fix = (trimmed.is_empty() || trimmed.parse::<Ipv4Addr>().is_ok()).then(|| {
            Fix::set(
                if trimmed.is_empty() { "Leave it empty".to_owned() } else { format!("Use {trimmed}") },
                path.clone(),
                trimmed,
            )
        });
        problems.push(GATEWAY.at(path, message).with_fix(fix));
        return;
    };
    let Some(subnet) = subnet.filter(|subnet| subnet.prefix_len() < 31) else { return };
    if !subnet.contains(&gateway) {
        let message = format!(
            "{gateway} is outside the subnet {subnet}: nodes could not reach it. Use its address inside the subnet."
        );
        problems.push(GATEWAY_OUTSIDE_SUBNET.at(path, message));
    } else if gateway == subnet.network() || gateway == subnet.broadcast() {
        let what = if gateway == subnet.network() { "network" } else { "broadcast" };
        let message = format!("{gateway} is the {what} address of {subnet}: no host can have it.");
        problems.push(GATEWAY_RESERVED.at(path, message));
    }
}

fn check_servers(network: &Network, problems: &mut Vec<Problem>) {
    for (i, server) in network.nameservers.iter().enumerate() {
        if server.parse::<IpAddr>().is_err() {
            let path = path![Cluster::network, Network::nameservers];
            let message =
                format!("{} is no DNS server: write its IP address, a name cannot be looked up yet.", quote(server));
            let fix = mended_list(&network.nameservers, i, &path, |text| text.parse::<IpAddr>().is_ok());
            problems.push(NAMESERVER.at(path.index(i), message).with_fix(fix));
        }
    }
    if network.nameservers.is_empty() && !network.gateway.is_empty() {
        let message = "There is a gateway but no DNS server: nodes could not look up cache.nixos.org. Add one.";
        problems.push(NO_NAMESERVERS.at(path![Cluster::network, Network::nameservers], message));
    }
    let good = |text: &str| is_domain(text) || text.parse::<IpAddr>().is_ok();
    for (i, server) in network.time_servers.iter().enumerate() {
        if !good(server) {
            let path = path![Cluster::network, Network::time_servers];
            let message =
                format!("{} is no time server: write a name or an IP address, “0.nixos.pool.ntp.org”.", quote(server));
            let fix = mended_list(&network.time_servers, i, &path, good);
            problems.push(TIME_SERVER.at(path.index(i), message).with_fix(fix));
        }
    }
}

fn check_ports(ports: &[u16], path: &Path, of: fn(Ports) -> &'static [Port], problems: &mut Vec<Problem>) {
    let mut seen = HashSet::new();
    for (i, port) in ports.iter().enumerate() {
        let problem = if *port == 0 {
            PORT_ZERO.at(path.index(i), "0 is no port: write one from 1 to 65535.")
        } else if !seen.insert(port) {
            PORT_REPEATED.at(path.index(i), format!("Port {port} is listed twice: list it once."))
        } else if let Some(Port { service, .. }) =
            MODULES.iter().flat_map(|module| of(module.ports)).find(|own| own.number == *port)
        {
            let message = format!(
                "Port {port} is that of {service}, which the cluster opens where it is needed. Here it is open to anybody: \
                 leave it out unless that is meant."
            );
            PORT_OWN.at(path.index(i), message)
        } else {
            continue;
        };
        problems.push(problem.with_fix(without(ports, i, path, "Remove it")));
    }
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    (r#"network.domain = """#, &["error domain network.domain"]),
    (r#"network.domain = "Lab.example.""#, &["error domain network.domain"]),
    (r#"network.domain = "lab.local""#, &["warning domain-local network.domain"]),
    (r#"network.subnet = "10.0.0.0""#, &["error subnet network.subnet"]),
    (r#"network.subnet = "10.0.0.1/16""#, &["error subnet-host-bits network.subnet"]),
    (r#"network.subnet = "0.0.0.0/0""#, &["error subnet-size network.subnet"]),
    (r#"network.gateway = "gw""#, &["error gateway network.gateway"]),
    (r#"network.gateway = " ""#, &["error gateway network.gateway"]),
    (r#"network.gateway = "10.0.255.254 ""#, &["error gateway network.gateway"]),
    (r#"network.gateway = "192.168.0.1""#, &["error gateway-outside-subnet network.gateway"]),
    (r#"network.gateway = "10.0.255.255""#, &["error gateway-reserved network.gateway"]),
    (r#"network.gateway = "10.0.0.0""#, &["error gateway-reserved network.gateway"]),
    (r#"network.gateway = """#, &[]),
    (r#"network.nameservers = ["dns.example.org", "::1"]"#, &["error nameserver network.nameservers[0]"]),
    (
        r#"network.nameservers = [" 9.9.9.9", ""]"#,
        &["error nameserver network.nameservers[0]", "error nameserver network.nameservers[1]"],
    ),
    (r#"network.nameservers = []"#, &["hint no-nameservers network.nameservers"]),
    (r#"network.timeServers = ["ntp server", "10.0.0.9"]"#, &["error time-server network.timeServers[0]"]),
    ("network.mtu = 100", &["error mtu network.mtu"]),
    ("network.mtu = 9000", &[]),
    ("network.firewall = false", &["warning firewall-off network.firewall"]),
    ("network.extraTCPPorts = [0, 8080]", &["error port-zero network.extraTCPPorts[0]"]),
    ("network.extraTCPPorts = [6817]", &["hint port-own network.extraTCPPorts[0]"]),
    (
        "network.extraUDPPorts = [5000, 123, 5000]",
        &["hint port-own network.extraUDPPorts[1]", "hint port-repeated network.extraUDPPorts[2]"],
    ),
];
