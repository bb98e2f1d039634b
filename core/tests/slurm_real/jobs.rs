//! What jobs get: our answers against those of a whole Slurm.
//!
//! `jobs.txt` has the options of a job a line. Those under `# run` are submitted and run; the others are tried with
//! `--test-only`, which is quicker but tells neither memory nor GPUs. The backfill scheduler is put off (`bf_interval`): on a
//! busy machine it would start a job before the main scheduler does, and limit it to a year where nothing limits it.

use crate::daemons::{Daemon, Machine, free_ports, run};
use crate::{configuration, controller, seconds};
use clusterflake_core::check;
use clusterflake_core::cluster::{Cluster, Role, expand};
use clusterflake_core::hostlist;
use clusterflake_core::job::{Grant, Scheduler, Verdict};
use std::collections::BTreeMap;
use std::os::unix::fs::symlink;

/// What a job got. Memory, in MiB of all nodes, GPUs and time are of jobs that ran only.
#[derive(Debug, PartialEq)]
struct Got {
    partition: String,
    nodes: u64,
    cpus: u64,
    ran: Option<(u64, u64, Option<u64>)>,
}

/// What `scontrol show job --details` says of a job that runs, and on which nodes it does.
fn ran(shown: &str) -> (Got, Vec<String>) {
    let value = |key: &str| {
        let mut words = shown.split_whitespace().filter_map(|word| word.split_once('='));
        words.find(|(found, _)| *found == key).map(|(_, value)| value).unwrap_or_default()
    };
    let (mut memory, mut gpus) = (0, 0);
    // `Nodes=gn[1-2] CPU_IDs=0-3 Mem=8000 GRES=gpu:h100:4(IDX:0-3)` for nodes alike.
    for part in shown.split(" Nodes=").skip(1) {
        let count = hostlist::expand(part.split(' ').next().unwrap()).unwrap().len() as u64;
        let after = |key: &str| part.split(key).nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
        memory += count * after(" Mem=").parse::<u64>().unwrap();
        let gres = after(" GRES=").split('(').next().unwrap_or_default();
        gpus += count * gres.rsplit(':').next().unwrap_or_default().parse::<u64>().unwrap_or(0);
    }
    let minutes = seconds(value("TimeLimit")).map(|seconds| seconds / 60);
    let number = |key: &str| value(key).split('-').next().unwrap().parse().unwrap();
    let got = Got {
        partition: value("Partition").to_owned(),
        nodes: number("NumNodes"),
        cpus: number("NumCPUs"),
        ran: Some((memory, gpus, minutes)),
    };
    (got, hostlist::expand(value("NodeList")).unwrap())
}

/// What `sbatch --test-only` says: `Job 5 to start at T using 4 processors on nodes cn[1-2] in partition main`.
fn tested(said: &str) -> (Got, Vec<String>) {
    let after = |key: &str| said.split(key).nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap_or_default();
    let on = hostlist::expand(after(" on nodes ")).unwrap();
    let cpus = after(" using ").parse().unwrap_or_else(|_| panic!("{said}"));
    (Got { partition: after(" in partition ").to_owned(), nodes: on.len() as u64, cpus, ran: None }, on)
}

fn expected(grant: &Grant, runs: bool) -> Got {
    Got {
        partition: grant.partition.clone(),
        nodes: grant.node_count(),
        cpus: grant.cpus(),
        ran: runs.then(|| (grant.memory_mib(), grant.gpus(), grant.minutes)),
    }
}

/// Slurm with the cluster of `jobs.json`: each worker with its slurmd, and all of them idle.
struct Slurm {
    machine: Machine,
    workers: usize,
    _daemons: Vec<Daemon>,
}

