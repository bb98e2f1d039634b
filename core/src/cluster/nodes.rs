use super::{choice, description};

choice! {
    /// What a node is for. A node can have several roles.
    pub enum Role {
        /// Runs the servers: slurmctld, Prometheus, the k3s server, time.
        Controller "controller" "controller",
        /// Runs jobs.
        Worker "worker" "worker",
        /// Where users log in and submit jobs.
        Login "login" "login",
        /// Serves file systems.
        Storage "storage" "storage",
    }
}

choice! {
    /// A processor architecture that NixOS is built for.
    pub enum Architecture {
        /// 64-bit Intel and AMD; Nix's `x86_64-linux`.
        X86_64 "x86_64" "x86_64",
        /// 64-bit Arm; Nix's `aarch64-linux`.
        Aarch64 "aarch64" "aarch64",
    }
}

choice! {
    /// Who made a GPU.
    pub enum GpuVendor {
        /// NVIDIA, driven by its own driver, with CUDA.
        Nvidia "nvidia" "NVIDIA",
        /// AMD, driven by the kernel's amdgpu, with ROCm.
        Amd "amd" "AMD",
    }
}

choice! {
    /// How a node starts.
    pub enum BootLoader {
        /// UEFI, with systemd-boot.
        SystemdBoot "systemd-boot" "systemd-boot (UEFI)",
        /// BIOS, with GRUB on a disk.
        Grub "grub" "GRUB (BIOS)",
    }
}

choice! {
    /// How the GPUs of a node are built in, where its model comes in both ways: it decides whether there is NVSwitch.
    pub enum GpuFormFactor {
        /// Not said: a check asks where eight or more of the model may be either.
        Unspecified "unspecified" "not specified",
        /// An HGX board, as in NVIDIA's DGX: with eight GPUs or more, NVSwitch connects them.
        Sxm "sxm" "HGX or DGX board (SXM)",
        /// Cards in PCIe slots: no NVSwitch.
        Pcie "pcie" "PCIe cards",
    }
}

description! {
    /// The GPUs of one node.
    pub struct Gpus {
        /// The GPU vendor, which decides the driver.
        vendor "vendor": GpuVendor = GpuVendor::Nvidia,
        /// The model as Slurm's GRES type: `h100`.
        model "model": String = String::new(),
        /// How many per node; 0 means none.
        count "count": u32 = 0,
        /// How NVIDIA's are built in: eight on an HGX or DGX board need the fabric manager.
        form_factor "formFactor": GpuFormFactor = GpuFormFactor::Unspecified,
    }
}

description! {
    /// How a node starts, and where its file systems are.
    pub struct Boot {
        /// The boot loader, which also says whether the firmware is UEFI or BIOS.
        loader "loader": BootLoader = BootLoader::SystemdBoot,
        /// A file of the flake that the user brings and that declares the file systems, as `nixos-generate-config` writes
        /// it: `local/hardware.nix`. A folder, `local/hardware`, has one for each host: `cn001.nix`. Empty: the devices below.
        hardware_config "hardwareConfig": String = String::new(),
        /// The disk that GRUB is written to; used with GRUB only.
        grub_device "grubDevice": String = "/dev/sda".to_owned(),
        /// The device of the root file system. An array of disks is assembled where it is named `/dev/md…`.
        root_device "rootDevice": String = "/dev/disk/by-label/nixos".to_owned(),
        /// The type of the root file system.
        root_fs_type "rootFsType": String = "ext4".to_owned(),
        /// The device of the EFI system partition; used with systemd-boot only.
        esp_device "espDevice": String = "/dev/disk/by-label/ESP".to_owned(),
    }
}

description! {
    /// Nodes that are alike, named by a hostlist.
    pub struct NodeGroup {
        /// The host names, in Slurm's hostlist syntax: `cn[001-128]`.
        hosts "hosts": String = String::new(),
        /// What the nodes are for: each role they have.
        roles "roles": Vec<Role> = vec![Role::Worker],
        /// The IPv4 address of the first host; the others count on from it.
        first_ip "firstIP": String = String::new(),
        /// The address of each host in turn, where they do not count on; used instead of `firstIP`.
        addresses "addresses": Vec<String> = Vec::new(),
        /// The network interface that has the address: a device, a bond or a VLAN of the network section.
        interface "interface": String = "eno1".to_owned(),
        /// The MAC address of each host in turn: the device with it gets the interface's name. Of a bond those of all its
        /// interfaces, in their order, with spaces between. Empty: names as they come.
        mac_addresses "macAddresses": Vec<String> = Vec::new(),
        /// The IPv4 address of the first host on the fabric; the others count on. Empty: not on the fabric.
        fabric_first_ip "fabricFirstIP": String = String::new(),
        /// The processor architecture.
        architecture "architecture": Architecture = Architecture::X86_64,
        /// Processor sockets per node.
        sockets "sockets": u32 = 1,
        /// Cores per socket, without hardware threads.
        cores_per_socket "coresPerSocket": u32 = 1,
        /// Hardware threads per core; 2 with hyper-threading.
        threads_per_core "threadsPerCore": u32 = 1,
        /// The installed memory, in MiB; 0 where it is not known.
        memory_mib "memoryMiB": u64 = 4096,
        /// The GPUs of each node.
        gpus "gpus": Gpus = Gpus::default(),
        /// How each node starts, and where its file systems are.
        boot "boot": Boot = Boot::default(),
        /// Slurm features, which jobs ask for with `--constraint`.
        features "features": Vec<String> = Vec::new(),
        /// Slurm's weight: jobs get nodes of lower weight first.
        weight "weight": u32 = 1,
        /// A NixOS module for these nodes: `{ services.fstrim.enable = true; }` or `{ pkgs, ... }: { … }`.
        extra_config "extraConfig": String = String::new(),
        /// What differs for some hosts of the group.
        overrides "overrides": Vec<NodeOverride> = Vec::new(),
    }
}

description! {
    /// What differs for some hosts of a group; `null` or absent means as in the group.
    pub struct NodeOverride {
        /// The hosts that differ, in hostlist syntax; all must be of the group.
        hosts "hosts": String = String::new(),
        /// The IPv4 address of the first of them; the others count on from it.
        first_ip "firstIP": Option<String> = None,
        /// The network interface that has the address.
        interface "interface": Option<String> = None,
        /// The MAC address of each of them in turn; of a bond those of all its interfaces, with spaces between.
        mac_addresses "macAddresses": Option<Vec<String>> = None,
        /// The IPv4 address of the first of them on the fabric; the others count on.
        fabric_first_ip "fabricFirstIP": Option<String> = None,
        /// Processor sockets per node.
        sockets "sockets": Option<u32> = None,
        /// Cores per socket, without hardware threads.
        cores_per_socket "coresPerSocket": Option<u32> = None,
        /// Hardware threads per core; 2 with hyper-threading.
        threads_per_core "threadsPerCore": Option<u32> = None,
        /// The installed memory, in MiB; 0 where it is not known.
        memory_mib "memoryMiB": Option<u64> = None,
        /// All of the GPUs of each of them, instead of the group's.
        gpus "gpus": Option<Gpus> = None,
        /// How each of them starts, instead of the group's.
        boot "boot": Option<Boot> = None,
        /// Slurm features, instead of the group's.
        features "features": Option<Vec<String>> = None,
        /// Slurm's weight.
        weight "weight": Option<u32> = None,
        /// A NixOS module for these hosts, besides the group's.
        extra_config "extraConfig": String = String::new(),
    }
}
