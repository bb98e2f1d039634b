//! MPI, GPUs, tools and limits, against the nodes that have them.

use crate::cluster::{
    Choice, Cluster, Cuda, FabricDriver, FabricKind, General, GpuFormFactor, GpuVendor, Gpus, HUGE_PAGE_MIB, Hpc, Lmod,
    Mpi, Role,
};
use crate::diagnostic::{Fix, Problem, checks};
use crate::facts::Facts;
use crate::flake_reference::flake_reference_fault;
use crate::folders::{folder_fault, mended_folder};
use crate::gpu::{self, Generation};
use crate::path;
use crate::path::Path;
use crate::quoting::quote;

checks! {
    UNFREE_CUDA "cuda-unfree" Error "CUDA is on, but unfree packages are not allowed.",
    CUDA_AWARE_MPI "cuda-aware-without-openmpi" Error "CUDA-aware MPI is on without Open MPI.",
    CUDA_AWARE_CUDA "cuda-aware-without-cuda" Error "CUDA-aware MPI is on without CUDA.",
    UCX_WITHOUT_OPENMPI "ucx-without-openmpi" Warning "UCX is on without Open MPI.",
    UCX_OMNI_PATH "ucx-on-omni-path" Warning "UCX is on, but the fabric's adapters are Omni-Path.",
    NVIDIA_WITHOUT_CUDA "nvidia-without-cuda" Hint "Nodes have NVIDIA GPUs, but CUDA and the driver are off.",
    CUDA_WITHOUT_GPUS "cuda-without-gpus" Warning "CUDA is on, but no node has an NVIDIA GPU.",
    GPU_TOO_OLD "gpu-too-old" Error "A GPU is older than what CUDA supports.",
    CLOSED_MODULE_NEW_GPU "closed-module-new-gpu" Error "The open kernel module is off, but a GPU works with it only.",
    FABRIC_MANAGER "fabric-manager-without-nvswitch" Warning "The fabric manager is on, but no node has NVSwitch.",
    FABRIC_MANAGER_OFF "nvswitch-without-fabric-manager" Warning "A node has NVSwitch, but the fabric manager is off.",
    FORM_FACTOR "gpu-form-factor" Warning "Eight GPUs may be on a board with NVSwitch, but the fabric manager is off.",
    ROCM_WITHOUT_GPUS "rocm-without-gpus" Warning "ROCm is on, but no node has an AMD GPU.",
    AMD_WITHOUT_ROCM "amd-without-rocm" Hint "Nodes have AMD GPUs, but ROCm is off.",
    PACKAGE "package-attribute" Error "A package is no attribute of nixpkgs.",
    PACKAGE_UNFREE "package-unfree" Error "A package is unfree, but unfree packages are not allowed.",
    LMOD_SOURCE "lmod-source" Error "Lmod is on, but no flake is named that has it.",
    LMOD_SOURCE_SYNTAX "lmod-source-syntax" Error "Lmod's flake reference cannot be read.",
    MODULE_PATH "module-path" Error "A folder of modulefiles is no absolute path.",
    NO_MODULE_PATH "module-path-empty" Warning "Lmod has no folder of modulefiles.",
    SELF_TEST "self-test-without-mpi" Error "The self-test is on without MPI.",
    MEMLOCK "fabric-without-memlock" Hint "MPI runs over a fabric, but users may lock little memory.",
    HUGE_PAGES "huge-pages" Error "Huge pages leave a worker too little memory.",
    GOVERNOR "governor" Error "The CPU frequency governor is none of Linux'.",
}

const GOVERNORS: &[&str] = &["performance", "powersave", "schedutil", "ondemand", "conservative", "userspace"];

/// What people ask for that nixpkgs does not have, or has under another name.
const NOT_IN_NIXPKGS: &[(&str, Option<&str>)] = &[
    ("lmod", None),
    ("environment-modules", None),
    ("spack", None),
    ("perftest", None),
    ("nccl", Some("cudaPackages.nccl")),
    ("nccl-tests", Some("cudaPackages.nccl-tests")),
    ("cudatoolkit", Some("cudaPackages.cudatoolkit")),
    ("clustershell", Some("python3Packages.clustershell")),
    ("numpy", Some("python3Packages.numpy")),
    ("scipy", Some("python3Packages.scipy")),
    ("mpi4py", Some("python3Packages.mpi4py")),
];

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let hpc = &*facts.cluster.hpc;
    check_mpi(facts, hpc, problems);
    check_cuda(facts, &hpc.cuda, problems);
    if hpc.cuda.enable {
        check_models(facts, &hpc.cuda, problems);
    }
    check_rocm(facts, hpc.rocm, problems);
    for (index, package) in hpc.packages.iter().enumerate() {
        check_package(facts, package.trim(), path![Cluster::hpc, Hpc::packages[index]], problems);
    }
    if hpc.lmod.enable {
        check_lmod(&hpc.lmod, problems);
    }
    check_huge_pages(facts, problems);
    check_governor(&hpc.governor, problems);
}

