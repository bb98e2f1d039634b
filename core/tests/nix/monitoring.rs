//! Who scrapes whom, who is told of it, and who shows it.

use crate::harness::{World, runs, strings};
use crate::{Invariant, Switch};
use clusterflake_core::cluster::{GpuVendor, Node};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub const INVARIANTS: &[Invariant] = &[
    ("exporters run where their hardware is", exporters_are_where_their_hardware_is),
    ("what runs is scraped, and nothing else", scraped_is_what_runs),
    ("ports of monitoring are open where its servers run", ports),
    ("an exporter has the rights it needs", rights),
    ("there are alerts for what is scraped, and nothing else", alerts_are_for_what_is_scraped),
    ("Alertmanager is reached, and its secrets stay in files", alertmanager),
    ("Grafana shows what its Prometheus has", grafana),
];

pub const SWITCHES: &[Switch] = &[
    Switch { name: "monitoring", levels: &["", "monitoring.enable = false"] },
    Switch {
        name: "exporters",
        levels: &[
            "",
            "monitoring.gpuExporter = false",
            "monitoring.ipmiExporter = true\nmonitoring.smartExporter = true\nmonitoring.intervalSeconds = 5",
        ],
    },
    Switch { name: "alerts", levels: &["", MAIL, WEBHOOK, "monitoring.alerts = false"] },
    Switch {
        name: "grafana",
        levels: &["", "monitoring.grafana.dashboards = false", "monitoring.grafana.enable = false"],
    },
];

/// Alerts as mail, through a server that asks who sends.
pub const MAIL: &str = r#"monitoring.alertmanager.enable = true
    monitoring.alertmanager.emailTo = "admins@lab.example, ada@lab.example"
    monitoring.alertmanager.emailFrom = "alerts@lab.example"
    monitoring.alertmanager.smarthost = "mail.lab.example:587"
    monitoring.alertmanager.smtpUser = "alerts$1""#;

/// Alerts to a webhook.
pub const WEBHOOK: &str = r#"monitoring.alertmanager.enable = true
    monitoring.alertmanager.webhookURLFile = "/var/lib/secrets/webhook-url""#;

const EXPORTERS: &[(&str, u64)] = &[("node", 9100), ("nvidia-gpu", 9835), ("ipmi", 9290), ("smartctl", 9633)];

/// Whether the description asks for this exporter on this node.
fn wanted(world: &World, node: &Node, exporter: &str) -> bool {
    let monitoring = &world.cluster.monitoring;
    monitoring.enable
        && match exporter {
            "nvidia-gpu" => {
                let nvidia = node.gpus.count > 0 && node.gpus.vendor == GpuVendor::Nvidia;
                monitoring.gpu_exporter && world.cluster.hpc.cuda.enable && nvidia
            }
            "ipmi" => monitoring.ipmi_exporter,
            "smartctl" => monitoring.smart_exporter,
            _ => true,
        }
}

/// Whether any node of the cluster runs this exporter.
fn anywhere(world: &World, exporter: &str) -> bool {
    world.nodes.iter().any(|node| wanted(world, node, exporter))
}

fn asks_slurm(world: &World) -> bool {
    world.cluster.monitoring.enable && world.cluster.slurm.enable && world.cluster.slurm.metrics
}

fn prometheus(world: &World) -> &Value {
    &world.configs[&world.controller().name]["services"]["prometheus"]
}

fn runs_exporter(config: &Value, exporter: &str) -> bool {
    runs(config, &["prometheus", "exporters", exporter])
}

fn exporters_are_where_their_hardware_is(world: &World) {
    for (node, config) in world.each() {
        for (exporter, _) in EXPORTERS {
            let wanted = wanted(world, node, exporter);
            assert_eq!(runs_exporter(config, exporter), wanted, "{exporter} exporter of {}", node.name);
            let offered = &config["cluster"]["services"][format!("{exporter}-exporter")]["available"];
            assert_eq!(offered == true, wanted, "{exporter} exporter of {}", node.name);
        }
    }
}

