//! The steps from bare metal to the first job.

use crate::cluster::links::Links;
use crate::cluster::{Boot, BootLoader, Cluster, FabricKind, NodeGroup, expand};
use crate::flake::secrets::secrets;
use crate::flake::unknown_pins;

use crate::markdown::code;
use crate::modules::about::{Step, controller, controller_address};
use crate::modules::{MODULES, Make, comes_with_file_system, make_file_system};
use crate::shell::word;
use std::fmt::Write;

pub fn steps(out: &mut String, cluster: &Cluster) {
    out.push_str("## From bare metal to the first job\n\n");
    let mut steps = vec![repository(cluster)];
    steps.extend(root_password(cluster));
    steps.push(installer(cluster));
    steps.push(interfaces(cluster));
    steps.extend(file_systems(cluster));
    steps.extend(hardware_files(cluster));
    steps.push(install(cluster));
    steps.extend(authority(cluster));
    steps.extend(secret_files(cluster));
    steps.extend(MODULES.iter().flat_map(|module| (module.first_steps)(cluster)));
    steps.push(Step::new(
        "See whether all is in order: clocks, names, mounts, services, GPUs.",
        &["cluster-tools verify"],
    ));
    steps.push(Step::new(
        "Let every node show what it can: memory, cores, disk, GPUs and fabric, each beside those that are alike. What is far \
         behind, or not as designed, is told; `cluster-tools accept --help` tells of longer tests, and how failing workers are \
         drained. After a repair, the same for that node.",
        &["cluster-tools accept"],
    ));
    steps.extend(MODULES.iter().flat_map(|module| (module.last_steps)(cluster)));
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

/// Where a secret lies on the administrator's machine, as `cluster-tools` chooses it.
fn secret_here(cluster: &Cluster, file: &str) -> String {
    format!("~/.local/state/cluster-tools/{}", word(&format!("{}{}", code(&cluster.general.name), code(file))))
}

fn root_password(cluster: &Cluster) -> Option<Step> {
    let file = &cluster.general.root_password_file;
    (!file.trim().is_empty()).then(|| {
        Step::new(
            "Choose root's password for the console, and make the other secrets with it. What you are to bring yourself is \
             told, and can wait until the secrets are placed.",
            &["cluster-tools secrets make"],
        )
    })
}

/// How the installer comes into the network.
fn installer(cluster: &Cluster) -> Step {
    let network = &cluster.network;
    let links = Links::new(network);
    let interface = expand::first_controller_node(cluster).map(|node| node.interface).unwrap_or_default();
    let card = links.cards(&interface).first().map_or("DEVICE".to_owned(), |card| word(&code(card)));
    let prefix = network.subnet.rsplit_once('/').map_or("16".to_owned(), |(_, prefix)| code(prefix));
    let mut commands = vec![
        "sudo -i".to_owned(),
        "passwd".to_owned(),
        format!("# Without DHCP, here for {}:", controller(cluster)),
        format!("ip address add {}/{prefix} dev {card} && ip link set {card} up", controller_address(cluster)),
    ];
    if !network.gateway.trim().is_empty() {
        commands.push(format!("ip route add default via {}", word(&code(&network.gateway))));
    }
    if let Some(server) = network.nameservers.first() {
        commands.push(format!("echo nameserver {} > /etc/resolv.conf", word(&code(server))));
    }
    Step {
        title: "Start the [NixOS installer](https://nixos.org/download/) on each node, controllers and storage first: the \
                steps up to the reboot are done for each. It takes an address by DHCP; without DHCP, give it the node's own. \
                It downloads packages, so it must reach the internet, or a cache that has them. The password is for your \
                ssh, and is gone with the installer."
            .to_owned(),
        commands,
    }
}

/// Which devices must be there, held against what the machine has.
fn interfaces(cluster: &Cluster) -> Step {
    let network = &cluster.network;
    let links = Links::new(network);
    let mut kinds: Vec<(Vec<&str>, bool, Vec<String>)> = Vec::new();
    for group in cluster.nodes.iter() {
        let mut cards = links.cards(&group.interface);
        if network.fabric.kind != FabricKind::None && !group.fabric_first_ip.trim().is_empty() {
            cards.extend(links.cards(&network.fabric.interface));
        }
        let by_mac = !group.mac_addresses.is_empty();
        match kinds.iter_mut().find(|(other, mac, _)| (other, *mac) == (&cards, by_mac)) {
            Some((_, _, hosts)) => hosts.push(code(&group.hosts)),
            None => kinds.push((cards, by_mac, vec![code(&group.hosts)])),
        }
    }
    let mut title = "Hold the node's network devices against the design, before anything is installed: a node without the \
                     device that is meant to have its address comes up without a network, and only the console is left. \
                     `ip -brief link` shows names and MAC addresses; a name that differs goes into `interface`, or the MAC \
                     address into `macAddresses`, which gives the device its name."
        .to_owned();
    if cluster.general.root_password_file.trim().is_empty() {
        title += " There nobody can log in either, unless `cluster.rootPasswordFile` in the design names a file with root's \
                  password.";
    }
    for (cards, by_mac, hosts) in kinds {
        let cards: Vec<String> = cards.iter().map(|card| format!("`{}`", code(card))).collect();
        let how = if by_mac { ", by the MAC addresses of `cluster.nix`" } else { "" };
        write!(title, "\n   - `{}`: {}{how}", hosts.join(","), cards.join(", ")).ok();
    }
    Step { title, commands: vec!["ip -brief link".to_owned()] }
}

/// The files that the user brings, which declare the file systems of nodes.
fn hardware_files(cluster: &Cluster) -> Option<Step> {
    let mut commands = Vec::new();
    for group in cluster.nodes.iter().filter(|group| !group.boot.hardware_config.trim().is_empty()) {
        let path = code(&group.boot.hardware_config);
        let file = match path.strip_suffix(".nix") {
            Some(_) => path,
            None => format!("{path}/NODE.nix"),
        };
        commands.push(format!("# {}", code(&group.hosts)));
        if let Some((folder, _)) = file.rsplit_once('/').filter(|(folder, _)| !folder.is_empty()) {
            commands.push(format!("mkdir -p {}", word(folder)));
        }
        commands.push(format!(
            "ssh root@ADDRESS nixos-generate-config --root /mnt --show-hardware-config > {}",
            word(&file)
        ));
    }
    (!commands.is_empty()).then(|| {
        commands.push("git add --all".to_owned());
        Step {
            title: "Bring the files that declare the hardware and file systems of these nodes, on your machine: the \
                    installer writes them of what is partitioned, and mounted below `/mnt`. ADDRESS is that of the node in \
                    the installer."
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
        commands.extend(disk(boot));
    }
    (!commands.is_empty()).then(|| Step {
        title: "Partition the node's disk, and make the file systems that `cluster.nix` says (under `boot`, where they are \
                not the usual ones). All that was on the disk is lost: `lsblk --output NAME,SIZE,MODEL` tells its name, which \
                goes in the place of DISK. On the node, as root:"
            .to_owned(),
        commands,
    })
}

/// The commands from an empty disk to file systems below /mnt.
fn disk(boot: &Boot) -> Vec<String> {
    let uefi = boot.loader == BootLoader::SystemdBoot;
    let (root, esp) = (code(&boot.root_device), code(&boot.esp_device));
    let mut commands = Vec::new();
    // Devices that have a name of their own are partitions, arrays or volumes that the administrator lays out.
    let partitions = comes_with_file_system(&root) && (!uefi || comes_with_file_system(&esp));
    if partitions {
        let disk = if uefi { "/dev/DISK".to_owned() } else { word(&code(&boot.grub_device)) };
        let first = if uefi { "ESP fat32 1MiB 2GiB set 1 esp on" } else { "bios 1MiB 3MiB set 1 bios_grub on" };
        let start = if uefi { "2GiB" } else { "3MiB" };
        commands.push(format!("disk={disk}"));
        commands.push(format!("parted --script \"$disk\" mklabel gpt mkpart {first} mkpart nixos {start} 100%"));
        commands.push("udevadm settle".to_owned());
    } else {
        let both = [esp.as_str(), root.as_str()];
        let all = if uefi { &both[..] } else { &both[1..] };
        let (later, there): (Vec<&str>, Vec<&str>) = all.iter().partition(|device| comes_with_file_system(device));
        commands.push(format!("# {} must be there: partition the disk first", there.join(" and ")));
        if !later.is_empty() {
            commands.push("disk=/dev/DISK".to_owned());
        }
    }
    let root_at = partition(&root, 2, "root", &mut commands);
    let esp_at = if uefi { partition(&esp, 1, "esp", &mut commands) } else { String::new() };
    commands.push(make_file_system(&code(&boot.root_fs_type), &root, &root_at));
    if uefi {
        commands.push(make_file_system("vfat", &esp, &esp_at));
    }
    commands.push(format!("mount {root_at} /mnt"));
    if uefi {
        commands.push(format!("mount --mkdir -o umask=0077 {esp_at} /mnt/boot"));
    }
    commands
}

/// The word for `device` in commands: its own name, or a variable with the disk's partition of that number.
fn partition(device: &str, number: usize, variable: &str, commands: &mut Vec<String>) -> String {
    if !comes_with_file_system(device) {
        return word(device);
    }
    // The disk itself is the first line.
    let line = number + 1;
    commands.push(format!("{variable}=$(lsblk --noheadings --raw --paths --output NAME \"$disk\" | sed -n {line}p)"));
    format!("\"${variable}\"")
}

/// From the administrator's machine to the node in the installer.
fn install(cluster: &Cluster) -> Step {
    let mut commands = vec![
        format!("node={} address={}", controller(cluster), controller_address(cluster)),
        "tar --create --exclude=./.git --exclude=./result . | ssh root@$address 'mkdir -p /mnt/etc/nixos && tar --extract \
         --no-same-owner --directory=/mnt/etc/nixos'"
            .to_owned(),
    ];
    let password = cluster.general.root_password_file.trim();
    if !password.is_empty() {
        let target = word(&format!("/mnt{}", code(password)));
        let install = word(&format!("install -D -m 0400 /dev/stdin {target}"));
        commands.push(format!("ssh root@$address {install} < {}", secret_here(cluster, password)));
    }
    commands.push("ssh -t root@$address nixos-install --no-root-password --flake /mnt/etc/nixos#$node".to_owned());
    commands.push("ssh root@$address reboot".to_owned());
    let mut title =
        "Install the node from your machine, in this folder: its name, and its address in the installer, as `ip \
                     -brief address` shows it there. This folder goes along, without what Git keeps."
            .to_owned();
    if !password.is_empty() {
        title += " The hash of root's password too, or the console would let nobody in at the first start.";
    }
    Step { title, commands }
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
