//! MPI, GPUs, tools and limits: what stands on which node.

use crate::harness::{Flake, World, opens, strings};
use crate::{Invariant, Switch};
use clusterflake_core::cluster::{Choice, Cluster, DriverBranch, FileSystemKind, GpuVendor, Mpi, Node, Role};
use clusterflake_core::gpu::{self, Generation};
use clusterflake_core::preset::PRESETS;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

pub const INVARIANTS: &[Invariant] = &[
    ("MPI is where jobs run and users log in, on ports and networks that ranks can use", mpi_reaches),
    ("the NVIDIA driver is on nodes with such GPUs, and fits them", nvidia_drivers_fit),
    ("ROCm is on nodes with AMD GPUs", rocm_where_amd_is),
    ("the self-test knows the workers", self_test_knows_workers),
    ("tools are the same wherever users compile and jobs run", tools_are_alike),
    ("limits are set where jobs run", limits),
    ("scripts find bash, and programs built elsewhere their loader, where jobs run", others_programs_run),
];

pub const SWITCHES: &[Switch] = &[
    Switch {
        name: "mpi",
        levels: &[
            "",
            "hpc.mpi = \"none\"",
            "hpc.mpi = \"mpich\"\nhpc.selfTest = true\nhpc.libraries = true",
            "hpc.ucx = true\nhpc.selfTest = true",
        ],
    },
    Switch {
        name: "cuda",
        levels: &[
            "",
            "hpc.cuda.enable = true",
            "hpc.cuda.enable = true\nhpc.cudaAwareMPI = true\nhpc.cuda.binaryCache = false",
            "hpc.cuda.enable = true\nhpc.cuda.branch = \"production\"\nhpc.cuda.openKernelModule = false\nhpc.cuda.persistence = false",
        ],
    },
    Switch {
        name: "gpus",
        levels: &[
            "",
            // Two generations in one cluster, and NVSwitch.
            "nodes[3].gpus = {\"model\": \"v100\", \"count\": 4}\nhpc.cuda.enable = true",
            "nodes[4].gpus.count = 8\nhpc.cuda.enable = true\nhpc.cuda.fabricManager = true",
            // A board beside cards of the same model.
            "nodes[4].gpus.count = 8\nnodes[4].gpus.formFactor = \"sxm\"\nnodes[3].gpus = {\"model\": \"h100\", \"count\": 8, \"formFactor\": \"pcie\"}\nhpc.cuda.enable = true\nhpc.cuda.fabricManager = true",
        ],
    },
    Switch { name: "compatibility", levels: &["", "hpc.binBash = false", "hpc.binBash = false\nhpc.nixLd = false"] },
    Switch { name: "rocm", levels: &["", "hpc.rocm = true"] },
    Switch {
        name: "tools",
        levels: &[
            "",
            "hpc.compilers = true\nhpc.libraries = true\nhpc.apptainer = true",
            "hpc.packages = [\"julia\", \"gromacs\"]\nhpc.lmod = {\"enable\": true, \"packageSource\": \"github:lab/lmod-nix\"}",
        ],
    },
    Switch {
        name: "limits",
        levels: &["", "hpc.hugePages = 4096\nhpc.governor = \"performance\"\nhpc.unlimitedMemlock = true"],
    },
];

/// Where the kernel picks ports: `net.ipv4.ip_local_port_range`.
const EPHEMERAL: (u64, u64) = (32_768, 60_999);

fn runs_jobs(node: &Node) -> bool {
    node.is(Role::Worker) || node.is(Role::Login)
}

fn has(node: &Node, vendor: GpuVendor) -> bool {
    node.gpus.count > 0 && node.gpus.vendor == vendor
}

/// The names of the packages for users, and of what the tests' stand-ins keep.
fn packages(config: &Value) -> Vec<&str> {
    let all = config["environment"]["systemPackages"].as_array().into_iter().flatten();
    all.filter_map(|package| match package {
        Value::String(text) => text.strip_prefix("<package ")?.strip_suffix('>'),
        other => other["name"].as_str(),
    })
    .collect()
}

fn file<'c>(config: &'c Value, name: &str) -> Option<&'c str> {
    config["environment"]["etc"][name]["text"].as_str()
}

