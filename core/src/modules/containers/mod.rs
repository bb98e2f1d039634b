//! Container orchestration and engines. Its values: `containerConfig`.

mod about;
mod checks;
mod impact;

use super::values::{Made, NixValue, Type, Wanted, of_section};
use super::{Module, Parameter};
use crate::cluster::{Cluster, ContainerEngine, Containers, Orchestrator};
use crate::facts::topics;
use crate::nix::Nix;

pub const MODULE: Module = Module {
    name: "containers",
    nix: include_str!("default.nix"),
    files: &[("options.nix", include_str!("options.nix"))],
    takes: &["node", "nodes", "clusterLib", "containerConfig"],
    parameter: Some(Parameter { name: "containerConfig", make }),
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

fn make(cluster: &Cluster, wanted: Wanted) -> Made {
    of_section(cluster, Cluster::containers, wanted, |values| {
        let containers = values.part();
        let (is_on, is_k3s) = (containers.enable, containers.orchestrator == Orchestrator::K3s);
        // The guide has flags as one text.
        let flags = || Vec::<String>::kind().or(Type::Text);
        values.put(Containers::enable).put(Containers::orchestrator);
        values.when(is_on).put_unless_default(Containers::servers);
        values.when(is_on && is_k3s).put(Containers::token_file);
        values.by_default(Nix::null()).take(
            "token",
            Type::Any.or_null(),
            "Not taken: it would be in the Nix store. Write `tokenFile`.",
        );
        values.when(is_on && is_k3s).put_unless_default(Containers::disable);
        values.named("serverExtraFlags").typed(flags()).when(is_on).put_unless_default(Containers::server_flags);
        values.named("agentExtraFlags").typed(flags()).when(is_on).put_unless_default(Containers::agent_flags);
        values.when(is_on).put_unless_default(Containers::gpu_taint);
        values.put_unless_default(Containers::engine).put_unless_default(Containers::gpu);
    })
}
