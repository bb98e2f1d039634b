//! The index of what a description has that a user can go to by name, and finding it by what they type.

mod fields;
mod hosts;
mod rank;

pub use fields::fields;
pub use hosts::{Host, find_hosts, host_place, hosts};
pub use rank::{Best, Query, Rank};

use crate::cluster::Choice;
use crate::path::Step;
use crate::{Cluster, Path};

/// Something with a name in a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is, in a word or two: `partition`.
    pub kind: &'static str,
    /// What it is called: `gpu`, `cn001`, `GPUs: count`.
    pub name: String,
    /// What it belongs to: `Nodes · cn[001-128]`; empty where the name says all.
    pub within: String,
    /// What it is for or holds; empty where there is nothing to say.
    pub about: String,
    /// Its place in the description.
    pub path: Path,
}

impl Entry {
    /// How well it answers to `query`; `None` where it does not.
    pub fn rank(&self, query: &Query) -> Option<Rank> {
        query.rank(&self.name, &[&self.within, &self.about])
    }
}

/// The name of the list element that `path` is in: `gn[01-16]` for `nodes[2].memoryMiB`. `None` outside of named
/// elements.
pub fn name_at(cluster: &Cluster, path: &Path) -> Option<String> {
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

/// The elements of `cluster`'s lists that have a name.
pub fn elements(cluster: &Cluster) -> Vec<Entry> {
    let lists = [
        ("node group", "nodes", cluster.nodes.len()),
        ("shared file system", "storage.shared", cluster.storage.shared.len()),
        ("partition", "slurm.partitions", cluster.slurm.partitions.len()),
        ("user", "users.accounts", cluster.users.accounts.len()),
        ("user group", "users.groups", cluster.users.groups.len()),
        ("custom module", "modules", cluster.modules.len()),
    ];
    let mut found = Vec::new();
    for (kind, list, count) in lists {
        let Ok(list) = list.parse::<Path>() else { continue };
        found.extend((0..count).filter_map(|row| {
            let path = list.index(row);
            let name = name_at(cluster, &path)?;
            Some(Entry { kind, name, within: String::new(), about: String::new(), path })
        }));
    }
    found
}

/// The options of NixOS that `cluster`'s own modules set.
pub fn options(cluster: &Cluster) -> Vec<Entry> {
    let mut found = Vec::new();
    for (i, module) in cluster.modules.iter().enumerate() {
        for (j, part) in module.parts.iter().enumerate() {
            let list = Path::root().key("modules").index(i).key("parts").index(j).key("options");
            found.extend(part.options.iter().enumerate().filter(|(_, option)| !option.path.is_empty()).map(
                |(k, option)| Entry {
                    kind: "option",
                    name: option.path.clone(),
                    within: module.name.clone(),
                    about: format!("{} = {}", part.nodes.label(), option.value),
                    path: list.index(k),
                },
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset;

    #[test]
    fn elements_lead_to_what_bears_their_name() {
        let cluster = preset::find("large").unwrap().cluster();
        let found = elements(&cluster);
        assert!(found.iter().any(|entry| entry.kind == "partition"));
        for entry in &found {
            assert_eq!(name_at(&cluster, &entry.path).as_ref(), Some(&entry.name), "{}", entry.path);
        }
    }

    #[test]
    fn options_of_own_modules_are_found_where_they_are_set() {
        let text = r#"{"modules": [{"name": "a"}, {"name": "lic", "parts": [{}, {"nodes": "workers", "options":
            [{"path": "services.k3s.role", "value": "\"agent\""}, {"path": ""}]}]}]}"#;
        let found = options(&Cluster::from_json(text).unwrap());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path.to_string(), "modules[1].parts[1].options[0]");
        assert_eq!((&*found[0].within, &*found[0].about), ("lic", "workers = \"agent\""));
    }
}
