//! What Prometheus and Alertmanager themselves say of their configuration, and the metrics that alerts and dashboards
//! use.

use crate::harness::Flake;
use crate::matrix::edited;
use crate::monitoring::{MAIL, WEBHOOK};
use clusterflake_core::cluster::{Cluster, Role, expand};
use clusterflake_core::flake::generate;
use clusterflake_core::preset::PRESETS;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Everything that is monitored, on.
const ALL: &str = "hpc.cuda.enable = true
    slurm.metrics = true
    monitoring.intervalSeconds = 5
    monitoring.ipmiExporter = true
    monitoring.smartExporter = true";

fn everything() -> Cluster {
    let base = Cluster::from_json(include_str!("base.json")).expect("base.json is a description");
    edited(edited(edited(base, ALL), MAIL), WEBHOOK)
}

/// Runs `promtool` or `amtool`, which must not complain.
fn accepts(program: &str, words: &[&str], file: &Path) {
    let output = Command::new(program).args(words).arg(file).output().unwrap_or_else(|error| {
        panic!("cannot run {program} ({error}): install Debian's prometheus and prometheus-alertmanager")
    });
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{program}: {}{}", text(&output.stdout), text(&output.stderr));
}

/// What is set on the first controller; the flake's folder lives as long as the first value.
fn controller(cluster: &Cluster) -> (Flake, Value) {
    let nodes = expand::expand(cluster);
    let name = nodes.iter().find(|node| node.is(Role::Controller)).expect("a controller").name.clone();
    let flake = Flake::new(cluster);
    let config = flake.configurations(std::slice::from_ref(&name)).remove(&name).unwrap();
    (flake, config)
}

/// `prometheus.yml` as NixOS's module makes it (nixpkgs: nixos/modules/services/monitoring/prometheus/default.nix).
/// `promtool` reads the rule files too.
#[test]
fn prometheus_takes_its_configuration() {
    for cluster in PRESETS.iter().map(|preset| preset.cluster()).chain([everything()]) {
        if !cluster.monitoring.enable {
            continue;
        }
        let (flake, config) = controller(&cluster);
        let prometheus = &config["services"]["prometheus"];
        let yml = json!({
            "global": prometheus["globalConfig"],
            "scrape_configs": prometheus["scrapeConfigs"],
            "rule_files": prometheus["ruleFiles"],
            "alerting": {"alertmanagers": prometheus["alertmanagers"].as_array().cloned().unwrap_or_default()},
        });
        let file = flake.folder.path().join("prometheus.yml");
        fs::write(&file, yml.to_string()).unwrap();
        accepts("promtool", &["check", "config"], &file);
    }
}

/// Debian's Alertmanager 0.25 knows no `url_file` of webhooks yet (0.26 does): it gets an address in its place.
#[test]
fn alertmanager_takes_its_configuration() {
    let (flake, config) = controller(&everything());
    let mut alertmanager = config["services"]["prometheus"]["alertmanager"]["configuration"].clone();
    assert_eq!(alertmanager["global"]["smtp_auth_username"], "alerts$$1", "envsubst makes one of two");
    let webhook = &mut alertmanager["receivers"][0]["webhook_configs"][0];
    assert_eq!(*webhook, json!({"url_file": "/run/credentials/alertmanager.service/webhook-url"}));
    *webhook = json!({"url": "http://127.0.0.1/"});
    let file = flake.folder.path().join("alertmanager.yml");
    fs::write(&file, alertmanager.to_string()).unwrap();
    accepts("amtool", &["check-config"], &file);
}

#[test]
fn alerts_fire_when_they_should() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nix/alerts.yml");
    accepts("promtool", &["test", "rules"], &tests);
}

/// A metric that no exporter gives would make an alert that never fires. `metrics.txt` says where each was seen.
#[test]
fn alerts_and_dashboards_use_metrics_that_exist() {
    let lines = include_str!("metrics.txt").lines();
    let known: BTreeSet<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let mut used = BTreeSet::new();
    let tree = generate(&everything());
    let of_module = |path: &str| path.starts_with("modules/monitoring/") && !path.ends_with(".nix");
    for (_, file) in tree.iter().filter(|(path, _)| of_module(path)) {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let words = file.text.split(|c: char| !is_word(c));
        let prefixes = ["node_", "nvidia_smi_", "ipmi_", "smartctl_", "slurm_"];
        used.extend(words.filter(|word| prefixes.iter().any(|prefix| word.starts_with(prefix))));
    }
    assert_eq!(known, used);
}

#[test]
fn dashboards_are_whole_and_ask_the_prometheus_that_is_there() {
    let tree = generate(&everything());
    let dashboards: Vec<_> = tree.iter().filter(|(path, _)| path.contains("/dashboards/")).collect();
    assert_eq!(dashboards.len(), 3);
    let mut rules = Vec::new();
    for (path, file) in dashboards {
        let dashboard: Value = serde_json::from_str(&file.text).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(dashboard["uid"].is_string() && dashboard["title"].is_string(), "{path}");
        let mut cells = BTreeSet::new();
        for panel in dashboard["panels"].as_array().unwrap() {
            assert_eq!(panel["datasource"], json!({"type": "prometheus", "uid": "prometheus"}), "{path}: {panel}");
            let targets = panel["targets"].as_array().unwrap();
            rules.extend(targets.iter().map(|target| json!({"record": "panel", "expr": target["expr"]})));
            let side = |key: &str| panel["gridPos"][key].as_u64().unwrap();
            for (x, y) in (0..side("w")).flat_map(|x| (0..side("h")).map(move |y| (x, y))) {
                assert!(cells.insert((side("x") + x, side("y") + y)), "{path}: panels overlap at {panel}");
            }
        }
    }
    // promtool reads queries where they are rules.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queries.yml");
    fs::write(&file, json!({"groups": [{"name": "dashboards", "rules": rules}]}).to_string()).unwrap();
    accepts("promtool", &["check", "rules", "--lint=none"], &file);
}
