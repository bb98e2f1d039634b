//! Container orchestration and engines.

use crate::cluster::{Choice, Cluster, ContainerEngine, Containers, Orchestrator, Role};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::Facts;
use crate::field_checks::check_secret_file;
use crate::field_checks::check_syntax;
use crate::field_checks::without;
use crate::hostlist;
use crate::path;
use crate::path::Path;
use crate::quoting::{counted, list, quote};
use crate::subnet::{self, Ipv4Net};
use std::collections::BTreeSet;

checks! {
    SERVERS_UNKNOWN "container-servers-unknown" Error "A server of the orchestration is no node.",
    SERVERS_EVEN "container-servers-even" Warning "k3s has an even number of servers.",
    GPUS_SHARED "container-slurm-gpus" Hint "k3s or Kubernetes and Slurm give away the same GPUs.",
    SERVER_WITH_GPUS "container-server-gpus" Hint "A server of the orchestration is a worker with GPUs.",
    KUBERNETES_SERVERS "kubernetes-servers" Error "Kubernetes has several servers.",
    KUBERNETES_BY_HAND "kubernetes-by-hand" Hint "Kubernetes' nodes join by hand.",
    KUBERNETES_COMPONENTS "kubernetes-components" Warning "Components of k3s are left out of Kubernetes.",
    K3S_COMPONENT "k3s-component" Error "k3s has no component of this name.",
    K3S_FLAG "k3s-flag" Error "A flag does not begin with two hyphens, or has characters that systemd changes.",
    K3S_FLAG_SET "k3s-flag-set" Warning "A flag of k3s sets what the flake sets.",
    K3S_NO_DEPLOY "k3s-no-deploy" Error "k3s no longer has the flag --no-deploy.",
    K3S_FLAG_SECRET "k3s-flag-secret" Error "A flag of k3s has a secret in it.",
    CONTAINER_CIDR "container-cidr" Error "The network of pods or services cannot be read.",
    CONTAINER_SUBNET "container-subnet" Error "The network of pods or services overlaps one of the cluster.",
    GPU_TAINT_EVERYWHERE "gpu-taint-everywhere" Warning "Every node of the orchestration is kept for GPUs.",
    DOCKER_ROOT "docker-root" Hint "Whoever may use Docker is root on the node.",
    CONTAINERS_WITHOUT_CUDA "containers-without-cuda" Hint "Containers are to use NVIDIA GPUs, but CUDA is off.",
}

/// The components that `--disable` takes.
const COMPONENTS: &[&str] = &["coredns", "local-storage", "metrics-server", "servicelb", "traefik"];

/// Flags whose value is a secret, or a place with a password in it.
const SECRET_FLAGS: &[&str] = &[
    "--token",
    "--agent-token",
    "--cluster-secret",
    "--datastore-endpoint",
    "--etcd-s3-access-key",
    "--etcd-s3-secret-key",
    "--etcd-s3-session-token",
    "--vpn-auth",
];

/// Flags that the module gives k3s itself. Those that add to others, such as --node-label, may stand again.
const SET_FLAGS: &[&str] = &["--server", "--token-file", "--cluster-init", "--node-ip", "--flannel-iface", "--disable"];

/// The networks of pods and of services, with the flag of k3s that sets each; for Kubernetes the module sets the same.
const NETWORKS: &[(&str, &str, &str)] =
    &[("pods", "--cluster-cidr", "10.42.0.0/16"), ("services", "--service-cidr", "10.43.0.0/16")];

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let containers = &*facts.cluster.containers;
    if containers.enable {
        check_servers(facts, problems);
        match containers.orchestrator {
            Orchestrator::K3s => {
                check_secret_file(
                    &containers.token_file,
                    || path![Cluster::containers, Containers::token_file],
                    problems,
                );
                check_components(&containers.disable, problems);
            }
            Orchestrator::Kubernetes => check_kubernetes(containers, problems),
        }
        check_flags(
            containers,
            &containers.server_flags,
            &path![Cluster::containers, Containers::server_flags],
            problems,
        );
        check_flags(
            containers,
            &containers.agent_flags,
            &path![Cluster::containers, Containers::agent_flags],
            problems,
        );
        check_networks(facts, problems);
    }
    if containers.engine == ContainerEngine::Docker {
        let message = "Whoever is in the group docker is root on the node: put there only who may be, or use Podman, which \
                       everybody can use without root.";
        let fix = Fix::set("Use Podman", path![Cluster::containers, Containers::engine], ContainerEngine::Podman.key());
        problems.push(DOCKER_ROOT.at(path![Cluster::containers, Containers::engine], message).with_fix(fix));
    }
    let runs = containers.enable || containers.engine != ContainerEngine::None;
    if runs && containers.gpu && facts.has_nvidia() && !facts.cluster.hpc.cuda.enable {
        let message = "Containers are to use the NVIDIA GPUs, but CUDA and so the driver are off: turn CUDA on.";
        problems.push(
            CONTAINERS_WITHOUT_CUDA.at(path![Cluster::containers, Containers::gpu], message).with_fix(facts.cuda_fix()),
        );
    }
}

