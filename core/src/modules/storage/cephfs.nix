# CephFS: every node mounts, with the kernel's client, a file system of a Ceph cluster that exists already.
#
# fileSystems: [ { monitors (addresses, with or without port), fsid, fsName, cephUser, export (null: "/"), secretFile,
#                mount, mountOptions } ]
#
# secretFile has the user's key and nothing else, as `ceph auth get-key client.USER` prints it; it is read when mounting.
{
  lib,
  pkgs,
  fileSystems,
  ...
}:
let
  # The port of the monitors' second protocol, which the kernel speaks only when told.
  isSecondProtocol = monitor: lib.hasSuffix ":3300" monitor;
in
{
  # mount.ceph finds no modprobe.
  boot.kernelModules = [ "ceph" ];
  environment.systemPackages = [ pkgs.ceph-client ];
  cluster.services.cephfs-client.available = true;

  fileSystems = lib.listToAttrs (
    map (
      fs:
      lib.nameValuePair fs.mount {
        device = "${fs.cephUser}@${fs.fsid}.${fs.fsName}=${if fs.export == null then "/" else fs.export}";
        fsType = "ceph";
        noCheck = true;
        options = [
          "mon_addr=${lib.concatStringsSep "/" fs.monitors}"
          "secretfile=${fs.secretFile}"
          "noatime"
          "_netdev"
        ]
        ++ lib.optional (lib.any isSecondProtocol fs.monitors) "ms_mode=prefer-crc"
        ++ fs.mountOptions;
      }
    ) fileSystems
  );
}
