# The values of this cluster. Change them here or on the page (cluster.json goes back to it); flake.nix passes them to
# mkClusterFlake. Each module's options.nix says what its values may be and what they are where nothing stands here: a name
# or a type that it does not have is refused. lib/default.nix expands the groups to nodes. A node's memoryMB is what is
# installed, in MiB: lib/default.nix takes off what kernel and firmware keep.
{
  clusterConfig = {
    name = "two-node";
    timeZone = "UTC";
    locale = "en_US.UTF-8";
    stateVersion = "26.05";
    allowUnfree = true;
  };
  nodeGroups = [
    {
      hosts = "controller";
      roles = [ "controller" ];
      firstIP = "10.0.0.10";
      interface = "eno1";
      sockets = 1;
      coresPerSocket = 16;
      threadsPerCore = 1;
      memoryMB = 65536;
    }
    {
      hosts = "gpu1";
      roles = [ "worker" ];
      firstIP = "10.0.0.11";
      interface = "eno1";
      sockets = 1;
      coresPerSocket = 32;
      threadsPerCore = 2;
      memoryMB = 262144;
      hasGPU = true;
      gpus = 2;
      gpuModel = "l40s";
      features = [ "l40s" ];
    }
  ];
  networkConfig = {
    domain = "cluster.internal";
    subnet = "10.0.0.0/24";
    gateway = "10.0.0.1";
    nameservers = [
      "9.9.9.9"
      "149.112.112.112"
    ];
    timeServers = [
      "0.nixos.pool.ntp.org"
      "1.nixos.pool.ntp.org"
    ];
  };
  storageConfig = {
    shared = [
      {
        server = "controller";
        export = "/home";
        mount = "/home";
        exportOptions = [
          "rw"
          "sync"
          "no_subtree_check"
        ];
      }
    ];
  };
  slurmConfig = {
    partitions = [
      {
        name = "gpu";
        default = true;
        maxTime = "2-00:00:00";
        defaultTime = "01:00:00";
        defaultMemoryPerCPUMiB = 4016;
      }
    ];
    mungeKeyFile = "/etc/munge/munge.key";
  };
  hpcConfig = {
    mpi = "openmpi";
    cuda = { };
    compilers = true;
    unlimitedMemlock = true;
    governor = "performance";
  };
  compatibilityConfig = {
    binBash = true;
    nixLd = true;
  };
  sshKeys = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIISfi/VhQBDgNZY57A3ZuYUTBaOPF456n9DoHrzdYSyF admin@example.org — replace"
  ];
  secrets = [
    {
      file = "/etc/munge/munge.key";
      what = "Munge's key";
      owner = "munge";
      make = "bytes";
      bytes = 128;
      units = [
        "munged"
        "slurmdbd"
        "slurmctld"
        "slurmd"
      ];
    }
  ];
}
