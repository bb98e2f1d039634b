# The text of slurm.conf and of the files beside it. It follows from the cluster's values alone, so that it is the
# same on every node.
{
  lib,
  nodes,
  clusterLib,
  slurm,
  slurmVersion,
  hugePagesMiB,
  # "openmpi", "mpich" or null
  mpi,
  # Whether workers have /etc/slurm/health-check.
  healthCheck,
}:
let
  inherit (lib) concatStringsSep optional optionals;

  workers = clusterLib.withRole "worker" nodes;
  gpuWorkers = builtins.filter (worker: worker.hasGPU) workers;
  # Slices of GPUs (MIG) have device files that only the driver on the node knows: their gres.conf is brought.
  isSliced =
    worker: builtins.match "(.*[_:.-])?[0-9]+g\\.[0-9]+gb.*" (lib.toLower worker.gpuModel) != null;
  wholeGpuWorkers = builtins.filter (worker: !isSliced worker) gpuWorkers;
  gpuModels = lib.unique (map (worker: worker.gpuModel) gpuWorkers);
  gpuTypes = concatStringsSep "," ([ "gres/gpu" ] ++ map (model: "gres/gpu:${model}") gpuModels);
  systems = lib.unique (map (node: node.system) (clusterLib.inOrder nodes));

  atLeast = lib.versionAtLeast slurmVersion;
  # Slurm complains of a parameter that is there twice: further lines go before what is usual.
  usually =
    key: value:
    optional (
      !lib.any (lib.hasPrefix "${key}=") (lib.splitString "\n" slurm.extraConfig)
    ) "${key}=${value}";
  commas = concatStringsSep ",";

  # Workers that are alike share a line.
  linesBy =
    text: list:
    let
      first = alike: (lib.head alike).index;
      hosts = alike: clusterLib.compressHostlist (map (worker: worker.hostname) alike);
    in
    map (alike: "${hosts alike} ${text (lib.head alike)}") (
      lib.sort (a: b: first a < first b) (builtins.attrValues (builtins.groupBy text list))
    );

  hardware =
    worker:
    concatStringsSep " " (
      [
        "Sockets=${toString worker.sockets}"
        "CoresPerSocket=${toString worker.coresPerSocket}"
        "ThreadsPerCore=${toString worker.threadsPerCore}"
      ]
      # Without a number Slurm takes 1 MiB: better than one that nobody knows.
      ++ optionals (worker.memoryMB > 0) (
        [ "RealMemory=${toString (worker.realMemoryMB - hugePagesMiB)}" ]
        ++ optional (slurm.systemMemoryMiB > 0) "MemSpecLimit=${toString slurm.systemMemoryMiB}"
      )
      ++ optional worker.hasGPU "Gres=gpu:${worker.gpuModel}:${toString worker.gpus}"
      ++ optional (worker.features != [ ]) "Feature=${commas worker.features}"
      ++ optional (worker.weight != 1) "Weight=${toString worker.weight}"
      ++ [ "State=UNKNOWN" ]
    );

  devices =
    worker:
    let
      first = if worker.gpuVendor == "amd" then 128 else 0;
      stem = if worker.gpuVendor == "amd" then "/dev/dri/renderD" else "/dev/nvidia";
      numbers = "${toString first}-${toString (first + worker.gpus - 1)}";
    in
    if worker.gpus == 1 then "${stem}${toString first}" else "${stem}[${numbers}]";

  # Which socket a GPU hangs on is what AutoDetect adds; the rest of the line it is held against. It needs no library for
  # NVIDIA's, and for AMD's one that nixpkgs builds Slurm without.
  gresLine =
    worker:
    concatStringsSep " " (
      optional (slurm.gpuAffinity && worker.gpuVendor == "nvidia") "AutoDetect=nvidia"
      ++ [
        "Name=gpu"
        "Type=${worker.gpuModel}"
        "File=${devices worker}"
      ]
      # HIP heeds CUDA_VISIBLE_DEVICES besides ROCR_VISIBLE_DEVICES, and would count twice.
      ++ optional (worker.gpuVendor == "amd") "Flags=amd_gpu_env"
    );

  partitionLine =
    partition:
    let
      given =
        key: value: unless:
        optional (value != unless) "${key}=${toString value}";
      list = key: names: optional (names != [ ]) "${key}=${commas names}";
    in
    concatStringsSep " " (
      [
        partition.name
        "Nodes=${
          if partition.nodes == null then
            clusterLib.compressHostlist (map (worker: worker.hostname) workers)
          else
            partition.nodes
        }"
        "Default=${if partition.default then "YES" else "NO"}"
        "MaxTime=${if partition.maxTime == null then "INFINITE" else toString partition.maxTime}"
      ]
      ++ given "DefaultTime" partition.defaultTime null
      ++ given "PriorityTier" partition.priorityTier 1
      ++ given "MaxNodes" partition.maxNodes 0
      ++ given "DefMemPerCPU" partition.defaultMemoryPerCPUMiB 0
      ++ optional partition.exclusive "OverSubscribe=EXCLUSIVE"
      ++ list "AllowGroups" partition.allowGroups
      ++ list "AllowAccounts" partition.allowAccounts
      ++ [ "State=${partition.state}" ]
    );

  # X11 brings Contain with it, and Contain brings Alloc: the prolog runs on all of a job's nodes when it starts.
  prologFlags =
    if slurm.x11 then
      [ "X11" ]
    else if slurm.pamAdopt || slurm.privateTmp then
      [ "Contain" ]
    else
      optional (slurm.prolog != null) "Alloc";

  accountingLines = [
    "AccountingStorageType=accounting_storage/slurmdbd"
    "AccountingStorageHost=${slurm.accounting.host}"
    "JobAcctGatherType=jobacct_gather/${if contained then "cgroup" else "linux"}"
  ]
  ++ optional (
    slurm.accounting.enforce != [ ]
  ) "AccountingStorageEnforce=${commas slurm.accounting.enforce}"
  ++ optional (gpuWorkers != [ ]) "AccountingStorageTRES=${gpuTypes}"
  # What was used counts for half as much after a week; waiting for a week weighs a tenth of the full fair share.
  ++ optionals slurm.accounting.fairShare [
    "PriorityType=priority/multifactor"
    "PriorityDecayHalfLife=7-0"
    "PriorityMaxAge=7-0"
    "PriorityWeightFairshare=100000"
    "PriorityWeightAge=10000"
  ];

  # Whether jobs run in cgroups, which all of these need.
  contained = slurm.enforceLimits || slurm.x11 || slurm.pamAdopt || slurm.privateTmp;
