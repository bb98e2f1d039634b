//! What a row can show and be given: the one list of columns, how each reads what people write, and where it goes.

use crate::cluster::{Architecture, Choice, GpuVendor, Gpus, Node, NodeGroup, NodeOverride, Role};
use crate::{hostlist, memory};

/// Declares [`Column`] with all its names, so that no second list of columns can exist.
macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident $title:literal $noun:literal [$($key:ident)*] [$($head:literal)*],)*) => {
        /// A column of the table of nodes, or of a spreadsheet that is pasted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column { $($(#[$doc])* $name,)* }

        impl Column {
            /// Every column, in the order of the table; those after `Gpus` have no room in it.
            pub const ALL: &'static [Column] = &[$(Column::$name,)*];

            /// Its heading in the table: `First address`.
            pub const fn title(self) -> &'static str {
                match self { $(Column::$name => $title,)* }
            }

            /// Its name within a sentence: `first address`.
            pub fn noun(self) -> &'static str {
                match self { $(Column::$name => $noun,)* }
            }

            /// The fields of a group that it shows, by their names in `cluster.json`; the first stands for all.
            pub fn keys(self) -> &'static [&'static str] {
                match self { $(Column::$name => &[$(NodeGroup::$key.key),*],)* }
            }

            /// What a spreadsheet may call it: small letters only.
            fn heads(self) -> &'static [&'static str] {
                match self { $(Column::$name => &[$($head),*],)* }
            }
        }
    };
}

columns! {
    /// The host names: a hostlist for a group, one name for a node.
    Hosts "Hosts" "hosts" [hosts] ["host" "hostlist" "hostname" "hostnames" "name" "node" "nodes" "nodename"],
    /// How many hosts a group has; it follows from the hosts and cannot be set.
    Count "Count" "count" [hosts] ["number" "quantity"],
    /// The roles.
    Roles "Role" "role" [roles] ["roles" "type"],
    /// The address of the first host, or of the node.
    Address "First address" "first address" [first_ip addresses] ["address" "addr" "ip" "ipaddress" "ipv4" "firstip" "nodeaddr"],
    /// Sockets × cores × threads.
    Cpu "CPU" "CPU" [sockets cores_per_socket threads_per_core] ["cpus" "processor" "processors"],
    /// The installed memory.
    Memory "Memory" "memory" [memory_mib] ["mem" "ram" "realmemory" "memorymib"],
    /// How many GPUs each node has, and their model.
    Gpus "GPUs" "GPUs" [gpus] ["gpu" "gres"],
    /// Processor sockets.
    Sockets "Sockets" "sockets" [sockets] ["socket"],
    /// Cores per socket.
    Cores "Cores per socket" "cores per socket" [cores_per_socket] ["cores" "core"],
    /// Hardware threads per core.
    Threads "Threads per core" "threads per core" [threads_per_core] ["threads" "thread"],
    /// The network interface that has the address.
    Interface "Interface" "interface" [interface] ["nic" "device"],
    /// The address of the first host, or of the node, on the fabric.
    Fabric "First fabric address" "first fabric address" [fabric_first_ip] ["fabricaddress" "fabric" "ib" "ibaddress" "fabricfirstip"],
    /// The processor architecture.
    Architecture "Architecture" "architecture" [architecture] ["arch"],
    /// Slurm features.
    Features "Slurm features" "Slurm features" [features] ["features" "feature"],
    /// Slurm's weight.
    Weight "Slurm weight" "Slurm weight" [weight] ["weight"],
}

impl Column {
    /// The columns that the table has room for.
    pub const SHOWN: &'static [Column] = Self::ALL.split_at(Column::Gpus as usize + 1).0;

    /// The column whose heading in a spreadsheet is `head`; `None` where it is not known.
    pub fn from_head(head: &str) -> Option<Column> {
        let plain: String = head.to_lowercase().chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>();
        let is_title = |column: &Column| column.title().to_lowercase().replace(' ', "") == plain;
        let all = Column::ALL.iter().copied();
        all.clone().find(is_title).or_else(|| all.clone().find(|column| column.heads().contains(&plain.as_str())))
    }

