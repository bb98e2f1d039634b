//! The designs that a browser keeps: how one is written down, what it is called, which comes next. Plain functions;
//! `shelf.rs` does the reading and writing.

use crate::widgets::binding::Unread;
use clusterflake_core::Cluster;
use clusterflake_core::totals::totals;
use serde::{Deserialize, Serialize};

/// How designs are kept: this layout and every older one are read.
const LAYOUT: u32 = 1;

/// The key of the only design that the first pages kept: a description and nothing else. It is also how every key begins.
const FIRST: &str = "clusterflake.design";

/// How the keys began under which the first pages put descriptions that they could not open.
const SET_ASIDE: &str = "clusterflake.set-aside";

/// What is kept with a description: the first line of the text, as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// The layout, see [`LAYOUT`]. A first line without it belongs to a description that stands alone.
    pub layout: u32,
    pub name: String,
    /// Whether somebody gave it its name; else it is called as its cluster is.
    pub named: bool,
    pub nodes: u64,
    /// When it was last changed, in milliseconds since 1970.
    pub changed: u64,
    /// Counts the changes that were kept, so that a page knows whether another one changed the design since.
    pub revision: u64,
    /// Whether it lies in the trash. Always written, so that throwing away never needs room.
    pub deleted: bool,
    /// The design that changes are told against: as it was last opened from elsewhere, or downloaded. A link's fragment;
    /// empty where it is too long for one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub base: String,
    /// Text that cannot be read as what its field holds, with the field's place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<(String, Unread)>,
}

impl Default for Metadata {
    fn default() -> Self {
        Self {
            layout: LAYOUT,
            name: String::new(),
            named: false,
            nodes: 0,
            changed: 0,
            revision: 0,
            deleted: false,
            base: String::new(),
            unread: Vec::new(),
        }
    }
}

/// A design of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredDesign {
    /// Where the browser keeps it.
    pub key: String,
    pub metadata: Metadata,
}

/// What a browser keeps for a design.
pub fn write(metadata: &Metadata, description: &str) -> String {
    let metadata = serde_json::to_string(metadata).expect("metadata has nothing that JSON cannot say");
    format!("{metadata}\n{description}")
}

/// A kept text's metadata and description. Older pages kept the description alone: its metadata is made from it.
pub fn read(text: &str) -> (Metadata, &str) {
    if let Some((first, description)) = text.split_once('\n')
        && let Ok(metadata) = serde_json::from_str(first)
    {
        return (metadata, description);
    }
    let metadata =
        Cluster::from_json(text).map(|cluster| Metadata::default().following(&cluster, Vec::new)).unwrap_or_default();
    (metadata, text)
}

/// The cluster in a kept text, or why it cannot be opened.
pub fn open(text: &str) -> Result<(Metadata, Cluster), String> {
    let (metadata, description) = read(text);
    if metadata.layout > LAYOUT {
        return Err("a newer version of this page keeps it in another way; reload the page".to_owned());
    }
    Ok((metadata, Cluster::from_json(description).map_err(|error| error.to_string())?))
}

/// Whether a design is kept under `key`.
pub fn is_key(key: &str) -> bool {
    let numbered = |rest: &str| rest.is_empty() || rest.starts_with('.');
    [FIRST, SET_ASIDE].iter().any(|start| key.strip_prefix(start).is_some_and(numbered))
}

/// A key for a design begun `now`, in milliseconds since 1970.
pub fn fresh_key(now: u64, taken: impl Fn(&str) -> bool) -> String {
    let keys = (now..).map(|number| format!("{FIRST}.{number}"));
    keys.into_iter().find(|key| !taken(key)).expect("numbers do not end")
}

impl Metadata {
    /// The metadata of the design once it holds `cluster`; `taken` gives the names of the others, asked for where a new name
    /// is needed.
    pub fn following(&self, cluster: &Cluster, taken: impl FnOnce() -> Vec<String>) -> Metadata {
        let wanted = &cluster.general.name;
        // A name that was made unique stays as long as the cluster's own does.
        let stays = self.named || is_numbered(&self.name, wanted);
        let name = if stays { self.name.clone() } else { unique(wanted, &taken()) };
        Metadata { name, nodes: totals(cluster).nodes, ..self.clone() }
    }

    /// The metadata of a copy, with a name of its own; nothing of it is kept yet.
    pub fn copied(&self, taken: &[String]) -> Metadata {
        Metadata { name: unique(&self.name, taken), revision: 0, deleted: false, ..self.clone() }
    }
}

/// The metadata of the kept `text` under a new name; with an empty one the design is called as its cluster is.
pub fn renamed(text: &str, name: &str, taken: &[String]) -> Metadata {
    let (metadata, description) = read(text);
    if name.trim().is_empty() {
        let metadata = Metadata { name: String::new(), named: false, ..metadata };
        return match Cluster::from_json(description) {
            Ok(cluster) => metadata.following(&cluster, || taken.to_vec()),
            Err(_) => Metadata { name: unique("", taken), ..metadata },
        };
    }
    Metadata { name: unique(name, taken), named: true, ..metadata }
}

