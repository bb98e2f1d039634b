//! What a job asks for.

use super::constraint::Constraint;

/// A job, as its options say. What they leave open is `None`.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub partitions: Vec<String>,
    /// The least and the most nodes.
    pub nodes: Option<(u64, Option<u64>)>,
    pub tasks: Option<u64>,
    pub tasks_per_node: Option<u64>,
    pub cpus_per_task: Option<u64>,
    /// The least logical processors of a node.
    pub least_cpus: u64,
    /// The fewest nodes that its tasks or the nodes it names come to; it may get more.
    pub spread: u64,
    /// Whether a task gets one thread of each core only.
    pub one_thread: bool,
    /// Whether a core has one task at most.
    pub own_cores: bool,
    /// Whether a node's processors may be given to several tasks.
    pub overcommit: bool,
    pub memory: Option<Memory>,
    /// GPUs on each node: a model, or any.
    pub gpus_per_node: Vec<Gpus>,
    pub gpus_per_task: Vec<Gpus>,
    /// GPUs in all.
    pub gpus: Vec<Gpus>,
    pub cpus_per_gpu: u64,
    pub constraint: Option<Constraint>,
    /// Nodes that must be among the job's.
    pub with: Vec<String>,
    /// Nodes that must not be.
    pub without: Vec<String>,
    pub exclusive: bool,
    /// The longest that it runs: minutes, or `None` for no limit.
    pub time: Option<Option<u64>>,
    pub account: Option<String>,
    /// How many jobs of an array.
    pub copies: Option<u64>,
    /// The highest number of these.
    pub highest_copy: Option<u64>,
    /// What was not looked at.
    pub notes: Vec<String>,
}

/// Memory, in MiB. 0 on each node means all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    Node(u64),
    Cpu(u64),
    Gpu(u64),
}

/// Some GPUs of a model, or of any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gpus {
    pub model: Option<String>,
    pub count: u64,
}

impl Gpus {
    pub fn are(&self, model: &str) -> bool {
        self.model.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(model))
    }

    /// `4 GPUs`, `2 GPUs of model h100`.
    pub fn told(list: &[Gpus]) -> String {
        let one = |gpus: &Gpus| {
            let count = super::answer::counted(gpus.count, "GPU");
            gpus.model.as_ref().map_or(count.clone(), |model| format!("{count} of model {model}"))
        };
        list.iter().map(one).collect::<Vec<_>>().join(" and ")
    }
}

impl Request {
    /// The processors of a task.
    pub fn cpus_of_task(&self) -> u64 {
        self.cpus_per_task.unwrap_or(1)
    }

    /// The least nodes.
    pub fn least_nodes(&self) -> u64 {
        self.nodes.map_or(1, |(least, _)| least).max(self.spread)
    }

    /// Whether it asks for GPUs.
    pub fn wants_gpus(&self) -> bool {
        !(self.gpus.is_empty() && self.gpus_per_node.is_empty() && self.gpus_per_task.is_empty())
    }
}
