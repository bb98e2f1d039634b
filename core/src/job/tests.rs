use super::*;
use crate::cluster::Cluster;
use crate::preset;
use proptest::prelude::*;

fn scheduler(name: &str) -> Scheduler {
    Scheduler::new(&preset::find(name).unwrap().cluster())
}

/// The answer on one line: the nodes and what they get, or Slurm's refusal.
fn said(scheduler: &Scheduler, text: &str) -> String {
    match scheduler.ask(text).unwrap().verdict {
        Verdict::Granted(grant) => format!("{} {}", grant.nodes, grant.summary()),
        Verdict::Refused(refusal) => refusal.slurm,
    }
}

#[test]
fn a_job_gets_whole_cores_of_the_lightest_nodes() {
    let large = scheduler("large");
    assert_eq!(said(&large, "sbatch -n 1 job.sh"), "cn001 1 node with 1 CPU in partition cpu.");
    assert_eq!(said(&large, "sbatch -N 4 --exclusive"), "cn[001-004] 4 nodes with 512 CPUs in partition cpu.");
    assert_eq!(said(&large, "sbatch -C mem768"), "cn481 1 node with 1 CPU in partition cpu.");
    assert_eq!(
        said(&large, "sbatch -p gpu -N 2 --gpus-per-node=4 job.sh"),
        "gn[01-02] 2 nodes with 2 CPUs, 8 GPUs in partition gpu."
    );
}

#[test]
fn what_slurm_refuses_is_told_in_its_words_and_ours() {
    let large = scheduler("large");
    for (text, slurm, why) in [
        ("-p nope", "Invalid partition name specified", "there are cpu, highmem, gpu, vis"),
        ("-t 3-0", BAD_TIME, "The longest time of cpu is 2 days."),
        ("-N 513", "Node count specification invalid", "cpu has 512 nodes only."),
        ("--mem=3T", NOT_AVAILABLE, "jobs can have"),
        ("-C mem768 -N 40", NOT_AVAILABLE, "The job needs 40 nodes, and 32 of cpu fit"),
        ("-p gpu --gres=gpu:8", NOT_AVAILABLE, "on a node the job needs 8 GPUs"),
        ("-w ctl1", "Invalid node name specified", "ctl1 is no worker"),
        ("-w gn01", "Requested nodes not in this partition", "gn01 is not in cpu."),
        ("-C nope", "Invalid feature specification", "there are zen4, debug"),
        ("-p gpu --gpus=l40s:2", NOT_AVAILABLE, "none of gpu has what gives 2 GPUs of model l40s"),
        ("--gres=gpu:1", NOT_AVAILABLE, "No node of cpu fits: on a node the job needs 1 GPU, and the most there is 0."),
    ] {
        let Verdict::Refused(refusal) = large.ask(text).unwrap().verdict else { panic!("{text} is granted") };
        assert_eq!(refusal.slurm, slurm, "{text}");
        assert!(refusal.why.contains(why), "{text}: {}", refusal.why);
    }
}

const BAD_TIME: &str = "Requested time limit is invalid (missing or exceeds some limit)";
const NOT_AVAILABLE: &str = "Requested node configuration is not available";

#[test]
fn a_job_without_a_limit_is_told_of_the_year_that_backfilled_jobs_get() {
    let mut cluster = preset::find("large").unwrap().cluster();
    let year_of = |cluster: &crate::cluster::Cluster| {
        Scheduler::new(cluster).ask("-n 1").unwrap().notes.join(" ").contains("365 days")
    };
    assert!(!year_of(&cluster));
    let partition = &mut std::sync::Arc::make_mut(&mut cluster.slurm).partitions[0];
    partition.max_time = "UNLIMITED".to_owned();
    partition.default_time.clear();
    assert!(year_of(&cluster));
}

