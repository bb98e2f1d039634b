//! Our own designs: cluster.json, the zip of a flake, or its folder.

use super::reading::{At, Reading, Target};
use super::report::{Entry, Outcome};
use super::{Source, SourceFile, text};
use crate::archive;
use crate::cluster::{Cluster, List, Slurm, Storage, Users};
use crate::hostlist;
use crate::path;
use crate::path::Path;
use std::collections::HashSet;
use std::sync::Arc;

pub(super) fn fits(file: &SourceFile, start: &str) -> bool {
    file.bytes.starts_with(b"PK")
        || file.base() == "cluster.json"
        || (start.trim_start().starts_with('{') && start.contains("\"version\""))
}

/// The text of a file; of a zip, its cluster.json. What cannot be unpacked stays as it is, and is told when it is read.
pub(super) fn unpacked(file: &SourceFile) -> String {
    if file.bytes.starts_with(b"PK") {
        archive::read_description(&file.bytes).unwrap_or_default()
    } else {
        text(&file.bytes)
    }
}

pub(super) fn read(sources: &[Source], reading: &mut Reading) {
    // Of a folder, the description at its top.
    let depth = |source: &Source| source.file.name.matches('/').count();
    let is_own = |source: &&Source| fits(source.file, &source.text);
    let chosen = sources.iter().filter(is_own).min_by_key(|source| depth(source));
    for source in sources {
        let at = At { file: source.index, line: 0 };
        if chosen.is_none_or(|chosen| chosen.file.name == source.file.name) && reading.whole.is_none() {
            let outcome = match description(source) {
                Ok(cluster) => {
                    reading.whole = Some(cluster);
                    Outcome::Taken(Target::At(Path::root()))
                }
                Err(why) => Outcome::Wrong(why),
            };
            reading.note(at, "the description", outcome);
        } else {
            reading.note(at, "the file", Outcome::Implied("it is made anew from the description".to_owned()));
        }
    }
}

fn description(source: &Source) -> Result<Cluster, String> {
    if source.file.bytes.starts_with(b"PK") {
        archive::read_description(&source.file.bytes)?;
    }
    Cluster::from_json(&source.text).map_err(|error| error.to_string())
}

/// `before` with what `whole` has besides: sections that `before` leaves at their defaults, nodes, and list elements
/// with names of their own.
pub(super) fn merge(before: &Cluster, whole: &Cluster, entries: &mut Vec<Entry>) -> Cluster {
    let default = Cluster::default();
    let mut merged = before.clone();
    let mut note = |path: Path, text: String, taken: bool| {
        let outcome = if taken {
            Outcome::Taken(path)
        } else {
            Outcome::NoPlace("the design has this already, and keeps its own".to_owned())
        };
        entries.push(Entry { file: 0, line: 0, text, outcome });
    };
    macro_rules! sections {
        ($($field:ident)*) => {
            $(if whole.$field != default.$field && before.$field != whole.$field {
                let is_free = before.$field == default.$field;
                if is_free {
                    merged.$field = whole.$field.clone();
                }
                note(Path::root().field(Cluster::$field), format!("section {}", Cluster::$field.key), is_free);
            })*
        };
    }
    sections!(general network hpc monitoring containers);
    macro_rules! lists {
        ($($section:ident $of:ident $list:ident $name:ident;)*) => {
            $(for element in &whole.$section.$list {
                let free = merged.$section.$list.iter().all(|known| known.$name != element.$name);
                if free {
                    (Cluster::$section.get_mut)(&mut merged).$list.push(element.clone());
                }
                let section = Path::root().field(Cluster::$section);
                let noun = List::noun(&section.field($of::$list));
                note(section, format!("{noun} {}", element.$name), free);
            })*
        };
    }
    lists! {
        slurm Slurm partitions name;
        storage Storage shared mount;
        users Users accounts name;
        users Users groups name;
    }
    for module in whole.modules.iter() {
        let free = merged.modules.iter().all(|known| known.name != module.name);
        if free {
            Arc::make_mut(&mut merged.modules).push(module.clone());
        }
        note(path![Cluster::modules], format!("module {}", module.name), free);
    }
    let names = |cluster: &Cluster| -> HashSet<String> {
        cluster.nodes.iter().flat_map(|group| hostlist::expand(&group.hosts).unwrap_or_default()).collect()
    };
    let known = names(before);
    for group in whole.nodes.iter() {
        let hosts = hostlist::expand(&group.hosts).unwrap_or_default();
        let free = !hosts.iter().any(|host| known.contains(host));
        if free {
            Arc::make_mut(&mut merged.nodes).push(group.clone());
        }
        let index = merged.nodes.len().saturating_sub(1);
        note(path![Cluster::nodes[index]], format!("nodes {}", group.hosts), free);
    }
    merged
}
