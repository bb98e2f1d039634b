//! Prometheus, Alertmanager and Grafana, and the files that secrets are read from.

use crate::cluster::{Alertmanager, Cluster, Grafana, Monitoring};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::Facts;
use crate::field_checks::check_secret_file;
use crate::names::is_domain;
use crate::path;
use crate::path::Path;
use crate::quoting::{quote, short};

checks! {
    RETENTION "retention" Error "Prometheus' retention is outside 1 to 36500 days.",
    INTERVAL "interval" Error "Prometheus' interval is outside 1 to 3600 seconds.",
    GRAFANA_WITHOUT_MONITORING "grafana-without-monitoring" Warning "Grafana is on, but monitoring is off.",
    ALERTMANAGER_WITHOUT_MONITORING "alertmanager-without-monitoring" Warning "Alertmanager is on, but monitoring is off.",
    ALERTMANAGER_WITHOUT_ALERTS "alertmanager-without-alerts" Warning "Alertmanager is on, but there are no alerts.",
    ALERTMANAGER_WITHOUT_RECEIVER "alertmanager-without-receiver" Warning "Alertmanager tells nobody of alerts.",
    EMAIL_ADDRESS "email-address" Error "An address of mail is missing or cannot be one.",
    SMARTHOST "smarthost" Error "The mail server is missing, or is no host and port.",
    SMTP_USER "smtp-user" Error "The user at the mail server has characters that do not work there.",
    MAIL_WITHOUT_RECIPIENT "mail-without-recipient" Hint "A mail server is set, but nobody gets mail.",
}

/// A century. Prometheus' durations end at 292 years.
const MOST_DAYS: u32 = 36_500;

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let monitoring = &*facts.cluster.monitoring;
    if !monitoring.enable {
        let fix = || Fix::set("Turn monitoring on", path![Cluster::monitoring, Monitoring::enable], true);
        if monitoring.alertmanager.enable {
            let message = "Alertmanager passes on what Prometheus finds, but monitoring is off: turn it on.";
            let path = path![Cluster::monitoring, Monitoring::alertmanager, Alertmanager::enable];
            problems.push(ALERTMANAGER_WITHOUT_MONITORING.at(path, message).with_fix(fix()));
        }
        if monitoring.grafana.enable {
            let message = "Grafana shows what Prometheus keeps, but monitoring is off: turn it on.";
            let path = path![Cluster::monitoring, Monitoring::grafana, Grafana::enable];
            problems.push(GRAFANA_WITHOUT_MONITORING.at(path, message).with_fix(fix()));
        }
        return;
    }
    if !(1..=MOST_DAYS).contains(&monitoring.retention_days) {
        let path = path![Cluster::monitoring, Monitoring::retention_days];
        let message = format!("Samples cannot be kept for {} days: write 1 to {MOST_DAYS}.", monitoring.retention_days);
        problems.push(RETENTION.at(path.clone(), message).with_fix(Fix::set("Use 30", path, 30)));
    }
    if !(1..=3600).contains(&monitoring.interval_seconds) {
        let path = path![Cluster::monitoring, Monitoring::interval_seconds];
        let message = format!("An interval of {} seconds does not work: write 1 to 3600.", monitoring.interval_seconds);
        problems.push(INTERVAL.at(path.clone(), message).with_fix(Fix::set("Use 15", path, 15)));
    }
    if monitoring.alertmanager.enable {
        check_alertmanager(monitoring, problems);
    }
    if monitoring.grafana.enable {
        let grafana = |field| path![Cluster::monitoring, Monitoring::grafana].field(field);
        check_secret_file(&monitoring.grafana.secret_key_file, || grafana(Grafana::secret_key_file), problems);
        check_secret_file(&monitoring.grafana.admin_password_file, || grafana(Grafana::admin_password_file), problems);
    }
}

