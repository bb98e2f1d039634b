# Slurm: slurmctld on the first controller, slurmd on the workers, the commands everywhere.
#
# slurmConfig: partitions ([ { name, nodes (hostlist; null: all workers), default, maxTime, defaultTime,
#              priorityTier } ]), enforceLimits, mungeKeyFile, srunPortRange ({ from, to }), extraConfig
#
# slurm.conf is the same on every node: all of it follows from `nodes` and `slurmConfig` alone.
{
  node,
  nodes,
  clusterLib,
  clusterConfig ? { },
  slurmConfig ? { },
  ...
}:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  slurm = {
    partitions = [
      {
        name = "main";
        default = true;
      }
    ];
    enforceLimits = true;
    mungeKeyFile = "/etc/munge/munge.key";
    srunPortRange = {
      from = 60001;
      to = 63000;
    };
    extraConfig = "";
  }
  // slurmConfig;

  workers = clusterLib.withRole "worker" nodes;
  controller = lib.head (clusterLib.withRole "controller" nodes);
  isController = node.hostname == controller.hostname;
  gpuWorkers = builtins.filter (worker: worker.hasGPU) workers;

  # Workers that are alike share a line.
  hardware =
    worker:
    lib.concatStringsSep " " (
      [
        "Sockets=${toString worker.sockets}"
        "CoresPerSocket=${toString worker.coresPerSocket}"
        "ThreadsPerCore=${toString worker.threadsPerCore}"
        "RealMemory=${toString worker.memoryMB}"
      ]
      ++ lib.optional worker.hasGPU "Gres=gpu:${worker.gpuModel}:${toString worker.gpus}"
      ++ lib.optional (worker.features != [ ]) "Feature=${lib.concatStringsSep "," worker.features}"
      ++ lib.optional (worker.weight != 1) "Weight=${toString worker.weight}"
      ++ [ "State=UNKNOWN" ]
    );
  hostsOf = alike: clusterLib.compressHostlist (map (worker: worker.hostname) alike);
  linesBy =
    text: list:
    map (alike: "${hostsOf alike} ${text (lib.head alike)}") (
      lib.sort (a: b: (lib.head a).index < (lib.head b).index) (
        builtins.attrValues (builtins.groupBy text list)
      )
    );

  devices =
    worker:
    let
      first = if worker.gpuVendor == "amd" then 128 else 0;
      stem = if worker.gpuVendor == "amd" then "/dev/dri/renderD" else "/dev/nvidia";
      numbers = "${toString first}-${toString (first + worker.gpus - 1)}";
    in
    if worker.gpus == 1 then "${stem}${toString first}" else "${stem}[${numbers}]";
  gresConf = lib.concatMapStrings (line: "NodeName=${line}\n") (
    linesBy (worker: "Name=gpu Type=${worker.gpuModel} File=${devices worker}") gpuWorkers
  );

  partitionLine =
    partition:
    lib.concatStringsSep " " (
      [
        partition.name
        "Nodes=${if partition.nodes or null == null then hostsOf workers else partition.nodes}"
        "Default=${if partition.default or false then "YES" else "NO"}"
        "MaxTime=${partition.maxTime or "INFINITE"}"
      ]
      ++ lib.optional (partition ? defaultTime) "DefaultTime=${partition.defaultTime}"
      ++ lib.optional (partition ? priorityTier) "PriorityTier=${toString partition.priorityTier}"
      ++ [ "State=UP" ]
    );

  slurmConf = lib.concatStringsSep "\n" (
    [
      "SlurmctldHost=${controller.hostname}(${controller.ip})"
      "SlurmctldPort=6817"
      "SlurmdPort=6818"
      "SrunPortRange=${toString slurm.srunPortRange.from}-${toString slurm.srunPortRange.to}"
      "SelectType=select/cons_tres"
      "SelectTypeParameters=CR_Core_Memory"
      "ReturnToService=1"
      "PropagateResourceLimitsExcept=MEMLOCK"
    ]
    ++ lib.optional slurm.enforceLimits "TaskPlugin=task/cgroup,task/affinity"
    ++ lib.optional (gpuWorkers != [ ]) "GresTypes=gpu"
    ++ lib.optional (slurm.extraConfig != "") slurm.extraConfig
  );
in
{
  _file = ./default.nix;

  config = lib.mkMerge [
    {
      services.slurm = {
        clusterName = clusterConfig.name or "cluster";
        nodeName = linesBy hardware workers;
        partitionName = map partitionLine slurm.partitions;
        procTrackType = lib.mkIf slurm.enforceLimits "proctrack/cgroup";
        extraCgroupConfig = lib.mkIf slurm.enforceLimits ''
          ConstrainCores=yes
          ConstrainRAMSpace=yes
          ConstrainDevices=yes
        '';
        extraConfig = slurmConf;
        extraConfigPaths = lib.mkIf (gpuWorkers != [ ]) [ (pkgs.writeTextDir "gres.conf" gresConf) ];
        enableStools = true;
      };
      services.munge = {
        enable = true;
        password = slurm.mungeKeyFile;
      };
      # srun listens for its job's steps, and can run on every node.
      cluster.firewall.tcpPortRanges = [ slurm.srunPortRange ];
      cluster.services.slurm.available = true;
    }

    (lib.mkIf isController {
      services.slurm.server.enable = true;
      cluster.firewall.tcpPorts = [ 6817 ];
    })

    (lib.mkIf node.isWorker {
      services.slurm.client.enable = true;
      cluster.firewall.tcpPorts = [ 6818 ];
      # The client turns X11 forwarding on; jobs do not need it.
      services.openssh.settings.X11Forwarding = false;
      # slurmd opens the GPUs' device files when it starts.
      systemd.services.slurmd.after = lib.mkIf (config.hardware.nvidia.nvidiaPersistenced or false) [
        "nvidia-persistenced.service"
      ];
    })
  ];
}
