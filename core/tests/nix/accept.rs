//! `cluster-tools accept`, run against made-up nodes: what they measure stands in files of their folders.

use crate::harness::Flake;
use crate::tools::Sandbox;
use clusterflake_core::cluster::Cluster;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

/// Five workers that are alike and on the fabric, and two with GPUs.
const CLUSTER: &str = r#"{
    "version": 1,
    "cluster": {"name": "lab", "allowUnfree": true},
    "network": {"fabric": {"kind": "infiniband", "subnet": "10.1.0.0/16", "interface": "ib0"}},
    "nodes": [
        {"hosts": "head1", "roles": ["controller"], "firstIP": "10.0.0.1"},
        {"hosts": "cn[01-05]", "firstIP": "10.0.1.1", "fabricFirstIP": "10.1.1.1", "sockets": 2, "coresPerSocket": 16, "memoryMiB": 262144},
        {"hosts": "gn[1-2]", "firstIP": "10.0.2.1", "gpus": {"model": "h100", "count": 4}}
    ],
    "storage": {"shared": [{"server": "head1", "export": "/export", "mount": "/export"}]},
    "slurm": {"partitions": [{"name": "main", "default": true}]},
    "hpc": {"cuda": {"enable": true}}
}"#;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::of(CLUSTER);
    let states = ["cn01", "cn02", "cn03", "cn04", "cn05", "gn1", "gn2"].map(|name| format!("{name} idle none\n"));
    sandbox.flake.write("nodes/sinfo", &states.concat());
    sandbox
}

/// A stand-in for a program of the nodes.
fn program(sandbox: &Sandbox, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    sandbox.flake.write(&format!("bin/{name}"), &format!("#!/usr/bin/env bash\n{text}\n"));
    fs::set_permissions(sandbox.flake.at(&format!("bin/{name}")), fs::Permissions::from_mode(0o755)).unwrap();
}

/// The row of the table for a group or node: its words.
fn row<'a>(out: &'a str, name: &str) -> Vec<&'a str> {
    out.lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .find(|row| row.first() == Some(&name))
        .unwrap_or_default()
}

fn has_line(out: &str, line: &str) {
    assert!(out.lines().any(|found| found == line), "no line {line:?} in\n{out}");
}

#[test]
fn nodes_that_are_as_designed_and_alike_pass() {
    let sandbox = sandbox();
    let out = sandbox.good(&["accept"]);
    let header: Vec<&str> = out.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(
        header,
        ["NODE", "clock", "munge", "mounts", "hardware", "gpus", "fabric", "disk", "memory", "cpu", "bandwidth"]
    );
    assert_eq!(row(&out, "cn[01-05]"), ["cn[01-05]", "5/5", "5/5", "5/5", "5/5", "100", "2147", "180000", "900", "98"]);
    assert_eq!(row(&out, "gn[1-2]"), ["gn[1-2]", "2/2", "2/2", "2/2", "2/2", "2/2", "2147", "180000", "900"]);
    assert!(row(&out, "cn01").is_empty(), "who is in order has no row:\n{out}");
    // Columns are aligned, and what nvidia-smi shows is shown once.
    let at = |line: &str, word: &str| line.find(word).unwrap_or_else(|| panic!("{word}: {out}"));
    let line = |start: &str| out.lines().find(|line| line.starts_with(start)).unwrap();
    assert_eq!(at(line("NODE"), "memory"), at(line("cn[01-05]"), "180000"), "{out}");
    has_line(&out, "GPU topology of gn1, gn2:");
    has_line(&out, "  GPU0     X      NV18");
    has_line(&out, "not run: burn: no gpu_burn on this node (gn1, gn2)");
    assert_eq!(row(&sandbox.good(&["accept", "--all"]), "cn03")[5..8], ["100", "2147", "180000"]);
    // Nothing stays behind.
    for name in ["cn01", "gn2"] {
        for folder in ["export", "var/tmp"] {
            let left = fs::read_dir(sandbox.flake.at(&format!("nodes/{name}/{folder}"))).unwrap();
            let left: Vec<_> = left.map(|file| file.unwrap().file_name()).filter(|file| file != ".keep").collect();
            assert!(left.is_empty(), "{name}: {left:?}");
        }
    }
}

