//! MPI and GPUs, monitoring, containers, modules of the user's own.

use super::{JOB_NODES, NVIDIA, Rule, SLURM_NODES, WORKERS, always, judged};
use crate::cluster::GpuVendor;
use crate::impact::Effect::{DataAtRisk, Nothing, Reboot, Restart};
use crate::impact::{Who, judge};

const LOGIN: &str = "No service restarts; it holds from the next login on.";
const PROGRAMS: &str = "No service restarts; users find other programs from the next login on.";
const MPI: &str = "No service restarts. Programs that were built with the MPI of before must be built again; running \
                   jobs keep theirs.";
const DRIVER: &str =
    "The kernel loads another driver for the GPUs only when it starts: drain the nodes, switch, reboot.";
const PROMETHEUS: &str = "Prometheus restarts and goes on with its samples; some seconds are missing.";
const EXPORTERS: &str = "Exporters start or stop on the nodes, and Prometheus restarts with other targets.";
const ALERTMANAGER: &str = "Alertmanager restarts.";
const GRAFANA: &str = "Grafana restarts.";
const K3S: &str = "The orchestration's daemons restart; running containers go on.";

pub(super) const RULES: &[Rule] = &[
    judged("hpc.mpi", judge::mpi),
    always("hpc.ucx", Nothing, JOB_NODES, MPI),
    always("hpc.cudaAwareMPI", Nothing, JOB_NODES, MPI),
    always("hpc.cuda", Reboot, NVIDIA, DRIVER),
    always(
        "hpc.cuda.persistence",
        Restart,
        NVIDIA,
        "The persistence daemon starts or stops; GPUs in use stay as they are.",
    ),
    always(
        "hpc.cuda.binaryCache",
        Restart,
        NVIDIA,
        "The Nix daemon restarts with other caches; nothing that runs is touched.",
    ),
    always("hpc.rocm", Reboot, Who::Gpu(GpuVendor::Amd), DRIVER),
    always("hpc.compilers", Nothing, JOB_NODES, PROGRAMS),
    always("hpc.libraries", Nothing, JOB_NODES, PROGRAMS),
    always("hpc.packages", Nothing, JOB_NODES, PROGRAMS),
    always("hpc.binBash", Nothing, JOB_NODES, "No service restarts; jobs find bash at these paths from the switch on."),
    always("hpc.nixLd", Nothing, JOB_NODES, PROGRAMS),
    always("hpc.lmod", Nothing, JOB_NODES, PROGRAMS),
    always("hpc.selfTest", Nothing, JOB_NODES, PROGRAMS),
    always("hpc.apptainer", Nothing, JOB_NODES, PROGRAMS),
    always("hpc.unlimitedMemlock", Nothing, JOB_NODES, LOGIN),
    always(
        "hpc.hugePages",
        Reboot,
        WORKERS,
        "The kernel finds so much memory in one piece only early after its start, and slurm.conf promises jobs what \
         is left: drain the nodes, switch, reboot.",
    ),
    always(
        "hpc.governor",
        Restart,
        WORKERS,
        "The service that sets the governor restarts; running jobs get faster or slower.",
    ),
    judged("monitoring.enable", |case| {
        judge::switched(
            case,
            Who::All,
            (Restart, "Prometheus starts on the first controller, and exporters on the nodes."),
            (Restart, "Prometheus and the exporters stop; the samples stay on the first controller's disk."),
        )
    }),
    judged("monitoring.retentionDays", judge::retention),
    always("monitoring.intervalSeconds", Restart, Who::FirstController, PROMETHEUS),
    always("monitoring.gpuExporter", Restart, NVIDIA, EXPORTERS),
    always("monitoring.ipmiExporter", Restart, Who::All, EXPORTERS),
    always("monitoring.smartExporter", Restart, Who::All, EXPORTERS),
    always("monitoring.alerts", Restart, Who::FirstController, PROMETHEUS),
    always("monitoring.alertmanager", Restart, Who::FirstController, ALERTMANAGER),
    always(
        "monitoring.grafana.enable",
        Restart,
        Who::FirstController,
        "Grafana starts or stops; its database stays on the first controller's disk.",
    ),
    always("monitoring.grafana.dashboards", Restart, Who::FirstController, GRAFANA),
    always(
        "monitoring.grafana.secretKeyFile",
        DataAtRisk,
        Who::FirstController,
        "Grafana restarts with the key in that file. With another key it cannot read the passwords of data sources \
         that it keeps: move the old key there.",
    ),
    always(
        "monitoring.grafana.adminPasswordFile",
        Restart,
        Who::FirstController,
        "Grafana restarts. Its administrator keeps the password: the file counts for a new database only.",
    ),
    judged("containers.enable", |case| {
        judge::switched(
            case,
            SLURM_NODES,
            (Restart, "The orchestration starts on its servers and agents. The token must be on every node first."),
            (
                DataAtRisk,
                "The orchestration stops, and all that runs in it. Its state and volumes stay on the nodes' disks, \
                 and nothing reads them.",
            ),
        )
    }),
    always(
        "containers.type",
        DataAtRisk,
        SLURM_NODES,
        "The other orchestration starts empty: what is deployed, and its volumes, do not come along. Save both first.",
    ),
    judged("containers.servers", judge::k3s_servers),
    always(
        "containers.tokenFile",
        DataAtRisk,
        SLURM_NODES,
        "k3s encrypts its state with the token and refuses to start with another one: move the old token there, or \
         change it by “k3s token rotate” first.",
    ),
    always(
        "containers.disable",
        Restart,
        SLURM_NODES,
        "k3s restarts and takes the components away that are left out now, with what they serve.",
    ),
    always("containers.serverFlags", Restart, SLURM_NODES, K3S),
    always("containers.agentFlags", Restart, WORKERS, K3S),
    always(
        "containers.gpuTaint",
        Restart,
        WORKERS,
        "k3s restarts. A node that has registered already keeps its taints: set them by “kubectl taint” as well.",
    ),
    judged("containers.engine", judge::engine),
    always(
        "containers.gpu",
        Restart,
        NVIDIA,
        "What tells containers of the GPUs runs again; running containers go on.",
    ),
    always("deployment.ci", Nothing, Who::Nobody, "The file for the CI is another one; nothing on the nodes changes."),
    judged("modules[]", judge::module),
    always("modules[].description", Nothing, Who::Nobody, "For people: in the module's head and the README."),
    always(
        "modules[].parameters[].documentation",
        Nothing,
        Who::Nobody,
        "For people: in the module's head and the README.",
    ),
];
