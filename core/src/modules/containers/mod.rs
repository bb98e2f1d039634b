//! Container orchestration and engines. Its values: `containerConfig`.

mod about;
mod checks;
mod impact;
use super::{Module, Parameter};
use crate::cluster::{Choice, Cluster, ContainerEngine, Containers, Orchestrator};
use crate::facts::topics;
use crate::nix::{Attrs, Nix};
use crate::path::{Field, Path};

pub const MODULE: Module = Module {
    name: "containers",
    nix: include_str!("default.nix"),
    takes: &["node", "nodes", "clusterLib", "containerConfig"],
    parameter: Some(Parameter { name: "containerConfig", values }),
    used: |cluster| cluster.containers.enable || cluster.containers.engine != ContainerEngine::None,
    checks: topics![checks],
    ports: about::PORTS,
    secrets: about::secrets,
    services: about::services,
    first_steps: about::first_steps,
    contents: about::contents,
    duties: about::duties,
    impact: impact::RULES,
    ..Module::PLAIN
};

fn values(cluster: &Cluster) -> Attrs {
    let containers = &cluster.containers;
    let at = Path::root().field(Cluster::containers);
    let mut attrs = Attrs::new().field("enable", containers.enable, at.field(Containers::enable)).field(
        "type",
        containers.orchestrator.key(),
        at.field(Containers::orchestrator),
    );
    if containers.enable {
        attrs = orchestration(attrs, containers, &at);
    }
    attrs
        .field_if(
            containers.engine != ContainerEngine::None,
            "engine",
            containers.engine.key(),
            at.field(Containers::engine),
        )
        .field_if(!containers.gpu, "gpu", false, at.field(Containers::gpu))
}

fn orchestration(attrs: Attrs, containers: &Containers, at: &Path) -> Attrs {
    let list = |attrs: Attrs, name: &str, list: &[String], field: Field<Containers, Vec<String>>| {
        attrs.field_if(!list.is_empty(), name, Nix::list(list), at.field(field))
    };
    let is_k3s = containers.orchestrator == Orchestrator::K3s;
    let servers = containers.servers.trim();
    let mut attrs = attrs.field_if(!servers.is_empty(), "servers", servers, at.field(Containers::servers)).field_if(
        is_k3s,
        "tokenFile",
        &containers.token_file,
        at.field(Containers::token_file),
    );
    if is_k3s {
        attrs = list(attrs, "disable", &containers.disable, Containers::disable);
    }
    attrs = list(attrs, "serverExtraFlags", &containers.server_flags, Containers::server_flags);
    attrs = list(attrs, "agentExtraFlags", &containers.agent_flags, Containers::agent_flags);
    attrs.field_if(containers.gpu_taint, "gpuTaint", true, at.field(Containers::gpu_taint))
}
