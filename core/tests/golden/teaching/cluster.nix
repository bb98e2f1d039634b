# The values of this cluster. Change them here or on the page (cluster.json goes back to it); flake.nix passes them to
# mkClusterFlake. Each module's options.nix says what its values may be and what they are where nothing stands here: a name
# or a type that it does not have is refused. lib/default.nix expands the groups to nodes. A node's memoryMB is what is
# installed, in MiB: lib/default.nix takes off what kernel and firmware keep.
{
  clusterConfig = {
    name = "teaching";
    timeZone = "UTC";
    locale = "en_US.UTF-8";
    stateVersion = "26.05";
  };
  nodeGroups = [
    {
      hosts = "controller";
      roles = [
        "controller"
        "login"
      ];
      firstIP = "10.10.0.10";
      interface = "eno1";
      sockets = 1;
      coresPerSocket = 16;
      threadsPerCore = 1;
      memoryMB = 65536;
    }
    {
      hosts = "node[1-3]";
      roles = [ "worker" ];
      firstIP = "10.10.0.21";
      interface = "eno1";
      sockets = 1;
      coresPerSocket = 16;
      threadsPerCore = 2;
      memoryMB = 131072;
    }
  ];
  networkConfig = {
    domain = "teaching.example.org";
    subnet = "10.10.0.0/24";
    gateway = "10.10.0.1";
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
        name = "course";
        default = true;
        maxTime = "01:00:00";
        defaultTime = "00:10:00";
        priorityTier = 2;
        defaultMemoryPerCPUMiB = 4000;
      }
      {
        name = "project";
        maxTime = "1-00:00:00";
        defaultTime = "01:00:00";
        defaultMemoryPerCPUMiB = 4000;
      }
    ];
    mungeKeyFile = "/etc/munge/munge.key";
  };
  hpcConfig = {
    mpi = "openmpi";
    compilers = true;
    apptainer = true;
  };
  compatibilityConfig = {
    binBash = true;
    nixLd = true;
  };
  sshKeys = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIISfi/VhQBDgNZY57A3ZuYUTBaOPF456n9DoHrzdYSyF admin@example.org — replace"
  ];
  users = [
    {
      name = "teacher";
      uid = 2000;
      fullName = "Teacher";
      groups = [
        "teachers"
        "students"
      ];
      sshKeys = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIISfi/VhQBDgNZY57A3ZuYUTBaOPF456n9DoHrzdYSyF teacher@example.org — replace"
      ];
    }
    {
      name = "student1";
      uid = 2101;
      fullName = "Student 1";
      groups = [ "students" ];
      sshKeys = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIISfi/VhQBDgNZY57A3ZuYUTBaOPF456n9DoHrzdYSyF student1@example.org — replace"
      ];
    }
    {
      name = "student2";
      uid = 2102;
      fullName = "Student 2";
      groups = [ "students" ];
      sshKeys = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIISfi/VhQBDgNZY57A3ZuYUTBaOPF456n9DoHrzdYSyF student2@example.org — replace"
      ];
    }
    {
      name = "student3";
      uid = 2103;
      fullName = "Student 3";
      groups = [ "students" ];
      sshKeys = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIISfi/VhQBDgNZY57A3ZuYUTBaOPF456n9DoHrzdYSyF student3@example.org — replace"
      ];
    }
    {
      name = "student4";
      uid = 2104;
      fullName = "Student 4";
      groups = [ "students" ];
      sshKeys = [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIISfi/VhQBDgNZY57A3ZuYUTBaOPF456n9DoHrzdYSyF student4@example.org — replace"
      ];
    }
  ];
  groups = [
    {
      name = "teachers";
      gid = 2000;
    }
    {
      name = "students";
      gid = 2100;
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
  ];
}
