use super::description;

description! {
    /// Grafana, on the first controller.
    pub struct Grafana {
        /// Whether the first controller runs Grafana.
        enable "enable": bool = false,
        /// Whether it shows dashboards of nodes, GPUs and Slurm.
        dashboards "dashboards": bool = true,
        /// The file on the controller that holds Grafana's secret key.
        secret_key_file "secretKeyFile": String = "/var/lib/secrets/grafana-secret-key".to_owned(),
        /// The file on the controller that holds the administrator's first password.
        admin_password_file "adminPasswordFile": String = "/var/lib/secrets/grafana-admin-password".to_owned(),
    }
}

description! {
    /// Where Alertmanager sends alerts. Secrets stay in files.
    pub struct Alertmanager {
        /// Whether the first controller runs Alertmanager, which sends alerts.
        enable "enable": bool = false,
        /// The address that gets mail; empty for no mail.
        email_to "emailTo": String = String::new(),
        /// The address that mail comes from: `alerts@lab.example`.
        email_from "emailFrom": String = String::new(),
        /// The mail server, `mail.lab.example:587`.
        smarthost "smarthost": String = String::new(),
        /// The user at the mail server; empty where it asks for none.
        smtp_user "smtpUser": String = String::new(),
        /// The file with that user's password at the mail server.
        smtp_password_file "smtpPasswordFile": String = "/var/lib/secrets/alertmanager-smtp-password".to_owned(),
        /// A file with the URL of a webhook (chat, paging), since such URLs are secrets; empty for none.
        webhook_url_file "webhookURLFile": String = String::new(),
    }
}

impl Alertmanager {
    /// Whether alerts are sent by mail: an address to send to is set.
    pub fn mails(&self) -> bool {
        !self.email_to.trim().is_empty()
    }

    /// Whether the mail server wants a user and a password.
    pub fn mails_with_password(&self) -> bool {
        self.mails() && !self.smtp_user.is_empty()
    }
}

description! {
    /// Prometheus on the first controller, and the exporters it scrapes.
    pub struct Monitoring {
        /// Whether the cluster is monitored: Prometheus on the first controller, an exporter on every node.
        enable "enable": bool = false,
        /// How long samples are kept, in days.
        retention_days "retentionDays": u32 = 30,
        /// How often exporters are asked, in seconds.
        interval_seconds "intervalSeconds": u32 = 15,
        /// Whether every NVIDIA node runs the GPU exporter.
        gpu_exporter "gpuExporter": bool = true,
        /// Whether every node with a BMC is asked for temperatures and power (IPMI).
        ipmi_exporter "ipmiExporter": bool = false,
        /// Whether the disks' health is read (SMART).
        smart_exporter "smartExporter": bool = false,
        /// Whether Prometheus has rules for nodes that are down, full disks, hot or failing GPUs, and Slurm.
        alerts "alerts": bool = true,
        /// Where alerts are sent.
        alertmanager "alertmanager": Alertmanager = Alertmanager::default(),
        /// Dashboards with Grafana.
        grafana "grafana": Grafana = Grafana::default(),
    }
}
