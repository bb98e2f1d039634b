//! The lists of the description whose elements have fields: what people call an element, and which field tells it apart.
//!
//! Whatever names an element, or looks for one, reads this table: lookup, import, impact, the page's forms and tables.

use super::*;

/// A list whose elements have fields.
#[derive(Debug)]
pub struct List {
    /// The keys on the way to it, without places in the lists that it is in: `modules`, `parts`, `options`.
    pub keys: &'static [&'static str],
    /// What one element is called: `partition`.
    pub noun: &'static str,
    /// The field that is an element's name, or else tells it apart.
    pub name: &'static str,
    /// The fields that show that an element with another name is the same one, renamed; none where nothing shows it.
    pub identity: &'static [&'static str],
    /// The name of the element at a row, `None` behind the last; none for lists that are in elements of others.
    name_at: Option<NameAt>,
}

type NameAt = fn(&Cluster, usize) -> Option<&str>;

/// Declares [`LISTS`]: the fields on the way, `by` the field that is an element's name, `or` those that show a renamed one.
/// `inner` lists are in elements of others.
macro_rules! lists {
    ($($noun:literal $kind:ident ($($of:ident.$field:ident)+) by $element:ident.$name:ident $(or $($same:ident)+)?;)*) => {
        /// Every list of the description whose elements have fields; an outer one stands before those in its elements.
        pub const LISTS: &[List] = &[$(List {
            keys: &[$($of::$field.key),+],
            noun: $noun,
            name: $element::$name.key,
            identity: &[$($($element::$same.key),+)?],
            name_at: lists!(@$kind $($field)+, $name),
        }),*];
    };
    (@list $($field:ident)+, $name:ident) => {
        Some(|cluster, row| Some(&cluster.$($field).+.get(row)?.$name))
    };
    (@inner $($field:ident)+, $name:ident) => {
        None
    };
}

lists! {
    "node group" list (Cluster.nodes) by NodeGroup.hosts;
    "difference" inner (Cluster.nodes NodeGroup.overrides) by NodeOverride.hosts;
    "bond" list (Cluster.network Network.bonds) by Bond.name;
    "VLAN" list (Cluster.network Network.vlans) by Vlan.name or id interface;
    "subnet manager" list (Cluster.network Network.fabric Fabric.subnet_managers) by SubnetManager.host or guid;
    "shared file system" list (Cluster.storage Storage.shared) by SharedFileSystem.mount or kind server export;
    "partition" list (Cluster.slurm Slurm.partitions) by Partition.name;
    "user" list (Cluster.users Users.accounts) by User.name or uid;
    "user group" list (Cluster.users Users.groups) by Group.name or gid;
    "module" list (Cluster.modules) by CustomModule.name;
    "parameter" inner (Cluster.modules CustomModule.parameters) by ModuleParameter.name;
    "part" inner (Cluster.modules CustomModule.parts) by ModulePart.nodes;
    "option" inner (Cluster.modules CustomModule.parts ModulePart.options) by OptionAssignment.path;
    "service" inner (Cluster.modules CustomModule.parts ModulePart.units) by ModuleUnit.name;
    "file" inner (Cluster.modules CustomModule.parts ModulePart.files) by ModuleFile.path;
    "script" inner (Cluster.modules CustomModule.parts ModulePart.scripts) by HelperScript.name;
    "exposed service" inner (Cluster.modules CustomModule.exposes) by ExposedService.name;
    "further file" inner (Cluster.modules CustomModule.files) by SourceFile.path;
}

impl List {
    /// The row of [`LISTS`] for the list at `path`; none where no such list stands there.
    pub fn at(path: &Path) -> Option<&'static List> {
        Self::index(path).map(|index| &LISTS[index])
    }

    /// Which row of [`LISTS`] the list at `path` has.
    pub fn index(path: &Path) -> Option<usize> {
        if matches!(path.steps().last(), Some(Step::Index(_))) {
            return None;
        }
        LISTS.iter().position(|list| keys(path.steps()).eq(list.keys.iter().copied()))
    }

    /// What one element of the list at `path` is called.
    pub fn noun(path: &Path) -> &'static str {
        Self::at(path).map_or("entry", |list| list.noun)
    }

    /// The elements that the list has in `cluster`, each with its name, which may be empty; none where the list is in
    /// elements of another.
    pub fn elements<'c>(&self, cluster: &'c Cluster) -> impl Iterator<Item = (Path, &'c str)> {
        let list = self.keys.iter().fold(Path::root(), |path, key| path.key(key));
        let name_at = self.name_at;
        (0..).map_while(move |row| Some((list.index(row), name_at?(cluster, row)?)))
    }

    /// The element that `path` is in or at, the outermost where it is in several: its list, and its name in `cluster`,
    /// which may be empty. `None` where `cluster` has none there.
    pub fn element<'c>(cluster: &'c Cluster, path: &Path) -> Option<(&'static List, &'c str)> {
        let steps = path.steps();
        let (at, row) = steps.iter().enumerate().find_map(|(at, step)| match step {
            Step::Index(row) => Some((at, *row)),
            Step::Key(_) => None,
        })?;
        let list = LISTS.iter().find(|list| keys(&steps[..at]).eq(list.keys.iter().copied()))?;
        Some((list, (list.name_at?)(cluster, row)?))
    }
}

