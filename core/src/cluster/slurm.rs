use super::{choice, description};

choice! {
    /// Whether a partition takes and runs jobs: slurm.conf's `State`.
    pub enum PartitionState {
        /// Takes jobs and starts them.
        Up "UP" "up",
        /// Takes jobs and starts none.
        Down "DOWN" "down",
        /// Takes no jobs and finishes those it has.
        Drain "DRAIN" "drain",
        /// Takes no jobs and starts none.
        Inactive "INACTIVE" "inactive",
    }
}

choice! {
    /// What must be in order in the accounting before a job may run: slurm.conf's `AccountingStorageEnforce`.
    pub enum Enforce {
        /// The user has an account in the database.
        Associations "associations" "accounts",
        /// Limits set for accounts, users and QOS hold; accounts are needed, too.
        Limits "limits" "limits",
        /// The job's QOS is one that its account may use; accounts are needed, too.
        Qos "qos" "QOS",
        /// A job starts only if it can run to its end within the limits; accounts and limits are needed, too.
        Safe "safe" "safe",
    }
}

description! {
    /// A Slurm partition: a queue over some nodes.
    pub struct Partition {
        /// The partition's name, which jobs give with `--partition`.
        name "name": String = String::new(),
        /// The partition's nodes, in hostlist syntax; empty for all workers.
        nodes "nodes": String = String::new(),
        /// Whether jobs that name no partition go here.
        is_default "default": bool = false,
        /// The longest time a job may run, as in slurm.conf: `2-00:00:00`; empty for no limit.
        max_time "maxTime": String = String::new(),
        /// The time of jobs that ask for none, as in slurm.conf; empty for the longest.
        default_time "defaultTime": String = String::new(),
        /// Slurm's `PriorityTier`: jobs of higher tiers start first.
        priority_tier "priorityTier": u32 = 1,
        /// The most nodes of a job; 0 for no limit.
        max_nodes "maxNodes": u32 = 0,
        /// The memory of jobs that ask for none, in MiB for each CPU; 0 for Slurm's default.
        default_memory_per_cpu_mib "defaultMemoryPerCPUMiB": u64 = 0,
        /// Whether a job gets whole nodes, for itself.
        exclusive "exclusive": bool = false,
        /// The groups of users who are allowed to use it; empty for everybody.
        allow_groups "allowGroups": Vec<String> = Vec::new(),
        /// The accounts that are allowed to use it; empty for all. Needs accounting.
        allow_accounts "allowAccounts": Vec<String> = Vec::new(),
        /// Whether the partition takes and runs jobs.
        state "state": PartitionState = PartitionState::Up,
    }
}

description! {
    /// Accounting: slurmdbd and MariaDB.
    pub struct Accounting {
        /// Whether Slurm keeps who used what.
        enable "enable": bool = false,
        /// The host name of the node that runs slurmdbd and MariaDB; empty for the first controller.
        host "host": String = String::new(),
        /// The file on that node that holds the database's password; empty for none: MariaDB then knows slurmdbd by its
        /// Unix user.
        password_file "passwordFile": String = "/var/lib/secrets/slurmdbd-password".to_owned(),
        /// What must be in order before a job may run.
        enforce "enforce": Vec<Enforce> = Vec::new(),
        /// Whether priority follows what users used lately (fair share) rather than who came first.
        fair_share "fairShare": bool = false,
    }
}

description! {
    /// A second slurmctld, which takes over when the first is gone.
    pub struct Backup {
        /// The host name of the controller that runs it; empty for none.
        host "host": String = String::new(),
        /// The folder of Slurm's state, on a file system that both controllers share.
        state_folder "stateFolder": String = String::new(),
    }
}

description! {
    /// slurmrestd, on the first controller.
    pub struct Rest {
        /// Whether it runs.
        enable "enable": bool = false,
        /// The file of the key that tokens are signed with, on the controllers.
        jwt_key_file "jwtKeyFile": String = "/var/lib/secrets/slurm-jwt.key".to_owned(),
    }
}

description! {
    /// The scheduler.
    pub struct Slurm {
        /// Whether the cluster runs Slurm.
        enable "enable": bool = true,
        /// The partitions; Slurm needs at least one.
        partitions "partitions": Vec<Partition> = Vec::new(),
        /// Whether Slurm holds jobs to the cores, memory and GPUs they asked for (cgroups).
        enforce_limits "enforceLimits": bool = true,
        /// The memory kept for the system on each worker, in MiB, which jobs never get: slurm.conf's `MemSpecLimit`; 0 for none.
        system_memory_mib "systemMemoryMiB": u64 = 0,
        /// Whether jobs get their NVIDIA GPUs with their socket’s cores where those are free (gres.conf's
        /// `AutoDetect=nvidia`). It drains nodes whose `sockets` are not what GPUs hang on, as where the BIOS splits a
        /// socket into NUMA domains.
        gpu_affinity "gpuAffinity": bool = false,
        /// slurm.conf's `SchedulerParameters`, each one: `bf_window=2880`.
        scheduler_parameters "schedulerParameters": Vec<String> = Vec::new(),
        /// Accounting: who used what.
        accounting "accounting": Accounting = Accounting::default(),
        /// A second slurmctld.
        backup "backup": Backup = Backup::default(),
        /// The REST interface.
        rest "rest": Rest = Rest::default(),
        /// Whether jobs can show X11 windows (`srun --x11`).
        x11 "x11": bool = false,
        /// Whether logins on workers need a job there: users come in while one of theirs runs, and into that job
        /// (pam_slurm_adopt).
        pam_adopt "pamAdopt": bool = false,
        /// Whether each job gets a `/tmp` and `/dev/shm` of its own (job_container/tmpfs).
        private_tmp "privateTmp": bool = false,
        /// A shell script that root runs on each node before a job; empty for none.
        prolog "prolog": String = String::new(),
        /// A shell script that root runs on each node after a job; empty for none.
        epilog "epilog": String = String::new(),
        /// Whether slurmctld offers metrics to Prometheus, where Slurm is 25.11 or newer.
        metrics "metrics": bool = false,
        /// The file of the munge key on every node. The key itself never enters the flake.
        munge_key_file "mungeKeyFile": String = "/etc/munge/munge.key".to_owned(),
        /// The first of the ports that srun listens on.
        srun_first_port "srunFirstPort": u16 = 60001,
        /// The last of the ports that srun listens on.
        srun_last_port "srunLastPort": u16 = 63000,
        /// Further lines for slurm.conf, the same on every node.
        extra_config "extraConfig": String = String::new(),
    }
}
