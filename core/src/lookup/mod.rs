//! The index of what a description has that a user can go to by name, and finding it by what they type.

mod fields;
mod hosts;
mod rank;

pub use fields::fields;
pub use hosts::{Host, find_hosts, host_place, hosts};
pub use rank::{Best, Query, Rank};

use crate::cluster::{Choice, LISTS, List};
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

/// `gn[01-16]` for `nodes[2].memoryMiB`: the name of the list element that `path` is in, the outermost where it is in
/// several; `None` where that has no name.
pub fn name_at(cluster: &Cluster, path: &Path) -> Option<String> {
    let (_, name) = List::element(cluster, path)?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// The elements of `cluster`'s lists that have a name.
pub fn elements(cluster: &Cluster) -> Vec<Entry> {
    let entry = |kind, name: &str, path| {
        let (within, about) = (String::new(), String::new());
        Entry { kind, name: name.to_owned(), within, about, path }
    };
    let of = |list: &'static List| {
        let named = list.elements(cluster).filter(|(_, name)| !name.is_empty());
        named.map(move |(path, name)| entry(list.noun, name, path))
    };
    LISTS.iter().flat_map(of).collect()
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
    use crate::cluster::Vlan;
    use crate::preset;

    #[test]
    fn elements_lead_to_what_bears_their_name() {
        let mut cluster = preset::find("large").unwrap().cluster();
        (Cluster::network.get_mut)(&mut cluster).vlans = vec![Vlan { name: "vlan7".to_owned(), ..Vlan::default() }];
        let found = elements(&cluster);
        for kind in ["node group", "partition", "shared file system", "VLAN"] {
            assert!(found.iter().any(|entry| entry.kind == kind), "{kind}");
        }
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
