//! Unit files as NixOS writes them of `systemd.services.<name>` and its kin.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::{fs, io};

/// What NixOS's own modules say of the units that the flake adds to (nixpkgs, `nixos/modules/services`:
/// `security/munge.nix`, `databases/mysql.nix`, `computing/slurm/slurm.nix`), with programs that stand in for the daemons.
pub fn nixos() -> Value {
    json!({
        "munged": {
            "after": ["network-online.target", "time-sync.target"],
            "wants": ["network-online.target", "time-sync.target"],
            "wantedBy": ["multi-user.target"],
            "serviceConfig": {
                "ExecStartPre": "+/bin/chmod 0400 /etc/munge/munge.key",
                "ExecStart": "/usr/sbin/munged --foreground --key-file /etc/munge/munge.key",
                "Restart": "on-failure",
                "RuntimeDirectory": "munge", "StateDirectory": "munge", "StateDirectoryMode": "0711",
                "User": "munge", "Group": "munge"
            }
        },
        "mysql": {"wantedBy": ["multi-user.target"], "serviceConfig": {"ExecStart": "/programs/mysqld"}},
        "slurmdbd": {
            "after": ["network.target", "munged.service", "mysql.service"],
            "requires": ["munged.service", "mysql.service"],
            "wantedBy": ["multi-user.target"],
            "serviceConfig": {"Type": "simple", "ExecStart": "/programs/slurmdbd"}
        },
        "slurmctld": {
            "after": ["network.target", "munged.service"],
            "requires": ["munged.service"],
            "wantedBy": ["multi-user.target"],
            "serviceConfig": {"Type": "forking", "PIDFile": "/run/slurmctld.pid", "ExecStart": "/programs/slurmctld"}
        },
        "slurmd": {
            "after": ["munge.service", "network-online.target", "remote-fs.target"],
            "wants": ["network-online.target"],
            "wantedBy": ["multi-user.target"],
            "serviceConfig": {
                "Type": "forking", "PIDFile": "/run/slurmd.pid", "KillMode": "process", "ExecStart": "/programs/slurmd"
            }
        }
    })
}

/// Both together: lists one after another, sets merged, of anything else what `more` says.
pub fn merge(base: &mut Value, more: &Value) {
    match (base, more) {
        (Value::Object(base), Value::Object(more)) => {
            for (key, value) in more {
                merge(base.entry(key).or_insert(Value::Null), value);
            }
        }
        (Value::Array(base), Value::Array(more)) => base.extend(more.iter().cloned()),
        (base, more) => *base = more.clone(),
    }
}

/// Lines `Key=value` for a value or each of a list.
fn lines(out: &mut String, key: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Array(list) => list.iter().for_each(|value| lines(out, key, value)),
        Value::String(text) => writeln!(out, "{key}={text}").unwrap(),
        other => writeln!(out, "{key}={other}").unwrap(),
    }
}

const RELATIONS: &[(&str, &str)] = &[
    ("description", "Description"),
    ("after", "After"),
    ("before", "Before"),
    ("requires", "Requires"),
    ("wants", "Wants"),
    ("bindsTo", "BindsTo"),
    ("partOf", "PartOf"),
    ("startLimitIntervalSec", "StartLimitIntervalSec"),
];

/// Writes the units of one kind into `folder`, scripts beside them; `inside` is where that folder lies for systemd.
pub fn write(folder: &Path, inside: &str, kind: &str, units: &Value) -> io::Result<()> {
    for (name, unit) in units.as_object().into_iter().flatten() {
        let mut text = "[Unit]\n".to_owned();
        RELATIONS.iter().for_each(|(option, key)| lines(&mut text, key, &unit[*option]));
        unit["unitConfig"].as_object().into_iter().flatten().for_each(|(key, value)| lines(&mut text, key, value));
        let (section, config) = match kind {
            "service" => ("Service", "serviceConfig"),
            "timer" => ("Timer", "timerConfig"),
            kind => panic!("no {kind} yet"),
        };
        writeln!(text, "[{section}]").unwrap();
        let mut settings: BTreeMap<&str, Value> = BTreeMap::new();
        for (key, value) in unit[config].as_object().into_iter().flatten() {
            settings.insert(key, value.clone());
        }
        for (option, key) in [("preStart", "ExecStartPre"), ("script", "ExecStart"), ("postStart", "ExecStartPost")] {
            let Some(script) = unit[option].as_str().filter(|script| !script.is_empty()) else { continue };
            let file = format!("{name}-{option}");
            fs::write(folder.join(&file), format!("#!/bin/bash -e\n{script}\n"))?;
            fs::set_permissions(folder.join(&file), fs::Permissions::from_mode(0o755))?;
            settings.insert(key, json!(format!("{inside}/{file}")));
        }
        if kind == "service" {
            settings.entry("ExecStart").or_insert_with(|| json!("/bin/true"));
            settings.insert("StandardError", json!(format!("append:{inside}/errors")));
            settings.insert("Environment", json!("PATH=/programs:/usr/sbin:/usr/bin:/sbin:/bin"));
        }
        settings.iter().for_each(|(key, value)| lines(&mut text, key, value));
        fs::write(folder.join(format!("{name}.{kind}")), text)?;
        for (option, suffix) in [("wantedBy", "wants"), ("requiredBy", "requires")] {
            for other in unit[option].as_array().into_iter().flatten() {
                let links = folder.join(format!("{}.{suffix}", other.as_str().unwrap()));
                fs::create_dir_all(&links)?;
                std::os::unix::fs::symlink(format!("../{name}.{kind}"), links.join(format!("{name}.{kind}")))?;
            }
        }
    }
    Ok(())
}
