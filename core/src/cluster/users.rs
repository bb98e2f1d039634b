use super::{choice, description};

choice! {
    /// The nodes on which a user exists.
    pub enum Where {
        /// Every node.
        All "all" "all nodes",
        /// Nodes with the role of a controller.
        Controllers "controllers" "controllers",
        /// Nodes with the role of a worker.
        Workers "workers" "workers",
        /// Nodes with the role of a login node.
        Logins "logins" "login nodes",
        /// The hosts that the user's `hosts` names.
        Listed "listed" "listed hosts",
    }
}

choice! {
    /// A login shell.
    pub enum Shell {
        /// Bash.
        Bash "bash" "bash",
        /// Zsh.
        Zsh "zsh" "zsh",
        /// Fish, which is not a POSIX shell.
        Fish "fish" "fish",
    }
}

description! {
    /// A person.
    pub struct User {
        /// The user name, the same on every node.
        name "name": String = String::new(),
        /// The numeric id, the same on every node; from 1000 on.
        uid "uid": u32 = 1000,
        /// The full name.
        full_name "fullName": String = String::new(),
        /// Groups besides `users`.
        groups "groups": Vec<String> = Vec::new(),
        /// The login shell.
        shell "shell": Shell = Shell::Bash,
        /// Public SSH keys.
        ssh_keys "sshKeys": Vec<String> = Vec::new(),
        /// Whether the user may become root.
        sudo "sudo": bool = false,
        /// Where the user exists: on which nodes.
        on "where": Where = Where::All,
        /// The hosts on which the user exists, in hostlist syntax; used with `listed`.
        hosts "hosts": String = String::new(),
        /// A Home Manager module: `{ programs.git.enable = true; }` or `{ pkgs, ... }: { … }`; empty for none.
        home_manager "homeManager": String = String::new(),
    }
}

description! {
    /// A group of users.
    pub struct Group {
        /// The group name, the same on every node.
        name "name": String = String::new(),
        /// The numeric id, the same on every node; from 1000 on.
        gid "gid": u32 = 1000,
    }
}

description! {
    /// A directory of users (LDAP), read through SSSD.
    pub struct Ldap {
        /// Whether people come from an LDAP directory, too.
        enable "enable": bool = false,
        /// The servers: `ldaps://ldap.lab.example`.
        uris "uris": Vec<String> = Vec::new(),
        /// Where people and groups are looked for: `dc=lab,dc=example`.
        search_base "searchBase": String = String::new(),
        /// Who asks; empty for anybody.
        bind_dn "bindDN": String = String::new(),
        /// A file on every node with the line `LDAP_BIND_PASSWORD=…`; used with `bindDN`.
        environment_file "environmentFile": String = "/var/lib/secrets/sssd-environment".to_owned(),
        /// The certificate of the servers' authority; empty for the system's.
        ca_file "caFile": String = String::new(),
    }
}

description! {
    /// People and groups.
    pub struct Users {
        /// Users of the cluster itself.
        accounts "accounts": Vec<User> = Vec::new(),
        /// Groups that users can be in.
        groups "groups": Vec<Group> = Vec::new(),
        /// Users from an LDAP directory.
        ldap "ldap": Ldap = Ldap::default(),
        /// Whether users come from node to node without a password: each gets a key in a shared home.
        ssh_between_nodes "sshBetweenNodes": bool = false,
        /// The public key of the authority that signed the nodes' host keys; with it no node asks whether a host is known.
        ssh_host_ca "sshHostCA": String = String::new(),
    }
}

impl User {
    /// Whether the user may become root: `sudo` is on, or they are in the group `wheel`.
    pub fn is_administrator(&self) -> bool {
        self.sudo || self.groups.iter().any(|group| group == "wheel")
    }
}