fn check_mpi(facts: &Facts, hpc: &Hpc, problems: &mut Vec<Problem>) {
    let use_openmpi = || Fix::set("Use Open MPI", path![Cluster::hpc, Hpc::mpi], Mpi::OpenMpi.key());
    if hpc.cuda_aware_mpi && hpc.mpi != Mpi::OpenMpi {
        let message = format!("CUDA-aware MPI needs Open MPI, not “{}”: choose Open MPI.", hpc.mpi.label());
        problems.push(CUDA_AWARE_MPI.at(path![Cluster::hpc, Hpc::cuda_aware_mpi], message).with_fix(use_openmpi()));
    }
    if hpc.cuda_aware_mpi && !hpc.cuda.enable {
        let message = "CUDA-aware MPI needs CUDA: turn CUDA on.";
        problems.push(CUDA_AWARE_CUDA.at(path![Cluster::hpc, Hpc::cuda_aware_mpi], message).with_fix(facts.cuda_fix()));
    }
    if hpc.ucx && hpc.mpi != Mpi::OpenMpi {
        let message = match hpc.mpi {
            Mpi::Mpich => "UCX is on, but nixpkgs builds MPICH with libfabric: use Open MPI, or turn UCX off.",
            _ => "UCX is on, but there is no MPI that sends through it: choose Open MPI, or turn UCX off.",
        };
        problems.push(UCX_WITHOUT_OPENMPI.at(path![Cluster::hpc, Hpc::ucx], message).with_fix(use_openmpi()));
    }
    if hpc.self_test && hpc.mpi == Mpi::None {
        let message = "The self-test is an MPI program: choose an MPI, or turn the self-test off.";
        problems.push(SELF_TEST.at(path![Cluster::hpc, Hpc::self_test], message).with_fix(use_openmpi()));
    }
    let fabric = &facts.cluster.network.fabric;
    if hpc.ucx && fabric.kind != FabricKind::None && fabric.driver == FabricDriver::Hfi1 {
        let message = "Omni-Path adapters send through PSM2, which Open MPI takes by itself, and not well through UCX: \
                       turn UCX off.";
        let fix = Fix::set("Turn UCX off", path![Cluster::hpc, Hpc::ucx], false);
        problems.push(UCX_OMNI_PATH.at(path![Cluster::hpc, Hpc::ucx], message).with_fix(fix));
    }
    if hpc.mpi != Mpi::None && fabric.kind != FabricKind::None && !hpc.unlimited_memlock {
        let path = path![Cluster::hpc, Hpc::unlimited_memlock];
        let message = "RDMA locks the memory that it sends from, and users may lock little of it: allow them all, or MPI \
                       falls back to TCP or fails when it is started over SSH.";
        let fix = Fix::set("Let programs lock all memory", path.clone(), true);
        problems.push(MEMLOCK.at(path, message).with_fix(fix));
    }
}

fn check_cuda(facts: &Facts, cuda: &Cuda, problems: &mut Vec<Problem>) {
    let path = || path![Cluster::hpc, Hpc::cuda, Cuda::enable];
    let nvidia = facts.has_nvidia();
    if cuda.enable && !facts.cluster.general.allow_unfree {
        let path = path![Cluster::general, General::allow_unfree];
        let message = "The NVIDIA driver and CUDA have unfree licences: allow unfree packages, or turn CUDA off.";
        let fix = Fix::set("Allow unfree packages", path.clone(), true);
        problems.push(UNFREE_CUDA.at(path, message).with_fix(fix));
    }
    if cuda.enable && !nvidia {
        let message = "CUDA is on, but no node has an NVIDIA GPU: turn it off or add the GPUs.";
        problems.push(CUDA_WITHOUT_GPUS.at(path(), message).with_fix(Fix::set("Turn CUDA off", path(), false)));
    }
    if !cuda.enable && nvidia {
        let message =
            "Nodes have NVIDIA GPUs, but CUDA is off: they would have no driver, and jobs no GPU. Turn it on.";
        problems.push(NVIDIA_WITHOUT_CUDA.at(path(), message).with_fix(facts.cuda_fix()));
    }
}

