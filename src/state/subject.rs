//! What a place belongs to, in people's words, for the names of undo steps.

use clusterflake_core::Cluster;
use clusterflake_core::path::{Path, Step};

/// `gn[01-16]` for `nodes[2].memoryMiB`: the name of the list element that `path` is in.
pub fn subject(cluster: &Cluster, path: &Path) -> Option<String> {
    let name = match path.steps() {
        [Step::Key(section), Step::Index(i), ..] if section == "nodes" => &cluster.nodes.get(*i)?.hosts,
        [Step::Key(section), Step::Index(i), ..] if section == "modules" => &cluster.modules.get(*i)?.name,
        [Step::Key(section), Step::Key(list), Step::Index(i), ..] => match (section.as_str(), list.as_str()) {
            ("storage", "shared") => &cluster.storage.shared.get(*i)?.mount,
            ("slurm", "partitions") => &cluster.slurm.partitions.get(*i)?.name,
            ("users", "accounts") => &cluster.users.accounts.get(*i)?.name,
            ("users", "groups") => &cluster.users.groups.get(*i)?.name,
            _ => return None,
        },
        _ => return None,
    };
    (!name.is_empty()).then(|| name.clone())
}

/// `change Memory of gn[01-16]`.
pub fn step_name(cluster: &Cluster, path: &Path, label: &str) -> String {
    match subject(cluster, path) {
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
