# Shared file systems (NFS 4.2) and local scratch space.
#
# storageConfig.shared:  [ { server, export, mount, mode, mountOptions, exportOptions } ]
# storageConfig.scratch: { mount, device (null: a folder on the root file system), fsType }, on the workers
{
  node,
  networkConfig ? { },
  storageConfig ? { },
  ...
}:
{ config, lib, ... }:
let
  subnet = networkConfig.subnet or "10.0.0.0/16";
  shared = storageConfig.shared or [ ];
  exported = builtins.filter (fs: fs.server == node.hostname) shared;
  mounted = builtins.filter (fs: fs.server != node.hostname) shared;
  scratch = storageConfig.scratch or null;

  exportOptions =
    fs:
    fs.exportOptions or [
      "rw"
      "async"
      "no_subtree_check"
    ];

  server = lib.mkIf (exported != [ ]) {
    services.nfs.server = {
      enable = true;
      exports = lib.concatMapStrings (
        fs: "${fs.export} ${subnet}(${lib.concatStringsSep "," (exportOptions fs)})\n"
      ) exported;
    };
    cluster.firewall.tcpPorts = [ 2049 ];
    systemd.tmpfiles.rules = map (fs: "d ${fs.export} ${fs.mode or "0755"} root root -") exported;

    # Nobody mounts their own export: on the server, the path that the others see is a bind mount.
    fileSystems = lib.listToAttrs (
      map (
        fs:
        lib.nameValuePair fs.mount {
          device = fs.export;
          fsType = "none";
          options = [ "bind" ];
        }
      ) (builtins.filter (fs: fs.mount != fs.export) exported)
    );
  };

  client = lib.mkIf (mounted != [ ]) {
    fileSystems = lib.listToAttrs (
      map (
        fs:
        lib.nameValuePair fs.mount {
          device = "${fs.server}:${fs.export}";
          fsType = "nfs";
          options = [
            "nfsvers=4.2"
            "hard"
            "noatime"
            "_netdev"
          ]
          ++ fs.mountOptions or [ ];
        }
      ) mounted
    );
  };

  local = lib.mkIf (scratch != null && node.isWorker) {
    fileSystems = lib.optionalAttrs (scratch.device or null != null) {
      ${scratch.mount} = {
        inherit (scratch) device;
        fsType = scratch.fsType or "xfs";
        options = [
          "noatime"
          "nofail"
        ];
      };
    };
    systemd.tmpfiles.rules = [ "d ${scratch.mount} 1777 root root -" ];
  };
in
{
  _file = ./default.nix;

  config = lib.mkMerge [
    server
    client
    local
    {
      cluster.services.nfs-server.available = exported != [ ];
      cluster.services.nfs-client.available = mounted != [ ];
    }
  ];
}
