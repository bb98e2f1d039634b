//! Columns of a table and variables of an inventory, by the names that people give them.

use super::reading::{Memory, Told};
use crate::cluster::{Architecture, Choice, GpuVendor, Gpus, Role};
use crate::memory;
use std::net::Ipv4Addr;

/// The longest value that is read: each of thousands of nodes may get it.
pub(super) const MAX_VALUE: usize = 512;

/// What a column or variable can tell of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attribute {
    Host,
    Ip,
    Mac,
    Interface,
    Role,
    Architecture,
    /// All logical processors.
    Cpus,
    Sockets,
    CoresPerSocket,
    Threads,
    Memory,
    Gpus,
    GpuModel,
    Features,
    Weight,
}

/// Each attribute with the field that it goes to, and its names: small letters and digits only.
const NAMES: &[(Attribute, &str, &[&str])] = &[
    (Attribute::Host, "hosts", &["hostname", "host", "hosts", "name", "node", "nodename", "nodes", "server", "fqdn"]),
    (
        Attribute::Ip,
        "firstIP",
        &["ip", "ipaddress", "ipv4", "ipaddr", "address", "addr", "ansiblehost", "ansiblesshhost", "nodeaddr"],
    ),
    (Attribute::Mac, "macAddresses", &["mac", "macaddress", "macaddr", "hwaddr", "hwaddress", "ethernet"]),
    (Attribute::Interface, "interface", &["interface", "iface", "nic", "device"]),
    (Attribute::Role, "roles", &["role", "roles", "type", "function", "nodetype"]),
    (Attribute::Architecture, "architecture", &["arch", "architecture", "platform"]),
    (
        Attribute::Cpus,
        "coresPerSocket",
        &["cpus", "cpu", "vcpus", "procs", "processors", "ncpus", "cores", "totalcores", "corecount"],
    ),
    (Attribute::Sockets, "sockets", &["sockets", "socket", "cpusockets", "packages"]),
    (Attribute::CoresPerSocket, "coresPerSocket", &["corespersocket", "corespercpu", "socketcores"]),
    (Attribute::Threads, "threadsPerCore", &["threads", "threadspercore", "smt", "ht"]),
    (
        Attribute::Memory,
        "memoryMiB",
        &["memory", "mem", "ram", "realmemory", "memorymb", "memorygb", "memmb", "memgb", "rammb", "ramgb"],
    ),
    (Attribute::Memory, "memoryMiB", &["memorymib", "memorygib", "memmib", "memgib", "rammib", "ramgib", "memorytb"]),
    (Attribute::Gpus, "gpus.count", &["gpus", "gpu", "gpucount", "numgpus", "ngpus", "gres", "accelerators"]),
    (Attribute::GpuModel, "gpus.model", &["gpumodel", "gputype", "gpuname", "accelerator", "model"]),
    (Attribute::Features, "features", &["features", "feature", "tags", "constraints"]),
    (Attribute::Weight, "weight", &["weight"]),
];

/// Small letters and digits of a name: `Cores per socket` and `cores_per_socket` are the same.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// What a column or variable called `name` tells.
pub(super) fn attribute(name: &str) -> Option<Attribute> {
    let name = plain(name);
    NAMES.iter().find(|(_, _, names)| names.contains(&name.as_str())).map(|(attribute, _, _)| *attribute)
}

