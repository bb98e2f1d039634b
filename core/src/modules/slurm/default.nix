# Slurm: slurmctld on the controllers, slurmd on the workers, the commands everywhere.
#
# slurmConfig: options.nix says what it has.
# hpcConfig.hugePages tells what of the workers' memory is kept from jobs that do not ask for huge pages, hpcConfig.mpi how srun
# starts ranks, storageConfig what slurmd waits for.
{
  node,
  nodes,
  clusterLib,
  clusterConfig,
  slurmConfig,
  hpcConfig ? { },
  storageConfig ? { },
  ...
}:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  first = lib.head (clusterLib.withRole "controller" nodes);
  nodeNamed =
    what: name: nodes.${name} or (throw "slurmConfig.${what} is “${name}”, which is no node");

  slurm = slurmConfig // {
    # The first is the primary one.
    controllers = [
      first
    ]
    ++ lib.optional (slurmConfig.backup != null) (nodeNamed "backup.host" slurmConfig.backup.host);
    accounting =
      if slurmConfig.accounting == null then
        null
      else
        slurmConfig.accounting
        // {
          host =
            if slurmConfig.accounting.host == null then
              first.hostname
            else
              (nodeNamed "accounting.host" slurmConfig.accounting.host).hostname;
        };
  };

  conf = import ./conf.nix {
    inherit
      lib
      nodes
      clusterLib
      slurm
      ;
    slurmVersion = pkgs.slurm.version;
    hugePagesMiB = 2 * (hpcConfig.hugePages or 0);
    mpi = hpcConfig.mpi or null;
    inherit healthCheck;
  };

  # What jobs need on this node, and whether any node's jobs need something that can be missing.
  mounts = clusterLib.sharedMounts storageConfig node;
  scratch = storageConfig.scratch or null;
  scratchMounts = lib.optional (scratch != null && scratch.device != null) scratch.mount;
  fabricManager = lib.optional (config.hardware.nvidia.datacenter.enable or false
  ) "nvidia-fabricmanager.service";
  # The GPUs that the driver must find; without its daemon it would be loaded anew by whoever asks.
  checkedGPUs =
    worker:
    if
      hpcConfig.cuda or null != null
      && hpcConfig.cuda.persistence or true
      && worker.gpuVendor == "nvidia"
      && !conf.isSliced worker
    then
      worker.gpus
    else
      0;
  healthCheck =
    scratchMounts != [ ]
    || hpcConfig.cuda.fabricManagerGPUs or [ ] != [ ]
    || lib.any (worker: clusterLib.sharedMounts storageConfig worker != [ ] || checkedGPUs worker > 0) (
      clusterLib.withRole "worker" nodes
    );

  # For a unit that starts again by itself: a start that is refused for a mount that failed would be the last one.
  requireMounts = lib.concatMapStrings (mount: ''
    if ! grep --quiet --fixed-strings ${lib.escapeShellArg " ${mount} "} /proc/self/mounts; then
      echo ${lib.escapeShellArg "${mount} is not mounted; this is tried again until it is"} >&2
      exit 1
    fi
  '');
  # The mount that Slurm's shared state lies on.
  stateMounts = builtins.filter (
    mount: slurm.backup != null && lib.hasPrefix "${mount}/" "${slurm.backup.stateFolder}/"
  ) mounts;
  amdDriver = lib.optional (node.hasGPU && node.gpuVendor == "amd") "modprobe@amdgpu.service";
  persistently = {
    startLimitIntervalSec = 0;
    serviceConfig = {
      Restart = "on-failure";
      RestartSec = 10;
    };
  };

  isFirst = node.hostname == first.hostname;
  controls = lib.any (controller: controller.hostname == node.hostname) slurm.controllers;
  accounts = slurm.accounting != null && slurm.accounting.host == node.hostname;
  # Where people work without jobs too, logins stay free.
  adopts = slurm.pamAdopt && node.isWorker && !node.isController && !node.isLogin;
  forwardsX11 = slurm.x11 && (node.isLogin || node.isController);
  slurmFiles = [
    "slurm.conf"
    "cgroup.conf"
    "plugstack.conf"
    "mpi.conf"
  ]
  ++ builtins.attrNames conf.files;
  script = name: text: { source = pkgs.writeShellScript "slurm-${name}" text; };