/// The driver against the models that the cluster has.
fn check_models(facts: &Facts, cuda: &Cuda, problems: &mut Vec<Problem>) {
    let nvidia = || facts.gpus().filter(|(_, gpus)| gpus.count > 0 && gpus.vendor == GpuVendor::Nvidia);
    for (spot, gpus) in nvidia().filter(|(_, gpus)| gpu::generation(&gpus.model) == Some(Generation::Kepler)) {
        let message = format!(
            "{} is of the Kepler generation, which no CUDA of nixpkgs supports: replace it, or turn CUDA off.",
            quote(&gpus.model)
        );
        problems.push(GPU_TOO_OLD.at(spot.path().key("gpus").field(Gpus::model), message));
    }
    let new = nvidia().find(|(_, gpus)| gpu::generation(&gpus.model) == Some(Generation::OpenOnly));
    if let Some((_, gpus)) = new.filter(|_| !cuda.open_kernel_module) {
        let path = path![Cluster::hpc, Hpc::cuda, Cuda::open_kernel_module];
        let message =
            format!("{} works with the open kernel module only: turn the open module on.", quote(&gpus.model));
        let fix = Fix::set("Use the open module", path.clone(), true);
        problems.push(CLOSED_MODULE_NEW_GPU.at(path, message).with_fix(fix));
    }
    check_fabric_manager(facts, cuda, problems);
}

/// NVSwitch needs the fabric manager: without it, CUDA does not start (error 802, “system not yet initialized”).
fn check_fabric_manager(facts: &Facts, cuda: &Cuda, problems: &mut Vec<Problem>) {
    let path = path![Cluster::hpc, Hpc::cuda, Cuda::fabric_manager];
    let all = || facts.gpus().filter(|(_, gpus)| gpus.count > 0);
    if cuda.fabric_manager && !all().any(|(_, gpus)| gpu::runs_fabric_manager(gpus)) {
        let message = "The fabric manager runs on nodes with NVSwitch: eight GPUs or more of a model such as “a100”, \
                       “h100” or “b200”, not of the PCIe kind. No node is so: turn it off.";
        let fix = Fix::set("Turn the fabric manager off", path.clone(), false);
        problems.push(FABRIC_MANAGER.at(path, message).with_fix(fix));
        return;
    }
    if cuda.fabric_manager {
        return;
    }
    if let Some((_, gpus)) = all().find(|(_, gpus)| gpu::nvswitch(gpus) == Some(true)) {
        let message = format!(
            "{} × {} are on a board with NVSwitch, where CUDA does not start without the fabric manager: turn it on.",
            gpus.count,
            quote(&gpus.model)
        );
        let fix = Fix::set("Turn the fabric manager on", path.clone(), true);
        problems.push(FABRIC_MANAGER_OFF.at(path.clone(), message).with_fix(fix));
    }
    for (spot, gpus) in all().filter(|(_, gpus)| gpu::nvswitch(gpus).is_none()) {
        let form_factor = spot.path().key("gpus").field(Gpus::form_factor);
        let message = format!(
            "{} × {} are either on an HGX or DGX board, where CUDA does not start without the fabric manager, or PCIe \
             cards, which need none: say which.",
            gpus.count,
            quote(&gpus.model)
        );
        let fix = Fix {
            label: "They are on an HGX or DGX board".to_owned(),
            set: vec![(form_factor.clone(), GpuFormFactor::Sxm.key().into()), (path.clone(), true.into())],
        };
        problems.push(FORM_FACTOR.at(form_factor, message).with_fix(fix));
    }
}

fn check_rocm(facts: &Facts, rocm: bool, problems: &mut Vec<Problem>) {
    let amd = facts.gpus().any(|(_, gpus)| gpus.count > 0 && gpus.vendor == GpuVendor::Amd);
    if rocm && !amd {
        let message = "ROCm is on, but no node has an AMD GPU: turn it off or add the GPUs.";
        let fix = Fix::set("Turn ROCm off", path![Cluster::hpc, Hpc::rocm], false);
        problems.push(ROCM_WITHOUT_GPUS.at(path![Cluster::hpc, Hpc::rocm], message).with_fix(fix));
    }
    if !rocm && amd {
        let message = "Nodes have AMD GPUs, but ROCm is off: users would lack its tools and the rights. Turn it on.";
        let fix = Fix::set("Turn ROCm on", path![Cluster::hpc, Hpc::rocm], true);
        problems.push(AMD_WITHOUT_ROCM.at(path![Cluster::hpc, Hpc::rocm], message).with_fix(fix));
    }
}

