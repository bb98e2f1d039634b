//! gres.conf: it tells of GPUs what slurm.conf leaves open.

use super::nodes::count;

use crate::cluster::{GpuVendor, Gpus};
use crate::hostlist;
use crate::import::attributes::{INTEL, is_intel, vendor};
use crate::import::reading::{At, Reading, Target};
use crate::import::report::Outcome;
use crate::slurm_conf::{self as text, Setting};

/// Reads the file; `has_nodes` says whether a slurm.conf names the nodes.
pub fn read(file: usize, text: &str, has_nodes: bool, reading: &mut Reading) {
    let lines = text::lines(text);
    // A line of its own says how all GPUs are found, also those of lines above it.
    let detect = lines.iter().find_map(|(_, line)| {
        let (settings, _) = text::settings(line);
        value(&settings, "Name")
            .is_none()
            .then(|| value(&settings, "AutoDetect").map(str::to_ascii_lowercase))
            .flatten()
    });
    let detect = detect.unwrap_or_default();
    for (line, text) in lines {
        let at = At { file, line };
        let (settings, rest) = text::settings(&text);
        if !rest.is_empty() {
            reading.note(at, rest, Outcome::Wrong("this is no setting: Key=Value is expected".to_owned()));
        }
        match value(&settings, "Name") {
            Some(name) if name.eq_ignore_ascii_case("gpu") => {
                let outcome = read_gpus(&settings, has_nodes, &detect, reading);
                reading.note(at, &text, outcome);
                settings.iter().for_each(|setting| beside(at, setting, reading));
            }
            Some(_) => {
                reading.note(at, &text, Outcome::NoPlace("GPUs are the only generic resource here".to_owned()));
            }
            None => {
                if value(&settings, "AutoDetect").is_some_and(|found| found.eq_ignore_ascii_case("oneapi")) {
                    let outcome = without_intel(&settings, reading);
                    reading.note(at, &text, outcome);
                } else {
                    settings.iter().for_each(|setting| alone(at, setting, reading));
                }
            }
        }
    }
}

/// Notes what a line of GPUs says besides their model and number.
fn beside(at: At, setting: &Setting, reading: &mut Reading) {
    let Setting { key, value } = setting;
    let why = match key.to_ascii_lowercase().as_str() {
        "autodetect"
            if ["nvml", "nvidia", "rsmi", "nrt", "off"].iter().any(|known| value.eq_ignore_ascii_case(known)) =>
        {
            return;
        }
        "autodetect" => "gres.conf knows no such way to find GPUs",
        "cores" | "cpus" => "the flake ties no cores to GPUs: Slurm takes those that it finds nearest, or any",
        "count" if count(value).is_none() => return,
        "file" | "files" if ["/dev/nvidia", "/dev/dri/render"].iter().any(|start| value.starts_with(start)) => return,
        "file" | "files" => "the flake names the GPUs’ own devices, /dev/nvidia0 or /dev/dri/renderD128 and on",
        "flags" => "the flake sets no flags of GPUs",
        "link" | "links" => "how GPUs are linked is left to Slurm",
        "multiplefiles" => "the devices of slices (MIG) are known on the node only: see the check of these nodes",
        "name" | "nodename" | "type" | "count" => return,
        _ => {
            let outcome = Outcome::Unknown("gres.conf has no such key".to_owned());
            reading.note(at, &format!("{key}={value}"), outcome);
            return;
        }
    };
    reading.note(at, &format!("{key}={value}"), Outcome::NoPlace(why.to_owned()));
}

/// Takes back the GPUs of nodes on which Intel's library finds them.
fn without_intel(settings: &[Setting], reading: &mut Reading) -> Outcome<Target> {
    let names = match value(settings, "NodeName") {
        Some(hosts) => reading.expand(&hostlist::tidy(hosts)),
        None => reading.all_names(),
    };
    match names {
        Ok(names) => names.iter().for_each(|name| {
            if reading.find(name).is_some()
                && let Some(imported) = reading.node(name)
            {
                imported.gpus = None;
            }
        }),
        Err(why) => return Outcome::Wrong(why),
    }
    Outcome::NoPlace(INTEL.to_owned())
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
fn read_gpus(settings: &[Setting], has_nodes: bool, detect: &str, reading: &mut Reading) -> Outcome<Target> {
    let names = match value(settings, "NodeName") {
        Some(hosts) => reading.expand(&hostlist::tidy(hosts)),
        None => reading.all_names(),
    };
    let names = match names {
        Ok(names) => names,
        Err(why) => return Outcome::Wrong(why),
    };
    let files =
        value(settings, "File").or(value(settings, "Files")).or(value(settings, "MultipleFiles")).unwrap_or_default();
    let model = value(settings, "Type").unwrap_or_default();
    let own = value(settings, "AutoDetect").map_or(detect.to_owned(), str::to_ascii_lowercase);
    if own == "oneapi" || is_intel(model) {
        return without_intel(settings, reading);
    }
    let number = match value(settings, "Count") {
        Some(text) => match count(text) {
            Some(number) => number,
            None => return Outcome::Wrong(format!("“{text}” is no count")),
        },
        // A slice is a device of its own, with several files.
        None if value(settings, "MultipleFiles").is_some() => 1,
        None => devices(files),
    };
    let maker = if own == "rsmi" {
        GpuVendor::Amd
    } else if own == "nvml" || own == "nvidia" {
        GpuVendor::Nvidia
    } else if files.contains("/dev/dri/") || files.contains("/dev/kfd") {
        GpuVendor::Amd
    } else {
        vendor(model)
    };
    let counted = value(settings, "Count").is_some();
    let (mut first, mut other) = (None, None);
    for name in &names {
        if has_nodes && reading.find(name).is_none_or(|imported| imported.gpus.is_none()) {
            continue;
        }
        let Some(imported) = reading.node(name) else { break };
        let gpus = imported.gpus.get_or_insert_default();
        // Lines for some of the GPUs each, or for all.
        if has_nodes && counted && number > gpus.count {
            let why = format!("slurm.conf gives “{name}” {} of them, which counts", gpus.count);
            return Outcome::Wrong(why);
        }
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
