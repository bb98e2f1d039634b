//! What a module changes in the flake: the steps that the Module Development Guide asks an author for, and where each is done.

use super::own;
use crate::cluster::Cluster;
use crate::modules;
use crate::path;
use crate::tree::FileTree;

/// A place in the flake that a module made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What stands there, in a few words.
    pub what: &'static str,
    /// The file's path in the flake.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// What the module at `index` of the description changes in its flake, whose files are `files`, in the guide's order;
/// nothing where it is off or cannot stand in a flake.
pub fn changes(cluster: &Cluster, index: usize, files: &FileTree) -> Vec<Change> {
    let at = path![Cluster::modules[index]];
    let Some(own) = own(cluster).into_iter().find(|own| own.at == at) else { return Vec::new() };
    let registered = super::registered(&own, &modules::bound(cluster));
    let name = &own.module.name;
    let (main, example) = (format!("modules/{name}/default.nix"), format!("examples/{name}/flake.nix"));
    let entry = format!("{name} = import ./modules/{name};");
    let call = registered.call().swap_remove(0);
    let heading = format!("### {name}");
    let mut wanted = vec![
        ("The module", main.as_str(), String::new()),
        ("Its entry in the set of modules", "flake.nix", entry),
        ("Its call in mkSystem", "flake.nix", call),
    ];
    if let Some(parameter) = &registered.parameter {
        wanted.push(("Its parameter of mkClusterFlake", "flake.nix", format!("{parameter} ?")));
        wanted.push(("Its values", "cluster.nix", format!("{parameter} =")));
    }
    wanted.push(("Its section in the README", "README.md", heading));
    wanted.push(("Its minimal test configuration", &example, String::new()));
    let place = |(what, file, start): (&'static str, &str, String)| {
        let line = files.get(file)?.text.lines().position(|line| line.trim_start().starts_with(&start))?;
        Some(Change { what, file: file.to_owned(), line: line + 1 })
    };
    wanted.into_iter().filter_map(place).collect()
}