/// Whether the text can be an attribute path of nixpkgs, as Nix writes names without quotes.
fn is_attribute(name: &str) -> bool {
    name.split('.').all(|part| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "_'-".contains(c))
    })
}

fn check_package(facts: &Facts, name: &str, path: Path, problems: &mut Vec<Problem>) {
    let name_of = |path: &str| path.strip_prefix("pkgs.").unwrap_or(path).to_owned();
    if let Some((_, instead)) = NOT_IN_NIXPKGS.iter().find(|(missing, _)| *missing == name) {
        let message = match instead {
            Some(instead) => format!("nixpkgs has {} as {}: use that.", quote(name), quote(instead)),
            None => format!("nixpkgs has no {}: leave it out.", quote(name)),
        };
        let fix = instead.map(|instead| Fix::set(format!("Use {instead}"), path.clone(), instead));
        problems.push(PACKAGE.at(path, message).with_fix(fix));
    } else if !is_attribute(name) || name.starts_with("pkgs.") {
        let message = format!(
            "{} is no attribute of nixpkgs: write names as “julia” or “python3Packages.numpy”, as search.nixos.org shows \
             them.",
            quote(name)
        );
        let mended = name_of(name);
        let fix = (mended != name && is_attribute(&mended))
            .then(|| Fix::set(format!("Use {mended}"), path.clone(), mended.clone()));
        problems.push(PACKAGE.at(path, message).with_fix(fix));
    } else if name.starts_with("cudaPackages.") && !facts.cluster.general.allow_unfree {
        let allow = path![Cluster::general, General::allow_unfree];
        let message = format!("{} has an unfree licence: allow unfree packages, or leave it out.", quote(name));
        problems.push(PACKAGE_UNFREE.at(path, message).with_fix(Fix::set("Allow unfree packages", allow, true)));
    }
}

fn check_lmod(lmod: &Lmod, problems: &mut Vec<Problem>) {
    let path = path![Cluster::hpc, Hpc::lmod, Lmod::package_source];
    let source = lmod.package_source.trim();
    if source.is_empty() {
        let message = "Lmod is not in nixpkgs: name a flake that has it, as packages.SYSTEM.lmod with what Lmod's “make \
                       install” makes, or turn Lmod off.";
        let fix = Fix::set("Turn Lmod off", path![Cluster::hpc, Hpc::lmod, Lmod::enable], false);
        problems.push(LMOD_SOURCE.at(path, message).with_fix(fix));
    } else if let Some(fault) = flake_reference_fault(source) {
        let message =
            format!("{} is no flake reference: it {fault}. Write it as “github:lab/lmod-nix”.", quote(source));
        problems.push(LMOD_SOURCE_SYNTAX.at(path, message));
    }
    let folders = path![Cluster::hpc, Hpc::lmod, Lmod::module_path];
    if lmod.module_path.is_empty() {
        let message = "Lmod has no folder of modulefiles, and “module avail” would show nothing: name one.";
        let fix = Fix::set("Use /opt/modulefiles", folders.clone(), vec!["/opt/modulefiles"]);
        problems.push(NO_MODULE_PATH.at(folders.clone(), message).with_fix(fix));
    }
    for (index, folder) in lmod.module_path.iter().enumerate() {
        if let Some(fault) = folder_fault(folder) {
            let path = folders.index(index);
            let message = format!("The folder {} {fault}: write it as “/opt/modulefiles”.", quote(folder));
            let fix = mended_folder(folder).map(|mended| Fix::set(format!("Use {mended}"), path.clone(), mended));
            problems.push(MODULE_PATH.at(path, message).with_fix(fix));
        }
    }
}

