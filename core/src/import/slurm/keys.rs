//! The keys of slurm.conf, by slurm.conf(5) of Slurm 26.05 and older ones, and what becomes of each.

/// What becomes of a setting of the cluster as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleOutcome {
    /// A form has it: `settings.rs` reads it.
    Read,
    /// It goes into the further lines for slurm.conf as it stands.
    Keep,
    /// The flake or NixOS sets it: to one of these values, which are understood; any other has no place, and why.
    Set { values: &'static [&'static str], why: &'static str },
    /// It names a program or plugin of the old system.
    Program,
    /// The flake does not have what it is for; why.
    Needs(&'static str),
    /// It holds a password.
    Secret,
    /// Slurm no longer has it.
    Gone,
}

const JOURNAL: &str = "the daemons write to the journal";
const FOLDERS: &str = "NixOS chooses the daemons’ files and folders";
const MUNGE: &str = "the flake has munge tell who somebody is";

/// Settings that are kept as they stand.
const KEPT: &[&str] = &[
    "AccountingStoreFlags",
    "BatchStartTimeout",
    "BcastExclude",
    "BcastParameters",
    "CommunicationParameters",
    "CompleteWait",
    "CpuFreqDef",
    "CpuFreqGovernors",
    "DefCPUPerGPU",
    "DefMemPerCPU",
    "DefMemPerGPU",
    "DefMemPerNode",
    "DependencyParameters",
    "DisableRootJobs",
    "EioTimeout",
    "EpilogMsgTime",
    "EpilogTimeout",
    "FairShareDampeningFactor",
    "FirstJobId",
    "GpuFreqDef",
    "GroupUpdateForce",
    "GroupUpdateTime",
    "InactiveLimit",
    "InteractiveStepOptions",
    "JobAcctGatherFrequency",
    "JobAcctGatherParams",
    "JobFileAppend",
    "JobRequeue",
    "KeepAliveTime",
    "KillOnBadExit",
    "KillWait",
    "LaunchParameters",
    "Licenses",
    "LogTimeFormat",
    "MailDomain",
    "MaxArraySize",
    "MaxBatchRequeue",
    "MaxDBDMsgs",
    "MaxJobCount",
    "MaxJobId",
    "MaxMemPerCPU",
    "MaxMemPerNode",
    "MaxNodeCount",
    "MaxStepCount",
    "MaxTasksPerNode",
    "MessageTimeout",
    "MinJobAge",
    "MpiParams",
    "OverTimeLimit",
    "PreemptExemptTime",
    "PreemptMode",
    "PreemptParameters",
    "PreemptType",
    "PrEpParameters",
    "PriorityCalcPeriod",
    "PriorityFavorSmall",
    "PriorityFlags",
    "PriorityUsageResetPeriod",
    "PriorityWeightAssoc",
    "PriorityWeightJobSize",
    "PriorityWeightPartition",
    "PriorityWeightQOS",
    "PriorityWeightTRES",
    "PrivateData",
    "PrologEpilogTimeout",
    "PrologTimeout",
    "PropagatePrioProcess",
    "RequeueExit",
    "RequeueExitHold",
    "ResvOverRun",
    "SbcastParameters",
    "SchedulerTimeSlice",
    "ScronParameters",
    "SlurmctldDebug",
    "SlurmctldSyslogDebug",
    "SlurmctldTimeout",
    "SlurmdDebug",
    "SlurmdSyslogDebug",
    "SlurmdTimeout",
    "TaskPluginParam",
    "TCPTimeout",
    "TmpFS",
    "TrackWCKey",
    "TreeWidth",
    "UnkillableStepTimeout",
    "VSizeFactor",
    "WaitTime",
    "X11Parameters",
];

/// Settings that `settings.rs` reads.
const READ: &[&str] = &[
    "AccountingStorageEnforce",
    "AccountingStorageHost",
    "AccountingStorageTRES",
    "AccountingStorageType",
    "AuthAltParameters",
    "AuthAltTypes",
    "BackupAddr",
    "BackupController",
    "ClusterName",
    "ControlAddr",
    "ControlMachine",
    "Epilog",
    "GresTypes",
    "JobAcctGatherType",
    "JobContainerType",
    "MetricsType",
    "NamespaceType",
    "PriorityDecayHalfLife",
    "PriorityMaxAge",
    "PriorityType",
    "PriorityWeightAge",
    "PriorityWeightFairshare",
    "ProctrackType",
    "Prolog",
    "PrologFlags",
    "SchedulerParameters",
    "SelectType",
    "SelectTypeParameters",
    "SlurmctldAddr",
    "SlurmctldPort",
    "SlurmdPort",
    "SrunPortRange",
    "StateSaveLocation",
    "TaskPlugin",
];

