use super::*;
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