fn mpi_reaches(world: &World) {
    let hpc = &world.cluster.hpc;
    let network = &world.cluster.network;
    for (node, config) in world.each() {
        let at = &node.name;
        let expected = hpc.mpi != Mpi::None && runs_jobs(node);
        let on_fabric = !config["networking"]["interfaces"][&network.fabric.interface].is_null();
        assert_eq!(config["cluster"]["services"]["mpi"]["available"] == true, expected, "{at}");
        assert_eq!(packages(config).contains(&hpc.mpi.key()), expected, "{at}");
        if network.firewall {
            // GlusterFS's bricks and srun listen in the upper part of the range.
            for (port, open) in [(EPHEMERAL.0 - 1, false), (EPHEMERAL.0, expected), (49_151, expected)] {
                assert_eq!(opens(config, &network.subnet, "tcp", port), open, "{at}: {port}");
                assert_eq!(
                    opens(config, &network.fabric.subnet, "tcp", port),
                    open && on_fabric,
                    "{at}: {port}, fabric"
                );
            }
        }
        let parameters = file(config, "openmpi/mca-params.conf");
        assert_eq!(parameters.is_some(), expected && hpc.mpi == Mpi::OpenMpi, "{at}");
        if let Some(parameters) = parameters {
            let value = |name: &str| {
                parameters.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix("= "))
            };
            let first: u64 = value("btl_tcp_port_min_v4").unwrap().parse().unwrap();
            let count: u64 = value("btl_tcp_port_range_v4").unwrap().parse().unwrap();
            assert_eq!((first, first + count - 1), EPHEMERAL, "{at}");
            let mut subnets = vec![network.subnet.as_str()];
            subnets.extend(on_fabric.then_some(network.fabric.subnet.as_str()));
            assert_eq!(value("btl_tcp_if_include"), Some(subnets.join(",").as_str()), "{at}");
            assert_eq!(value("pml"), hpc.ucx.then_some("ucx"), "{at}");
        }
        assert_eq!(packages(config).contains(&"ucx-dev"), expected && hpc.ucx, "{at}");
        // One build of MPI for all who share programs.
        let overlays = config["nixpkgs"]["overlays"].as_array().map_or(0, Vec::len);
        let wanted = usize::from(hpc.mpi == Mpi::Mpich) + usize::from(hpc.cuda_aware_mpi);
        let kinds: BTreeSet<FileSystemKind> = world.cluster.storage.shared.iter().map(|fs| fs.kind).collect();
        let brought =
            kinds.iter().filter(|kind| matches!(kind, FileSystemKind::BeeGfs | FileSystemKind::Lustre)).count();
        assert_eq!(overlays, brought + if expected { wanted } else { 0 }, "{at}");
    }
}

fn nvidia_drivers_fit(world: &World) {
    let cuda = &world.cluster.hpc.cuda;
    for (node, config) in world.each() {
        let at = &node.name;
        let driver = &config["hardware"]["nvidia"];
        let expected = cuda.enable && has(node, GpuVendor::Nvidia);
        assert_eq!(config["cluster"]["services"]["cuda"]["available"] == true, expected, "{at}");
        let caches = strings(&config["nix"]["settings"]["substituters"]);
        let takes_cuda = expected || node.is(Role::Login) || (world.cluster.hpc.cuda_aware_mpi && runs_jobs(node));
        let cached = cuda.enable && cuda.binary_cache && takes_cuda;
        assert_eq!(caches.contains(&"https://cache.nixos-cuda.org"), cached, "{at}");
        let named = strings(&config["services"]["xserver"]["videoDrivers"]) == ["nvidia"];
        if !expected {
            assert!(!named && driver["datacenter"]["enable"] != true, "{at} has a driver without a GPU");
            continue;
        }
        let legacy = gpu::generation(&node.gpus.model) == Some(Generation::Legacy);
        let switched = cuda.fabric_manager && gpu::runs_fabric_manager(&node.gpus);
        assert_eq!(driver["open"], cuda.open_kernel_module && !legacy, "{at}");
        assert_eq!(driver["nvidiaPersistenced"], cuda.persistence, "{at}");
        // NixOS refuses both drivers at once.
        assert_eq!(driver["datacenter"]["enable"] == true, switched, "{at}");
        assert_eq!(named, !switched, "{at}");
        let branch = match cuda.branch {
            _ if legacy => Some("legacy_580"),
            _ if switched => None,
            DriverBranch::Automatic => None,
            chosen => Some(chosen.key()),
        };
        assert_eq!(driver["branch"].as_str(), branch, "{at}");
        assert_eq!(config["hardware"]["graphics"]["enable"], true, "{at}");
    }
}

fn rocm_where_amd_is(world: &World) {
    for (node, config) in world.each() {
        let at = &node.name;
        let expected = world.cluster.hpc.rocm && has(node, GpuVendor::Amd);
        assert_eq!(config["cluster"]["services"]["rocm"]["available"] == true, expected, "{at}");
        assert_eq!(strings(&config["boot"]["kernelModules"]).contains(&"amdgpu"), expected, "{at}");
        let rules = config["services"]["udev"]["extraRules"].as_str().unwrap_or_default();
        assert_eq!(rules.contains("kfd"), expected, "{at}");
    }
}

