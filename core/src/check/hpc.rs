//! MPI, CUDA and limits, against the GPUs that the nodes have.

use super::facts::Facts;
use super::text::quote;
use super::{Fix, Problem, checks};
use crate::cluster::{Choice, Cluster, Cuda, General, GpuVendor, Hpc, Mpi};
use crate::path::{Field, Path};

checks! {
    UNFREE_CUDA "cuda-unfree" Error "CUDA is on, but unfree packages are not allowed.",
    CUDA_AWARE_MPI "cuda-aware-without-openmpi" Error "CUDA-aware MPI is on without Open MPI.",
    CUDA_AWARE_CUDA "cuda-aware-without-cuda" Error "CUDA-aware MPI is on without CUDA.",
    NVIDIA_WITHOUT_CUDA "nvidia-without-cuda" Hint "Nodes have NVIDIA GPUs, but CUDA and the driver are off.",
    CUDA_WITHOUT_GPUS "cuda-without-gpus" Warning "CUDA is on, but no node has an NVIDIA GPU.",
    OPEN_MODULE_OLD_GPU "open-module-old-gpu" Error "The open kernel module is on, but a GPU is older than Turing.",
    CLOSED_MODULE_NEW_GPU "closed-module-new-gpu" Error "The open kernel module is off, but a GPU works with it only.",
    GOVERNOR "governor" Error "The CPU frequency governor is none of Linux'.",
}

/// Volta, Pascal, Maxwell, Kepler: no GSP, which the open kernel module needs.
const OLD_GPUS: &[&str] = &[
    "v100",
    "v100s",
    "titanv",
    "gv100",
    "quadrogv100",
    "p100",
    "p40",
    "p6",
    "p4",
    "gp100",
    "titanxp",
    "titanx",
    "m60",
    "m40",
    "m10",
    "m6",
    "m4",
    "k80",
    "k40",
    "k40m",
    "k20",
    "k20x",
    "k20m",
    "k10",
    "k8",
    "gtx1080ti",
    "gtx1080",
    "gtx1070ti",
    "gtx1070",
    "gtx1060",
    "gtx1050ti",
    "gtx1050",
    "gtx980ti",
    "gtx980",
    "gtx970",
];

/// Blackwell and Grace Hopper.
const NEW_GPUS: &[&str] = &["b100", "b200", "b300", "gb200", "gb300", "gh200", "rtx5090", "rtx5080", "rtx5070"];

const GOVERNORS: &[&str] = &["performance", "powersave", "schedutil", "ondemand", "conservative", "userspace"];

fn place<T>(field: Field<Hpc, T>) -> Path {
    Path::root().field(Cluster::hpc).field(field)
}

pub(super) fn check(facts: &Facts, problems: &mut Vec<Problem>) {
    let hpc = &*facts.cluster.hpc;
    check_cuda(facts, &hpc.cuda, problems);
    if hpc.cuda_aware_mpi {
        check_cuda_aware(facts, hpc, problems);
    }
    if hpc.cuda.enable {
        check_kernel_module(facts, hpc.cuda.open_kernel_module, problems);
    }
    if !hpc.governor.is_empty() && !GOVERNORS.contains(&hpc.governor.as_str()) {
        let path = place(Hpc::governor);
        let mended = hpc.governor.trim().to_lowercase();
        let fix = (mended.is_empty() || GOVERNORS.contains(&mended.as_str())).then(|| match mended.as_str() {
            "" => Fix::set("Leave it empty", path.clone(), ""),
            name => Fix::set(format!("Use {name}"), path.clone(), name),
        });
        let message =
            format!("{} is no frequency governor: use {}, or nothing.", quote(&hpc.governor), GOVERNORS.join(", "));
        problems.push(GOVERNOR.at(path, message).with_fix(fix));
    }
}