#[test]
fn a_script_and_its_command_line_are_read_together() {
    let large = scheduler("large");
    let script = "#!/bin/bash\n#SBATCH --partition=highmem\n#SBATCH --nodes=2 # two\nsrun ./a.out\n#SBATCH -N 9\n";
    assert_eq!(said(&large, script), "hm[01-02] 2 nodes with 2 CPUs in partition highmem.");
    let both = format!("sbatch -N 3 job.sh\n{script}");
    assert_eq!(said(&large, &both), "hm[01-03] 3 nodes with 3 CPUs in partition highmem.");
    let words: Vec<String> = ["sbatch", "-N", "3"].map(str::to_owned).to_vec();
    assert_eq!(large.ask_words(&words, Some(script)), large.ask(&both).unwrap());
    assert_eq!(large.ask(" \n"), None);
}

#[test]
fn nothing_of_a_private_key_comes_back() {
    let text = "sbatch -p '-----BEGIN OPENSSH PRIVATE KEY-----'";
    let answer = format!("{:?}", scheduler("minimal").ask(text));
    assert!(answer.contains("private key") && !answer.contains("BEGIN"), "{answer}");
}

proptest! {
    /// Whatever is typed gives an answer, and a grant keeps to what was asked and what there is.
    #[test]
    fn an_answer_is_within_the_cluster(
        words in prop::collection::vec(
            prop_oneof![
                "-[NncptCwxaAGsO]", "[0-9]{1,9}", "--(mem|gres|gpus|exclusive|mem-per-cpu|ntasks-per-node|gpus-per-task)(=[0-9]{1,4}[GT]?)?",
                "gpu|cpu|vis|h100|zen4", "[a-z&|*()\\[\\]0-9:-]{0,8}", any::<String>(),
            ],
            0..8,
        )
    ) {
        let large = scheduler("large");
        if let Verdict::Granted(grant) = large.ask_words(&words, None).verdict {
            let nodes = crate::hostlist::expand(&grant.nodes).unwrap();
            prop_assert_eq!(nodes.len() as u64, grant.node_count());
            prop_assert!(nodes.len() <= grant.could_count);
            prop_assert!(grant.cpus() <= 600 * 192 && grant.memory_mib() <= 600 << 21);
            prop_assert!(grant.gpus() <= 76);
        }
    }
}

/// Two kinds of nodes, with further lines of slurm.conf.
fn small(lines: &str) -> Scheduler {
    let text = serde_json::json!({
        "version": 1,
        "nodes": [
            {"hosts": "ctl", "roles": ["controller"], "firstIP": "10.0.0.1"},
            {"hosts": "cn[1-2]", "firstIP": "10.0.0.2", "coresPerSocket": 8, "memoryMiB": 65536},
            {"hosts": "big", "firstIP": "10.0.0.9", "coresPerSocket": 64, "memoryMiB": 0}
        ],
        "slurm": {
            "partitions": [{"name": "main", "nodes": "cn[1-2]", "default": true}, {"name": "big", "nodes": "big"}],
            "extraConfig": lines
        }
    });
    Scheduler::new(&crate::cluster::Cluster::from_json(&text.to_string()).unwrap())
}

fn granted(scheduler: &Scheduler, text: &str) -> (Grant, String) {
    let answer = scheduler.ask(text).unwrap();
    match answer.verdict {
        Verdict::Granted(grant) => (grant, answer.notes.join(" ")),
        Verdict::Refused(refusal) => panic!("{text}: {refusal:?}"),
    }
}

#[test]
fn the_further_lines_count_for_jobs_that_ask_for_no_memory() {
    for (lines, memory) in [
        ("", small("").workers[0].memory_mib),
        ("DefMemPerCPU=2000", 2000),
        ("defmemPerNode = 5000 # each", 5000),
        ("DefMemPerCPU=2000\nDefMemPerNode=5000", 5000),
        ("DefMemPerCPU=0", small("").workers[0].memory_mib),
    ] {
        let (grant, notes) = granted(&small(lines), "sbatch -n 1");
        assert_eq!(grant.memory_mib(), memory, "{lines}");
        assert!(!notes.contains("further lines"), "{lines}: {notes}");
    }
    let (_, notes) = granted(&small("DefMemPerGPU=9\nKillWait=5"), "sbatch -n 1");
    assert!(notes.contains("DefMemPerGPU in the further lines") && !notes.contains("KillWait"), "{notes}");
    assert_eq!(said(&small(""), "sbatch -a 0-1000 -n 1"), "cn1 1 node with 1 CPU in partition main.");
    assert_eq!(said(&small(""), "sbatch -a 0-1001 -n 1"), "Invalid job array specification");
    assert_eq!(said(&small("MaxArraySize=5000"), "sbatch -a 0-4999 -n 1"), "cn1 1 node with 1 CPU in partition main.");
}