fn check_servers(facts: &Facts, problems: &mut Vec<Problem>) {
    let containers = &*facts.cluster.containers;
    let path = || path![Cluster::containers, Containers::servers];
    let is_listed = !containers.servers.trim().is_empty();
    if is_listed && check_syntax(path, &containers.servers, facts.container_servers, problems) {
        return;
    }
    let listed = facts.container_servers.names();
    let (known, unknown): (Vec<&str>, Vec<&str>) =
        listed.iter().map(String::as_str).partition(|name| facts.hosts.contains_key(name));
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    if !unknown.is_empty() {
        let no_nodes = if unknown.len() == 1 { "is no node" } else { "are no nodes" };
        let message =
            format!("{} {no_nodes} of this cluster: name hosts of the groups.", quote(&list(&owned(&unknown))));
        let label = format!("Leave out {}", counted(unknown.len(), "host"));
        let fix = (!known.is_empty()).then(|| Fix::set(label, path(), hostlist::compress(&owned(&known))));
        problems.push(SERVERS_UNKNOWN.at(path(), message).with_fix(fix));
        return;
    }
    let servers: BTreeSet<&str> =
        if is_listed { known.iter().copied().collect() } else { facts.with_role(Role::Controller).take(1).collect() };
    let only_first = || known.first().map(|first| Fix::set(format!("Use {first} only"), path(), *first));
    if containers.orchestrator == Orchestrator::Kubernetes && servers.len() > 1 {
        let message = format!(
            "NixOS's Kubernetes has one server, and here are {}: name one, or use k3s, which can have several.",
            servers.len()
        );
        problems.push(KUBERNETES_SERVERS.at(path(), message).with_fix(only_first()));
    } else if servers.len() > 1 && servers.len().is_multiple_of(2) {
        let message = format!(
            "With {} servers the cluster stops when half of them are down, as with one server less: name an odd number.",
            servers.len()
        );
        problems.push(SERVERS_EVEN.at(path(), message));
    }
    check_gpu_servers(facts, &servers, problems);
    check_shared_gpus(facts, &servers, problems);
}

/// Neither of Slurm and the orchestration knows what the other has given away.
fn check_shared_gpus(facts: &Facts, servers: &BTreeSet<&str>, problems: &mut Vec<Problem>) {
    let containers = &*facts.cluster.containers;
    let is_shared = |name: &&str| {
        !servers.contains(name) && facts.hosts.get(name).is_some_and(|host| facts.gpus_of(name, *host).count > 0)
    };
    let shared: Vec<String> = facts.with_role(Role::Worker).filter(is_shared).map(str::to_owned).collect();
    if !facts.cluster.slurm.enable || containers.gpu_taint || shared.is_empty() {
        return;
    }
    let path = path![Cluster::containers, Containers::gpu_taint];
    let message = format!(
        "Slurm and {} both give away the GPUs, cores and memory of {}, and neither knows what the other has given: keep \
         these nodes for pods that ask for GPUs, and such pods for times when Slurm has drained their node.",
        containers.orchestrator.label(),
        quote(&hostlist::compress(&shared))
    );
    let fix = Fix::set("Keep GPU nodes for pods that ask for GPUs", path.clone(), true);
    problems.push(GPUS_SHARED.at(path, message).with_fix(fix));
}