/// What designs without a name are called.
const UNNAMED: &str = "unnamed";

/// `wanted`, or where that is taken `wanted 2`, `wanted 3`, …
pub fn unique(wanted: &str, taken: &[String]) -> String {
    let wanted = or_unnamed(wanted);
    let free = |name: &String| !taken.contains(name);
    let (base, number) = numbered(wanted);
    std::iter::once(wanted.to_owned())
        .chain((number + 1..).map(|number| format!("{base} {number}")))
        .find(free)
        .expect("numbers do not end")
}

fn or_unnamed(name: &str) -> &str {
    let name = name.trim();
    if name.is_empty() { UNNAMED } else { name }
}

/// The name without the number that made it unique, and that number; 1 for a name without.
fn numbered(name: &str) -> (&str, u64) {
    let parts = name.rsplit_once(' ').and_then(|(base, number)| Some((base, number.parse::<u32>().ok()?)));
    match parts {
        Some((base, number)) if number > 1 && !base.is_empty() => (base, number.into()),
        _ => (name, 1),
    }
}

/// Whether `name` is `wanted`, or `wanted` made unique.
fn is_numbered(name: &str, wanted: &str) -> bool {
    let wanted = or_unnamed(wanted);
    name == wanted || numbered(name).0 == wanted
}

/// The names of all designs but the one under `key`.
pub fn names_beside(all: &[StoredDesign], key: &str) -> Vec<String> {
    all.iter().filter(|kept| kept.key != key).map(|kept| kept.metadata.name.clone()).collect()
}

/// The design to go on with: the one that was changed last, of those that are not in the trash.
pub fn latest<'a>(all: &'a [StoredDesign], except: &str) -> Option<&'a StoredDesign> {
    all.iter().filter(|kept| !kept.metadata.deleted && kept.key != except).max_by_key(|kept| kept.metadata.changed)
}

/// Whether a page that knows the design as of `known` may write over what is kept now. One that is no longer kept may
/// always be written.
pub fn may_write(known: u64, kept: Option<&Metadata>) -> bool {
    kept.is_none_or(|kept| kept.revision <= known)
}