    /// What a group shows: as typed where it is typed, also while it is wrong.
    pub fn of_group(self, group: &NodeGroup) -> String {
        match self {
            Column::Hosts => group.hosts.clone(),
            Column::Count => hostlist::count(&group.hosts).map_or_else(|_| "?".to_owned(), |count| count.to_string()),
            Column::Roles => labels(&group.roles),
            Column::Address if !group.addresses.is_empty() => "listed".to_owned(),
            Column::Address => group.first_ip.clone(),
            Column::Fabric => group.fabric_first_ip.clone(),
            Column::Cpu => show_cpu(group.sockets, group.cores_per_socket, group.threads_per_core),
            Column::Memory => memory::show_of_node(group.memory_mib),
            Column::Gpus => show_gpus(&group.gpus),
            Column::Sockets => group.sockets.to_string(),
            Column::Cores => group.cores_per_socket.to_string(),
            Column::Threads => group.threads_per_core.to_string(),
            Column::Interface => group.interface.clone(),
            Column::Architecture => group.architecture.label().to_owned(),
            Column::Features => group.features.join(", "),
            Column::Weight => group.weight.to_string(),
        }
    }

    /// What a node shows.
    pub fn of_node(self, node: &Node) -> String {
        match self {
            Column::Hosts => node.name.clone(),
            Column::Count => String::new(),
            Column::Roles => labels(&node.roles),
            Column::Address => node.ip.map(|ip| ip.to_string()).unwrap_or_default(),
            Column::Fabric => node.fabric_ip.map(|ip| ip.to_string()).unwrap_or_default(),
            Column::Cpu => show_cpu(node.sockets, node.cores_per_socket, node.threads_per_core),
            Column::Memory => memory::show_of_node(node.memory_mib),
            Column::Gpus => show_gpus(&node.gpus),
            Column::Sockets => node.sockets.to_string(),
            Column::Cores => node.cores_per_socket.to_string(),
            Column::Threads => node.threads_per_core.to_string(),
            Column::Interface => node.interface.clone(),
            Column::Architecture => node.architecture.label().to_owned(),
            Column::Features => node.features.join(", "),
            Column::Weight => node.weight.to_string(),
        }
    }

    /// Whether a host with these differences has a value of its own here.
    pub fn is_own(self, own: &NodeOverride) -> bool {
        match self {
            Column::Hosts | Column::Count | Column::Roles | Column::Architecture => false,
            Column::Address => own.first_ip.is_some(),
            Column::Fabric => own.fabric_first_ip.is_some(),
            Column::Cpu => own.sockets.is_some() || own.cores_per_socket.is_some() || own.threads_per_core.is_some(),
            Column::Memory => own.memory_mib.is_some(),
            Column::Gpus => own.gpus.is_some(),
            Column::Sockets => own.sockets.is_some(),
            Column::Cores => own.cores_per_socket.is_some(),
            Column::Threads => own.threads_per_core.is_some(),
            Column::Interface => own.interface.is_some(),
            Column::Features => own.features.is_some(),
            Column::Weight => own.weight.is_some(),
        }
    }

    /// Takes what a host has of its own here back.
    pub(super) fn clear_own(self, own: &mut NodeOverride) {
        match self {
            Column::Hosts | Column::Count | Column::Roles | Column::Architecture => {}
            Column::Address => own.first_ip = None,
            Column::Fabric => own.fabric_first_ip = None,
            Column::Cpu => (own.sockets, own.cores_per_socket, own.threads_per_core) = (None, None, None),
            Column::Memory => own.memory_mib = None,
            Column::Gpus => own.gpus = None,
            Column::Sockets => own.sockets = None,
            Column::Cores => own.cores_per_socket = None,
            Column::Threads => own.threads_per_core = None,
            Column::Interface => own.interface = None,
            Column::Features => own.features = None,
            Column::Weight => own.weight = None,
        }
    }

