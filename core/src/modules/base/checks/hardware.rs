//! Hardware of the nodes: processors, memory, GPUs, interfaces, disks.

use crate::cluster::{Architecture, Boot, BootLoader, Choice, Gpus, NodeGroup, NodeOverride, Role};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::{Facts, Spot};
use crate::field_checks::{check_device, check_fs_type, check_interface};
use crate::folders::is_device;
use crate::gpu;
use crate::hostlist;
use crate::path::{Field, Path};
use crate::quoting::{quote, short};

checks! {
    CPU_NONE "cpu-none" Error "Sockets, cores or threads are 0.",
    CPU_MANY "cpu-many" Warning "Sockets, cores or threads are more than machines have.",
    MEMORY_UNKNOWN "memory-unknown" Error "The memory of a worker is not known, which Slurm must give out.",
    MEMORY_LOW "memory-low" Error "The memory is below 512 MiB, too little for NixOS.",
    MEMORY_IN_GIB "memory-in-gib" Warning "The memory looks as if it were in GiB.",
    MEMORY_HIGH "memory-high" Warning "The memory is more than machines have.",
    GPU_MODEL_MISSING "gpu-model-missing" Error "GPUs have no model, which Slurm needs as their type.",
    GPU_MODEL "gpu-model" Error "A GPU model cannot be Slurm's GRES type.",
    GPU_MIG "gpu-mig" Warning "GPUs are MIG slices, which the flake does not set up.",
    GPU_UNUSED "gpu-unused" Hint "A GPU model is set, but the count is 0.",
    GPU_MANY "gpu-many" Warning "A node has more GPUs than machines have.",
    GRUB_ON_ARM "grub-on-arm" Error "GRUB for BIOS is chosen on aarch64, which has no BIOS.",
    SAME_DEVICE "same-device" Error "Root and EFI system partition are on the same device.",
    HARDWARE_FILE "hardware-file" Error "The hardware file's path cannot be one of the flake's own files.",
    HARDWARE_FILE_BROUGHT "hardware-file-brought" Hint "A hardware file must be added to the flake before it evaluates.",
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    for (i, group) in facts.node_groups() {
        check_spot(&Machine::of_group(facts, i, group), problems);
    }
    for (i, j, change) in facts.overrides() {
        check_spot(&Machine::of_override(facts, i, j, change), problems);
    }
}

/// The hardware that a group or an override sets; `None` where an override leaves the group's. Groups and overrides
/// name these fields alike.
struct Machine<'c> {
    spot: Spot,
    architecture: Architecture,
    interface: Option<&'c str>,
    sockets: Option<u32>,
    cores: Option<u32>,
    threads: Option<u32>,
    memory: Option<u64>,
    /// Whether Slurm gives the memory out, and no override tells it for all hosts.
    needs_memory: bool,
    /// Cores of the node, also where they are the group's.
    all_cores: u64,
    gpus: Option<&'c Gpus>,
    boot: Option<&'c Boot>,
}

impl<'c> Machine<'c> {
    fn of_group(facts: &'c Facts, index: usize, group: &'c NodeGroup) -> Self {
        let told = group.overrides.iter().filter(|change| change.memory_mib.is_some());
        let told: usize = told.map(|change| hostlist::count(&change.hosts).unwrap_or(0)).sum();
        let all = hostlist::count(&group.hosts).unwrap_or(0);
        Self {
            needs_memory: runs_jobs(facts, group) && (told < all || all == 0),
            spot: Spot { group: index, change: None },
            architecture: group.architecture,
            interface: Some(&group.interface),
            sockets: Some(group.sockets),
            cores: Some(group.cores_per_socket),
            threads: Some(group.threads_per_core),
            memory: Some(group.memory_mib),
            all_cores: u64::from(group.sockets) * u64::from(group.cores_per_socket),
            gpus: Some(&group.gpus),
            boot: Some(&group.boot),
        }
    }

    fn of_override(facts: &'c Facts, index: usize, change_index: usize, change: &'c NodeOverride) -> Self {
        let group = &facts.cluster.nodes[index];
        let sockets = change.sockets.unwrap_or(group.sockets);
        let cores = change.cores_per_socket.unwrap_or(group.cores_per_socket);
        Self {
            spot: Spot { group: index, change: Some(change_index) },
            architecture: group.architecture,
            interface: change.interface.as_deref(),
            sockets: change.sockets,
            cores: change.cores_per_socket,
            threads: change.threads_per_core,
            memory: change.memory_mib,
            needs_memory: runs_jobs(facts, group),
            all_cores: u64::from(sockets) * u64::from(cores),
            gpus: change.gpus.as_ref(),
            boot: change.boot.as_ref(),
        }
    }

