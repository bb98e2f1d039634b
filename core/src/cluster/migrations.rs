//! How a description of an older version becomes one of today's: the one place that knows what older ones looked like.
//!
//! Whatever reads a description comes through here: `cluster.json`, links, zips, designs that a browser keeps. What every
//! released version wrote lies in `core/tests/frozen`, where a test opens it.

use super::{ReadError, described};
use serde_json::{Map, Value};

/// Turns the fields of a description into those of the next version. It is for descriptions that people edit by hand, too:
/// what is not as it expects, it leaves as it is, for reading to say what is wrong there.
pub(super) type Migration = fn(&mut Map<String, Value>);

/// Every migration, the first one from version 1 to version 2. Rows are added at the end, and never changed.
pub(super) const MIGRATIONS: &[Migration] = &[];

/// The fields of a description, as the version after the last of `migrations` has them.
///
/// Fails where it is no object, or newer than that. Without a version it is of the first.
pub(super) fn migrate(value: Value, migrations: &[Migration]) -> Result<Map<String, Value>, ReadError> {
    if !value.is_object() {
        let message = "a description is a JSON object, `{ \"version\": 1, … }`".to_owned();
        return Err(ReadError { path: String::new(), message });
    }
    let mut fields = described::fields(value)?;
    let newest = migrations.len() + 1;
    let version = match fields.get("version") {
        None => 1,
        Some(version) => match version.as_u64() {
            Some(version) => version,
            // Reading says what should stand there.
            None => return Ok(fields),
        },
    };
    if version > newest as u64 {
        let message = format!(
            "this description has version {version}, and this program reads up to {newest}: open it with a newer clusterflake"
        );
        return Err(ReadError { path: String::new(), message }.inside("version"));
    }
    for migration in (1..).zip(migrations).filter(|(from, _)| *from >= version).map(|(_, migration)| migration) {
        migration(&mut fields);
    }
    fields.insert("version".to_owned(), newest.into());
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Cluster, VERSION};
    use serde_json::json;

    /// As if version 1 had had `site` for `cluster`, and version 2 nodes' memory in GiB.
    const MADE_UP: &[Migration] = &[
        |fields| {
            if let Some(site) = fields.remove("site") {
                fields.insert("cluster".to_owned(), site);
            }
        },
        |fields| {
            for group in fields.get_mut("nodes").and_then(Value::as_array_mut).into_iter().flatten() {
                let Some(group) = group.as_object_mut() else { continue };
                if let Some(gib) = group.get("memoryGiB").and_then(Value::as_u64) {
                    group.remove("memoryGiB");
                    group.insert("memoryMiB".to_owned(), (gib * 1024).into());
                }
            }
        },
    ];

    fn opened(value: Value) -> Result<Cluster, ReadError> {
        migrate(value, MADE_UP).and_then(Cluster::read_fields)
    }

    #[test]
    fn every_older_version_becomes_what_it_meant() {
        let name = json!({ "name": "aurora" });
        let first = json!({ "version": 1, "site": name, "nodes": [{ "hosts": "cn[1-4]", "memoryGiB": 64 }] });
        let second = json!({ "version": 2, "cluster": name, "nodes": [{ "hosts": "cn[1-4]", "memoryGiB": 64 }] });
        let third = json!({ "version": 3, "cluster": name, "nodes": [{ "hosts": "cn[1-4]", "memoryMiB": 65_536 }] });
        let cluster = opened(third).unwrap();
        assert_eq!((&*cluster.general.name, cluster.nodes[0].memory_mib), ("aurora", 65_536));
        for older in [first, second] {
            assert_eq!(opened(older).unwrap(), cluster);
        }
        // Nobody wrote a version into it: it is of the first.
        assert_eq!(opened(json!({ "site": { "name": "x" } })).unwrap().general.name, "x");
    }

    #[test]
    fn a_migration_is_for_older_versions_only() {
        let path = |value: Value| opened(value).unwrap_err().path;
        assert_eq!(path(json!({ "version": 2, "site": {} })), "site");
        assert_eq!(path(json!({ "version": 3, "nodes": [{ "memoryGiB": 64 }] })), "nodes[0].memoryGiB");
    }

    #[test]
    fn what_no_migration_understands_is_told_where_it_is_read() {
        let fails = |value: Value| opened(value).unwrap_err();
        assert_eq!(fails(json!({ "version": 1, "nodes": [{ "memoryGiB": "64" }, 7] })).path, "nodes[0].memoryGiB");
        assert_eq!(fails(json!({ "version": "1" })).path, "version");
        assert!(fails(json!({ "version": 4 })).message.contains("newer clusterflake"));
        assert!(fails(json!(["version"])).message.contains("JSON object"));
    }

    #[test]
    fn the_version_counts_the_migrations() {
        let fields = migrate(json!({ "version": 1 }), MIGRATIONS).unwrap();
        assert_eq!(fields["version"], VERSION);
        assert_eq!(migrate(json!({ "version": 1 }), MADE_UP).unwrap()["version"], 3);
    }
}
