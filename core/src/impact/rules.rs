//! The rules of all modules, asked.

use crate::cluster::Section;
use crate::consequence::{Affected, Consequence, Effect, Rule, RuleContext, RuleOutcome};
use crate::modules;

/// What the rules say of a change that is none of nodes.
pub(super) fn consequences(context: &RuleContext) -> Vec<Consequence> {
    let difference = context.difference;
    if difference.off {
        let text = "It belongs to something that is off: nothing on the nodes changes.";
        return Consequence::only(Effect::Nothing, Affected::NoNode, text);
    }
    match rule(&difference.pattern).map(|rule| &rule.outcome) {
        Some(RuleOutcome::Always(effect, affected, text)) => Consequence::only(*effect, affected.clone(), *text),
        Some(RuleOutcome::Judged(judge)) => judge(context),
        // A test sees to it that no field comes here; if one does, it is told as what it is most likely to be.
        None => {
            let section = difference.path.section().and_then(Section::from_key);
            let title = section.map_or("the cluster", Section::title);
            Consequence::only(Effect::Restart, Affected::All, format!("Services of {title} restart."))
        }
    }
}

/// The rule that names the place most closely.
fn rule(place: &str) -> Option<&'static Rule> {
    modules::impact_rules().filter(|rule| rule.at.contains(place)).max_by_key(|rule| rule.at.steps().len())
}

#[cfg(test)]
pub(super) fn is_told(place: &str) -> bool {
    rule(place).is_some()
}
