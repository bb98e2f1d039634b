//! slurm.conf with what it includes, and gres.conf, as slurm.conf(5) and gres.conf(5) describe them.

mod gres;
#[cfg(test)]
mod key_tests;
mod keys;
mod nodes;
mod partitions;
mod settings;

use super::reading::{At, Reading, Target};
use super::report::Outcome;
use super::{Source, SourceFile, base_name};
use crate::slurm_conf::{self as text, Setting};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

/// How deep files may include each other.
const MAX_DEPTH: usize = 16;

/// The most lines that are read, those of files that are included several times each time.
const MAX_LINES: usize = 400_000;

/// The most settings of a line, and of all lines of defaults; Slurm knows fewer.
const MAX_SETTINGS: usize = 128;

/// Why a line of `NodeName=DEFAULT` or `PartitionName=DEFAULT` came to nothing.
const UNUSED: &str = "no line follows that this default is for";

/// A setting of a file, with the number of its entry in the report.
#[derive(Clone, Debug)]
struct Given {
    key: String,
    value: String,
    at: At,
    entry: usize,
}

impl Given {
    /// What is wrong with the value.
    fn wrong(&self, why: &str) -> Outcome<Target> {
        Outcome::Wrong(format!("“{}” {why}", self.value.chars().take(60).collect::<String>()))
    }
}

/// The settings of a line or of the whole file, by their keys in small letters.
type Keyed = BTreeMap<String, Given>;

/// slurm.conf, as far as it is read.
struct Conf<'r> {
    reading: &'r mut Reading,
    node_defaults: Keyed,
    partition_defaults: Keyed,
    /// Partitions with their settings, which may be of node sets that stand further below.
    partitions: Vec<(Given, Keyed)>,
    /// What a node set stands for: its setting, its nodes and its feature.
    node_sets: Vec<(Given, Keyed)>,
    hosts: Vec<Given>,
    globals: Keyed,
    /// Whether slurmdbd keeps accounts, jobs are held to what they asked for, they get a /tmp of their own, and a prolog was
    /// brought.
    has_accounting: bool,
    enforces: bool,
    has_private_tmp: bool,
    has_prolog: bool,
    lines_left: usize,
}

pub(super) fn fits(file: &SourceFile, start: &str) -> bool {
    const KEYS: &[&str] = &[
        "nodename",
        "partitionname",
        "clustername",
        "slurmctldhost",
        "controlmachine",
        "nodeset",
        "grestypes",
        "slurmuser",
    ];
    let name = file.base();
    let by_name = name.starts_with("slurm.conf")
        || name.starts_with("gres.conf")
        || OTHER_FILES.iter().any(|(known, _)| name.starts_with(known));
    by_name || {
        let lines = text::lines(start);
        lines
            .iter()
            .filter_map(|(_, line)| line.split_once('='))
            .any(|(key, _)| KEYS.iter().any(|known| known.eq_ignore_ascii_case(key.trim())))
            // gres.conf, by its lines of devices.
            || lines.iter().any(|(_, line)| {
                let (settings, _) = text::settings(line);
                let has = |known: &str| settings.iter().any(|setting| setting.key.eq_ignore_ascii_case(known));
                has("name") && (has("file") || has("count") || has("type")) || has("autodetect")
            })
    }
}

/// Files of Slurm's that the description has no place for.
const OTHER_FILES: &[(&str, &str)] = &[
    ("topology.conf", "the flake has no topology"),
    ("topology.yaml", "the flake has no topology"),
    ("cgroup.conf", "the flake writes its own, which holds jobs to cores, memory and devices"),
    ("slurmdbd.conf", "the flake writes its own; the password in it must not enter a design"),
    ("acct_gather.conf", "the flake gathers no such data"),
    ("burst_buffer.conf", "the flake has no burst buffers"),
    ("job_container.conf", "the flake writes its own where jobs get a /tmp of their own"),
    ("plugstack.conf", "plugins of the old system are not on the new one"),
    ("helpers.conf", "the flake has no node features that change"),
    ("oci.conf", "the flake has no OCI containers in Slurm"),
    ("mpi.conf", "the flake has no settings of MPI plugins"),
];

