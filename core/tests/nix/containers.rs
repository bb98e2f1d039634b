//! Orchestration: whoever joins finds a server. Engines and GPUs.

use crate::harness::{Flake, World, opens, runs, strings};
use crate::{Invariant, Switch};
use clusterflake_core::cluster::{Choice, ContainerEngine, GpuVendor, Node, Orchestrator, Role};
use clusterflake_core::hostlist;
use clusterflake_core::preset;
use serde_json::{Value, json};

pub const INVARIANTS: &[Invariant] = &[
    ("the orchestration runs where it should", runs_where_it_should),
    ("whoever joins k3s points at a server with its port open", k3s_joins_its_server),
    ("Kubernetes' nodes point at its server", kubernetes_points_at_its_server),
    ("ports of the orchestration are open where it runs only", ports),
    ("labels and taints agree with the nodes", labels),
    ("the container engine is on workers and login nodes", engine),
    ("NVIDIA GPUs are offered to containers where both are", gpus),
];

pub const SWITCHES: &[Switch] = &[
    Switch {
        name: "orchestration",
        levels: &[
            "",
            "containers.enable = true\ncontainers.disable = [\"traefik\"]",
            "containers.enable = true\ncontainers.servers = \"head[1-3]\"\ncontainers.serverFlags = [\"--cluster-cidr=10.60.0.0/16\"]",
            "containers.enable = true\ncontainers.servers = \"cn1\"\ncontainers.agentFlags = [\"--debug\"]",
            "containers.enable = true\ncontainers.type = \"kubernetes\"",
            "containers.enable = true\ncontainers.type = \"kubernetes\"\ncontainers.servers = \"cn2\"\ncontainers.agentFlags = [\"--v=2\"]",
        ],
    },
    Switch { name: "gpu taint", levels: &["", "containers.gpuTaint = true"] },
    Switch {
        name: "engine",
        levels: &[
            "",
            "containers.engine = \"podman\"",
            "containers.engine = \"docker\"\nusers.accounts[0].groups = [\"docker\"]",
        ],
    },
    Switch { name: "gpus in containers", levels: &["", "containers.gpu = false"] },
];

fn is_k3s(world: &World) -> bool {
    world.cluster.containers.enable && world.cluster.containers.orchestrator == Orchestrator::K3s
}

fn is_kubernetes(world: &World) -> bool {
    world.cluster.containers.enable && world.cluster.containers.orchestrator == Orchestrator::Kubernetes
}

/// The servers that the description names, in order.
fn servers(world: &World) -> Vec<String> {
    match world.cluster.containers.servers.as_str() {
        "" => vec![world.controller().name.clone()],
        list => hostlist::expand(list).unwrap(),
    }
}

fn is_server(world: &World, node: &Node) -> bool {
    servers(world).contains(&node.name)
}

fn takes_part(world: &World, node: &Node) -> bool {
    world.cluster.containers.enable && (node.is(Role::Worker) || is_server(world, node))
}

fn runs_where_it_should(world: &World) {
    for (node, config) in world.each() {
        let at = &node.name;
        assert_eq!(runs(config, &["k3s"]), is_k3s(world) && takes_part(world, node), "{at}");
        let roles = strings(&config["services"]["kubernetes"]["roles"]);
        assert_eq!(!roles.is_empty(), is_kubernetes(world) && takes_part(world, node), "{at}");
        if is_kubernetes(world) {
            assert_eq!(roles.contains(&"master"), is_server(world, node), "{at}");
            assert_eq!(roles.contains(&"node"), node.is(Role::Worker), "{at}");
        }
    }
}

fn k3s_joins_its_server(world: &World) {
    if !is_k3s(world) {
        return;
    }
    let all = servers(world);
    let first = world.nodes.iter().find(|node| node.name == all[0]).unwrap();
    for (node, config) in world.each().filter(|(node, _)| takes_part(world, node)) {
        let at = &node.name;
        let k3s = &config["services"]["k3s"];
        assert_eq!(k3s["tokenFile"], world.cluster.containers.token_file.as_str(), "{at}");
        assert_eq!(k3s["token"].as_str().unwrap_or_default(), "", "{at}");
        assert_eq!(k3s["role"], if is_server(world, node) { "server" } else { "agent" }, "{at}");
        assert_eq!(k3s["nodeIP"], node.ip.unwrap().to_string(), "{at}");
        if node.name == first.name {
            assert_eq!(k3s["serverAddr"].as_str().unwrap_or_default(), "", "{at}");
            assert_eq!(k3s["clusterInit"], all.len() > 1, "{at}");
        } else {
            assert_eq!(k3s["serverAddr"], format!("https://{}:6443", first.ip.unwrap()), "{at}");
            assert!(k3s["clusterInit"] != true, "{at}");
            assert!(world.configs.get(&first.name).is_none_or(|_| world.opens_tcp(first, 6443)), "{at}");
        }
        let flags = strings(&k3s["extraFlags"]);
        assert!(flags.contains(&format!("--flannel-iface={}", node.interface).as_str()), "{at}");
        let own = if is_server(world, node) {
            assert!(all.iter().all(|name| flags.contains(&format!("--tls-san={name}").as_str())), "{at}");
            &world.cluster.containers.server_flags
        } else {
            assert!(strings(&k3s["disable"]).is_empty(), "{at}");
            &world.cluster.containers.agent_flags
        };
        assert!(own.iter().all(|flag| flags.contains(&flag.as_str())), "{at}");
    }
}

