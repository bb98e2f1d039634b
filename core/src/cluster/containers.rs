use super::{choice, description};

choice! {
    /// A container orchestration.
    pub enum Orchestrator {
        /// k3s, NixOS's `services.k3s`.
        K3s "k3s" "k3s",
        /// NixOS's `services.kubernetes`.
        Kubernetes "kubernetes" "Kubernetes",
    }
}

choice! {
    /// What runs single containers, without orchestration.
    pub enum ContainerEngine {
        /// No engine.
        None "none" "none",
        /// Docker, as a daemon that runs as root.
        Docker "docker" "Docker",
        /// Podman, without a daemon.
        Podman "podman" "Podman",
    }
}

description! {
    /// Containers: an orchestration over the nodes, an engine on each.
    pub struct Containers {
        /// Whether containers run over the cluster.
        enable "enable": bool = false,
        /// The orchestrator.
        orchestrator "type": Orchestrator = Orchestrator::K3s,
        /// The nodes that run the control plane, in hostlist syntax; empty for the first controller. k3s wants an odd number.
        servers "servers": String = String::new(),
        /// The file of the token that nodes join with, on every node.
        token_file "tokenFile": String = "/var/lib/secrets/k3s-token".to_owned(),
        /// Components of k3s that are left out: `traefik`, `servicelb`, `metrics-server`, `local-storage`, `coredns`.
        disable "disable": Vec<String> = Vec::new(),
        /// Further flags of the server.
        server_flags "serverFlags": Vec<String> = Vec::new(),
        /// Further flags of the agents.
        agent_flags "agentFlags": Vec<String> = Vec::new(),
        /// Whether to keep GPU nodes for pods that ask for GPUs (a taint).
        gpu_taint "gpuTaint": bool = false,
        /// The engine for single containers on each node.
        engine "engine": ContainerEngine = ContainerEngine::None,
        /// Whether containers can use the NVIDIA GPUs.
        gpu "gpu": bool = true,
    }
}
