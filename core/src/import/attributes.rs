//! Columns of a table and variables of an inventory, by the names that people give them.

use super::reading::{ImportedNode, Memory};
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
    FabricIp,
    /// What people keep of machines, and the description does not.
    Aside,
}

/// Each attribute with the field that it goes to, and its names: small letters and digits only.
const NAMES: &[(Attribute, &str, &[&str])] = &[
    (Attribute::Host, "hosts", &["hostname", "host", "hosts", "name", "node", "nodename", "nodes", "server", "fqdn"]),
    (
        Attribute::Ip,
        "firstIP",
        &[
            "ip",
            "ipaddress",
            "ipv4",
            "ipaddr",
            "address",
            "addr",
            "adminip",
            "privateip",
            "internalip",
            "hostip",
            "nodeip",
            "ansiblehost",
            "ansiblesshhost",
            "nodeaddr",
        ],
    ),
    (
        Attribute::Mac,
        "macAddresses",
        &[
            "mac",
            "macaddress",
            "macaddr",
            "hwaddr",
            "hwaddress",
            "ethernet",
            "adminmac",
            "pxemac",
            "bootmac",
            "macaddr1",
            "nicmac",
        ],
    ),
    (Attribute::Interface, "interface", &["interface", "iface", "nic", "device"]),
    (Attribute::Role, "roles", &["role", "roles", "type", "function", "nodetype"]),
    (Attribute::Architecture, "architecture", &["arch", "architecture", "platform"]),
    (
        Attribute::Cpus,
        "coresPerSocket",
        &[
            "cpus",
            "cpu",
            "vcpus",
            "procs",
            "processors",
            "ncpus",
            "cores",
            "cpucores",
            "cpucount",
            "numcpus",
            "vcpu",
            "totalcores",
            "corecount",
            "ansibleprocessorvcpus",
        ],
    ),
    (Attribute::Sockets, "sockets", &["sockets", "socket", "cpusockets", "packages"]),
    (Attribute::CoresPerSocket, "coresPerSocket", &["corespersocket", "corespercpu", "socketcores"]),
    (Attribute::Threads, "threadsPerCore", &["threads", "threadspercore", "smt", "ht"]),
    (
        Attribute::Memory,
        "memoryMiB",
        &["memory", "mem", "ram", "realmemory", "memorymb", "memorygb", "memmb", "memgb", "rammb", "ramgb"],
    ),
    (
        Attribute::Memory,
        "memoryMiB",
        &[
            "memorymib",
            "memorygib",
            "memmib",
            "memgib",
            "rammib",
            "ramgib",
            "memorytb",
            "ramtb",
            "memtb",
            "memorysize",
            "ramsize",
            "ansiblememtotalmb",
        ],
    ),
    (
        Attribute::Gpus,
        "gpus.count",
        &["gpus", "gpu", "gpucount", "numgpus", "ngpus", "gres", "slurmgres", "accelerators"],
    ),
    (Attribute::GpuModel, "gpus.model", &["gpumodel", "gputype", "gpuname", "accelerator", "model"]),
    (Attribute::Features, "features", &["features", "feature", "tags", "constraints"]),
    (Attribute::Weight, "weight", &["weight"]),
    (
        Attribute::FabricIp,
        "fabricFirstIP",
        &["fabricip", "ibip", "ipoib", "ibaddress", "ipoibip", "ibipaddress", "hsnip", "ib0ip", "roceip"],
    ),
    (Attribute::Aside, "", BMC),
    (Attribute::Aside, "", ASIDE),
];

/// Names of a management controller's address.
const BMC: &[&str] = &[
    "bmc",
    "bmcip",
    "bmcaddress",
    "bmcipaddress",
    "bmcmac",
    "bmchostname",
    "ipmi",
    "ipmiip",
    "ipmiipaddr",
    "ipmiipaddress",
    "ipmiaddress",
    "ipmimac",
    "ipmihost",
    "idrac",
    "idracip",
    "ilo",
    "iloip",
    "mgmt",
    "mgmtip",
    "mgmtmac",
    "managementip",
    "oob",
    "oobip",
    "consoleip",
];

