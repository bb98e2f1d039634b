use super::description;

description! {
    /// Grafana, on the first controller.
    pub struct Grafana {
        enable "enable": bool = false,
        /// The file on the controller that holds Grafana's secret key.
        secret_key_file "secretKeyFile": String = "/var/lib/secrets/grafana-secret-key".to_owned(),
        /// The file on the controller that holds the administrator's first password.
        admin_password_file "adminPasswordFile": String = "/var/lib/secrets/grafana-admin-password".to_owned(),
    }
}

description! {
    /// Prometheus on the first controller, and the exporters it scrapes.
    pub struct Monitoring {
        enable "enable": bool = false,
        /// How long samples are kept, in days.
        retention_days "retentionDays": u32 = 30,
        /// How often exporters are asked, in seconds.
        interval_seconds "intervalSeconds": u32 = 15,
        /// Whether every NVIDIA node runs the GPU exporter.
        gpu_exporter "gpuExporter": bool = true,
        grafana "grafana": Grafana = Grafana::default(),
    }
}