/// All others: an outcome and the settings that have it.
const OTHERS: &[(RuleOutcome, &[&str])] = &[
    (
        RuleOutcome::Set { values: &[], why: JOURNAL },
        &["SlurmctldLogFile", "SlurmdLogFile", "SlurmSchedLogFile", "SlurmSchedLogLevel"],
    ),
    (
        RuleOutcome::Set { values: &[], why: FOLDERS },
        &["SlurmctldPidFile", "SlurmdPidFile", "PluginDir", "PlugStackConfig"],
    ),
    (
        RuleOutcome::Set { values: &["/var/spool/slurmd"], why: "slurmd’s folder is /var/spool/slurmd" },
        &["SlurmdSpoolDir"],
    ),
    (RuleOutcome::Set { values: &["slurm"], why: "NixOS has slurmctld run as slurm (307)" }, &["SlurmUser"]),
    (RuleOutcome::Set { values: &["root"], why: "NixOS has slurmd run as root" }, &["SlurmdUser"]),
    (RuleOutcome::Set { values: &["auth/munge"], why: MUNGE }, &["AuthType"]),
    (RuleOutcome::Set { values: &["cred/munge"], why: MUNGE }, &["CredType"]),
    (RuleOutcome::Set { values: &["crypto/munge"], why: MUNGE }, &["CryptoType"]),
    (RuleOutcome::Set { values: &[], why: MUNGE }, &["AuthInfo"]),
    (RuleOutcome::Set { values: &["6819"], why: "slurmdbd of the flake listens at 6819" }, &["AccountingStoragePort"]),
    (
        RuleOutcome::Set { values: &["1"], why: "nodes that were down come back by themselves, ReturnToService=1" },
        &["ReturnToService"],
    ),
    (
        RuleOutcome::Set {
            values: &["ALL", "YES"],
            why: "jobs are refused that a partition they name never takes, EnforcePartLimits=ALL",
        },
        &["EnforcePartLimits"],
    ),
    (
        RuleOutcome::Set { values: &["MEMLOCK"], why: "limits but locked memory are passed on" },
        &["PropagateResourceLimitsExcept"],
    ),
    (
        RuleOutcome::Set {
            values: &[],
            why: "all limits but locked memory are passed on, which Slurm takes before this",
        },
        &["PropagateResourceLimits"],
    ),
    (
        RuleOutcome::Set { values: &["sched/backfill"], why: "the flake leaves Slurm’s own choice, sched/backfill" },
        &["SchedulerType"],
    ),
    (RuleOutcome::Set { values: &["switch/none", "none"], why: "the flake sets up no switch" }, &["SwitchType"]),
    (
        RuleOutcome::Set { values: &["k12", "hash/k12"], why: "the flake leaves Slurm’s own choice, k12" },
        &["HashPlugin"],
    ),
    (
        RuleOutcome::Set { values: &[], why: "it is for looking into a fault: add the line where you need it" },
        &["DebugFlags"],
    ),
    (RuleOutcome::Set { values: &["0", "no"], why: "slurmd starts jobs without PAM sessions" }, &["UsePAM"]),
    (RuleOutcome::Set { values: &[], why: "it follows from the MPI that is chosen under HPC" }, &["MpiDefault"]),
    (
        RuleOutcome::Program,
        &[
            "BurstBufferType",
            "BurstBufferParameters",
            "CliFilterPlugins",
            "CliFilterParameters",
            "EpilogSlurmctld",
            "HealthCheckProgram",
            "HealthCheckInterval",
            "HealthCheckNodeState",
            "HealthCheckTimeout",
            "JobSubmitPlugins",
            "MailProg",
            "NodeFeaturesPlugins",
            "PrEpPlugins",
            "PrologSlurmctld",
            "PrioritySiteFactorPlugin",
            "PrioritySiteFactorParameters",
            "PriorityParameters",
            "RebootProgram",
            "ResumeFailProgram",
            "ResumeProgram",
            "ResvEpilog",
            "ResvProlog",
            "SallocDefaultCommand",
            "SlurmctldPrimaryOffProg",
            "SlurmctldPrimaryOnProg",
            "SrunEpilog",
            "SrunProlog",
            "SuspendProgram",
            "TaskEpilog",
            "TaskProlog",
            "UnkillableStepProgram",
        ],
    ),
    (
        RuleOutcome::Needs("the flake does not switch nodes off when they are idle"),
        &[
            "ResumeRate",
            "ResumeTimeout",
            "SuspendExcNodes",
            "SuspendExcParts",
            "SuspendExcStates",
            "SuspendRate",
            "SuspendTime",
            "SuspendTimeout",
            "ReconfigFlags",
        ],
    ),
    (RuleOutcome::Needs("the flake has no topology"), &["TopologyPlugin", "TopologyParam", "RoutePlugin"]),
    (
        RuleOutcome::Needs("finished jobs are recorded by the accounting only"),
        &[
            "JobCompHost",
            "JobCompLoc",
            "JobCompParams",
            "JobCompPassScript",
            "JobCompPort",
            "JobCompType",
            "JobCompUser",
        ],
    ),
    (
        RuleOutcome::Needs("it belongs to a plugin that is not set up"),
        &[
            "AcctGatherEnergyType",
            "AcctGatherFilesystemType",
            "AcctGatherInterconnectType",
            "AcctGatherNodeFreq",
            "AcctGatherProfileType",
            "AcctGatherInfinibandType",
            "CertgenParameters",
            "CertgenType",
            "CertmgrParameters",
            "CertmgrType",
            "DataParserParameters",
            "DefRuntimePlugin",
            "FederationParameters",
            "HttpParserType",
            "LicenseParameters",
            "MCSParameters",
            "MCSPlugin",
            "MetricsAuthUsers",
            "MetricsParameters",
            "SerializerParameters",
            "SerializerPlugins",
            "SlurmctldHttpAuthParameters",
            "SlurmdHttpAuthParameters",
            "SlurmrestdHttpAuthParameters",
            "SlurmrestdParameters",
            "SwitchParameters",
            "TLSParameters",
            "TLSType",
            "UrlParserType",
        ],
    ),
    (
        RuleOutcome::Needs("it may be meant for the old machines only: add the line to the further ones if it is not"),
        &["SlurmctldParameters", "SlurmdParameters", "SlurmstepdParameters", "AllowSpecResourcesUsage"],
    ),
    (
        RuleOutcome::Needs("the flake has one slurmdbd"),
        &["AccountingStorageBackupHost", "AccountingStorageExternalHost", "AccountingStorageParameters"],
    ),
    (RuleOutcome::Secret, &["AccountingStoragePass", "JobCompPass", "StoragePass", "SlurmdbdPass"]),
    (
        RuleOutcome::Gone,
        &[
            "AccountingStorageLoc",
            "AccountingStorageUser",
            "AccountingStoreJobComment",
            "CacheGroups",
            "CheckpointType",
            "CoreSpecPlugin",
            "DisableRootJob",
            "ExtSensorsFreq",
            "ExtSensorsType",
            "FastSchedule",
            "GetEnvTimeout",
            "JobCheckpointDir",
            "JobCredentialPrivateKey",
            "JobCredentialPublicCertificate",
            "LaunchType",
            "MemLimitEnforce",
            "PowerParameters",
            "PowerPlugin",
            "PriorityWeight",
            "SchedulerPort",
            "SchedulerRootFilter",
            "UseSPANK",
        ],
    ),
];

