//! What the flake and the page tell of monitoring.

use crate::cluster::{Alertmanager, Cluster, Grafana, Monitoring, expand};
use crate::markdown::code;
use crate::modules::about::{Duty, Port, Ports, controller, controller_address, from_where};
use crate::modules::{Make, On, Secret};
use crate::path;

pub const PORTS: Ports = Ports {
    tcp: &[
        Port::new(GRAFANA, "Grafana"),
        Port::new(PROMETHEUS, "Prometheus"),
        Port::new(9100, "the node exporter"),
        Port::new(9290, "the IPMI exporter"),
        Port::new(9633, "the SMART exporter"),
        Port::new(9835, "the GPU exporter"),
    ],
    udp: &[],
};
const GRAFANA: u16 = 3000;
const PROMETHEUS: u16 = 9090;
/// Open to nobody: Alertmanager listens on the controller alone.
const ALERTMANAGER: u16 = 9093;

pub fn secrets(cluster: &Cluster) -> Vec<Secret> {
    let monitoring = &cluster.monitoring;
    let at = path![Cluster::monitoring];
    let mut secrets = Vec::new();
    if !monitoring.enable {
        return secrets;
    }
    let controller = On::hosts(expand::first_controller(cluster).unwrap_or_default());
    let (grafana, path) = (&monitoring.grafana, at.field(Monitoring::grafana));
    if grafana.enable {
        let secret = |file, what, path| Secret {
            on: controller.clone(),
            owner: "grafana",
            units: &["grafana"],
            ..Secret::new(file, what, Make::Text, path)
        };
        secrets.push(secret(
            &grafana.secret_key_file,
            "the key with which Grafana encrypts what it stores",
            path.field(Grafana::secret_key_file),
        ));
        secrets.push(secret(
            &grafana.admin_password_file,
            "the first password of Grafana's user admin",
            path.field(Grafana::admin_password_file),
        ));
    }
    let (alertmanager, path) = (&monitoring.alertmanager, at.field(Monitoring::alertmanager));
    if alertmanager.enable {
        let secret = |file, what: &str, path| Secret {
            on: controller.clone(),
            units: &["alertmanager"],
            ..Secret::new(file, what, Make::Ask(None), path)
        };
        if !alertmanager.email_to.is_empty() && !alertmanager.smtp_user.is_empty() {
            secrets.push(secret(
                &alertmanager.smtp_password_file,
                "the password of Alertmanager's user at the mail server",
                path.field(Alertmanager::smtp_password_file),
            ));
        }
        secrets.push(secret(
            &alertmanager.webhook_url_file,
            "the URL of the webhook that gets alerts",
            path.field(Alertmanager::webhook_url_file),
        ));
    }
    secrets
}

pub fn services(cluster: &Cluster) -> Vec<String> {
    let monitoring = &cluster.monitoring;
    if !monitoring.enable {
        return Vec::new();
    }
    let (controller, address, from) = (controller(cluster), controller_address(cluster), from_where(cluster));
    let mut lines = vec![format!("Prometheus: <http://{address}:{PROMETHEUS}>, {from}.")];
    if monitoring.alertmanager.enable {
        lines.push(format!(
            "Alertmanager listens on `{controller}` alone, since it asks nobody who they are: while `ssh -L \
             {ALERTMANAGER}:127.0.0.1:{ALERTMANAGER} root@{address}` runs, it is <http://127.0.0.1:{ALERTMANAGER}> on your machine."
        ));
    }
    if monitoring.grafana.enable {
        let file = code(&monitoring.grafana.admin_password_file);
        lines.push(format!(
            "Grafana: <http://{address}:{GRAFANA}>, {from}; the user `admin`, whose first password is in `{file}` on `{controller}`."
        ));
    }
    lines
}

/// What runs on the first controller, and what of it lies on that node's disk.
fn servers(cluster: &Cluster) -> impl Iterator<Item = (&'static str, &'static str)> {
    let monitoring = &cluster.monitoring;
    let prometheus = monitoring.enable.then_some(("Prometheus", "Prometheus's samples"));
    let grafana = (monitoring.enable && monitoring.grafana.enable).then_some(("Grafana", "Grafana's database"));
    prometheus.into_iter().chain(grafana)
}

pub fn contents(cluster: &Cluster) -> Vec<&'static str> {
    servers(cluster).map(|(name, _)| name).collect()
}

pub fn duties(cluster: &Cluster) -> Vec<Duty> {
    let Some(host) = expand::first_controller(cluster) else { return Vec::new() };
    let duty =
        |(what, keeps): (&str, &'static str)| Duty { host: host.clone(), what: what.to_owned(), keeps: Some(keeps) };
    servers(cluster).map(duty).collect()
}
