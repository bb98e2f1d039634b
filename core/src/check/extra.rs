//! The Nix that a user writes for nodes.

use super::facts::{Facts, Spot};
use super::{Fix, Problem, checks};
use crate::cluster::NodeGroup;
use crate::nix::syntax::module_fault;

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
        let Some(fault) = module_fault(text) else { continue };
        let path = spot.path().field(NodeGroup::extra_config);
        let braced = format!("{{\n{}\n}}", text.trim());
        let fix = module_fault(&braced).is_none().then(|| Fix::set("Put braces around it", path.clone(), braced));
        let message = format!("Line {}, column {}: {}.", fault.line, fault.column, fault.message);
        problems.push(NIX_SYNTAX.at(path, message).with_fix(fix));
    }
}

#[cfg(test)]
pub(super) const CASES: super::fixtures::Cases = &[
    (r#"nodes[1].extraConfig = "{ services.smartd.enable = true; }""#, &[]),
    (r#"nodes[1].extraConfig = " ""#, &[]),
    (r#"nodes[1].extraConfig = "services.smartd.enable = true;""#, &["error nix-syntax nodes[1].extraConfig"]),
    (r#"nodes[1].extraConfig = "[ ]""#, &["error nix-syntax nodes[1].extraConfig"]),
    (
        r#"nodes[1].overrides = [{"hosts": "cn1", "extraConfig": "{ pkgs }: { }"}]"#,
        &["error nix-syntax nodes[1].overrides[0].extraConfig"],
    ),
];
