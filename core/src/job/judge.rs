//! What Slurm does with a request: its checks in their order, then the nodes.

use super::answer::{Answer, Grant, Refusal, Share, Verdict, counted};
use super::capacity::{Lack, capacity};
use super::constraint::Constraint;
use super::fit::{Candidate, Given, Need, choose, give};
use super::partitions::{Queue, Scheduler};
use super::request::Request;
use super::setters::BAD_GRES;
use super::settle::{settle, tasks_of};
use super::values::time;
use crate::cluster::PartitionState;
use crate::hostlist;

/// Slurm's words where no choice of nodes is enough.
const NOT_AVAILABLE: &str = "Requested node configuration is not available";
/// The most names that a message lists.
const MOST_TOLD: usize = 20;
/// slurm: `src/plugins/sched/backfill/backfill.c`, `YEAR_MINUTES`.
const NO_LIMIT: &str = "A job without a time limit that the backfill scheduler starts ends after 365 days.";
const BAD_NODES: &str = "Node count specification invalid";
const BAD_NAME: &str = "Invalid node name specified";
const BAD_TIME: &str = "Requested time limit is invalid (missing or exceeds some limit)";

impl Scheduler {
    pub(super) fn judge(&self, mut job: Request) -> Answer {
        let verdict = match self.decide(&mut job) {
            Ok(grant) => Verdict::Granted(grant),
            Err(refusal) => Verdict::Refused(refusal),
        };
        if !self.unread.is_empty() {
            let keys = self.unread.join(", ");
            job.notes.push(format!("{keys} in the further lines of slurm.conf may change this, and is not looked at."));
        }
        Answer { verdict, notes: job.notes }
    }

    fn decide(&self, job: &mut Request) -> Result<Grant, Refusal> {
        if !self.enabled {
            return Err(Refusal::new("", "Slurm is off: turn “Run Slurm” on."));
        }
        settle(job)?;
        if let Some(highest) = job.highest_copy.filter(|highest| *highest >= self.array_size) {
            let most = self.array_size.saturating_sub(1);
            let why = format!("-a takes numbers up to {most} here, by MaxArraySize, and the highest is {highest}.");
            return Err(Refusal::new("Invalid job array specification", why));
        }
        let queues = self.queues_of(job)?;
        self.check_gpus(job)?;
        self.check_features(job)?;
        self.check_hosts(job)?;
        // Limits hold in every partition that a job names; it runs in one of them that has the nodes.
        for queue in &queues {
            self.check_limits(job, queue)?;
        }
        job.exclusive |= queues.iter().any(|queue| queue.partition.exclusive);
        let default = default_time(&queues);
        let mut refusal = None;
        for queue in queues {
            match self.place(job, queue) {
                Ok(mut grant) => {
                    if job.time.is_none() {
                        grant.minutes = shorter(default, queue.longest);
                    }
                    if grant.minutes.is_none() {
                        job.notes.push(NO_LIMIT.to_owned());
                    }
                    tell_conditions(job, queue);
                    if queue.workers.iter().any(|index| self.workers[*index].memory_mib == 0) {
                        let name = &queue.partition.name;
                        job.notes.push(format!("The memory of nodes of {name} is not known: it was not looked at."));
                    }
                    return Ok(grant);
                }
                Err(why) => refusal = refusal.or(Some(why)),
            }
        }
        Err(refusal.unwrap_or_else(|| Refusal::new("", "The job names no partition.")))
    }

