# The values of this cluster. Change them here or on the page (cluster.json goes back to it); flake.nix passes them to
# mkClusterFlake. Each module's options.nix says what its values may be and what they are where nothing stands here: a name
# or a type that it does not have is refused. lib/default.nix expands the groups to nodes. A node's memoryMB is what is
# installed, in MiB: lib/default.nix takes off what kernel and firmware keep.
{
  clusterConfig = {
    name = "large";
    timeZone = "Europe/Berlin";
    locale = "en_US.UTF-8";
    stateVersion = "26.05";
    allowUnfree = true;
  };
  nodeGroups = [
    {
      hosts = "ctl1";
      roles = [ "controller" ];
      firstIP = "10.20.0.10";
      interface = "eno1";
      sockets = 2;
      coresPerSocket = 16;
      threadsPerCore = 2;
      memoryMB = 262144;
    }
    {
      hosts = "login[1-2]";
      roles = [ "login" ];
      firstIP = "10.20.0.11";
      interface = "eno1";
      sockets = 2;
      coresPerSocket = 32;
      threadsPerCore = 1;
      memoryMB = 524288;
    }
    {
      hosts = "st[1-3]";
      roles = [ "storage" ];
      firstIP = "10.20.0.21";
      interface = "enp65s0f0";
      sockets = 1;
      coresPerSocket = 32;
      threadsPerCore = 1;
      memoryMB = 393216;
    }
    {
      hosts = "cn[001-512]";
      roles = [ "worker" ];
      firstIP = "10.20.4.1";
      interface = "eno1";
      sockets = 2;
      coresPerSocket = 64;
      threadsPerCore = 1;
      memoryMB = 524288;
      features = [ "zen4" ];
      weight = 10;
      overrides = [
        {
          hosts = "cn[001-008]";
          features = [
            "zen4"
            "debug"
          ];
        }
        {
          hosts = "cn300";
          firstIP = "10.20.7.44";
        }
        {
          hosts = "cn[481-512]";
          memoryMB = 786432;
          features = [
            "zen4"
            "mem768"
          ];
          weight = 20;
        }
      ];
    }
    {
      hosts = "hm[01-60]";
      roles = [ "worker" ];
      firstIP = "10.20.8.1";
      interface = "eno1";
      sockets = 2;
      coresPerSocket = 64;
      threadsPerCore = 1;
      memoryMB = 2097152;
      features = [
        "zen4"
        "highmem"
      ];
      weight = 50;
    }
    {
      hosts = "gn[01-16]";
      roles = [ "worker" ];
      firstIP = "10.20.9.1";
      interface = "enp1s0f0";
      sockets = 2;
      coresPerSocket = 48;
      threadsPerCore = 1;
      memoryMB = 1048576;
      hasGPU = true;
      gpus = 4;
      gpuModel = "h100";
      features = [ "h100" ];
      weight = 100;
    }
    {
      hosts = "vis[1-6]";
      roles = [ "worker" ];
      firstIP = "10.20.10.1";
      interface = "eno1";
      sockets = 1;
      coresPerSocket = 32;
      threadsPerCore = 1;
      memoryMB = 262144;
      hasGPU = true;
      gpus = 2;
      gpuModel = "l40s";
      features = [ "l40s" ];
      weight = 100;
    }
  ];
  networkConfig = {
    domain = "hpc.example.org";
    subnet = "10.20.0.0/16";
    gateway = "10.20.0.1";
    nameservers = [
      "10.20.0.2"
      "10.20.0.3"
    ];
    timeServers = [
      "ntp1.example.org"
      "ntp2.example.org"
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
        server = "st2";
        export = "/work";
        mount = "/work";
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
        name = "cpu";
        nodes = "cn[001-512]";
        default = true;
        maxTime = "2-00:00:00";
        defaultTime = "01:00:00";
        defaultMemoryPerCPUMiB = 4024;
      }
      {
        name = "highmem";
        nodes = "hm[01-60]";
        maxTime = "7-00:00:00";
        defaultTime = "01:00:00";
        defaultMemoryPerCPUMiB = 16120;
      }
      {
        name = "gpu";
        nodes = "gn[01-16]";
        maxTime = "2-00:00:00";
        defaultTime = "01:00:00";
        defaultMemoryPerCPUMiB = 10741;
      }
      {
        name = "vis";
        nodes = "vis[1-6]";
        maxTime = "08:00:00";
        defaultTime = "02:00:00";
        priorityTier = 10;
        defaultMemoryPerCPUMiB = 8032;
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
    retentionDays = 180;
    intervalSeconds = 30;
    gpuExporter = true;
    grafana = {
      secretKeyFile = "/var/lib/secrets/grafana-secret-key";
      adminPasswordFile = "/var/lib/secrets/grafana-admin-password";
    };
  };
  sshKeys = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIISfi/VhQBDgNZY57A3ZuYUTBaOPF456n9DoHrzdYSyF admin@example.org — replace"
  ];
  users = [
    {
      name = "ada";
      uid = 5001;
      fullName = "Ada Example";
      groups = [ "physics" ];
      sshKeys = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIISfi/VhQBDgNZY57A3ZuYUTBaOPF456n9DoHrzdYSyF ada@example.org — replace"
      ];
    }
    {
      name = "grace";
      uid = 5002;
      fullName = "Grace Example";
      groups = [ "chemistry" ];
      sshKeys = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIISfi/VhQBDgNZY57A3ZuYUTBaOPF456n9DoHrzdYSyF grace@example.org — replace"
      ];
    }
    {
      name = "oncall";
      uid = 5003;
      fullName = "Operator on call";
      groups = [ "operators" ];
      sshKeys = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIISfi/VhQBDgNZY57A3ZuYUTBaOPF456n9DoHrzdYSyF oncall@example.org — replace"
      ];
      sudo = true;
    }
  ];
  groups = [
    {
      name = "operators";
      gid = 5000;
    }
    {
      name = "physics";
      gid = 5100;
    }
    {
      name = "chemistry";
      gid = 5200;
    }
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
