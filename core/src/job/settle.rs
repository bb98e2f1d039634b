//! What sbatch makes of a job's options before it asks Slurm.

use super::answer::{Refusal, counted};
use super::request::{Gpus, Request};

/// The tasks that a job has at least.
pub fn tasks_of(job: &Request) -> u64 {
    job.tasks.unwrap_or_else(|| job.least_nodes().saturating_mul(job.tasks_per_node.unwrap_or(1)))
}

/// What sbatch itself makes of the options before it asks Slurm.
pub fn settle(job: &mut Request) -> Result<(), Refusal> {
    let named = job.with.len() as u64;
    if named > 0 {
        if let Some((least, most)) = job.nodes {
            let most = most.unwrap_or(least);
            if most < named {
                let why = format!("-w names {}, and -N allows {most}.", counted(named, "node"));
                return Err(Refusal::new(format!("invalid number of nodes (-N {named}-{most})"), why));
            }
        }
        job.spread = named;
    }
    let sum = |wanted: &[Gpus]| wanted.iter().map(|gpus| gpus.count).sum::<u64>();
    if !job.gpus_per_task.is_empty() && job.tasks.is_none() && job.tasks_per_node.is_none() {
        if job.gpus.is_empty() {
            let slurm = "--gpus-per-task used without either --gpus or -n/--ntasks is not allowed.";
            return Err(Refusal::new(slurm, "Say how many tasks there are, with -n."));
        }
        job.tasks = sum(&job.gpus).checked_div(sum(&job.gpus_per_task));
    }
    if !job.gpus.is_empty() && job.nodes.is_some_and(|(least, _)| least > sum(&job.gpus)) {
        return Err(Refusal::new("Failed to validate job spec, --gpus < -N", "Each node gets one GPU at least."));
    }
    let least = job.least_nodes();
    if let Some(tasks) = job.tasks.filter(|tasks| *tasks < least) {
        job.notes.push(format!(
            "{} do not need {}: the job gets {tasks}.",
            counted(tasks, "task"),
            counted(least, "node")
        ));
        job.nodes = Some((tasks, None));
        job.spread = tasks;
        job.with.truncate(usize::try_from(tasks).unwrap_or(usize::MAX));
    }
    if let (Some(tasks), Some(each), None) = (job.tasks, job.tasks_per_node, job.nodes) {
        job.spread = job.spread.max(tasks.div_ceil(each));
    }
    Ok(())
}
