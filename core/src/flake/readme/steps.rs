//! The steps from bare metal to the first job.

use super::{code, plain};
use crate::cluster::{Boot, BootLoader, Cluster, NodeGroup, Orchestrator, expand};
use crate::flake::secrets::{Make, secrets};
use crate::flake::unknown_pins;
use crate::hostlist;
use crate::modules::{self, FirstStep};
use std::fmt::Write;

/// A step: what to do, in Markdown, and the commands that do it.
pub struct Step {
    pub title: String,
    pub commands: Vec<String>,
}

impl Step {
    pub fn new(title: &str, commands: &[&str]) -> Self {
        Self { title: title.to_owned(), commands: commands.iter().map(|command| (*command).to_owned()).collect() }
    }
}

/// The name of the first controller, for commands.
pub fn controller(cluster: &Cluster) -> String {
    expand::first_controller(cluster).map_or("CONTROLLER".to_owned(), |name| code(&name))
}

pub fn steps(out: &mut String, cluster: &Cluster) {
    out.push_str("## From bare metal to the first job\n\n");
    let mut steps = vec![repository(cluster)];
    steps.extend(hardware_files(cluster));
    steps.extend(file_systems(cluster));
    steps.push(install(cluster));
    steps.extend(authority(cluster));
    steps.extend(secret_files(cluster));
    steps.extend(once(cluster));
    steps.push(Step::new(
        "See whether all is in order: clocks, names, mounts, services, GPUs.",
        &["cluster-tools verify"],
    ));
    steps.extend(accounts(cluster));
    steps.extend(first_job(cluster));
    for (index, step) in steps.iter().enumerate() {
        writeln!(out, "{}. {}\n", index + 1, step.title).ok();
        if !step.commands.is_empty() {
            writeln!(out, "   ```sh\n   {}\n   ```\n", step.commands.join("\n   ")).ok();
        }
    }
}

fn repository(cluster: &Cluster) -> Step {
    let mut step = Step::new(
        "Make this folder a repository: a flake sees only the files that Git knows. The last command opens a shell \
         that has `cluster-tools`.",
        &["git init && git add --all", "export NIX_CONFIG='extra-experimental-features = nix-command flakes'"],
    );
    if !cluster.general.pinned || !unknown_pins(cluster).is_empty() {
        step.title.push_str(" `flake.lock` pins the inputs: everybody gets the very same nixpkgs.");
        step.commands.push("nix flake lock && git add flake.lock".to_owned());
    }
    step.commands.push("nix develop".to_owned());
    step
}

/// The files that the user brings, which declare the file systems of nodes.
fn hardware_files(cluster: &Cluster) -> Option<Step> {
    let mut commands = Vec::new();
    for group in cluster.nodes.iter().filter(|group| !group.boot.hardware_config.trim().is_empty()) {
        let path = code(&group.boot.hardware_config);
        let (node, file) = match path.strip_suffix(".nix") {
            Some(_) => {
                let first = hostlist::expand(&group.hosts).ok().and_then(|hosts| hosts.into_iter().next());
                (first.map_or("NODE".to_owned(), |name| code(&name)), path)
            }
            None => ("NODE".to_owned(), format!("{path}/NODE.nix")),
        };
        commands.push(format!("# {}", code(&group.hosts)));
        commands.push(format!("ssh root@{node} nixos-generate-config --show-hardware-config > {file}"));
    }
    (!commands.is_empty()).then(|| {
        commands.push("git add --all".to_owned());
        Step {
            title: "Bring the files that declare the hardware and file systems of these nodes; the NixOS installer, \
                    started on a node, writes them."
                .to_owned(),
            commands,
        }
    })
}

fn file_systems(cluster: &Cluster) -> Option<Step> {
    let mut kinds: Vec<(&Boot, Vec<&NodeGroup>)> = Vec::new();
    for group in cluster.nodes.iter().filter(|group| group.boot.hardware_config.trim().is_empty()) {
        match kinds.iter_mut().find(|(boot, _)| **boot == group.boot) {
            Some((_, groups)) => groups.push(group),
            None => kinds.push((&group.boot, vec![group])),
        }
    }
    let mut commands = Vec::new();
    for (boot, groups) in &kinds {
        if kinds.len() > 1 {
            let hosts: Vec<String> = groups.iter().map(|group| code(&group.hosts)).collect();
            commands.push(format!("# {}", hosts.join(",")));
        }
        let root = code(&boot.root_device);
        commands.push(make_file_system(&code(&boot.root_fs_type), "-L", &root));
        if boot.loader == BootLoader::SystemdBoot {
            let esp = code(&boot.esp_device);
            commands.push(make_file_system("fat -F 32", "-n", &esp));
            commands.push(format!("mount {root} /mnt"));
            commands.push(format!("mount --mkdir -o umask=0077 {esp} /mnt/boot"));
        } else {
            commands.push(format!("mount {root} /mnt   # GRUB goes to {}", code(&boot.grub_device)));
        }
    }
    (!commands.is_empty()).then(|| Step {
        title: "Start the NixOS installer on a node, partition its disk, and make the file systems that `cluster.nix` \
                says (under `boot`, where they are not the usual ones)."
            .to_owned(),
        commands,
    })
}