/// Names of what is kept elsewhere.
const ASIDE: &[&str] = &[
    "rack",
    "rackunit",
    "position",
    "slot",
    "location",
    "row",
    "room",
    "unit",
    "chassis",
    "enclosure",
    "site",
    "serial",
    "serialnumber",
    "servicetag",
    "asset",
    "assettag",
    "inventory",
    "vendor",
    "manufacturer",
    "warranty",
    "purchased",
    "os",
    "operatingsystem",
    "comment",
    "comments",
    "notes",
    "note",
    "description",
    "owner",
    "contact",
    "status",
    "state",
    "disk",
    "disks",
    "localdisk",
    "ssd",
    "hdd",
    "nvme",
    "scratch",
    "switch",
    "switchport",
    "port",
    "power",
    "pdu",
    "cpumodel",
    "cputype",
    "processor",
    "processormodel",
    "number",
    "no",
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

    /// Why the description has no place for a column or variable called `name`; `None` where it has one.
    pub(super) fn no_place(self, name: &str) -> Option<&'static str> {
        (self == Attribute::Aside).then(|| {
            if BMC.contains(&plain(name).as_str()) {
                "management controllers (BMC) are not part of the design: keep their addresses where you have them"
            } else {
                "a design has no place for this: keep it in the description, or where you have it"
            }
        })
    }

    /// Puts the value of the column or variable `name` into `told`. Fails with what is wrong with it.
    pub(super) fn put(self, imported: &mut ImportedNode, name: &str, value: &str) -> Result<(), String> {
        let value = value.trim();
        if value.len() > MAX_VALUE && self != Attribute::Host {
            return Err(format!("the value has {} characters; at most {MAX_VALUE} are read", value.len()));
        }
        match self {
            Attribute::Host | Attribute::Aside => {}
            Attribute::FabricIp => imported.fabric_ip = Some(address(value)?),
            Attribute::Ip => imported.ip = Some(address(value)?),
            Attribute::Mac => imported.mac = Some(mac(value)?),
            Attribute::Interface => imported.interface = Some(value.to_owned()),
            Attribute::Role => {
                for word in value.split([',', ';', ' ', '/', '+']).filter(|word| !word.is_empty()) {
                    let role = role(word).ok_or_else(|| {
                        format!("“{word}” is no role: controller, worker, login and storage are known")
                    })?;
                    imported.roles.push(role);
                }
            }
            Attribute::Architecture => {
                imported.architecture = Some(match plain(value).as_str() {
                    "x8664" | "amd64" | "x64" | "intel" => Architecture::X86_64,
                    "aarch64" | "arm64" | "arm" => Architecture::Aarch64,
                    _ => return Err("NixOS is built for x86_64 and aarch64".to_owned()),
                });
            }
            // Spread over sockets and threads when the whole row is known.
            Attribute::Cpus | Attribute::CoresPerSocket => imported.cores = Some(whole(value)?),
            Attribute::Sockets => imported.sockets = Some(whole(value)?),
            Attribute::Threads => imported.threads = Some(whole(value)?),
            Attribute::Memory => imported.memory = Some(Memory::Installed(memory_of(name, value)?)),
            Attribute::Gpus => imported.gpus = Some(gpus(value, imported.gpus.take())?),
            Attribute::GpuModel => {
                let model = gpu_model(value);
                let gpus = imported.gpus.get_or_insert_default();
                gpus.vendor = vendor(&model);
                gpus.model = model;
            }
            Attribute::Features => {
                let words = value.split([',', ';', ' ']).filter(|word| !word.is_empty());
                imported.features = Some(words.map(str::to_owned).collect());
            }
            Attribute::Weight => imported.weight = Some(whole(value)?),
        }
        Ok(())
    }
}

/// Makes cores of each socket of `cpus` in all; fails where they do not divide.
pub(super) fn spread(imported: &mut ImportedNode, cpus: u32) -> Result<(), String> {
    let (sockets, threads) = (imported.sockets.unwrap_or(1).max(1), imported.threads.unwrap_or(1).max(1));
    let (each, rest) = (cpus / sockets / threads, cpus % sockets.saturating_mul(threads));
    if each == 0 || rest != 0 {
        imported.cores = None;
        return Err(format!("{cpus} CPUs do not divide among {sockets} sockets of {threads} threads a core"));
    }
    (imported.sockets, imported.cores, imported.threads) = (Some(sockets), Some(each), Some(threads));
    Ok(())
}