fn check_alertmanager(monitoring: &Monitoring, problems: &mut Vec<Problem>) {
    let alertmanager = &monitoring.alertmanager;
    let at = path![Cluster::monitoring, Monitoring::alertmanager];
    if !monitoring.alerts {
        let message = "Alertmanager passes on alerts, but Prometheus has no rules for any: turn alerts on.";
        let fix = Fix::set("Turn alerts on", path![Cluster::monitoring, Monitoring::alerts], true);
        problems.push(ALERTMANAGER_WITHOUT_ALERTS.at(at.field(Alertmanager::enable), message).with_fix(fix));
    }
    if alertmanager.mails() {
        check_mail(alertmanager, &at, problems);
    } else {
        let set = [&alertmanager.email_from, &alertmanager.smarthost, &alertmanager.smtp_user];
        if alertmanager.webhook_url_file.is_empty() {
            let message = "Alertmanager tells nobody: write an address for mail, or the file of a webhook’s URL.";
            problems.push(ALERTMANAGER_WITHOUT_RECEIVER.at(at.field(Alertmanager::enable), message));
        } else if set.iter().any(|text| !text.trim().is_empty()) {
            let message = "The mail server is not used, for nobody gets mail: write who does, or clear its fields.";
            problems.push(MAIL_WITHOUT_RECIPIENT.at(at.field(Alertmanager::email_to), message));
        }
    }
    if !alertmanager.webhook_url_file.is_empty() {
        let path = || at.field(Alertmanager::webhook_url_file);
        check_secret_file(&alertmanager.webhook_url_file, path, problems);
    }
}

fn check_mail(alertmanager: &Alertmanager, at: &Path, problems: &mut Vec<Problem>) {
    for address in alertmanager.email_to.split(',').filter(|address| !is_mail_address(address.trim())) {
        let message = format!(
            "{} is no mail address: write such as “admins@lab.example”, several with commas between them.",
            quote(address.trim())
        );
        problems.push(EMAIL_ADDRESS.at(at.field(Alertmanager::email_to), message));
    }
    let from = alertmanager.email_from.trim();
    if !is_mail_address(from) {
        let message = if from.is_empty() {
            "Mail needs a sender: write an address that the mail server lets send.".to_owned()
        } else {
            format!("{} is no mail address: write such as “alerts@lab.example”.", quote(from))
        };
        problems.push(EMAIL_ADDRESS.at(at.field(Alertmanager::email_from), message));
    }
    check_smarthost(alertmanager.smarthost.trim(), &at.field(Alertmanager::smarthost), problems);
    if !alertmanager.mails_with_password() {
        return;
    }
    if !alertmanager.smtp_user.bytes().all(|byte| byte.is_ascii_graphic()) {
        let path = at.field(Alertmanager::smtp_user);
        let trimmed = alertmanager.smtp_user.trim();
        let fits = trimmed.bytes().all(|byte| byte.is_ascii_graphic());
        let fix = fits.then(|| Fix::set(format!("Use {}", short(trimmed)), path.clone(), trimmed));
        let message =
            "The user at the mail server may have no spaces and no characters outside ASCII: write it plainly.";
        problems.push(SMTP_USER.at(path, message).with_fix(fix));
    }
    let path = || at.field(Alertmanager::smtp_password_file);
    check_secret_file(&alertmanager.smtp_password_file, path, problems);
}

fn check_smarthost(smarthost: &str, path: &Path, problems: &mut Vec<Problem>) {
    let Some((host, port)) = smarthost.rsplit_once(':') else {
        let (message, fix) = if is_domain(smarthost) {
            let with_port = format!("{smarthost}:587");
            let message = format!("{} lacks the port: mail servers take mail to send at 587.", quote(smarthost));
            (message, Some(Fix::set(format!("Use {}", short(&with_port)), path.clone(), with_port)))
        } else {
            ("Mail needs a server: write its host and port, such as “mail.lab.example:587”.".to_owned(), None)
        };
        problems.push(SMARTHOST.at(path.clone(), message).with_fix(fix));
        return;
    };
    let is_port = !port.is_empty()
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && port.parse::<u16>().is_ok_and(|port| port > 0);
    if !is_domain(host) || !is_port {
        let message =
            format!("{} is no mail server: write its host and port, such as “mail.lab.example:587”.", quote(smarthost));
        problems.push(SMARTHOST.at(path.clone(), message));
    }
}