/// What becomes of the setting `key`; `None` where there is no such setting.
pub fn rule_outcome(key: &str) -> Option<RuleOutcome> {
    let is_one = |keys: &[&str]| keys.iter().any(|known| known.eq_ignore_ascii_case(key));
    if is_one(READ) {
        return Some(RuleOutcome::Read);
    }
    if is_one(KEPT) {
        return Some(RuleOutcome::Keep);
    }
    OTHERS.iter().find(|(_, keys)| is_one(keys)).map(|(outcome, _)| *outcome)
}

impl RuleOutcome {
    /// Why a setting with this outcome has no place in the description.
    pub fn reason(self) -> String {
        match self {
            RuleOutcome::Read | RuleOutcome::Keep => String::new(),
            RuleOutcome::Set { why, .. } | RuleOutcome::Needs(why) => why.to_owned(),
            RuleOutcome::Program => {
                "it names a program or plugin of the old system: bring that with a module first, then add the line"
                    .to_owned()
            }
            RuleOutcome::Secret => "a password must never enter a design".to_owned(),
            RuleOutcome::Gone => "Slurm no longer has this setting".to_owned(),
        }
    }
}

/// Whether the value of `key` must not be shown.
pub fn is_secret(key: &str) -> bool {
    rule_outcome(key) == Some(RuleOutcome::Secret) || key.to_ascii_lowercase().ends_with("pass")
}

/// A key of a node or partition in small letters, by its present name.
pub fn canonical(key: &str) -> String {
    let small = key.to_ascii_lowercase();
    match small.as_str() {
        "feature" => "features".to_owned(),
        "procs" => "cpus".to_owned(),
        "shared" => "oversubscribe".to_owned(),
        _ => small,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check;
    use crate::cluster::Cluster;
    use std::collections::HashSet;

    #[test]
    fn every_key_has_one_outcome() {
        let all: Vec<String> = READ
            .iter()
            .chain(KEPT)
            .chain(OTHERS.iter().flat_map(|(_, keys)| *keys))
            .map(|key| key.to_ascii_lowercase())
            .collect();
        let distinct: HashSet<&String> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert_eq!(rule_outcome("clustername"), Some(RuleOutcome::Read));
        assert_eq!(rule_outcome("Rockets"), None);
    }

    #[test]
    fn what_is_kept_is_nothing_that_the_forms_set() {
        let mut cluster = Cluster::default();
        (Cluster::slurm.get_mut)(&mut cluster).extra_config = KEPT.iter().map(|key| format!("{key}=1\n")).collect();
        let found: Vec<_> =
            check::check(&cluster).into_iter().filter(|problem| problem.id.starts_with("slurm-extra")).collect();
        assert!(found.is_empty(), "{found:#?}");
    }
}
