//! Prometheus and Grafana, and the files that secrets are read from.

use super::facts::Facts;
use super::text::{folder_fault, mended_folder, quote, short};
use super::{Fix, Problem, checks};
use crate::cluster::{Cluster, Grafana, Monitoring};
use crate::path::{Field, Path};

checks! {
    RETENTION "retention" Error "Prometheus would keep no samples.",
    INTERVAL "interval" Error "Prometheus' interval is outside 1 to 3600 seconds.",
    GRAFANA_WITHOUT_MONITORING "grafana-without-monitoring" Warning "Grafana is on, but monitoring is off.",
    SECRET_PATH "secret-path" Error "The file of a secret is no absolute path on the node.",
    SECRET_IN_STORE "secret-in-store" Error "The file of a secret is in the Nix store, which everybody can read.",
}

fn place<T>(field: Field<Monitoring, T>) -> Path {
    Path::root().field(Cluster::monitoring).field(field)
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let monitoring = &*facts.cluster.monitoring;
    let grafana = |field| place(Monitoring::grafana).field(field);
    if !monitoring.enable {
        if monitoring.grafana.enable {
            let message = "Grafana shows what Prometheus keeps, but monitoring is off: turn it on.";
            let fix = Fix::set("Turn monitoring on", place(Monitoring::enable), true);
            let path = place(Monitoring::grafana).field(Grafana::enable);
            problems.push(GRAFANA_WITHOUT_MONITORING.at(path, message).with_fix(fix));
        }
        return;
    }
    if monitoring.retention_days == 0 {
        let path = place(Monitoring::retention_days);
        let message = "Samples would be kept for 0 days: write 1 or more.";
        problems.push(RETENTION.at(path.clone(), message).with_fix(Fix::set("Use 30", path, 30)));
    }
    if !(1..=3600).contains(&monitoring.interval_seconds) {
        let path = place(Monitoring::interval_seconds);
        let message = format!("An interval of {} seconds does not work: write 1 to 3600.", monitoring.interval_seconds);
        problems.push(INTERVAL.at(path.clone(), message).with_fix(Fix::set("Use 15", path, 15)));
    }
    if monitoring.grafana.enable {
        check_secret_file(&monitoring.grafana.secret_key_file, || grafana(Grafana::secret_key_file), problems);
        check_secret_file(&monitoring.grafana.admin_password_file, || grafana(Grafana::admin_password_file), problems);
    }
}

/// Adds the problem of a secret's file that is no path on the node, or would be in the Nix store.
pub(super) fn check_secret_file(file: &str, path: impl Fn() -> Path, problems: &mut Vec<Problem>) {
    // A relative path is one in the flake, and all of a flake is copied to the store.
    if file == "/nix/store" || file.starts_with("/nix/store/") || file.starts_with("./") || file.starts_with("../") {
        let message = format!(
            "{} would be in the Nix store, which everybody can read: write a path on the node, “/var/lib/secrets/…”.",
            quote(file)
        );
        problems.push(SECRET_IN_STORE.at(path(), message));
    } else if folder_fault(file).is_some() || file == "/" {
        // The mended text could be a path that nobody means: only what begins with a slash is mended.
        let fix = mended_folder(file)
            .filter(|mended| file.trim().starts_with('/') && !mended.starts_with("/nix/store"))
            .map(|mended| Fix::set(format!("Use {}", short(&mended)), path(), mended));
        let message = if file.is_empty() {
            "The file of the secret is missing: write its path on the node, “/var/lib/secrets/…”.".to_owned()
        } else {
            format!(
                "{} is no file on the node: write an absolute path of plain characters, “/var/lib/secrets/…”.",
                quote(file)
            )
        };
        problems.push(SECRET_PATH.at(path(), message).with_fix(fix));
    }
}

#[cfg(test)]
pub(super) const CASES: super::fixtures::Cases = &[
    ("monitoring.retentionDays = 0", &["error retention monitoring.retentionDays"]),
    ("monitoring.intervalSeconds = 0", &["error interval monitoring.intervalSeconds"]),
    ("monitoring.intervalSeconds = 3601", &["error interval monitoring.intervalSeconds"]),
    ("monitoring.enable = false", &["warning grafana-without-monitoring monitoring.grafana.enable"]),
    (r#"monitoring.grafana.secretKeyFile = """#, &["error secret-path monitoring.grafana.secretKeyFile"]),
    (
        r#"monitoring.grafana.secretKeyFile = "/run/secrets//key""#,
        &["error secret-path monitoring.grafana.secretKeyFile"],
    ),
    (
        r#"monitoring.grafana.adminPasswordFile = "/nix/store/x""#,
        &["error secret-in-store monitoring.grafana.adminPasswordFile"],
    ),
    (r#"slurm.mungeKeyFile = "./munge.key""#, &["error secret-in-store slurm.mungeKeyFile"]),
    (r#"containers.tokenFile = "token""#, &["error secret-path containers.tokenFile"]),
];