impl Attribute {
    /// The field of a node group that it goes to.
    pub(super) fn field(self) -> &'static str {
        NAMES.iter().find(|(attribute, _, _)| *attribute == self).map_or("", |(_, field, _)| field)
    }

    /// Puts the value of the column or variable `name` into `told`. Fails with what is wrong with it.
    pub(super) fn put(self, told: &mut Told, name: &str, value: &str) -> Result<(), String> {
        let value = value.trim();
        if value.len() > MAX_VALUE && self != Attribute::Host {
            return Err(format!("the value has {} characters; at most {MAX_VALUE} are read", value.len()));
        }
        match self {
            Attribute::Host => {}
            Attribute::Ip => told.ip = Some(address(value)?),
            Attribute::Mac => told.mac = Some(mac(value)?),
            Attribute::Interface => told.interface = Some(value.to_owned()),
            Attribute::Role => {
                for word in value.split([',', ';', ' ', '/', '+']).filter(|word| !word.is_empty()) {
                    let role = role(word).ok_or_else(|| {
                        format!("“{word}” is no role: controller, worker, login and storage are known")
                    })?;
                    told.roles.push(role);
                }
            }
            Attribute::Architecture => {
                told.architecture = Some(match plain(value).as_str() {
                    "x8664" | "amd64" | "x64" | "intel" => Architecture::X86_64,
                    "aarch64" | "arm64" | "arm" => Architecture::Aarch64,
                    _ => return Err("NixOS is built for x86_64 and aarch64".to_owned()),
                });
            }
            // Spread over sockets and threads when the whole row is known.
            Attribute::Cpus | Attribute::CoresPerSocket => told.cores = Some(whole(value)?),
            Attribute::Sockets => told.sockets = Some(whole(value)?),
            Attribute::Threads => told.threads = Some(whole(value)?),
            Attribute::Memory => told.memory = Some(Memory::Installed(memory_of(name, value)?)),
            Attribute::Gpus => told.gpus = Some(gpus(value, told.gpus.take())?),
            Attribute::GpuModel => {
                let model = gpu_model(value);
                let gpus = told.gpus.get_or_insert_default();
                gpus.vendor = vendor(&model);
                gpus.model = model;
            }
            Attribute::Features => {
                let words = value.split([',', ';', ' ']).filter(|word| !word.is_empty());
                told.features = Some(words.map(str::to_owned).collect());
            }
            Attribute::Weight => told.weight = Some(whole(value)?),
        }
        Ok(())
    }
}

/// Makes cores of each socket of `cpus` in all; fails where they do not divide.
pub(super) fn spread(told: &mut Told, cpus: u32) -> Result<(), String> {
    let (sockets, threads) = (told.sockets.unwrap_or(1).max(1), told.threads.unwrap_or(1).max(1));
    let (each, rest) = (cpus / sockets / threads, cpus % sockets.saturating_mul(threads));
    if each == 0 || rest != 0 {
        told.cores = None;
        return Err(format!("{cpus} CPUs do not divide among {sockets} sockets of {threads} threads a core"));
    }
    (told.sockets, told.cores, told.threads) = (Some(sockets), Some(each), Some(threads));
    Ok(())
}

/// The role that people call `word`, also as a group's name: `compute_nodes`, `slurm_master`.
pub(super) fn role(word: &str) -> Option<Role> {
    const WORDS: &[(Role, &[&str])] = &[
        (
            Role::Controller,
            &["controller", "control", "ctl", "head", "headnode", "master", "slurmctld", "management", "slurmmaster"],
        ),
        (Role::Login, &["login", "loginnode", "submit", "frontend", "access", "slurmlogin"]),
        (Role::Storage, &["storage", "storagenode", "nfs", "nfsserver", "fileserver", "io", "ionode"]),
        (
            Role::Worker,
            &[
                "worker",
                "workernode",
                "compute",
                "computenode",
                "execute",
                "exec",
                "slurmd",
                "slurmcompute",
                "slurmworker",
                "slurmexec",
                "gpunode",
                "cn",
            ],
        ),
    ];
    let one = |word: &'static str| word.strip_suffix('s').unwrap_or(word);
    let word = plain(word);
    let word = word.strip_suffix('s').unwrap_or(&word);
    let known = WORDS.iter().find(|(_, words)| words.iter().any(|known| one(known) == word));
    known.map(|(role, _)| *role).or_else(|| Role::ALL.iter().copied().find(|role| role.key() == word))
}

/// A host's own name and its domain: `cn001.lab.example` is `cn001` in `lab.example`.
pub(super) fn split_domain(name: &str) -> (&str, &str) {
    name.split_once('.').unwrap_or((name, ""))
}

