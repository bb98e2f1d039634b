//! What a job could get on one node.

use super::partitions::{Queue, Worker};
use super::request::{Gpus, Memory, Request};

/// How much of a job a node can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// The most tasks.
    pub tasks: u64,
    /// The most GPUs of those that the job asks for in all.
    pub gpus: u64,
}

/// Why a node can take nothing of a job, in the order in which it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    Excluded,
    Features,
    Cpus,
    Memory,
    Gpus,
}

/// The memory that a job asks for, or else the partition's. `None` for all of a node's.
pub fn memory_of(job: &Request, queue: &Queue) -> Option<Memory> {
    match job.memory.or(queue.memory) {
        Some(Memory::Node(0)) => None,
        memory => memory,
    }
}

/// Whether the job gets its nodes for itself.
pub fn is_alone(job: &Request, queue: &Queue) -> bool {
    job.exclusive || queue.partition.exclusive
}

/// The processors that tasks can use on a node: with one thread of a core for each task, as many as it has cores.
fn usable(job: &Request, worker: &Worker) -> u64 {
    if job.one_thread { worker.cores } else { worker.cpus() }
}

/// The processors of the node that a task takes.
pub fn each(job: &Request, worker: &Worker) -> u64 {
    let each = job.cpus_of_task();
    if job.own_cores && !job.one_thread { each.next_multiple_of(worker.threads) } else { each }
}

/// How much of `job` the node can take. `features` says whether it has what the constraint asks.
pub fn capacity(job: &Request, queue: &Queue, worker: &Worker, features: bool) -> Result<Capacity, Lack> {
    if !features {
        return Err(Lack::Features);
    }
    let usable = usable(job, worker);
    let each = each(job, worker);
    let least_tasks = job.tasks_per_node.unwrap_or(1);
    let least_cpus = least_tasks.saturating_mul(each).max(job.least_cpus);
    if usable < least_cpus && !(job.overcommit && usable > 0) {
        return Err(Lack::Cpus);
    }
    let most = if job.overcommit { u64::MAX } else { usable / each };
    let by_memory = tasks_by_memory(job, queue, worker).filter(|tasks| *tasks >= least_tasks).ok_or(Lack::Memory)?;
    let (by_gpus, gpus) = gpu_limits(job, worker, usable).ok_or(Lack::Gpus)?;
    let tasks = most.min(by_memory).min(by_gpus);
    if tasks < least_tasks {
        return Err(Lack::Gpus);
    }
    let tasks = job.tasks_per_node.map_or(tasks, |limit| tasks.min(limit));
    Ok(Capacity { tasks, gpus })
}

/// The most tasks that the node's memory is enough for; `None` where it is not enough at all.
fn tasks_by_memory(job: &Request, queue: &Queue, worker: &Worker) -> Option<u64> {
    match memory_of(job, queue) {
        Some(Memory::Node(mib)) => worker.has_memory(mib).then_some(u64::MAX),
        Some(Memory::Cpu(mib)) => {
            if is_alone(job, queue) && !fits(mib, worker.cpus(), worker) {
                return None;
            }
            // Cores are given out whole, and each of their threads has its memory.
            let cpus = worker.times_memory(mib.max(1));
            let cpus = if job.one_thread { cpus } else { cpus / worker.threads * worker.threads };
            (cpus > 0).then(|| if job.overcommit { u64::MAX } else { cpus / each(job, worker) })
        }
        Some(Memory::Gpu(_)) | None => Some(u64::MAX),
    }
}

fn fits(mib: u64, times: u64, worker: &Worker) -> bool {
    mib.checked_mul(times).is_some_and(|mib| worker.has_memory(mib))
}

/// The most tasks that the node's GPUs are enough for, and the most GPUs that the job can have of it; `None` where it lacks
/// GPUs.
fn gpu_limits(job: &Request, worker: &Worker, usable: u64) -> Option<(u64, u64)> {
    // A node has GPUs of one model only.
    let has = |wanted: &[Gpus]| {
        let all: u64 = wanted.iter().map(|gpus| gpus.count).sum();
        (wanted.iter().all(|gpus| gpus.are(&worker.model)) && worker.gpus >= all).then_some(all)
    };
    let per_node = has(&job.gpus_per_node)?;
    let per_task = has(&job.gpus_per_task)?;
    let mut most = worker.gpus;
    most = most.min(usable.checked_div(job.cpus_per_gpu).unwrap_or(most));
    if let Some(Memory::Gpu(mib)) = job.memory {
        most = most.min(worker.times_memory(mib));
    }
    if most < per_node || most < per_task || (!job.gpus.is_empty() && most == 0) {
        return None;
    }
    if !job.gpus.is_empty() && !job.gpus.iter().all(|gpus| gpus.are(&worker.model)) {
        return None;
    }
    let tasks = most.checked_div(per_task).unwrap_or(u64::MAX);
    Some((tasks, if per_node > 0 { most.min(per_node) } else { most }))
}

/// What the job gets on a node that runs `tasks` of its tasks and has `gpus` of the GPUs that it asks for in all: its
/// logical processors, memory in MiB and GPUs.
pub fn share(job: &Request, queue: &Queue, worker: &Worker, tasks: u64, gpus: u64) -> (u64, u64, u64) {
    let alone = is_alone(job, queue);
    let asked = |wanted: &[Gpus]| wanted.iter().map(|gpus| gpus.count).sum::<u64>();
    let gpus = match (asked(&job.gpus_per_node), asked(&job.gpus_per_task)) {
        (0, 0) => gpus,
        (0, per_task) => per_task.saturating_mul(tasks),
        (per_node, _) => per_node,
    };
    let tasks = if job.overcommit { 1 } else { tasks };
    let needed = tasks.saturating_mul(each(job, worker)).max(job.least_cpus).max(job.cpus_per_gpu.saturating_mul(gpus));
    let (threads, usable) = (worker.threads, usable(job, worker));
    let charged = needed.min(usable);
    let whole = if job.one_thread { charged * threads } else { charged.next_multiple_of(threads) };
    let cpus = if alone { worker.cpus() } else { whole };
    let memory = match memory_of(job, queue) {
        None => worker.memory_mib,
        Some(Memory::Node(mib)) => mib,
        Some(Memory::Cpu(mib)) => mib.saturating_mul(if job.one_thread && !alone { charged } else { cpus }),
        Some(Memory::Gpu(mib)) => mib.saturating_mul(gpus),
    };
    (cpus, memory, if alone { worker.gpus } else { gpus })
}
