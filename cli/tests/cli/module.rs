//! Modules of the user's own, into a description and out of it.

use crate::common::{run, run_with};
use clusterflake_core::Cluster;
use clusterflake_core::archive::read_files;
use std::fs;
use std::path::Path;
use tempfile::{TempDir, tempdir};

const LICENSE: &str = "# A licence server.\n{\n  node,\n  licenseConfig ? {\n    enable = false;\n    port = 27000;\n  },\n  ...\n}:\n\
    { lib, ... }:\n{\n  _file = ./default.nix;\n  config = lib.mkIf (licenseConfig.enable && node.isController) {\n    \
    cluster.firewall.tcpPorts = [ licenseConfig.port ];\n  };\n}\n";

/// A folder with a description and a module.
fn site() -> TempDir {
    let folder = tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("site.json"), run(at, &["preset", "minimal"]).exits(0).out).unwrap();
    fs::create_dir(at.join("license")).unwrap();
    fs::write(at.join("license/default.nix"), LICENSE).unwrap();
    folder
}

fn description(at: &Path) -> Cluster {
    Cluster::from_json(&fs::read_to_string(at.join("site.json")).unwrap()).unwrap()
}

#[test]
fn a_module_goes_into_a_description_and_into_its_flake() {
    let folder = site();
    let at = folder.path();
    let added = run(at, &["module", "license/default.nix", "--into", "site.json"]).exits(0);
    assert!(added.err.contains("Its parameters in licenseConfig are port."), "{}", added.err);
    let module = description(at).modules[0].clone();
    assert_eq!((module.name.as_str(), module.source.as_str()), ("license", LICENSE));
    assert_eq!(module.parameters[0].default_value, "27000");
    let check = run(at, &["check", "site.json"]).exits(0);
    assert!(!check.text().contains("warning module") && !check.text().contains("error"), "{}", check.text());
    run(at, &["generate", "site.json", "-o", "out"]).exits(0);
    assert_eq!(fs::read_to_string(at.join("out/modules/license/default.nix")).unwrap(), LICENSE);
    assert!(fs::read_to_string(at.join("out/flake.nix")).unwrap().contains("licenseConfig ? {"));
    assert!(run(at, &["lint", "out"]).exits(0).text().is_empty());
    // No file is left beside it.
    assert!(fs::read_dir(at).unwrap().all(|entry| !entry.unwrap().file_name().to_string_lossy().starts_with('.')));
}

#[test]
fn a_folder_goes_whole() {
    let folder = site();
    let at = folder.path();
    fs::create_dir(at.join("license/files")).unwrap();
    fs::write(at.join("license/files/status.sh"), "#!/bin/sh\r\necho 'ü'\n").unwrap();
    fs::write(at.join("license/server.nix"), "{ lib, ... }: { services.chrony.enable = lib.mkDefault true; }\n")
        .unwrap();
    fs::write(at.join("license/.hidden"), "x").unwrap();
    fs::write(at.join("license/logo.png"), [0xff, 0xd8]).unwrap();
    let text = LICENSE.replace("_file = ./default.nix;", "_file = ./default.nix;\n  imports = [ ./server.nix ];");
    fs::write(at.join("license/default.nix"), text).unwrap();
    let added = run(at, &["module", "license", "--into", "site.json"]).exits(0);
    assert!(added.err.contains("logo.png was left out: it is no text."), "{}", added.err);
    run(at, &["generate", "site.json", "-o", "out"]).exits(0);
    for file in ["default.nix", "files/status.sh", "server.nix"] {
        let (before, after) =
            (fs::read(at.join("license").join(file)), fs::read(at.join("out/modules/license").join(file)));
        assert_eq!(before.unwrap(), after.unwrap(), "{file}");
    }
    assert!(!at.join("out/modules/license/.hidden").exists());
    // What was exported can be brought again.
    run(at, &["export-module", "site.json", "license", "-o", "license.zip"]).exits(0);
    let files = read_files(&fs::read(at.join("license.zip")).unwrap()).unwrap();
    assert!(files.contains_key("modules/license/files/status.sh"));
}

#[test]
fn a_module_that_is_added_again_keeps_the_clusters_values() {
    let folder = site();
    let at = folder.path();
    run(at, &["module", "license/default.nix", "--into", "site.json"]).exits(0);
    let mut cluster = description(at);
    (Cluster::modules.get_mut)(&mut cluster)[0].parameters[0].value = Some("27500".to_owned());
    fs::write(at.join("site.json"), cluster.to_json()).unwrap();
    fs::write(at.join("license.nix"), LICENSE.replace("A licence", "The licence")).unwrap();
    run(at, &["module", "license.nix", "--into", "site.json"]).exits(0);
    let modules = description(at).modules.clone();
    assert_eq!(modules.len(), 1);
    assert_eq!(modules[0].parameters[0].value.as_deref(), Some("27500"));
    assert!(modules[0].source.starts_with("# The licence"));
}

#[test]
fn standard_input_and_output_are_used() {
    let folder = site();
    let at = folder.path();
    let before = fs::read(at.join("site.json")).unwrap();
    let out = run_with(at, &["module", "license/default.nix", "--into", "-", "--name", "flexlm"], &before).exits(0);
    assert_eq!(Cluster::from_json(out.text()).unwrap().modules[0].name, "flexlm");
    assert_eq!(fs::read(at.join("site.json")).unwrap(), before);
    run_with(at, &["module", "-", "--into", "site.json", "--name", "flexlm"], LICENSE.as_bytes()).exits(0);
    assert_eq!(description(at).modules[0].name, "flexlm");
}

#[test]
fn what_cannot_be_added_is_told_and_changes_nothing() {
    let folder = site();
    let at = folder.path();
    fs::write(at.join("broken.nix"), "{\n  a = 1\n}").unwrap();
    fs::write(at.join("Upper Case.nix"), "{ }").unwrap();
    let before = fs::read(at.join("site.json")).unwrap();
    for (arguments, complaint) in [
        (["broken.nix", "site.json"], "broken.nix:3:1: "),
        (["Upper Case.nix", "site.json"], "no name of a module"),
        (["-", "site.json"], "--name"),
        (["-", "-"], "cannot both"),
        (["none.nix", "site.json"], "none.nix: cannot be read"),
        (["site.json", "site.json"], "no module among these files"),
        (["license/default.nix", "."], "."),
    ] {
        let refused = run(at, &["module", arguments[0], "--into", arguments[1]]).exits(2);
        assert!(refused.err.contains(complaint), "{arguments:?}: {}", refused.err);
    }
    assert_eq!(fs::read(at.join("site.json")).unwrap(), before);
}

#[test]
fn a_module_is_exported_alone() {
    let folder = site();
    let at = folder.path();
    run(at, &["module", "license/default.nix", "--into", "site.json"]).exits(0);
    run(at, &["export-module", "site.json", "license", "-o", "license.zip"]).exits(0);
    let files = read_files(&fs::read(at.join("license.zip")).unwrap()).unwrap();
    let paths: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(paths, ["README.md", "examples/license/flake.nix", "modules/license/default.nix"]);
    let missing = run(at, &["export-module", "site.json", "other", "-o", "-"]).exits(2);
    assert!(missing.err.contains("no module “other”; there are license"), "{}", missing.err);
}