    fn path<T>(&self, field: Field<NodeGroup, T>) -> Path {
        self.spot.path().field(field)
    }
}

fn runs_jobs(facts: &Facts, group: &NodeGroup) -> bool {
    facts.cluster.slurm.enable && group.roles.contains(&Role::Worker)
}

fn check_spot(machine: &Machine, problems: &mut Vec<Problem>) {
    let counts = [
        (machine.sockets, NodeGroup::sockets, "sockets", 64),
        (machine.cores, NodeGroup::cores_per_socket, "cores in a socket", 1024),
        (machine.threads, NodeGroup::threads_per_core, "threads in a core", 8),
    ];
    for (count, field, noun, most) in counts {
        check_count(count, || machine.path(field), noun, most, problems);
    }
    check_memory(machine, problems);
    if let Some(gpus) = machine.gpus {
        check_gpus(gpus, || machine.path(NodeGroup::gpus), problems);
    }
    if let Some(name) = machine.interface {
        check_interface(name, || machine.path(NodeGroup::interface), problems);
    }
    if let Some(boot) = machine.boot {
        check_boot(boot, machine, problems);
    }
}

fn check_count(count: Option<u32>, path: impl Fn() -> Path, noun: &str, most: u32, problems: &mut Vec<Problem>) {
    match count {
        Some(0) => {
            let message = format!("A node cannot have 0 {noun}: write what “lscpu” shows there.");
            problems.push(CPU_NONE.at(path(), message).with_fix(Fix::set("Use 1", path(), 1)));
        }
        Some(count) if count > most => {
            let message = format!("{count} {noun} are more than machines have: write what “lscpu” shows there.");
            problems.push(CPU_MANY.at(path(), message));
        }
        _ => {}
    }
}

fn check_memory(machine: &Machine, problems: &mut Vec<Problem>) {
    /// 64 TiB.
    const MOST: u64 = 64 << 20;
    let Some(memory) = machine.memory else { return };
    let path = || machine.path(NodeGroup::memory_mib);
    let times = || memory.checked_mul(1024).filter(|memory| *memory > 0);
    let as_gib = || times().map(|mib| Fix::set(format!("Use {mib} MiB ({memory} GiB)"), path(), mib));
    let large = machine.all_cores >= 16;
    let problem = if memory == 0 {
        if !machine.needs_memory {
            return;
        }
        let message = "The memory of these workers is not known: enter what “free -m” or “slurmd -C” shows. Until then \
                       slurm.conf gives none, Slurm assumes 1 MiB, and no job gets more.";
        MEMORY_UNKNOWN.at(path(), message)
    } else if memory < 512 {
        let message = format!("{memory} MiB of memory are too little: the field is in MiB, 1 GiB is 1024.");
        MEMORY_LOW.at(path(), message).with_fix(if large { as_gib() } else { None })
    } else if memory < 2048 && large {
        let message = format!("{memory} MiB of memory are little for {} cores: is it {memory} GiB?", machine.all_cores);
        MEMORY_IN_GIB.at(path(), message.replace('?', "? The field is in MiB.")).with_fix(as_gib())
    } else if memory > MOST {
        let message =
            format!("{memory} MiB of memory are more than machines have: the field is in MiB, not in KiB or bytes.");
        MEMORY_HIGH.at(path(), message)
    } else {
        return;
    };
    problems.push(problem);
}

fn is_gres_type(model: &str) -> bool {
    model.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.+".contains(&byte))
}

fn check_gpus(gpus: &Gpus, path: impl Fn() -> Path, problems: &mut Vec<Problem>) {
    let model = || path().field(Gpus::model);
    if gpus.count == 0 && !gpus.model.is_empty() {
        let message =
            format!("The model is {}, but the count is 0: write how many a node has, or no model.", quote(&gpus.model));
        problems.push(GPU_UNUSED.at(path().field(Gpus::count), message).with_fix(Fix::set(
            "Remove the model",
            model(),
            "",
        )));
    }
    if gpus.count > 0 && gpus.model.trim().is_empty() {
        let message = "The GPUs have no model: write it as jobs ask for it, “h100” for --gres=gpu:h100:1.";
        problems.push(GPU_MODEL_MISSING.at(model(), message));
    } else if !is_gres_type(&gpus.model) {
        let mended: String =
            gpus.model.trim().to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let mended = mended.trim_matches('_').to_owned();
        let fix = (!mended.is_empty()).then(|| Fix::set(format!("Use {}", short(&mended)), model(), mended));
        let message = format!(
            "{} cannot be Slurm's type of a GPU: use small letters, digits, “_”, “-” and “.”.",
            quote(&gpus.model)
        );
        problems.push(GPU_MODEL.at(model(), message).with_fix(fix));
    } else if gpus.count > 0 && gpu::is_mig(&gpus.model) {
        let message = format!(
            "{} is a MIG slice, and the flake does not set MIG up. On each node, turn it on and create the slices \
             (nvidia-smi mig); then provide a gres.conf that lists their devices (MultipleFiles), with \
             services.slurm.extraConfigPaths and lib.mkBefore. Until then Slurm drains these nodes.",
            quote(&gpus.model)
        );
        problems.push(GPU_MIG.at(model(), message));
    }
    if gpus.count > 32 {
        let message = format!("{} GPUs are more than a node has: write how many one node has.", gpus.count);
        problems.push(GPU_MANY.at(path().field(Gpus::count), message));
    }
}

