//! Which of the nodes that could run a job it gets, and how its tasks lie on them.

use super::capacity::{Capacity, each, share};
use super::partitions::{Queue, Worker};
use super::request::Request;

/// A node that can take a part of a job.
#[derive(Clone, Copy)]
pub struct Candidate<'s> {
    pub worker: &'s Worker,
    /// Its place among the workers.
    pub index: usize,
    pub capacity: Capacity,
    /// Whether the job asks for this very node.
    pub required: bool,
}

/// What a job needs in all.
#[derive(Clone, Copy)]
pub struct Need {
    pub least: u64,
    pub most: u64,
    /// The tasks that it says it has; none where it has as many as it gets nodes.
    pub tasks: Option<u64>,
    pub gpus: u64,
}

/// A node of the job: what it gets there.
pub struct Given<'s> {
    pub worker: &'s Worker,
    pub tasks: u64,
    pub cpus: u64,
    pub memory_mib: u64,
    pub gpus: u64,
}

/// The nodes of `candidates` that the job gets if all are free: by weight, as few as are enough, or as many as a range allows.
/// `None` where no choice is enough.
pub fn choose<'s>(mut candidates: Vec<Candidate<'s>>, need: Need, range: bool) -> Option<Vec<Candidate<'s>>> {
    sort(&mut candidates, |_, candidate| (!candidate.required, candidate.worker.weight.into(), candidate.index), need);
    let mut chosen = first_enough(&candidates, need, range).or_else(|| {
        // With as many nodes as it may have, those that can take most.
        let most = |need: Need, candidate: &Candidate| {
            let Capacity { tasks, gpus } = candidate.capacity;
            (!candidate.required, u64::MAX - if need.gpus > 0 { gpus } else { tasks }, candidate.index)
        };
        sort(&mut candidates, most, need);
        first_enough(&candidates, need, range)
    })?;
    sort(&mut chosen, |_, candidate| (false, 0, candidate.index), need);
    Some(chosen)
}

/// Sorts by `key`. A function's pointer, so that the sorting is compiled once.
fn sort(candidates: &mut [Candidate], key: fn(Need, &Candidate) -> (bool, u64, usize), need: Need) {
    candidates.sort_by_key(|candidate| key(need, candidate));
}

/// The first of `candidates`, in their order, that are enough. Where one node of a weight is enough for what is still
/// needed, it is the smallest such.
fn first_enough<'s>(candidates: &[Candidate<'s>], need: Need, range: bool) -> Option<Vec<Candidate<'s>>> {
    let mut most = need.most.min(candidates.len() as u64);
    if let Some(tasks) = need.tasks {
        // A node without a task is not taken.
        most = most.min(tasks.max(need.least));
    }
    let wants_all = range && need.gpus == 0;
    let mut sum = Sum::default();
    let mut chosen: Vec<Candidate> = Vec::new();
    for alike in candidates.chunk_by(|a, b| (a.required, a.worker.weight) == (b.required, b.worker.weight)) {
        let enough_with = |candidate: &&Candidate| sum.with(candidate).is_enough(need);
        let required = alike.iter().any(|candidate| candidate.required);
        let one = if wants_all || required {
            None
        } else {
            alike.iter().filter(enough_with).min_by_key(|one| one.worker.cpus())
        };
        let next = one.map_or(alike, std::slice::from_ref);
        for candidate in next {
            if sum.nodes == most {
                return None;
            }
            sum = sum.with(candidate);
            chosen.push(*candidate);
            let all_required = candidates.get(chosen.len()).is_none_or(|next| !next.required);
            if sum.is_enough(need) && all_required && (!wants_all || sum.nodes == most) {
                return Some(chosen);
            }
        }
    }
    None
}

/// What some nodes can take together.
#[derive(Clone, Copy, Default)]
struct Sum {
    nodes: u64,
    tasks: u64,
    gpus: u64,
}

impl Sum {
    fn with(self, candidate: &Candidate) -> Sum {
        Sum {
            nodes: self.nodes + 1,
            tasks: self.tasks.saturating_add(candidate.capacity.tasks),
            gpus: self.gpus.saturating_add(candidate.capacity.gpus),
        }
    }

    fn is_enough(self, need: Need) -> bool {
        self.nodes >= need.least && self.tasks >= need.tasks.unwrap_or(0) && self.gpus >= need.gpus
    }
}

/// What the job gets on each of its nodes.
pub fn give<'s>(chosen: &[Candidate<'s>], need: Need, job: &Request, queue: &Queue) -> Vec<Given<'s>> {
    let tasks = spread_tasks(chosen, need, job);
    let gpus = spread_gpus(chosen, need.gpus);
    let given = |((candidate, tasks), gpus): ((&Candidate<'s>, u64), u64)| {
        let (cpus, memory_mib, gpus) = share(job, queue, candidate.worker, tasks, gpus);
        Given { worker: candidate.worker, tasks, cpus, memory_mib, gpus }
    };
    chosen.iter().zip(tasks).zip(gpus).map(given).collect()
}

/// The tasks of each node: first one for each, then as many as fill its first core, then node by node.
fn spread_tasks(chosen: &[Candidate], need: Need, job: &Request) -> Vec<u64> {
    if let Some(each) = job.tasks_per_node {
        return vec![each; chosen.len()];
    }
    let Some(all) = need.tasks else { return vec![1; chosen.len()] };
    let mut caps = Vec::with_capacity(chosen.len());
    let mut planned = 0_u64;
    for (i, candidate) in (0_u64..).zip(chosen) {
        // Nodes beyond those that are needed get one task.
        let cap = if i >= need.least && planned >= all { 1 } else { candidate.capacity.tasks };
        let later = need.least.saturating_sub(i + 1);
        planned = planned.saturating_add(all.saturating_sub(planned + later).clamp(1, cap.max(1)));
        caps.push(cap.max(1));
    }
    let mut tasks = vec![1; chosen.len()];
    let mut left = all.saturating_sub(chosen.len() as u64);
    let mut fill = |tasks: &mut Vec<u64>, limit: &dyn Fn(usize) -> u64| {
        for (i, own) in tasks.iter_mut().enumerate() {
            let more = limit(i).saturating_sub(*own).min(left);
            *own += more;
            left -= more;
        }
    };
    if !job.one_thread {
        fill(&mut tasks, &|i| caps[i].min(chosen[i].worker.threads / each(job, chosen[i].worker)));
    }
    fill(&mut tasks, &|i| caps[i]);
    tasks
}

/// The GPUs of each node: as many as it has from the first on, but one at least for each.
fn spread_gpus(chosen: &[Candidate], all: u64) -> Vec<u64> {
    let mut left = all;
    let gpus = chosen.iter().enumerate().map(|(i, candidate)| {
        let later = (chosen.len() - i - 1) as u64;
        let own = candidate.capacity.gpus.min(left.saturating_sub(later));
        left -= own;
        own
    });
    gpus.collect()
}
