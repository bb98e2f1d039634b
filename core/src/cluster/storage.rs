use super::{choice, description};

choice! {
    /// The protocol of a shared file system.
    pub enum FileSystemKind {
        Nfs "nfs" "NFS 4.2",
    }
}

description! {
    /// A file system that one node exports and the others mount.
    pub struct SharedFileSystem {
        kind "kind": FileSystemKind = FileSystemKind::Nfs,
        /// The host name of the node that exports it.
        server "server": String = String::new(),
        /// The exported folder on the server.
        export "export": String = String::new(),
        /// Where the other nodes mount it.
        mount "mount": String = String::new(),
        /// The permissions of the exported folder, as chmod(1) takes them: `0755`, or `1777` for a folder everybody writes to.
        mode "mode": String = "0755".to_owned(),
        /// Mount options, each as in fstab; `nfsvers=4.2`, `hard`, `noatime` and `_netdev` are always set.
        mount_options "mountOptions": Vec<String> = Vec::new(),
        /// Options of the export, each as in exports(5).
        export_options "exportOptions": Vec<String> = vec![
            "rw".to_owned(),
            "async".to_owned(),
            "no_subtree_check".to_owned(),
        ],
    }
}

description! {
    /// A file system of a node's own for temporary data, writable by everybody.
    pub struct Scratch {
        enable "enable": bool = false,
        /// Where it is mounted.
        mount "mount": String = "/scratch".to_owned(),
        /// Its device; empty for a folder on the root file system.
        device "device": String = String::new(),
        fs_type "fsType": String = "xfs".to_owned(),
    }
}

description! {
    /// Shared file systems and local scratch space.
    pub struct Storage {
        shared "shared": Vec<SharedFileSystem> = Vec::new(),
        /// Scratch space on the workers.
        scratch "scratch": Scratch = Scratch::default(),
    }
}