/// The role that people call `word`, also as a group's name: `compute_nodes`, `slurm_master`.
pub(super) fn role(word: &str) -> Option<Role> {
    const WORDS: &[(Role, &[&str])] = &[
        (
            Role::Controller,
            &[
                "controller",
                "control",
                "ctl",
                "head",
                "headnode",
                "master",
                "slurmctld",
                "management",
                "mgt",
                "mgmt",
                "slurmmaster",
            ],
        ),
        (Role::Login, &["login", "loginnode", "submit", "frontend", "access", "slurmlogin"]),
        (
            Role::Storage,
            &[
                "storage",
                "storagenode",
                "nfs",
                "nfsserver",
                "fileserver",
                "nas",
                "io",
                "ionode",
                "oss",
                "ost",
                "mds",
                "mdt",
            ],
        ),
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

/// The role that a word of a host's name tells: `login` of `login1`, `head` of `hpc-head01`.
pub(super) fn role_in_name(name: &str) -> Option<Role> {
    name.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 1).find_map(role)
}

/// The role that a group's name most likely stands for, by the words in it: `slurm_control_node`, `slurmexechosts`.
pub(super) fn role_in_group(name: &str) -> Option<Role> {
    /// The first that a name contains decides.
    const PARTS: &[(&str, Option<Role>)] = &[
        // Hosts of the database have no role of their own.
        ("dbd", None),
        ("database", None),
        ("login", Some(Role::Login)),
        ("submit", Some(Role::Login)),
        ("frontend", Some(Role::Login)),
        ("gateway", None),
        ("nfs", Some(Role::Storage)),
        ("storage", Some(Role::Storage)),
        ("fileserver", Some(Role::Storage)),
        ("lustre", Some(Role::Storage)),
        ("beegfs", Some(Role::Storage)),
        ("control", Some(Role::Controller)),
        ("ctld", Some(Role::Controller)),
        ("master", Some(Role::Controller)),
        ("head", Some(Role::Controller)),
        ("manager", Some(Role::Controller)),
        ("management", Some(Role::Controller)),
        ("slurmserver", Some(Role::Controller)),
        ("compute", Some(Role::Worker)),
        ("worker", Some(Role::Worker)),
        ("exec", Some(Role::Worker)),
        ("slurmd", Some(Role::Worker)),
        ("slurmclient", Some(Role::Worker)),
        ("slurmnode", Some(Role::Worker)),
        ("gpunode", Some(Role::Worker)),
        ("cpunode", Some(Role::Worker)),
        ("batchnode", Some(Role::Worker)),
    ];
    let plain = plain(name);
    PARTS.iter().find(|(part, _)| plain.contains(part)).and_then(|(_, role)| *role)
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

pub(super) fn mac(value: &str) -> Result<String, String> {
    if value.parse::<Ipv4Addr>().is_ok() {
        return Err(format!("“{value}” is an IPv4 address, and not a MAC address"));
    }
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
    let value = &memory::with_point(value);
    let end = value.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(value.len());
    let Ok(number) = value[..end].parse::<f64>() else { return memory::read_of_node(value) };
    let name = plain(name);
    let ends = |unit: &str| name.ends_with(unit);
    let unit = if end < value.len() {
        value[end..].trim()
    } else if ends("gb") || ends("gib") {
        "GiB"
    } else if ends("tb") || ends("tib") {
        "TiB"
    } else if ends("mb") || ends("mib") || name == "realmemory" || number >= 4096.0 {
        "MiB"
    } else {
        "GiB"
    };
    // A part of a TiB need not come to whole MiB: the rest of one is left out.
    let mib = memory::read(&format!("1 {unit}"))? as f64 * number;
    if mib < 9e15 { Ok(mib as u64) } else { memory::read(&format!("{value} {unit}")) }
}

/// `4`, `4x A100`, `a100:4`, `gpu:a100:4`; `before` has what another column told.
fn gpus(value: &str, before: Option<Gpus>) -> Result<Gpus, String> {
    let value = value.trim_matches(['[', ']', '"', '\'']);
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

/// Whether a model is one of Intel's, which the description has no vendor for: `max1550`, `pvc`, `flex170`, `arc-a770`.
pub(super) fn is_intel(model: &str) -> bool {
    let plain = plain(model);
    let plain = plain.strip_prefix("intel").unwrap_or(&plain);
    let numbered =
        |start: &str| plain.strip_prefix(start).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    plain.len() < self::plain(model).len()
        || ["pvc", "arc", "pontevecchio", "datacentergpu", "iris", "uhd", "xehp"]
            .iter()
            .any(|start| plain.starts_with(start))
        || ["max1", "flex"].iter().any(|start| numbered(start))
}

/// Why GPUs of Intel's are left out.
pub(super) const INTEL: &str = "GPUs of Intel are not described: the flake sets up NVIDIA’s and AMD’s";

/// Who makes a model: AMD's are `mi300x`, `mi250`, `w7900`.
pub(super) fn vendor(model: &str) -> GpuVendor {
    let numbered = |start: &str| {
        let rest = model.to_ascii_lowercase().strip_prefix(start).map(str::to_owned);
        rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let is_radeon =
        ["radeon", "vega", "instinct", "navi"].iter().any(|start| model.to_ascii_lowercase().starts_with(start));
    if is_radeon || ["mi", "w", "gfx", "rx"].into_iter().any(numbered) { GpuVendor::Amd } else { GpuVendor::Nvidia }
}
