//! What the flake and the page tell of containers.

use crate::cluster::{Choice, Cluster, ContainerEngine, Containers, Orchestrator, Role};
use crate::hostlist;
use crate::markdown::{code, plain};
use crate::modules::about::{Duty, Port, Ports, Step, controller};
use crate::modules::{Make, On, Secret};
use crate::path;

pub const PORTS: Ports = Ports {
    tcp: &[
        Port::new(2379, "etcd"),
        Port::new(2380, "etcd"),
        Port::new(6443, "k3s"),
        Port::new(8888, "Kubernetes' cfssl"),
        Port::new(10250, "the kubelet"),
    ],
    udp: &[Port::new(8472, "flannel")],
};

pub fn secrets(cluster: &Cluster) -> Vec<Secret> {
    let containers = &cluster.containers;
    if !containers.enable || containers.orchestrator != Orchestrator::K3s {
        return Vec::new();
    }
    let path = path![Cluster::containers, Containers::token_file];
    vec![Secret {
        on: On { roles: &[Role::Worker], hosts: Containers::server_hosts(cluster).unwrap_or_default() },
        units: &["k3s"],
        ..Secret::new(&containers.token_file, "the token with which nodes join k3s", Make::Text, path)
    }]
}

pub fn services(cluster: &Cluster) -> Vec<String> {
    let containers = &cluster.containers;
    let mut lines = Vec::new();
    if containers.enable {
        let servers = Containers::server_hosts(cluster).map_or_else(|| controller(cluster), |hosts| code(&hosts));
        lines.push(format!(
            "{}: the control plane on `{servers}`, where `kubectl` works for root.",
            containers.orchestrator.label()
        ));
    }
    if containers.engine != ContainerEngine::None {
        lines.push(format!("{}: for single containers.", plain(containers.engine.label())));
    }
    lines
}

/// What the orchestration wants once.
pub fn first_steps(cluster: &Cluster) -> Vec<Step> {
    kubernetes(cluster).into_iter().collect()
}

/// NixOS's easyCerts: a node joins with the token that the server made.
fn kubernetes(cluster: &Cluster) -> Option<Step> {
    let containers = &cluster.containers;
    if !containers.enable || containers.orchestrator != Orchestrator::Kubernetes {
        return None;
    }
    let servers = hostlist::few(&Containers::server_hosts(cluster).unwrap_or_default());
    let server = servers.first().map_or_else(|| controller(cluster), |name| code(name));
    let token = format!("ssh root@{server} cat /var/lib/kubernetes/secrets/apitoken.secret |");
    Some(Step {
        title: "Let each worker join Kubernetes, NODE by NODE.".to_owned(),
        commands: vec![format!("{token} ssh root@NODE nixos-kubernetes-node-join")],
    })
}

pub fn contents(cluster: &Cluster) -> Vec<&'static str> {
    let containers = &cluster.containers;
    if containers.enable { vec![containers.orchestrator.label()] } else { Vec::new() }
}

pub fn duties(cluster: &Cluster) -> Vec<Duty> {
    let what = format!("{} server", cluster.containers.orchestrator.label());
    let servers = Containers::server_hosts(cluster).unwrap_or_default();
    hostlist::few(&servers)
        .into_iter()
        .map(|host| Duty { host, what: what.clone(), keeps: Some("the orchestration's state") })
        .collect()
}