fn check_huge_pages(facts: &Facts, problems: &mut Vec<Problem>) {
    let pages = facts.cluster.hpc.huge_pages;
    if pages == 0 {
        return;
    }
    let workers = facts.cluster.nodes.iter().filter(|group| group.roles.contains(&Role::Worker));
    let memory = workers.flat_map(|group| {
        std::iter::once(group.memory_mib).chain(group.overrides.iter().filter_map(|change| change.memory_mib))
    });
    let memory = memory.filter(|mib| *mib > 0);
    let Some(smallest) = memory.min() else { return };
    let most = smallest / 4 * 3 / HUGE_PAGE_MIB;
    if u64::from(pages) > most {
        let path = path![Cluster::hpc, Hpc::huge_pages];
        let message = format!(
            "{pages} huge pages hold {} MiB, and the smallest worker has {smallest} MiB: keep at most three quarters, {most} \
             pages.",
            facts.cluster.hpc.huge_pages_mib()
        );
        problems.push(HUGE_PAGES.at(path.clone(), message).with_fix(Fix::set(format!("Use {most}"), path, most)));
    }
}

fn check_governor(governor: &str, problems: &mut Vec<Problem>) {
    if governor.is_empty() || GOVERNORS.contains(&governor) {
        return;
    }
    let path = path![Cluster::hpc, Hpc::governor];
    let mended = governor.trim().to_lowercase();
    let fix = (mended.is_empty() || GOVERNORS.contains(&mended.as_str())).then(|| match mended.as_str() {
        "" => Fix::set("Leave it empty", path.clone(), ""),
        name => Fix::set(format!("Use {name}"), path.clone(), name),
    });
    let message = format!("{} is no frequency governor: use {}, or nothing.", quote(governor), GOVERNORS.join(", "));
    problems.push(GOVERNOR.at(path, message).with_fix(fix));
}

