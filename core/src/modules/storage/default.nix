# Shared file systems of several kinds at once, and local scratch space.
#
# storageConfig: options.nix says what it has; the file of each type of shared file system says what that takes. Every node
#                has each of them at `mount`, and the workers have the scratch space.
# inputs:        the flake's inputs; those of BeeGFS and Lustre have their packages
{
  node,
  nodes,
  clusterLib,
  networkConfig,
  storageConfig,
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
  # What a file system of each type cannot do without.
  needs = {
    nfs = [
      "server"
      "export"
    ];
    cephfs = [
      "fsid"
      "secretFile"
    ];
    glusterfs = [
      "server"
      "export"
      "volume"
    ];
    orangefs = [
      "server"
      "export"
    ];
    beegfs = [ "server" ];
    lustre = [
      "server"
      "export"
    ];
  };
  complete =
    fs:
    let
      missing = builtins.filter (name: fs.${name} == null) needs.${fs.type};
    in
    if missing == [ ] then
      fs
    else
      throw "storageConfig.shared: ${fs.mount} (${fs.type}) lacks ${lib.concatStringsSep ", " missing}";

  shared = lib.groupBy (fs: fs.type) (map complete storageConfig.shared);
  inherit (storageConfig) scratch;

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
    fileSystems = lib.optionalAttrs (scratch.device != null) {
      ${scratch.mount} = {
        inherit (scratch) device fsType;
        options = [
          "noatime"
          # A node whose disk fails still starts. The mode below is for what is mounted, so it waits for that.
          "nofail"
          "x-systemd.before=systemd-tmpfiles-setup.service"
        ];
      };
    };
    boot.swraid = lib.mkIf (lib.hasPrefix "/dev/md" (toString scratch.device)) {
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
      implementations.${type} {
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