#[test]
fn a_node_that_is_slower_than_its_like_fails() {
    let sandbox = sandbox();
    sandbox.flake.write("nodes/cn03/memory-rate", "95000\n");
    // Slower than the others, but not by much; and the two with GPUs are no measure for those without.
    sandbox.flake.write("nodes/cn04/memory-rate", "150000\n");
    for name in ["gn1", "gn2"] {
        sandbox.flake.write(&format!("nodes/{name}/memory-rate"), "60000\n");
    }
    let outcome = sandbox.run(&["accept"]);
    assert_eq!((outcome.code, outcome.err.as_str()), (1, "cluster-tools: 1 of 8 nodes failed\n"));
    has_line(&outcome.out, "cn03: memory: 95000 MB/s, 53 % of the median of cn[01-05]");
    assert_eq!(row(&outcome.out, "cn03")[7], "95000!");
    assert!(row(&outcome.out, "cn04").is_empty() && row(&outcome.out, "gn1").is_empty(), "{}", outcome.out);

    // Repaired, and tested alone: held against what the others measured before.
    let alone = ["accept", "--on", "cn03"];
    assert!(sandbox.run(&alone).out.contains("53 % of the median of cn[01-05]"));
    sandbox.flake.write("nodes/cn03/memory-rate", "179000\n");
    assert_eq!(row(&sandbox.good(&alone), "cn03")[7], "179000");
}

/// Of a slow pair either can be the cause: who is fast with another neighbour is well.
#[test]
fn a_slow_link_is_told_from_its_neighbours() {
    let sandbox = sandbox();
    // Its name where it asks, its address on the fabric where it is asked.
    sandbox.flake.write("nodes/slow-links", "cn03\n10.1.1.3\n");
    let outcome = sandbox.run(&["accept", "--role", "worker"]);
    has_line(&outcome.out, "cn03: bandwidth: 12 Gb/s, 12 % of the median of cn[01-05]");
    assert_eq!(outcome.err, "cluster-tools: 1 of 7 nodes failed\n");
    let alone = sandbox.good(&["accept", "--on", "cn02"]);
    has_line(&alone, "not run: bandwidth: it takes two nodes of the fabric (cn02)");

    sandbox.flake.write("nodes/slow-links", "");
    let port = "nodes/cn05/sys/class/infiniband/mlx5_0/ports/1";
    sandbox.flake.write(&format!("{port}/rate"), "25 Gb/sec (1X EDR)\n");
    sandbox.flake.write("nodes/cn04/sys/class/infiniband/mlx5_0/ports/1/state", "1: DOWN\n");
    let outcome = sandbox.run(&["accept", "--skip", "bandwidth,memory"]);
    has_line(&outcome.out, "cn05: fabric: 25 Gb/s, 25 % of the median of cn[01-05]");
    has_line(&outcome.out, "cn04: fabric: no link is up: mlx5_0:1 is DOWN");
    assert!(!outcome.out.lines().next().unwrap().contains("memory"), "{}", outcome.out);
}

#[test]
fn what_is_not_as_designed_fails() {
    let sandbox = sandbox();
    sandbox.flake.write("nodes/cn01/memory", "200000");
    sandbox.flake.write("nodes/cn02/lscpu", "0,0,0\n1,1,0\n");
    sandbox.flake.write("nodes/cn03/mounts", "");
    sandbox.flake.write("nodes/cn04/bad-key", "");
    sandbox.flake.write("nodes/cn05/wrong", "");
    sandbox.flake.write("nodes/gn1/gpus", &"GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-1)\n".repeat(3));
    sandbox.flake.write("nodes/gn2/gpus", &"GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-1)\n".repeat(4));
    sandbox.flake.write("nodes/gn2/nvidia/ecc.errors.uncorrected.volatile.total", "0\n3\n[N/A]\n0\n");
    sandbox.flake.write("nodes/gn2/nvidia/remapped_rows.failure", "0\n0\n1\n0\n");
    for (kind, count) in [("ue_count", "2\n"), ("ce_count", "9\n")] {
        sandbox.flake.write(&format!("nodes/gn2/sys/devices/system/edac/mc/mc0/{kind}"), count);
    }
    sandbox.flake.write("nodes/gn2/dd", "dd: error writing 'x': Input/output error\n");
    let outcome = sandbox.run(&["accept"]);
    assert_eq!(outcome.err, "cluster-tools: 7 of 8 nodes failed\n");
    for line in [
        "cn01: hardware: 200000 MiB of memory; of 262144 MiB at least 257024 must be there",
        "cn02: hardware: 2 cores with 2 threads, and not 32 with 32",
        "cn03: mounts: /export is not mounted",
        "cn04: munge: unmunge: Error: Invalid credential",
        "cn05: cpu: a core computed wrong, or memory changed",
        "gn1: gpus: the driver finds 3 of 4",
        "gn2: gpus: 3 uncorrected memory errors since it started; memory rows could not be remapped: replace the GPU",
        "gn2: ecc: 2 memory errors could not be corrected since the start",
        "gn2: disk: /var/tmp: Input/output error",
        "note: gpus: the driver finds NVIDIA A100-SXM4-40GB; the design has h100 (gn2)",
    ] {
        has_line(&outcome.out, line);
    }
}

