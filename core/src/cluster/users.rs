use super::{choice, description};

choice! {
    /// The nodes on which a user exists.
    pub enum Where {
        All "all" "all nodes",
        Controllers "controllers" "controllers",
        Workers "workers" "workers",
        Logins "logins" "login nodes",
    }
}

choice! {
    /// A login shell.
    pub enum Shell {
        Bash "bash" "bash",
        Zsh "zsh" "zsh",
        Fish "fish" "fish",
    }
}

description! {
    /// A person.
    pub struct User {
        name "name": String = String::new(),
        /// The numeric id, the same on every node; from 1000 on.
        uid "uid": u32 = 1000,
        /// The full name.
        full_name "fullName": String = String::new(),
        /// Groups besides `users`.
        groups "groups": Vec<String> = Vec::new(),
        shell "shell": Shell = Shell::Bash,
        /// Public SSH keys.
        ssh_keys "sshKeys": Vec<String> = Vec::new(),
        /// Whether the user may become root.
        sudo "sudo": bool = false,
        on "where": Where = Where::All,
    }
}

description! {
    /// A group of users.
    pub struct Group {
        name "name": String = String::new(),
        /// The numeric id, the same on every node; from 1000 on.
        gid "gid": u32 = 1000,
    }
}

description! {
    /// People and groups.
    pub struct Users {
        accounts "accounts": Vec<User> = Vec::new(),
        groups "groups": Vec<Group> = Vec::new(),
    }
}
