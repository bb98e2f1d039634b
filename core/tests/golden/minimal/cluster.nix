# The values of this cluster. Change them here or on the page (cluster.json goes back to it); flake.nix passes them to
# mkClusterFlake. Each module's options.nix says what its values may be and what they are where nothing stands here: a name
# or a type that it does not have is refused. lib/default.nix expands the groups to nodes. A node's memoryMB is what is
# installed, in MiB: lib/default.nix takes off what kernel and firmware keep.
{
  clusterConfig = {
    name = "minimal";
    timeZone = "UTC";
    locale = "en_US.UTF-8";
    stateVersion = "26.05";
  };
  nodeGroups = [
    {
      hosts = "controller";
      roles = [ "controller" ];
      firstIP = "10.0.0.10";
      interface = "eno1";
      sockets = 1;
      coresPerSocket = 4;
      threadsPerCore = 1;
      memoryMB = 8192;
    }
    {
      hosts = "worker1";
      roles = [ "worker" ];
      firstIP = "10.0.0.11";
      interface = "eno1";
      sockets = 1;
      coresPerSocket = 8;
      threadsPerCore = 1;
      memoryMB = 16384;
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
        name = "main";
        default = true;
        maxTime = "1-00:00:00";
        defaultMemoryPerCPUMiB = 1888;
      }
    ];
    mungeKeyFile = "/etc/munge/munge.key";
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
