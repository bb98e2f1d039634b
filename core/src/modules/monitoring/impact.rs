//! What changes of Prometheus, its exporters, Alertmanager and Grafana take.

use crate::cluster::{Cluster, GpuVendor, Grafana, Monitoring};
use crate::consequence::Effect::{DataAtRisk, Restart};
use crate::consequence::{Affected, Consequence, Rule, RuleContext, always, judged};
use crate::pattern;

const PROMETHEUS: &str = "Prometheus restarts and goes on with its samples; some seconds are missing.";

const EXPORTERS: &str = "Exporters start or stop on the nodes, and Prometheus restarts with other targets.";

const ALERTMANAGER: &str = "Alertmanager restarts.";

const GRAFANA: &str = "Grafana restarts.";

pub const RULES: &[Rule] = &[
    judged(pattern![Cluster::monitoring, Monitoring::enable], |context| {
        context.switched(
            Affected::All,
            (Restart, "Prometheus starts on the first controller, and exporters on the nodes."),
            (Restart, "Prometheus and the exporters stop; the samples stay on the first controller's disk."),
        )
    }),
    judged(pattern![Cluster::monitoring, Monitoring::retention_days], retention),
    always(pattern![Cluster::monitoring, Monitoring::interval_seconds], Restart, Affected::FirstController, PROMETHEUS),
    always(
        pattern![Cluster::monitoring, Monitoring::gpu_exporter],
        Restart,
        Affected::WithGpus(GpuVendor::Nvidia),
        EXPORTERS,
    ),
    always(pattern![Cluster::monitoring, Monitoring::ipmi_exporter], Restart, Affected::All, EXPORTERS),
    always(pattern![Cluster::monitoring, Monitoring::smart_exporter], Restart, Affected::All, EXPORTERS),
    always(pattern![Cluster::monitoring, Monitoring::alerts], Restart, Affected::FirstController, PROMETHEUS),
    always(pattern![Cluster::monitoring, Monitoring::alertmanager], Restart, Affected::FirstController, ALERTMANAGER),
    always(
        pattern![Cluster::monitoring, Monitoring::grafana, Grafana::enable],
        Restart,
        Affected::FirstController,
        "Grafana starts or stops; its database stays on the first controller's disk.",
    ),
    always(
        pattern![Cluster::monitoring, Monitoring::grafana, Grafana::dashboards],
        Restart,
        Affected::FirstController,
        GRAFANA,
    ),
    always(
        pattern![Cluster::monitoring, Monitoring::grafana, Grafana::secret_key_file],
        DataAtRisk,
        Affected::FirstController,
        "Grafana restarts with the key in that file. With another key it cannot read the passwords of data sources \
         that it keeps: move the old key there.",
    ),
    always(
        pattern![Cluster::monitoring, Monitoring::grafana, Grafana::admin_password_file],
        Restart,
        Affected::FirstController,
        "Grafana restarts. Its administrator keeps the password: the file counts for a new database only.",
    ),
];

fn retention(context: &RuleContext) -> Vec<Consequence> {
    let (old, new) = (context.difference.before.as_u64(), context.difference.after.as_u64());
    if new < old {
        let days = new.unwrap_or_default();
        let words = format!("Prometheus restarts and deletes the samples that are older than {days} days.");
        return Consequence::only(DataAtRisk, Affected::FirstController, words);
    }
    Consequence::only(
        Restart,
        Affected::FirstController,
        "Prometheus restarts and keeps samples for longer; see that the disk has room.",
    )
}