fn check_gpu_servers(facts: &Facts, servers: &BTreeSet<&str>, problems: &mut Vec<Problem>) {
    let has_gpus = |name: &str| facts.hosts.get(name).is_some_and(|host| facts.gpus_of(name, *host).count > 0);
    let loaded: Vec<String> = servers.iter().filter(|name| has_gpus(name)).map(|name| (*name).to_owned()).collect();
    let is_worker =
        |name: &String| facts.hosts.get(name.as_str()).is_some_and(|host| facts.host_is(*host, Role::Worker));
    if loaded.iter().any(is_worker) {
        let message = format!(
            "{} would run the control plane beside the jobs that use its GPUs: a controller is the better server.",
            quote(&list(&loaded))
        );
        problems.push(SERVER_WITH_GPUS.at(path![Cluster::containers, Containers::servers], message));
    }
    let mut nodes = servers.iter().copied().chain(facts.with_role(Role::Worker));
    if facts.cluster.containers.gpu_taint && !servers.is_empty() && nodes.all(has_gpus) {
        let path = path![Cluster::containers, Containers::gpu_taint];
        let message = "Every node has GPUs and would be kept for what asks for them, so that the cluster's own DNS runs \
                       nowhere: leave that off.";
        problems.push(GPU_TAINT_EVERYWHERE.at(path.clone(), message).with_fix(Fix::set("Turn it off", path, false)));
    }
}

fn check_kubernetes(containers: &Containers, problems: &mut Vec<Problem>) {
    let path = path![Cluster::containers, Containers::orchestrator];
    let message = "Each node joins this Kubernetes by hand, with a token from the server, and NVIDIA's device plugin is not \
                   part of it; k3s joins by itself.";
    let fix = Fix::set("Use k3s", path.clone(), Orchestrator::K3s.key());
    problems.push(KUBERNETES_BY_HAND.at(path, message).with_fix(fix));
    if !containers.disable.is_empty() {
        let path = path![Cluster::containers, Containers::disable];
        let message = "What is left out here are components of k3s, and Kubernetes has none of them: leave this empty.";
        let fix = Fix::set("Leave it empty", path.clone(), Vec::<String>::new());
        problems.push(KUBERNETES_COMPONENTS.at(path, message).with_fix(fix));
    }
}

/// The value of `--name=value` or `--name value` among the flags, and where it stands.
fn flag_value<'c>(flags: &'c [String], name: &str) -> Option<(usize, &'c str)> {
    flags.iter().enumerate().find_map(|(i, flag)| {
        let (found, value) = flag.split_once(['=', ' '])?;
        (found == name).then_some((i, value.trim()))
    })
}

fn check_networks(facts: &Facts, problems: &mut Vec<Problem>) {
    let containers = &*facts.cluster.containers;
    let is_k3s = containers.orchestrator == Orchestrator::K3s;
    // What is larger is no subnet: that is told there.
    let taken: Vec<Ipv4Net> =
        facts.subnet.into_iter().chain(facts.fabric_subnet).filter(|subnet| subnet.prefix_len() >= 8).collect();
    for (what, flag, usual) in NETWORKS {
        let own = if is_k3s { flag_value(&containers.server_flags, flag) } else { None };
        let flags = path![Cluster::containers, Containers::server_flags];
        let path = own.map_or_else(|| path![Cluster::containers, Containers::orchestrator], |(i, _)| flags.index(i));
        // With IPv6 there are two, after a comma; of others nothing is known here.
        let text = own.map_or(*usual, |(_, value)| value.split(',').next().unwrap_or_default());
        let Some(subnet) = subnet::parse(text) else {
            if text.contains(':') {
                continue;
            }
            let message = format!("{} is no IPv4 network: write it as “{flag}={usual}”.", quote(text));
            problems.push(CONTAINER_CIDR.at(path, message));
            continue;
        };
        let Some(other) = taken.iter().find(|other| subnet::overlap(**other, subnet)) else { continue };
        let way_out = if is_k3s {
            format!("give k3s another one with the server flag “{flag}=…”")
        } else {
            "choose another network for the cluster, or use k3s, where these can be chosen".to_owned()
        };
        let message = format!("The network of {what}, {subnet}, overlaps {other} of the cluster: {way_out}.");
        let others = NETWORKS.iter().filter(|(_, name, _)| name != flag);
        let beside = others.filter_map(|(_, name, usual)| {
            subnet::parse(flag_value(&containers.server_flags, name).map_or(*usual, |(_, value)| value))
        });
        let free = free_network(&taken.iter().copied().chain(beside).collect::<Vec<_>>());
        let fix = free.filter(|_| is_k3s).map(|free| {
            let at = flags.index(own.map_or(containers.server_flags.len(), |(i, _)| i));
            Fix::set(format!("Use {free} for {what}"), at, format!("{flag}={free}"))
        });
        problems.push(CONTAINER_SUBNET.at(path, message).with_fix(fix));
    }
}