pub(super) fn read(sources: &[Source], reading: &mut Reading) {
    let is_gres = |source: &Source| {
        let lines = text::lines(&source.text);
        let starts =
            |line: &str, key: &str| line.trim_start().get(..key.len()).is_some_and(|at| at.eq_ignore_ascii_case(key));
        source.file.base().starts_with("gres.conf")
            || lines.iter().any(|(_, line)| starts(line, "Name=") || starts(line, "AutoDetect="))
    };
    let other = |source: &Source| OTHER_FILES.iter().find(|(name, _)| source.file.base().starts_with(name));
    let gres: Vec<bool> = sources.iter().map(|source| other(source).is_none() && is_gres(source)).collect();
    let mut used: Vec<bool> = sources.iter().map(|source| other(source).is_some()).collect();
    let mut conf = Conf {
        reading,
        node_defaults: Keyed::new(),
        partition_defaults: Keyed::new(),
        partitions: Vec::new(),
        node_sets: Vec::new(),
        hosts: Vec::new(),
        globals: Keyed::new(),
        has_accounting: false,
        enforces: false,
        has_private_tmp: false,
        has_prolog: false,
        lines_left: MAX_LINES,
    };
    // slurm.conf first; then whatever it does not include but was brought with it.
    let is_main = |index: &usize| sources[*index].file.base().starts_with("slurm.conf");
    let (main, beside): (Vec<usize>, Vec<usize>) = (0..sources.len()).filter(|index| !gres[*index]).partition(is_main);
    for index in main.into_iter().chain(beside) {
        if !used[index] {
            conf.read_file(sources, index, &mut used, &mut Vec::new());
        }
    }
    conf.finish(sources, &mut used);
    let has_nodes = !reading.nodes.is_empty();
    for (index, source) in sources.iter().enumerate() {
        let at = At { file: source.index, line: 0 };
        if let Some((_, why)) = other(source) {
            reading.note(at, "the file", Outcome::NoPlace((*why).to_owned()));
        } else if gres[index] {
            gres::read(source.index, &source.text, has_nodes, reading);
        }
    }
}

