//! What a change of the description takes on the nodes: what the modules' rules (`core/src/modules/<name>/impact.rs`) are
//! made of. `core/src/impact` finds the changes and asks the rules.

mod affected;
mod difference;
mod rule;

pub use affected::{Affected, ComparedNodes, hosts};
pub use difference::{Difference, DifferenceKind, text};
pub use rule::{Rule, RuleContext, RuleOutcome, always, judged};

/// What a change takes, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing stops, nothing restarts.
    Nothing,
    /// Services restart.
    Restart,
    /// No job may run on the nodes meanwhile.
    Drain,
    /// The nodes must start anew.
    Reboot,
    /// NixOS must be installed on the nodes, or their disks be laid out anew.
    Reinstall,
    /// Data is lost, or no longer reached, unless somebody sees to it first.
    DataAtRisk,
}

impl Effect {
    /// Every effect, the gravest first.
    pub const ALL: &'static [Effect] =
        &[Self::DataAtRisk, Self::Reinstall, Self::Reboot, Self::Drain, Self::Restart, Self::Nothing];

    /// A name that never changes, for programs.
    pub fn key(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Restart => "restart",
            Self::Drain => "drain",
            Self::Reboot => "reboot",
            Self::Reinstall => "reinstall",
            Self::DataAtRisk => "data-at-risk",
        }
    }

    /// In a word or two, for headings.
    pub fn title(self) -> &'static str {
        match self {
            Self::Nothing => "No interruption",
            Self::Restart => "Service restarts",
            Self::Drain => "Drain",
            Self::Reboot => "Reboot",
            Self::Reinstall => "Install",
            Self::DataAtRisk => "Data at risk",
        }
    }
}

/// What a change takes on some nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Consequence {
    /// How much it takes.
    pub effect: Effect,
    /// The nodes that it concerns.
    pub affected: Affected,
    /// What happens, why, and what to do about it: whole sentences.
    pub text: String,
}

impl Consequence {
    /// The consequence with these parts; `text` in whole sentences.
    pub fn new(effect: Effect, affected: Affected, text: impl Into<String>) -> Self {
        Self { effect, affected, text: text.into() }
    }

    /// As [`Consequence::new`], where a change has no other: what a rule gives.
    pub fn only(effect: Effect, affected: Affected, text: impl Into<String>) -> Vec<Self> {
        vec![Self::new(effect, affected, text)]
    }
}