fn check_cuda(facts: &Facts, cuda: &Cuda, problems: &mut Vec<Problem>) {
    let path = || place(Hpc::cuda).field(Cuda::enable);
    let nvidia = facts.has_nvidia();
    if cuda.enable && !facts.cluster.general.allow_unfree {
        let path = Path::root().field(Cluster::general).field(General::allow_unfree);
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

fn check_cuda_aware(facts: &Facts, hpc: &Hpc, problems: &mut Vec<Problem>) {
    let path = || place(Hpc::cuda_aware_mpi);
    if hpc.mpi != Mpi::OpenMpi {
        let message = format!("CUDA-aware MPI needs Open MPI, not “{}”: choose Open MPI.", hpc.mpi.label());
        let fix = Fix::set("Use Open MPI", place(Hpc::mpi), Mpi::OpenMpi.key());
        problems.push(CUDA_AWARE_MPI.at(path(), message).with_fix(fix));
    }
    if !hpc.cuda.enable {
        let message = "CUDA-aware MPI needs CUDA: turn CUDA on.";
        problems.push(CUDA_AWARE_CUDA.at(path(), message).with_fix(facts.cuda_fix()));
    }
}

/// `NVIDIA Tesla-V100` as `v100`: what is behind it, such as its memory, is no part of the generation.
fn generation(model: &str) -> String {
    let plain: String = model.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.trim_start_matches("nvidia").trim_start_matches("tesla").trim_start_matches("geforce");
    let cut = ["sxm", "pcie", "nvl"].iter().filter_map(|mark| plain.find(mark)).min();
    let plain = &plain[..cut.unwrap_or(plain.len())];
    // Sizes such as “v100_32gb”.
    ["16gb", "32gb", "24gb", "12gb", "80gb"]
        .iter()
        .find_map(|size| plain.strip_suffix(size))
        .unwrap_or(plain)
        .to_owned()
}

fn check_kernel_module(facts: &Facts, open: bool, problems: &mut Vec<Problem>) {
    let find = |models: &[&str]| {
        facts.gpus().map(|(_, gpus)| gpus).find(|gpus| {
            gpus.count > 0 && gpus.vendor == GpuVendor::Nvidia && models.contains(&generation(&gpus.model).as_str())
        })
    };
    let path = place(Hpc::cuda).field(Cuda::open_kernel_module);
    let (old, new) = (find(OLD_GPUS), find(NEW_GPUS));
    // With both old and new GPUs neither choice is right, and so there is no fix.
    let fix = |label: &str, value: bool| (old.is_none() || new.is_none()).then(|| Fix::set(label, path.clone(), value));
    match (open, old, new) {
        (true, Some(gpus), _) => {
            let message = format!(
                "{} is older than Turing, and the open kernel module does not drive it: turn the open module off.",
                quote(&gpus.model)
            );
            problems.push(OPEN_MODULE_OLD_GPU.at(path.clone(), message).with_fix(fix("Use the closed module", false)));
        }
        (false, _, Some(gpus)) => {
            let message =
                format!("{} works with the open kernel module only: turn the open module on.", quote(&gpus.model));
            problems.push(CLOSED_MODULE_NEW_GPU.at(path.clone(), message).with_fix(fix("Use the open module", true)));
        }
        _ => {}
    }
}

#[cfg(test)]
pub(super) const CASES: super::fixtures::Cases = &[
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
    ("nodes[2].gpus = {}", &["warning cuda-without-gpus hpc.cuda.enable"]),
    (r#"nodes[2].gpus.vendor = "amd""#, &["warning cuda-without-gpus hpc.cuda.enable"]),
    (r#"nodes[2].gpus.model = "v100""#, &["error open-module-old-gpu hpc.cuda.openKernelModule"]),
    (r#"nodes[2].gpus.model = "tesla_v100-sxm2-32gb""#, &["error open-module-old-gpu hpc.cuda.openKernelModule"]),
    ("nodes[2].gpus.model = \"v100\"\nhpc.cuda.openKernelModule = false", &[]),
    (
        "nodes[2].gpus.model = \"b200\"\nhpc.cuda.openKernelModule = false",
        &["error closed-module-new-gpu hpc.cuda.openKernelModule"],
    ),
    (
        r#"nodes[1].overrides = [{"hosts": "cn1", "gpus": {"model": "k80", "count": 2}}]"#,
        &["error open-module-old-gpu hpc.cuda.openKernelModule"],
    ),
    (r#"hpc.governor = "Performance""#, &["error governor hpc.governor"]),
    (r#"hpc.governor = "fast""#, &["error governor hpc.governor"]),
];