impl Conf<'_> {
    fn read_file(&mut self, sources: &[Source], file: usize, used: &mut [bool], within: &mut Vec<usize>) {
        used[file] = true;
        within.push(file);
        for (number, line) in text::lines(&sources[file].text) {
            let at = At { file: sources[file].index, line: number };
            if self.lines_left == 0 {
                self.reading.note(at, &line, Outcome::Wrong(format!("more than {MAX_LINES} lines are not read")));
                break;
            }
            self.lines_left -= 1;
            match included(&line) {
                Some(path) => self.include(at, path, sources, used, within),
                None => self.read_line(at, &line),
            }
        }
        within.pop();
    }

    fn include(&mut self, at: At, path: &str, sources: &[Source], used: &mut [bool], within: &mut Vec<usize>) {
        let cluster = self.globals.get("clustername").map(|given| given.value.to_lowercase()).unwrap_or_default();
        let path = path.replace("%c", &cluster);
        let outcome = match find(sources, &path) {
            None => Outcome::Wrong(format!("{} is not among the files: bring it too", base_name(&path))),
            Some(file) if within.contains(&file) => Outcome::Wrong("the file includes itself".to_owned()),
            Some(_) if within.len() == MAX_DEPTH => {
                Outcome::Wrong(format!("files include each other more than {MAX_DEPTH} deep"))
            }
            Some(file) => {
                self.reading.note(at, &format!("Include {path}"), Outcome::Implied("it is read here".to_owned()));
                return self.read_file(sources, file, used, within);
            }
        };
        self.reading.note(at, &format!("Include {path}"), outcome);
    }

    fn read_line(&mut self, at: At, line: &str) {
        let (settings, rest) = text::settings(line);
        let mut settings = settings.into_iter();
        let Some(first) = settings.next() else {
            self.reading.note(at, rest, Outcome::Wrong("this is no setting: Key=Value is expected".to_owned()));
            return;
        };
        let key = first.key.to_ascii_lowercase();
        let takes_more = ["nodename", "partitionname", "nodeset", "downnodes", "poweraction"].contains(&key.as_str());
        let first = self.given(at, first);
        if takes_more {
            let more = self.keyed(at, settings);
            match key.as_str() {
                "nodename" => self.node_line(first, more),
                "partitionname" if first.value.eq_ignore_ascii_case("default") => {
                    self.default_line(&first);
                    inherit(&mut self.partition_defaults, more);
                }
                "partitionname" => {
                    let mut all = self.partition_defaults.clone();
                    inherit(&mut all, more);
                    self.partitions.push((first, all));
                }
                "nodeset" => self.node_sets.push((first, more)),
                _ => {
                    let outcome = Outcome::NoPlace("it tells of a moment, not of the cluster".to_owned());
                    more.values().for_each(|given| self.reading.settle(given.entry, outcome.clone()));
                    self.reading.settle(first.entry, outcome);
                }
            }
        } else {
            for extra in settings {
                let given = self.given(at, extra);
                let why = format!("Slurm takes one setting a line, and {} stands before it", first.key);
                self.reading.settle(given.entry, Outcome::Wrong(why));
            }
            if key == "slurmctldhost" {
                self.hosts.push(first);
            } else {
                self.put(first);
            }
        }
        if !rest.is_empty() {
            self.reading.note(at, rest, Outcome::Wrong("this is no setting: Key=Value is expected".to_owned()));
        }
    }

    /// Of a setting that is given again, the later one counts.
    fn put(&mut self, given: Given) {
        if let Some(before) = self.globals.insert(given.key.to_ascii_lowercase(), given.clone()) {
            self.superseded(&before, &given);
        }
    }

    fn superseded(&mut self, before: &Given, by: &Given) {
        if before.value == by.value {
            let why = format!("line {} says the same again", by.at.line);
            return self.reading.settle(before.entry, Outcome::Implied(why));
        }
        let why = format!("it is set again on line {}, which counts", by.at.line);
        self.reading.settle(before.entry, Outcome::Wrong(why));
    }

    /// A setting, noted in the report; whoever reads it says what became of it.
    fn given(&mut self, at: At, setting: Setting) -> Given {
        let Setting { key, value } = setting;
        let shown = if keys::is_secret(&key) { "…" } else { &value };
        let entry = self.reading.note(at, &format!("{key}={shown}"), Outcome::Implied(String::new()));
        Given { key, value, at, entry }
    }

    fn keyed(&mut self, at: At, settings: impl Iterator<Item = Setting>) -> Keyed {
        let mut keyed = Keyed::new();
        for setting in settings {
            let given = self.given(at, setting);
            if keyed.len() == MAX_SETTINGS {
                self.reading.settle(given.entry, Outcome::Wrong("a line has not that many settings".to_owned()));
                continue;
            }
            match keyed.entry(keys::canonical(&given.key)) {
                Slot::Vacant(place) => {
                    place.insert(given);
                }
                Slot::Occupied(mut place) => {
                    let before = place.insert(given.clone());
                    self.superseded(&before, &given);
                }
            }
        }
        keyed
    }

    /// Notes a line of defaults; each of its settings is settled by the first line that uses it.
    fn default_line(&mut self, first: &Given) {
        self.reading
            .settle(first.entry, Outcome::Implied("its settings are put into the lines that follow".to_owned()));
    }

    /// Says what became of a setting. Of a default that several lines use, the gravest is told.
    fn settle(&mut self, given: &Given, outcome: Outcome<Target>) {
        let Some(entry) = self.reading.entries.get_mut(given.entry) else { return };
        let is_open = entry.outcome == Outcome::Implied(String::new());
        if is_open || outcome.gravity() > entry.outcome.gravity() {
            entry.outcome = outcome;
        }
    }

    fn finish(&mut self, sources: &[Source], used: &mut [bool]) {
        self.read_partitions();
        self.read_settings(sources, used);
        for entry in &mut self.reading.entries {
            if entry.outcome == Outcome::Implied(String::new()) {
                entry.outcome = Outcome::NoPlace(UNUSED.to_owned());
            }
        }
    }
}

/// Puts `more` over `defaults`.
fn inherit(defaults: &mut Keyed, more: Keyed) {
    for (key, given) in more {
        if defaults.len() < MAX_SETTINGS || defaults.contains_key(&key) {
            defaults.insert(key, given);
        }
    }
}

/// The file that a line includes.
fn included(line: &str) -> Option<&str> {
    let line = line.trim();
    let (word, path) = line.split_at_checked("include".len())?;
    (word.eq_ignore_ascii_case("include") && path.starts_with(char::is_whitespace)).then(|| path.trim())
}

/// The file that `path` means: the one whose name ends alike the furthest.
fn find(sources: &[Source], path: &str) -> Option<usize> {
    let slashes = ['/', '\\'];
    let alike = |name: &str| name.rsplit(slashes).zip(path.rsplit(slashes)).take_while(|(a, b)| a == b).count();
    let best = sources.iter().enumerate().map(|(index, source)| (alike(&source.file.name), index));
    best.filter(|(alike, _)| *alike > 0)
        .max_by_key(|(alike, index)| (*alike, std::cmp::Reverse(*index)))
        .map(|(_, i)| i)
}
