//! The scheduler. Its values: `slurmConfig`.

use super::{Module, Parameter};
use crate::cluster::{Cluster, Partition, Section, Slurm};
use crate::nix::{Attrs, Nix};
use crate::path::Path;

pub const MODULE: Module = Module {
    name: "slurm",
    nix: include_str!("default.nix"),
    files: &[],
    inputs: |_| Vec::new(),
    takes: &["node", "nodes", "clusterLib", "clusterConfig", "slurmConfig"],
    parameter: Some(Parameter { name: "slurmConfig", values, reads: &[Section::Slurm] }),
    used: |cluster| cluster.slurm.enable,
};

fn values(cluster: &Cluster) -> Attrs {
    let slurm = &cluster.slurm;
    let usual = Slurm::default();
    let path = Path::root().field(Cluster::slurm);
    let at = path.field(Slurm::partitions);
    let partitions =
        slurm.partitions.iter().enumerate().map(|(i, partition)| partition_values(partition, &at.index(i)));
    let ports = Attrs::new().field("from", slurm.srun_first_port, path.field(Slurm::srun_first_port)).field(
        "to",
        slurm.srun_last_port,
        path.field(Slurm::srun_last_port),
    );
    let usual_ports = (slurm.srun_first_port, slurm.srun_last_port) == (usual.srun_first_port, usual.srun_last_port);
    let mut attrs = Attrs::new()
        .field("partitions", Nix::list(partitions), at.clone())
        .field_if(!slurm.enforce_limits, "enforceLimits", false, path.field(Slurm::enforce_limits))
        .field_if(slurm.metrics, "metrics", true, path.field(Slurm::metrics))
        .field("mungeKeyFile", &slurm.munge_key_file, path.field(Slurm::munge_key_file));
    if !usual_ports {
        attrs = attrs.set("srunPortRange", ports);
    }
    let extra = slurm.extra_config.trim();
    attrs.field_if(!extra.is_empty(), "extraConfig", extra, path.field(Slurm::extra_config))
}

fn partition_values(partition: &Partition, at: &Path) -> Attrs {
    let usual = Partition::default();
    Attrs::new()
        .field("name", &partition.name, at.field(Partition::name))
        .field_if(!partition.nodes.trim().is_empty(), "nodes", partition.nodes.trim(), at.field(Partition::nodes))
        .field_if(partition.is_default, "default", true, at.field(Partition::is_default))
        .field_if(!partition.max_time.is_empty(), "maxTime", &partition.max_time, at.field(Partition::max_time))
        .field_if(
            !partition.default_time.is_empty(),
            "defaultTime",
            &partition.default_time,
            at.field(Partition::default_time),
        )
        .field_if(
            partition.priority_tier != usual.priority_tier,
            "priorityTier",
            partition.priority_tier,
            at.field(Partition::priority_tier),
        )
}
