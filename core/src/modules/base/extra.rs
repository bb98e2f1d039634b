//! Modules that the user wrote for a group or for some of its hosts: the files in `hosts/`.

use crate::cluster::{Cluster, NodeGroup, NodeOverride};
use crate::nix::syntax::module_fault;
use crate::path;
use crate::path::Path;
use std::collections::HashSet;

/// The longest name of a file, without its ending.
const LONGEST: usize = 60;

/// A module of the user's, as a file of the flake.
#[derive(Debug)]
pub struct ExtraModule<'c> {
    /// The file, `hosts/cn_001-128.nix`.
    pub file: String,
    /// Its Nix, as the user typed it.
    pub text: &'c str,
    /// The field that holds the text.
    pub path: Path,
}

/// The modules of groups and overrides. Text that does not parse is left out: it would break every node.
pub fn extra_modules(cluster: &Cluster) -> Vec<ExtraModule<'_>> {
    let mut taken = HashSet::new();
    texts(cluster)
        .filter(|(_, text, _)| !text.trim().is_empty() && module_fault(text).is_none())
        .map(|(hosts, text, path)| ExtraModule { file: file_for(hosts, &mut taken), text, path })
        .collect()
}

/// Each text with its hostlist and its place.
fn texts(cluster: &Cluster) -> impl Iterator<Item = (&str, &str, Path)> {
    let nodes = path![Cluster::nodes];
    cluster.nodes.iter().enumerate().flat_map(move |(index, group)| {
        let at = nodes.index(index);
        let overrides = at.field(NodeGroup::overrides);
        let of_overrides = group.overrides.iter().enumerate().map(move |(index, change)| {
            let path = overrides.index(index).field(NodeOverride::extra_config);
            (change.hosts.as_str(), change.extra_config.as_str(), path)
        });
        let own = (group.hosts.as_str(), group.extra_config.as_str(), at.field(NodeGroup::extra_config));
        std::iter::once(own).chain(of_overrides)
    })
}

/// A file name for these hosts that no other has, also where names are not told apart by case.
fn file_for(hosts: &str, taken: &mut HashSet<String>) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '_' };
    let name: String = hosts.trim().chars().map(plain).collect();
    let name: String = name.trim_matches('_').chars().take(LONGEST).collect();
    let name = if name.is_empty() { "nodes".to_owned() } else { name };
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let free = std::iter::once(name.clone()).chain(numbered).find(|name| taken.insert(name.to_ascii_lowercase()));
    format!("hosts/{}.nix", free.unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn files_are_named_after_their_hosts() {
        let mut cluster = Cluster::default();
        for (hosts, text) in [
            ("cn[001-128]", "{ }"),
            ("cn(001-128)", "{ a = 1; }"),
            ("CN[001-128],", "{ ... }: { }"),
            ("x", ""),
            ("y", "{ oops"),
            ("", "{ }"),
            (&"a,".repeat(100), "{ }"),
        ] {
            let group = NodeGroup { hosts: hosts.to_owned(), extra_config: text.to_owned(), ..NodeGroup::default() };
            Arc::make_mut(&mut cluster.nodes).push(group);
        }
        let change =
            NodeOverride { hosts: "cn007".to_owned(), extra_config: "{ }".to_owned(), ..NodeOverride::default() };
        Arc::make_mut(&mut cluster.nodes)[0].overrides.push(change);
        let files: Vec<String> = extra_modules(&cluster).into_iter().map(|module| module.file).collect();
        let long = format!("hosts/{}.nix", "a_".repeat(30));
        let wanted = ["cn_001-128", "cn007", "cn_001-128-2", "CN_001-128-3", "nodes"];
        let wanted: Vec<String> = wanted.iter().map(|name| format!("hosts/{name}.nix")).chain([long]).collect();
        assert_eq!(files, wanted);
    }
}
