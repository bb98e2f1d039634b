//! The cluster description: what the page edits, `cluster.json` holds, the link carries and the command line reads.
//!
//! Plain data. What a user types stays as typed, also while it is wrong; `crate::check` says what is wrong with it.
//! When written, fields that equal their default are left out; when read, unknown fields are refused with their path.

mod containers;
mod custom;
mod deployment;
mod described;
pub mod expand;
mod fields;
mod general;
mod hosts;
mod hpc;
pub mod links;
mod lists;
mod migrations;
mod monitoring;
mod network;
mod nodes;
mod slurm;
mod storage;
mod users;

pub use containers::*;
pub use custom::*;
pub use deployment::*;
pub use described::{Described, FieldVisitor};
pub use expand::Node;
#[doc(hidden)]
pub use fields::FieldChain;
pub use fields::{PathPattern, PatternStep};
pub use general::*;
pub use hpc::*;
pub use lists::{LISTS, List};
pub use monitoring::*;
pub use network::*;
pub use nodes::*;
pub use slurm::*;
pub use storage::*;
pub use users::*;

use crate::path::{Path, Step};
use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;

/// The version of the description that this program writes. It reads this one and every older one.
pub const VERSION: u32 = migrations::MIGRATIONS.len() as u32 + 1;

/// The largest description that is read, in bytes.
pub const MAX_BYTES: usize = 8 << 20;

/// Declares a struct of the description: each field with its name in `cluster.json`, its type and its default.
/// Gives it `Default`, [`Described`], a JSON Schema, and for each field a [`crate::Field`] of the same name.
macro_rules! description {
    ($(#[$meta:meta])* pub struct $name:ident {
        $($(#[doc = $doc:literal])* $field:ident $key:literal: $type:ty = $default:expr,)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, schemars::JsonSchema)]
        #[schemars(default, deny_unknown_fields)]
        pub struct $name {
            $($(#[doc = $doc])* #[schemars(rename = $key)] pub $field: $type,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl $crate::cluster::Described for $name {
            fn read(value: serde_json::Value) -> Result<Self, $crate::cluster::ReadError> {
                let mut this = Self::default();
                for (key, value) in $crate::cluster::described::fields(value)? {
                    match key.as_str() {
                        $($key => $crate::cluster::described::read_field(value, &mut this.$field, $key)?,)*
                        _ => return Err($crate::cluster::described::unknown_field(&key, &[$($key),*])),
                    }
                }
                Ok(this)
            }

            fn write_fields(&self, all: bool) -> serde_json::Value {
                let (mut map, default) = (serde_json::Map::new(), Self::default());
                $($crate::cluster::described::write_field(&mut map, $key, &self.$field, &default.$field, all);)*
                serde_json::Value::Object(map)
            }

            fn rank(steps: &[$crate::path::Step], ranks: &mut Vec<usize>) {
                let Some(($crate::path::Step::Key(key), steps)) = steps.split_first() else { return };
                let mut place = 0;
                $(if key == $key {
                    ranks.push(place);
                    return <$type as $crate::cluster::Described>::rank(steps, ranks);
                }
                place += 1;)*
                ranks.push(place);
            }

            const HAS_FIELDS: bool = true;

            fn visit_fields(&self, at: &$crate::Path, _about: &'static str, visitor: &mut $crate::cluster::FieldVisitor) {
                $(self.$field.visit_fields(&at.key($key), concat!($($doc),*), visitor);)*
            }
        }

        /// For the schema, which tells defaults.
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serde::Serialize::serialize(&$crate::cluster::Described::write(self), serializer)
            }
        }

        #[allow(non_upper_case_globals)]
        impl $name {
            $(#[doc = concat!("The field `", $key, "` of [`", stringify!($name), "`], to name or reach it by.")]
            pub const $field: $crate::Field<$name, $type> = $crate::Field {
                key: $key,
                about: concat!($($doc),*),
                get: |from| &from.$field,
                get_mut: |from| &mut from.$field,
            };)*
        }
    };
}

/// Declares a closed choice of the description: each variant with its name in `cluster.json` and what a form calls it.
macro_rules! choice {
    ($(#[$meta:meta])* pub enum $name:ident {
        $($(#[$doc:meta])* $variant:ident $key:literal $label:literal,)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, schemars::JsonSchema)]
        pub enum $name {
            $($(#[$doc])* #[schemars(rename = $key)] $variant,)*
        }

        impl $crate::cluster::Described for $name {
            fn read(value: serde_json::Value) -> Result<Self, $crate::cluster::ReadError> {
                $crate::cluster::described::read_choice(value)
            }

            fn write_fields(&self, _all: bool) -> serde_json::Value {
                $crate::cluster::Choice::key(*self).into()
            }
        }

        /// For the schema, which tells defaults.
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::cluster::Choice::key(*self))
            }
        }

        impl $crate::cluster::Choice for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),*];

            fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)* }
            }

            fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }
        }
    };
}