/// More than the design has is told, and root who is nobody on a server is no fault.
#[test]
fn what_is_no_fault_is_only_noted() {
    let sandbox = sandbox();
    sandbox.flake.write("nodes/cn01/memory", "515000");
    for name in ["cn02", "cn03"] {
        let export = sandbox.flake.at(&format!("nodes/{name}/export"));
        fs::remove_dir(&export).unwrap();
        // Where nobody can make a file, root neither.
        symlink("/sys", export).unwrap();
    }
    sandbox.flake.write("nodes/cn04/avail", "100");
    sandbox.flake.write("nodes/cn05/dd", "dd: failed to open 'x': Invalid argument\n");
    let out = sandbox.good(&["accept", "--skip", "gpus"]);
    has_line(&out, "note: hardware: has 515000 MiB of memory; the design has 262144 (cn01)");
    has_line(&out, "note: mounts: /export is not writable by root here (cn02, cn03)");
    has_line(&out, "not run: disk: /var/tmp has less than 2048 MiB free (cn04)");
    has_line(&out, "not run: disk: /var/tmp cannot be written past the kernel's memory (direct I/O) (cn05)");
}

#[test]
fn a_program_that_is_missing_is_told() {
    let sandbox = sandbox();
    for name in ["node-benchmark", "qperf"] {
        fs::remove_file(sandbox.flake.at(&format!("bin/{name}"))).unwrap();
    }
    let out = sandbox.good(&["accept", "--load", "1"]);
    has_line(&out, "not run: memory: no node-benchmark on this node (8 nodes)");
    has_line(&out, "not run: load: no node-benchmark on this node (8 nodes)");
    has_line(&out, "not run: bandwidth: no qperf on this node or its neighbour (5 nodes)");
}

#[test]
fn load_lasts_as_long_as_it_is_told() {
    let sandbox = sandbox();
    program(
        &sandbox,
        "gpu_burn",
        r#"echo "$1" >"$SANDBOX/$NODE/burned"
        printf '50.0%%  proc'"'"'d: 600 (11456 Gflop/s) - 600 (%s Gflop/s)   errors: 0 - 0 \r\n' 11500
        for gpu in 0 1 2 3; do echo "GPU $gpu: $(cat "$SANDBOX/$NODE/burn" 2>/dev/null || echo OK)"; done"#,
    );
    let out = sandbox.good(&["accept", "--load", "2", "--role", "worker"]);
    let benchmarks = fs::read_to_string(sandbox.flake.at("nodes/cn01/benchmarks")).unwrap();
    assert!(benchmarks.lines().any(|line| line == "cpu 120"), "{benchmarks}");
    assert_eq!(fs::read_to_string(sandbox.flake.at("nodes/gn1/burned")).unwrap(), "120\n");
    assert!(row(&out, "gn[1-2]").contains(&"11456"), "{out}");
    sandbox.flake.write("nodes/gn2/burn", "FAULTY");
    let outcome = sandbox.run(&["accept", "--role", "worker"]);
    has_line(&outcome.out, "gn2: burn: gpu_burn: 4 of 4 GPUs compute wrong");
    assert_eq!(fs::read_to_string(sandbox.flake.at("nodes/gn1/burned")).unwrap(), "30\n");
}