fn check_boot(boot: &Boot, machine: &Machine, problems: &mut Vec<Problem>) {
    let path = || machine.path(NodeGroup::boot);
    let uefi = boot.loader == BootLoader::SystemdBoot;
    if !uefi && machine.architecture == Architecture::Aarch64 {
        let message = "GRUB is for machines with a BIOS, and aarch64 has none: use systemd-boot.";
        let fix = Fix::set("Use systemd-boot", path().field(Boot::loader), BootLoader::SystemdBoot.key());
        problems.push(GRUB_ON_ARM.at(path().field(Boot::loader), message).with_fix(fix));
    }
    if !boot.hardware_config.is_empty() {
        if !uefi {
            check_device(&boot.grub_device, || path().field(Boot::grub_device), problems);
        }
        check_hardware_file(&boot.hardware_config, path().field(Boot::hardware_config), problems);
        return;
    }
    if uefi {
        check_device(&boot.esp_device, || path().field(Boot::esp_device), problems);
    } else {
        check_device(&boot.grub_device, || path().field(Boot::grub_device), problems);
    }
    check_device(&boot.root_device, || path().field(Boot::root_device), problems);
    if uefi && boot.root_device == boot.esp_device && is_device(&boot.root_device) {
        let message = format!(
            "{} cannot be both the root file system and the EFI system partition: name two partitions.",
            quote(&boot.root_device)
        );
        problems.push(SAME_DEVICE.at(path().field(Boot::esp_device), message));
    }
    check_fs_type(&boot.root_fs_type, || path().field(Boot::root_fs_type), problems);
}

/// Why a text cannot name a file or folder that the user adds to the flake; `None` where it can.
fn hardware_file_fault(text: &str) -> Option<&'static str> {
    let parts: Vec<&str> = text.split('/').collect();
    if text.starts_with('/') {
        Some("is not inside the flake; write it relative to flake.nix, “local/hardware.nix”")
    } else if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+".contains(&byte)) {
        Some("has characters other than letters, digits and “/._-+”; leave them out")
    } else if parts.iter().any(|part| part.is_empty() || part.chars().all(|c| c == '.')) {
        Some("has “.”, “..” or a slash too many; write it as “local/hardware.nix”")
    } else if ["modules", "lib", "hosts", "tests"].contains(&parts[0]) {
        Some("is in a folder of generated files; put it into “local/”")
    } else if parts.len() == 1 && ["flake.nix", "cluster.nix"].contains(&text) {
        Some("is a generated file; name another one, “local/hardware.nix”")
    } else {
        None
    }
}

