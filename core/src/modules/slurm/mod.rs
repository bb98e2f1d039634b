//! The scheduler. Its values: `slurmConfig`.

mod about;
mod checks;
mod impact;
use super::{Module, Parameter};
use crate::cluster::{Accounting, Backup, Choice, Cluster, Partition, Rest, Slurm};
use crate::nix::{Attrs, Nix};
use crate::path::Path;
pub use impact::{SLURM_CONF, SLURM_NODES};

pub const MODULE: Module = Module {
    name: "slurm",
    nix: include_str!("default.nix"),
    files: &[
        ("accounting.nix", include_str!("accounting.nix")),
        ("conf.nix", include_str!("conf.nix")),
        ("health-check.sh", include_str!("health-check.sh")),
        ("login.nix", include_str!("login.nix")),
    ],
    takes: &["node", "nodes", "clusterLib", "clusterConfig", "slurmConfig", "hpcConfig", "storageConfig"],
    parameter: Some(Parameter { name: "slurmConfig", values }),
    used: |cluster| cluster.slurm.enable,
    checks: checks::TOPICS,
    ports: about::PORTS,
    secrets: about::secrets,
    services: about::services,
    readme: about::readme,
    last_steps: about::last_steps,
    contents: about::contents,
    duties: about::duties,
    connections: about::connections,
    impact: impact::RULES,
    ..Module::PLAIN
};

fn values(cluster: &Cluster) -> Attrs {
    let slurm = &cluster.slurm;
    let usual = Slurm::default();
    let path = Path::root().field(Cluster::slurm);
    let at = path.field(Slurm::partitions);
    let partitions =
        slurm.partitions.iter().enumerate().map(|(i, partition)| partition_values(partition, &at.index(i)));
    let mut attrs = Attrs::new()
        .field("partitions", Nix::list(partitions), at.clone())
        .field_if(!slurm.enforce_limits, "enforceLimits", false, path.field(Slurm::enforce_limits))
        .field_if(
            slurm.system_memory_mib > 0,
            "systemMemoryMiB",
            slurm.system_memory_mib,
            path.field(Slurm::system_memory_mib),
        )
        .field_if(slurm.gpu_affinity, "gpuAffinity", true, path.field(Slurm::gpu_affinity))
        .field_if(
            !slurm.scheduler_parameters.is_empty(),
            "schedulerParameters",
            Nix::list(&slurm.scheduler_parameters),
            path.field(Slurm::scheduler_parameters),
        );
    if slurm.accounting.enable {
        let at = path.field(Slurm::accounting);
        attrs = attrs.field("accounting", accounting_values(&slurm.accounting, &at), at);
    }
    if !slurm.backup.host.is_empty() {
        let at = path.field(Slurm::backup);
        let backup = Attrs::new().field("host", &slurm.backup.host, at.field(Backup::host)).field(
            "stateFolder",
            &slurm.backup.state_folder,
            at.field(Backup::state_folder),
        );
        attrs = attrs.field("backup", backup, at);
    }
    if slurm.rest.enable {
        let at = path.field(Slurm::rest);
        let rest = Attrs::new().field("jwtKeyFile", &slurm.rest.jwt_key_file, at.field(Rest::jwt_key_file));
        attrs = attrs.field("rest", rest, at);
    }
    attrs = attrs
        .field_if(slurm.x11, "x11", true, path.field(Slurm::x11))
        .field_if(slurm.pam_adopt, "pamAdopt", true, path.field(Slurm::pam_adopt))
        .field_if(slurm.private_tmp, "privateTmp", true, path.field(Slurm::private_tmp))
        .field_if(!slurm.prolog.trim().is_empty(), "prolog", &slurm.prolog, path.field(Slurm::prolog))
        .field_if(!slurm.epilog.trim().is_empty(), "epilog", &slurm.epilog, path.field(Slurm::epilog))
        .field_if(slurm.metrics, "metrics", true, path.field(Slurm::metrics))
        .field("mungeKeyFile", &slurm.munge_key_file, path.field(Slurm::munge_key_file));
    if (slurm.srun_first_port, slurm.srun_last_port) != (usual.srun_first_port, usual.srun_last_port) {
        let ports = Attrs::new().field("from", slurm.srun_first_port, path.field(Slurm::srun_first_port)).field(
            "to",
            slurm.srun_last_port,
            path.field(Slurm::srun_last_port),
        );
        attrs = attrs.set("srunPortRange", ports);
    }
    let extra = slurm.extra_config.trim();
    attrs.field_if(!extra.is_empty(), "extraConfig", extra, path.field(Slurm::extra_config))
}

fn accounting_values(accounting: &Accounting, at: &Path) -> Attrs {
    let enforce = Nix::list(accounting.enforce.iter().map(|what| what.key()));
    Attrs::new()
        .field_if(!accounting.host.is_empty(), "host", &accounting.host, at.field(Accounting::host))
        .field_if(
            !accounting.password_file.is_empty(),
            "passwordFile",
            &accounting.password_file,
            at.field(Accounting::password_file),
        )
        .field_if(!accounting.enforce.is_empty(), "enforce", enforce, at.field(Accounting::enforce))
        .field_if(accounting.fair_share, "fairShare", true, at.field(Accounting::fair_share))
}

fn partition_values(partition: &Partition, at: &Path) -> Attrs {
    let usual = Partition::default();
    macro_rules! unless_usual {
        ($attrs:expr, $($field:ident $name:literal $value:expr;)*) => {
            $attrs$(.field_if(partition.$field != usual.$field, $name, $value, at.field(Partition::$field)))*
        };
    }
    let attrs = Attrs::new().field("name", &partition.name, at.field(Partition::name)).field_if(
        !partition.nodes.trim().is_empty(),
        "nodes",
        partition.nodes.trim(),
        at.field(Partition::nodes),
    );
    unless_usual! { attrs,
        is_default "default" true;
        max_time "maxTime" &partition.max_time;
        default_time "defaultTime" &partition.default_time;
        priority_tier "priorityTier" partition.priority_tier;
        max_nodes "maxNodes" partition.max_nodes;
        default_memory_per_cpu_mib "defaultMemoryPerCPUMiB" partition.default_memory_per_cpu_mib;
        exclusive "exclusive" true;
        allow_groups "allowGroups" Nix::list(&partition.allow_groups);
        allow_accounts "allowAccounts" Nix::list(&partition.allow_accounts);
        state "state" partition.state.key();
    }
}
