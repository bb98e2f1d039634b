# What cluster.nix may say, with types, defaults and what it means: flake.nix holds the values against it. It is made from the
# fields of the design, whose names in cluster.json differ here and there.
{ lib, ... }:
{
  options.storageConfig = {
    shared = lib.mkOption {
      type = lib.types.listOf (
        lib.types.submodule {
          options = {
            type = lib.mkOption {
              type = lib.types.enum [
                "nfs"
                "cephfs"
                "glusterfs"
                "orangefs"
                "beegfs"
                "lustre"
              ];
              default = "nfs";
              description = "The protocol by which nodes reach it.";
            };
            server = lib.mkOption {
              type = lib.types.nullOr lib.types.str;
              default = null;
              description = "NFS: the host name of the node that exports it. GlusterFS, OrangeFS: its servers, in hostlist syntax. BeeGFS: the host of the management service. Lustre: the NIDs of the MGS, `10.0.9.1@o2ib`.";
            };
            monitors = lib.mkOption {
              type = lib.types.listOf lib.types.str;
              default = [ ];
              description = "CephFS: the addresses of the monitors.";
            };
            fsid = lib.mkOption {
              type = lib.types.nullOr lib.types.str;
              default = null;
              description = "CephFS: the cluster's id, as `ceph fsid` prints it.";
            };
            fsName = lib.mkOption {
              type = lib.types.str;
              default = "cephfs";
              description = "CephFS: the name of the file system, as `ceph fs ls` prints it.";
            };
            cephUser = lib.mkOption {
              type = lib.types.str;
              default = "cluster";
              description = "CephFS: the client's name, without `client.`.";
            };
            export = lib.mkOption {
              type = lib.types.nullOr lib.types.str;
              default = null;
              description = "NFS: the exported folder. GlusterFS: the folder of each server's brick. OrangeFS: the folder of each server's data. CephFS: the folder in the file system, `/` where `null`. Lustre: the name of the file system. BeeGFS: unused.";
            };
            secretFile = lib.mkOption {
              type = lib.types.nullOr (lib.types.strMatching "/.*");
              default = null;
              description = "CephFS: the file with the client's key on every node. BeeGFS: the file with the connection's secret.";
            };
            volume = lib.mkOption {
              type = lib.types.nullOr lib.types.str;
              default = null;
              description = "GlusterFS: the volume's name.";
            };
            mount = lib.mkOption {
              type = lib.types.str;
              description = "The mount point, the same on every node.";
            };
            mode = lib.mkOption {
              type = lib.types.str;
              default = "0755";
              description = "NFS: the permissions of the exported folder, as chmod(1) takes them: `0755`, or `1777` for a folder everybody writes to.";
            };
            nfsVersion = lib.mkOption {
              type = lib.types.enum [
                "4.2"
                "3"
              ];
              default = "4.2";
              description = "NFS: the version.";
            };
            transport = lib.mkOption {
              type = lib.types.enum [
                "tcp"
                "rdma"
              ];
              default = "tcp";
              description = "NFS: what carries it.";
            };
            mountOptions = lib.mkOption {
              type = lib.types.listOf lib.types.str;
              default = [ ];
              description = "Mount options, each as in fstab; for NFS `nfsvers`, `hard`, `noatime` and `_netdev` are always set.";
            };
            exportOptions = lib.mkOption {
              type = lib.types.listOf lib.types.str;
              default = [
                "rw"
                "async"
                "no_subtree_check"
              ];
              description = "NFS: options of the export, each as in exports(5). With `async`, a crash of the server loses what clients take to be written; with `sync` it does not, and writing is slower. Absent: `async`.";
            };
          };
        }
      );
      default = [ ];
      description = "The shared file systems.";
    };
    scratch = lib.mkOption {
      type = lib.types.nullOr (
        lib.types.submodule {
          options = {
            mount = lib.mkOption {
              type = lib.types.str;
              default = "/scratch";
              description = "The mount point.";
            };
            device = lib.mkOption {
              type = lib.types.nullOr lib.types.str;
              default = null;
              description = "Its device; `null` for a folder on the root file system. An array of disks is assembled where it is named `/dev/md…`.";
            };
            fsType = lib.mkOption {
              type = lib.types.str;
              default = "xfs";
              description = "The type of the file system.";
            };
          };
        }
      );
      default = null;
      description = "Scratch space on the workers.";
    };
  };
}