    /// The partitions that the job may run in.
    fn queues_of(&self, job: &Request) -> Result<Vec<&Queue>, Refusal> {
        let queues: Vec<&Queue> = if job.partitions.is_empty() {
            let default = self.queues.iter().find(|queue| queue.partition.is_default);
            vec![default.ok_or_else(|| {
                let why = "No partition is the default: name one with -p, or make one the default.";
                Refusal::new("No partition specified or system default partition", why)
            })?]
        } else {
            let find = |name: &String| {
                self.queues.iter().find(|queue| queue.partition.name == *name).ok_or_else(|| {
                    let names: Vec<&str> = self.partitions().collect();
                    let why = format!("“{name}” is no partition; there are {}.", names.join(", "));
                    Refusal::new("Invalid partition name specified", why)
                })
            };
            job.partitions.iter().map(find).collect::<Result<_, _>>()?
        };
        let takes = |queue: &&Queue| matches!(queue.partition.state, PartitionState::Up | PartitionState::Down);
        let open: Vec<&Queue> = queues.iter().copied().filter(takes).collect();
        if open.is_empty() {
            let names: Vec<&str> = queues.iter().map(|queue| queue.partition.name.as_str()).collect();
            let why = format!("{} takes no jobs: its state is not UP.", names.join(", "));
            return Err(Refusal::new("Required partition not available (inactive or drain)", why));
        }
        if let Some(account) = &job.account {
            let closed = open.iter().find(|queue| {
                let allowed = &queue.partition.allow_accounts;
                !allowed.is_empty() && !allowed.iter().any(|name| name.eq_ignore_ascii_case(account))
            });
            if let Some(queue) = closed {
                let (name, allowed) = (&queue.partition.name, queue.partition.allow_accounts.join(", "));
                let why = format!("{name} is for the accounts {allowed} only.");
                return Err(Refusal::new("Invalid account or account/partition combination specified", why));
            }
        }
        Ok(open)
    }

    fn check_gpus(&self, job: &Request) -> Result<(), Refusal> {
        if job.wants_gpus() && self.workers.iter().all(|worker| worker.gpus == 0) {
            return Err(Refusal::new(BAD_GRES, "No node of the cluster has GPUs."));
        }
        Ok(())
    }

    fn check_features(&self, job: &Request) -> Result<(), Refusal> {
        let Some(constraint) = &job.constraint else { return Ok(()) };
        let has = |feature: &str| self.workers.iter().any(|worker| worker.features.iter().any(|own| own == feature));
        let Some(unknown) = constraint.features().into_iter().find(|feature| !has(feature)) else { return Ok(()) };
        let mut known: Vec<&str> = Vec::new();
        for feature in self.workers.iter().flat_map(|worker| &worker.features) {
            if known.len() < MOST_TOLD && !known.contains(&feature.as_str()) {
                known.push(feature);
            }
        }
        let there =
            if known.is_empty() { "no node has any".to_owned() } else { format!("there are {}", known.join(", ")) };
        Err(Refusal::new("Invalid feature specification", format!("No node has the feature “{unknown}”; {there}.")))
    }

    fn check_hosts(&self, job: &Request) -> Result<(), Refusal> {
        for name in job.with.iter().chain(&job.without) {
            if !self.by_name.contains_key(name) {
                let other = self.others.iter().any(|other| other == name);
                let why = if other {
                    format!("{name} is no worker: jobs cannot run there.")
                } else {
                    format!("“{name}” is no node of the cluster.")
                };
                return Err(Refusal::new(BAD_NAME, why));
            }
        }
        match job.with.iter().find(|name| job.without.contains(name)) {
            Some(both) => Err(Refusal::new(BAD_NAME, format!("{both} is asked for and excluded at once."))),
            None => Ok(()),
        }
    }

    /// The workers with these names.
    fn named(&self, names: &[String]) -> impl Iterator<Item = usize> {
        names.iter().filter_map(|name| self.by_name.get(name).copied())
    }