pub(crate) use {choice, description};

/// A field with a fixed set of values, as a form's select shows it.
pub trait Choice: Copy + PartialEq + 'static {
    /// Every value, in the order in which a form lists them.
    const ALL: &'static [Self];

    /// The value's name in `cluster.json`: `active-backup`.
    fn key(self) -> &'static str;

    /// The value's name in a form: `802.3ad (LACP)`.
    fn label(self) -> &'static str;
}

/// Declares [`Cluster`] and [`Section`] together, so that no second list of sections can exist.
macro_rules! sections {
    ($($(#[doc = $doc:literal])* $field:ident $variant:ident $key:literal $title:literal: $type:ty,)*) => {
        /// A cluster, as described. Its sections sit behind shared pointers: a clone costs nothing, an edit copies one section.
        // Eq is what lets `Arc` compare pointers first, so that comparing costs nothing where sections are shared.
        #[derive(Clone, Debug, PartialEq, Eq, schemars::JsonSchema)]
        #[schemars(default, deny_unknown_fields)]
        pub struct Cluster {
            /// The version of the description.
            pub version: u32,
            $($(#[doc = $doc])* #[schemars(rename = $key)] pub $field: Arc<$type>,)*
        }

        impl Default for Cluster {
            fn default() -> Self {
                Self { version: VERSION, $($field: Arc::default(),)* }
            }
        }

        impl Cluster {
            /// Reads the fields of a description of today's version.
            fn read_fields(fields: Map<String, Value>) -> Result<Self, ReadError> {
                let mut this = Self::default();
                for (key, value) in fields {
                    match key.as_str() {
                        "version" => described::read_field(value, &mut this.version, "version")?,
                        $($key => described::read_field(value, &mut this.$field, $key)?,)*
                        _ => return Err(described::unknown_field(&key, &["version", $($key),*])),
                    }
                }
                this.version = VERSION;
                Ok(this)
            }
        }

        impl Described for Cluster {
            fn read(value: Value) -> Result<Self, ReadError> {
                migrations::migrate(value, migrations::MIGRATIONS).and_then(Self::read_fields)
            }

            fn write_fields(&self, all: bool) -> Value {
                let mut map = Map::from_iter([("version".to_owned(), self.version.into())]);
                $(described::write_field(&mut map, $key, &self.$field, &Arc::default(), all);)*
                Value::Object(map)
            }

            fn rank(steps: &[Step], ranks: &mut Vec<usize>) {
                let Some((Step::Key(key), steps)) = steps.split_first() else { return };
                let mut place = 0;
                $(if key == $key {
                    ranks.push(place);
                    return <$type as Described>::rank(steps, ranks);
                }
                place += 1;)*
                ranks.push(place);
            }

            const HAS_FIELDS: bool = true;

            fn visit_fields(&self, at: &Path, about: &'static str, visitor: &mut FieldVisitor) {
                $(self.$field.visit_fields(&at.key($key), about, visitor);)*
            }
        }

        /// For the schema, which tells defaults.
        impl serde::Serialize for Cluster {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.write().serialize(serializer)
            }
        }

        #[allow(non_upper_case_globals)]
        impl Cluster {
            /// Which form the description has, see [`VERSION`].
            pub const version: $crate::Field<Cluster, u32> = $crate::Field {
                key: "version",
                about: "The version of the description.",
                get: |cluster| &cluster.version,
                get_mut: |cluster| &mut cluster.version,
            };

            $(#[doc = concat!("The section `", $key, "` of [`Cluster`], to name or reach it by.")]
            pub const $field: $crate::Field<Cluster, $type> = $crate::Field {
                key: $key,
                about: concat!($($doc),*),
                get: |cluster| &cluster.$field,
                get_mut: |cluster| Arc::make_mut(&mut cluster.$field),
            };)*

            /// Whether both share the data of `section`, so that nothing in it can differ. Compares pointers: equal
            /// sections that were read apart do not count.
            pub fn shares(&self, other: &Cluster, section: Section) -> bool {
                match section { $(Section::$variant => Arc::ptr_eq(&self.$field, &other.$field),)* }
            }

            /// Shares with `other` the sections that equal its own.
            pub fn share_with(&mut self, other: &Cluster) {
                $(if self.$field == other.$field {
                    self.$field = other.$field.clone();
                })*
            }

            /// Sets all of `section` back to its default.
            pub fn reset(&mut self, section: Section) {
                match section { $(Section::$variant => self.$field = Arc::default(),)* }
            }
        }

        /// The sections of the description, in the order in which the page lists them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Section { $($(#[doc = $doc])* $variant,)* }

        impl Section {
            /// Every section, in the order in which the page lists them.
            pub const ALL: &'static [Section] = &[$(Section::$variant,)*];

            /// Its name in `cluster.json`: the first step of the paths inside it.
            pub fn key(self) -> &'static str {
                match self { $(Section::$variant => $key,)* }
            }

            /// Its name on the page: `Custom modules`.
            pub fn title(self) -> &'static str {
                match self { $(Section::$variant => $title,)* }
            }
        }
    };
}

sections! {
    /// The cluster as a whole.
    general General "cluster" "Cluster": General,
    /// The nodes, in groups.
    nodes Nodes "nodes" "Nodes": Vec<NodeGroup>,
    /// Names, addresses, firewall.
    network Network "network" "Network": Network,
    /// Shared file systems and local scratch space.
    storage Storage "storage" "Storage": Storage,
    /// The scheduler.
    slurm Slurm "slurm" "Slurm": Slurm,
    /// MPI, GPUs, limits.
    hpc Hpc "hpc" "HPC": Hpc,
    /// Prometheus, exporters, Grafana.
    monitoring Monitoring "monitoring" "Monitoring": Monitoring,
    /// People and groups.
    users Users "users" "Users": Users,
    /// Container orchestration.
    containers Containers "containers" "Containers": Containers,
    /// From the flake to machines.
    deployment Deployment "deployment" "Deployment": Deployment,
    /// Modules of the user's own.
    modules Modules "modules" "Custom modules": Vec<CustomModule>,
}

impl Section {
    /// The section that `cluster.json` calls `key`; `None` where it has no such section.
    pub fn from_key(key: &str) -> Option<Section> {
        Self::ALL.iter().copied().find(|section| section.key() == key)
    }
}

/// Why a description cannot be read: what is wrong, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The place in the description, `nodes[2].gpus.cuont`; empty where the text as a whole is at fault, as when it is
    /// not JSON.
    pub path: String,
    /// What is wrong and what to do, as the end of a sentence, without its period.
    pub message: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            write!(out, "{}", self.message)
        } else {
            write!(out, "{}: {}", self.path, self.message)
        }
    }
}

