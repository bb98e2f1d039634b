//! Prometheus, exporters, Grafana. Its values: `monitoringConfig`.

use super::{Module, Parameter};
use crate::cluster::{Cluster, Grafana, Monitoring, Section};
use crate::nix::Attrs;
use crate::path::Path;

pub const MODULE: Module = Module {
    name: "monitoring",
    nix: include_str!("default.nix"),
    files: &[],
    inputs: |_| Vec::new(),
    takes: &["node", "nodes", "clusterLib", "hpcConfig", "monitoringConfig"],
    parameter: Some(Parameter { name: "monitoringConfig", values, reads: &[Section::Monitoring] }),
    used: |cluster| cluster.monitoring.enable,
};

fn values(cluster: &Cluster) -> Attrs {
    let monitoring = &cluster.monitoring;
    let path = Path::root().field(Cluster::monitoring);
    let mut attrs = Attrs::new()
        .field("retentionDays", monitoring.retention_days, path.field(Monitoring::retention_days))
        .field("intervalSeconds", monitoring.interval_seconds, path.field(Monitoring::interval_seconds))
        .field("gpuExporter", monitoring.gpu_exporter, path.field(Monitoring::gpu_exporter));
    if monitoring.grafana.enable {
        let grafana = &monitoring.grafana;
        let at = path.field(Monitoring::grafana);
        let values = Attrs::new()
            .field("secretKeyFile", &grafana.secret_key_file, at.field(Grafana::secret_key_file))
            .field("adminPasswordFile", &grafana.admin_password_file, at.field(Grafana::admin_password_file));
        attrs = attrs.field("grafana", values, at.field(Grafana::enable));
    }
    attrs
}
