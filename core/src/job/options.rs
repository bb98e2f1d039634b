//! The options of sbatch, read as getopt does: short ones with their value behind or after them, long ones also by the
//! beginning of their name.

use super::answer::Refusal;
use super::request::{Memory, Request};
use super::setters::{array, constraint, gpus, gres, hint, hosts, memory, names, nodes, positive, time};

type Set = fn(&mut Request, &str) -> Result<(), Refusal>;

/// An option.
struct Known {
    long: &'static str,
    short: Option<char>,
    takes: Takes,
    set: Set,
}

#[derive(Clone, Copy, PartialEq)]
enum Takes {
    Nothing,
    Value,
    /// A value behind `=`, or none.
    Perhaps,
}

macro_rules! options {
    ($($long:literal $($short:literal)? $takes:ident $set:expr;)*) => {
        /// The options that say what a job gets.
        const OPTIONS: &[Known] = &[$(Known {
            long: $long,
            short: match [$($short,)? '\0'][0] { '\0' => None, short => Some(short) },
            takes: Takes::$takes,
            set: $set,
        }),*];
    };
}

options! {
    "partition" 'p' Value |job, text| { job.partitions = names(text); Ok(()) };
    "nodes" 'N' Value nodes;
    "ntasks" 'n' Value |job, text| { job.tasks = Some(positive("--ntasks", text)?); Ok(()) };
    "ntasks-per-node" Value |job, text| { job.tasks_per_node = Some(positive("--ntasks-per-node", text)?); Ok(()) };
    "tasks-per-node" Value |job, text| { job.tasks_per_node = Some(positive("--ntasks-per-node", text)?); Ok(()) };
    "cpus-per-task" 'c' Value |job, text| { job.cpus_per_task = Some(positive("--cpus-per-task", text)?); Ok(()) };
    "mincpus" Value |job, text| { job.least_cpus = positive("--mincpus", text)?; Ok(()) };
    "threads-per-core" Value |job, text| { job.one_thread = positive("--threads-per-core", text)? == 1; Ok(()) };
    "ntasks-per-core" Value |job, text| { job.own_cores = positive("--ntasks-per-core", text)? == 1; Ok(()) };
    "hint" Value hint;
    "overcommit" 'O' Nothing |job, _| { job.overcommit = true; Ok(()) };
    "mem" Value |job, text| memory(job, "--mem", text, Memory::Node);
    "mem-per-cpu" Value |job, text| memory(job, "--mem-per-cpu", text, Memory::Cpu);
    "mem-per-gpu" Value |job, text| memory(job, "--mem-per-gpu", text, Memory::Gpu);
    "gres" Value gres;
    "gpus" 'G' Value |job, text| { job.gpus = gpus(text)?; Ok(()) };
    "gpus-per-node" Value |job, text| { job.gpus_per_node = gpus(text)?; Ok(()) };
    "gpus-per-task" Value |job, text| { job.gpus_per_task = gpus(text)?; Ok(()) };
    "cpus-per-gpu" Value |job, text| { job.cpus_per_gpu = positive("--cpus-per-gpu", text)?; Ok(()) };
    "constraint" 'C' Value constraint;
    "nodelist" 'w' Value |job, text| { job.with = hosts(text)?; Ok(()) };
    "exclude" 'x' Value |job, text| { job.without = hosts(text)?; Ok(()) };
    "exclusive" Perhaps |job, text| { job.exclusive = text.is_empty(); Ok(()) };
    "oversubscribe" 's' Nothing |job, _| { job.exclusive = false; Ok(()) };
    "time" 't' Value time;
    "account" 'A' Value |job, text| { job.account = Some(text.to_owned()); Ok(()) };
    "array" 'a' Value array;
}

