use super::{choice, description};

choice! {
    /// What serves a shared file system.
    pub enum FileSystemKind {
        /// A node exports a folder.
        Nfs "nfs" "NFS",
        /// A Ceph cluster that exists already.
        CephFs "cephfs" "CephFS",
        /// Nodes with bricks.
        GlusterFs "glusterfs" "GlusterFS",
        /// Nodes with OrangeFS servers.
        OrangeFs "orangefs" "OrangeFS",
        /// A BeeGFS that exists already; its client's packages come from a flake that the user names.
        BeeGfs "beegfs" "BeeGFS",
        /// A Lustre that exists already; its client's packages come from a flake that the user names.
        Lustre "lustre" "Lustre",
    }
}

choice! {
    /// A version of NFS.
    pub enum NfsVersion {
        /// NFS 4.2, through TCP port 2049 alone.
        V4 "4.2" "4.2",
        /// NFS 3, which needs rpcbind and further ports.
        V3 "3" "3",
    }
}

choice! {
    /// What carries NFS.
    pub enum NfsTransport {
        /// TCP over the cluster's network.
        Tcp "tcp" "TCP",
        /// Over the fabric.
        Rdma "rdma" "RDMA (fabric)",
    }
}

description! {
    /// A file system that servers offer and the nodes mount.
    pub struct SharedFileSystem {
        /// The protocol by which nodes reach it.
        kind "kind": FileSystemKind = FileSystemKind::Nfs,
        /// NFS: the host name of the node that exports it. GlusterFS, OrangeFS: its servers, in hostlist syntax.
        /// BeeGFS: the host of the management service. Lustre: the NIDs of the MGS, `10.0.9.1@o2ib`.
        server "server": String = String::new(),
        /// NFS: the exported folder. GlusterFS: the folder of each server's brick. OrangeFS: the folder of each server's data.
        /// CephFS: the folder in the file system, `/` where empty. Lustre: the name of the file system. BeeGFS: unused.
        export "export": String = String::new(),
        /// The mount point, the same on every node.
        mount "mount": String = String::new(),
        /// NFS: the permissions of the exported folder, as chmod(1) takes them: `0755`, or `1777` for a folder everybody writes to.
        mode "mode": String = "0755".to_owned(),
        /// NFS: the version.
        nfs_version "nfsVersion": NfsVersion = NfsVersion::V4,
        /// NFS: what carries it.
        transport "transport": NfsTransport = NfsTransport::Tcp,
        /// GlusterFS: the volume's name.
        volume "volume": String = String::new(),
        /// CephFS: the addresses of the monitors.
        monitors "monitors": Vec<String> = Vec::new(),
        /// CephFS: the cluster's id, as `ceph fsid` prints it.
        fsid "fsid": String = String::new(),
        /// CephFS: the name of the file system, as `ceph fs ls` prints it.
        fs_name "fsName": String = "cephfs".to_owned(),
        /// CephFS: the client's name, without `client.`.
        ceph_user "cephUser": String = "cluster".to_owned(),
        /// CephFS: the file with the client's key on every node. BeeGFS: the file with the connection's secret.
        secret_file "secretFile": String = String::new(),
        /// BeeGFS, Lustre: a flake that brings the client's packages, `github:lab/beegfs-nix`. nixpkgs has none.
        package_source "packageSource": String = String::new(),
        /// Mount options, each as in fstab; for NFS `nfsvers`, `hard`, `noatime` and `_netdev` are always set.
        mount_options "mountOptions": Vec<String> = Vec::new(),
        /// NFS: options of the export, each as in exports(5). With `async`, a crash of the server loses what clients take to
        /// be written; with `sync` it does not, and writing is slower. Absent: `async`.
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
        /// Whether the workers have scratch space.
        enable "enable": bool = false,
        /// The mount point.
        mount "mount": String = "/scratch".to_owned(),
        /// Its device; empty for a folder on the root file system. An array of disks is assembled where it is named `/dev/md…`.
        device "device": String = String::new(),
        /// The type of the file system.
        fs_type "fsType": String = "xfs".to_owned(),
    }
}

description! {
    /// Shared file systems and local scratch space.
    pub struct Storage {
        /// The shared file systems.
        shared "shared": Vec<SharedFileSystem> = Vec::new(),
        /// Scratch space on the workers.
        scratch "scratch": Scratch = Scratch::default(),
    }
}

impl FileSystemKind {
    /// Whether nodes of the cluster serve it; others come from servers outside.
    pub fn is_served_by_nodes(self) -> bool {
        match self {
            Self::Nfs | Self::GlusterFs | Self::OrangeFs => true,
            Self::CephFs | Self::BeeGfs | Self::Lustre => false,
        }
    }
}