/// Whether a text is an address as in RFC 5321, without quotes and comments: what Alertmanager's templates and every
/// mail server take as it stands.
fn is_mail_address(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#&'*+-/=?^_`|~.".contains(&byte);
    text.rsplit_once('@').is_some_and(|(user, domain)| {
        (1..=64).contains(&user.len())
            && user.bytes().all(plain)
            && user.split('.').all(|part| !part.is_empty())
            && is_domain(domain)
    })
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    ("monitoring.retentionDays = 36501", &["error retention monitoring.retentionDays"]),
    ("monitoring.retentionDays = 0", &["error retention monitoring.retentionDays"]),
    ("monitoring.intervalSeconds = 0", &["error interval monitoring.intervalSeconds"]),
    ("monitoring.intervalSeconds = 3601", &["error interval monitoring.intervalSeconds"]),
    ("monitoring.enable = false", &["warning grafana-without-monitoring monitoring.grafana.enable"]),
    (
        "monitoring.enable = false\nmonitoring.grafana.enable = false\nmonitoring.alertmanager.enable = true",
        &["warning alertmanager-without-monitoring monitoring.alertmanager.enable"],
    ),
    (
        "monitoring.alertmanager.enable = true",
        &["warning alertmanager-without-receiver monitoring.alertmanager.enable"],
    ),
    (r#"monitoring.alertmanager = {"enable": true, "webhookURLFile": "/run/secrets/url"}"#, &[]),
    (
        r#"monitoring.alerts = false
monitoring.alertmanager = {"enable": true, "webhookURLFile": "/run/secrets/url"}"#,
        &["warning alertmanager-without-alerts monitoring.alertmanager.enable"],
    ),
    (
        r#"monitoring.alertmanager = {"enable": true, "webhookURLFile": "url", "smarthost": "mail.lab.example:587"}"#,
        &[
            "hint mail-without-recipient monitoring.alertmanager.emailTo",
            "error secret-path monitoring.alertmanager.webhookURLFile",
        ],
    ),
    (
        r#"monitoring.alertmanager = {"enable": true, "emailTo": "a@lab.example, b.c+d@lab.example", "emailFrom": "c@lab.example", "smarthost": "mail:25"}"#,
        &[],
    ),
    (
        r#"monitoring.alertmanager = {"enable": true, "emailTo": "a@lab.example, {{ b }}", "smarthost": "mail.lab.example"}"#,
        &[
            "error email-address monitoring.alertmanager.emailTo",
            "error email-address monitoring.alertmanager.emailFrom",
            "error smarthost monitoring.alertmanager.smarthost",
        ],
    ),
    (
        r#"monitoring.alertmanager = {"enable": true, "emailTo": "a@lab.example", "emailFrom": "Alerts <a@lab.example>", "smtpUser": "a b", "smtpPasswordFile": "/nix/store/x"}"#,
        &[
            "error email-address monitoring.alertmanager.emailFrom",
            "error smarthost monitoring.alertmanager.smarthost",
            "error smtp-user monitoring.alertmanager.smtpUser",
            "error secret-in-store monitoring.alertmanager.smtpPasswordFile",
        ],
    ),
    (
        r#"monitoring.alertmanager = {"enable": true, "emailTo": "a@lab.example", "emailFrom": "a@lab.example", "smarthost": "mail.lab.example:0", "smtpUser": " a"}"#,
        &["error smarthost monitoring.alertmanager.smarthost", "error smtp-user monitoring.alertmanager.smtpUser"],
    ),
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
