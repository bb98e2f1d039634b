//! The keys of slurm.conf, by slurm.conf(5) of Slurm 26.05 and older ones, and what becomes of each.

/// What becomes of a setting of the cluster as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A form has it: `settings.rs` reads it.
    Read,
    /// It goes into the further lines for slurm.conf as it stands.
    Keep,
    /// The flake or NixOS sets it; why.
    Set(&'static str),
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
const MUNGE: &str = "munge tells who somebody is";
const CGROUPS: &str = "it follows from holding jobs to what they asked for";

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
    "HealthCheckInterval",
    "HealthCheckNodeState",
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
    "MpiDefault",
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
    "PropagateResourceLimits",
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
    "SlurmctldPort",
    "SlurmdPort",
    "SrunPortRange",
    "StateSaveLocation",
    "TaskPlugin",
];

/// All others: a fate and the settings that have it.
const OTHERS: &[(Fate, &[&str])] = &[
    (Fate::Set(JOURNAL), &["SlurmctldLogFile", "SlurmdLogFile", "SlurmSchedLogFile", "SlurmSchedLogLevel"]),
    (
        Fate::Set(FOLDERS),
        &[
            "SlurmctldPidFile",
            "SlurmdPidFile",
            "SlurmdSpoolDir",
            "PluginDir",
            "PlugStackConfig",
            "SlurmUser",
            "SlurmdUser",
        ],
    ),
    (Fate::Set(MUNGE), &["AuthType", "AuthInfo", "CredType", "CryptoType"]),
    (Fate::Set(CGROUPS), &["JobAcctGatherType"]),
    (Fate::Set("slurmdbd of the flake listens at its own port"), &["AccountingStoragePort"]),
    (Fate::Set("it follows from the nodes’ GPUs where accounting is on"), &["AccountingStorageTRES"]),
    (Fate::Set("nodes that were down come back by themselves"), &["ReturnToService"]),
    (Fate::Set("jobs that a partition never takes are refused"), &["EnforcePartLimits"]),
    (Fate::Set("limits but locked memory are passed on"), &["PropagateResourceLimitsExcept"]),
    (
        Fate::Set("the flake leaves Slurm’s own choice"),
        &["SchedulerType", "SwitchType", "HashPlugin", "DebugFlags", "UsePAM"],
    ),
    (
        Fate::Program,
        &[
            "BurstBufferType",
            "BurstBufferParameters",
            "CliFilterPlugins",
            "CliFilterParameters",
            "EpilogSlurmctld",
            "HealthCheckProgram",
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
        Fate::Needs("the flake does not switch nodes off when they are idle"),
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
    (Fate::Needs("the flake has no topology"), &["TopologyPlugin", "TopologyParam", "RoutePlugin"]),
    (
        Fate::Needs("finished jobs are recorded by the accounting only"),
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
        Fate::Needs("it belongs to a plugin that is not set up"),
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
        Fate::Needs("it may be meant for the old machines only: add the line to the further ones if it is not"),
        &["SlurmctldParameters", "SlurmdParameters", "SlurmstepdParameters", "AllowSpecResourcesUsage"],
    ),
    (
        Fate::Needs("the flake has one slurmdbd"),
        &["AccountingStorageBackupHost", "AccountingStorageExternalHost", "AccountingStorageParameters"],
    ),
    (Fate::Secret, &["AccountingStoragePass", "JobCompPass", "StoragePass", "SlurmdbdPass"]),
    (
        Fate::Gone,
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
            "SlurmctldAddr",
            "UseSPANK",
        ],
    ),
];

/// What becomes of the setting `key`; `None` where there is no such setting.
pub fn fate(key: &str) -> Option<Fate> {
    let is_one = |keys: &[&str]| keys.iter().any(|known| known.eq_ignore_ascii_case(key));
    if is_one(READ) {
        return Some(Fate::Read);
    }
    if is_one(KEPT) {
        return Some(Fate::Keep);
    }
    OTHERS.iter().find(|(_, keys)| is_one(keys)).map(|(fate, _)| *fate)
}

impl Fate {
    /// Why a setting with this fate has no place in the description.
    pub fn reason(self) -> String {
        match self {
            Fate::Read | Fate::Keep => String::new(),
            Fate::Set(why) | Fate::Needs(why) => why.to_owned(),
            Fate::Program => {
                "it names a program or plugin of the old system: bring that with a module first, then add the line"
                    .to_owned()
            }
            Fate::Secret => "a password must never enter a design".to_owned(),
            Fate::Gone => "Slurm no longer has this setting".to_owned(),
        }
    }
}

/// Whether the value of `key` must not be shown.
pub fn is_secret(key: &str) -> bool {
    fate(key) == Some(Fate::Secret) || key.to_ascii_lowercase().ends_with("pass")
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
    fn every_key_has_one_fate() {
        let all: Vec<String> = READ
            .iter()
            .chain(KEPT)
            .chain(OTHERS.iter().flat_map(|(_, keys)| *keys))
            .map(|key| key.to_ascii_lowercase())
            .collect();
        let distinct: HashSet<&String> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert_eq!(fate("clustername"), Some(Fate::Read));
        assert_eq!(fate("Rockets"), None);
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
