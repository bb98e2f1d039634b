//! What people keep opens for ever: descriptions and links as every released version wrote them, in `frozen/`.
//!
//! `frozen/v1` holds descriptions of version 1 (`NAME.json`) and links (`NAME.link`). **They are never edited, renamed or
//! removed**: they stand for files that people have, and `SHA256SUMS` tells one that was changed. Where one no longer opens
//! as it did, the code is wrong: what changed needs a migration (docs/CONTRIBUTING.md, “A changed field”).
//!
//! `NAME.means.json` is what that design is today, with all fields, so that a default that changed shows, too. A field that
//! is new may be missing there.
//!
//! `cargo test -p clusterflake-core --test frozen -- --ignored` freezes what is new: fields and choices that no frozen
//! description has. It writes files that are missing, and changes none.

use clusterflake_core::archive;
use clusterflake_core::cluster::{Described, VERSION};
use clusterflake_core::import::{self, Mode, SourceFile, propose};
use clusterflake_core::preset::PRESETS;
use clusterflake_core::tree::{File, FileTree};
use clusterflake_core::{Cluster, link};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What to do with a description that opens otherwise than before.
const OTHERWISE: &str = "a description that people keep does not open as it did. Do not edit frozen files: see “A changed field” in \
    docs/CONTRIBUTING.md";

fn frozen() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frozen")
}

fn folder(version: u32) -> PathBuf {
    frozen().join(format!("v{version}"))
}

/// The files of a folder that end so, by what stands before that.
fn files(folder: &Path, end: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if let Some(name) = path.file_name().unwrap().to_str().unwrap().strip_suffix(end) {
            found.insert(name.to_owned(), fs::read_to_string(&path).unwrap());
        }
    }
    found
}

/// The descriptions of a version, and the name of each.
fn descriptions(version: u32) -> BTreeMap<String, String> {
    let mut found = files(&folder(version), ".json");
    found.retain(|name, _| !name.ends_with(".means"));
    found
}

/// Every way in on which a description comes: what it gives.
fn ways_in(text: &str) -> Vec<(&'static str, Result<Cluster, String>)> {
    let mut tree = FileTree::new();
    tree.insert("cluster.json".to_owned(), File { text: text.to_owned(), ..File::default() }.into());
    let zip = archive::zip("design", &tree);
    let read = |text: &str| Cluster::from_json(text).map_err(|error| error.to_string());
    let imported = |name: &str, bytes: &[u8]| {
        let reading = import::read(None, &[SourceFile { name: name.to_owned(), bytes: bytes.to_vec() }])?;
        let proposal = propose(&reading, &Cluster::default(), Mode::Replace);
        let amiss = proposal.report.entries.iter().find_map(|entry| entry.outcome.reason());
        amiss.map_or(Ok(proposal.cluster), |reason| Err(reason.to_owned()))
    };
    vec![
        ("cluster.json", read(text)),
        ("zip", archive::read_description(&zip).and_then(|text| read(&text))),
        ("import of cluster.json", imported("cluster.json", text.as_bytes())),
        ("import of a zip", imported("design.zip", &zip)),
    ]
}

/// Where `found` is not as `expected`; what it has besides is new.
fn differences(at: &str, expected: &Value, found: &Value, told: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (key, value) in expected {
                differences(&format!("{at}.{key}"), value, found.get(key).unwrap_or(&Value::Null), told);
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (row, (expected, found)) in expected.iter().zip(found).enumerate() {
                differences(&format!("{at}[{row}]"), expected, found, told);
            }
        }
        _ if expected == found => {}
        _ => told.push(format!("{at} was {expected} and is {found}")),
    }
}

fn means(cluster: &Cluster) -> String {
    format!("{:#}\n", cluster.write_fields(true))
}

