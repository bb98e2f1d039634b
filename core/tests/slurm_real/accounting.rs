//! The accounting: slurmdbd and MariaDB as NixOS starts them, with the generated script between the two.

use crate::daemons::{Daemon, Machine, free_ports, give, run, start};
use crate::{base, conf, configuration, first_with};
use clusterflake_core::cluster::{Role, expand};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// MariaDB on a socket where Slurm looks for it, which only those see that are let in.
struct Database<'m> {
    machine: &'m Machine,
    daemon: Daemon,
}

impl<'m> Database<'m> {
    fn new(machine: &'m Machine, settings: &Value) -> Self {
        let folder = machine.folder().display();
        fs::create_dir_all("/run/mysqld").unwrap();
        for name in ["database", "run"] {
            machine.own_folder(name, "mysql");
        }
        let mut conf = format!(
            "[mysqld]\ndatadir={folder}/database\ntmpdir={folder}/run\npid-file={folder}/run/pid\nskip-networking\n"
        );
        for (key, value) in settings.as_object().unwrap() {
            // Debian's MariaDB is older than the variable.
            if key != "innodb_snapshot_isolation" && key != "bind-address" {
                conf += &format!("{key}={}\n", value.to_string().trim_matches('"'));
            }
        }
        let file = machine.folder().join("my.cnf");
        fs::write(&file, conf).unwrap();
        let defaults = format!("--defaults-file={}", file.display());
        let mut install = Command::new("mariadb-install-db");
        install.args([&defaults, "--user=mysql", "--auth-root-authentication-method=socket"]);
        let output = run(&mut install);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut command = Command::new("unshare");
        let inside = format!("mount --bind {folder}/run /run/mysqld && exec mariadbd {defaults} --user=mysql");
        command.args(["--mount", "sh", "-c", &inside]);
        let daemon = start(command, &machine.folder().join("mariadbd.log"));
        machine.until("MariaDB listens", || machine.folder().join("run/mysqld.sock").exists());
        Self { machine, daemon }
    }

    /// A command that sees the database.
    fn with(&self, user: &str, words: &[&str]) -> Command {
        let mut command = self.machine.slurm("nsenter");
        command.arg(format!("--mount=/proc/{}/ns/mnt", self.daemon.id()));
        command.args(["setpriv", &format!("--reuid={user}"), "--clear-groups"]).args(words);
        command
    }