#[cfg(test)]
pub(super) const CASES: crate::facts::Cases = &[
    ("cluster.allowUnfree = false", &["error cuda-unfree cluster.allowUnfree"]),
    (r#"hpc.mpi = "mpich""#, &["error cuda-aware-without-openmpi hpc.cudaAwareMPI"]),
    (
        "hpc.cuda.enable = false",
        &[
            "error cuda-aware-without-cuda hpc.cudaAwareMPI",
            "hint nvidia-without-cuda hpc.cuda.enable",
            "hint containers-without-cuda containers.gpu",
        ],
    ),
    (
        "hpc.cuda.enable = false\nhpc.cudaAwareMPI = false\ncontainers.enable = false\ncluster.allowUnfree = false",
        &["hint nvidia-without-cuda hpc.cuda.enable"],
    ),
    ("hpc.ucx = true", &[]),
    ("hpc.ucx = true\nhpc.mpi = \"mpich\"\nhpc.cudaAwareMPI = false", &["warning ucx-without-openmpi hpc.ucx"]),
    ("hpc.ucx = true\nhpc.mpi = \"none\"\nhpc.cudaAwareMPI = false", &["warning ucx-without-openmpi hpc.ucx"]),
    ("hpc.selfTest = true", &[]),
    (
        "hpc.selfTest = true\nhpc.mpi = \"none\"\nhpc.cudaAwareMPI = false",
        &["error self-test-without-mpi hpc.selfTest"],
    ),
    ("nodes[2].gpus = {}", &["warning cuda-without-gpus hpc.cuda.enable"]),
    (
        r#"nodes[2].gpus.vendor = "amd""#,
        &["warning cuda-without-gpus hpc.cuda.enable", "hint amd-without-rocm hpc.rocm"],
    ),
    ("nodes[2].gpus.vendor = \"amd\"\nhpc.rocm = true", &["warning cuda-without-gpus hpc.cuda.enable"]),
    ("hpc.rocm = true", &["warning rocm-without-gpus hpc.rocm"]),
    // Old GPUs get the driver that fits them, whatever is chosen for the others.
    (r#"nodes[2].gpus.model = "v100""#, &[]),
    ("nodes[2].gpus.model = \"v100\"\nhpc.cuda.openKernelModule = false", &[]),
    ("nodes[2].gpus.model = \"v100\"\nhpc.cuda.branch = \"latest\"", &[]),
    (
        "nodes[2].gpus.model = \"b200\"\nhpc.cuda.openKernelModule = false",
        &["error closed-module-new-gpu hpc.cuda.openKernelModule"],
    ),
    (
        r#"nodes[1].overrides = [{"hosts": "cn1", "gpus": {"model": "k80", "count": 2}}]"#,
        &["error gpu-too-old nodes[1].overrides[0].gpus.model"],
    ),
    ("hpc.cuda.fabricManager = true", &["warning fabric-manager-without-nvswitch hpc.cuda.fabricManager"]),
    ("hpc.cuda.fabricManager = true\nnodes[2].gpus.count = 8", &[]),
    ("nodes[2].gpus.count = 8", &["warning gpu-form-factor nodes[2].gpus.formFactor"]),
    (
        "nodes[2].gpus.count = 8\nhpc.cuda.enable = false\nhpc.cudaAwareMPI = false\ncontainers.gpu = false",
        &["hint nvidia-without-cuda hpc.cuda.enable"],
    ),
    ("nodes[2].gpus.count = 8\nnodes[2].gpus.formFactor = \"pcie\"", &[]),
    (
        "nodes[2].gpus.count = 8\nnodes[2].gpus.formFactor = \"sxm\"",
        &["warning nvswitch-without-fabric-manager hpc.cuda.fabricManager"],
    ),
    (
        "nodes[2].gpus.count = 8\nnodes[2].gpus.model = \"b200\"",
        &["warning nvswitch-without-fabric-manager hpc.cuda.fabricManager"],
    ),
    (
        "nodes[1].overrides = [{\"hosts\": \"cn1\", \"gpus\": {\"model\": \"a100\", \"count\": 8}}]",
        &["warning gpu-form-factor nodes[1].overrides[0].gpus.formFactor"],
    ),
    (
        "hpc.cuda.fabricManager = true\nnodes[2].gpus.count = 8\nnodes[2].gpus.model = \"h100-pcie\"",
        &["warning fabric-manager-without-nvswitch hpc.cuda.fabricManager"],
    ),
    (r#"hpc.packages = ["julia", "python3Packages.numpy", "cudaPackages.nccl"]"#, &[]),
    (r#"hpc.packages = ["gromacs", "big thing"]"#, &["error package-attribute hpc.packages[1]"]),
    (r#"hpc.packages = ["pkgs.julia"]"#, &["error package-attribute hpc.packages[0]"]),
    (
        r#"hpc.packages = ["spack", "nccl"]"#,
        &["error package-attribute hpc.packages[0]", "error package-attribute hpc.packages[1]"],
    ),
    (r#"hpc.packages = [""]"#, &["error package-attribute hpc.packages[0]"]),
    (
        "hpc.packages = [\"cudaPackages.nccl\"]\ncluster.allowUnfree = false\nhpc.cuda.enable = false\nhpc.cudaAwareMPI = false\nnodes[2].gpus = {}",
        &["error package-unfree hpc.packages[0]"],
    ),
    ("hpc.lmod.enable = true", &["error lmod-source hpc.lmod.packageSource"]),
    ("hpc.lmod.enable = true\nhpc.lmod.packageSource = \"github:lab/lmod-nix\"", &[]),
    ("hpc.lmod.enable = true\nhpc.lmod.packageSource = \"lmod\"", &["error lmod-source-syntax hpc.lmod.packageSource"]),
    (
        "hpc.lmod.enable = true\nhpc.lmod.packageSource = \"path:/srv/lmod\"\nhpc.lmod.modulePath = [\"/opt/mod files\", \"opt/modulefiles\"]",
        &["error module-path hpc.lmod.modulePath[0]", "error module-path hpc.lmod.modulePath[1]"],
    ),
    (
        "hpc.lmod.enable = true\nhpc.lmod.packageSource = \"path:/srv/lmod\"\nhpc.lmod.modulePath = []",
        &["warning module-path-empty hpc.lmod.modulePath"],
    ),
    (
        "network.fabric.kind = \"roce\"\nnodes[1].fabricFirstIP = \"10.1.0.11\"\nhpc.unlimitedMemlock = false",
        &["hint fabric-without-memlock hpc.unlimitedMemlock"],
    ),
    ("network.fabric.kind = \"roce\"\nnodes[1].fabricFirstIP = \"10.1.0.11\"", &[]),
    (
        "network.fabric = {\"kind\": \"infiniband\", \"driver\": \"hfi1\"}\nnodes[1].fabricFirstIP = \"10.1.0.11\"\nhpc.ucx = true\nhpc.unlimitedMemlock = true",
        &["warning ucx-on-omni-path hpc.ucx"],
    ),
    ("hpc.hugePages = 1024", &[]),
    ("hpc.hugePages = 120000", &["error huge-pages hpc.hugePages"]),
    (r#"hpc.governor = "Performance""#, &["error governor hpc.governor"]),
    (r#"hpc.governor = "fast""#, &["error governor hpc.governor"]),
];
