//! `cluster-tools update` and `rollback`, run on made-up nodes: what happens on which node, in which order, and what is left
//! alone.

use crate::harness::Flake;
use crate::tools::{Outcome, Sandbox};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::symlink;
use std::process::Stdio;

const CLUSTER: &str = r#"{
    "version": 1,
    "cluster": {"name": "lab"},
    "nodes": [
        {"hosts": "login1", "roles": ["login"], "firstIP": "10.0.3.1"},
        {"hosts": "cn[1-6]", "firstIP": "10.0.1.1"},
        {"hosts": "st1", "roles": ["storage"], "firstIP": "10.0.2.1"},
        {"hosts": "head1", "roles": ["controller"], "firstIP": "10.0.0.1"},
        {"hosts": "db1", "roles": ["storage"], "firstIP": "10.0.0.2"}
    ],
    "storage": {"shared": [{"server": "st1", "export": "/export", "mount": "/export"}]},
    "slurm": {"partitions": [{"name": "main", "default": true}], "accounting": {"enable": true, "host": "db1"}}
}"#;

const NODES: [&str; 10] = ["login1", "cn1", "cn2", "cn3", "cn4", "cn5", "cn6", "st1", "head1", "db1"];

/// Makes a node in the folder `nodes` run generation 7, with generation 3 before it.
pub fn has_generations(flake: &Flake, name: &str) {
    let path = |path: &str| flake.at(&format!("nodes/{name}/{path}"));
    let write = |path: &str, text: &str| flake.write(&format!("nodes/{name}/{path}"), text);
    write("nix/var/nix/profiles/.keep", "");
    for (generation, version) in [(3, "older"), (7, "old")] {
        let system = format!("nix/store/{version}-{name}");
        write(&format!("{system}/sw/bin/scontrol"), "exec /nix/store/0a-slurm-25.05.4.1/bin/scontrol");
        let switch = format!("{system}/bin/switch-to-configuration");
        write(&switch, "");
        fs::copy(flake.at("bin/start-system"), path(&switch)).unwrap();
        symlink(path(&system), path(&format!("nix/var/nix/profiles/system-{generation}-link"))).unwrap();
    }
    symlink("system-7-link", path("nix/var/nix/profiles/system")).unwrap();
    write("run/.keep", "");
    for link in ["run/current-system", "run/booted-system"] {
        symlink(path(&format!("nix/store/old-{name}")), path(link)).unwrap();
    }
    write("proc/sys/kernel/random/boot_id", "1\n");
}

/// The name of the system that such a node runs.
pub fn running(flake: &Flake, name: &str) -> String {
    let system = fs::read_link(flake.at(&format!("nodes/{name}/run/current-system"))).unwrap();
    system.file_name().unwrap().to_string_lossy().into_owned()
}

/// Nodes that run generation 7, which is Slurm 25.05's; the flake has that too, in a newer version of all else.
struct Site(Sandbox);

impl Site {
    fn new() -> Self {
        let site = Self(Sandbox::of(CLUSTER));
        for name in NODES {
            has_generations(&site.0.flake, name);
            if name.starts_with("cn") {
                site.slurm(name, "IDLE");
            }
        }
        site.0.flake.write("nodes/flake", "new 25.05\n");
        site
    }

    fn path(&self, node: &str, path: &str) -> std::path::PathBuf {
        self.0.flake.at(&format!("nodes/{node}/{path}"))
    }

    fn write(&self, node: &str, path: &str, text: &str) {
        self.0.flake.write(&format!("nodes/{node}/{path}"), text);
    }

    /// What Slurm knows of a node: `IDLE+DRAIN|a reason`.
    fn slurm(&self, node: &str, state: &str) {
        self.0.flake.write(&format!("nodes/slurm/{node}"), &format!("{state}\n"));
    }

    fn state(&self, node: &str) -> String {
        fs::read_to_string(self.0.flake.at(&format!("nodes/slurm/{node}"))).unwrap().trim().to_owned()
    }

