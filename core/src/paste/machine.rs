//! What machines say of themselves: `slurmd -C` and `nvidia-smi -L`, of one node or of many with their names before each
//! line, as `clush` and `pdsh` print them.

use super::cells::known_hosts;
use super::{Pasted, Target, counted};
use crate::cluster::Cluster;
use crate::table::{self, Row, Setting};
use crate::{gpu, hostlist, memory};
use std::sync::Arc;

/// What is known of a machine, or of some that are alike.
#[derive(Default)]
pub(super) struct Record {
    /// Their names as a hostlist; empty where none is said.
    hosts: String,
    settings: Vec<Setting>,
    left: Vec<String>,
}

impl Record {
    /// What was found out: `2 × 64 × 1, 503 GiB, 4 × h100`.
    fn summary(&self) -> String {
        let show = |setting: &Setting| match setting {
            Setting::Cpu { sockets, cores, threads } => Some(format!("{sockets} × {cores} × {threads}")),
            Setting::Memory(mib) => Some(memory::brief_of_node(*mib)),
            Setting::Gpus { count, model: Some(model), .. } => Some(format!("{count} × {model}")),
            Setting::Gpus { count, .. } => Some(counted(*count as usize, "GPU")),
            Setting::Features(features) => Some(features.join(", ")),
            _ => None,
        };
        self.settings.iter().filter_map(show).collect::<Vec<_>>().join(", ")
    }
}

/// Reads lines with `NodeName=` and what hardware it has; `None` where there are none.
pub(super) fn slurmd(text: &str) -> Option<Vec<Record>> {
    let has_hardware = |line: &&str| {
        line.contains("NodeName=")
            && ["CPUs=", "RealMemory=", "CoresPerSocket=", "Procs="].iter().any(|key| line.contains(key))
    };
    let records: Vec<Record> = text.lines().filter(has_hardware).map(node_line).collect();
    (!records.is_empty()).then_some(records)
}

fn node_line(line: &str) -> Record {
    let mut record = Record::default();
    let (mut boards, mut sockets, mut cores, mut threads) = (1, None, None, None);
    for word in line.split_whitespace() {
        let Some((key, value)) = word.split_once('=') else { continue };
        let number = || value.parse::<u32>().ok();
        match key.to_ascii_lowercase().as_str() {
            "nodename" => record.hosts = value.to_owned(),
            "boards" => boards = number().unwrap_or(1),
            "socketsperboard" | "sockets" => sockets = number(),
            "corespersocket" => cores = number(),
            "threadspercore" => threads = number(),
            "realmemory" => match memory::read(value) {
                Ok(mib) => record.settings.push(Setting::Memory(mib)),
                Err(why) => record.left.push(format!("RealMemory: {}", why.trim_end_matches('.'))),
            },
            "gres" => match gres(value) {
                Ok(gpus) => record.settings.extend(gpus),
                Err(why) => record.left.push(why),
            },
            "feature" | "features" => {
                record.settings.push(Setting::Features(value.split(',').map(str::to_owned).collect()));
            }
            // The processors follow from the others.
            "cpus" | "procs" => {}
            _ => record.left.push(key.to_owned()),
        }
    }
    match (sockets.and_then(|sockets| sockets.checked_mul(boards)), cores) {
        (Some(sockets), Some(cores)) => {
            record.settings.insert(0, Setting::Cpu { sockets, cores, threads: threads.unwrap_or(1) });
        }
        _ => record.left.push("CPUs without their sockets and cores".to_owned()),
    }
    record
}

/// The GPUs of `gpu:h100:4(S:0-1),shard:8`.
fn gres(text: &str) -> Result<Option<Setting>, String> {
    let mut found = None;
    for part in text.split(',') {
        let part = part.split('(').next().unwrap_or_default();
        let words: Vec<&str> = part.split(':').collect();
        let (model, count) = match words[..] {
            ["gpu", count] => (None, count),
            ["gpu", model, count] => (Some(gpu::short_model(model)), count),
            ["gpu", ..] => return Err(format!("Gres {part}, which cannot be read")),
            _ => continue,
        };
        let Ok(count) = count.parse() else { return Err(format!("Gres {part}, which cannot be read")) };
        let vendor = model.as_deref().and_then(gpu::vendor);
        if found.replace(Setting::Gpus { count, model, vendor }).is_some() {
            return Err(format!("Gres {text}: a node has GPUs of one model here"));
        }
    }
    Ok(found)
}