    /// As the module of NixOS does for `ensureDatabases` and `ensureUsers`.
    fn ensure(&self, mysql: &Value) {
        let mut sql = "CREATE USER IF NOT EXISTS mysql@localhost IDENTIFIED WITH unix_socket;\
                       GRANT ALL PRIVILEGES ON *.* TO mysql@localhost WITH GRANT OPTION;"
            .to_owned();
        for name in mysql["ensureDatabases"].as_array().unwrap() {
            sql += &format!("CREATE DATABASE IF NOT EXISTS {};", name.as_str().unwrap());
        }
        for user in mysql["ensureUsers"].as_array().unwrap() {
            let name = user["name"].as_str().unwrap();
            sql += &format!("CREATE USER IF NOT EXISTS {name}@localhost IDENTIFIED WITH unix_socket;");
            for (on, what) in user["ensurePermissions"].as_object().unwrap() {
                sql += &format!("GRANT {} ON {on} TO {name}@localhost;", what.as_str().unwrap());
            }
        }
        let output = run(&mut self.with("root", &["mariadb", "--execute", &sql]));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Runs the accounting of a description to the end: slurmctld registers its cluster and its TRES.
fn accounts(mut accounting: Value) {
    let machine = Machine::new();
    let password = machine.own_folder("secrets", "root").join("password");
    fs::write(&password, "s3cret/+=\n").unwrap();
    fs::set_permissions(&password, fs::Permissions::from_mode(0o400)).unwrap();
    if accounting["passwordFile"] != "" {
        accounting["passwordFile"] = json!(password);
    }
    let cluster = base(&[("slurm.accounting", accounting)]);
    let nodes = expand::expand(&cluster);
    let host = first_with(&nodes, Role::Controller);
    let config = configuration(&cluster, host);
    let (services, units) = (&config["services"], &config["systemd"]["services"]);

    let database = Database::new(&machine, &services["mysql"]["settings"]["mysqld"]);
    database.ensure(&services["mysql"]);

    // systemd's part: the credential, and the user of the unit.
    let login = &units["slurmdbd-login"];
    let credentials = machine.own_folder("credentials", "mysql");
    if let Some(loaded) = login["serviceConfig"]["LoadCredential"].as_str() {
        let (name, file) = loaded.split_once(':').unwrap();
        fs::copy(file, credentials.join(name)).unwrap();
        give(&credentials.join(name), "mysql");
    }
    let script = login["script"].as_str().unwrap();
    let user = login["serviceConfig"]["User"].as_str().unwrap();
    let log_in = || {
        let mut command = database.with(user, &["bash", "-e", "-c", script]);
        run(command.env("CREDENTIALS_DIRECTORY", &credentials))
    };
    let output = log_in();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let dbd = &services["slurm"]["dbdserver"];
    let (folder, port) = (machine.own_folder("slurmdbd", "slurm"), free_ports(1)[0]);
    let mut text = format!(
        "DbdHost={host}\nDbdAddr=127.0.0.1\nSlurmUser=slurm\nStorageType=accounting_storage/mysql\nStorageUser=slurm\n\
         DbdPort={port}\nAuthInfo=socket={}\nPidFile={}/pid\n",
        machine.munge_socket().display(),
        folder.display()
    );
    if let Some(file) = dbd["storagePassFile"].as_str() {
        text += &format!("StoragePass={}\n", fs::read_to_string(file).unwrap().trim_end());
    }
    let file = folder.join("slurmdbd.conf");
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    give(&file, "slurm");
    let mut command = database.with("root", &["unshare", "--uts", "sh", "-c"]);
    command.arg(format!("hostname {host} && exec slurmdbd -D")).env("SLURM_CONF", &file);
    let log = machine.folder().join("slurmdbd.log");
    let _slurmdbd = start(command, &log);
    machine.until("slurmdbd runs", || fs::read_to_string(&log).unwrap().contains("slurmdbd version"));

    let munge_socket = machine.munge_socket();
    let here = conf::Here {
        folder: machine.folder(),
        munge_socket: &munge_socket,
        controller_port: free_ports(1)[0],
        accounting_port: Some(port),
        ports: &BTreeMap::new(),
    };
    conf::write(&conf::as_nixos_writes_it(&services["slurm"]), &here);
    let _controller = machine.controller(host);
    let clusters =
        machine.ask("sacctmgr", &["--noheader", "--parsable2", "list", "cluster", "format=cluster,controlhost"]);
    assert_eq!(clusters, "lab|127.0.0.1\n");
    let tres = machine.ask("sacctmgr", &["--noheader", "--parsable2", "list", "tres", "format=type,name"]);
    for wanted in ["gres|gpu", "gres|gpu:h100", "gres|gpu:mi300x"] {
        assert!(tres.lines().any(|line| line == wanted), "{wanted}: {tres}");
    }
    let settings = machine.ask("scontrol", &["show", "config"]);
    let enforced = cluster.slurm.accounting.enforce.is_empty()
        || settings.lines().any(|line| line.starts_with("AccountingStorageEnforce") && line.contains("associations"));
    assert!(enforced, "{settings}");

    if dbd["storagePassFile"].is_string() {
        fs::write(credentials.join("password"), "it's").unwrap();
        assert!(!log_in().status.success(), "a password that slurmdbd.conf cannot hold is taken");
    }
}

#[test]
fn accounting_with_a_password() {
    accounts(json!({"enable": true, "enforce": ["associations", "limits"], "fairShare": true}));
}

#[test]
fn accounting_by_unix_user() {
    accounts(json!({"enable": true, "passwordFile": ""}));
}