#[test]
fn memory_that_is_not_known_refuses_nobody_and_is_told() {
    let (grant, notes) = granted(&small(""), "sbatch -p big -n 1 --mem=900G");
    assert_eq!(grant.memory_mib(), 900 << 10);
    assert!(notes.contains("memory of nodes of big is not known"), "{notes}");
    let (grant, _) = granted(&small(""), "sbatch -p big --exclusive");
    assert!(grant.lines().iter().any(|(_, value)| value.contains("memory unknown")), "{:?}", grant.lines());
}

#[test]
fn every_part_of_a_heterogeneous_job_is_judged() {
    let script = "#!/bin/bash\n#SBATCH -n 2\n#SBATCH hetjob\n#SBATCH -p big -n 40\nsrun ./a : ./b\n";
    let (grant, notes) = granted(&small(""), script);
    assert_eq!((grant.nodes.as_str(), grant.parts[0].nodes.as_str()), ("cn1", "big"));
    assert_eq!(grant.summary(), "2 parts: 1 node with 2 CPUs in partition main; 1 node with 40 CPUs in partition big.");
    assert!(notes.contains("start together"));
    for bad in [
        script.replace("-n 40", "-n 400"),
        script.replace("-n 2", "-n 200"),
        script.replace("hetjob", "packjob").replace("big", "none"),
    ] {
        assert!(matches!(small("").ask(&bad).unwrap().verdict, Verdict::Refused(_)), "{bad}");
    }
    let Verdict::Refused(refusal) = small("").ask(&script.replace("-n 40", "-n 400")).unwrap().verdict else {
        panic!()
    };
    assert!(refusal.why.starts_with("Part 2 of 2: "), "{refusal:?}");
    let (line, _) = granted(&small(""), "sbatch -n 1 : -p big -n 3 job.sh");
    assert_eq!(line.parts.len(), 1);
}

#[test]
fn an_interpreter_that_no_node_has_is_told() {
    let notes = |cluster: &Cluster, line: &str| {
        let script = format!("{line}\n#SBATCH -n 1\nhostname\n");
        Scheduler::new(cluster).ask(&script).unwrap().notes.join(" ")
    };
    let mut cluster = preset::find("minimal").unwrap().cluster();
    for line in ["#!/bin/bash -l", "#!/bin/sh", "#!/usr/bin/env python3", "#!/home/ada/venv/bin/python", "# none"] {
        assert_eq!(notes(&cluster, line), "", "{line}");
    }
    for (line, way) in [
        ("#!/usr/bin/python3 -u", "“#!/usr/bin/env python3”"),
        ("#! /bin/zsh", "“#!/usr/bin/env zsh”"),
        ("#!/usr/local/bin/Rscript", "“#!/usr/bin/env Rscript”"),
    ] {
        assert!(notes(&cluster, line).contains(way), "{line}: {}", notes(&cluster, line));
    }
    (Cluster::hpc.get_mut)(&mut cluster).bin_bash = false;
    assert!(notes(&cluster, "#!/bin/bash").contains("“#!/usr/bin/env bash”"));
    let words = ["-n".to_owned(), "1".to_owned()];
    let answer = Scheduler::new(&cluster).ask_words(&words, Some("#!/bin/bash\nhostname"));
    assert_eq!(answer.notes.len(), 1, "{answer:?}");
}