    /// The limits of a partition, which hold before its nodes are looked at.
    fn check_limits(&self, job: &Request, queue: &Queue) -> Result<(), Refusal> {
        let name = &queue.partition.name;
        if let (Some(asked), Some(longest)) = (job.time, queue.longest)
            && asked.is_none_or(|asked| asked > longest)
        {
            return Err(Refusal::new(BAD_TIME, format!("The longest time of {name} is {}.", time(longest))));
        }
        let cpus: u64 = queue.workers.iter().map(|worker| self.workers[*worker].cpus()).fold(0, u64::saturating_add);
        let asked = tasks_of(job).saturating_mul(job.cpus_of_task());
        if asked > cpus && !job.overcommit {
            let why = format!("The job asks for {}, {name} has {cpus} in all.", counted(asked, "CPU"));
            return Err(Refusal::new("More processors requested than permitted", why));
        }
        let (least, limit) = (job.nodes.map_or(1, |(least, _)| least), u64::from(queue.partition.max_nodes));
        if job.nodes.is_some_and(|(least, _)| least == 0) {
            return Err(Refusal::new(BAD_NODES, "A job has one node at least."));
        }
        if limit > 0 && least > limit {
            return Err(Refusal::new(
                BAD_NODES,
                format!("A job of {name} may have {} at most.", counted(limit, "node")),
            ));
        }
        let all = queue.workers.len() as u64;
        if least > all {
            return Err(Refusal::new(BAD_NODES, format!("{name} has {} only.", counted(all, "node"))));
        }
        match self.named(&job.with).find(|index| queue.workers.binary_search(index).is_err()) {
            Some(outside) => {
                let why = format!("{} is not in {name}.", self.workers[outside].name);
                Err(Refusal::new("Requested nodes not in this partition", why))
            }
            None => Ok(()),
        }
    }

    /// The nodes of the partition that the job gets.
    fn place(&self, job: &Request, queue: &Queue) -> Result<Grant, Refusal> {
        let alternatives: Vec<Option<&Constraint>> = match &job.constraint {
            None => vec![None],
            Some(constraint) => constraint.alternatives().into_iter().map(Some).collect(),
        };
        let mut refusal = None;
        for constraint in alternatives {
            match self.place_with(job, queue, constraint) {
                Ok(grant) => return Ok(grant),
                Err(why) => refusal = refusal.or(Some(why)),
            }
        }
        Err(refusal.unwrap_or_else(|| Refusal::new(NOT_AVAILABLE, "No node fits.")))
    }

    fn place_with(&self, job: &Request, queue: &Queue, constraint: Option<&Constraint>) -> Result<Grant, Refusal> {
        let flags = |names: &[String]| {
            let mut flags = vec![false; self.workers.len()];
            self.named(names).for_each(|index| flags[index] = true);
            flags
        };
        let (with, without) = (flags(&job.with), flags(&job.without));
        let (mut candidates, mut lacks) = (Vec::new(), Vec::new());
        for index in queue.workers.iter().copied() {
            let worker = &self.workers[index];
            let features = constraint.is_none_or(|constraint| constraint.holds(&worker.features));
            let found = if without[index] { Err(Lack::Excluded) } else { capacity(job, queue, worker, features) };
            match found {
                Ok(capacity) => {
                    candidates.push(Candidate { worker, index, capacity, required: with[index] });
                }
                Err(lack) => {
                    if with[index] {
                        let why = format!("{} is asked for, but {}.", worker.name, self.told(lack, job, queue, 1));
                        return Err(Refusal::new(NOT_AVAILABLE, why));
                    }
                    lacks.push(lack);
                }
            }
        }
        let limit = u64::from(queue.partition.max_nodes);
        let most = job.nodes.map(|(least, most)| most.unwrap_or(least)).unwrap_or(u64::MAX);
        let most = if limit > 0 { most.min(limit) } else { most };
        let gpus = if job.gpus_per_task.is_empty() { job.gpus.iter().map(|gpus| gpus.count).sum() } else { 0 };
        let need = Need { least: job.least_nodes(), most, tasks: job.tasks, gpus };
        let fitting = candidates.len() as u64;
        if fitting < need.least {
            return Err(Refusal::new(NOT_AVAILABLE, self.too_few(&lacks, fitting, job, queue)));
        }
        let names: Vec<String> = candidates.iter().map(|candidate| candidate.worker.name.clone()).collect();
        let sum = |of: fn(&Candidate) -> u64| candidates.iter().map(of).fold(0, u64::saturating_add);
        let (tasks, gpus) = (sum(|candidate| candidate.capacity.tasks), sum(|candidate| candidate.capacity.gpus));
        let range = job.nodes.is_some_and(|(least, most)| most.is_some_and(|most| most > least));
        let chosen = choose(candidates, need, range).ok_or_else(|| {
            let at_most =
                if most < fitting { format!(" with {} at most", counted(most, "node")) } else { String::new() };
            let why = if most < need.least {
                let (least, most) = (counted(need.least, "node"), counted(most, "node"));
                format!("The job needs {least}, and may have {most}.")
            } else if need.gpus > gpus {
                format!("The nodes that fit have {} together, the job asks for {}.", counted(gpus, "GPU"), need.gpus)
            } else if need.tasks.unwrap_or(0) > tasks {
                format!(
                    "The nodes that fit can take {} together, the job has {}.",
                    counted(tasks, "task"),
                    need.tasks.unwrap_or(0)
                )
            } else {
                format!("The job does not fit{at_most}: ask for more nodes, or for less.")
            };
            Refusal::new(NOT_AVAILABLE, why)
        })?;
        let given = give(&chosen, need, job, queue);
        let own: Vec<String> = given.iter().map(|given| given.worker.name.clone()).collect();
        Ok(Grant {
            partition: queue.partition.name.clone(),
            could_count: names.len(),
            could: hostlist::compress(&names),
            nodes: hostlist::compress(&own),
            tasks: if job.overcommit {
                tasks_of(job)
            } else {
                given.iter().map(|given| given.tasks).fold(0, u64::saturating_add)
            },
            shares: shares(&given),
            minutes: job.time.unwrap_or(queue.longest),
            is_default_time: job.time.is_none(),
            copies: job.copies.unwrap_or(1),
            parts: Vec::new(),
        })
    }
}

