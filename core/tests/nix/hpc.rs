//! MPI, GPUs and limits.

use crate::{Invariant, Switch};

pub const INVARIANTS: &[Invariant] = &[];

pub const SWITCHES: &[Switch] = &[Switch {
    name: "cuda",
    levels: &["", "hpc.cuda.enable = true", "hpc.cuda.enable = true\nhpc.cudaAwareMPI = true"],
}];
