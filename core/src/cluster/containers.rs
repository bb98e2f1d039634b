use super::{choice, description};

choice! {
    /// A container orchestration.
    pub enum Orchestrator {
        K3s "k3s" "k3s",
    }
}

description! {
    /// Container orchestration: the server on the first controller, agents on the workers.
    pub struct Containers {
        enable "enable": bool = false,
        orchestrator "type": Orchestrator = Orchestrator::K3s,
        /// The file of the token that the agents join with, on every node.
        token_file "tokenFile": String = "/var/lib/secrets/k3s-token".to_owned(),
        /// Components of k3s that are left out: `traefik`, `servicelb`, `metrics-server`, `local-storage`, `coredns`.
        disable "disable": Vec<String> = Vec::new(),
        /// Further flags of the server.
        server_flags "serverFlags": Vec<String> = Vec::new(),
        /// Further flags of the agents.
        agent_flags "agentFlags": Vec<String> = Vec::new(),
        /// Whether containers can use the NVIDIA GPUs.
        gpu "gpu": bool = true,
    }
}