#[test]
fn jobs_are_not_disturbed() {
    let sandbox = sandbox();
    sandbox.flake.write(
        "nodes/sinfo",
        "cn01 mixed none\ncn02 allocated none\ncn03 draining disk\ncn04 completing none\ncn05 drained disk\n",
    );
    let workers = ["accept", "--on", "cn[01-05]"];
    let out = sandbox.good(&workers);
    for name in ["cn01", "cn02", "cn03", "cn04"] {
        has_line(&out, &format!("{name}: skipped: it runs jobs"));
        assert!(!sandbox.flake.at(&format!("nodes/{name}/benchmarks")).exists(), "{name}");
    }
    assert!(sandbox.flake.at("nodes/cn05/benchmarks").exists());
    let outcome = sandbox.run(&["accept", "--on", "cn01"]);
    assert_eq!(outcome.err, "cluster-tools: no node was tested; --force tests also those that run jobs\n");
    assert!(!sandbox.good(&["accept", "--on", "cn01", "--force"]).contains("skipped"));

    // Where Slurm does not answer, nobody knows.
    program(&sandbox, "sinfo", "echo 'sinfo: error: Unable to contact slurm controller' >&2; exit 1");
    let outcome = sandbox.run(&workers);
    assert!(outcome.code == 1 && outcome.err.contains("does not tell which nodes run jobs"), "{}", outcome.err);
    sandbox.good(&["accept", "--on", "cn[01-05]", "--force"]);
}

#[test]
fn workers_that_fail_are_drained_with_the_tests_as_the_reason() {
    let sandbox = sandbox();
    program(
        &sandbox,
        "scontrol",
        r#"printf '%s ' "$NODE" >>"$SANDBOX/scontrol"; printf '[%s]' "$@" >>"$SANDBOX/scontrol"; echo >>"$SANDBOX/scontrol""#,
    );
    let drained = || fs::read_to_string(sandbox.flake.at("nodes/scontrol")).unwrap_or_default();
    sandbox.flake.write("nodes/head1/mounts", "");
    sandbox.flake.write("nodes/head1/memory", "1");
    for name in ["cn01", "cn02", "cn03"] {
        sandbox.flake.write(&format!("nodes/{name}/memory"), "1000");
        sandbox.flake.write(&format!("nodes/{name}/seconds"), "9");
    }
    fs::remove_dir_all(sandbox.flake.at("nodes/cn04")).unwrap();
    sandbox.flake.write(
        "nodes/sinfo",
        "cn01 idle none\ncn02 drained fan is broken\ncn03 drained health check: /export is not mounted\ncn04 idle none\n",
    );
    sandbox.run(&["accept"]);
    assert_eq!(drained(), "", "nothing is drained unless told");

    let outcome = sandbox.run(&["accept", "--drain", "--skip", "disk"]);
    assert_eq!(outcome.err, "cluster-tools: 5 of 8 nodes failed\n");
    let update = |name: &str| format!("head1 [update][NodeName={name}][State=DRAIN][Reason=acceptance: hardware]\n");
    assert_eq!(drained(), update("cn01") + &update("cn03"));
    for line in [
        "cn01: drained: acceptance: hardware",
        "cn02: is drained already: fan is broken",
        "cn04: ssh: ssh: connect to host cn04 port 22: No route to host",
    ] {
        has_line(&outcome.out, line);
    }
    fs::remove_file(sandbox.flake.at("nodes/scontrol")).unwrap();
    sandbox.run(&["accept", "--drain", "--on", "cn05"]);
    assert_eq!(drained(), "", "nothing is resumed");
}

#[test]
fn wrong_words_are_refused() {
    let sandbox = sandbox();
    for (words, complaint) in [
        (&["accept", "--load", "long"][..], "--load takes a number of minutes, not 'long'"),
        (&["accept", "--skip", "disk,dance"], "there is no test 'dance'"),
        (&["accept", "cn01"], "'cn01' is not understood here"),
    ] {
        let outcome = sandbox.run(words);
        assert_eq!((outcome.code, outcome.err.contains(complaint)), (2, true), "{words:?}: {}", outcome.err);
    }
}