/// `mkfs.KIND`, with a label where the device is named by one.
fn make_file_system(kind: &str, label_option: &str, device: &str) -> String {
    match device.strip_prefix("/dev/disk/by-label/") {
        Some(label) => format!("mkfs.{kind} {label_option} {label} /dev/…"),
        None => format!("mkfs.{kind} {device}"),
    }
}

fn install(cluster: &Cluster) -> Step {
    Step {
        title: "Install it, with this folder on the node, under the node's own name; controllers and storage first, \
                then all others."
            .to_owned(),
        commands: vec![
            format!("nixos-install --no-root-password --flake .#{}", controller(cluster)),
            "reboot".to_owned(),
        ],
    }
}

fn authority(cluster: &Cluster) -> Option<Step> {
    (!cluster.users.ssh_host_ca.trim().is_empty()).then(|| {
        Step::new(
            "Sign the nodes' host keys. `ssh-ca make` prints the authority's public key, which the design has as \
             `users.sshHostCA`; where it has another one, put this in its place.",
            &["cluster-tools ssh-ca make", "cluster-tools ssh-ca sign"],
        )
    })
}

fn secret_files(cluster: &Cluster) -> Option<Step> {
    secrets(cluster).iter().any(|secret| secret.make != Make::HostCertificate).then(|| {
        Step::new(
            "Make the secrets and bring them to the nodes; then the services that read them start.",
            &["cluster-tools secrets make", "cluster-tools secrets place --restart", "cluster-tools secrets check"],
        )
    })
}

/// What services want once, when they run for the first time.
fn once(cluster: &Cluster) -> Vec<Step> {
    let mut steps: Vec<Step> = modules::first_steps(cluster).into_iter().map(file_system).collect();
    steps.extend(kubernetes(cluster));
    steps
}

fn file_system(step: FirstStep) -> Step {
    let commands = step.commands.iter().map(|command| code(command)).collect();
    Step { title: format!("{} On {}:", plain(&step.title), plain(&step.on)), commands }
}

fn accounts(cluster: &Cluster) -> Vec<Step> {
    let slurm = &cluster.slurm;
    if !slurm.enable || !slurm.accounting.enable || slurm.accounting.enforce.is_empty() {
        return Vec::new();
    }
    let mut commands = vec!["sacctmgr --immediate add account everybody Description='all users'".to_owned()];
    let users: Vec<String> = cluster.users.accounts.iter().map(|user| code(&user.name)).collect();
    let names = if users.is_empty() { "USER".to_owned() } else { users.join(",") };
    commands.push(format!("sacctmgr --immediate add user {names} DefaultAccount=everybody"));
    let title =
        format!("Give users an account, without which no job of theirs runs; on {}:", plain(&controller(cluster)));
    vec![Step { title, commands }]
}

/// NixOS's easyCerts: a node joins with the token that the server made.
fn kubernetes(cluster: &Cluster) -> Option<Step> {
    let containers = &cluster.containers;
    if !containers.enable || containers.orchestrator != Orchestrator::Kubernetes {
        return None;
    }
    let listed = hostlist::expand(&containers.servers).ok().and_then(|hosts| hosts.into_iter().next());
    let server = listed.map_or_else(|| controller(cluster), |name| code(&name));
    let token = format!("ssh root@{server} cat /var/lib/kubernetes/secrets/apitoken.secret |");
    Some(Step {
        title: "Let each worker join Kubernetes, NODE by NODE.".to_owned(),
        commands: vec![format!("{token} ssh root@NODE nixos-kubernetes-node-join")],
    })
}

fn first_job(cluster: &Cluster) -> Option<Step> {
    cluster.slurm.enable.then(|| {
        let title = format!("Run the first job, on {}:", plain(&controller(cluster)));
        Step { title, commands: vec!["sinfo".to_owned(), "srun --nodes=1 hostname".to_owned()] }
    })
}