/// A private network of /16 that overlaps none of these.
fn free_network(taken: &[Ipv4Net]) -> Option<Ipv4Net> {
    let private = (42..=250).map(|second| format!("10.{second}.0.0/16")).chain(["172.30.0.0/16".to_owned()]);
    private
        .filter_map(|text| subnet::parse(&text))
        .find(|free| !taken.iter().any(|other| subnet::overlap(*other, *free)))
}

fn check_components(disabled: &[String], problems: &mut Vec<Problem>) {
    for (i, name) in disabled.iter().enumerate().filter(|(_, name)| !COMPONENTS.contains(&name.as_str())) {
        let path = path![Cluster::containers, Containers::disable];
        let mended = name.trim().to_lowercase();
        let fix = if COMPONENTS.contains(&mended.as_str()) {
            Fix::set(format!("Use {mended}"), path.index(i), mended)
        } else {
            without(disabled, i, &path, "Remove it")
        };
        let message = format!("{} is no component of k3s: choose among {}.", quote(name), COMPONENTS.join(", "));
        problems.push(K3S_COMPONENT.at(path.index(i), message).with_fix(fix));
    }
}

fn check_flags(containers: &Containers, flags: &[String], list: &Path, problems: &mut Vec<Problem>) {
    let is_k3s = containers.orchestrator == Orchestrator::K3s;
    for (i, flag) in flags.iter().enumerate() {
        let (name, value) = flag.split_once(['=', ' ']).unwrap_or((flag, ""));
        let removed = || without(flags, i, list, "Remove it");
        let path = list.index(i);
        problems.push(if SECRET_FLAGS.contains(&name) {
            let message = format!(
                "{name} would put a secret into the Nix store, which everybody can read: leave it out. The token is read \
                 from its file."
            );
            K3S_FLAG_SECRET.at(path, message).with_fix(removed())
        } else if is_k3s && SET_FLAGS.contains(&name) {
            let message = format!("{name} is set by the flake, and would be there twice: leave it out.");
            let fix = if name == "--disable" { deploy_fix(containers, value, removed()) } else { removed() };
            K3S_FLAG_SET.at(path, message).with_fix(fix)
        } else if is_k3s && name == "--no-deploy" {
            let message = format!("{} is gone from k3s: list the component among those that are left out.", quote(flag));
            K3S_NO_DEPLOY.at(path, message).with_fix(deploy_fix(containers, value, removed()))
        } else if !is_flag(flag) {
            let message = format!(
                "{} cannot be a flag: write it as “--name=value”, without quotes, “\\”, “$” and “%”, which systemd reads.",
                quote(flag)
            );
            let fix = flag.trim().is_empty().then(removed);
            K3S_FLAG.at(path, message).with_fix(fix)
        } else {
            continue;
        });
    }
}

/// The flags stand in a unit's ExecStart as they are (nixos/modules/services/cluster/rancher/default.nix).
fn is_flag(flag: &str) -> bool {
    flag.strip_prefix("--").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        && !flag.contains(|c: char| c.is_control() || "\"'\\$%;".contains(c))
}