fn kubernetes_points_at_its_server(world: &World) {
    if !is_kubernetes(world) {
        return;
    }
    let server = &servers(world)[0];
    for (node, config) in world.each().filter(|(node, _)| takes_part(world, node)) {
        let at = &node.name;
        let kubernetes = &config["services"]["kubernetes"];
        assert_eq!(kubernetes["masterAddress"], server.as_str(), "{at}");
        assert_eq!(kubernetes["apiserverAddress"], format!("https://{server}:6443"), "{at}");
        assert_eq!(kubernetes["kubelet"]["nodeIp"], node.ip.unwrap().to_string(), "{at}");
        assert_eq!(kubernetes["kubelet"]["hostname"], node.name.as_str(), "{at}");
        assert_eq!(kubernetes["flannel"]["openFirewallPorts"], false, "{at}");
        let flannel = &config["systemd"]["services"]["flannel"]["environment"];
        assert_eq!(flannel["FLANNELD_IFACE"], node.interface.as_str(), "{at}");
    }
}

fn ports(world: &World) {
    let etcd = is_k3s(world) && servers(world).len() > 1;
    for (node, config) in world.each() {
        let at = &node.name;
        let (part, server) = (takes_part(world, node), world.cluster.containers.enable && is_server(world, node));
        let tcp = |port| world.opens_tcp(node, port);
        assert_eq!(tcp(6443), server, "{at}");
        assert_eq!((tcp(2379), tcp(2380)), (etcd && server, etcd && server), "{at}");
        assert_eq!(tcp(8888), is_kubernetes(world) && server, "{at}");
        assert_eq!(tcp(10250), part, "{at}");
        assert_eq!(opens(config, &world.cluster.network.subnet, "udp", 8472), part, "{at}");
        let trusted = strings(&config["networking"]["firewall"]["trustedInterfaces"]);
        assert_eq!(trusted.contains(&"flannel.1"), part, "{at}");
    }
}

/// The labels of a node, whichever orchestration gives them.
fn labels_of<'c>(world: &World, config: &'c Value) -> Vec<&'c str> {
    if is_k3s(world) {
        return strings(&config["services"]["k3s"]["nodeLabel"]);
    }
    let flags = config["services"]["kubernetes"]["kubelet"]["extraOpts"].as_str().unwrap();
    let labels = flags.split(' ').find_map(|flag| flag.strip_prefix("--node-labels=")).unwrap();
    labels.split(',').collect()
}

fn labels(world: &World) {
    for (node, config) in world.each().filter(|(node, _)| takes_part(world, node)) {
        let at = &node.name;
        let found = labels_of(world, config);
        let mut wanted: Vec<String> = node.roles.iter().map(|role| format!("role-{}=true", role.key())).collect();
        let has_gpus = node.gpus.count > 0;
        if has_gpus {
            wanted.push(format!("gpu-vendor={}", node.gpus.vendor.key()));
            wanted.push(format!("gpu-model={}", node.gpus.model));
            wanted.push(format!("gpu-count={}", node.gpus.count));
        }
        if has_gpus && node.gpus.vendor == GpuVendor::Nvidia {
            wanted.push("nvidia.com/gpu.present=true".to_owned());
        }
        assert_eq!(found, wanted, "{at}");
        let key = format!("{}.com/gpu", node.gpus.vendor.key());
        let taint = has_gpus && world.cluster.containers.gpu_taint;
        if is_k3s(world) {
            let taints = if taint { json!([format!("{key}=present:NoSchedule")]) } else { json!([]) };
            assert_eq!(config["services"]["k3s"]["nodeTaint"], taints, "{at}");
        } else {
            let found = &config["services"]["kubernetes"]["kubelet"]["taints"]["gpu"];
            let wanted = json!({ "key": key, "value": "present", "effect": "NoSchedule" });
            assert_eq!(*found, if taint { wanted } else { Value::Null }, "{at}");
        }
    }
}

fn engine(world: &World) {
    let engine = world.cluster.containers.engine;
    for (node, config) in world.each() {
        let here = node.is(Role::Worker) || node.is(Role::Login);
        for other in [ContainerEngine::Docker, ContainerEngine::Podman] {
            let found = &config["virtualisation"][other.key()]["enable"];
            assert_eq!(*found == true, here && other == engine, "{}", node.name);
        }
    }
}

fn gpus(world: &World) {
    let containers = &world.cluster.containers;
    for (node, config) in world.each() {
        let here = node.is(Role::Worker) || node.is(Role::Login);
        let used = takes_part(world, node) || (containers.engine != ContainerEngine::None && here);
        let nvidia = node.gpus.count > 0 && node.gpus.vendor == GpuVendor::Nvidia && world.cluster.hpc.cuda.enable;
        let found = &config["hardware"]["nvidia-container-toolkit"]["enable"];
        assert_eq!(*found == true, used && nvidia && containers.gpu, "{}", node.name);
        assert!(config["virtualisation"]["docker"].get("enableNvidia").is_none());
    }
}

/// Values that no form gives, since cluster.nix is there to be edited.
#[test]
fn wrong_values_are_told() {
    let flake = Flake::new(&preset::find("gpu").unwrap().cluster());
    let path = flake.folder.path().join("flake/cluster.nix");
    let text = std::fs::read_to_string(&path).unwrap();
    for (value, complaint) in [
        ("servers = \"ctl1,nobody\";", "containerConfig.servers names nobody, which is no node"),
        (
            "engine = \"rkt\";",
            "option `containerConfig.engine' is not of type `one of \"none\", \"docker\", \"podman\"'",
        ),
    ] {
        std::fs::write(&path, text.replace("containerConfig = {", &format!("containerConfig = {{ {value}"))).unwrap();
        let error = flake.evaluate("configurations [ \"gn1\" ]").expect_err(value);
        assert!(error.contains(complaint), "{value}: {error}");
    }
}
