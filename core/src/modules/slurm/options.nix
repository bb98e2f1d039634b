# What cluster.nix may say, with types, defaults and what it means: flake.nix holds the values against it. It is made from the
# fields of the design, whose names in cluster.json differ here and there.
{ lib, ... }:
{
  options.slurmConfig = {
    partitions = lib.mkOption {
      type = lib.types.listOf (
        lib.types.submodule {
          options = {
            name = lib.mkOption {
              type = lib.types.str;
              description = "The partition's name, which jobs give with `--partition`.";
            };
            nodes = lib.mkOption {
              type = lib.types.nullOr lib.types.str;
              default = null;
              description = "The partition's nodes, in hostlist syntax; `null` for all workers.";
            };
            default = lib.mkOption {
              type = lib.types.bool;
              default = false;
              description = "Whether jobs that name no partition go here.";
            };
            maxTime = lib.mkOption {
              type = lib.types.nullOr (lib.types.either lib.types.str lib.types.ints.unsigned);
              default = null;
              description = "The longest time a job may run, as in slurm.conf: `2-00:00:00`; `null` for no limit.";
            };
            defaultTime = lib.mkOption {
              type = lib.types.nullOr (lib.types.either lib.types.str lib.types.ints.unsigned);
              default = null;
              description = "The time of jobs that ask for none, as in slurm.conf; `null` for the longest.";
            };
            priorityTier = lib.mkOption {
              type = lib.types.ints.unsigned;
              default = 1;
              description = "Slurm's `PriorityTier`: jobs of higher tiers start first.";
            };
            maxNodes = lib.mkOption {
              type = lib.types.ints.unsigned;
              default = 0;
              description = "The most nodes of a job; 0 for no limit.";
            };
            defaultMemoryPerCPUMiB = lib.mkOption {
              type = lib.types.ints.unsigned;
              default = 0;
              description = "The memory of jobs that ask for none, in MiB for each CPU; 0 for Slurm's default.";
            };
            exclusive = lib.mkOption {
              type = lib.types.bool;
              default = false;
              description = "Whether a job gets whole nodes, for itself.";
            };
            allowGroups = lib.mkOption {
              type = lib.types.listOf lib.types.str;
              default = [ ];
              description = "The groups of users who are allowed to use it; empty for everybody.";
            };
            allowAccounts = lib.mkOption {
              type = lib.types.listOf lib.types.str;
              default = [ ];
              description = "The accounts that are allowed to use it; empty for all. Needs accounting.";
            };
            state = lib.mkOption {
              type = lib.types.enum [
                "UP"
                "DOWN"
                "DRAIN"
                "INACTIVE"
              ];
              default = "UP";
              description = "Whether the partition takes and runs jobs.";
            };
          };
        }
      );
      default = [
        {
          name = "main";
          default = true;
        }
      ];
      description = "The partitions; Slurm needs at least one.";
    };
    enforceLimits = lib.mkOption {
      type = lib.types.bool;
      default = true;
      description = "Whether Slurm holds jobs to the cores, memory and GPUs they asked for (cgroups).";
    };
    systemMemoryMiB = lib.mkOption {
      type = lib.types.ints.unsigned;
      default = 0;
      description = "The memory kept for the system on each worker, in MiB, which jobs never get: slurm.conf's `MemSpecLimit`; 0 for none.";
    };
    gpuAffinity = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether jobs get their NVIDIA GPUs with their socket’s cores where those are free (gres.conf's `AutoDetect=nvidia`). It drains nodes whose `sockets` are not what GPUs hang on, as where the BIOS splits a socket into NUMA domains.";
    };
    schedulerParameters = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [ ];
      description = "slurm.conf's `SchedulerParameters`, each one: `bf_window=2880`.";
    };
    accounting = lib.mkOption {
      type = lib.types.nullOr (
        lib.types.submodule {
          options = {
            host = lib.mkOption {
              type = lib.types.nullOr lib.types.str;
              default = null;
              description = "The host name of the node that runs slurmdbd and MariaDB; `null` for the first controller.";
            };
            passwordFile = lib.mkOption {
              type = lib.types.nullOr (lib.types.strMatching "/.*");
              default = null;
              description = "The file on that node that holds the database's password; `null` for none: MariaDB then knows slurmdbd by its Unix user.";
            };
            enforce = lib.mkOption {
              type = lib.types.listOf (
                lib.types.enum [
                  "associations"
                  "limits"
                  "qos"
                  "safe"
                ]
              );
              default = [ ];
              description = "What must be in order before a job may run.";
            };
            fairShare = lib.mkOption {
              type = lib.types.bool;
              default = false;
              description = "Whether priority follows what users used lately (fair share) rather than who came first.";
            };
          };
        }
      );
      default = null;
      description = "Accounting: who used what.";
    };
    backup = lib.mkOption {
      type = lib.types.nullOr (
        lib.types.submodule {
          options = {
            host = lib.mkOption {
              type = lib.types.str;
              description = "The host name of the controller that runs it.";
            };
            stateFolder = lib.mkOption {
              type = lib.types.str;
              description = "The folder of Slurm's state, on a file system that both controllers share.";
            };
          };
        }
      );
      default = null;
      description = "A second slurmctld.";
    };
    rest = lib.mkOption {
      type = lib.types.nullOr (
        lib.types.submodule {
          options = {
            jwtKeyFile = lib.mkOption {
              type = lib.types.strMatching "/.*";
              default = "/var/lib/secrets/slurm-jwt.key";
              description = "The file of the key that tokens are signed with, on the controllers.";
            };
          };
        }
      );
      default = null;
      description = "The REST interface.";
    };
    x11 = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether jobs can show X11 windows (`srun --x11`).";
    };
    pamAdopt = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether logins on workers need a job there: users come in while one of theirs runs, and into that job (pam_slurm_adopt).";
    };
    privateTmp = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether each job gets a `/tmp` and `/dev/shm` of its own (job_container/tmpfs).";
    };
    prolog = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = null;
      description = "A shell script that root runs on each node before a job; `null` for none.";
    };
    epilog = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = null;
      description = "A shell script that root runs on each node after a job; `null` for none.";
    };
    metrics = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether slurmctld offers metrics to Prometheus, where Slurm is 25.11 or newer.";
    };
    mungeKeyFile = lib.mkOption {
      type = lib.types.strMatching "/.*";
      default = "/etc/munge/munge.key";
      description = "The file of the munge key on every node. The key itself never enters the flake.";
    };
    srunPortRange = lib.mkOption {
      type = lib.types.submodule {
        options = {
          from = lib.mkOption {
            type = lib.types.port;
            default = 60001;
            description = "The first of the ports that srun listens on.";
          };
          to = lib.mkOption {
            type = lib.types.port;
            default = 63000;
            description = "The last of the ports that srun listens on.";
          };
        };
      };
      default = {
        from = 60001;
        to = 63000;
      };
      description = "The ports that srun listens on.";
    };
    extraConfig = lib.mkOption {
      type = lib.types.str;
      default = "";
      description = "Further lines for slurm.conf, the same on every node.";
    };
  };
}