impl Slurm {
    fn new(cluster: &Cluster) -> Self {
        let machine = Machine::new();
        (0..4).for_each(|gpu| symlink("/dev/null", machine.folder().join(format!("dev/nvidia{gpu}"))).unwrap());
        let nodes = expand::expand(cluster);
        let workers: Vec<&str> =
            nodes.iter().filter(|node| node.is(Role::Worker)).map(|node| node.name.as_str()).collect();
        let ports: BTreeMap<String, u16> =
            workers.iter().map(|name| (*name).to_owned()).zip(free_ports(workers.len())).collect();
        let config = configuration(cluster, workers[0]);
        let mut daemons = vec![controller(&machine, &nodes, &config, &ports)];
        daemons.extend(workers.iter().map(|name| machine.node(name)));
        let slurm = Self { machine, workers: workers.len(), _daemons: daemons };
        slurm.until_idle();
        slurm
    }

    fn until_idle(&self) {
        let words = ["--noheader", "--Node", "--partition=all", "--format=%N %T"];
        self.machine.until("all nodes are idle", || {
            let states = self.machine.ask("sinfo", &words);
            states.lines().filter(|line| line.ends_with(" idle")).count() == self.workers
        });
    }

    /// What sbatch says, or its complaint.
    fn sbatch(&self, first: &str, words: &[String]) -> Result<String, String> {
        let mut command = self.machine.slurm("sbatch");
        let output = run(command.args([first, "--output=/dev/null"]).args(words).args(["--wrap", "sleep 600"]));
        let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
        if output.status.success() { Ok(out + &err) } else { Err(err) }
    }

    /// Waits until the job runs, ends it, and says what it got; `None` of one that waits since its partition is `down`.
    fn watch(&self, id: &str, down: bool) -> Option<(Got, Vec<String>)> {
        let show = || self.machine.ask("scontrol", &["show", "job", "--details", "--oneliner", id]);
        let sign = if down { "Reason=PartitionDown" } else { "JobState=RUNNING" };
        self.machine.until(&format!("job {id} has {sign}"), || show().contains(sign));
        // Of an array, one that runs.
        let text = show();
        let got = text.lines().find(|line| line.contains("JobState=RUNNING")).map(ran);
        self.machine.ask("scancel", &[id]);
        self.until_idle();
        got
    }
}

#[test]
fn jobs_get_what_is_told() {
    let cluster = Cluster::from_json(include_str!("jobs.json")).unwrap();
    let problems = check::check(&cluster);
    assert!(!check::has_errors(&problems), "{problems:#?}");
    let scheduler = Scheduler::new(&cluster);
    let slurm = Slurm::new(&cluster);
    let (mut wrong, mut refused, mut granted, mut same) = (Vec::new(), 0, 0, 0);
    let mut runs = true;
    for line in include_str!("jobs.txt").lines() {
        if let Some(how) = line.strip_prefix("# ") {
            runs = how == "run";
            continue;
        }
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let said = slurm.sbatch(if runs { "--parsable" } else { "--test-only" }, &words);
        match (scheduler.ask_words(&words, None).verdict, said) {
            (Verdict::Refused(refusal), Err(complaint)) => {
                refused += 1;
                if refusal.slurm.is_empty() || !complaint.contains(&refusal.slurm) {
                    wrong.push(format!("{line}\n  Slurm: {complaint}\n  we:    {}", refusal.slurm));
                }
            }
            (Verdict::Granted(grant), Ok(said)) => {
                granted += 1;
                let down = grant.partition == "down";
                let id = said.split_whitespace().next().unwrap();
                let got = if runs { slurm.watch(id, down) } else { Some(tested(&said)) };
                // A job that waits has no nodes yet.
                let Some((got, on)) = got else { continue };
                let (told, could) = (expected(&grant, runs), hostlist::expand(&grant.could).unwrap());
                if got != told || !on.iter().all(|node| could.contains(node)) {
                    wrong.push(format!("{line}\n  Slurm: {got:?} on {on:?}\n  we:    {told:?} on {could:?}"));
                }
                same += usize::from(hostlist::expand(&grant.nodes).unwrap() == on);
            }
            (told, said) => wrong.push(format!("{line}\n  Slurm: {said:?}\n  we:    {told:?}")),
        }
    }
    println!("{granted} jobs taken, {same} on the very nodes; {refused} refused; {} differ", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
