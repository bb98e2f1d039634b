//! `cluster-tools`, run: its bash with the data that Nix makes of a cluster, against nodes that an `ssh` of our own keeps
//! in folders. It tells what the programs of a node would.

use crate::harness::Flake;
use clusterflake_core::cluster::Cluster;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A node's programs, by name. `$root` is the node's folder, `$NODE` its name.
pub const PROGRAMS: &[(&str, &str)] = &[
    // The words before the host are options. Paths in what runs there lead into the node's folder, and back.
    (
        "ssh",
        r##"while [[ $1 == -o ]]; do shift 2; done
        export NODE=${1#root@} root=$SANDBOX/${1#root@}
        [[ -d $root ]] || { echo "ssh: connect to host $NODE port 22: No route to host" >&2; exit 255; }
        inside() {
          sed -E -e "s#$SANDBOX/here##g" -e "s#(/etc/|/var/lib/|/var/tmp|/sys/|/export|/nix/(var|store)/|/run/(current|booted)-|/proc/sys/)#$root\1#g"
        }
        { if [[ $2 == 'bash -s' ]]; then inside | bash -s; else bash -c "$(inside <<<"$2")"; fi; } 2>&1 |
          sed -e "s#$root/nix/store/#$SANDBOX/here/nix/store/#g" -e "s#$root##g""##,
    ),
    // Units that are in `units` exist, those in `active` run, those in `broken` never do.
    (
        "systemctl",
        r#"active() { grep -qxs "$1" "$root/active"; }
        case "$*" in
            "show --property LoadState --value "*) grep -qx "$5" "$root/units" && echo loaded || echo not-found ;;
            "--quiet is-active "*) active "$3" ;;
            "is-active "*) active "$2" && echo active || { echo failed; exit 3; } ;;
            "reset-failed "*) ;;
            reboot) start-again "$NODE" ;;
            "restart "*)
                shift
                echo "$*" >>"$root/restarted"
                for unit; do grep -qxs "$unit" "$root/broken" || echo "$unit" >>"$root/active"; done
                [[ ! -e $root/broken ]] ;;
            *) echo "no systemctl: $*" >&2; exit 1 ;;
        esac"#,
    ),
    ("chronyc", r#"echo "C0A80001,10.0.0.1,3,1780000000.1,${OFFSET:-0.000012},0,0,0,0,0,0,0,64,Normal""#),
    (
        "getent",
        r#"ip=$(awk -v name="$2" '$2 == name { print $1 }' "$SANDBOX/hosts"); [[ -n $ip ]] && echo "$ip STREAM $2""#,
    ),
    ("mountpoint", r#"grep -qx "${2#"$root"}" "$root/mounts""#),
    ("munge", "echo MUNGE:credential:"),
    (
        "unmunge",
        r#"[[ $(cat) == MUNGE:credential: && ! -e $root/bad-key ]] || { echo 'unmunge: Error: Invalid credential' >&2; exit 1; }"#,
    ),
    // What Slurm knows of a node stands in slurm/NAME: its state, and the reason after a bar. Its jobs end when it was asked for
    // as many times as jobs/NAME says.
    (
        "scontrol",
        r#"known=$SANDBOX/slurm
        show() {
            IFS='|' read -r state reason <"$known/$1"
            left=$(cat "$SANDBOX/jobs/$1" 2>/dev/null || echo 0)
            ((left == 0)) || { state=${state/IDLE/ALLOCATED}; echo $((left - 1)) >"$SANDBOX/jobs/$1"; }
            echo "NodeName=$1 Arch=x86_64 CPUAlloc=0 State=$state ThreadsPerCore=1 Weight=1${reason:+ Reason=$reason [root@2026-01-02T03:04:05]}"
        }
        set_to() { [[ ! -e $known/$1 ]] && exit 1; echo "$2" >"$known/$1"; }
        case "$*" in
            ping) echo "Slurmctld(primary) at head1 is UP" ;;
            "--oneliner show nodes") for node in "$known"/*; do [[ ! -e $node ]] || show "${node##*/}"; done ;;
            "--oneliner show node "*) show "$4" ;;
            "show config") echo "RebootProgram           = $(cat "$SANDBOX/reboot-program" 2>/dev/null || echo '(null)')" ;;
            "update NodeName="*" State=DRAIN Reason="*)
                echo "drain ${2#*=} (${4#*=})" >>"$SANDBOX/history"; set_to "${2#*=}" "IDLE+DRAIN|${4#*=}" ;;
            "update NodeName="*" State=RESUME") echo "resume ${2#*=}" >>"$SANDBOX/history"; set_to "${2#*=}" "IDLE" ;;
            "reboot ASAP nextstate=RESUME reason="*)
                echo "scontrol reboot $5 ($4)" >>"$SANDBOX/history"; set_to "$5" "IDLE"; start-again "$5" ;;
            *) echo "no scontrol: $*" >&2; exit 1 ;;
        esac"#,
    ),
    // What NixOS does, with systems that are folders below nix/store: `here` is the store of this machine.
    ("nixos-rebuild", r#"exec build-system "$@""#),
    (
        "build-system",
        r##"name=${4#*#}
        [[ "$1 $2 $3" == 'build --no-reexec --flake' && -e ${4%#*}/flake.nix ]] || { echo "no nixos-rebuild: $*" >&2; exit 1; }
        [[ ! -e $SANDBOX/$name/does-not-build ]] || { echo "error: attribute 'no' missing" >&2; exit 1; }
        read -r version slurm <"$SANDBOX/flake"
        system=$SANDBOX/here/nix/store/$version-$name
        mkdir -p "$system/bin" "$system/sw/bin"
        echo "exec /nix/store/0a-slurm-$slurm.1.1/bin/scontrol" >"$system/sw/bin/scontrol"
        cp "$(command -v start-system)" "$system/bin/switch-to-configuration"
        echo "Done. The new configuration is" >&2
        echo "$system""##,
    ),
    (
        "nix-copy-closure",
        r#"[[ $1 == --to && -d $SANDBOX/${2#root@} && -d $3 ]] || exit 1
        cp -r "$3" "$SANDBOX/${2#root@}/nix/store/""#,
    ),
    // The switch-to-configuration of a system.
    (
        "start-system",
        r#"system=${0%/bin/*}
        echo "$1 $NODE ${system##*/}" >>"$SANDBOX/history"
        [[ ! -e $root/does-not-start ]] || { echo 'the following units failed: slurmd.service'; exit 4; }
        [[ $1 != switch ]] || ln -sfn "$system" "$root/run/current-system""#,
    ),
    ("systemd-run", r#"while [[ $1 == -* ]]; do [[ $1 != --unit ]] || shift; shift; done; exec "$@""#),
    ("journalctl", ""),
    (
        "nix-env",
        r#"profile=$2 system=$4
        if [[ $3 == --switch-generation ]]; then
            ln -sfn "system-$4-link" "$profile"
        elif [[ $(readlink -f "$profile") != "$system" ]]; then
            newest=$(ls "${profile%/*}" | sed -n 's/^system-\([0-9]*\)-link$/\1/p' | sort -n | tail -n 1)
            ln -sfn "$system" "$profile-$((newest + 1))-link"
            ln -sfn "system-$((newest + 1))-link" "$profile"
        fi"#,
    ),
    // A node boots what its profile holds, or does not come back.
    (
        "start-again",
        r#"root=$SANDBOX/$1
        echo "$1 starts" >>"$SANDBOX/history"
        system=$(readlink -f "$root/nix/var/nix/profiles/system")
        [[ ! -e $root/boots-another ]] || system=$(readlink -f "$root/run/booted-system")
        ln -sfn "$system" "$root/run/current-system"
        ln -sfn "$system" "$root/run/booted-system"
        echo $(($(cat "$root/proc/sys/kernel/random/boot_id") + 1)) >"$root/proc/sys/kernel/random/boot_id"
        [[ ! -e $root/stays-down ]] || mv "$root" "$root.down""#,
    ),
    ("sacctmgr", r#"cat "$SANDBOX/accounted""#),
    ("sinfo", r#"cat "$SANDBOX/sinfo""#),
    ("curl", r#"cat "$SANDBOX/targets""#),
    (
        "nvidia-smi",
        r#"case $* in
            --query-*) field=${1#--query-*=}; cat "$root/nvidia/$field" 2>/dev/null || echo 'Field "x" is not a valid field to query.' ;;
            'topo -m') cat "$root/topology" 2>/dev/null || printf '\t\033[4mGPU0\tGPU1\033[0m\nGPU0\t X \tNV18\n' ;;
            *) cat "$root/gpus" ;;
        esac"#,
    ),
    ("lscpu", r#"[[ $* == '--parse=CPU,CORE,SOCKET' ]] && cat "$root/lscpu""#),
    (
        "free",
        r#"[[ $* == --mebi ]] && memory=$(<"$root/memory")
        printf '        total used free shared buff/cache available\nMem: %s 0 %s 0 0 %s\nSwap: 0 0 0\n' "$memory" "$memory" "$memory""#,
    ),
    ("df", r#"printf ' Avail\n%s\n' "$(cat "$root/avail" 2>/dev/null || echo 500000)""#),
    (
        "dd",
        r#"[[ " $* " == *' oflag=direct '* ]] || exit 1
        for word; do [[ $word != of=* ]] || : >"${word#of=}"; done
        [[ ! -e $root/dd ]] || { cat "$root/dd" >&2; exit 1; }
        echo "1073741824 bytes (1.1 GB, 1.0 GiB) copied, $(cat "$root/seconds" 2>/dev/null || echo 0.5) s, 2.1 GB/s" >&2"#,
    ),
    (
        "node-benchmark",
        r#"[[ ! -e $root/wrong ]] || { echo 'node-benchmark: a core computed wrong, or memory changed' >&2; exit 3; }
        [[ ${*: -1} =~ ^[1-9][0-9]*$ ]] || exit 2
        echo "$*" >>"$root/benchmarks"
        cat "$root/$1-rate" 2>/dev/null || case $1 in memory) echo 180000 ;; cpu) echo 900 ;; esac"#,
    ),
    // A server, or a client, which is slow where either side is.
    (
        "qperf",
        r#"(($# > 0)) || exit 0
        [[ " $* " == *' -cm1 '* && ${*: -2} == 'rc_rdma_write_bw quit' ]] || exit 1
        speed=98000000000
        ! grep -qx -e "$1" -e "$NODE" "$SANDBOX/slow-links" 2>/dev/null || speed=12000000000
        printf 'rc_rdma_write_bw:\n    bw  =  %s bits/sec\nquit:\n' "$speed""#,
    ),
];

/// What a machine as designed tells of itself: `node` is a node of cluster-tools' data.
pub fn as_designed(flake: &Flake, node: &Value) {
    let name = node["name"].as_str().unwrap();
    let number = |key: &str| node[key].as_u64().unwrap();
    let mut cpus = String::from("# CPU,Core,Socket\n");
    let cores = number("sockets") * number("coresPerSocket");
    for cpu in 0..cores * number("threadsPerCore") {
        cpus += &format!("{cpu},{},{}\n", cpu % cores, cpu % cores / number("coresPerSocket"));
    }
    flake.write(&format!("nodes/{name}/lscpu"), &cpus);
    flake.write(&format!("nodes/{name}/memory"), &number("realMemoryMB").to_string());
    flake.write(&format!("nodes/{name}/var/tmp/.keep"), "");
    if node["fabricIP"].is_string() {
        let port = format!("nodes/{name}/sys/class/infiniband/mlx5_0/ports/1");
        flake.write(&format!("{port}/state"), "4: ACTIVE\n");
        flake.write(&format!("{port}/rate"), "100 Gb/sec (4X EDR)\n");
    }
}

const CLUSTER: &str = r#"{
    "version": 1,
    "cluster": {"name": "lab", "allowUnfree": true},
    "nodes": [
        {"hosts": "head1", "roles": ["controller"], "firstIP": "10.0.0.1"},
        {"hosts": "cn[01-02]", "firstIP": "10.0.1.1"},
        {"hosts": "gn1", "firstIP": "10.0.2.1", "gpus": {"model": "h100", "count": 4}}
    ],
    "storage": {"shared": [{"server": "head1", "export": "/export", "mount": "/export"}]},
    "slurm": {"partitions": [{"name": "main", "default": true}], "accounting": {"enable": true}},
    "hpc": {"cuda": {"enable": true}},
    "monitoring": {"enable": true, "alertmanager": {"enable": true, "webhookURLFile": "/var/lib/secrets/webhook"}},
    "users": {"ldap": {"enable": true, "bindDN": "cn=reader", "caFile": "/etc/ldap-ca.pem"}, "sshHostCA": "ssh-ed25519 AAAA"},
    "containers": {"enable": true}
}"#;

pub struct Sandbox {
    pub flake: Flake,
}

pub struct Outcome {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Sandbox {
    fn new() -> Self {
        Self::of(CLUSTER)
    }

    /// The nodes of the design `cluster`, all in order.
    pub fn of(cluster: &str) -> Self {
        let sandbox = Self { flake: Flake::new(&Cluster::from_json(cluster).unwrap()) };
        let mut data = sandbox.flake.tools()["data"].take();
        // What this test's nodes can own files as, is who runs it. Who has the token does not exist there yet.
        let me = Command::new("id").arg("-un").output().unwrap().stdout;
        let me = String::from_utf8(me).unwrap().trim().to_owned();
        for secret in data["secrets"].as_array_mut().unwrap() {
            let token = secret["file"] == "/var/lib/secrets/k3s-token";
            secret["owner"] = if token { "nobody-here".into() } else { me.as_str().into() };
        }
        sandbox.flake.write("data.json", &data.to_string());
        for (name, text) in PROGRAMS {
            sandbox.flake.write(&format!("bin/{name}"), &format!("#!/usr/bin/env bash\nset -uo pipefail\n{text}\n"));
            fs::set_permissions(sandbox.flake.at(&format!("bin/{name}")), fs::Permissions::from_mode(0o755)).unwrap();
        }
        let mut hosts = String::new();
        for node in data["nodes"].as_array().unwrap() {
            let name = node["name"].as_str().unwrap();
            hosts += &format!("{} {name}\n", node["ip"].as_str().unwrap());
            sandbox.flake.write(&format!("nodes/{name}/units"), "munged.service\n");
            sandbox.flake.write(&format!("nodes/{name}/mounts"), "/export\n");
            sandbox.flake.write(&format!("nodes/{name}/gpus"), &"GPU 0: NVIDIA H100\n".repeat(4));
            fs::create_dir(sandbox.flake.at(&format!("nodes/{name}/export"))).unwrap();
            as_designed(&sandbox.flake, node);
        }
        sandbox.flake.write("nodes/hosts", &hosts);
        sandbox.flake.write("nodes/sinfo", "cn01 idle\ncn02 mixed\ngn1 allocated\n");
        sandbox.flake.write("nodes/accounted", "lab\n");
        let up = |host: &str| {
            format!(r#"{{"labels":{{"job":"node","instance":"{host}:9100"}},"health":"up","lastError":""}}"#)
        };
        let targets = ["head1", "cn01", "cn02", "gn1"].map(up).join(",");
        sandbox.flake.write("nodes/targets", &format!(r#"{{"data":{{"activeTargets":[{targets}]}}}}"#));
        sandbox
    }

    /// `cluster-tools`, with made-up nodes.
    pub fn command(&self, words: &[&str]) -> Command {
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new("bash");
        command
            .arg(self.flake.at("flake/tools/cluster-tools.sh"))
            .args(words)
            .env("PATH", format!("{}:{path}", self.flake.at("bin").display()))
            .env("CLUSTER_DATA", self.flake.at("data.json"))
            .env("SANDBOX", self.flake.at("nodes"))
            .env("XDG_STATE_HOME", self.flake.at("state"))
            .env("CLUSTER_TOOLS_POLL_SECONDS", "0")
            .current_dir(self.flake.at("state/.."));
        command
    }

    /// Runs `cluster-tools` with `typed` on its standard input.
    fn run_with(&self, words: &[&str], typed: &str) -> Outcome {
        let mut child = self
            .command(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("bash is missing");
        child.stdin.take().unwrap().write_all(typed.as_bytes()).ok();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Outcome { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    pub fn run(&self, words: &[&str]) -> Outcome {
        self.run_with(words, "")
    }

    /// As [`Sandbox::run`], of what must end well.
    pub fn good(&self, words: &[&str]) -> String {
        let outcome = self.run(words);
        assert_eq!((outcome.code, outcome.err.as_str()), (0, ""), "{words:?}: {}", outcome.out);
        outcome.out
    }

    /// The local file of the secret at `path`.
    fn secret(&self, path: &str) -> PathBuf {
        self.flake.at(&format!("state/cluster-tools/lab{path}"))
    }

    /// What `systemctl restart` was told on a node, a line each.
    fn restarts(&self, node: &str) -> Vec<String> {
        let told = fs::read_to_string(self.flake.at(&format!("nodes/{node}/restarted"))).unwrap_or_default();
        told.lines().map(str::to_owned).collect()
    }

    fn make_all(&self) -> Outcome {
        self.flake.write("state/cluster-tools/lab/etc/ldap-ca.pem", "CERTIFICATE");
        self.run_with(&["secrets", "make"], "https://chat.example/hook\npa\"ss $x\\\n")
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o7777
}

/// The lines, sorted: nodes answer in any order.
fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn its_scripts_are_clean() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/flake/tools");
    let mut scripts: Vec<PathBuf> = fs::read_dir(here.join("on-node")).unwrap().map(|e| e.unwrap().path()).collect();
    scripts.push(here.join("cluster-tools.sh"));
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/modules");
    scripts.extend(["slurm/health-check.sh", "storage/shared-mounts.sh"].map(|name| modules.join(name)));
    let output = Command::new("shellcheck")
        .args(["--external-sources", "--check-sourced"])
        .args(scripts)
        .output()
        .expect("shellcheck is missing: apt-get install shellcheck, or run `cargo xtask test`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn nodes_are_chosen_by_hostlist_and_role() {
    let sandbox = Sandbox::new();
    let names = |words: &[&str]| -> Vec<String> {
        let out = sandbox.good(words);
        out.lines().skip(1).map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&["nodes"]), ["head1", "cn01", "cn02", "gn1"]);
    assert_eq!(names(&["nodes", "cn[01-02],head1"]), ["head1", "cn01", "cn02"]);
    assert_eq!(names(&["nodes", "--role", "worker"]), ["cn01", "cn02", "gn1"]);
    assert_eq!(names(&["nodes", "--role", "worker", "head1,gn[1]"]), ["gn1"]);
    assert!(sandbox.good(&["nodes", "gn1"]).contains("10.0.2.1        worker               4 nvidia h100"));
    for (words, complaint) in [
        (&["nodes", "cn[01-03]"][..], "the cluster has no node cn03"),
        (&["nodes", "["], "names no node"),
        (&["nodes", "--role", "queen"], "no node was chosen"),
        (&["nodes", "--rolle", "worker"], "the option --rolle is not known"),
        (&["run", "--parallel", "0", "true"], "--parallel takes a number"),
        (&["dance"], "there is no command 'dance'"),
    ] {
        let outcome = sandbox.run(words);
        assert_eq!(outcome.code, 2, "{words:?}");
        assert!(outcome.err.contains(complaint), "{words:?}: {}", outcome.err);
    }
}

#[test]
fn every_command_explains_itself() {
    let sandbox = Sandbox::new();
    for words in [
        &["help"][..],
        &["nodes", "--help"],
        &["run", "--help"],
        &["update", "--help"],
        &["rollback", "--help"],
        &["secrets", "--help"],
        &["ssh-ca", "--help"],
        &["verify", "--help"],
        &["accept", "--help"],
    ] {
        assert!(sandbox.good(words).starts_with("cluster-tools "), "{words:?}");
    }
}

#[test]
fn commands_run_on_many_nodes_and_failures_are_named() {
    let sandbox = Sandbox::new();
    for parallel in ["1", "3", "32"] {
        let out =
            sandbox.good(&["run", "--parallel", parallel, "--role", "worker", "echo", "I am", "$NODE;", "echo two"]);
        assert_eq!(
            sorted(&out),
            ["cn01: I am cn01", "cn01: two", "cn02: I am cn02", "cn02: two", "gn1: I am gn1", "gn1: two"]
        );
        let outcome = sandbox.run(&["run", "--parallel", parallel, "test $NODE = cn02 || { echo no >&2; exit 3; }"]);
        assert_eq!(outcome.code, 1);
        assert_eq!(sorted(&outcome.out), ["cn01: no", "gn1: no", "head1: no"]);
        assert_eq!(outcome.err, "cluster-tools: 3 of 4 nodes failed: head1 cn01 gn1\n");
    }
    fs::remove_dir_all(sandbox.flake.at("nodes/cn01")).unwrap();
    let outcome = sandbox.run(&["run", "true"]);
    assert_eq!(outcome.out, "cn01: ssh: connect to host cn01 port 22: No route to host\n");
    assert_eq!(outcome.err, "cluster-tools: 1 of 4 nodes failed: cn01\n");
}

#[test]
fn secrets_are_made_once_for_nobody_else_to_read() {
    let sandbox = Sandbox::new();
    let list = sandbox.good(&["secrets", "list"]);
    assert!(list.contains("/etc/munge/munge.key: Munge's key\n    on head1,cn[01-02],gn1, owner "), "{list}");
    assert!(list.contains("mode 0400; missing\n"), "{list}");

    let nothing_typed = sandbox.run(&["secrets", "make"]);
    assert_eq!(nothing_typed.code, 1);
    let outcome = sandbox.make_all();
    assert_eq!(outcome.code, 0, "{}", outcome.err);
    assert_eq!(fs::read(sandbox.secret("/etc/munge/munge.key")).unwrap().len(), 128);
    assert_eq!(fs::read_to_string(sandbox.secret("/var/lib/secrets/webhook")).unwrap(), "https://chat.example/hook");
    assert_eq!(
        fs::read_to_string(sandbox.secret("/var/lib/secrets/sssd-environment")).unwrap(),
        "LDAP_BIND_PASSWORD=\"pa\\\"ss \\$x\\\\\"\n"
    );
    let token = fs::read_to_string(sandbox.secret("/var/lib/secrets/k3s-token")).unwrap();
    assert_eq!(token.len(), 44, "{token}");
    for file in ["/etc/munge/munge.key", "/var/lib/secrets/k3s-token", "/var/lib/secrets/webhook"] {
        assert_eq!(mode(&sandbox.secret(file)), 0o600, "{file}");
    }
    assert_eq!(mode(&sandbox.secret("")), 0o700);
    for text in [&outcome.out, &outcome.err] {
        for value in [token.as_str(), "chat.example", "pa\"ss"] {
            assert!(!text.contains(value), "{text}");
        }
    }
    // Again: what is there stays.
    let again = sandbox.good(&["secrets", "make"]);
    assert!(again.lines().all(|line| line.starts_with("kept ")), "{again}");
    assert_eq!(fs::read_to_string(sandbox.secret("/var/lib/secrets/k3s-token")).unwrap(), token);
    assert!(!sandbox.good(&["secrets", "list"]).contains("missing"));
}

#[test]
fn secrets_stay_out_of_flakes_and_repositories() {
    let sandbox = Sandbox::new();
    let make = |folder: &str| sandbox.run(&["secrets", "make", "--folder", sandbox.flake.at(folder).to_str().unwrap()]);
    let outcome = make("flake/secrets");
    assert!(outcome.code == 1 && outcome.err.contains("which Nix copies into its store"), "{}", outcome.err);
    fs::create_dir(sandbox.flake.at("repository")).unwrap();
    let git = Command::new("git").args(["init", "--quiet"]).current_dir(sandbox.flake.at("repository")).status();
    assert!(git.expect("git is missing").success());
    let outcome = make("repository/a/b");
    assert!(outcome.code == 1 && outcome.err.contains("is in a git repository"), "{}", outcome.err);
    assert!(!sandbox.flake.at("repository/a").exists());
    sandbox.flake.write("repository/.gitignore", "/a/b\n");
    make("repository/a/b");
    assert!(sandbox.flake.at("repository/a/b/etc/munge/munge.key").exists());
}

#[test]
fn secrets_are_placed_whole_and_checked() {
    let sandbox = Sandbox::new();
    let early = sandbox.run(&["secrets", "place", "--on", "cn01"]);
    assert!(early.code == 1 && early.out.contains("run 'cluster-tools secrets make'"), "{}", early.out);
    assert_eq!(sandbox.make_all().code, 0);

    let out = sandbox.good(&["secrets", "place"]);
    let count = |what: &str, out: &str| out.lines().filter(|line| line.contains(what)).count();
    assert_eq!(count("munge.key: placed", &out), 4);
    assert_eq!(count("webhook: placed", &out), 1);
    assert_eq!(count("k3s-token: placed; the user nobody-here does not exist here yet", &out), 4);
    let key = sandbox.flake.at("nodes/cn02/etc/munge/munge.key");
    assert_eq!(fs::read(&key).unwrap(), fs::read(sandbox.secret("/etc/munge/munge.key")).unwrap());
    assert_eq!(mode(&key), 0o400);
    assert_eq!(mode(&sandbox.flake.at("nodes/cn02/etc/ldap-ca.pem")), 0o444);
    assert_eq!(mode(&sandbox.flake.at("nodes/cn02/var/lib/secrets")) & 0o055, 0o055);
    assert!(!sandbox.flake.at("nodes/cn02/var/lib/secrets/webhook").exists());
    let left: Vec<_> = fs::read_dir(sandbox.flake.at("nodes/cn02/etc/munge")).unwrap().collect();
    assert_eq!(left.len(), 1);

    // Placed again, nothing changes, and what does not run is started; a new key restarts who is there and reads it.
    let out = sandbox.good(&["secrets", "place", "--restart"]);
    assert_eq!((count("placed", &out), count("munged: started", &out)), (0, 4), "{out}");
    assert!(!sandbox.good(&["secrets", "place", "--restart"]).contains("started"));
    fs::write(sandbox.secret("/etc/munge/munge.key"), "another key").unwrap();
    sandbox.good(&["secrets", "place", "--restart", "--role", "worker"]);
    assert_eq!(sandbox.restarts("cn01"), ["munged.service"; 2]);
    assert_eq!(sandbox.restarts("head1"), ["munged.service"]);

    // A connection that breaks leaves the old file.
    let script = fs::read_to_string(sandbox.flake.at("flake/tools/on-node/place.sh")).unwrap();
    let broken = Command::new("bash")
        .args(["-c", &script, "place"])
        .args([key.to_str().unwrap(), "root", "0400", "128"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!broken.status.success());
    assert_eq!(fs::read_to_string(&key).unwrap(), "another key");

    let outcome = sandbox.run(&["secrets", "check"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.contains("head1: /etc/munge/munge.key: differs\n"), "{}", outcome.out);
    assert!(outcome.out.contains("cn01: /etc/ssh/ssh_host_ed25519_key-cert.pub: missing\n"), "{}", outcome.out);
    assert!(outcome.out.contains("and must be nobody-here 0400\n"), "{}", outcome.out);
    assert!(outcome.out.contains("/etc/ldap-ca.pem: good on 4 nodes\n"), "{}", outcome.out);
}

/// slurmdbd reads two files: it must not be restarted between them. What failed at boot for want of a file starts now.
#[test]
fn services_start_once_when_all_files_are_there() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.make_all().code, 0);
    sandbox.flake.write("nodes/head1/units", "munged.service\nslurmdbd.service\nslurmctld.service\nk3s.service\n");
    let place = ["secrets", "place", "--restart", "--on", "head1"];
    let out = sandbox.good(&place);
    assert!(out.rfind(": placed") < out.find(": started"), "{out}");
    let all = "munged.service slurmdbd.service slurmctld.service k3s.service";
    assert_eq!(sandbox.restarts("head1"), [all]);

    // All runs: only who reads what is new is restarted.
    sandbox.good(&place);
    assert_eq!(sandbox.restarts("head1").len(), 1);
    fs::write(sandbox.secret("/var/lib/secrets/slurmdbd-password"), "new").unwrap();
    sandbox.good(&place);
    assert_eq!(sandbox.restarts("head1")[1..], ["slurmdbd.service"]);

    // One that fails is told, after the others were started.
    fs::remove_file(sandbox.flake.at("nodes/head1/active")).unwrap();
    sandbox.flake.write("nodes/head1/broken", "slurmdbd.service\n");
    let outcome = sandbox.run(&place);
    assert_eq!((outcome.code, outcome.err.as_str()), (1, "cluster-tools: 1 of 1 nodes failed: head1\n"));
    assert_eq!(sandbox.restarts("head1")[2..], [all]);
    for line in ["slurmdbd: failed; 'journalctl -u slurmdbd' on the node tells why", "slurmctld: started"] {
        assert!(outcome.out.contains(line), "{}", outcome.out);
    }
}

#[test]
fn an_authority_signs_host_keys() {
    let sandbox = Sandbox::new();
    let early = sandbox.run(&["ssh-ca", "sign"]);
    assert!(early.code == 1 && early.err.contains("run 'cluster-tools ssh-ca make'"), "{}", early.err);
    let public = sandbox.good(&["ssh-ca", "make"]);
    assert!(public.starts_with("ssh-ed25519 ") && public.trim().ends_with("host keys of lab"), "{public}");
    assert_eq!(sandbox.good(&["ssh-ca", "make"]), public);
    assert_eq!(mode(&sandbox.secret("/ssh-host-ca")), 0o600);
    for name in ["cn01", "cn02"] {
        fs::create_dir_all(sandbox.flake.at(&format!("nodes/{name}/etc/ssh"))).unwrap();
        let key = sandbox.flake.at(&format!("nodes/{name}/etc/ssh/ssh_host_ed25519_key"));
        let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status();
        assert!(made.expect("ssh-keygen is missing: apt-get install openssh-client").success());
    }
    // The certificate is root's.
    if Command::new("id").arg("-u").output().unwrap().stdout != b"0\n" {
        return;
    }
    sandbox.good(&["ssh-ca", "sign", "--on", "cn[01-02]"]);
    let certificate = sandbox.flake.at("nodes/cn01/etc/ssh/ssh_host_ed25519_key-cert.pub");
    assert_eq!(mode(&certificate), 0o644);
    let shown = Command::new("ssh-keygen").arg("-Lf").arg(&certificate).output().unwrap().stdout;
    let shown = String::from_utf8(shown).unwrap();
    for part in ["host certificate", "cn01.cluster.internal", "10.0.1.1"] {
        assert!(shown.contains(part), "{shown}");
    }
}

#[test]
fn what_is_in_order_is_verified() {
    let sandbox = Sandbox::new();
    let out = sandbox.good(&["verify"]);
    let lines: Vec<Vec<&str>> = out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        lines[0],
        ["NODE", "ssh", "clock", "names", "mounts", "munge", "slurm", "accounting", "gpus", "exporters"]
    );
    assert_eq!(lines[1], ["head1", "pass", "pass", "pass", "pass", "pass", "pass", "pass", "-", "pass"]);
    assert_eq!(lines[4], ["gn1", "pass", "pass", "pass", "pass", "pass", "pass", "-", "pass", "pass"]);
}

#[test]
fn what_is_not_in_order_is_told() {
    let sandbox = Sandbox::new();
    fs::remove_dir_all(sandbox.flake.at("nodes/cn02")).unwrap();
    sandbox.flake.write("nodes/sinfo", "cn01 idle*\ncn02 down\ngn1 drained\n");
    sandbox.flake.write("nodes/accounted", "another\n");
    sandbox.flake.write("nodes/cn01/mounts", "");
    sandbox.flake.write("nodes/cn01/bad-key", "");
    sandbox.flake.write("nodes/gn1/gpus", "GPU 0: NVIDIA H100\n");
    sandbox.flake.write("nodes/hosts", "10.0.0.1 head1\n10.0.1.1 cn01\n10.0.9.9 cn02\n");
    sandbox.flake.write(
        "nodes/targets",
        r#"{"data":{"activeTargets":[
            {"labels":{"job":"node","instance":"gn1:9100"},"health":"up","lastError":""},
            {"labels":{"job":"gpu","instance":"gn1:9835"},"health":"down","lastError":"connection refused"}
        ]}}"#,
    );
    let outcome = sandbox.run(&["verify"]);
    assert_eq!(outcome.code, 1);
    for line in [
        "cn02: ssh: ssh: connect to host cn02 port 22: No route to host",
        "cn01: slurm: slurmd is idle*",
        "head1: accounting: slurmdbd does not know the cluster yet: slurmctld makes it known when it reaches slurmdbd",
        "gn1: slurm: slurmd is drained",
        "cn01: mounts: /export is not mounted.",
        "cn01: munge: unmunge: Error: Invalid credential",
        "gn1: gpus: the driver finds 1 of 4",
        "head1: names: cn02 leads to 10.0.9.9, not 10.0.1.2 gn1 leads to nowhere, not 10.0.2.1",
        "gn1: exporters: gpu: connection refused",
    ] {
        assert!(outcome.out.lines().any(|found| found == line), "{line}\n{}", outcome.out);
    }
    let outcome = sandbox.run(&["verify", "--on", "gn1"]);
    assert!(outcome.out.lines().all(|line| !line.starts_with("cn")), "{}", outcome.out);
}

/// What is off is not asked for.
#[test]
fn only_what_the_cluster_has_is_verified() {
    let mut cluster = Cluster::from_json(CLUSTER).unwrap();
    (Cluster::slurm.get_mut)(&mut cluster).enable = false;
    cluster.reset(clusterflake_core::cluster::Section::Monitoring);
    let data: Value = Flake::new(&cluster).tools()["data"].take();
    assert_eq!(data["has"], serde_json::json!([]));
}
