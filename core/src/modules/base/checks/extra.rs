//! The Nix that a user writes for nodes.

use crate::cluster::NodeGroup;
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::{Facts, Spot};
use crate::modules::custom::checks::nix::{self, In};
use crate::nix::syntax::{expression_fault, module_fault};

checks! {
    NIX_SYNTAX "nix-syntax" Error "Nix for some nodes does not parse, or is no module.",
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let groups = facts.node_groups().map(|(i, group)| (Spot { group: i, change: None }, &group.extra_config));
    let overrides = facts.overrides().map(|(i, j, change)| (Spot { group: i, change: Some(j) }, &change.extra_config));
    for (spot, text) in groups.chain(overrides) {
        if text.trim().is_empty() {
            continue;
        }
        let path = spot.path().field(NodeGroup::extra_config);
        let Some(fault) = module_fault(text) else {
            for set in nix::check_expression(facts, text, &path, In::File, problems) {
                nix::check_own(facts, &set, &path, problems);
            }
            continue;
        };
        let fix = mended(text).map(|(label, mended)| Fix::set(label, path.clone(), mended));
        let message = format!("Line {}, column {}: {}.", fault.line, fault.column, fault.message);
        problems.push(NIX_SYNTAX.at(path, message).with_fix(fix));
    }
}

/// What is often forgotten, added: braces, and a module's arguments.
fn mended(text: &str) -> Option<(&'static str, String)> {
    let text = text.trim();
    let candidates = if expression_fault(text).is_some() {
        vec![("Put braces around it", format!("{{\n{text}\n}}"))]
    } else {
        vec![
            ("Ask for pkgs", format!("{{ pkgs, ... }}:\n{text}")),
            ("Ask for lib and pkgs", format!("{{ lib, pkgs, ... }}:\n{text}")),
            ("Ask for config, lib and pkgs", format!("{{\n  config,\n  lib,\n  pkgs,\n  ...\n}}:\n{text}")),
        ]
    };
    candidates.into_iter().find(|(_, candidate)| module_fault(candidate).is_none())
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    (r#"nodes[1].extraConfig = "{ services.smartd.enable = true; }""#, &[]),
    (r#"nodes[1].extraConfig = " ""#, &[]),
    (r#"nodes[1].extraConfig = "{ services.k3s.rol = \"agent\"; }""#, &["error module-nix nodes[1].extraConfig"]),
    (r#"nodes[1].extraConfig = "{ networking.domain = \"x\"; }""#, &["warning option-of-form nodes[1].extraConfig"]),
    (r#"nodes[1].extraConfig = "services.smartd.enable = true;""#, &["error nix-syntax nodes[1].extraConfig"]),
    (
        r#"nodes[1].extraConfig = "{ environment.systemPackages = lib.optional true pkgs.hello; }""#,
        &["error nix-syntax nodes[1].extraConfig"],
    ),
    (r#"nodes[1].extraConfig = "[ ]""#, &["error nix-syntax nodes[1].extraConfig"]),
    (
        r#"nodes[1].overrides = [{"hosts": "cn1", "extraConfig": "{ pkgs }: { }"}]"#,
        &["error nix-syntax nodes[1].overrides[0].extraConfig"],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_often_forgotten_is_added() {
        for (text, wanted) in [
            ("services.smartd.enable = true;", Some("Put braces around it")),
            ("{ environment.systemPackages = [ pkgs.hello ]; }", Some("Ask for pkgs")),
            ("{ environment.systemPackages = lib.optional true pkgs.hello; }", Some("Ask for lib and pkgs")),
            ("{ x = lib.optional config.a pkgs.hello; }", Some("Ask for config, lib and pkgs")),
            ("{ a = nothing; }", None),
            ("{ a = ]; }", None),
        ] {
            assert_eq!(mended(text).map(|(label, _)| label), wanted, "{text}");
        }
    }
}