/// The value of an expression of jq that may use the functions of `accept.jq`.
fn jq(expression: &str) -> Value {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/flake/tools");
    let output = Command::new("jq")
        .args(["--null-input", "--compact-output", "-L"])
        .arg(tools)
        .arg(format!("include \"accept\"; {expression}"))
        .output()
        .expect("jq is missing: apt-get install jq, or run `cargo xtask test`");
    assert!(output.status.success(), "{expression}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn medians_and_who_is_behind() {
    assert_eq!(jq("[[], [7], [9, 1, 5], [4, 1, 3, 2]] | map(median)"), json!([null, 7, 5, 2.5]));
    // At four fifths it is well; without any speed it never is.
    assert_eq!(jq("[80, 79.9, 120, 0] | map(behind(100))"), json!([false, true, false, true]));
    assert_eq!(jq("0 | behind(0)"), json!(true));
    // Of two, and of one alone.
    let verdicts = |values: &str| {
        jq(&format!(
            r#"[{values}] as $values
            | ($values | to_entries | map({{name: "n\(.key)", group: "n", roles: ["worker"]}})) as $nodes
            | $values | to_entries | map("n\(.key)\tdisk\t\(.value)\tMB/s") | results(["disk"]) | best
            | verdicts($nodes; {{}}) | map(.bad)"#
        ))
    };
    assert_eq!(verdicts("100"), json!([false]));
    assert_eq!(verdicts("100, 50"), json!([false, true]));
    assert_eq!(verdicts("100, 100, 100, 79, 81"), json!([false, false, false, true, false]));
}

/// What was measured on other hardware is no measure.
#[test]
fn measurements_of_other_hardware_are_not_taken() {
    let verdict = |cores: u32| {
        jq(&format!(
            r#"[{{name: "a", group: "a,b", sockets: 1}}, {{name: "b", group: "a,b", sockets: {cores}}}] as $nodes
            | {{b: {{kind: ({{name: "b", sockets: 1}} | kind), values: {{disk: 1000}}}}}} as $before
            | ["a\tdisk\t100\tMB/s"] | results(["disk"]) | best | verdicts($nodes; $before)[0].bad"#
        ))
    };
    assert_eq!(verdict(1), json!(true));
    assert_eq!(verdict(2), json!(false));
}

/// The program that measures memory and cores, built and run.
#[test]
fn the_benchmark_measures_and_notices_what_is_wrong() {
    let source = include_str!("../../src/modules/base/node-benchmark/node-benchmark.c");
    let folder = tempfile::tempdir().unwrap();
    let run = |source: &str, words: &[&str]| -> (Option<i32>, String) {
        fs::write(folder.path().join("benchmark.c"), source).unwrap();
        let options = ["-O2", "-pthread", "-Wall", "-Wextra", "-Werror", "-o", "benchmark", "benchmark.c"];
        let built = Command::new("gcc").current_dir(folder.path()).args(options).status();
        assert!(built.expect("gcc is missing: apt-get install gcc, or run `cargo xtask test`").success());
        let output = Command::new(folder.path().join("benchmark")).args(words).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    for words in [&["memory", "24", "0.01"][..], &["cpu", "0.01"]] {
        let (code, told) = run(source, words);
        assert_eq!(code, Some(0), "{words:?}");
        assert!(told.trim().parse::<f64>().unwrap() > 0.0, "{words:?}: {told}");
    }
    let expected = "a[i] != 7.0";
    assert!(source.contains(expected));
    assert_eq!(run(&source.replace(expected, "a[i] != 8.0"), &["memory", "24", "0.01"]).0, Some(3));
    assert_eq!(run(source, &["memory", "none", "1"]).0, Some(2));
}

/// 200 nodes: a line for each group and for who failed; all on request.
#[test]
fn the_table_stays_short() {
    let cluster = CLUSTER.replace("cn[01-05]", "cn[001-200]").replace("10.1.1.1", "10.1.1.0");
    let data = Flake::new(&Cluster::from_json(&cluster).unwrap()).tools()["data"].take();
    let report = |all: bool| -> String {
        let value = jq(&format!(
            r#"{data} as $data | [range(1; 201) | "cn" + ("00\(.)" | .[-3:]) + "\tdisk\t" + (if . == 77 then "10" else "100" end) + "\tMB/s"]
            | acceptance($data; {{}}; ["disk"]; {all}).report"#
        ));
        value.as_str().unwrap().to_owned()
    };
    let short = report(false);
    assert_eq!(
        short,
        "NODE         disk\n             MB/s\ncn[001-200]  100\n  cn077      10!\n\
         cn077: disk: 10 MB/s, 10 % of the median of cn[001-200]"
    );
    assert_eq!(report(true).lines().count(), 204);
}

/// A GPU that is joined otherwise than those of the other nodes.
#[test]
fn topologies_are_held_against_each_other() {
    let sandbox = Sandbox::of(&CLUSTER.replace("gn[1-2]", "gn[1-3]"));
    sandbox.flake.write("nodes/gn2/topology", "\tGPU0\tGPU1\nGPU0\t X \tSYS\n");
    let outcome = sandbox.run(&["accept", "--role", "worker", "--skip", "burn", "--force"]);
    has_line(&outcome.out, "gn2: topology: differs from most of gn[1-3]");
    has_line(&outcome.out, "GPU topology of gn1, gn3:");
    has_line(&outcome.out, "GPU topology of gn2:");
    assert_eq!(outcome.err, "cluster-tools: 1 of 8 nodes failed\n");
}
