//! What changes of modules of the user's own take, and of the Nix that they typed elsewhere.

use crate::cluster::{Cluster, CustomModule, ModuleParameter};
use crate::consequence::Effect::{self, Nothing, Reboot, Restart};
use crate::consequence::{Affected, Consequence, Rule, RuleContext, always, judged};
use crate::pattern;

pub const RULES: &[Rule] = &[
    judged(pattern![Cluster::modules[]], module),
    always(
        pattern![Cluster::modules[], CustomModule::description],
        Nothing,
        Affected::NoNode,
        "For people: in the module's head and the README.",
    ),
    always(
        pattern![Cluster::modules[], CustomModule::parameters[], ModuleParameter::documentation],
        Nothing,
        Affected::NoNode,
        "For people: in the module's head and the README.",
    ),
];

/// What Nix that the user wrote may do, as far as its words tell.
pub fn custom_nix(text: &str) -> (Effect, &'static str) {
    if ["boot.", "hardware.", "kernelPackages", "kernelParams"].iter().any(|word| text.contains(word)) {
        return (
            Reboot,
            "Nix of your own sets what the kernel starts with (boot or hardware): drain the nodes, switch, reboot.",
        );
    }
    (Restart, "Nix of your own: the units that it changes restart. Whether it takes more, you know best.")
}

fn module(context: &RuleContext) -> Vec<Consequence> {
    let (before, after) = context.difference.parent;
    let texts = format!("{before}{after}{}{}", context.difference.before, context.difference.after);
    let (effect, words) = custom_nix(&texts);
    Consequence::only(effect, Affected::All, words)
}
