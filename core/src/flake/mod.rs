//! The flake: from a description to the files of the zip.
//!
//! Each contributor adds files, declares the sections it reads, and knows no other contributor; so [`regenerate`]
//! runs only those that an edit reaches.

mod ci;
mod lock;
mod readme;
pub mod secrets;

pub use lock::unknown_pins;

use crate::cluster::{Choice, Cluster, Release, Section};
use crate::modules::values::Wanted;
use crate::modules::{self, Input, Registered};
use crate::nix::{self, Attrs, Nix, Text};
use crate::path;
use crate::path::Path;
use crate::tree::{File, FileTree, Origin};
use std::sync::Arc;

/// Adds files to the tree.
struct Contributor {
    /// The sections that the files depend on.
    reads: &'static [Section],
    files: fn(&Cluster) -> Vec<(String, File)>,
}

const CONTRIBUTORS: &[Contributor] = &[
    Contributor { reads: Section::ALL, files: |cluster| one("cluster.json", cluster.to_json().into()) },
    Contributor { reads: Section::ALL, files: |cluster| one("cluster.nix", cluster_nix(cluster).into()) },
    Contributor { reads: MODULE_SWITCHES, files: |cluster| one("flake.nix", flake_nix(cluster).into()) },
    Contributor { reads: MODULE_SWITCHES, files: modules::files },
    Contributor { reads: &[Section::Users], files: home_files },
    Contributor { reads: &[Section::Nodes, Section::Deployment], files: ci::files },
    Contributor { reads: Section::ALL, files: lock_file },
    Contributor { reads: &[Section::Nodes], files: extra_module_files },
    Contributor { reads: &[], files: |_| one("lib/default.nix", include_str!("lib/default.nix").to_owned().into()) },
    Contributor { reads: &[], files: tool_files },
    Contributor { reads: Section::ALL, files: |cluster| one("README.md", readme::text(cluster).into()) },
];

/// The sections that can say which modules are used and what the user's own are: all but nodes and network, in which nothing
/// turns a module on.
const MODULE_SWITCHES: &[Section] = &{
    let mut switches = [Section::General; Section::ALL.len() - 2];
    let (mut count, mut i) = (0, 0);
    while i < Section::ALL.len() {
        if !matches!(Section::ALL[i], Section::Nodes | Section::Network) {
            switches[count] = Section::ALL[i];
            count += 1;
        }
        i += 1;
    }
    switches
};

fn one(path: &str, file: File) -> Vec<(String, File)> {
    vec![(path.to_owned(), file)]
}

/// A cluster's files, with what each contributor made of it.
#[derive(Clone, Debug)]
pub struct Generated {
    cluster: Cluster,
    parts: Vec<FileTree>,
    /// All files.
    pub tree: FileTree,
}

/// The files of `cluster`'s flake. Total: a description with errors gives files too, as far as they can be made.
pub fn generate(cluster: &Cluster) -> FileTree {
    regenerate(None, cluster).tree
}

/// As [`generate`], but takes from `before` the files that depend on no section that has changed since.
pub fn regenerate(before: Option<&Generated>, cluster: &Cluster) -> Generated {
    let parts: Vec<FileTree> = CONTRIBUTORS
        .iter()
        .enumerate()
        .map(|(index, contributor)| match before {
            Some(before) if contributor.reads.iter().all(|s| before.cluster.shares(cluster, *s)) => {
                before.parts[index].clone()
            }
            _ => (contributor.files)(cluster).into_iter().map(|(path, file)| (path, Arc::new(file))).collect(),
        })
        .collect();
    let tree = parts.iter().flatten().map(|(path, file)| (path.clone(), file.clone())).collect();
    Generated { cluster: cluster.clone(), parts, tree }
}

/// The users' Home Manager modules.
fn home_files(cluster: &Cluster) -> Vec<(String, File)> {
    modules::home_files(cluster).map(|(path, text)| (path, format!("{text}\n").into())).collect()
}

fn lock_file(cluster: &Cluster) -> Vec<(String, File)> {
    lock::text(cluster).map_or_else(Vec::new, |text| one("flake.lock", text.into()))
}