/// An IPv4 address, with or without the length of its network.
pub(super) fn address(value: &str) -> Result<Ipv4Addr, String> {
    let address = value.split('/').next().unwrap_or_default();
    address.parse().map_err(|_| format!("“{value}” is no IPv4 address"))
}

fn mac(value: &str) -> Result<String, String> {
    let digits: Vec<char> = value.chars().filter(|c| !matches!(c, ':' | '-' | '.')).collect();
    if digits.len() != 12 || !digits.iter().all(char::is_ascii_hexdigit) {
        return Err(format!("“{value}” is no MAC address"));
    }
    let pairs: Vec<String> =
        digits.chunks(2).map(|pair| pair.iter().collect::<String>().to_ascii_lowercase()).collect();
    Ok(pairs.join(":"))
}

pub(super) fn whole(value: &str) -> Result<u32, String> {
    value.parse().map_err(|_| format!("“{value}” is no whole number"))
}

/// Memory in MiB. A number alone has the unit of its column (`RAM (GB)`); without one it is GiB up to 4095, else MiB.
fn memory_of(name: &str, value: &str) -> Result<u64, String> {
    let Ok(number) = value.parse::<f64>() else { return memory::read(value) };
    let name = plain(name);
    let ends = |unit: &str| name.ends_with(unit);
    let unit = if ends("gb") || ends("gib") {
        "GiB"
    } else if ends("tb") || ends("tib") {
        "TiB"
    } else if ends("mb") || ends("mib") || name == "realmemory" || number >= 4096.0 {
        "MiB"
    } else {
        "GiB"
    };
    memory::read(&format!("{value} {unit}"))
}

/// `4`, `4x A100`, `a100:4`, `gpu:a100:4`; `before` has what another column told.
fn gpus(value: &str, before: Option<Gpus>) -> Result<Gpus, String> {
    let mut gpus = before.unwrap_or_default();
    let none = ["no", "none", "-", "n/a", "false"].iter().any(|word| value.eq_ignore_ascii_case(word));
    let words = value.split([':', ' ', '×', '*']).flat_map(|word| {
        // `4x` is a count; `a100` is none.
        let count = word.strip_suffix(['x', 'X']).filter(|count| count.parse::<u32>().is_ok());
        Some(count.unwrap_or(word)).filter(|word| !word.is_empty() && !word.eq_ignore_ascii_case("gpu") && *word != "x")
    });
    let (counts, model): (Vec<&str>, Vec<&str>) = words.partition(|word| word.parse::<u32>().is_ok());
    gpus.count = match counts.first() {
        _ if none => return Ok(Gpus { count: 0, ..gpus }),
        Some(count) => whole(count)?,
        None if model.is_empty() => return Err(format!("“{value}” is no count of GPUs")),
        None => 1,
    };
    if !model.is_empty() {
        gpus.model = gpu_model(&model.join(" "));
        gpus.vendor = vendor(&gpus.model);
    }
    Ok(gpus)
}

/// A model as Slurm's GRES type: `NVIDIA Tesla V100` is `v100`.
pub(super) fn gpu_model(value: &str) -> String {
    const MAKERS: &[&str] = &["nvidia", "amd", "tesla", "instinct", "radeon", "geforce"];
    let small = value.to_ascii_lowercase();
    let words = small.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'));
    let words: Vec<&str> = words.filter(|word| !word.is_empty() && !MAKERS.contains(word)).collect();
    words.join("-")
}

/// Who makes a model: AMD's are `mi300x`, `mi250`, `w7900`.
pub(super) fn vendor(model: &str) -> GpuVendor {
    let numbered = |start: &str| {
        let rest = model.to_ascii_lowercase().strip_prefix(start).map(str::to_owned);
        rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    if numbered("mi") || numbered("w") || numbered("gfx") { GpuVendor::Amd } else { GpuVendor::Nvidia }
}
