//! Holds `hostlist::expand` against Slurm itself: `scontrol show hostnames`.

use clusterflake_core::hostlist;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::process::{Command, Output};
use tempfile::TempDir;

/// `scontrol` with a configuration of its own: it reads one even to expand names.
struct Slurm(TempDir);

impl Slurm {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder for slurm.conf");
        let config =
            "ClusterName=test\nSlurmctldHost=localhost\nNodeName=localhost\nPartitionName=test Nodes=localhost\n";
        std::fs::write(folder.path().join("slurm.conf"), config).expect("slurm.conf is written");
        Self(folder)
    }

    fn run(&self, hostlist: &str) -> Output {
        Command::new("scontrol")
            .args(["show", "hostnames", hostlist])
            .env("SLURM_CONF", self.0.path().join("slurm.conf"))
            .output()
            .unwrap_or_else(|error| panic!("cannot run scontrol ({error}): install Debian's slurm-client"))
    }

    /// The names, or what `scontrol` says against the list.
    fn expand(&self, hostlist: &str) -> Result<Vec<String>, String> {
        let output = self.run(hostlist);
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        // scontrol exits with 0 whether it likes the list or not; what it says tells.
        if !complaint.is_empty() || !output.status.success() {
            return Err(complaint);
        }
        Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
    }
}

const VALID: &[&str] = &[
    "head",
    "a1",
    "a001,a002",
    "a1,a01,a001",
    "b,a",
    "a,a",
    "cn[001-128,130]",
    "cn[001-003,5]",
    "a[1]",
    "a[01]",
    "a[0-2]",
    "a[00-2]",
    "a[000]",
    "a[08-11]",
    "a[08-103]",
    "a[99-101]",
    "a[9-010]",
    "a[009-10]",
    "a[1-03]",
    "a[1,1]",
    "a[1,3-4,2]",
    "a[001,1]",
    "a[2-3],a[1-2]",
    "a[1-2],a[1-2]",
    "[1-3]",
    "[1-2][1-2]",
    "a-[1-2]",
    "a_[1-2]",
    "a.b[1-2]",
    "a1[1-2]",
    "a-b",
    "1-3",
    "r[1-2]n[01-02]",
    "r[01-02,7]n[1,3-4]",
    "a[1-2][3-4]",
    "a[1-2]-[3-4]",
    "a[1-2]1[3-4]",
    "a[1-2].b[3-4]",
    "r[1-2]n[1-2]k[1-2]",
    "r[1-2,4]n[1-2]k[01-02]",
    "a[1-2]b[1-2]c[1-2]d[1-2]",
    "x[1-2]y[1-2],z,cn[7-12]",
    "a[0000000001-2]",
    "a[1-65536]",
    "x[0-65535]y[1-2]",
    "a[999999999999999998-999999999999999999]",
];

const REFUSED: &[&str] = &[
    "a[]",
    "a[-3]",
    "a[3-1]",
    "a[a-c]",
    "a[0x1-3]",
    "a[1.5]",
    "a[1,]",
    "a[,1]",
    "a[1,,2]",
    "a[1-2-3]",
    "a[1-3]b",
    "a[1-3]1",
    "a[1-2]x,b[3-4],c",
    "a[1-3]b[1-2]c",
    "a[[1-2]]",
    "a[1-2]]",
    "a[1-65537]",
    "a[1-999999999]",
    "x[0-32767,0-32767,1-5]y[1-2]",
];

#[test]
fn lists_expand_as_in_slurm() {
    let slurm = Slurm::new();
    for list in VALID {
        let expected = slurm.expand(list).unwrap_or_else(|complaint| panic!("scontrol refuses {list}: {complaint}"));
        assert!(!expected.is_empty(), "scontrol named nobody for {list}");
        assert_eq!(hostlist::expand(list).as_ref(), Ok(&expected), "{list}");
        assert_eq!(hostlist::count(list), Ok(expected.len()), "{list}");
    }
}

#[test]
fn what_slurm_refuses_is_refused() {
    let slurm = Slurm::new();
    for list in REFUSED {
        assert!(slurm.expand(list).is_err(), "scontrol takes {list}");
        assert!(hostlist::expand(list).is_err(), "{list} is taken");
    }
}

/// Lists with up to three brackets; bounds in any order, so that some are refused.
fn lists() -> impl Strategy<Value = String> {
    let number = prop_oneof![(0u32..30).prop_map(|n| n.to_string()), (0u32..120).prop_map(|n| format!("{n:03}"))];
    let range = prop_oneof![number.clone(), (number, 0u32..12, any::<bool>()).prop_map(bounds)];
    let bracket = prop::collection::vec(range, 1..4).prop_map(|ranges| format!("[{}]", ranges.join(",")));
    let part = ("[a-z]{1,2}[0-9]?-?", bracket).prop_map(|(text, bracket)| text + &bracket);
    let entry = prop_oneof![
        "[a-z]{1,3}[0-9]{0,3}",
        (prop::collection::vec(part, 1..4), prop::bool::weighted(0.1))
            .prop_map(|(parts, suffix)| parts.concat() + if suffix { "x" } else { "" }),
    ];
    prop::collection::vec(entry, 1..4).prop_map(|entries| entries.join(","))
}

fn bounds((low, steps, down): (String, u32, bool)) -> String {
    let first: u32 = low.parse().unwrap_or_default();
    if down && steps % 4 == 0 { format!("{}-{low}", first + steps) } else { format!("{low}-{}", first + steps) }
}

#[test]
fn random_lists_expand_as_in_slurm() {
    let slurm = Slurm::new();
    let mut runner = TestRunner::new(Config { cases: 150, failure_persistence: None, ..Config::default() });
    let compare = |list: String| {
        match (slurm.expand(&list), hostlist::expand(&list)) {
            (Ok(expected), found) => {
                prop_assert_eq!(found.as_ref(), Ok(&expected), "{}", list);
                let compressed = hostlist::compress(&expected);
                prop_assert_eq!(slurm.expand(&compressed), Ok(expected), "{} from {}", compressed, list);
            }
            (Err(complaint), found) => prop_assert!(found.is_err(), "{} is taken; scontrol: {}", list, complaint),
        }
        Ok(())
    };
    runner.run(&lists(), compare).unwrap_or_else(|error| panic!("{error}"));
}
