//! What the models of NVIDIA's GPUs need of driver and machine.

use crate::cluster::{GpuFormFactor, GpuVendor, Gpus};

/// Architectures that differ in the driver they need. Models that are not known here are taken for newer ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// Driven by 470 and older only, with which no CUDA of nixpkgs works.
    Kepler,
    /// Maxwell, Pascal, Volta: 580 is their last branch, and the open kernel module does not drive them.
    Legacy,
    /// Blackwell and Grace Hopper: driven by the open kernel module only.
    OpenOnly,
}

/// Models whose nodes with eight GPUs are built around NVSwitch, as in NVIDIA's HGX boards (form factor SXM).
const NVSWITCH: &[&str] = &["a100", "a800", "h20", "h100", "h200", "h800", "b100", "b200", "b300"];

/// Those of them that are no PCIe cards.
const BOARD_ONLY: &[&str] = &["b100", "b200", "b300"];

const KEPLER: &[&str] = &["k80", "k40", "k40m", "k40c", "k20", "k20x", "k20m", "k10", "k8"];

const LEGACY: &[&str] = &[
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
    "quadrogp100",
    "titanxp",
    "titanx",
    "m60",
    "m40",
    "m10",
    "m6",
    "m4",
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

const OPEN_ONLY: &[&str] =
    &["b100", "b200", "b300", "gb200", "gb300", "gh200", "rtx5090", "rtx5080", "rtx5070ti", "rtx5070", "rtxpro6000"];

/// The generation of a model as people write it: `NVIDIA Tesla-V100`, `v100-sxm2-32gb`. `None` where it is not known.
pub fn generation(model: &str) -> Option<Generation> {
    let name = plain(model);
    [(KEPLER, Generation::Kepler), (LEGACY, Generation::Legacy), (OPEN_ONLY, Generation::OpenOnly)]
        .into_iter()
        .find_map(|(models, generation)| models.contains(&name.as_str()).then_some(generation))
}

/// Whether nodes with these GPUs have NVSwitch, and so need the fabric manager before CUDA works (NVIDIA, “Fabric Manager
/// for NVIDIA NVSwitch Systems”); `None` where the model is built both ways and nothing says which it is.
pub fn nvswitch(gpus: &Gpus) -> Option<bool> {
    let (lower, name) = (gpus.model.to_lowercase(), plain(&gpus.model));
    let is_card = lower.contains("pcie") || lower.contains("nvl") || gpus.form_factor == GpuFormFactor::Pcie;
    if gpus.vendor != GpuVendor::Nvidia || gpus.count < 8 || is_card {
        return Some(false);
    }
    let is_board = gpus.form_factor == GpuFormFactor::Sxm || BOARD_ONLY.contains(&name.as_str());
    if is_board || (lower.contains("sxm") && NVSWITCH.contains(&name.as_str())) {
        return Some(true);
    }
    if NVSWITCH.contains(&name.as_str()) { None } else { Some(false) }
}

/// Whether nodes with these GPUs run the fabric manager, where it is on: all that may have NVSwitch do.
pub fn runs_fabric_manager(gpus: &Gpus) -> bool {
    nvswitch(gpus) != Some(false)
}

/// Whether a GRES type is a slice of a GPU, named as NVIDIA's Multi-Instance GPU names its profiles and gres.conf(5)
/// has them: `a100_1g.5gb`, `1g.10gb`, `h100_1g.10gb+me`.
pub fn is_mig(model: &str) -> bool {
    let lower = model.to_ascii_lowercase();
    lower.split(['_', '-', ':']).any(|part| {
        let Some((slices, memory)) = part.split_once("g.") else { return false };
        let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let slices = slices.rsplit('.').next().unwrap_or_default();
        number(slices) && memory.split_once("gb").is_some_and(|(memory, _)| number(memory))
    })
}

/// The vendor of a model; `None` where its name does not say.
pub fn vendor(model: &str) -> Option<GpuVendor> {
    let name = plain(model);
    let is_instinct = name.strip_prefix("mi").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if is_instinct || name.starts_with("instinct") {
        Some(GpuVendor::Amd)
    } else if generation(model).is_some() || NVSWITCH.contains(&name.as_str()) {
        Some(GpuVendor::Nvidia)
    } else {
        None
    }
}

/// The model as Slurm's GRES type, from the name that `nvidia-smi -L` prints: `NVIDIA A100-SXM4-80GB` becomes `a100`,
/// `NVIDIA GeForce RTX 4090` becomes `rtx4090`. Form factor and memory are dropped; empty where nothing is left.
pub fn short_model(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let is_size =
        |word: &str| word.strip_suffix("gb").is_some_and(|size| size.bytes().all(|byte| byte.is_ascii_digit()));
    let is_form = |word: &str| ["sxm", "pcie", "nvl", "hbm"].iter().any(|mark| word.starts_with(mark));
    words
        .filter(|word| !matches!(*word, "nvidia" | "tesla" | "geforce" | "generation"))
        .take_while(|word| !is_size(word) && !is_form(word))
        .collect()
}

/// `NVIDIA Tesla-V100-SXM2-32GB` as `v100`: form factor and memory are no part of the model.
fn plain(model: &str) -> String {
    let name: String = model.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let name = name.trim_start_matches("nvidia").trim_start_matches("tesla").trim_start_matches("geforce");
    let end = ["sxm", "pcie", "nvl"].iter().filter_map(|mark| name.find(mark)).min();
    let name = &name[..end.unwrap_or(name.len())];
    ["12gb", "16gb", "24gb", "32gb", "40gb", "80gb"]
        .iter()
        .find_map(|size| name.strip_suffix(size))
        .unwrap_or(name)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_known_however_they_are_written() {
        for model in ["v100", "NVIDIA Tesla-V100", "tesla_v100-sxm2-32gb", "V100_16GB", "GeForce GTX 1080 Ti"] {
            assert_eq!(generation(model), Some(Generation::Legacy), "{model}");
        }
        assert_eq!(generation("k80"), Some(Generation::Kepler));
        assert_eq!(generation("b200"), Some(Generation::OpenOnly));
        // An A10 is no A100, an L4 no P4; and what is not known is nothing special.
        for model in ["", "gpu", "a10", "a100", "h100", "l4", "t4", "rtx4090", "mi300x"] {
            assert_eq!(generation(model), None, "{model}");
        }
    }

    #[test]
    fn nvswitch_is_known_asked_for_or_not_there() {
        use GpuFormFactor::{Pcie, Sxm, Unspecified};
        for (model, count, form_factor, expected) in [
            ("h100", 8, Unspecified, None),
            ("h100", 8, Sxm, Some(true)),
            ("h100", 8, Pcie, Some(false)),
            ("h100", 4, Sxm, Some(false)),
            ("NVIDIA-A100-SXM4-80GB", 8, Unspecified, Some(true)),
            ("h100-pcie", 8, Unspecified, Some(false)),
            ("h100_nvl", 8, Unspecified, Some(false)),
            ("b200", 8, Unspecified, Some(true)),
            ("l40s", 8, Unspecified, Some(false)),
            ("a100", 16, Unspecified, None),
        ] {
            let gpus = Gpus { model: model.to_owned(), count, form_factor, ..Gpus::default() };
            assert_eq!(nvswitch(&gpus), expected, "{count} × {model}, {form_factor:?}");
            let of_amd = Gpus { vendor: GpuVendor::Amd, ..gpus };
            assert_eq!(nvswitch(&of_amd), Some(false), "{model}");
        }
    }

    #[test]
    fn a_driver_s_name_of_a_model_becomes_a_gres_type() {
        for (name, model) in [
            ("NVIDIA H100 80GB HBM3", "h100"),
            ("NVIDIA A100-SXM4-80GB", "a100"),
            ("Tesla V100-SXM2-32GB", "v100"),
            ("NVIDIA GeForce RTX 4090", "rtx4090"),
            ("NVIDIA RTX 6000 Ada Generation", "rtx6000ada"),
            ("NVIDIA L40S", "l40s"),
            ("NVIDIA GH200 480GB", "gh200"),
            ("", ""),
        ] {
            assert_eq!(short_model(name), model, "{name}");
        }
        assert_eq!(vendor("MI300X"), Some(GpuVendor::Amd));
        assert_eq!(vendor("a100"), Some(GpuVendor::Nvidia));
        assert_eq!(vendor("w7900"), None);
    }
}
