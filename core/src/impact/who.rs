//! Which nodes a consequence concerns.

use crate::cluster::{Cluster, GpuVendor, Node, Role, expand};
use std::collections::HashMap;

/// Nodes, by what they are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Who {
    Nobody,
    All,
    /// Those with one of the roles.
    With(&'static [Role]),
    FirstController,
    /// Those with GPUs of this maker.
    Gpu(GpuVendor),
    OnFabric,
    Named(Vec<String>),
}

/// The nodes of both descriptions.
pub(super) struct Nodes {
    pub before: Vec<Node>,
    pub after: Vec<Node>,
    /// The places in `before` and `after` of those that are in both.
    pub kept: Vec<(usize, usize)>,
    pub first: Option<String>,
}

impl Nodes {
    pub fn new(before: &Cluster, after: &Cluster) -> Self {
        let first = expand::first_controller(after);
        let (before, after) = (expand::expand(before), expand::expand(after));
        let places: HashMap<&str, usize> =
            before.iter().enumerate().map(|(place, node)| (node.name.as_str(), place)).collect();
        let kept = |(place, node): (usize, &Node)| Some((*places.get(node.name.as_str())?, place));
        let kept = after.iter().enumerate().filter_map(kept).collect();
        Self { before, after, kept, first }
    }

    /// The names of `who`. A node has what it had or will have; those that come or go are told of for themselves.
    pub fn names(&self, who: &Who) -> Vec<String> {
        match who {
            Who::Nobody => Vec::new(),
            Who::All => self.which(|_| true),
            Who::With(roles) => self.which(|node| roles.iter().any(|role| node.is(*role))),
            Who::FirstController => self.first.iter().cloned().collect(),
            Who::Gpu(vendor) => self.which(|node| node.gpus.count > 0 && node.gpus.vendor == *vendor),
            Who::OnFabric => self.which(|node| node.fabric_ip.is_some()),
            Who::Named(names) => names.clone(),
        }
    }

    fn which(&self, is: impl Fn(&Node) -> bool) -> Vec<String> {
        let fits = |(before, after): &&(usize, usize)| is(&self.before[*before]) || is(&self.after[*after]);
        self.kept.iter().filter(fits).map(|(_, after)| self.after[*after].name.clone()).collect()
    }
}