fn keys(steps: &[Step]) -> impl Iterator<Item = &str> {
    steps.iter().filter_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset;
    use std::collections::BTreeMap;

    /// The lists of the schema whose elements have fields, with the names of those.
    fn in_schema() -> BTreeMap<Vec<String>, Vec<String>> {
        let schema = Cluster::json_schema();
        let mut found = BTreeMap::new();
        walk(&schema, &schema, &[], &mut found);
        found
    }

    fn walk(root: &Value, schema: &Value, at: &[String], found: &mut BTreeMap<Vec<String>, Vec<String>>) {
        let resolved = |schema: &Value| match schema["$ref"].as_str() {
            Some(name) => root.pointer(name.trim_start_matches('#')).unwrap().clone(),
            None => schema.clone(),
        };
        // Of what may be absent, what it is where it is there.
        for schema in schema["anyOf"].as_array().into_iter().flatten().chain([schema]).map(resolved) {
            for (key, field) in schema["properties"].as_object().into_iter().flatten() {
                walk(root, field, &[at, std::slice::from_ref(key)].concat(), found);
            }
            let items = resolved(&schema["items"]);
            if let Some(fields) = items["properties"].as_object() {
                found.insert(at.to_vec(), fields.keys().cloned().collect());
                walk(root, &items, at, found);
            }
        }
    }

    #[test]
    fn every_list_whose_elements_have_fields_has_a_row() {
        let schema = in_schema();
        let rows: Vec<Vec<String>> =
            LISTS.iter().map(|list| list.keys.iter().map(|key| (*key).to_owned()).collect()).collect();
        let forgotten: Vec<_> = schema.keys().filter(|keys| !rows.contains(keys)).collect();
        assert!(
            forgotten.is_empty(),
            "say in LISTS (core/src/cluster/lists.rs) what an element is called: {forgotten:?}"
        );
        for (list, keys) in LISTS.iter().zip(&rows) {
            let fields = schema.get(keys).unwrap_or_else(|| panic!("there is no such list: {keys:?}"));
            for field in list.identity.iter().chain([&list.name]) {
                assert!(fields.iter().any(|known| known == field), "{keys:?} has no {field}");
            }
            let is_inner = rows.iter().any(|other| other.len() < keys.len() && keys.starts_with(other));
            assert_eq!(list.name_at.is_none(), is_inner, "{keys:?}: `inner` is for lists in elements of others");
        }
        assert_eq!(rows.len(), schema.len(), "a list has two rows");
    }

    #[test]
    fn places_lead_to_their_list_and_element() {
        let cluster = preset::find("eight-node").unwrap().cluster();
        let path = |text: &str| text.parse::<Path>().unwrap();
        assert_eq!(List::noun(&path("slurm.partitions")), "partition");
        assert_eq!(List::noun(&path("modules[3].parts[1].options")), "option");
        assert!(List::at(&path("slurm.partitions[0]")).is_none());
        assert!(List::at(&path("slurm.partitions[0].allowGroups")).is_none());
        let element = |text: &str| List::element(&cluster, &path(text)).map(|(list, name)| (list.noun, name));
        let gpu = (cluster.slurm.partitions[1].name.as_str(), cluster.nodes[4].hosts.as_str());
        assert_eq!(element("slurm.partitions[1].maxTime"), Some(("partition", gpu.0)));
        assert_eq!(element("nodes[4].overrides[7].hosts"), Some(("node group", gpu.1)));
        assert_eq!(element("slurm.partitions[99]"), None);
        assert_eq!(element("slurm.partitions"), None);
        let found: Vec<_> = LISTS.iter().flat_map(|list| list.elements(&cluster)).collect();
        assert!(found.iter().any(|(path, name)| path.to_string() == "slurm.partitions[1]" && *name == gpu.0));
        assert!(found.iter().all(|(path, name)| List::element(&cluster, path).unwrap().1 == *name));
    }
}
