//! Modules of the user's own.

use crate::harness::Flake;
use clusterflake_core::cluster::Cluster;
use clusterflake_core::preset;
use serde_json::{Value, json};

/// The preset `name` with these modules.
fn with(name: &str, modules: Value) -> Cluster {
    let mut cluster = preset::find(name).unwrap().cluster();
    *(Cluster::modules.get_mut)(&mut cluster) = serde_json::from_value(modules).unwrap();
    cluster
}

/// What was typed comes out as data.
#[test]
fn texts_are_what_was_typed() {
    let hostile = [
        "a \"b\" ${c} $${d} ''e'' \\ \\n \n${",
        "''\n${x}\n'''' ''${y} ''\\n\n",
        "  two\n  spaces\n",
        "\n\nfirst\n\tlast  ",
        "'",
        "x'\n$'\n'${y}\n$",
        "ünïcödé ☃ 🦀\nif or rec\r\n",
    ];
    let files: Vec<Value> =
        hostile.iter().enumerate().map(|(index, text)| json!({ "path": format!("t/{index}"), "text": text })).collect();
    let scripts: Vec<Value> =
        hostile.iter().enumerate().map(|(index, text)| json!({ "name": format!("s{index}"), "text": text })).collect();
    let units: Vec<Value> = hostile
        .iter()
        .enumerate()
        .map(|(index, text)| json!({ "name": format!("u{index}"), "description": text, "command": "/bin/a \"b\" '$HOME' $${x} ${pkgs.hello}/x" }))
        .collect();
    let parameters: Vec<Value> = hostile
        .iter()
        .enumerate()
        .map(
            |(index, text)| json!({ "name": format!("p{index}"), "default": "", "value": text, "documentation": text }),
        )
        .collect();
    let values: Vec<Value> = (0..hostile.len())
        .map(|index| json!({ "path": format!("environment.etc.\"v/{index}\".text"), "value": format!("cfg.p{index}") }))
        .collect();
    let module = json!([{ "name": "lic", "description": hostile.join("\n"), "parameters": parameters,
        "parts": [{ "files": files, "scripts": scripts, "units": units, "options": values }] }]);
    let configs = Flake::new(&with("minimal", module)).configurations(&["controller".to_owned()]);
    let config = &configs["controller"];
    for (index, text) in hostile.iter().enumerate() {
        assert_eq!(config["environment"]["etc"][format!("t/{index}")]["text"], *text);
        assert_eq!(config["environment"]["etc"][format!("v/{index}")]["text"], *text);
        let programs = config["environment"]["systemPackages"].as_array().unwrap();
        let script = programs.iter().find(|program| program["name"] == format!("s{index}")).unwrap();
        assert_eq!(script["text"], *text);
        let unit = &config["systemd"]["services"][format!("u{index}")];
        let command = unit["serviceConfig"]["ExecStart"].as_str().unwrap();
        assert!(
            command.starts_with("/bin/a \"b\" '$HOME' $${x} /nix/store/") && command.ends_with("-hello/x"),
            "{command}"
        );
    }
}