    /// Whether nodes of a group can differ in it, and how it can be done otherwise where not.
    pub(super) fn may_differ(self) -> Result<(), &'static str> {
        match self {
            Column::Hosts => Err("The names of nodes come from the hosts of their group: change them there."),
            Column::Roles => Err("A role is that of a whole group: put these nodes into a group of their own."),
            Column::Architecture => {
                Err("An architecture is that of a whole group: put these nodes into a group of their own.")
            }
            Column::Count => Err(COUNT),
            _ => Ok(()),
        }
    }

    /// Reads what the user typed or pasted. `Err` is a sentence that says how to write it.
    pub fn read(self, text: &str) -> Result<Setting, String> {
        let text = text.trim();
        Ok(match self {
            Column::Hosts => Setting::Hosts(text.to_owned()),
            Column::Count => return Err(COUNT.to_owned()),
            Column::Roles => Setting::Roles(read_roles(text)?),
            Column::Address => Setting::Address(text.to_owned()),
            Column::Fabric => Setting::Fabric(text.to_owned()),
            Column::Cpu => read_cpu(text)?,
            Column::Memory => Setting::Memory(memory::read_of_node(text)?),
            Column::Gpus => read_gpus(text)?,
            Column::Sockets => Setting::Sockets(whole(text)?),
            Column::Cores => Setting::Cores(whole(text)?),
            Column::Threads => Setting::Threads(whole(text)?),
            Column::Interface => Setting::Interface(text.to_owned()),
            Column::Architecture => Setting::Architecture(one::<Architecture>(text, "architecture")?),
            Column::Features => {
                let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
                Setting::Features(parts.map(str::to_owned).collect())
            }
            Column::Weight => Setting::Weight(whole(text)?),
        })
    }
}

const COUNT: &str = "The count follows from the hosts: write more or fewer of them there.";

/// A value, read and ready to be put into a group or into what hosts have of their own.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// The hosts, as a hostlist.
    Hosts(String),
    /// All roles.
    Roles(Vec<Role>),
    /// The address of the first host, or of the node, as typed.
    Address(String),
    /// The address on the fabric of the first host, or of the node, as typed.
    Fabric(String),
    /// All that makes the CPUs: sockets × cores × threads.
    Cpu {
        /// Processor sockets.
        sockets: u32,
        /// Cores per socket.
        cores: u32,
        /// Hardware threads per core.
        threads: u32,
    },
    /// Processor sockets.
    Sockets(u32),
    /// Cores per socket.
    Cores(u32),
    /// Hardware threads per core.
    Threads(u32),
    /// The installed memory, in MiB; 0 where it is not known.
    Memory(u64),
    /// The GPUs; what is `None` stays as it is.
    Gpus {
        /// How many GPUs each node has.
        count: u32,
        /// Their model as Slurm's GRES type: `h100`.
        model: Option<String>,
        /// Who makes them.
        vendor: Option<GpuVendor>,
    },
    /// The network interface that has the address.
    Interface(String),
    /// The processor architecture.
    Architecture(Architecture),
    /// All Slurm features.
    Features(Vec<String>),
    /// Slurm's weight.
    Weight(u32),
}

impl Setting {
    /// The column it belongs to.
    pub fn column(&self) -> Column {
        match self {
            Setting::Hosts(_) => Column::Hosts,
            Setting::Roles(_) => Column::Roles,
            Setting::Address(_) => Column::Address,
            Setting::Fabric(_) => Column::Fabric,
            Setting::Cpu { .. } => Column::Cpu,
            Setting::Sockets(_) => Column::Sockets,
            Setting::Cores(_) => Column::Cores,
            Setting::Threads(_) => Column::Threads,
            Setting::Memory(_) => Column::Memory,
            Setting::Gpus { .. } => Column::Gpus,
            Setting::Interface(_) => Column::Interface,
            Setting::Architecture(_) => Column::Architecture,
            Setting::Features(_) => Column::Features,
            Setting::Weight(_) => Column::Weight,
        }
    }

    /// Puts the value into a group.
    pub(super) fn put_group(&self, group: &mut NodeGroup) {
        match self {
            Setting::Hosts(hosts) => group.hosts = hosts.clone(),
            Setting::Roles(roles) => group.roles = roles.clone(),
            Setting::Address(address) => group.first_ip = address.clone(),
            Setting::Fabric(address) => group.fabric_first_ip = address.clone(),
            Setting::Cpu { sockets, cores, threads } => {
                (group.sockets, group.cores_per_socket, group.threads_per_core) = (*sockets, *cores, *threads);
            }
            Setting::Sockets(count) => group.sockets = *count,
            Setting::Cores(count) => group.cores_per_socket = *count,
            Setting::Threads(count) => group.threads_per_core = *count,
            Setting::Memory(mib) => group.memory_mib = *mib,
            Setting::Gpus { count, model, vendor } => put_gpus(&mut group.gpus, *count, model, *vendor),
            Setting::Interface(name) => group.interface = name.clone(),
            Setting::Architecture(architecture) => group.architecture = *architecture,
            Setting::Features(features) => group.features = features.clone(),
            Setting::Weight(weight) => group.weight = *weight,
        }
    }