#[test]
fn what_is_frozen_opens_and_means_what_it_meant() {
    let mut told = Vec::new();
    for version in 1..=VERSION {
        let (texts, links, meant) =
            (descriptions(version), files(&folder(version), ".link"), files(&folder(version), ".means.json"));
        assert!(
            !texts.is_empty() && !links.is_empty(),
            "nothing of version {version} is frozen: see the head of this file"
        );
        assert_eq!(texts.keys().collect::<Vec<_>>(), meant.keys().collect::<Vec<_>>(), "version {version}");
        for (name, text) in &texts {
            let mut expected: Value = serde_json::from_str(&meant[name]).unwrap();
            // What is opened is of today's version.
            expected.as_object_mut().unwrap().remove("version");
            let links = links.get(name).map(|text| ("link", link::read(text)));
            for (way, found) in ways_in(text).into_iter().chain(links) {
                match found {
                    Ok(found) => {
                        differences(
                            &format!("v{version}/{name}, {way}: "),
                            &expected,
                            &found.write_fields(true),
                            &mut told,
                        );
                        assert_eq!(
                            Cluster::from_json(&found.to_json()).as_ref(),
                            Ok(&found),
                            "it is written as it is read"
                        );
                    }
                    Err(why) => told.push(format!("v{version}/{name}, {way}: {why}")),
                }
            }
        }
        assert!(links.keys().all(|name| texts.contains_key(name)), "a link without its description in v{version}");
    }
    assert!(told.is_empty(), "{OTHERWISE}\n{}", told.join("\n"));
}

#[test]
fn a_default_that_changed_shows() {
    let (mut was, mut told) = (Cluster::default().write_fields(true), Vec::new());
    differences("", &was, &Cluster::default().write_fields(true), &mut told);
    assert_eq!(told, [""; 0]);
    was["hpc"]["binBash"] = false.into();
    was["hpc"]["gone"] = 7.into();
    differences("", &was, &Cluster::default().write_fields(true), &mut told);
    assert_eq!(told, [".hpc.binBash was false and is true", ".hpc.gone was 7 and is null"]);
}

/// The sums in `SHA256SUMS`, by file; `sha256sum --check` reads it, too.
fn sums() -> BTreeMap<String, String> {
    let text = fs::read_to_string(frozen().join("SHA256SUMS")).unwrap_or_default();
    text.lines().filter_map(|line| line.split_once("  ")).map(|(sum, file)| (file.to_owned(), sum.to_owned())).collect()
}

/// The sums of the files as they are.
fn sums_now() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for version in 1..=VERSION {
        let links = files(&folder(version), ".link");
        let files = descriptions(version).into_iter().map(|(name, text)| (format!("{name}.json"), text));
        for (file, text) in files.chain(links.into_iter().map(|(name, text)| (format!("{name}.link"), text))) {
            let sum = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
            found.insert(format!("v{version}/{file}"), sum);
        }
    }
    found
}

#[test]
fn what_is_frozen_is_never_edited() {
    let (frozen, now) = (sums(), sums_now());
    let edited: Vec<&String> =
        frozen.iter().filter(|(file, sum)| now.get(*file) != Some(sum)).map(|(file, _)| file).collect();
    assert!(edited.is_empty(), "frozen files were edited or removed; bring them back: {edited:?}");
    assert_eq!(
        now.keys().collect::<Vec<_>>(),
        frozen.keys().collect::<Vec<_>>(),
        "SHA256SUMS has a line for each file"
    );
}

/// The schema, and what of it is left to set.
struct Fields {
    schema: Value,
    /// Fields, `nodes[].gpus.count`, and choices, `hpc.mpi=openmpi`.
    left: BTreeSet<String>,
}

impl Fields {
    fn new() -> Self {
        let mut all = Self { schema: Cluster::json_schema(), left: BTreeSet::new() };
        let schema = all.schema.clone();
        all.collect(&schema, "");
        all.left.remove("version");
        all
    }

    /// What a schema refers to; of what may be absent, what it is where it is there.
    fn resolved(&self, schema: &Value) -> Value {
        let schema = schema["anyOf"].as_array().and_then(|all| all.first()).unwrap_or(schema);
        match schema["$ref"].as_str() {
            Some(name) => self.schema.pointer(name.trim_start_matches('#')).unwrap().clone(),
            None => schema.clone(),
        }
    }

    fn collect(&mut self, schema: &Value, at: &str) {
        let schema = self.resolved(schema);
        if let Some(fields) = schema["properties"].as_object() {
            fields.iter().for_each(|(key, field)| self.collect(field, &inside(at, key)));
        } else if schema.get("items").is_some() {
            self.collect(&schema["items"], &format!("{at}[]"));
        } else if let Some(choices) = choices(&schema) {
            self.left.extend(choices.iter().map(|choice| format!("{at}={choice}")));
        } else {
            self.left.insert(at.to_owned());
        }
    }