/// Reads lines `GPU 0: NVIDIA H100 80GB HBM3 (UUID: …)`; `None` where there are none.
///
/// Fails with a sentence where the GPUs of a machine differ.
pub(super) fn nvidia(text: &str) -> Option<Result<Vec<Record>, String>> {
    // Each machine: its name, its model, how many.
    let mut machines: Vec<(String, String, u32)> = Vec::new();
    for line in text.lines() {
        let Some((host, name)) = gpu_line(line) else { continue };
        let model = gpu::short_model(name);
        match machines.iter_mut().rev().find(|machine| machine.0 == host) {
            Some((_, known, _)) if *known != model => {
                let on = if host.is_empty() { String::new() } else { format!(" of {host}") };
                return Some(Err(format!("The GPUs{on} differ ({known} and {model}), and a node has one model here.")));
            }
            Some((.., count)) => *count += 1,
            None => machines.push((host.to_owned(), model, 1)),
        }
    }
    let record = |(hosts, model, count): (String, String, u32)| Record {
        hosts,
        settings: vec![Setting::Gpus { count, model: Some(model), vendor: Some(crate::cluster::GpuVendor::Nvidia) }],
        left: Vec::new(),
    };
    (!machines.is_empty()).then(|| Ok(machines.into_iter().map(record).collect()))
}

/// The host and the name of the GPU in `cn001: GPU 0: NVIDIA L4 (UUID: GPU-…)`; the host is empty where there is none.
fn gpu_line(line: &str) -> Option<(&str, &str)> {
    let at = line.find("GPU ")?;
    let host = line[..at].trim().trim_end_matches(':').trim();
    let (number, rest) = line[at + 4..].split_once(':')?;
    if host.contains(char::is_whitespace) || number.parse::<u32>().is_err() {
        return None;
    }
    Some((host, rest.split("(UUID").next().unwrap_or(rest).trim()))
}

/// Puts what the machines have where it belongs: of one machine into the rows that are selected, which are taken to be
/// like it; of several into the hosts of their names. Hosts that the cluster lacks become groups.
pub(super) fn take(cluster: &Cluster, program: &str, records: Vec<Record>, target: &Target) -> Result<Pasted, String> {
    let mut after = cluster.clone();
    let left: Vec<String> = records.iter().flat_map(|record| record.left.clone()).fold(Vec::new(), |mut left, why| {
        if !left.contains(&why) {
            left.push(why);
        }
        left
    });
    let name = format!("paste {program}");
    if let [record] = &records[..]
        && let Some(rows) = rows_for(cluster, record, target)?
    {
        let cells = rows.iter().flat_map(|row| record.settings.iter().map(|setting| (*row, setting.clone())));
        table::put(&mut after, cells.collect())?;
        let of = if record.hosts.is_empty() { String::new() } else { format!(" of {}", record.hosts) };
        let taken = format!("{program}{of} for {}: {}.", whom(cluster, &rows), record.summary());
        return Ok(Pasted { cluster: after, name, taken, left });
    }
    let known = known_hosts(cluster);
    let (mut cells, mut fresh, mut hosts) = (Vec::new(), Vec::new(), 0);
    for record in records {
        let names = hostlist::expand(&record.hosts).map_err(|error| error.to_string())?;
        let (here, new): (Vec<String>, Vec<String>) = names.into_iter().partition(|name| known.contains_key(name));
        hosts += here.len();
        for row in here.iter().filter_map(|name| known.get(name)) {
            // A group of one host is known by its hostlist.
            cells.extend(record.settings.iter().map(|setting| (*row, setting.clone())));
        }
        if !new.is_empty() {
            fresh.push([vec![Setting::Hosts(hostlist::compress(&new))], record.settings].concat());
        }
    }
    table::put(&mut after, cells)?;
    let groups = table::fold_groups(&fresh);
    let added: Vec<String> = groups.iter().map(|group| group.hosts.clone()).collect();
    if !added.is_empty() {
        Arc::make_mut(&mut after.nodes).extend(groups);
    }
    let mut taken = format!("{program}:");
    if hosts > 0 {
        taken += &format!(" {} of the cluster.", counted(hosts, "host"));
    }
    if !added.is_empty() {
        taken += &format!(" New: {}.", added.join(", "));
    }
    Ok(Pasted { cluster: after, name, taken, left })
}

/// The rows that what one machine has is for; none where it goes by its name.
fn rows_for(cluster: &Cluster, record: &Record, target: &Target) -> Result<Option<Vec<Row>>, String> {
    let selected = target.selected;
    if record.hosts.is_empty() {
        return if selected.is_empty() {
            Err("Select the rows of the machine that this is from, then paste.".to_owned())
        } else {
            Ok(Some(selected.to_vec()))
        };
    }
    if hostlist::count(&record.hosts) != Ok(1) {
        return Ok(None);
    }
    let of_group = |at: &Row| Row { group: at.group, position: None };
    let is_selected = |at: &Row| selected.contains(at) || selected.contains(&of_group(at));
    Ok(match known_hosts(cluster).get(&record.hosts) {
        Some(at) if is_selected(at) => Some(selected.to_vec()),
        // A host of the cluster that is not selected knows best whose it is.
        Some(_) => None,
        None => (!selected.is_empty()).then(|| selected.to_vec()),
    })
}

fn whom(cluster: &Cluster, rows: &[Row]) -> String {
    match rows {
        [Row { group, position: None }] => {
            cluster.nodes.get(*group).map(|group| group.hosts.clone()).unwrap_or_default()
        }
        _ => counted(rows.len(), "row"),
    }
}