/// How long ago `then` was: `3 minutes ago`. Both in milliseconds since 1970.
pub fn ago(then: u64, now: u64) -> String {
    let minutes = now.saturating_sub(then) / 60_000;
    let (count, unit) = match minutes {
        _ if then == 0 => return "some time ago".to_owned(),
        0 => return "just now".to_owned(),
        1..60 => (minutes, "minute"),
        60..1440 => (minutes / 60, "hour"),
        1440..43_200 => (minutes / 1440, "day"),
        43_200..525_600 => (minutes / 43_200, "month"),
        _ => (minutes / 525_600, "year"),
    };
    format!("{} ago", crate::widgets::codec::counted(count as usize, unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn called(name: &str) -> Cluster {
        let mut cluster = Cluster::default();
        Arc::make_mut(&mut cluster.general).name = name.to_owned();
        cluster
    }

    fn kept(key: &str, name: &str, changed: u64) -> StoredDesign {
        StoredDesign {
            key: key.to_owned(),
            metadata: Metadata { name: name.to_owned(), changed, ..Metadata::default() },
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let metadata =
            Metadata { revision: 7, deleted: true, ..Metadata::default() }.following(&called("aurora"), Vec::new);
        let text = write(&metadata, &called("aurora").to_compact_json());
        assert_eq!(open(&text), Ok((metadata, called("aurora"))));
    }

    #[test]
    fn descriptions_of_the_first_pages_open() {
        for text in [called("aurora").to_compact_json(), called("aurora").to_json()] {
            let (metadata, cluster) = open(&text).unwrap();
            assert_eq!((metadata.name.as_str(), metadata.revision), ("aurora", 0));
            assert_eq!(cluster, called("aurora"));
        }
    }

    /// As the first released page kept a design. It stands for those in people's browsers: never edit it.
    const KEPT: &str = r#"{"layout":1,"name":"rack 7","named":true,"nodes":8,"changed":1764000000000,"revision":3,"deleted":false,"base":"c=1.vXigdQAPq1YqSy0qzszPU7IyrAUA","unread":[["nodes[0].memoryMiB",{"text":"4 TX","message":"no unit of memory","label":"Memory"}]]}"#;

    #[test]
    fn what_browsers_keep_opens_for_ever() {
        let frozen = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("core/tests/frozen");
        let mut opened = 0;
        for version in
            std::fs::read_dir(frozen).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
        {
            for file in std::fs::read_dir(version).unwrap().map(|entry| entry.unwrap().path()) {
                let name = file.to_str().unwrap();
                if !name.ends_with(".json") || name.ends_with(".means.json") {
                    continue;
                }
                let text = std::fs::read_to_string(&file).unwrap();
                let cluster = open(&text).unwrap_or_else(|why| panic!("{name}: {why}")).1;
                let (head, kept) = open(&format!("{KEPT}\n{text}")).unwrap_or_else(|why| panic!("{name}: {why}"));
                assert_eq!((head.name.as_str(), head.revision, kept == cluster), ("rack 7", 3, true), "{name}");
                assert_eq!(clusterflake_core::link::read(&head.base), Ok(Cluster::default()));
                assert_eq!(head.unread[0].1.text, "4 TX");
                opened += 1;
            }
        }
        assert!(opened > 5, "{opened}");
    }

    #[test]
    fn damaged_texts_and_those_of_newer_pages_are_refused_and_still_listed() {
        for text in ["", "{\"version\":1,\"nodes\":[{\"hosts\"", "\n", "not JSON\n{}"] {
            assert!(open(text).is_err(), "{text}");
            assert_eq!(read(text).0, Metadata::default());
        }
        let newer = write(&Metadata { layout: LAYOUT + 1, ..Metadata::default() }, "{}");
        assert!(open(&newer).unwrap_err().contains("newer"));
    }

    #[test]
    fn throwing_away_needs_no_room() {
        let metadata = Metadata::default();
        assert!(write(&Metadata { deleted: true, ..metadata.clone() }, "{}").len() <= write(&metadata, "{}").len());
    }

    #[test]
    fn keys_are_free_and_known() {
        assert_eq!(fresh_key(5, |_| false), "clusterflake.design.5");
        let key = fresh_key(5, |key| key.ends_with(".5"));
        assert_eq!(key, "clusterflake.design.6");
        for key in [&key, "clusterflake.design", "clusterflake.set-aside", "clusterflake.set-aside.2"] {
            assert!(is_key(key), "{key}");
        }
        for key in ["clusterflake.theme", "clusterflake.designs", "clusterflake.open", "other.design"] {
            assert!(!is_key(key), "{key}");
        }
    }

    #[test]
    fn names_are_unique_and_stay() {
        let taken = ["aurora".to_owned(), "aurora 2".to_owned()];
        assert_eq!(unique("borealis", &taken), "borealis");
        assert_eq!(unique("aurora", &taken), "aurora 3");
        assert_eq!(unique("aurora 2", &taken), "aurora 3");
        assert_eq!(unique("  ", &[]), "unnamed");

        let second = Metadata::default().following(&called("aurora"), || taken[..1].to_vec());
        assert_eq!(second.name, "aurora 2");
        assert_eq!(second.following(&called("aurora"), Vec::new).name, "aurora 2");
        assert_eq!(second.following(&called("borealis"), || taken.to_vec()).name, "borealis");
        assert_eq!(second.copied(&taken).name, "aurora 3");
        let named = Metadata { named: true, ..second };
        assert_eq!(named.following(&called("borealis"), Vec::new).name, "aurora 2");
    }

    #[test]
    fn a_design_keeps_the_name_it_is_given_until_that_is_taken_away() {
        let taken = ["rack 7".to_owned()];
        let text = write(&Metadata::default(), &called("aurora").to_compact_json());
        let metadata = renamed(&text, " rack 7 ", &taken);
        assert_eq!((metadata.name.as_str(), metadata.named), ("rack 8", true));
        let back = renamed(&write(&metadata, &called("aurora").to_compact_json()), "", &taken);
        assert_eq!((back.name.as_str(), back.named), ("aurora", false));
    }

    #[test]
    fn the_latest_that_is_not_thrown_away_comes_next() {
        let mut all = vec![kept("a", "a", 3), kept("b", "b", 9), kept("c", "c", 5)];
        assert_eq!(latest(&all, "").map(|kept| kept.key.as_str()), Some("b"));
        assert_eq!(latest(&all, "b").map(|kept| kept.key.as_str()), Some("c"));
        all[1].metadata.deleted = true;
        assert_eq!(latest(&all, "").map(|kept| kept.key.as_str()), Some("c"));
        assert_eq!(latest(&[], ""), None);
        assert_eq!(names_beside(&all, "b"), ["a", "c"]);
    }

    #[test]
    fn only_what_another_page_did_not_change_is_written_over() {
        let at = |revision| Metadata { revision, ..Metadata::default() };
        assert!(may_write(3, None));
        assert!(may_write(3, Some(&at(3))));
        assert!(!may_write(3, Some(&at(4))));
    }

    #[test]
    fn times_are_told_as_people_do() {
        let minute = 60_000;
        assert_eq!(ago(1, 1 + 59_000), "just now");
        assert_eq!(ago(1, 1 + minute), "1 minute ago");
        assert_eq!(ago(1, 1 + 150 * minute), "2 hours ago");
        assert_eq!(ago(1, 1 + 3 * 1440 * minute), "3 days ago");
        assert_eq!(ago(9, 1), "just now");
    }
}