/// The Nix that the user wrote for groups and overrides; every line of a file comes from the field that holds it.
fn extra_module_files(cluster: &Cluster) -> Vec<(String, File)> {
    let file = |text: &str, path: &Path| File {
        text: format!("{}\n", text.trim_end()),
        executable: false,
        origins: (0..text.trim_end().lines().count()).map(|line| Origin { line, path: path.clone() }).collect(),
    };
    let modules = modules::extra_modules(cluster).into_iter();
    modules.map(|module| (module.file, file(module.text, &module.path))).collect()
}

/// The source of `cluster-tools`.
fn tool_files(_: &Cluster) -> Vec<(String, File)> {
    macro_rules! files {
        ($($name:literal)*) => {
            [$(($name, include_str!(concat!("tools/", $name))),)*]
        };
    }
    let files = files!(
        "default.nix" "accept.jq" "accept.sh" "cluster-tools.sh" "deploy.sh" "hostlists.jq" "nodes.sh" "secrets.sh"
        "ssh-ca.sh" "update.sh" "verify.sh" "on-node/accept.sh" "on-node/activate.sh" "on-node/check.sh" "on-node/place.sh"
        "on-node/restart.sh" "on-node/system.sh" "on-node/verify.sh"
    );
    files
        .map(|(name, text)| {
            let executable = name == "cluster-tools.sh";
            (format!("tools/{name}"), File { executable, ..File::from(text.to_owned()) })
        })
        .into()
}

fn cluster_nix(cluster: &Cluster) -> Text {
    let mut attrs = Attrs::new().set("clusterConfig", modules::COMMON[0].values(cluster));
    attrs = attrs.and(modules::nodes(cluster, Wanted::Values).values);
    for parameter in &modules::COMMON[1..] {
        attrs = attrs.set(parameter.name, parameter.values(cluster));
    }
    for (parameter, values) in modules::values(cluster) {
        attrs = attrs.set(&parameter, values);
    }
    attrs = attrs.and(modules::ssh_keys(cluster, Wanted::Values).values);
    attrs = attrs.and(modules::people(cluster, Wanted::Values).values);
    let secrets = secrets::secrets(cluster);
    if !secrets.is_empty() {
        attrs = attrs.set("secrets", Nix::list(secrets.iter().map(secrets::values)));
    }
    nix::fill(include_str!("cluster.nix"), &[("__cluster__", attrs.into())], &[])
}

fn flake_nix(cluster: &Cluster) -> Text {
    let general = &cluster.general;
    let place = |key| path![Cluster::general].key(key);
    let description = if general.description.trim().is_empty() {
        format!("The HPC cluster {}", general.name)
    } else {
        general.description.trim().to_owned()
    };
    let modules = modules::registered(cluster);
    let set = modules.iter().fold(Attrs::new(), |set, m| set.set(&m.name, Nix::import_module(&m.name)));
    let inputs = modules.iter().flat_map(|module| &module.inputs).flat_map(input_lines).collect();
    let parameters: Vec<&String> = modules.iter().filter_map(|module| module.parameter.as_ref()).collect();
    let formals = modules.iter().flat_map(Registered::formal).collect();
    let names = parameters.iter().map(|name| (*name).clone()).collect();
    let typed = modules::parameters(cluster).map(str::to_owned).collect();
    let options = Nix::list(modules::option_files(cluster).map(|path| Nix::path(&path)));
    let calls = modules.iter().flat_map(Registered::call).collect();
    nix::fill(
        include_str!("flake.nix"),
        &[
            ("__description__", Nix::from(description).from_field(place("description"))),
            ("__nixpkgs__", Nix::from(nixpkgs_url(cluster)).from_field(place("release"))),
            ("__modules__", set.into()),
            ("__options__", options),
        ],
        &[
            ("__typed__", typed),
            ("inherit __inputs__", inputs),
            ("__parameters__", formals),
            ("__names__", names),
            ("__calls__", calls),
        ],
    )
}

/// The flake reference of nixpkgs.
fn nixpkgs_url(cluster: &Cluster) -> String {
    match cluster.general.release {
        Release::Unstable => "github:NixOS/nixpkgs/nixos-unstable".to_owned(),
        release => format!("github:NixOS/nixpkgs/nixos-{}", release.key()),
    }
}

