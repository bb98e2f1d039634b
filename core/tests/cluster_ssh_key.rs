//! The script that gives users their key for SSH between nodes, run by bash with OpenSSH's own ssh-keygen.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A home, and an `id` that says whose it is: the script leaves root and system users alone.
struct User(TempDir);

impl User {
    fn new(uid: u32) -> Self {
        let user = Self(TempDir::new().expect("a folder for a home"));
        fs::create_dir(user.path("bin")).unwrap();
        let id = format!("#!/bin/sh\ncase $1 in -u) echo {uid} ;; *) echo ada ;; esac\n");
        fs::write(user.path("bin/id"), id).unwrap();
        fs::set_permissions(user.path("bin/id"), fs::Permissions::from_mode(0o755)).unwrap();
        user
    }

    fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(relative)
    }

    fn start(&self, subnet: &str) -> Child {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/modules/login/cluster-ssh-key.sh");
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap());
        let mut bash = Command::new("bash");
        bash.arg(script).arg(subnet).env("HOME", self.0.path()).env("PATH", path).stderr(Stdio::inherit());
        bash.spawn().unwrap_or_else(|error| panic!("cannot run bash ({error})"))
    }

    fn log_in(&self, subnet: &str) {
        assert!(self.start(subnet).wait().unwrap().success());
    }

    fn authorized(&self) -> String {
        fs::read_to_string(self.path(".ssh/authorized_keys_cluster")).unwrap()
    }

    /// The public half of the key, as ssh-keygen reads it.
    fn public(&self) -> String {
        let output = Command::new("ssh-keygen")
            .arg("-yf")
            .arg(self.path(".ssh/id_cluster"))
            .output()
            .unwrap_or_else(|error| panic!("cannot run ssh-keygen ({error}): install Debian's openssh-client"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path(".ssh")).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn the_first_login_makes_a_key_and_later_ones_keep_it() {
    let user = User::new(1000);
    user.log_in("10.0.0.0/16");
    let public = user.public();
    assert_eq!(user.authorized(), format!("from=\"10.0.0.0/16\" {public}"));
    user.log_in("10.0.0.0/16");
    assert_eq!(user.public(), public);
    // The cluster moved to another subnet.
    user.log_in("10.9.0.0/16");
    assert_eq!(user.authorized(), format!("from=\"10.9.0.0/16\" {public}"));
    assert_eq!(user.files(), ["authorized_keys_cluster", "id_cluster"]);
    for (name, mode) in [("", 0o700), ("id_cluster", 0o600), ("authorized_keys_cluster", 0o600)] {
        let found = fs::metadata(user.path(".ssh").join(name)).unwrap().permissions().mode();
        assert_eq!(found & 0o777, mode, "{name}");
    }
}

#[test]
fn of_many_logins_at_once_one_makes_the_key() {
    let user = User::new(1000);
    let logins: Vec<Child> = (0..8).map(|_| user.start("10.0.0.0/16")).collect();
    for mut login in logins {
        assert!(login.wait().unwrap().success());
    }
    assert_eq!(user.authorized(), format!("from=\"10.0.0.0/16\" {}", user.public()));
    assert_eq!(user.files(), ["authorized_keys_cluster", "id_cluster"]);
}

#[test]
fn what_the_user_has_stays_and_system_users_get_none() {
    let user = User::new(1000);
    fs::create_dir(user.path(".ssh")).unwrap();
    fs::write(user.path(".ssh/authorized_keys"), "mine\n").unwrap();
    user.log_in("10.0.0.0/16");
    assert_eq!(fs::read_to_string(user.path(".ssh/authorized_keys")).unwrap(), "mine\n");

    let root = User::new(0);
    root.log_in("10.0.0.0/16");
    assert!(!root.path(".ssh").exists());
}
