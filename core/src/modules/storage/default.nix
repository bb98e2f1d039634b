# Shared file systems of several kinds at once, and local scratch space.
#
# storageConfig.shared:  [ { type ("nfs"), server, export, mount, mountOptions, … } ], where type is one of
#                        "nfs", "cephfs", "glusterfs", "orangefs", "beegfs", "lustre"; the file of that name says what
#                        each takes. Every node has each of them at `mount`.
# storageConfig.scratch: { mount, device (null: a folder on the root file system), fsType }, on the workers; an array of
#                        disks is assembled where the device is named /dev/md…
# inputs:                the flake's inputs; those of BeeGFS and Lustre have their packages
{
  node,
  nodes ? { },
  clusterLib ? { },
  networkConfig ? { },
  storageConfig ? { },
  inputs ? { },
  ...
}:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  implementations = {
    nfs = import ./nfs.nix;
    cephfs = import ./cephfs.nix;
    glusterfs = import ./glusterfs.nix;
    orangefs = import ./orangefs.nix;
    beegfs = import ./beegfs.nix;
    lustre = import ./lustre.nix;
  };
  implementation =
    type:
    implementations.${type}
      or (throw "storageConfig.shared has the type “${type}”; it must be one of: ${lib.concatStringsSep ", " (builtins.attrNames implementations)}");

  shared = lib.groupBy (fs: fs.type or "nfs") (storageConfig.shared or [ ]);
  scratch = storageConfig.scratch or null;

  # systemd tries a mount once. Where its server, key or volume comes later, it is tried again until it is there; one that
  # somebody took away by hand stays away.
  mounts = clusterLib.sharedMounts storageConfig node;
  retry = lib.mkIf (mounts != [ ]) {
    systemd.services.shared-mounts = {
      description = "Shared file systems that failed to mount";
      serviceConfig.Type = "oneshot";
      script = ''
        mounts=(${lib.escapeShellArgs mounts})
        ${builtins.readFile ./shared-mounts.sh}
      '';
    };
    systemd.timers.shared-mounts = {
      wantedBy = [ "timers.target" ];
      timerConfig = {
        OnBootSec = "2min";
        OnUnitInactiveSec = "1min";
        AccuracySec = "5s";
      };
    };
  };

  local = lib.mkIf (scratch != null && node.isWorker) {
    fileSystems = lib.optionalAttrs (scratch.device or null != null) {
      ${scratch.mount} = {
        inherit (scratch) device;
        fsType = scratch.fsType or "xfs";
        options = [
          "noatime"
          # A node whose disk fails still starts. The mode below is for what is mounted, so it waits for that.
          "nofail"
          "x-systemd.before=systemd-tmpfiles-setup.service"
        ];
      };
    };
    boot.swraid = lib.mkIf (lib.hasPrefix "/dev/md" (toString (scratch.device or ""))) {
      enable = true;
      # mdadm's monitor fails where nobody is named.
      mdadmConf = lib.mkDefault "MAILADDR root";
    };
    systemd.tmpfiles.rules = [ "d ${scratch.mount} 1777 root root -" ];
  };
in
{
  _file = ./default.nix;

  config = lib.mkMerge (
    [
      retry
      local
    ]
    ++ lib.mapAttrsToList (
      type: fileSystems:
      implementation type {
        inherit
          clusterLib
          config
          fileSystems
          inputs
          lib
          networkConfig
          node
          nodes
          pkgs
          ;
      }
    ) shared
  );
}
