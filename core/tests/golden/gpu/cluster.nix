# The values of this cluster. Change them here or on the page (cluster.json goes back to it); flake.nix passes them to
# mkClusterFlake. Each module's options.nix says what its values may be and what they are where nothing stands here: a name
# or a type that it does not have is refused. lib/default.nix expands the groups to nodes. A node's memoryMB is what is
# installed, in MiB: lib/default.nix takes off what kernel and firmware keep.
{
  clusterConfig = {
    name = "gpu";
    timeZone = "UTC";
    locale = "en_US.UTF-8";
    stateVersion = "26.05";
    allowUnfree = true;
  };
  nodeGroups = [
    {
      hosts = "ctl1";
      roles = [ "controller" ];
      firstIP = "10.30.0.10";
      interface = "eno1";
      sockets = 2;
      coresPerSocket = 16;
      threadsPerCore = 1;
      memoryMB = 262144;
    }
    {
      hosts = "login1";
      roles = [ "login" ];
      firstIP = "10.30.0.11";
      interface = "eno1";
      sockets = 2;
      coresPerSocket = 32;
      threadsPerCore = 1;
      memoryMB = 262144;
    }
    {
      hosts = "gn[1-8]";
      roles = [ "worker" ];
      firstIP = "10.30.1.1";
      interface = "enp1s0f0";
      sockets = 2;
      coresPerSocket = 56;
      threadsPerCore = 1;
      memoryMB = 2097152;
      hasGPU = true;
      gpus = 8;
      gpuModel = "h100";
      gpuFormFactor = "sxm";
      features = [
        "h100"
        "nvlink"
      ];
    }
  ];
  networkConfig = {
    domain = "gpu.example.org";
    subnet = "10.30.0.0/16";
    gateway = "10.30.0.1";
    nameservers = [
      "9.9.9.9"
      "149.112.112.112"
    ];
    timeServers = [
      "0.nixos.pool.ntp.org"
      "1.nixos.pool.ntp.org"
    ];
    mtu = 9000;
  };
  storageConfig = {
    shared = [
      {
        server = "ctl1";
        export = "/home";
        mount = "/home";
        exportOptions = [
          "rw"
          "sync"
          "no_subtree_check"
        ];
      }
      {
        server = "ctl1";
        export = "/data";
        mount = "/data";
        mountOptions = [ "nconnect=8" ];
        exportOptions = [
          "rw"
          "sync"
          "no_subtree_check"
        ];
      }
    ];
    scratch = {
      mount = "/scratch";
      device = "/dev/disk/by-label/scratch";
      fsType = "xfs";
    };
  };
  slurmConfig = {
    partitions = [
      {
        name = "gpu";
        nodes = "gn[1-8]";
        default = true;
        maxTime = "3-00:00:00";
        defaultTime = "01:00:00";
        defaultMemoryPerCPUMiB = 18422;
      }
      {
        name = "debug";
        nodes = "gn1";
        maxTime = "00:30:00";
        defaultTime = "00:10:00";
        priorityTier = 10;
        defaultMemoryPerCPUMiB = 18422;
      }
    ];
    mungeKeyFile = "/etc/munge/munge.key";
  };
  hpcConfig = {
    mpi = "openmpi";
    cudaAwareMPI = true;
    cuda = {
      fabricManagerGPUs = [ "h100" ];
    };
    compilers = true;
    apptainer = true;
    unlimitedMemlock = true;
    governor = "performance";
  };
  compatibilityConfig = {
    binBash = true;
    nixLd = true;
  };
  monitoringConfig = {
    retentionDays = 90;
    intervalSeconds = 15;
    gpuExporter = true;
    grafana = {
      secretKeyFile = "/var/lib/secrets/grafana-secret-key";
      adminPasswordFile = "/var/lib/secrets/grafana-admin-password";
    };
  };
  containerConfig = {
    enable = true;
    type = "k3s";
    tokenFile = "/var/lib/secrets/k3s-token";
    disable = [
      "traefik"
      "servicelb"
    ];
    gpuTaint = true;
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
    {
      file = "/var/lib/secrets/grafana-secret-key";
      what = "the key with which Grafana encrypts what it stores";
      hosts = "ctl1";
      owner = "grafana";
      make = "text";
      units = [ "grafana" ];
    }
    {
      file = "/var/lib/secrets/grafana-admin-password";
      what = "the first password of Grafana's user admin";
      hosts = "ctl1";
      owner = "grafana";
      make = "text";
      units = [ "grafana" ];
    }
    {
      file = "/var/lib/secrets/k3s-token";
      what = "the token with which nodes join k3s";
      roles = [ "worker" ];
      hosts = "ctl1";
      make = "text";
      units = [ "k3s" ];
    }
  ];
}