    /// Makes the value one that a host of `group` has of its own. What no host can have alone is passed over:
    /// [`Column::may_differ`] is asked before.
    pub(super) fn put_own(&self, group: &NodeGroup, own: &mut NodeOverride) {
        match self {
            Setting::Hosts(_) | Setting::Roles(_) | Setting::Architecture(_) => {}
            Setting::Address(address) => own.first_ip = Some(address.clone()),
            Setting::Fabric(address) => own.fabric_first_ip = Some(address.clone()),
            Setting::Cpu { sockets, cores, threads } => {
                own.sockets = Some(*sockets);
                own.cores_per_socket = Some(*cores);
                own.threads_per_core = Some(*threads);
            }
            Setting::Sockets(count) => own.sockets = Some(*count),
            Setting::Cores(count) => own.cores_per_socket = Some(*count),
            Setting::Threads(count) => own.threads_per_core = Some(*count),
            Setting::Memory(mib) => own.memory_mib = Some(*mib),
            Setting::Gpus { count, model, vendor } => {
                let gpus = own.gpus.get_or_insert_with(|| group.gpus.clone());
                put_gpus(gpus, *count, model, *vendor);
            }
            Setting::Interface(name) => own.interface = Some(name.clone()),
            Setting::Features(features) => own.features = Some(features.clone()),
            Setting::Weight(weight) => own.weight = Some(*weight),
        }
    }
}

fn put_gpus(gpus: &mut Gpus, count: u32, model: &Option<String>, vendor: Option<GpuVendor>) {
    if count == 0 && model.is_none() {
        *gpus = Gpus::default();
    }
    gpus.count = count;
    if let Some(model) = model {
        gpus.model = model.clone();
    }
    gpus.vendor = vendor.unwrap_or(gpus.vendor);
}

fn labels(roles: &[Role]) -> String {
    roles.iter().map(|role| role.label()).collect::<Vec<_>>().join(", ")
}

fn show_cpu(sockets: u32, cores: u32, threads: u32) -> String {
    format!("{sockets} × {cores} × {threads}")
}

fn show_gpus(gpus: &Gpus) -> String {
    match gpus {
        Gpus { count: 0, .. } => String::new(),
        Gpus { count, model, vendor, .. } if model.is_empty() => format!("{count} × {}", vendor.label()),
        Gpus { count, model, .. } => format!("{count} × {model}"),
    }
}

/// A choice by its name. Fails with all the names.
pub(super) fn one<T: Choice>(text: &str, noun: &str) -> Result<T, String> {
    let is_named = |choice: &&T| [choice.key(), choice.label()].iter().any(|name| name.eq_ignore_ascii_case(text));
    T::ALL.iter().find(is_named).copied().ok_or_else(|| {
        let names: Vec<&str> = T::ALL.iter().map(|choice| choice.label()).collect();
        format!("“{text}” is no {noun}: {}.", names.join(", "))
    })
}

/// Roles with commas or spaces between them, in the order in which forms list them.
pub(super) fn read_roles(text: &str) -> Result<Vec<Role>, String> {
    let words = text.split([',', ' ', ';', '+']).filter(|word| !word.is_empty());
    let named = words.map(|word| one::<Role>(word, "role")).collect::<Result<Vec<_>, _>>()?;
    Ok(Role::ALL.iter().copied().filter(|role| named.contains(role)).collect())
}

fn whole(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("“{text}” is no whole number."))
}

fn read_cpu(text: &str) -> Result<Setting, String> {
    let wrong = || format!("“{text}” is no CPU: write sockets × cores × threads, such as 2 × 64 × 1.");
    let parts = text.split(['×', 'x', 'X', '*', '/', ' ']).filter(|part| !part.is_empty());
    let numbers = parts.map(|part| part.parse().map_err(|_| wrong())).collect::<Result<Vec<u32>, _>>()?;
    match numbers[..] {
        [sockets, cores, threads] => Ok(Setting::Cpu { sockets, cores, threads }),
        _ => Err(wrong()),
    }
}