/// The lines that declare an input.
fn input_lines(input: &Input) -> Vec<String> {
    let mut lines = vec![format!("inputs.{}.url = {};", input.name, nix::print(&input.url, 2).text)];
    if input.follows_nixpkgs {
        lines.push(format!("inputs.{}.inputs.nixpkgs.follows = \"nixpkgs\";", input.name));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nix::lint::{Surroundings, declared, lint};
    use crate::nix::tables;
    use crate::preset::PRESETS;
    use std::collections::BTreeSet;

    #[test]
    fn all_nix_is_formatted_as_nixfmt_would() {
        for preset in PRESETS {
            for (path, file) in generate(&preset.cluster()).iter().filter(|(path, _)| path.ends_with(".nix")) {
                let formatted = nixfmt_rs::format(&file.text).unwrap_or_else(|e| panic!("{path}: {e:?}"));
                assert_eq!(file.text, formatted, "{}: {path}", preset.name);
            }
        }
    }

    #[test]
    fn what_is_off_leaves_nothing_behind() {
        let mut cluster = Cluster::default();
        (Cluster::slurm.get_mut)(&mut cluster).enable = false;
        let hpc = (Cluster::hpc.get_mut)(&mut cluster);
        (hpc.bin_bash, hpc.nix_ld) = (false, false);
        let tree = generate(&cluster);
        let folders = tree.keys().filter_map(|path| path.strip_prefix("modules/")?.split('/').next());
        assert_eq!(BTreeSet::from_iter(folders), BTreeSet::from(["base", "networking", "users"]));
        for word in ["slurm", "storageConfig", "hpcConfig", "monitoring", "container"] {
            for path in ["flake.nix", "cluster.nix"] {
                assert!(!tree[path].text.contains(word), "{path} has {word}");
            }
        }
    }

    #[test]
    fn every_line_of_the_users_nix_leads_to_its_field() {
        let mut cluster = PRESETS[0].cluster();
        (Cluster::nodes.get_mut)(&mut cluster)[0].extra_config = "{ ... }:\n{\n}".to_owned();
        let tree = generate(&cluster);
        let (path, file) = tree.iter().find(|(path, _)| path.starts_with("hosts/")).expect("a file of its own");
        assert_eq!(file.text, "{ ... }:\n{\n}\n");
        let lines: Vec<_> = file.origins.iter().map(|origin| (origin.line, origin.path.to_string())).collect();
        let field = "nodes[0].extraConfig".to_owned();
        assert_eq!(lines, [(0, field.clone()), (1, field.clone()), (2, field)]);
        assert!(tree["cluster.nix"].text.contains(&format!("modules = [ ./{path} ];")));
        (Cluster::nodes.get_mut)(&mut cluster)[0].extra_config = "{ ... }: {".to_owned();
        let tree = generate(&cluster);
        assert!(!tree["cluster.nix"].text.contains("modules") && !tree.keys().any(|path| path.starts_with("hosts/")));
    }

    /// Contributors declare what they read: an edit elsewhere must not change their files.
    #[test]
    fn regenerating_gives_what_generating_gives() {
        for preset in PRESETS {
            let cluster = preset.cluster();
            let before = regenerate(None, &cluster);
            for section in Section::ALL {
                let mut changed = cluster.clone();
                changed.reset(*section);
                assert_eq!(regenerate(Some(&before), &changed).tree, generate(&changed), "{}", section.key());
            }
        }
    }

    #[test]
    fn an_edit_keeps_the_files_that_it_does_not_reach() {
        let cluster = PRESETS[0].cluster();
        let before = regenerate(None, &cluster);
        let mut changed = cluster.clone();
        (Cluster::nodes.get_mut)(&mut changed)[0].weight = 7;
        let after = regenerate(Some(&before), &changed);
        assert!(Arc::ptr_eq(&before.tree["flake.nix"], &after.tree["flake.nix"]));
        assert!(!Arc::ptr_eq(&before.tree["cluster.nix"], &after.tree["cluster.nix"]));
    }

    #[test]
    fn the_lint_finds_nothing_in_our_own_modules() {
        let cluster = PRESETS.iter().map(|preset| preset.cluster()).collect::<Vec<_>>();
        let trees: Vec<_> = cluster.iter().map(generate).collect();
        let files =
            || trees.iter().flatten().filter(|(path, _)| path.starts_with("modules/") && path.ends_with(".nix"));
        let mut declared: Vec<_> = files().flat_map(|(_, file)| declared(&file.text)).collect();
        declared.sort();
        declared.dedup();
        let around = Surroundings { known: tables::known(), declared: &declared, arguments: &[] };
        for (path, file) in files() {
            assert_eq!(lint(&file.text, around), [], "{path}");
        }
    }
}
