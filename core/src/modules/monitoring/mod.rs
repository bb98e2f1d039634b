//! Prometheus, exporters, alerts, Grafana. Its values: `monitoringConfig`.

mod about;
mod checks;
mod impact;
use super::{Module, Parameter};
use crate::cluster::{Alertmanager, Cluster, Grafana, Monitoring};
use crate::facts::topics;
use crate::nix::Attrs;
use crate::path::Path;

pub const MODULE: Module = Module {
    name: "monitoring",
    nix: include_str!("default.nix"),
    files: &[
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
    parameter: Some(Parameter { name: "monitoringConfig", values }),
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

fn values(cluster: &Cluster) -> Attrs {
    let monitoring = &cluster.monitoring;
    let path = Path::root().field(Cluster::monitoring);
    let mut attrs = Attrs::new()
        .field("retentionDays", monitoring.retention_days, path.field(Monitoring::retention_days))
        .field("intervalSeconds", monitoring.interval_seconds, path.field(Monitoring::interval_seconds))
        .field("gpuExporter", monitoring.gpu_exporter, path.field(Monitoring::gpu_exporter))
        .field_if(monitoring.ipmi_exporter, "ipmiExporter", true, path.field(Monitoring::ipmi_exporter))
        .field_if(monitoring.smart_exporter, "smartExporter", true, path.field(Monitoring::smart_exporter))
        .field_if(!monitoring.alerts, "alerts", false, path.field(Monitoring::alerts));
    if monitoring.alertmanager.enable {
        let at = path.field(Monitoring::alertmanager);
        let values = alertmanager_values(&monitoring.alertmanager, &at);
        attrs = attrs.field("alertmanager", values, at.field(Alertmanager::enable));
    }
    if monitoring.grafana.enable {
        let grafana = &monitoring.grafana;
        let at = path.field(Monitoring::grafana);
        let values = Attrs::new()
            .field("secretKeyFile", &grafana.secret_key_file, at.field(Grafana::secret_key_file))
            .field("adminPasswordFile", &grafana.admin_password_file, at.field(Grafana::admin_password_file))
            .field_if(!grafana.dashboards, "dashboards", false, at.field(Grafana::dashboards));
        attrs = attrs.field("grafana", values, at.field(Grafana::enable));
    }
    attrs
}

fn alertmanager_values(alertmanager: &Alertmanager, at: &Path) -> Attrs {
    let mut attrs = Attrs::new();
    if alertmanager.mails() {
        attrs = attrs
            .field("emailTo", alertmanager.email_to.trim(), at.field(Alertmanager::email_to))
            .field("emailFrom", alertmanager.email_from.trim(), at.field(Alertmanager::email_from))
            .field("smarthost", alertmanager.smarthost.trim(), at.field(Alertmanager::smarthost));
    }
    if alertmanager.mails_with_password() {
        attrs = attrs.field("smtpUser", &alertmanager.smtp_user, at.field(Alertmanager::smtp_user)).field(
            "smtpPasswordFile",
            &alertmanager.smtp_password_file,
            at.field(Alertmanager::smtp_password_file),
        );
    }
    attrs.field_if(
        !alertmanager.webhook_url_file.is_empty(),
        "webhookURLFile",
        &alertmanager.webhook_url_file,
        at.field(Alertmanager::webhook_url_file),
    )
}
