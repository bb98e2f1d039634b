//! The names of undo steps.

use clusterflake_core::lookup::name_at;
use clusterflake_core::{Cluster, Path};

/// `change Memory of gn[01-16]`.
pub fn step_name(cluster: &Cluster, path: &Path, label: &str) -> String {
    match name_at(cluster, path) {
        Some(subject) => format!("change {label} of {subject}"),
        None => format!("change {label}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clusterflake_core::cluster::NodeGroup;
    use std::sync::Arc;

    #[test]
    fn a_step_names_the_group_it_changed() {
        let mut cluster = Cluster::default();
        Arc::make_mut(&mut cluster.nodes).push(NodeGroup { hosts: "cn[1-4]".to_owned(), ..NodeGroup::default() });
        let name = |path: &str| step_name(&cluster, &path.parse().unwrap(), "Memory");
        assert_eq!(name("nodes[0].memoryMiB"), "change Memory of cn[1-4]");
        assert_eq!(name("nodes[7].memoryMiB"), "change Memory");
        assert_eq!(name("network.mtu"), "change Memory");
    }
}
