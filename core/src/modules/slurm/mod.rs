//! The scheduler. Its values: `slurmConfig`.

mod about;
mod checks;
mod impact;

use super::values::{Made, NixValue, Row, Type, Values, Wanted, of_section};
use super::{Module, Parameter};
use crate::cluster::{Accounting, Backup, Cluster, Partition, Rest, Slurm};
use crate::nix::{Attrs, Nix};
pub use impact::{SLURM_CONF, SLURM_NODES};

pub const MODULE: Module = Module {
    name: "slurm",
    nix: include_str!("default.nix"),
    files: &[
        ("options.nix", include_str!("options.nix")),
        ("accounting.nix", include_str!("accounting.nix")),
        ("conf.nix", include_str!("conf.nix")),
        ("health-check.sh", include_str!("health-check.sh")),
        ("login.nix", include_str!("login.nix")),
    ],
    takes: &["node", "nodes", "clusterLib", "clusterConfig", "slurmConfig", "hpcConfig", "storageConfig"],
    parameter: Some(Parameter { name: "slurmConfig", make }),
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

fn make(cluster: &Cluster, wanted: Wanted) -> Made {
    of_section(cluster, Cluster::slurm, wanted, |values| {
        let slurm = values.part();
        // Who says nothing of partitions has one.
        let usual = Attrs::new().set("name", "main").set("default", true);
        values.by_default(Nix::list([usual])).put_list(Slurm::partitions, partition);
        values.put_unless_default(Slurm::enforce_limits).put_unless_default(Slurm::system_memory_mib);
        values.put_unless_default(Slurm::gpu_affinity).put_unless_default(Slurm::scheduler_parameters);
        values.put_if_on(Slurm::accounting, Accounting::enable, |values| {
            values.put_or_null(Accounting::host).put_or_null(Accounting::password_file);
            values.put_unless_default(Accounting::enforce).put_unless_default(Accounting::fair_share);
        });
        values.put_set(!slurm.backup.host.is_empty(), Slurm::backup, |values| {
            values.described("The host name of the controller that runs it.");
            values.required().put(Backup::host).required().put(Backup::state_folder);
        });
        values.put_if_on(Slurm::rest, Rest::enable, |values| {
            values.put(Rest::jwt_key_file);
        });
        for field in [Slurm::x11, Slurm::pam_adopt, Slurm::private_tmp] {
            values.put_unless_default(field);
        }
        values.put_script(Slurm::prolog).put_script(Slurm::epilog).put_unless_default(Slurm::metrics);
        values.put(Slurm::munge_key_file);
        srun_ports(values);
        values.put_unless_default(Slurm::extra_config);
    })
}

/// The ports that srun listens on: two fields, one range.
fn srun_ports(values: &mut Values<Slurm>) {
    let ports = |slurm: &Slurm| Attrs::new().set("from", slurm.srun_first_port).set("to", slurm.srun_last_port);
    let (slurm, usual) = (values.part(), Slurm::default());
    let inside = |values: &mut Values<Slurm>| {
        values.named("from").put(Slurm::srun_first_port).named("to").put(Slurm::srun_last_port);
    };
    let mut options = Values::new(&usual, values.at().clone(), Wanted::Options);
    inside(&mut options);
    let mut set = Values::new(slurm, values.at().clone(), Wanted::Values);
    inside(&mut set);
    values.put_row(Row {
        name: "srunPortRange",
        kind: Type::Set(options.made().options),
        default: Some(ports(&usual).into()),
        description: "The ports that srun listens on.",
        place: values.at().field(Slurm::srun_first_port),
        value: (ports(slurm) != ports(&usual)).then(|| set.made().values.into()),
    });
}

fn partition(values: &mut Values<Partition>) {
    // Slurm takes a number of minutes too.
    let time = || String::kind().or(Type::Unsigned);
    values.required().put(Partition::name).put_or_null(Partition::nodes).put_unless_default(Partition::is_default);
    values.typed(time().or_null()).put_or_null(Partition::max_time);
    values.typed(time().or_null()).put_or_null(Partition::default_time);
    values.put_unless_default(Partition::priority_tier).put_unless_default(Partition::max_nodes);
    values.put_unless_default(Partition::default_memory_per_cpu_mib).put_unless_default(Partition::exclusive);
    values.put_unless_default(Partition::allow_groups).put_unless_default(Partition::allow_accounts);
    values.put_unless_default(Partition::state);
}