    /// Takes what a description has from what is left.
    fn take(&mut self, value: &Value, at: &str) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(key, field)| self.take(field, &inside(at, key))),
            Value::Array(all) => all.iter().for_each(|one| self.take(one, &format!("{at}[]"))),
            other => {
                self.left.remove(at);
                self.left.remove(&format!("{at}={}", other.as_str().unwrap_or_default()));
            }
        }
    }

    /// A value for the place `at`, of what is left there, and takes that; `None` where nothing is.
    fn fill(&mut self, schema: &Value, at: &str) -> Option<Value> {
        let default = schema["default"].clone();
        let schema = self.resolved(schema);
        if let Some(fields) = schema["properties"].as_object() {
            let fill = |(key, field): (&String, &Value)| Some((key.clone(), self.fill(field, &inside(at, key))?));
            let fields: Map<String, Value> = fields.iter().filter_map(fill).collect();
            return (!fields.is_empty()).then_some(fields.into());
        }
        if schema.get("items").is_some() {
            let all: Vec<Value> = std::iter::from_fn(|| self.fill(&schema["items"], &format!("{at}[]"))).collect();
            return (!all.is_empty()).then_some(all.into());
        }
        if let Some(choices) = choices(&schema) {
            return choices.into_iter().find(|choice| self.left.remove(&format!("{at}={choice}"))).map(Value::from);
        }
        let is = |kind: &str| schema["type"] == kind || schema["type"][0] == kind;
        self.left.remove(at).then(|| match default {
            Value::Bool(on) => (!on).into(),
            Value::Number(number) => (number.as_u64().unwrap() + 1).into(),
            _ if is("integer") => 2.into(),
            _ => format!("of {at}").into(),
        })
    }
}

fn inside(at: &str, key: &str) -> String {
    if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") }
}

/// What a closed choice offers.
fn choices(schema: &Value) -> Option<Vec<String>> {
    let one = |schema: &Value| -> Vec<String> {
        let listed = schema["enum"].as_array().into_iter().flatten();
        listed.chain([&schema["const"]]).filter_map(|choice| Some(choice.as_str()?.to_owned())).collect()
    };
    let parts = schema["oneOf"].as_array().into_iter().flatten();
    let found: Vec<String> = parts.flat_map(one).chain(one(schema)).collect();
    (!found.is_empty()).then_some(found)
}

/// What no frozen description of today's version has.
fn not_frozen() -> Fields {
    let mut fields = Fields::new();
    for text in descriptions(VERSION).values() {
        fields.take(&serde_json::from_str(text).unwrap(), "");
    }
    fields
}

#[test]
fn every_field_and_choice_is_frozen() {
    let all = Fields::new().left;
    assert!(all.contains("modules[].parts[].options[].value") && all.contains("hpc.mpi=openmpi"), "{all:?}");
    let left = not_frozen().left;
    assert!(
        left.is_empty(),
        "new in the description, and not frozen yet: see the head of core/tests/frozen.rs: {left:?}"
    );
}

/// Writes a file, unless it is there.
fn write(file: &Path, text: &str) {
    if !file.exists() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        println!("{} is new", file.display());
    }
}

#[test]
#[ignore = "it writes what is missing in frozen/"]
fn freeze() {
    let here = folder(VERSION);
    if files(&here, ".link").is_empty() {
        PRESETS
            .iter()
            .for_each(|preset| write(&here.join(format!("{}.json", preset.name)), &preset.cluster().to_json()));
    }
    // The first one has every field.
    let mut fields = if here.join("fields-1.json").exists() { not_frozen() } else { Fields::new() };
    let schema = fields.schema.clone();
    let mut number = 1;
    while let Some(mut value) = fields.fill(&schema, "") {
        while here.join(format!("fields-{number}.json")).exists() {
            number += 1;
        }
        value["version"] = VERSION.into();
        write(&here.join(format!("fields-{number}.json")), &format!("{value:#}\n"));
    }
    for version in 1..=VERSION {
        for (name, text) in descriptions(version) {
            let cluster = Cluster::from_json(&text).unwrap_or_else(|error| panic!("v{version}/{name}: {error}"));
            write(&folder(version).join(format!("{name}.means.json")), &means(&cluster));
            if version == VERSION {
                write(&here.join(format!("{name}.link")), &(link::write(&cluster).unwrap() + "\n"));
            }
        }
    }
    let mut sums = sums();
    for (file, sum) in sums_now() {
        sums.entry(file).or_insert(sum);
    }
    let lines: Vec<String> = sums.iter().map(|(file, sum)| format!("{sum}  {file}\n")).collect();
    fs::write(frozen().join("SHA256SUMS"), lines.concat()).unwrap();
}
