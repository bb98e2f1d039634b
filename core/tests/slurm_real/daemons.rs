//! Munge and Slurm's daemons, each killed when it goes out of scope.

use std::fs::{self, File};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use tempfile::TempDir;

/// A process that ends with its value.
pub struct Daemon(Child);

impl Daemon {
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Ports that nobody listens on.
pub fn free_ports(count: usize) -> Vec<u16> {
    let held: Vec<TcpListener> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port")).collect();
    held.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}

/// The output of a command that must be there.
pub fn run(command: &mut Command) -> Output {
    let program = command.get_program().to_string_lossy().into_owned();
    command.output().unwrap_or_else(|error| panic!("cannot run {program} ({error}): run `cargo xtask test`"))
}

/// A folder in which daemons run, with Munge.
pub struct Machine {
    folder: TempDir,
    munge: TempDir,
    _munged: Daemon,
}

impl Machine {
    /// Fails where the user is not root: Slurm's daemons change users and make namespaces.
    pub fn new() -> Self {
        let id = run(Command::new("id").arg("-u")).stdout;
        assert_eq!(String::from_utf8_lossy(&id).trim(), "0", "this test starts Slurm's daemons, which needs root");
        // Not in /tmp, which job_container/tmpfs hides.
        let folder = tempfile::tempdir_in("/var/tmp").unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let munge = tempfile::tempdir_in("/var/tmp").unwrap();
        fs::set_permissions(munge.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let key = munge.path().join("key");
        fs::write(&key, [7; 128]).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o400)).unwrap();
        give(&key, "munge");
        give(munge.path(), "munge");
        let at = |option: &str, name: &str| format!("--{option}={}", munge.path().join(name).display());
        let mut command = Command::new("setpriv");
        command.args(["--reuid=munge", "--regid=munge", "--clear-groups", "munged", "--foreground", "--force"]);
        command.args([at("key-file", "key"), at("socket", "socket"), at("pid-file", "pid"), at("seed-file", "seed")]);
        let munged = start(command, &folder.path().join("munged.log"));
        let machine = Self { folder, munge, _munged: munged };
        for (name, owner) in [("state", "slurm"), ("jobs", "root"), ("dev", "root"), ("pmix", "root")] {
            machine.own_folder(name, owner);
        }
        let socket = machine.munge_socket();
        machine.until("Munge listens", || socket.exists());
        machine
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A new folder in the machine's that belongs to `owner`.
    pub fn own_folder(&self, name: &str, owner: &str) -> PathBuf {
        let folder = self.folder().join(name);
        fs::create_dir(&folder).unwrap();
        give(&folder, owner);
        folder
    }

    pub fn munge_socket(&self) -> PathBuf {
        self.munge.path().join("socket")
    }

    /// A command of Slurm, with the configuration of this machine.
    pub fn slurm(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("SLURM_CONF", self.folder().join("slurm.conf")).current_dir("/");
        command
    }

    /// What a command of Slurm prints; fails where it fails.
    pub fn ask(&self, program: &str, words: &[&str]) -> String {
        let output = run(self.slurm(program).args(words));
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {}: {complaint}{}", words.join(" "), self.logs());
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// slurmctld, as on the host `name`, when it answers.
    pub fn controller(&self, name: &str) -> Daemon {
        let daemon = self.start_as(name, "slurmctld -D -c");
        self.until("slurmctld answers", || {
            let output = run(self.slurm("scontrol").arg("ping"));
            String::from_utf8_lossy(&output.stdout).contains("is UP")
        });
        daemon
    }

    /// slurmd, as on the host `name`.
    pub fn node(&self, name: &str) -> Daemon {
        fs::create_dir_all(self.folder().join(format!("spool-{name}"))).unwrap();
        self.start_as(name, "slurmd -D")
    }

    /// slurmd, as on the host `name` after a reboot.
    pub fn rebooted_node(&self, name: &str) -> Daemon {
        self.start_as(name, "slurmd -D -b")
    }

    /// slurmd, as on the host `name`, with a place of its own for PMIx, which names its folders by the step alone.
    pub fn node_with_pmix(&self, name: &str) -> Daemon {
        fs::create_dir_all(self.folder().join(format!("spool-{name}"))).unwrap();
        let pmix = self.folder().join("pmix");
        self.start_as(
            name,
            &format!("unshare --mount sh -c 'mount -t tmpfs tmpfs {} && exec slurmd -D'", pmix.display()),
        )
    }

    /// Starts a program that finds `host` to be the name of this machine.
    fn start_as(&self, host: &str, program: &str) -> Daemon {
        let mut command = self.slurm("unshare");
        command.args(["--uts", "sh", "-c", &format!("hostname {host} && exec {program}")]);
        start(command, &self.folder().join(format!("{host}.log")))
    }

    /// Asks until it holds, a bounded number of times.
    pub fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let came = (0..10_000).any(|_| {
            // A look at a file takes no time: starting a process gives the others some.
            holds() || !run(&mut Command::new("true")).status.success()
        });
        assert!(came, "in vain until {what}{}", self.logs());
    }

    /// The ends of the daemons' logs.
    fn logs(&self) -> String {
        let mut out = String::new();
        for file in fs::read_dir(self.folder())
            .unwrap()
            .flatten()
            .filter(|file| file.path().extension().is_some_and(|extension| extension == "log"))
        {
            let text = fs::read_to_string(file.path()).unwrap_or_default();
            let last: Vec<&str> = text.lines().rev().take(15).collect();
            out += &format!("\n--- {}\n", file.file_name().to_string_lossy());
            out.extend(last.iter().rev().flat_map(|line| [line, "\n"]));
        }
        out
    }
}

impl Drop for Machine {
    /// Ends what the daemons left: each has the folder's name in its environment.
    fn drop(&mut self) {
        let folder = self.folder().as_os_str().as_encoded_bytes();
        for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
            let environment = fs::read(process.path().join("environ")).unwrap_or_default();
            if environment.windows(folder.len()).any(|part| part == folder) {
                Command::new("kill").arg("-KILL").arg(process.file_name()).output().ok();
            }
        }
        // And what job_container/tmpfs mounted for jobs.
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        let places = mounts
            .lines()
            .filter_map(|line| line.split(' ').nth(1))
            .filter(|at| Path::new(at).starts_with(self.folder()));
        for place in places.collect::<Vec<_>>().into_iter().rev() {
            Command::new("umount").args(["--lazy", place]).output().ok();
        }
    }
}

/// Gives a file or folder to a user.
pub fn give(path: &Path, owner: &str) {
    let output = run(Command::new("chown").arg(owner).arg(path));
    assert!(output.status.success(), "no user {owner}: run `cargo xtask test`");
}

/// Starts a daemon that writes to `log`.
pub fn start(mut command: Command, log: &Path) -> Daemon {
    let mut file = File::create(log).unwrap();
    writeln!(file, "{command:?}").unwrap();
    command.stdout(file.try_clone().unwrap()).stderr(file);
    let program = command.get_program().to_string_lossy().into_owned();
    Daemon(command.spawn().unwrap_or_else(|error| panic!("cannot run {program} ({error})")))
}