/// Options that change what a job gets in ways that are not looked at: a note says so.
const TOLD: &[(&str, Option<char>, Takes)] = &[
    ("bb", None, Takes::Value),
    ("bbf", None, Takes::Value),
    ("cluster-constraint", None, Takes::Value),
    ("clusters", Some('M'), Takes::Value),
    ("contiguous", None, Takes::Nothing),
    ("core-spec", Some('S'), Takes::Value),
    ("cores-per-socket", None, Takes::Value),
    ("extra-node-info", Some('B'), Takes::Value),
    ("gpus-per-socket", None, Takes::Value),
    ("licenses", Some('L'), Takes::Value),
    ("nodefile", Some('F'), Takes::Value),
    ("ntasks-per-gpu", None, Takes::Value),
    ("ntasks-per-socket", None, Takes::Value),
    ("qos", Some('q'), Takes::Value),
    ("reboot", None, Takes::Nothing),
    ("reservation", None, Takes::Value),
    ("sockets-per-node", None, Takes::Value),
    ("spread-job", None, Takes::Nothing),
    ("switches", None, Takes::Value),
    ("thread-spec", None, Takes::Value),
    ("tmp", None, Takes::Value),
    ("tres-per-task", None, Takes::Value),
    ("use-min-nodes", None, Takes::Nothing),
];

/// Options that change nothing of what a job gets.
const IDLE: &[(&str, Option<char>, Takes)] = &[
    ("acctg-freq", None, Takes::Value),
    ("batch", None, Takes::Value),
    ("begin", Some('b'), Takes::Value),
    ("chdir", Some('D'), Takes::Value),
    ("comment", None, Takes::Value),
    ("container", None, Takes::Value),
    ("cpu-freq", None, Takes::Value),
    ("deadline", None, Takes::Value),
    ("delay-boot", None, Takes::Value),
    ("dependency", Some('d'), Takes::Value),
    ("distribution", Some('m'), Takes::Value),
    ("error", Some('e'), Takes::Value),
    ("export", None, Takes::Value),
    ("export-file", None, Takes::Value),
    ("extra", None, Takes::Value),
    ("get-user-env", None, Takes::Perhaps),
    ("gid", None, Takes::Value),
    ("gpu-bind", None, Takes::Value),
    ("gpu-freq", None, Takes::Value),
    ("gres-flags", None, Takes::Value),
    ("hold", Some('H'), Takes::Nothing),
    ("ignore-pbs", None, Takes::Nothing),
    ("input", Some('i'), Takes::Value),
    ("job-name", Some('J'), Takes::Value),
    ("kill-on-invalid-dep", None, Takes::Value),
    ("mail-type", None, Takes::Value),
    ("mail-user", None, Takes::Value),
    ("mcs-label", None, Takes::Value),
    ("mem-bind", None, Takes::Value),
    ("network", None, Takes::Value),
    ("nice", None, Takes::Perhaps),
    ("no-kill", Some('k'), Takes::Perhaps),
    ("no-requeue", None, Takes::Nothing),
    ("open-mode", None, Takes::Value),
    ("output", Some('o'), Takes::Value),
    ("parsable", None, Takes::Nothing),
    ("power", None, Takes::Value),
    ("prefer", None, Takes::Value),
    ("priority", None, Takes::Value),
    ("profile", None, Takes::Value),
    ("propagate", None, Takes::Perhaps),
    ("pty", None, Takes::Perhaps),
    ("quiet", Some('Q'), Takes::Nothing),
    ("requeue", None, Takes::Nothing),
    ("signal", None, Takes::Value),
    ("test-only", None, Takes::Nothing),
    ("time-min", None, Takes::Value),
    ("uid", None, Takes::Value),
    ("verbose", Some('v'), Takes::Nothing),
    ("wait", Some('W'), Takes::Nothing),
    ("wait-all-nodes", None, Takes::Value),
    ("wckey", None, Takes::Value),
    ("wrap", None, Takes::Value),
    ("x11", None, Takes::Perhaps),
];