fn check_hardware_file(text: &str, path: Path, problems: &mut Vec<Problem>) {
    if let Some(fault) = hardware_file_fault(text) {
        let parts: Vec<&str> = text.trim().split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        let mended = parts.join("/");
        let fix = (hardware_file_fault(&mended).is_none())
            .then(|| Fix::set(format!("Use {}", short(&mended)), path.clone(), mended.clone()));
        let message = format!("{} {fault}.", quote(text));
        problems.push(HARDWARE_FILE.at(path, message).with_fix(fix));
        return;
    }
    let (name, which) = if text.ends_with(".nix") { ("", "the file") } else { ("/HOST.nix", "a file for each host") };
    let message = format!(
        "Bring {which}: on the machine, “nixos-generate-config --show-hardware-config > {text}{name}”, then “git add” it."
    );
    problems.push(HARDWARE_FILE_BROUGHT.at(path, message));
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    ("nodes[1].sockets = 0", &["error cpu-none nodes[1].sockets"]),
    ("nodes[1].threadsPerCore = 16", &["warning cpu-many nodes[1].threadsPerCore"]),
    (
        "nodes[1].overrides = [{\"hosts\": \"cn1\", \"coresPerSocket\": 0}]",
        &["error cpu-none nodes[1].overrides[0].coresPerSocket"],
    ),
    (
        "nodes[1].sockets = 4294967295\nnodes[1].coresPerSocket = 4294967295",
        &["warning cpu-many nodes[1].sockets", "warning cpu-many nodes[1].coresPerSocket"],
    ),
    ("nodes[1].memoryMiB = 256", &["error memory-low nodes[1].memoryMiB"]),
    ("nodes[0].memoryMiB = 256", &["error memory-low nodes[0].memoryMiB"]),
    ("nodes[1].memoryMiB = 1024", &["warning memory-in-gib nodes[1].memoryMiB"]),
    ("nodes[0].memoryMiB = 1024", &[]),
    ("nodes[1].memoryMiB = 274877906944", &["warning memory-high nodes[1].memoryMiB"]),
    ("nodes[2].gpus.model = \"\"", &["error gpu-model-missing nodes[2].gpus.model"]),
    ("nodes[1].memoryMiB = 0", &["error memory-unknown nodes[1].memoryMiB"]),
    ("nodes[0].memoryMiB = 0", &[]),
    ("slurm.enable = false\nnodes[1].memoryMiB = 0", &[]),
    ("nodes[1].memoryMiB = 0\nnodes[1].overrides = [{\"hosts\": \"cn[1-2]\", \"memoryMiB\": 65536}]", &[]),
    ("nodes[2].gpus.model = \"a100_1g.5gb\"", &["warning gpu-mig nodes[2].gpus.model"]),
    ("nodes[2].gpus.model = \"NVIDIA H100\"", &["error gpu-model nodes[2].gpus.model"]),
    ("nodes[1].gpus.model = \"h100\"", &["hint gpu-unused nodes[1].gpus.count"]),
    (
        "nodes[2].gpus.count = 80",
        &["warning gpu-many nodes[2].gpus.count", "warning gpu-form-factor nodes[2].gpus.formFactor"],
    ),
    ("nodes[1].interface = \"enp 1\"", &["error interface-name nodes[1].interface"]),
    ("nodes[1].interface = \"eno1 \"", &["error interface-name nodes[1].interface"]),
    ("nodes[1].interface = \"abcdefghijklmnop\"", &["error interface-name nodes[1].interface"]),
    (
        "nodes[1].architecture = \"aarch64\"\nnodes[1].boot.loader = \"grub\"",
        &["error grub-on-arm nodes[1].boot.loader"],
    ),
    ("nodes[1].boot.rootDevice = \"sda2\"", &["error device nodes[1].boot.rootDevice"]),
    ("nodes[1].boot.loader = \"grub\"\nnodes[1].boot.grubDevice = \"\"", &["error device nodes[1].boot.grubDevice"]),
    ("nodes[1].boot.espDevice = \"UUID=AB\"", &["error device nodes[1].boot.espDevice"]),
    ("nodes[1].boot.espDevice = \"/dev/disk/by-label/nixos\"", &["error same-device nodes[1].boot.espDevice"]),
    ("nodes[1].boot.hardwareConfig = \"local/hardware\"", &["hint hardware-file-brought nodes[1].boot.hardwareConfig"]),
    (
        "nodes[1].boot.hardwareConfig = \"local/hw.nix\"\nnodes[1].boot.rootDevice = \"sda2\"",
        &["hint hardware-file-brought nodes[1].boot.hardwareConfig"],
    ),
    ("nodes[1].boot.hardwareConfig = \"./local//hw.nix\"", &["error hardware-file nodes[1].boot.hardwareConfig"]),
    ("nodes[1].boot.hardwareConfig = \"/etc/nixos/hw.nix\"", &["error hardware-file nodes[1].boot.hardwareConfig"]),
    ("nodes[1].boot.hardwareConfig = \"modules/hw.nix\"", &["error hardware-file nodes[1].boot.hardwareConfig"]),
    ("nodes[1].boot.hardwareConfig = \"flake.nix\"", &["error hardware-file nodes[1].boot.hardwareConfig"]),
    ("nodes[1].boot.hardwareConfig = \"a b.nix\"", &["error hardware-file nodes[1].boot.hardwareConfig"]),
    ("nodes[1].boot.rootFsType = \"EXT4\"", &["error file-system-type nodes[1].boot.rootFsType"]),
    ("nodes[1].boot.rootFsType = \"ntfs\"", &["error file-system-type nodes[1].boot.rootFsType"]),
];