fn scraped_is_what_runs(world: &World) {
    let jobs = prometheus(world)["scrapeConfigs"].as_array().cloned().unwrap_or_default();
    let mut scraped = BTreeSet::new();
    for job in &jobs {
        let name = job["job_name"].as_str().unwrap();
        assert_eq!(job["relabel_configs"][0]["target_label"], "instance", "{name}");
        for targets in job["static_configs"].as_array().unwrap() {
            for target in strings(&targets["targets"]) {
                assert!(scraped.insert((name.to_owned(), target.to_owned())), "{name} scrapes {target} twice");
                let node = world.nodes.iter().find(|node| target.split(':').next() == Some(&node.name)).unwrap();
                if let Some(roles) = targets["labels"]["roles"].as_str() {
                    let of_node: Vec<String> =
                        node.roles.iter().map(|role| json!(role).as_str().unwrap().to_owned()).collect();
                    assert_eq!(roles, of_node.join(","), "{target}");
                    assert!(targets["labels"]["fabric"] != "yes" || node.fabric_ip.is_some(), "{target}");
                }
            }
        }
    }
    let mut running = BTreeSet::new();
    for (exporter, port) in EXPORTERS {
        let on = world.nodes.iter().filter(|node| wanted(world, node, exporter));
        running.extend(on.map(|node| ((*exporter).to_owned(), format!("{}:{port}", node.name))));
    }
    if asks_slurm(world) {
        for path in ["jobs", "nodes", "partitions", "scheduler"] {
            running.insert((format!("slurm-{path}"), format!("{}:6817", world.controller().name)));
            let job = jobs.iter().find(|job| job["job_name"] == format!("slurm-{path}")).unwrap();
            assert_eq!(job["metrics_path"], format!("/metrics/{path}"));
        }
    }
    assert_eq!(scraped, running);
}

fn ports(world: &World) {
    for (node, config) in world.each() {
        let at = &node.name;
        for (exporter, port) in EXPORTERS {
            assert_eq!(world.opens_tcp(node, *port), runs_exporter(config, exporter), "{at}: {port}");
        }
        let controls = world.cluster.monitoring.enable && *at == world.controller().name;
        assert_eq!(runs(config, &["prometheus"]), controls, "{at}");
        assert_eq!(world.opens_tcp(node, 9090), controls, "{at}");
        let shows = controls && world.cluster.monitoring.grafana.enable;
        assert_eq!(runs(config, &["grafana"]), shows, "{at}");
        assert_eq!(world.opens_tcp(node, 3000), shows, "{at}");
        // Nobody has to log in to Alertmanager: it listens to its own node.
        assert!(!world.opens_tcp(node, 9093), "{at}");
    }
}

fn rights(world: &World) {
    for (node, config) in world.each().filter(|_| world.cluster.monitoring.enable) {
        let at = &node.name;
        let unit = |exporter: &str| &config["systemd"]["services"][format!("prometheus-{exporter}-exporter")];
        assert_eq!(unit("node")["serviceConfig"]["ProtectHome"], "read-only", "{at}: /home is measured");
        let exporter = &config["services"]["prometheus"]["exporters"]["node"];
        let watches = strings(&exporter["extraFlags"])[0].contains("nfs-server");
        assert_eq!(watches, runs(config, &["nfs", "server"]), "{at}: its clients have the unit, and never start it");
        // It ends where nvidia-smi finds no GPU; while the driver comes up, systemd must not give it up.
        if wanted(world, node, "nvidia-gpu") {
            let exporter = unit("nvidia-gpu");
            assert_eq!(exporter["startLimitIntervalSec"], 0, "{at}");
            let after = strings(&exporter["after"]);
            assert!(after.contains(&"nvidia-persistenced.service"), "{at}: {after:?}");
            assert!(after.contains(&"nvidia-fabricmanager.service"), "{at}: {after:?}");
            // nixpkgs gives it the devices, which nothing here may take away.
            assert_ne!(exporter["serviceConfig"]["PrivateDevices"], true, "{at}");
        }
        if wanted(world, node, "ipmi") {
            let modules = strings(&config["boot"]["kernelModules"]);
            assert!(["ipmi_si", "ipmi_devintf"].iter().all(|module| modules.contains(module)), "{at}");
            assert_eq!(unit("ipmi")["serviceConfig"]["DeviceAllow"], json!(["char-ipmidev rw"]), "{at}");
            assert_eq!(unit("ipmi")["serviceConfig"]["PrivateDevices"], false, "{at}");
        }
    }
}

