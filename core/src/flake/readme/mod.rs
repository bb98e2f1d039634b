//! The flake's README: this cluster's nodes, the steps from bare metal to the first job, and how to go on from there.

mod changes;
mod nodes;
mod steps;

use super::secrets::secrets;
use crate::cluster::{Ci, Cluster};
use crate::markdown::{code, plain};
use crate::modules::{self, MODULES, Make};
use std::fmt::Write;

/// The text of `README.md`. Only what this cluster has is in it.
pub fn text(cluster: &Cluster) -> String {
    let general = &cluster.general;
    let mut out = format!("# {}\n\n", plain(&general.name));
    if !general.description.trim().is_empty() {
        writeln!(out, "{}\n", plain(general.description.trim())).ok();
    }
    out += "A NixOS HPC cluster as a flake. `cluster.nix` has its values, `modules/` what they do, `lib/` expands node\n\
            groups; `cluster.json` is the design, to go on with it in clusterflake.\n\n";
    nodes::nodes(&mut out, cluster);
    steps::steps(&mut out, cluster);
    secret_files(&mut out, cluster);
    services(&mut out, cluster);
    out += &modules::custom::readme(cluster);
    changes::changes(&mut out, cluster);
    MODULES.iter().for_each(|module| out += &(module.readme)(cluster));
    files(&mut out, cluster);
    out
}

fn secret_files(out: &mut String, cluster: &Cluster) {
    let secrets = secrets(cluster);
    if secrets.is_empty() {
        return;
    }
    out.push_str(
        "## Secrets\n\nNo secret is in this flake, nor in the Nix store, which everybody can read. `cluster-tools \
         secrets make` makes each\nonce on your machine, outside of this folder, and `cluster-tools secrets place` \
         brings it to the nodes that need it;\n`cluster-tools secrets --help` tells the rest. Keep a copy of that \
         folder in a safe place.\n\n| file | what | on | owner | made |\n| --- | --- | --- | --- | --- |\n",
    );
    for secret in &secrets {
        let made = match secret.make {
            Make::Bytes(count) => format!("{count} random bytes"),
            Make::Text => "random text".to_owned(),
            Make::Ask(None) => "asks you".to_owned(),
            Make::Ask(Some(variable)) => format!("asks you; `{variable}=…`"),
            Make::PasswordHash => "asks you for the password".to_owned(),
            Make::Bring => "bring it".to_owned(),
            Make::HostCertificate => "`cluster-tools ssh-ca sign`".to_owned(),
        };
        let on = plain(&secret.on.words());
        let (file, what) = (code(&secret.file), plain(&secret.what));
        writeln!(out, "| `{file}` | {what} | {on} | {}, {} | {made} |", secret.owner, secret.mode).ok();
    }
    out.push('\n');
}

fn services(out: &mut String, cluster: &Cluster) {
    let lines: Vec<String> = MODULES.iter().flat_map(|module| (module.services)(cluster)).collect();
    if !lines.is_empty() {
        writeln!(out, "## What runs where\n\n- {}\n", lines.join("\n- ")).ok();
    }
}

fn files(out: &mut String, cluster: &Cluster) {
    let mut modules: Vec<String> = modules::registered(cluster).into_iter().map(|module| module.name).collect();
    modules.sort_unstable();
    let modules = format!("`modules/`: {}", modules.join(", "));
    let ci = match cluster.deployment.ci {
        Ci::None => None,
        Ci::GitHub => Some("`.github/workflows/flake.yml`: checks and builds on each push, newer inputs each week"),
        Ci::GitLab => Some("`.gitlab-ci.yml`: checks and builds on each push, newer inputs in a scheduled pipeline"),
    };
    let lines = [
        (true, "`flake.nix`: inputs, the modules, `mkClusterFlake`"),
        (true, "`cluster.nix`: the values of this cluster"),
        (true, "`lib/`: hostlists, addresses, groups to nodes"),
        (true, modules.as_str()),
        (!modules::extra_modules(cluster).is_empty(), "`hosts/`: further Nix for groups and nodes"),
        (modules::home_files(cluster).next().is_some(), "`users/`: Home Manager modules"),
        (true, "`tools/`: `cluster-tools`"),
        (ci.is_some(), ci.unwrap_or_default()),
        (true, "`cluster.json`: the design"),
    ];
    out.push_str("## Files\n\n");
    for (_, line) in lines.iter().filter(|(there, _)| *there) {
        writeln!(out, "- {line}").ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::PRESETS;

    /// NixOS asks for it: “you MUST include this warning so that users are informed”.
    #[test]
    fn who_gets_experimental_pam_rules_is_warned() {
        let mut cluster = PRESETS[0].cluster();
        let says = |cluster: &Cluster| text(cluster).contains("which NixOS calls experimental");
        assert!(!says(&cluster));
        (Cluster::slurm.get_mut)(&mut cluster).pam_adopt = true;
        assert!(says(&cluster));
        let module = &crate::flake::generate(&cluster)["modules/slurm/login.nix"].text;
        assert!(module.contains("are experimental, and may change without notice"), "{module}");
        (Cluster::slurm.get_mut)(&mut cluster).enable = false;
        assert!(!says(&cluster));
    }

    /// Tables stay tables and code stays code, whatever was typed.
    #[test]
    fn user_text_is_escaped() {
        let mut cluster = PRESETS[0].cluster();
        let evil = "a|b`c\n# <script>";
        (Cluster::general.get_mut)(&mut cluster).name = evil.to_owned();
        (Cluster::slurm.get_mut)(&mut cluster).munge_key_file = evil.to_owned();
        (Cluster::nodes.get_mut)(&mut cluster)[0].hosts = evil.to_owned();
        (Cluster::storage.get_mut)(&mut cluster).shared[0].mount = evil.to_owned();
        let text = text(&cluster);
        assert!(text.starts_with("# a\\|b\\`c \\# \\<script\\>\n"), "{text}");
        for line in text.lines() {
            assert!(!line.starts_with("# <"), "{line}");
            let escaped = line.replace("\\`", "").replace("\\<", "");
            assert_eq!(escaped.matches('`').count() % 2 * usize::from(!line.contains("```")), 0, "{line}");
        }
    }

    #[test]
    fn code_blocks_are_closed_and_nothing_is_left_to_fill_in() {
        for preset in PRESETS {
            let text = text(&preset.cluster());
            assert_eq!(text.matches("```").count() % 2, 0, "{}", preset.name);
            assert!(!text.contains("__") && !text.contains("\n\n\n"), "{}: {text}", preset.name);
            assert!(text.lines().all(|line| line == line.trim_end()), "{}", preset.name);
        }
    }
}
