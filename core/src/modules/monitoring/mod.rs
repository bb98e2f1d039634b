//! Prometheus, exporters, alerts, Grafana. Its values: `monitoringConfig`.

mod about;
mod checks;
mod impact;

use super::values::{Made, Values, Wanted, of_section};
use super::{Module, Parameter};
use crate::cluster::{Alertmanager, Cluster, Grafana, Monitoring};
use crate::facts::topics;

pub const MODULE: Module = Module {
    name: "monitoring",
    nix: include_str!("default.nix"),
    files: &[
        ("options.nix", include_str!("options.nix")),
        ("rules/node.yml", include_str!("rules/node.yml")),
        ("rules/fabric.yml", include_str!("rules/fabric.yml")),
        ("rules/gpu.yml", include_str!("rules/gpu.yml")),
        ("rules/ipmi.yml", include_str!("rules/ipmi.yml")),
        ("rules/smart.yml", include_str!("rules/smart.yml")),
        ("rules/slurm.yml", include_str!("rules/slurm.yml")),
        ("dashboards/nodes.json", include_str!("dashboards/nodes.json")),
        ("dashboards/gpus.json", include_str!("dashboards/gpus.json")),
        ("dashboards/slurm.json", include_str!("dashboards/slurm.json")),
    ],
    takes: &["node", "nodes", "clusterLib", "hpcConfig", "slurmConfig", "monitoringConfig"],
    parameter: Some(Parameter { name: "monitoringConfig", make }),
    used: |cluster| cluster.monitoring.enable,
    checks: topics![checks],
    ports: about::PORTS,
    secrets: about::secrets,
    services: about::services,
    contents: about::contents,
    duties: about::duties,
    impact: impact::RULES,
    ..Module::PLAIN
};

fn make(cluster: &Cluster, wanted: Wanted) -> Made {
    of_section(cluster, Cluster::monitoring, wanted, |values| {
        values.put(Monitoring::retention_days).put(Monitoring::interval_seconds).put(Monitoring::gpu_exporter);
        values.put_unless_default(Monitoring::ipmi_exporter).put_unless_default(Monitoring::smart_exporter);
        values.put_unless_default(Monitoring::alerts);
        values.put_if_on(Monitoring::alertmanager, Alertmanager::enable, alertmanager);
        values.put_if_on(Monitoring::grafana, Grafana::enable, |values| {
            values
                .put(Grafana::secret_key_file)
                .put(Grafana::admin_password_file)
                .put_unless_default(Grafana::dashboards);
        });
    })
}

fn alertmanager(values: &mut Values<Alertmanager>) {
    let (mails, with_password) = (values.part().mails(), values.part().mails_with_password());
    for field in [Alertmanager::email_to, Alertmanager::email_from, Alertmanager::smarthost] {
        values.when(mails).put_text(field);
    }
    values.when(with_password).put_text(Alertmanager::smtp_user);
    values.when(with_password).put(Alertmanager::smtp_password_file);
    values.put_or_null(Alertmanager::webhook_url_file);
}
