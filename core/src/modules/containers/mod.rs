//! Container orchestration. Its values: `containerConfig`.

use super::{Module, Parameter};
use crate::cluster::{Choice, Cluster, Containers, Section};
use crate::nix::{Attrs, Nix};
use crate::path::Path;

pub const MODULE: Module = Module {
    name: "containers",
    nix: include_str!("default.nix"),
    files: &[],
    inputs: |_| Vec::new(),
    takes: &["node", "nodes", "clusterLib", "containerConfig"],
    parameter: Some(Parameter { name: "containerConfig", values, reads: &[Section::Containers] }),
    used: |cluster| cluster.containers.enable,
};

fn values(cluster: &Cluster) -> Attrs {
    let containers = &cluster.containers;
    let path = |key| Path::root().field(Cluster::containers).key(key);
    let list = |attrs: Attrs, name: &str, list: &[String], key| {
        attrs.field_if(!list.is_empty(), name, Nix::list(list), path(key))
    };
    let mut attrs = Attrs::new()
        .field("enable", true, path(Containers::enable.key))
        .field("type", containers.orchestrator.key(), path(Containers::orchestrator.key))
        .field("tokenFile", &containers.token_file, path(Containers::token_file.key));
    attrs = list(attrs, "disable", &containers.disable, Containers::disable.key);
    attrs = list(attrs, "serverExtraFlags", &containers.server_flags, Containers::server_flags.key);
    attrs = list(attrs, "agentExtraFlags", &containers.agent_flags, Containers::agent_flags.key);
    attrs.field_if(!containers.gpu, "gpu", false, path(Containers::gpu.key))
}
