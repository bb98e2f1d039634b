//! The fields of a description as entries: named after their keys in `cluster.json`, described by the comments of the
//! description's structs.

use super::{Entry, name_at};
use crate::cluster::{Described, FieldVisitor, Section};
use crate::path::Step;
use crate::{Cluster, Path};

/// Every field of `cluster`. Of a list of structs, the fields of one element: `row` gives its index, counted from 0,
/// for the place of the list; none where there is no such element.
pub fn fields(cluster: &Cluster, row: &dyn Fn(&Path) -> usize) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut visit = |path: &Path, about: &'static str| {
        // The version is nobody's to choose.
        let Some(section) = path.section().and_then(Section::from_key) else { return };
        let element = name_at(cluster, path).map(|name| format!(" · {name}")).unwrap_or_default();
        found.push(Entry {
            kind: "field",
            name: title(path, section),
            within: format!("{}{element}", section.title()),
            about: about.trim().replace('`', ""),
            path: path.clone(),
        });
    };
    cluster.visit_fields(&Path::root(), "", &mut FieldVisitor { row, visit: &mut visit });
    found
}

/// What a place is called, by the keys behind its list or section: `GPUs: count` for `nodes[2].gpus.count`.
fn title(path: &Path, section: Section) -> String {
    let mut keys = Vec::new();
    for step in path.steps().iter().skip(1) {
        match step {
            Step::Key(key) => keys.push(key.as_str()),
            Step::Index(_) => keys.clear(),
        }
    }
    let (last, outer) = keys.split_last().map_or(("", &[][..]), |(last, outer)| (*last, outer));
    let mut parts: Vec<String> = outer.iter().map(|key| words(key)).collect();
    if last == "enable" {
        if parts.is_empty() {
            parts.push(section.title().to_owned());
        }
        parts.push("on or off".to_owned());
    } else {
        parts.push(words(last));
    }
    let mut title = parts.join(": ");
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    title
}

/// What is written in capitals.
const CAPITALS: &[&str] = &[
    "ca", "cpu", "cuda", "dn", "esp", "gid", "gpu", "grub", "gui", "id", "ip", "ipmi", "jwt", "ldap", "mac", "mpi",
    "mtu", "nfs", "pam", "rest", "smtp", "ssh", "tcp", "ucx", "udp", "uid", "url", "x11",
];

/// `cores per socket` for `coresPerSocket`. A unit at the end is for the program, not for people.
fn words(key: &str) -> String {
    let key = key.strip_suffix("MiB").unwrap_or(key).as_bytes();
    let capital = |at: usize| key.get(at).is_some_and(u8::is_ascii_uppercase);
    let small = |at: usize| key.get(at).is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let (mut words, mut start) = (Vec::new(), 0);
    for at in 1..=key.len() {
        let begins = at == key.len() || capital(at) && (small(at - 1) || small(at + 1));
        if begins {
            words.push(word(&String::from_utf8_lossy(&key[start..at]).to_lowercase()));
            start = at;
        }
    }
    words.join(" ")
}

fn word(word: &str) -> String {
    let (one, plural) =
        word.strip_suffix('s').filter(|one| CAPITALS.contains(one)).map_or((word, ""), |one| (one, "s"));
    if CAPITALS.contains(&one) { format!("{}{plural}", one.to_uppercase()) } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset;

    #[test]
    fn fields_have_names_and_places_in_the_row_that_is_meant() {
        let cluster = preset::find("gpu").unwrap().cluster();
        let found = fields(&cluster, &|list| usize::from(list.to_string() == "nodes"));
        let field = |path: &str| found.iter().find(|entry| entry.path.to_string() == path).unwrap();
        let memory = field("nodes[1].memoryMiB");
        assert_eq!(
            (&*memory.name, &*memory.about),
            ("Memory", "The installed memory, in MiB; 0 where it is not known.")
        );
        assert_eq!(memory.within, format!("Nodes · {}", cluster.nodes[1].hosts));
        let names = ["nodes[1].gpus.count", "nodes[1].firstIP", "network.extraTCPPorts", "slurm.accounting.enable"];
        assert_eq!(
            names.map(|path| field(path).name.as_str()),
            ["GPUs: count", "First IP", "Extra TCP ports", "Accounting: on or off"]
        );
        assert_eq!(field("slurm.partitions[0].defaultMemoryPerCPUMiB").name, "Default memory per CPU");
        assert_eq!(field("monitoring.enable").name, "Monitoring: on or off");
        assert_eq!(field("cluster.sshKeys").name, "SSH keys");
    }

    #[test]
    fn where_the_open_row_is_gone_the_last_one_is_meant() {
        let cluster = preset::find("gpu").unwrap().cluster();
        let last = format!("nodes[{}].memoryMiB", cluster.nodes.len() - 1);
        assert!(fields(&cluster, &|_| 99).iter().any(|entry| entry.path.to_string() == last));
    }

    #[test]
    fn of_an_empty_list_no_field_is_found() {
        let found = fields(&Cluster::default(), &|_| 0);
        assert!(found.iter().all(|entry| !entry.path.to_string().contains('[')));
        assert!(found.iter().any(|entry| entry.path.to_string() == "cluster.name"));
    }
}