in
{
  _file = ./default.nix;

  config = lib.mkMerge (
    [
      {
        services.slurm = {
          clusterName = clusterConfig.name;
          inherit (conf) nodeName partitionName;
          procTrackType = lib.mkIf conf.contained "proctrack/cgroup";
          extraCgroupConfig = lib.mkIf slurm.enforceLimits ''
            ConstrainCores=yes
            ConstrainRAMSpace=yes
            ConstrainDevices=yes
          '';
          stateSaveLocation = lib.mkIf (slurm.backup != null) slurm.backup.stateFolder;
          extraConfig = conf.slurmConf;
          extraConfigPaths = lib.mapAttrsToList pkgs.writeTextDir conf.files;
          # Where the job's own /tmp does not hide what PMIx puts there.
          mpi.PmixCliTmpDirBase = lib.mkIf slurm.privateTmp "/run/slurm-pmix";
          enableStools = true;
        };
        services.munge = {
          enable = true;
          password = slurm.mungeKeyFile;
        };
        # Where Slurm's libraries look without SLURM_CONF: pam_slurm_adopt in sshd, and programs of users.
        environment.etc = lib.listToAttrs (
          map (
            name: lib.nameValuePair "slurm/${name}" { source = "${config.services.slurm.etcSlurm}/${name}"; }
          ) slurmFiles
        );
        # NixOS lets slurmd's nodes forward X11; it is needed where users log in.
        services.openssh.settings.X11Forwarding = lib.mkIf (node.isWorker || forwardsX11) forwardsX11;
        # srun listens for its job's steps, and can run on every node.
        cluster.firewall.tcpPortRanges = [ slurm.srunPortRange ];
        cluster.services.slurm = {
          available = true;
          # The commands that know where slurm.conf is.
          binPath = "/run/current-system/sw/bin";
        };
      }

      (lib.mkIf controls {
        services.slurm.server.enable = true;
        # It gives up where slurmdbd does not answer yet.
        systemd.services.slurmctld = persistently // {
          wants = [ "network-online.target" ];
          after = [
            "network-online.target"
          ]
          ++ lib.optional (slurm.backup != null) "remote-fs.target"
          ++ lib.optional accounts "slurmdbd.service";
          # Before NixOS makes the folder where it is not.
          preStart = lib.mkBefore (requireMounts stateMounts);
        };
        cluster.firewall.tcpPorts = [ 6817 ];
      })

      (lib.mkIf (isFirst && slurm.rest != null) {
        services.slurm.rest.enable = true;
        systemd.services.slurmrestd = persistently;
        cluster.firewall.tcpPorts = [ 6820 ];
        cluster.services.slurmrestd.available = true;
      })

      (lib.mkIf (isFirst && slurm.metrics) {
        cluster.services.slurm-metrics.available = lib.versionAtLeast pkgs.slurm.version "25.11";
      })

      (lib.mkIf node.isWorker {
        services.slurm.client.enable = true;
        cluster.firewall.tcpPorts = [ 6818 ];
        environment.etc = {
          "slurm/prolog" = lib.mkIf (slurm.prolog != null) (script "prolog" slurm.prolog);
          "slurm/epilog" = lib.mkIf (slurm.epilog != null) (script "epilog" slurm.epilog);
          "slurm/health-check" = lib.mkIf healthCheck (
            script "health-check" ''
              mounts=(${lib.escapeShellArgs (mounts ++ scratchMounts)})
              services=(${lib.escapeShellArgs fabricManager})
              gpus=${toString (checkedGPUs node)}
              ${builtins.readFile ./health-check.sh}
            ''
          );
        };
        # GPUs must be ready when it starts: it opens their device files, and gives up after a while.
        systemd.services.slurmd = persistently // {
          wants = amdDriver;
          after = [
            "munged.service"
          ]
          ++ lib.optional (config.hardware.nvidia.nvidiaPersistenced or false) "nvidia-persistenced.service"
          ++ fabricManager
          ++ amdDriver;
          # A node without /home would fail one job after another.
          preStart = requireMounts mounts;
        };
      })
    ]
    ++ lib.optional accounts (
      import ./accounting.nix {
        inherit
          config
          lib
          pkgs
          node
          ;
        inherit (slurm) accounting rest;
      }
    )
    ++ lib.optional adopts (import ./login.nix { inherit config lib; })
  );
}