/// Moves the components of `--no-deploy` to those that are left out.
fn deploy_fix(containers: &Containers, value: &str, mut fix: Fix) -> Fix {
    let mut disabled = containers.disable.clone();
    for name in value.split(',').map(str::trim).filter(|name| COMPONENTS.contains(name)) {
        if !disabled.iter().any(|known| known == name) {
            disabled.push(name.to_owned());
        }
    }
    if disabled.len() > containers.disable.len() {
        fix.set.push((path![Cluster::containers, Containers::disable], disabled.into()));
        fix.label = "Leave the component out".to_owned();
    }
    fix
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    (r#"containers.disable = ["ingress"]"#, &["error k3s-component containers.disable[0]"]),
    (r#"containers.disable = ["Traefik"]"#, &["error k3s-component containers.disable[0]"]),
    (r#"containers.serverFlags = ["write-kubeconfig-mode=644"]"#, &["error k3s-flag containers.serverFlags[0]"]),
    (r#"containers.agentFlags = [""]"#, &["error k3s-flag containers.agentFlags[0]"]),
    (r#"containers.serverFlags = ["--no-deploy=servicelb"]"#, &["error k3s-no-deploy containers.serverFlags[0]"]),
    (r#"containers.serverFlags = ["--token=secret"]"#, &["error k3s-flag-secret containers.serverFlags[0]"]),
    (r#"containers.agentFlags = ["--token secret"]"#, &["error k3s-flag-secret containers.agentFlags[0]"]),
    (r#"containers.serverFlags = ["--write-kubeconfig-mode=644"]"#, &[]),
    (
        "hpc.cuda.enable = false\nhpc.cudaAwareMPI = false",
        &["hint nvidia-without-cuda hpc.cuda.enable", "hint containers-without-cuda containers.gpu"],
    ),
    ("containers.enable = false\ncontainers.disable = [\"x\"]", &[]),
    (r#"containers.serverFlags = ["--kube-apiserver-arg=a='b'"]"#, &["error k3s-flag containers.serverFlags[0]"]),
    (r#"containers.serverFlags = ["--disable=servicelb"]"#, &["warning k3s-flag-set containers.serverFlags[0]"]),
    (r#"containers.agentFlags = ["--node-ip=10.0.0.9"]"#, &["warning k3s-flag-set containers.agentFlags[0]"]),
    (r#"containers.agentFlags = ["--node-label=rack=1"]"#, &[]),
    (r#"containers.servers = "head[""#, &["error hostlist-syntax containers.servers"]),
    (r#"containers.servers = "head,other""#, &["error container-servers-unknown containers.servers"]),
    (r#"containers.servers = "other""#, &["error container-servers-unknown containers.servers"]),
    (r#"containers.servers = "head,cn1""#, &["warning container-servers-even containers.servers"]),
    (r#"containers.servers = "head,cn[1-2]""#, &[]),
    (r#"containers.servers = "gn1""#, &["hint container-server-gpus containers.servers"]),
    ("containers.gpuTaint = false", &["hint container-slurm-gpus containers.gpuTaint"]),
    ("containers.gpuTaint = false\nslurm.enable = false", &[]),
    ("containers.gpuTaint = false\nnodes[2].gpus = {}\nhpc.cuda.enable = false\nhpc.cudaAwareMPI = false", &[]),
    (
        "containers.gpuTaint = true\ncontainers.servers = \"gn1\"\nnodes[1].gpus = {\"model\": \"h100\", \"count\": 1}",
        &["hint container-server-gpus containers.servers", "warning gpu-taint-everywhere containers.gpuTaint"],
    ),
    ("containers.type = \"kubernetes\"\ncontainers.disable = []", &["hint kubernetes-by-hand containers.type"]),
    (
        "containers.type = \"kubernetes\"\ncontainers.servers = \"head,cn[1-2]\"",
        &[
            "hint kubernetes-by-hand containers.type",
            "error kubernetes-servers containers.servers",
            "warning kubernetes-components containers.disable",
        ],
    ),
    (
        "network.subnet = \"10.0.0.0/10\"",
        &["error container-subnet containers.type", "error container-subnet containers.type"],
    ),
    (
        "network.fabric = {\"kind\": \"roce\", \"subnet\": \"10.43.7.0/24\"}\nnodes[1].fabricFirstIP = \"10.43.7.1\"",
        &["error container-subnet containers.type"],
    ),
    (
        "network.fabric = {\"kind\": \"roce\", \"subnet\": \"10.43.7.0/24\"}\nnodes[1].fabricFirstIP = \"10.43.7.1\"\ncontainers.serverFlags = [\"--service-cidr 10.44.0.0/16\"]",
        &[],
    ),
    (
        "containers.serverFlags = [\"--cluster-cidr=10.0.128.0/17\", \"--service-cidr=many\"]",
        &["error container-subnet containers.serverFlags[0]", "error container-cidr containers.serverFlags[1]"],
    ),
    (r#"containers.engine = "docker""#, &["hint docker-root containers.engine"]),
    (
        "containers.enable = false\ncontainers.engine = \"podman\"\nhpc.cuda.enable = false\nhpc.cudaAwareMPI = false",
        &["hint nvidia-without-cuda hpc.cuda.enable", "hint containers-without-cuda containers.gpu"],
    ),
];
