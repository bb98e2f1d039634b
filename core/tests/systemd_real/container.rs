//! A machine with a real systemd as its first process, in namespaces of its own over this machine's file system.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// What becomes the first process: this machine's file system under a layer that is thrown away, with the folders `units` and
/// `programs` of the test in it.
const BOOT: &str = r#"
set -eu
mount --make-rprivate /
ip link set lo up
mount -t tmpfs tmpfs "$1/layer"
mkdir "$1/layer/upper" "$1/layer/work"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/layer/upper,workdir=$1/layer/work" "$1/root"
cd "$1/root"
mkdir -p programs units
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount --rbind /dev dev
mount --bind "$1/units" units
mount --bind "$1/programs" programs
rm -rf etc/munge
# systemd hands credentials over by mounts that others see; in containers it leaves this to whoever makes them.
mount --make-rshared /
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_UNIT_PATH=/units \
  chroot . /lib/systemd/systemd --unit=multi-user.target --log-target=console
"#;

/// Units that all others lean on, here without anything behind them.
const TARGETS: &[&str] = &[
    "basic",
    "multi-user",
    "network",
    "network-online",
    "remote-fs",
    "shutdown",
    "sysinit",
    "time-sync",
    "timers",
    "umount",
];

pub struct Container {
    folder: TempDir,
    outside: Child,
    /// The first process, as this machine knows it.
    pid: String,
}

impl Container {
    /// A folder for [`Container::boot`], with `units` and `programs` to be filled.
    pub fn folder() -> TempDir {
        let folder = tempfile::tempdir_in("/var/tmp").unwrap();
        for name in ["layer", "root", "units", "programs"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        for target in TARGETS {
            let text = "[Unit]\nDefaultDependencies=no\n";
            fs::write(folder.path().join(format!("units/{target}.target")), text).unwrap();
        }
        folder
    }

    /// Starts systemd; needs root.
    pub fn boot(folder: TempDir) -> Self {
        fs::write(folder.path().join("boot.sh"), BOOT).unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let outside = Command::new("unshare")
            .args(["--mount", "--net", "--pid", "--fork", "--kill-child", "--uts", "--ipc", "--cgroup", "bash"])
            .arg(folder.path().join("boot.sh"))
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect("unshare is missing");
        let children = PathBuf::from(format!("/proc/{0}/task/{0}/children", outside.id()));
        let mut container = Self { folder, outside, pid: String::new() };
        container.until("systemd runs", || {
            let pid = fs::read_to_string(&children).unwrap_or_default().trim().to_owned();
            !pid.is_empty() && in_namespaces(&pid, &["systemctl", "list-units"]).status.success()
        });
        container.pid = fs::read_to_string(children).unwrap().trim().to_owned();
        container
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The words of a command line that runs inside.
    pub fn entry(&self) -> String {
        ENTER.iter().map(|word| format!("{word} ")).collect::<String>() + &format!("--target {}", self.pid)
    }

    pub fn run(&self, words: &[&str]) -> Output {
        in_namespaces(&self.pid, words)
    }

    /// What a command prints inside.
    pub fn ask(&self, words: &[&str]) -> String {
        String::from_utf8_lossy(&self.run(words).stdout).trim().to_owned()
    }

    /// `active`, `failed`, …
    pub fn state(&self, unit: &str) -> String {
        self.ask(&["systemctl", "is-active", unit])
    }

    /// Asks until it holds, a bounded number of times.
    pub fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let came = (0..20_000).any(|_| holds() || !Command::new("true").status().unwrap().success());
        let log = fs::read_to_string(self.path().join("log")).unwrap_or_default();
        assert!(came, "in vain until {what}\n{log}");
    }
}

const ENTER: &[&str] = &["nsenter", "--mount", "--net", "--pid", "--uts", "--ipc", "--cgroup", "--root", "--wd"];

fn in_namespaces(pid: &str, words: &[&str]) -> Output {
    Command::new(ENTER[0]).args(&ENTER[1..]).args(["--target", pid]).args(words).output().expect("nsenter is missing")
}

impl Drop for Container {
    fn drop(&mut self) {
        self.outside.kill().ok();
        self.outside.wait().ok();
    }
}
