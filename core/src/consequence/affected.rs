//! Which nodes a consequence concerns.

use crate::cluster::{Cluster, GpuVendor, Node, Role, expand};
use crate::hostlist;
use std::collections::HashMap;

/// The nodes that a consequence concerns.
#[derive(Clone, Debug, PartialEq)]
pub enum Affected {
    /// None: it is only in the description, or in files that people read.
    NoNode,
    /// Every node.
    All,
    /// Those with one of the roles.
    WithRole(&'static [Role]),
    /// The first controller that there will be.
    FirstController,
    /// Those with GPUs of this vendor.
    WithGpus(GpuVendor),
    /// Those with an address on the fabric.
    OnFabric,
    /// Those with these host names.
    Named(Vec<String>),
}

impl Affected {
    /// The controllers.
    pub const CONTROLLERS: Self = Self::WithRole(&[Role::Controller]);
    /// The workers.
    pub const WORKERS: Self = Self::WithRole(&[Role::Worker]);
    /// The nodes with a daemon of what distributes work.
    pub const CONTROLLERS_AND_WORKERS: Self = Self::WithRole(&[Role::Controller, Role::Worker]);
    /// The nodes on which users run programs.
    pub const WORKERS_AND_LOGINS: Self = Self::WithRole(&[Role::Worker, Role::Login]);
}

/// The host names in a field that holds a hostlist, in its order; none where it cannot be read.
pub fn hosts(list: &str) -> Vec<String> {
    hostlist::expand(list).unwrap_or_default()
}

/// The nodes of two descriptions, and which of them are in both.
pub struct ComparedNodes {
    /// Those of the old description, in the order of their groups.
    pub before: Vec<Node>,
    /// Those of the new one.
    pub after: Vec<Node>,
    /// The indices in `before` and `after` of the nodes whose name is in both, in the order of `after`.
    pub kept: Vec<(usize, usize)>,
    /// The name of the first controller that there will be; none where no node is a controller.
    pub first_controller: Option<String>,
}

impl ComparedNodes {
    /// Expands the groups of both descriptions.
    pub fn new(before: &Cluster, after: &Cluster) -> Self {
        let first_controller = expand::first_controller(after);
        let (before, after) = (expand::expand(before), expand::expand(after));
        let places: HashMap<&str, usize> =
            before.iter().enumerate().map(|(place, node)| (node.name.as_str(), place)).collect();
        let kept = |(place, node): (usize, &Node)| Some((*places.get(node.name.as_str())?, place));
        let kept = after.iter().enumerate().filter_map(kept).collect();
        Self { before, after, kept, first_controller }
    }

    /// The host names of those `affected`, among the nodes that are in both. A node has what it had or will have; what comes
    /// or goes is told of for itself.
    pub fn names(&self, affected: &Affected) -> Vec<String> {
        match affected {
            Affected::NoNode => Vec::new(),
            Affected::All => self.which(|_| true),
            Affected::WithRole(roles) => self.which(|node| roles.iter().any(|role| node.is(*role))),
            Affected::FirstController => self.first_controller.iter().cloned().collect(),
            Affected::WithGpus(vendor) => self.which(|node| node.gpus.count > 0 && node.gpus.vendor == *vendor),
            Affected::OnFabric => self.which(|node| node.fabric_ip.is_some()),
            Affected::Named(names) => names.clone(),
        }
    }

    fn which(&self, is: impl Fn(&Node) -> bool) -> Vec<String> {
        let fits = |(before, after): &&(usize, usize)| is(&self.before[*before]) || is(&self.after[*after]);
        self.kept.iter().filter(fits).map(|(_, after)| self.after[*after].name.clone()).collect()
    }
}
