//! gres.conf: it tells of GPUs what slurm.conf leaves open.

use super::nodes::count;
use super::text::{self, Setting};
use crate::cluster::{GpuVendor, Gpus};
use crate::hostlist;
use crate::import::attributes::vendor;
use crate::import::reading::{At, Reading, Target};
use crate::import::report::Outcome;

/// Reads the file; `has_nodes` says whether a slurm.conf told of the nodes.
pub fn read(file: usize, text: &str, has_nodes: bool, reading: &mut Reading) {
    for (line, text) in text::lines(text) {
        let at = At { file, line };
        let (settings, rest) = text::settings(&text);
        if !rest.is_empty() {
            reading.note(at, rest, Outcome::Wrong("this is no setting: Key=Value is expected".to_owned()));
        }
        match value(&settings, "Name") {
            Some(name) if name.eq_ignore_ascii_case("gpu") => {
                let outcome = read_gpus(&settings, has_nodes, reading);
                reading.note(at, &text, outcome);
            }
            Some(_) => {
                reading.note(at, &text, Outcome::NoPlace("GPUs are the only generic resource here".to_owned()));
            }
            None => settings.iter().for_each(|setting| alone(at, setting, reading)),
        }
    }
}

/// A setting of a line without a resource.
fn alone(at: At, setting: &Setting, reading: &mut Reading) {
    let Setting { key, value } = setting;
    let outcome = match key.to_ascii_lowercase().as_str() {
        "autodetect" => Outcome::Implied("the flake lists the GPUs’ devices itself".to_owned()),
        "nodename" => Outcome::Implied("it says for which nodes the line is".to_owned()),
        _ => Outcome::Unknown("gres.conf has no such key without a Name".to_owned()),
    };
    reading.note(at, &format!("{key}={value}"), outcome);
}

fn value<'s>(settings: &'s [Setting], key: &str) -> Option<&'s str> {
    let found = settings.iter().rev().find(|setting| setting.key.eq_ignore_ascii_case(key));
    found.map(|setting| setting.value.as_str())
}

/// A line of GPUs: with a slurm.conf it adds model and maker to what that says, without one it counts.
fn read_gpus(settings: &[Setting], has_nodes: bool, reading: &mut Reading) -> Outcome<Target> {
    let names = match value(settings, "NodeName") {
        Some(hosts) => reading.expand(&hostlist::tidy(hosts)),
        None => reading.all_names(),
    };
    let names = match names {
        Ok(names) => names,
        Err(why) => return Outcome::Wrong(why),
    };
    let files = value(settings, "File").or(value(settings, "Files")).unwrap_or_default();
    let model = value(settings, "Type").unwrap_or_default();
    let number = match value(settings, "Count") {
        Some(text) => match count(text) {
            Some(number) => number,
            None => return Outcome::Wrong(format!("“{text}” is no count")),
        },
        None => devices(files),
    };
    let maker = if files.contains("/dev/dri/") || files.contains("/dev/kfd") { GpuVendor::Amd } else { vendor(model) };
    let (mut first, mut other) = (None, None);
    for name in &names {
        if has_nodes && reading.find(name).is_none_or(|told| told.gpus.is_none()) {
            continue;
        }
        let Some(told) = reading.node(name) else { break };
        let gpus = told.gpus.get_or_insert_default();
        if !gpus.model.is_empty() && gpus.model != model && !model.is_empty() {
            other.get_or_insert_with(|| gpus.model.clone());
            continue;
        }
        *gpus = Gpus {
            vendor: maker,
            model: if model.is_empty() { std::mem::take(&mut gpus.model) } else { model.to_owned() },
            count: if has_nodes { gpus.count } else { gpus.count.saturating_add(number) },
            form_factor: gpus.form_factor,
        };
        first.get_or_insert_with(|| name.clone());
    }
    match (first, other) {
        (Some(host), None) => Outcome::Taken(Target::Node(host, "gpus")),
        (_, Some(model)) => Outcome::NoPlace(format!("nodes have GPUs of one model, which is {model} here")),
        (None, None) => Outcome::NoPlace("slurm.conf gives none of its nodes a GPU".to_owned()),
    }
}

/// How many devices `/dev/nvidia[0-3]` names; one where nothing is named.
fn devices(files: &str) -> u32 {
    let plain = files.replace('/', "-");
    let count = hostlist::count(plain.trim_start_matches('-')).unwrap_or(1);
    u32::try_from(count.max(1)).unwrap_or(1)
}