/// The time of a job that asks for none: that of the first partition it names, else the longest of all.
fn default_time(queues: &[&Queue]) -> Option<u64> {
    match queues.first() {
        Some(first) if first.default_time.is_some() => first.default_time,
        _ => queues.iter().map(|queue| queue.longest).reduce(|a, b| Some(a?.max(b?))).flatten(),
    }
}

/// The shorter of two times; `None` is no limit.
fn shorter(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    a.into_iter().chain(b).min()
}

/// What the answer holds under.
fn tell_conditions(job: &mut Request, queue: &Queue) {
    let partition = &queue.partition;
    if partition.state == PartitionState::Down {
        job.notes.push(format!("{} starts no jobs in its state DOWN: the job waits.", partition.name));
    }
    if !partition.allow_groups.is_empty() {
        let groups = partition.allow_groups.join(", ");
        job.notes.push(format!(
            "For members of {groups} only; others get “User's group not permitted to use this partition”."
        ));
    }
    if !partition.allow_accounts.is_empty() && job.account.is_none() {
        let accounts = partition.allow_accounts.join(", ");
        job.notes.push(format!("For users whose default account is one of {accounts}; others name one with -A."));
    }
    if job.constraint.as_ref().is_some_and(Constraint::counts) {
        job.notes.push("How many nodes must have a feature (“*”) is not looked at.".to_owned());
    }
}

/// The nodes with equal shares, together.
fn shares(given: &[Given]) -> Vec<Share> {
    let mut shares: Vec<Share> = Vec::new();
    for given in given {
        let model = if given.gpus > 0 { given.worker.model.as_str() } else { "" };
        let alike = shares.iter_mut().find(|share| {
            (share.cpus, share.memory_mib, share.gpus) == (given.cpus, given.memory_mib, given.gpus)
                && share.model == model
        });
        match alike {
            Some(share) => share.nodes += 1,
            None => shares.push(Share {
                nodes: 1,
                cpus: given.cpus,
                memory_mib: given.memory_mib,
                gpus: given.gpus,
                model: model.to_owned(),
            }),
        }
    }
    shares
}