in
{
  inherit contained isSliced;

  nodeName = linesBy hardware workers;
  partitionName = map partitionLine slurm.partitions;

  # What the NixOS module does not write itself.
  slurmConf = concatStringsSep "\n" (
    map (controller: "SlurmctldHost=${controller.hostname}(${controller.ip})") slurm.controllers
    ++ [
      "SlurmctldPort=6817"
      "SlurmdPort=6818"
      "SrunPortRange=${toString slurm.srunPortRange.from}-${toString slurm.srunPortRange.to}"
      "SelectType=select/cons_tres"
      "SelectTypeParameters=CR_Core_Memory"
      "ReturnToService=1"
      # Jobs that a partition never takes are refused rather than left to wait.
      "EnforcePartLimits=ALL"
      "PropagateResourceLimitsExcept=MEMLOCK"
    ]
    # Without it srun starts programs of these as so many that know nothing of each other.
    ++ lib.optionals (mpi != null) (usually "MpiDefault" (if mpi == "mpich" then "pmi2" else "pmix"))
    ++ lib.optionals healthCheck (
      usually "HealthCheckProgram" "/etc/slurm/health-check" ++ usually "HealthCheckInterval" "120"
    )
    # For `scontrol reboot`. It is the same path on every node, as slurm.conf must be.
    ++ usually "RebootProgram" "/run/current-system/sw/bin/reboot"
    # Servers take minutes to start; the usual minute would have them down before.
    ++ usually "ResumeTimeout" "1200"
    ++ optional contained "TaskPlugin=task/cgroup,task/affinity"
    ++ optional (gpuWorkers != [ ]) "GresTypes=gpu"
    ++ optional (
      slurm.schedulerParameters != [ ]
    ) "SchedulerParameters=${commas slurm.schedulerParameters}"
    ++ optionals (slurm.accounting != null) accountingLines
    ++ optionals (slurm.rest != null) [
      "AuthAltTypes=auth/jwt"
      "AuthAltParameters=jwt_key=${slurm.rest.jwtKeyFile}"
    ]
    ++ optional (prologFlags != [ ]) "PrologFlags=${commas prologFlags}"
    # Slurm 25.11 gave it a new name.
    ++ optional slurm.privateTmp (
      if atLeast "25.11" then "NamespaceType=namespace/tmpfs" else "JobContainerType=job_container/tmpfs"
    )
    ++ optional (slurm.prolog != null) "Prolog=/etc/slurm/prolog"
    ++ optional (slurm.epilog != null) "Epilog=/etc/slurm/epilog"
    ++ optional (slurm.metrics && atLeast "25.11") "MetricsType=metrics/openmetrics"
    # NixOS writes the store path of plugstack.conf into slurm.conf, and it differs between architectures.
    ++ optional (lib.length systems > 1) "DebugFlags=NO_CONF_HASH"
    ++ optional (slurm.extraConfig != "") slurm.extraConfig
  );

  # The files beside slurm.conf, by name.
  files =
    lib.optionalAttrs (wholeGpuWorkers != [ ]) {
      "gres.conf" = lib.concatMapStrings (line: "NodeName=${line}\n") (linesBy gresLine wholeGpuWorkers);
    }
    // lib.optionalAttrs slurm.privateTmp {
      "job_container.conf" = ''
        AutoBasePath=true
        BasePath=/var/spool/slurm-tmp
        Shared=true
      '';
    };
}