/// What an option comes to.
enum Found {
    Sets(&'static Known),
    Told(&'static str, Takes),
    Idle(Takes),
}

impl Found {
    fn takes(&self) -> Takes {
        match self {
            Found::Sets(known) => known.takes,
            Found::Told(_, takes) | Found::Idle(takes) => *takes,
        }
    }
}

/// The options whose long names and short ones `fits` takes.
fn find(fits: impl Fn(&str, Option<char>) -> bool) -> Vec<Found> {
    let sets = OPTIONS.iter().filter(|known| fits(known.long, known.short)).map(Found::Sets);
    let told =
        TOLD.iter().filter(|(long, short, _)| fits(long, *short)).map(|(long, _, takes)| Found::Told(long, *takes));
    let idle = IDLE.iter().filter(|(long, short, _)| fits(long, *short)).map(|(_, _, takes)| Found::Idle(*takes));
    sets.chain(told).chain(idle).collect()
}

fn long_option(name: &str) -> Option<Found> {
    let one = |mut found: Vec<Found>| if found.len() == 1 { found.pop() } else { None };
    one(find(|long, _| long == name)).or_else(|| one(find(|long, _| long.starts_with(name))))
}

/// Reads the options of `words` into `job`, up to the script's name. Fails as sbatch does on values that it cannot read; what
/// it does not know is told in a note.
pub fn read(words: &[String], job: &mut Request) -> Result<(), Refusal> {
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if let Some(name) = word.strip_prefix("--") {
            if name.is_empty() {
                return Ok(());
            }
            let (name, value) = name.split_once('=').map_or((name, None), |(name, value)| (name, Some(value)));
            let Some(found) = long_option(name) else {
                job.notes.push(format!("--{name} is not known here, and was passed over."));
                continue;
            };
            let value = match (found.takes(), value) {
                (Takes::Value, None) => words.next().ok_or_else(|| lacks(&format!("--{name}")))?,
                (_, value) => value.unwrap_or_default(),
            };
            set(&found, job, value)?;
        } else if let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            let mut rest = letters.chars();
            while let Some(letter) = rest.next() {
                let Some(found) = find(|_, short| short == Some(letter)).pop() else {
                    job.notes.push(format!("-{letter} is not known here, and was passed over."));
                    break;
                };
                if found.takes() != Takes::Value {
                    set(&found, job, "")?;
                    continue;
                }
                let behind = rest.as_str();
                let value =
                    if behind.is_empty() { words.next().ok_or_else(|| lacks(&format!("-{letter}")))? } else { behind };
                set(&found, job, value)?;
                break;
            }
        } else if word == ":" {
            job.notes.push("Of a heterogeneous job, only the first part is looked at.".to_owned());
            return Ok(());
        } else {
            return Ok(());
        }
    }
    Ok(())
}

fn set(found: &Found, job: &mut Request, value: &str) -> Result<(), Refusal> {
    match found {
        Found::Sets(known) => (known.set)(job, value)?,
        Found::Told(name, _) => job.notes.push(format!("--{name} is not looked at here.")),
        Found::Idle(_) => {}
    }
    Ok(())
}

fn lacks(option: &str) -> Refusal {
    Refusal::new(
        format!("option requires an argument -- '{}'", option.trim_start_matches('-')),
        format!("{option} lacks its value."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> (Request, Result<(), Refusal>) {
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        let mut job = Request::default();
        let result = read(&words, &mut job);
        (job, result)
    }

    #[test]
    fn options_are_read_as_getopt_does() {
        let (job, result) = read_text("-HN2 -c4 --ntasks=8 --part gpu -J -t --mem 4G job.sh --ntasks=9");
        assert_eq!(result, Ok(()));
        assert_eq!((job.nodes, job.cpus_per_task, job.tasks), (Some((2, None)), Some(4), Some(8)));
        assert_eq!((job.partitions, job.memory), (vec!["gpu".to_owned()], Some(Memory::Node(4096))));
        assert_eq!(job.time, None, "-t is the job's name here");
    }

    #[test]
    fn no_option_stands_twice() {
        let mut seen = std::collections::BTreeSet::new();
        let names = OPTIONS.iter().map(|known| (known.long, known.short));
        let names = names.chain(TOLD.iter().chain(IDLE).map(|(long, short, _)| (*long, *short)));
        for (long, short) in names {
            assert!(seen.insert(long.to_owned()), "{long}");
            assert!(short.is_none_or(|short| seen.insert(format!("-{short}"))), "{short:?}");
        }
    }

    #[test]
    fn what_is_not_known_is_told_and_passed_over() {
        let (job, result) = read_text("--bogus --qos=high --n=3 -Z -n 2");
        assert_eq!((result, job.tasks), (Ok(()), Some(2)));
        assert_eq!(job.notes.len(), 4, "{:?}", job.notes);
        assert!(job.notes[0].contains("--bogus") && job.notes[1].contains("--qos"), "{:?}", job.notes);
    }
}
