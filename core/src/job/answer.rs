//! The answer to a job: what it would get, or why it would be refused.

use super::values::{memory, time};

/// What would become of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether it would run.
    pub verdict: Verdict,
    /// What was not looked at, or holds under a condition only, in sentences.
    pub notes: Vec<String>,
}

/// Whether Slurm would take a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It would run, on this.
    Granted(Grant),
    /// It would not run, for this reason.
    Refused(Refusal),
}

/// Why a job would be refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Slurm's own words; empty where the job does not come as far as Slurm.
    pub slurm: String,
    /// What that means here, and the way out.
    pub why: String,
}

/// What a job would get on a cluster without other jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The partition in which it would run.
    pub partition: String,
    /// The nodes that could run a part of it, as a hostlist: `cn[001-128]`.
    pub could: String,
    /// How many those are.
    pub could_count: usize,
    /// The nodes that it would get if all were free, as a hostlist.
    pub nodes: String,
    /// How many tasks it starts (`--ntasks`).
    pub tasks: u64,
    /// What it gets on each of its nodes, those alike together; the first node first.
    pub shares: Vec<Share>,
    /// Its time limit, in minutes; `None` for no limit.
    pub minutes: Option<u64>,
    /// Whether the time limit is the partition's, because the job asks for none.
    pub is_default_time: bool,
    /// How many jobs of this kind it is: more than one for an array.
    pub copies: u64,
    /// The further parts of a heterogeneous job, which all start together.
    pub parts: Vec<Grant>,
}

/// What a job gets on some of its nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// How many nodes get this share.
    pub nodes: u64,
    /// CPUs on each, as Slurm counts them: hardware threads.
    pub cpus: u64,
    /// Memory on each, in MiB; 0 for all of a node's where that is not known.
    pub memory_mib: u64,
    /// GPUs on each.
    pub gpus: u64,
    /// The GPUs' model, `h100`; empty where there are none or it is not known.
    pub model: String,
}

impl Answer {
    /// The answer to a text that cannot be read as a job.
    pub(super) fn unread(why: String) -> Self {
        Self { verdict: Verdict::Refused(Refusal { slurm: String::new(), why }), notes: Vec::new() }
    }
}

impl Grant {
    /// How many nodes it gets.
    pub fn node_count(&self) -> u64 {
        self.sum(|_| 1)
    }

    /// The CPUs that it gets in all, as Slurm counts them.
    pub fn cpus(&self) -> u64 {
        self.sum(|share| share.cpus)
    }

    /// The memory that it gets in all, in MiB.
    pub fn memory_mib(&self) -> u64 {
        self.sum(|share| share.memory_mib)
    }

    /// The GPUs that it gets in all.
    pub fn gpus(&self) -> u64 {
        self.sum(|share| share.gpus)
    }

    fn sum(&self, of: impl Fn(&Share) -> u64) -> u64 {
        self.shares.iter().fold(0, |sum, share| sum.saturating_add(share.nodes.saturating_mul(of(share))))
    }

    /// The answer for people, line by line: what it is, and the value.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        if self.parts.is_empty() {
            return self.own_lines();
        }
        let all = self.parts.len() + 1;
        let parts = std::iter::once(self).chain(&self.parts).enumerate();
        parts
            .flat_map(|(index, part)| {
                std::iter::once(("Part", format!("{} of {all}", index + 1))).chain(part.own_lines())
            })
            .collect()
    }

    fn own_lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![("Partition", self.partition.clone())];
        lines.push(("Nodes", format!("{}: {}", self.node_count(), self.nodes)));
        if self.could != self.nodes {
            lines.push(("Could run on", format!("{} nodes: {}", self.could_count, self.could)));
        }
        let several = self.shares.len() > 1;
        for share in &self.shares {
            let on = if several { format!(" on {}", counted(share.nodes, "node")) } else { String::new() };
            lines.push(("On each node", amounts(share.cpus, share.memory_mib, share.gpus, &share.model) + &on));
        }
        if self.node_count() > 1 {
            let mut models = self.shares.iter().filter(|share| share.gpus > 0).map(|share| share.model.as_str());
            let model = models.next().filter(|first| models.all(|model| model == *first)).unwrap_or_default();
            lines.push(("In all", amounts(self.cpus(), self.memory_mib(), self.gpus(), model)));
        }
        lines.push(("Tasks", self.tasks.to_string()));
        let whose = if self.is_default_time { ", the partition’s" } else { "" };
        lines.push(("Time limit", format!("{}{whose}", self.minutes.map_or("none".to_owned(), time))));
        if self.copies > 1 {
            lines.push(("Array", format!("{} such jobs", self.copies)));
        }
        lines
    }

    /// The answer in a sentence.
    pub fn summary(&self) -> String {
        if !self.parts.is_empty() {
            let parts: Vec<String> = std::iter::once(self)
                .chain(&self.parts)
                .map(|part| part.own_summary().trim_end_matches('.').to_owned())
                .collect();
            return format!("{} parts: {}.", parts.len(), parts.join("; "));
        }
        self.own_summary()
    }

    fn own_summary(&self) -> String {
        let gpus = if self.gpus() > 0 { format!(", {}", counted(self.gpus(), "GPU")) } else { String::new() };
        format!(
            "{} with {}{gpus} in partition {}.",
            counted(self.node_count(), "node"),
            counted(self.cpus(), "CPU"),
            self.partition
        )
    }
}

/// `64 CPUs, 94 GiB, 4 GPUs (h100)`.
fn amounts(cpus: u64, memory_mib: u64, gpus: u64, model: &str) -> String {
    let memory = if memory_mib == 0 { "memory unknown".to_owned() } else { memory(memory_mib) };
    let mut text = format!("{}, {memory}", counted(cpus, "CPU"));
    if gpus > 0 {
        text += &format!(", {}", counted(gpus, "GPU"));
        if !model.is_empty() {
            text += &format!(" ({model})");
        }
    }
    text
}

/// `1 node`, `2 nodes`.
pub(super) fn counted(count: u64, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

impl Refusal {
    /// The refusal of one part of a heterogeneous job.
    pub(super) fn of_part(self, number: usize, count: usize) -> Self {
        Self { why: format!("Part {number} of {count}: {}", self.why), ..self }
    }

    pub(super) fn new(slurm: impl Into<String>, why: impl Into<String>) -> Self {
        Self { slurm: slurm.into(), why: why.into() }
    }
}