fn alerts_are_for_what_is_scraped(world: &World) {
    let files: Vec<&str> = strings(&prometheus(world)["ruleFiles"]);
    let files: BTreeSet<&str> = files.iter().filter_map(|file| file.rsplit('/').next()).collect();
    let jobs = prometheus(world)["scrapeConfigs"].to_string();
    let fabric = jobs.contains(r#""fabric":"yes""#);
    let monitoring = &world.cluster.monitoring;
    let wanted = [
        (true, "node.yml"),
        (fabric, "fabric.yml"),
        (anywhere(world, "nvidia-gpu"), "gpu.yml"),
        (anywhere(world, "ipmi"), "ipmi.yml"),
        (anywhere(world, "smartctl"), "smart.yml"),
        (asks_slurm(world), "slurm.yml"),
    ];
    let wanted = wanted.iter().filter(|(on, _)| *on && monitoring.enable && monitoring.alerts);
    assert_eq!(files, wanted.map(|(_, file)| *file).collect());
}

fn alertmanager(world: &World) {
    let described = &world.cluster.monitoring.alertmanager;
    for (node, config) in world.each() {
        let at = &node.name;
        let wanted = world.cluster.monitoring.enable && described.enable && *at == world.controller().name;
        let alertmanager = &config["services"]["prometheus"]["alertmanager"];
        assert_eq!(alertmanager["enable"] == true, wanted, "{at}");
        let told = &config["services"]["prometheus"]["alertmanagers"][0]["static_configs"][0]["targets"];
        assert_eq!(strings(told), if wanted { vec!["127.0.0.1:9093"] } else { Vec::new() }, "{at}");
        let unit = &config["systemd"]["services"]["alertmanager"]["serviceConfig"];
        if !wanted {
            assert_eq!(unit, &Value::Null, "{at}");
            continue;
        }
        assert_eq!(alertmanager["listenAddress"], "127.0.0.1");
        assert_eq!(alertmanager["port"], 9093);
        // Each secret is named by its file alone, and read from where systemd puts it.
        let text = alertmanager["configuration"].to_string();
        let loaded = strings(&unit["LoadCredential"]);
        let secrets = [
            (described.mails_with_password(), "smtp-password", &described.smtp_password_file),
            (!described.webhook_url_file.is_empty(), "webhook-url", &described.webhook_url_file),
        ];
        for (on, name, file) in secrets {
            assert_eq!(loaded.contains(&format!("{name}:{file}").as_str()), on, "{name}");
            assert_eq!(text.contains(&format!("/run/credentials/alertmanager.service/{name}")), on, "{name}");
        }
        assert_eq!(text.contains("email_configs"), described.mails());
    }
}

fn grafana(world: &World) {
    if !(world.cluster.monitoring.enable && world.cluster.monitoring.grafana.enable) {
        return;
    }
    let config = &world.configs[&world.controller().name];
    let provision = &config["services"]["grafana"]["provision"];
    let sources = provision["datasources"]["settings"]["datasources"].as_array().unwrap();
    let source = |uid: &str| sources.iter().find(|source| source["uid"] == uid).map(|source| &source["url"]);
    assert_eq!(source("prometheus"), Some(&json!("http://127.0.0.1:9090")));
    assert_eq!(prometheus(world)["port"], 9090);
    let tells = world.cluster.monitoring.alertmanager.enable;
    assert_eq!(source("alertmanager"), tells.then_some(&json!("http://127.0.0.1:9093")));
    let shown = provision["dashboards"]["settings"]["providers"].as_array().cloned().unwrap_or_default();
    let shown: BTreeSet<&str> =
        shown.iter().filter_map(|one| one["options"]["path"].as_str()?.rsplit('/').next()).collect();
    let wanted =
        [(true, "nodes.json"), (anywhere(world, "nvidia-gpu"), "gpus.json"), (asks_slurm(world), "slurm.json")];
    let wanted = wanted.iter().filter(|(on, _)| *on && world.cluster.monitoring.grafana.dashboards);
    assert_eq!(shown, wanted.map(|(_, file)| *file).collect());
}