impl std::error::Error for ReadError {}

impl ReadError {
    /// The same, of a place one step further out: `key` is a field's name, or `[4]`.
    fn inside(mut self, key: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{key}{dot}{}", self.path);
        self
    }
}

impl Cluster {
    /// Reads a description from JSON.
    ///
    /// `Err` for text that is not JSON, for unknown fields and wrong types (with their path), for a version newer than
    /// [`VERSION`], and for more than [`MAX_BYTES`].
    pub fn from_json(text: &str) -> Result<Self, ReadError> {
        let plain = |message: String| ReadError { path: String::new(), message };
        if text.len() > MAX_BYTES {
            return Err(plain(format!("the description has {} bytes; at most {MAX_BYTES} are read", text.len())));
        }
        let value: Value = serde_json::from_str(text).map_err(|error| {
            plain(format!(
                "this is no JSON: {error}; a description is what “Save description” or `clusterflake preset` writes"
            ))
        })?;
        Self::from_value(value)
    }

    /// As [`Cluster::from_json`], from JSON that was parsed already; its size is not looked at.
    pub fn from_value(value: Value) -> Result<Self, ReadError> {
        Self::read(value)
    }

    /// The description as JSON with two-space indents and a final newline; defaults are left out.
    pub fn to_json(&self) -> String {
        format!("{:#}\n", self.write())
    }

    /// The description as JSON on one line.
    pub fn to_compact_json(&self) -> String {
        self.write().to_string()
    }

    /// A sort key for `path`: by section, then by field as declared, then by index in a list; a list comes before its
    /// elements.
    pub fn rank(path: &Path) -> Vec<usize> {
        let mut ranks = Vec::new();
        <Self as Described>::rank(path.steps(), &mut ranks);
        ranks
    }