    fn runs(&self, node: &str) -> String {
        running(&self.0.flake, node)
    }

    /// What happened on nodes and in Slurm since it was asked the last time.
    fn history(&self) -> Vec<String> {
        let file = self.0.flake.at("nodes/history");
        let text = fs::read_to_string(&file).unwrap_or_default();
        fs::remove_file(file).ok();
        text.lines().map(str::to_owned).collect()
    }

    /// The words of a command; `update` is told where the flake is.
    fn words(&self, words: &str) -> Vec<String> {
        let mut all: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        if all[0] == "update" {
            all.splice(1..1, ["--flake".to_owned(), self.0.flake.at("flake").display().to_string()]);
        }
        all
    }

    fn run(&self, words: &str) -> Outcome {
        let words = self.words(words);
        self.0.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// As [`Site::run`], of what must end well.
    #[track_caller]
    fn good(&self, words: &str) -> String {
        let outcome = self.run(words);
        assert_eq!((outcome.code, outcome.err.as_str()), (0, ""), "{words}: {}", outcome.out);
        outcome.out
    }

    /// As [`Site::run`], of what must fail; what it told, and its errors behind that.
    #[track_caller]
    fn bad(&self, words: &str) -> String {
        let outcome = self.run(words);
        assert_eq!(outcome.code, 1, "{words}: {}{}", outcome.out, outcome.err);
        outcome.out + &outcome.err
    }
}

/// Where the line is in the history.
#[track_caller]
fn at(history: &[String], line: &str) -> usize {
    history.iter().position(|found| found == line).unwrap_or_else(|| panic!("{line}: {history:#?}"))
}

#[track_caller]
fn says(text: &str, line: &str) {
    assert!(text.lines().any(|found| found == line), "{line}\n{text}");
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_plan_tells_the_order_and_changes_nothing() {
    let site = Site::new();
    site.slurm("cn2", "DOWN+DRAIN|bad DIMM");
    let expected = "building 10 configurations\n\
        left alone: cn2 is DOWN+DRAIN in Slurm, bad DIMM\n\
        to switch, line by line:\n  \
        canary      cn1\n  controller  db1\n  controller  head1\n  storage     st1\n  \
        workers     cn3 cn4\n  workers     cn5 cn6\n  other       login1\n";
    assert_eq!(site.good("update --dry-run --batch 2"), expected);
    site.0.flake.write("nodes/reboot-program", "/run/current-system/sw/bin/reboot");
    let plan = site.good("update --dry-run --role worker --canary cn5 --reboot");
    assert!(plan.contains("to reboot, line by line:\n  canary      cn5\n  workers     cn1 cn3 cn4 cn6\n"), "{plan}");
    let plan = site.good("rollback --dry-run --on cn[5-6]");
    assert!(plan.contains("line by line:\n  canary      cn5\n  workers     cn6\n"), "{plan}");
    assert_eq!(site.history(), NOTHING);
}

#[test]
fn nodes_are_drained_switched_checked_and_resumed() {
    let site = Site::new();
    let out = site.good("update --batch 2");
    for name in NODES {
        assert_eq!(site.runs(name), format!("new-{name}"), "{out}");
        says(&out, &format!("{name}: runs generation 8"));
    }
    says(&out, "done: login1 cn1 cn2 cn3 cn4 cn5 cn6 st1 head1 db1");
    let history = site.history();
    // The canary is through before anything else begins, and slurmdbd before slurmctld; who is no worker is not drained.
    let canary = ["drain cn1 (cluster-tools: update)", "switch cn1 new-cn1", "resume cn1"];
    assert_eq!(history[..3], canary);
    assert_eq!(history[3..6], ["switch db1 new-db1", "switch head1 new-head1", "switch st1 new-st1"]);
    assert_eq!(history[6 + 5 * 3..], ["switch login1 new-login1"]);
    let ended = ["cn2", "cn3"].map(|name| at(&history, &format!("resume {name}")));
    let begun = ["cn4", "cn5"].map(|name| at(&history, &format!("drain {name} (cluster-tools: update)")));
    assert!(ended.iter().max() < begun.iter().min(), "{history:#?}");

    let logs = out.lines().find_map(|line| line.strip_prefix("logs: ")).unwrap();
    assert!(fs::read_to_string(format!("{logs}/cn4.log")).unwrap().contains("is in order"));

    // What runs it is told and skipped.
    let out = site.good("update");
    says(&out, "already done: login1 cn1 cn2 cn3 cn4 cn5 cn6 st1 head1 db1");
    assert_eq!(site.history(), NOTHING);
}

#[test]
fn nothing_changes_while_one_does_not_build() {
    let site = Site::new();
    site.write("cn5", "does-not-build", "");
    let told = site.bad("update");
    says(&told, "cn5: error: attribute 'no' missing");
    assert!(told.contains("1 of 10 nodes failed: cn5\ncluster-tools: no node was changed; logs: /"), "{told}");
    assert_eq!(site.history(), NOTHING);
}

#[test]
fn a_canary_that_fails_stops_all() {
    let site = Site::new();
    site.write("cn1", "does-not-start", "");
    let told = site.bad("update --stop-after 9");
    assert!(told.contains("cn1: the new system did not start well (status 4); see /"), "{told}");
    says(&told, "not begun: login1 cn2 cn3 cn4 cn5 cn6 st1 head1 db1");
    says(&told, "cluster-tools: stopped, since the canary failed; run the same again to go on");
    let only = ["drain cn1 (cluster-tools: update)", "switch cn1 new-cn1"];
    assert_eq!(site.history(), only);
    assert_eq!(site.state("cn1"), "IDLE+DRAIN|cluster-tools: update");

    // As when it starts, and what jobs need is not there.
    let site = Site::new();
    site.write("cn1", "mounts", "");
    let told = site.bad("update --timeout 0");
    says(&told, "cn1: is not in order: mounts: /export is not mounted.");
    assert_eq!(site.history(), only);
}

#[test]
fn no_batch_begins_after_too_many_failures() {
    let site = Site::new();
    for name in ["cn3", "cn4"] {
        site.write(name, "does-not-start", "");
    }
    let told = site.bad("update --role worker --batch 2");
    says(&told, "done: cn1 cn2");
    says(&told, "not begun: cn4 cn5 cn6");
    says(&told, "cluster-tools: stopped, since 1 failed; run the same again to go on");
    assert_eq!(["cn2", "cn3", "cn4"].map(|name| site.runs(name)), ["new-cn2", "old-cn3", "old-cn4"]);
    // It goes on from there, and takes the node over that it left drained.
    fs::remove_file(site.path("cn3", "does-not-start")).unwrap();
    site.history();
    let told = site.bad("update --role worker --batch 2 --stop-after 2");
    says(&told, "already done: cn1 cn2");
    says(&told, "done: cn1 cn3 cn5 cn6");
    let history = site.history();
    assert!(!history.iter().any(|line| line.starts_with("drain cn3")), "{history:#?}");
    at(&history, "resume cn3");
    assert_eq!((site.state("cn3").as_str(), site.state("cn4").as_str()), ("IDLE", "IDLE+DRAIN|cluster-tools: update"));
}

#[test]
fn a_controller_that_fails_stops_all() {
    let site = Site::new();
    site.write("head1", "does-not-start", "");
    let told = site.bad("update --stop-after 9");
    says(&told, "done: cn1 db1");
    says(&told, "cluster-tools: stopped, since a controller failed; run the same again to go on");
    assert_eq!(site.runs("st1"), "old-st1");
}

/// Whoever drained a node knows why.
#[test]
fn what_others_drained_stays_as_it_is() {
    let site = Site::new();
    let states = [
        ("cn1", "IDLE+DRAIN|new memory"),
        ("cn2", "DOWN|Not responding"),
        ("cn3", "IDLE+DRAIN|health check: no /home"),
    ];
    for (name, state) in states {
        site.slurm(name, state);
    }
    let told = site.bad("update --role worker");
    says(&told, "left alone: cn1 is IDLE+DRAIN in Slurm, new memory");
    says(&told, "cn4: runs generation 8");
    for (name, state) in states {
        assert_eq!((site.state(name).as_str(), site.runs(name)), (state, format!("old-{name}")));
    }
    let told = site.bad("update --role worker --canary cn1");
    assert!(told.contains("the canary cn1 is IDLE+DRAIN in Slurm, new memory; no node was changed"), "{told}");
    let names: Vec<_> = site.history();
    assert!(!names.iter().any(|line| ["cn1", "cn2", "cn3"].iter().any(|name| line.contains(name))), "{names:#?}");
}

#[test]
fn jobs_are_waited_for_and_a_node_that_stays_busy_is_left_for_later() {
    let site = Site::new();
    site.0.flake.write("nodes/jobs/cn1", "5");
    let out = site.good("update --on cn1");
    says(&out, "cn1: drained; waiting for its jobs to end");
    assert_eq!(fs::read_to_string(site.0.flake.at("nodes/jobs/cn1")).unwrap(), "0\n");
    assert_eq!(site.runs("cn1"), "new-cn1");

    site.history();
    site.0.flake.write("nodes/jobs/cn3", "99");
    let told = site.bad("update --on cn[2-4] --wait 0");
    says(&told, "later: cn3: still has jobs after 0 minutes");
    says(&told, "done: cn2 cn4");
    assert_eq!((site.runs("cn3"), site.state("cn3")), ("old-cn3".to_owned(), "IDLE".to_owned()));
    let told = site.bad("update --on cn[3,5] --wait 0");
    says(&told, "cluster-tools: stopped, since the canary was left for later; run the same again to go on");
    assert_eq!(site.runs("cn5"), "old-cn5");
}

#[test]
fn an_interrupted_run_is_gone_on_with() {
    let site = Site::new();
    site.0.flake.write("nodes/jobs/cn1", "1000000");
    let mut command = site.0.command(&[]);
    let words = site.words("update --role worker");
    let mut child = command.args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    out.find(|line| line.as_ref().unwrap() == "cn1: drained; waiting for its jobs to end").unwrap().unwrap();
    let interrupt = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let rest: Vec<String> = out.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(rest.contains(&"later: cn1: interrupted before it was changed".to_owned()), "{rest:?}");
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    says(&errors, "cluster-tools: stopped, since it was interrupted; run the same again to go on");
    assert!(rest.contains(&"not begun: cn2 cn3 cn4 cn5 cn6".to_owned()), "{rest:?}");
    assert_eq!(site.state("cn1"), "IDLE");

    // One that was killed leaves nodes drained, some of them with the new system.
    site.0.flake.write("nodes/jobs/cn1", "0");
    site.good("update --on cn2");
    site.slurm("cn1", "IDLE+DRAIN|cluster-tools: update");
    site.slurm("cn2", "IDLE+DRAIN|cluster-tools: update");
    site.history();
    site.good("update --role worker --batch 1");
    let history = site.history();
    assert_eq!(history[..3], ["switch cn1 new-cn1", "resume cn1", "resume cn2"]);
}

#[test]
fn slurm_reboots_its_nodes() {
    let site = Site::new();
    let told = site.bad("update --reboot");
    assert!(told.contains("slurmctld has no RebootProgram; no node was changed"), "{told}");
    site.0.flake.write("nodes/reboot-program", "/run/current-system/sw/bin/reboot");
    site.good("update --reboot --on cn1,login1");
    assert_eq!(
        site.history(),
        [
            "drain cn1 (cluster-tools: update)",
            "boot cn1 new-cn1",
            "scontrol reboot cn1 (reason=cluster-tools: update)",
            "cn1 starts",
            "boot login1 new-login1",
            "login1 starts",
        ]
    );
    for name in ["cn1", "login1"] {
        assert_eq!(site.runs(name), format!("new-{name}"));
    }

    // It has to come back, and with the new system; else no job gets to it.
    site.write("cn2", "boots-another", "");
    site.write("cn3", "stays-down", "");
    let told = site.bad("update --reboot --on cn[1-3] --stop-after 9 --timeout 0");
    assert!(told.contains("cn2: started another system: ") && told.contains("old-cn2\n"), "{told}");
    says(&told, "cn3: was not back after 0 minutes");
    for name in ["cn2", "cn3"] {
        assert_eq!(site.state(name), "IDLE+DRAIN|cluster-tools: update failed");
    }
    // A switch brought what a reboot is asked for.
    site.good("update --on cn4");
    site.history();
    site.good("update --reboot --on cn4");
    at(&site.history(), "cn4 starts");
}

#[test]
fn nodes_go_back_to_the_generation_before() {
    let site = Site::new();
    let out = site.good("rollback --on cn[1-2],head1");
    for name in ["cn1", "cn2", "head1"] {
        says(&out, &format!("{name}: runs generation 3"));
        assert_eq!(site.runs(name), format!("older-{name}"));
    }
    let history = site.history();
    let canary = ["drain cn1 (cluster-tools: rollback)", "switch cn1 older-cn1", "resume cn1"];
    assert_eq!(history[..3], canary);
    // Once is enough.
    let out = site.good("rollback --on cn[1-2],head1");
    says(&out, "already done: cn1 cn2 head1");
    assert_eq!(site.history(), NOTHING);

    fs::remove_file(site.path("cn3", "nix/var/nix/profiles/system-3-link")).unwrap();
    says(&site.bad("rollback --on cn3"), "left alone: cn3 has no earlier generation");

    // slurmctld cannot read what a newer one wrote.
    site.write("db1", "nix/store/older-db1/sw/bin/scontrol", "exec /0a-slurm-24.11.1.1/bin");
    let told = site.bad("rollback --on cn4,db1");
    assert!(told.contains("db1 would go from Slurm 25.05 back to 24.11, which cannot read what that wrote"), "{told}");
    assert_eq!(site.history(), NOTHING);
}

#[test]
fn slurmctld_is_never_older_than_slurmd() {
    let site = Site::new();
    site.0.flake.write("nodes/flake", "new 25.11\n");
    let told = site.bad("update --on cn[1-2],head1");
    assert!(told.contains("Slurm goes from 25.05 to 25.11, and the controllers must not stay behind"), "{told}");
    assert!(told.contains("no node was changed: choose db1 too"), "{told}");
    assert_eq!(site.history(), NOTHING);
    let out = site.good("update --on cn[1-2],head1,db1");
    says(&out, "controllers come first, since Slurm's release changes or is not known");
    let history = site.history();
    assert!(at(&history, "switch db1 new-db1") < at(&history, "switch head1 new-head1"));
    assert!(at(&history, "switch head1 new-head1") < at(&history, "switch cn1 new-cn1"));
    // They have it now, and do not go back.
    site.good("update --on cn3");
    site.0.flake.write("nodes/flake", "newer 25.05\n");
    let told = site.bad("update");
    assert!(told.contains("db1 would go from Slurm 25.11 back to 25.05, which cannot read what that wrote"), "{told}");
    site.good("update --role worker");
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let site = Site::new();
    for (words, complaint) in [
        ("update --batch 0", "--batch takes a number from 1 on, not '0'"),
        ("update --wait soon", "--wait takes a number from 0 on, not 'soon'"),
        ("update --role worker --canary head1", "the canary head1 is not among the chosen nodes"),
        ("rollback now", "'now' is not understood here"),
    ] {
        let outcome = site.run(words);
        assert_eq!(outcome.code, 2, "{words}");
        assert!(outcome.err.contains(complaint), "{words}: {}", outcome.err);
    }
    assert_eq!(site.history(), NOTHING);
}
