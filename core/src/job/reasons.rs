//! Why nodes do not fit, in our words.

use super::answer::counted;
use super::capacity::{Lack, memory_of};
use super::partitions::{Queue, Scheduler, Worker};
use super::request::{Gpus, Memory, Request};
use super::values::memory;

impl Scheduler {
    /// Why too few nodes fit: what the nodes lack that were looked at last.
    pub(super) fn too_few(&self, lacks: &[Lack], fitting: u64, job: &Request, queue: &Queue) -> String {
        let least = job.least_nodes();
        // The first thing by which there are too few.
        let mut left = queue.workers.len() as u64;
        let found = [Lack::Excluded, Lack::Features, Lack::Cpus, Lack::Memory, Lack::Gpus].into_iter().find(|lack| {
            left -= lacks.iter().filter(|other| *other == lack).count() as u64;
            left < least
        });
        let Some(lack) = found else { return "No node fits.".to_owned() };
        let before: u64 = left + lacks.iter().filter(|other| **other == lack).count() as u64;
        let told = self.told(lack, job, queue, before - left);
        let name = &queue.partition.name;
        if left == 0 && before == queue.workers.len() as u64 {
            return format!("No node of {name} fits: {told}.");
        }
        let needs = counted(least, "node");
        format!(
            "The job needs {needs}, and {} of {name} fit{}: {told}.",
            fitting.min(left),
            if left == 1 { "s" } else { "" }
        )
    }

    /// What `count` nodes of the partition lack.
    pub(super) fn told(&self, lack: Lack, job: &Request, queue: &Queue, count: u64) -> String {
        let workers = || queue.workers.iter().map(|worker| &self.workers[*worker]);
        let one = count == 1;
        let (has, have) = (if one { "it has" } else { "they have" }, if one { "it is" } else { "they are" });
        match lack {
            Lack::Excluded => format!("{have} excluded"),
            Lack::Features => format!("{has} not the features asked for"),
            Lack::Cpus => {
                let of = |worker: &Worker| if job.one_thread { worker.cores } else { worker.cpus() };
                let most = workers().map(of).max().unwrap_or(0);
                let least = job.cpus_of_task().saturating_mul(job.tasks_per_node.unwrap_or(1)).max(job.least_cpus);
                let unit = if job.one_thread { "core" } else { "CPU" };
                format!(
                    "on a node the job needs {}, the largest of {} has {most}",
                    counted(least, unit),
                    queue.partition.name
                )
            }
            Lack::Memory => {
                let most = workers().map(|worker| worker.memory_mib).max().unwrap_or(0);
                let asked = match memory_of(job, queue) {
                    Some(Memory::Node(mib)) => format!("{} on a node", memory(mib)),
                    Some(Memory::Cpu(mib)) => format!("{} for each CPU, and cores are given out whole", memory(mib)),
                    _ => "more".to_owned(),
                };
                format!("the job needs {asked}; jobs can have {} of the largest node", memory(most))
            }
            Lack::Gpus => {
                let lists = [&job.gpus_per_node, &job.gpus_per_task];
                let Some(wanted) = lists.into_iter().find(|list| !list.is_empty()) else {
                    return format!("none of {} has what gives {}", queue.partition.name, Gpus::told(&job.gpus));
                };
                let fits = |worker: &&Worker| wanted.iter().all(|gpus| gpus.are(&worker.model));
                let most = workers().filter(fits).map(|worker| worker.gpus).max().unwrap_or(0);
                format!("on a node the job needs {}, and the most there is {most}", Gpus::told(wanted))
            }
        }
    }
}
