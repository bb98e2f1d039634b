use super::description;

description! {
    /// A Slurm partition: a queue over some nodes.
    pub struct Partition {
        name "name": String = String::new(),
        /// Its nodes, in hostlist syntax; empty for all workers.
        nodes "nodes": String = String::new(),
        /// Whether jobs that name no partition go here.
        is_default "default": bool = false,
        /// The longest time a job may run, as in slurm.conf: `2-00:00:00`; empty for no limit.
        max_time "maxTime": String = String::new(),
        /// The time of jobs that ask for none, as in slurm.conf; empty for the longest.
        default_time "defaultTime": String = String::new(),
        /// Slurm's `PriorityTier`: jobs of higher tiers start first.
        priority_tier "priorityTier": u32 = 1,
    }
}

description! {
    /// The scheduler.
    pub struct Slurm {
        enable "enable": bool = true,
        partitions "partitions": Vec<Partition> = Vec::new(),
        /// Whether jobs are held to the cores, memory and GPUs they asked for (cgroups).
        enforce_limits "enforceLimits": bool = true,
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