    /// The JSON Schema of `cluster.json`, as `docs/cluster.schema.json` holds it; the comments of the fields are its
    /// descriptions.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(Cluster).to_value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_left_out_and_come_back() {
        assert_eq!(Cluster::default().to_compact_json(), r#"{"version":1}"#);
        assert_eq!(Cluster::from_json("{}").unwrap(), Cluster::default());
        let mut cluster = Cluster::default();
        Arc::make_mut(&mut cluster.nodes).push(NodeGroup { sockets: 2, ..NodeGroup::default() });
        let text = cluster.to_compact_json();
        assert_eq!(text, r#"{"version":1,"nodes":[{"sockets":2}]}"#);
        assert_eq!(Cluster::from_json(&text).unwrap(), cluster);
    }

    #[test]
    fn what_cannot_be_read_names_its_place() {
        let fails = |text: &str| Cluster::from_json(text).unwrap_err();
        let unknown = fails(r#"{"nodes":[{},{"gpus":{"cuont":4}}]}"#);
        assert_eq!(unknown.path, "nodes[1].gpus.cuont");
        assert!(unknown.message.contains("unknown field `cuont`"), "{unknown}");
        assert_eq!(fails(r#"{"nodes":[{"sockets":"two"}]}"#).path, "nodes[0].sockets");
        assert!(fails("{\"nodes\":").message.contains("no JSON"));
        assert!(fails("[]").message.contains("JSON object"));
        let newer = fails(r#"{"version":2,"rockets":{}}"#);
        assert!(newer.message.contains("newer clusterflake"), "{newer}");
    }

    #[test]
    fn places_are_sorted_as_declared() {
        let sorted = [
            "cluster.name",
            "cluster.sshKeys",
            "nodes",
            "nodes[0]",
            "nodes[0].hosts",
            "nodes[0].gpus.model",
            "nodes[0].gpus.count",
            "nodes[0].overrides[1].gpus.model",
            "nodes[1].hosts",
            "nodes[10]",
            "storage.scratch.mount",
        ];
        let ranks = sorted.map(|path| Cluster::rank(&path.parse().unwrap()));
        assert!(ranks.is_sorted(), "{ranks:?}");
    }

    #[test]
    fn an_edit_copies_one_section_only() {
        let before = Cluster::default();
        let mut after = before.clone();
        (Cluster::network.get_mut)(&mut after).domain = "lab.example".to_owned();
        let shared: Vec<_> = Section::ALL.iter().filter(|s| before.shares(&after, **s)).collect();
        assert_eq!(shared.len(), Section::ALL.len() - 1);
        assert!(!before.shares(&after, Section::Network));
    }

    #[test]
    fn equal_sections_are_shared_again() {
        let before = Cluster::default();
        let mut after = Cluster::from_json(r#"{"network":{"domain":"lab.example"}}"#).unwrap();
        assert!(Section::ALL.iter().all(|section| !after.shares(&before, *section)));
        after.share_with(&before);
        let own: Vec<_> = Section::ALL.iter().filter(|section| !after.shares(&before, **section)).collect();
        assert_eq!(own, [&Section::Network]);
        assert_eq!(after.network.domain, "lab.example");
    }

    /// A cluster with one section, which counts how often it is looked into.
    mod counted {
        #![allow(dead_code)]
        use super::*;
        use std::cell::Cell;

        thread_local! {
            pub static LOOKS: Cell<usize> = const { Cell::new(0) };
        }

        #[derive(Clone, Debug, Default, Eq, schemars::JsonSchema)]
        pub struct Shy(bool);

        impl PartialEq for Shy {
            fn eq(&self, other: &Self) -> bool {
                LOOKS.set(LOOKS.get() + 1);
                self.0 == other.0
            }
        }

        impl Described for Shy {
            fn read(value: Value) -> Result<Self, ReadError> {
                bool::read(value).map(Self)
            }

            fn write_fields(&self, all: bool) -> Value {
                self.0.write_fields(all)
            }
        }

        sections! {
            /// What is compared.
            shy Shy "shy" "Shy": Vec<Shy>,
        }
    }

    #[test]
    fn comparing_does_not_look_into_what_is_shared() {
        // What `Cluster` derives `Eq` for, `Arc` compares by its pointer first: each section must have it.
        fn has_eq<T: Eq>() {}
        has_eq::<Cluster>();

        let cluster = counted::Cluster { shy: Arc::new(vec![counted::Shy::default(); 3]), ..Default::default() };
        assert_eq!(cluster, cluster.clone());
        assert_eq!(counted::LOOKS.get(), 0);
        let other = counted::Cluster { shy: Arc::new(cluster.shy.to_vec()), ..Default::default() };
        assert_eq!(cluster, other);
        assert_eq!(counted::LOOKS.get(), 3, "what is not shared is compared");
    }
}
