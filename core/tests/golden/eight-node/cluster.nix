# The values of this cluster. Change them here or on the page (cluster.json goes back to it); flake.nix passes them to
# mkClusterFlake. Each module's options.nix says what its values may be and what they are where nothing stands here: a name
# or a type that it does not have is refused. lib/default.nix expands the groups to nodes. A node's memoryMB is what is
# installed, in MiB: lib/default.nix takes off what kernel and firmware keep.
{
  clusterConfig = {
    name = "eight-node";
    timeZone = "UTC";
    locale = "en_US.UTF-8";
    stateVersion = "26.05";
    allowUnfree = true;
  };
  nodeGroups = [
    {
      hosts = "ctl1";
      roles = [ "controller" ];
      firstIP = "10.0.0.10";
      interface = "eno1";
      sockets = 1;
      coresPerSocket = 16;
      threadsPerCore = 1;
      memoryMB = 131072;
    }
    {
      hosts = "login1";
      roles = [ "login" ];
      firstIP = "10.0.0.11";
      interface = "eno1";
      sockets = 1;
      coresPerSocket = 32;
      threadsPerCore = 1;
      memoryMB = 262144;
    }
    {
      hosts = "st1";
      roles = [ "storage" ];
      firstIP = "10.0.0.12";
      interface = "eno1";
      sockets = 1;
      coresPerSocket = 16;
      threadsPerCore = 1;
      memoryMB = 262144;
    }
    {
      hosts = "cn[1-3]";
      roles = [ "worker" ];
      firstIP = "10.0.0.21";
      interface = "eno1";
      sockets = 2;
      coresPerSocket = 64;
      threadsPerCore = 1;
      memoryMB = 524288;
      features = [ "cpu" ];
    }
    {
      hosts = "gn[1-2]";
      roles = [ "worker" ];
      firstIP = "10.0.0.31";
      interface = "eno1";
      sockets = 2;
      coresPerSocket = 48;
      threadsPerCore = 1;
      memoryMB = 1048576;
      hasGPU = true;
      gpus = 4;
      gpuModel = "h100";
      features = [ "h100" ];
      weight = 10;
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
    mtu = 9000;
  };
  storageConfig = {
    shared = [
      {
        server = "st1";
        export = "/home";
        mount = "/home";
        exportOptions = [
          "rw"
          "sync"
          "no_subtree_check"
        ];
      }
      {
        server = "st1";
        export = "/data";
        mount = "/data";
        exportOptions = [
          "rw"
          "sync"
          "no_subtree_check"
        ];
      }
    ];
    scratch = {
      mount = "/scratch";
    };
  };
  slurmConfig = {
    partitions = [
      {
        name = "cpu";
        nodes = "cn[1-3]";
        default = true;
        maxTime = "3-00:00:00";
        defaultTime = "01:00:00";
        defaultMemoryPerCPUMiB = 4024;
      }
      {
        name = "gpu";
        nodes = "gn[1-2]";
        maxTime = "2-00:00:00";
        defaultTime = "01:00:00";
        defaultMemoryPerCPUMiB = 10741;
      }
    ];
    mungeKeyFile = "/etc/munge/munge.key";
  };
  hpcConfig = {
    mpi = "openmpi";
    cudaAwareMPI = true;
    cuda = { };
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
    retentionDays = 30;
    intervalSeconds = 15;
    gpuExporter = true;
    grafana = {
      secretKeyFile = "/var/lib/secrets/grafana-secret-key";
      adminPasswordFile = "/var/lib/secrets/grafana-admin-password";
    };
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
  ];
}
