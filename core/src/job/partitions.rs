//! The nodes and partitions that jobs are held against.

use super::interpreter::present;
use super::request::Memory;
use crate::cluster::{Cluster, Partition, Role, expand};
use crate::hostlist;
use crate::modules::job_memory;
use crate::slurm_conf::read_time;
use crate::slurm_conf::{DefaultMemory, InForce};
use std::collections::HashMap;

/// A worker, as slurm.conf describes it.
#[derive(Clone, Debug)]
pub struct Worker {
    pub name: String,
    pub cores: u64,
    pub threads: u64,
    /// The memory that jobs get, in MiB; 0 where it is not known.
    pub memory_mib: u64,
    pub gpus: u64,
    pub model: String,
    pub features: Vec<String>,
    pub weight: u32,
}

impl Worker {
    /// Its logical processors.
    pub fn cpus(&self) -> u64 {
        self.cores.saturating_mul(self.threads)
    }

    /// Whether it has so much memory, as far as that is known.
    pub fn has_memory(&self, mib: u64) -> bool {
        self.memory_mib == 0 || mib <= self.memory_mib
    }

    /// How many times it has so much memory, as far as that is known.
    pub fn times_memory(&self, mib: u64) -> u64 {
        if self.memory_mib == 0 { u64::MAX } else { self.memory_mib.checked_div(mib).unwrap_or(u64::MAX) }
    }
}

/// A partition with its nodes.
#[derive(Clone, Debug)]
pub struct Queue {
    pub partition: Partition,
    /// Which of the workers, in their order.
    pub workers: Vec<usize>,
    /// In minutes; `None` for no limit.
    pub longest: Option<u64>,
    /// Of jobs that ask for none, in minutes; `None` where the partition does not say.
    pub default_time: Option<u64>,
    /// The memory of jobs that ask for none; `None` for all of a node's.
    pub memory: Option<Memory>,
}

/// The scheduler of a cluster, prepared once to answer many questions.
#[derive(Clone, Debug)]
pub struct Scheduler {
    pub(super) enabled: bool,
    pub(super) workers: Vec<Worker>,
    pub(super) by_name: HashMap<String, usize>,
    /// All nodes that are no workers.
    pub(super) others: Vec<String>,
    pub(super) queues: Vec<Queue>,
    /// Settings among the further lines of slurm.conf that may change the answers.
    pub(super) unread: Vec<&'static str>,
    /// How many numbers the jobs of an array can have, from 0.
    pub(super) array_size: u64,
    /// The interpreters that are where other Linux systems have them.
    pub(super) interpreters: &'static [&'static str],
}

impl Scheduler {
    /// The scheduler that `cluster` describes. Groups and partitions whose hostlists cannot be read have no nodes: a
    /// check names them.
    pub fn new(cluster: &Cluster) -> Self {
        let (workers, others): (Vec<_>, Vec<_>) =
            expand::expand(cluster).into_iter().partition(|node| node.is(Role::Worker));
        let others = others.into_iter().map(|node| node.name).collect();
        let workers: Vec<Worker> = workers
            .into_iter()
            .map(|node| Worker {
                cores: u64::from(node.sockets) * u64::from(node.cores_per_socket),
                threads: node.threads_per_core.max(1).into(),
                memory_mib: match node.memory_mib {
                    0 => 0,
                    mib => job_memory(cluster, mib).max(1),
                },
                gpus: node.gpus.count.into(),
                model: node.gpus.model,
                features: node.features,
                weight: node.weight,
                name: node.name,
            })
            .collect();
        let by_name: HashMap<String, usize> =
            workers.iter().enumerate().map(|(index, worker)| (worker.name.clone(), index)).collect();
        let in_force = InForce::new(&cluster.slurm);
        let queue = |partition: &Partition| {
            let nodes = partition.nodes.trim();
            let mut is_member = vec![nodes.is_empty(); workers.len()];
            for name in hostlist::expand(nodes).unwrap_or_default() {
                if let Some(index) = by_name.get(&name) {
                    is_member[*index] = true;
                }
            }
            let members = (0..workers.len()).filter(|index| is_member[*index]).collect();
            let minutes = |text: &str| read_time(text).filter(|time| *time < u64::MAX).map(|time| time.div_ceil(60));
            let longest = minutes(&partition.max_time);
            let default_time = minutes(&partition.default_time);
            let memory = in_force.default_memory_in(partition).map(|memory| match memory {
                DefaultMemory::Cpu(mib) => Memory::Cpu(mib),
                DefaultMemory::Node(mib) => Memory::Node(mib),
            });
            Queue { partition: partition.clone(), workers: members, longest, default_time, memory }
        };
        Self {
            enabled: cluster.slurm.enable,
            queues: cluster.slurm.partitions.iter().map(queue).collect(),
            unread: in_force.unread(),
            array_size: in_force.array_size(),
            interpreters: present(cluster),
            others,
            by_name,
            workers,
        }
    }

    /// The names of the partitions, in the order of the description.
    pub fn partitions(&self) -> impl Iterator<Item = &str> {
        self.queues.iter().map(|queue| queue.partition.name.as_str())
    }
}