/// Reads `4 × h100`, `4x h100`, `gpu:h100:4`, `8 AMD mi300x`, `4`, and nothing or `–` for none.
fn read_gpus(text: &str) -> Result<Setting, String> {
    let wrong = || format!("“{text}” is no GPUs: write how many and which, such as 4 × h100.");
    let (mut count, mut model, mut vendor) = (None, None, None);
    let named = |word: &str| GpuVendor::ALL.iter().copied().find(|vendor| vendor.label().eq_ignore_ascii_case(word));
    let bare = text.strip_prefix("gpu:").unwrap_or(text);
    for word in bare.split(['×', ':', ' ', ',']).filter(|word| !matches!(*word, "" | "x" | "X" | "*" | "–" | "-")) {
        let number = word.trim_end_matches(['x', 'X', '*']).parse::<u32>();
        match (number, named(word)) {
            (Ok(number), _) if count.is_none() => count = Some(number),
            (_, Some(found)) if vendor.is_none() => vendor = Some(found),
            _ if model.is_none() => model = Some(word.to_owned()),
            _ => return Err(wrong()),
        }
    }
    let vendor = vendor.or_else(|| model.as_deref().and_then(crate::gpu::vendor));
    match count {
        Some(count) => Ok(Setting::Gpus { count, model, vendor }),
        None if model.is_none() && vendor.is_none() => Ok(Setting::Gpus { count: 0, model, vendor }),
        None => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_group_shows_is_read_back() {
        let mut group =
            NodeGroup { hosts: "gn[01-16]".to_owned(), sockets: 2, cores_per_socket: 48, ..Default::default() };
        group.gpus = Gpus { count: 4, model: "h100".to_owned(), ..Gpus::default() };
        group.memory_mib = 515_072;
        group.features = vec!["ib".to_owned(), "h100".to_owned()];
        for column in Column::ALL.iter().filter(|column| **column != Column::Count) {
            let mut again = group.clone();
            column.read(&column.of_group(&group)).unwrap().put_group(&mut again);
            assert_eq!(again, group, "{column:?}");
        }
    }

    #[test]
    fn people_write_the_same_in_many_ways() {
        let gpus = |count, model: &str, vendor| {
            let model = (!model.is_empty()).then(|| model.to_owned());
            Ok(Setting::Gpus { count, model, vendor })
        };
        for text in ["4 × h100", "4x h100", "4 h100", "gpu:h100:4", "h100:4", " 4 x  h100 "] {
            assert_eq!(Column::Gpus.read(text), gpus(4, "h100", Some(GpuVendor::Nvidia)), "{text}");
        }
        assert_eq!(Column::Gpus.read("8 AMD mi300x"), gpus(8, "mi300x", Some(GpuVendor::Amd)));
        assert_eq!(Column::Gpus.read("8 × mi300x"), gpus(8, "mi300x", Some(GpuVendor::Amd)));
        for text in ["", "–", "0"] {
            assert_eq!(Column::Gpus.read(text), gpus(0, "", None), "{text}");
        }
        let cpu = Ok(Setting::Cpu { sockets: 2, cores: 64, threads: 1 });
        for text in ["2 × 64 × 1", "2x64x1", "2*64*1", "2/64/1", "2 64 1"] {
            assert_eq!(Column::Cpu.read(text), cpu, "{text}");
        }
        assert_eq!(Column::Roles.read("Login worker"), Ok(Setting::Roles(vec![Role::Worker, Role::Login])));
    }

    #[test]
    fn what_cannot_be_read_says_how_to_write_it() {
        for (column, text, part) in [
            (Column::Cpu, "128", "2 × 64 × 1"),
            (Column::Cpu, "2 × a × 1", "2 × 64 × 1"),
            (Column::Gpus, "h100", "4 × h100"),
            (Column::Gpus, "4 h100 nvl", "4 × h100"),
            (Column::Roles, "worker, boss", "controller, worker, login, storage"),
            (Column::Memory, "lots", "GiB"),
            (Column::Weight, "-1", "whole number"),
            (Column::Count, "5", "hosts"),
        ] {
            let message = column.read(text).unwrap_err();
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn spreadsheets_call_columns_by_many_names() {
        for (head, column) in [
            ("Hosts", Column::Hosts),
            ("Node name", Column::Hosts),
            ("IP address", Column::Address),
            ("RAM", Column::Memory),
            ("cores per socket", Column::Cores),
            ("GPU(s)", Column::Gpus),
        ] {
            assert_eq!(Column::from_head(head), Some(column), "{head}");
        }
        assert_eq!(Column::from_head("cn001"), None);
        // No two columns answer to the same name.
        let mut heads: Vec<&str> = Column::ALL.iter().flat_map(|column| column.heads()).copied().collect();
        let count = heads.len();
        heads.sort_unstable();
        heads.dedup();
        assert_eq!(heads.len(), count);
    }
}