fn self_test_knows_workers(world: &World) {
    let hpc = &world.cluster.hpc;
    let workers: Vec<(&str, u32)> = world
        .with(Role::Worker)
        .map(|worker| (worker.name.as_str(), worker.sockets * worker.cores_per_socket))
        .collect();
    for (node, config) in world.each() {
        let at = &node.name;
        let expected = hpc.self_test && hpc.mpi != Mpi::None && runs_jobs(node);
        assert_eq!(packages(config).contains(&"mpi-selftest"), expected, "{at}");
        let Some(hosts) = file(config, "mpi/hostfile") else {
            assert!(!expected, "{at} has no hostfile");
            continue;
        };
        let separator = if hpc.mpi == Mpi::OpenMpi { " slots=" } else { ":" };
        let listed: Vec<(&str, u32)> = hosts
            .lines()
            .map(|line| line.split_once(separator).map(|(host, slots)| (host, slots.parse().unwrap())).unwrap())
            .collect();
        assert!(expected && listed == workers, "{at}: {hosts}");
        let all = config["environment"]["systemPackages"].as_array().unwrap();
        let script = all.iter().find(|package| package["name"] == "mpi-selftest").unwrap()["text"].as_str().unwrap();
        let launcher = if world.cluster.slurm.enable { "srun --nodes=" } else { "/bin/mpirun " };
        assert!(script.lines().any(|line| line.starts_with("launch=") && line.contains(launcher)), "{at}: {script}");
        // With no argument it would start a job.
        let help = Command::new("bash").args(["-c", script, "mpi-selftest", "--help"]).output().expect("bash");
        let text = String::from_utf8_lossy(&help.stdout);
        assert!(help.status.success() && text.starts_with("usage: mpi-selftest"), "{at}: {text}");
    }
}

/// A program that was linked on one node must find its libraries on the other.
fn tools_are_alike(world: &World) {
    let hpc = &world.cluster.hpc;
    for (node, config) in world.each() {
        let at = &node.name;
        let packages = packages(config);
        for (package, on) in [
            ("cmake", hpc.compilers),
            ("hpc-libraries", hpc.libraries),
            ("julia", hpc.packages.iter().any(|name| name == "julia")),
            ("lmod", hpc.lmod.enable),
        ] {
            assert_eq!(packages.contains(&package), on && runs_jobs(node), "{at}: {package}");
        }
        let folders = strings(&config["environment"]["variables"]["MODULEPATH"]);
        assert_eq!(!folders.is_empty(), hpc.lmod.enable && runs_jobs(node), "{at}");
        assert_eq!(config["programs"]["singularity"]["enable"] == true, hpc.apptainer && runs_jobs(node), "{at}");
    }
}

fn others_programs_run(world: &World) {
    let hpc = &world.cluster.hpc;
    for (node, config) in world.each() {
        let at = &node.name;
        for path in ["/bin/bash", "/usr/bin/bash"] {
            let rule = format!("L+ {path} - - - - /run/current-system/sw/bin/bash");
            let found = strings(&config["systemd"]["tmpfiles"]["rules"]).contains(&rule.as_str());
            assert_eq!(found, hpc.bin_bash && runs_jobs(node), "{at}: {path}");
        }
        let loads = config["programs"]["nix-ld"]["enable"] == true;
        // A module of the user's own may want it elsewhere too.
        let wanted = hpc.nix_ld && runs_jobs(node);
        assert!(loads || !wanted, "{at}");
        let libraries = config["environment"]["sessionVariables"]["NIX_LD_LIBRARY_PATH"].as_str();
        assert_eq!(libraries.is_some_and(|folders| folders.contains("/run/opengl-driver/lib")), wanted, "{at}");
    }
}

fn limits(world: &World) {
    let hpc = &world.cluster.hpc;
    for (node, config) in world.each() {
        let at = &node.name;
        let worker = node.is(Role::Worker);
        let pages = config["boot"]["kernel"]["sysctl"]["vm.nr_hugepages"].as_u64().unwrap_or_default();
        assert_eq!(pages, if worker { u64::from(hpc.huge_pages) } else { 0 }, "{at}");
        let governor = config["powerManagement"]["cpuFreqGovernor"].as_str().unwrap_or_default();
        assert_eq!(governor, if worker { hpc.governor.as_str() } else { "" }, "{at}");
        let limits = config["security"]["pam"]["loginLimits"].as_array().map_or(0, Vec::len);
        assert_eq!(limits > 0, hpc.unlimited_memlock && runs_jobs(node), "{at}");
    }
}

/// What people change by hand in cluster.nix is told by its name, not by a line inside of nixpkgs.
#[test]
fn wrong_choices_are_named() {
    let mut cluster = PRESETS[0].cluster();
    let hpc = (Cluster::hpc.get_mut)(&mut cluster);
    hpc.mpi = Mpi::OpenMpi;
    hpc.packages = vec!["julia".to_owned()];
    for (from, to, complaint) in [
        (
            "mpi = \"openmpi\"",
            "mpi = \"openmp\"",
            "option `hpcConfig.mpi' is not of type `null or one of \"openmpi\", \"mpich\"'",
        ),
        ("\"julia\"", "\"julai\"", "nixpkgs has no “julai”"),
        ("\"julia\"", "\"python3Packages.nunpy\"", "nixpkgs has no “python3Packages.nunpy”"),
    ] {
        let flake = Flake::new(&cluster);
        let path = flake.folder.path().join("flake/cluster.nix");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(&path, text.replace(from, to)).unwrap();
        let error = flake.evaluate("configurations names").expect_err(to);
        assert!(error.contains(complaint), "{to}: {error}");
    }
}
