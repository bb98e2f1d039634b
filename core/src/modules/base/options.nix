# What cluster.nix may say, with types, defaults and what it means: flake.nix holds the values against it. It is made from the
# fields of the design, whose names in cluster.json differ here and there.
{ lib, clusterLib, ... }:
{
  options.clusterConfig = {
    name = lib.mkOption {
      type = lib.types.str;
      default = "cluster";
      description = "The cluster's name: also Slurm's `ClusterName`.";
    };
    timeZone = lib.mkOption {
      type = lib.types.str;
      default = "UTC";
      description = "The time zone, as in `time.timeZone`: `Europe/Berlin`.";
    };
    locale = lib.mkOption {
      type = lib.types.str;
      default = "en_US.UTF-8";
      description = "The locale, as in `i18n.defaultLocale`.";
    };
    stateVersion = lib.mkOption {
      type = lib.types.str;
      default = "26.05";
      description = "`system.stateVersion`, the release that the nodes were first installed with.";
    };
    rootPasswordFile = lib.mkOption {
      type = lib.types.nullOr (lib.types.strMatching "/.*");
      default = null;
      description = "A file on every node with the hash of root's password, for the console: a way in when the network fails. SSH takes no password. `null`: root has none.";
    };
    allowUnfree = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether packages with an unfree licence may be used; the NVIDIA driver and CUDA are.";
    };
  };
  options.nodeGroups = lib.mkOption {
    type = lib.types.listOf (
      clusterLib.record {
        hosts = lib.mkOption {
          type = lib.types.str;
          description = "The host names, in Slurm's hostlist syntax: `cn[001-128]`.";
        };
        roles = lib.mkOption {
          type = lib.types.listOf (
            lib.types.enum [
              "controller"
              "worker"
              "login"
              "storage"
            ]
          );
          description = "What the nodes are for: each role they have.";
        };
        firstIP = lib.mkOption {
          type = lib.types.str;
          description = "The IPv4 address of the first host; the others count on from it.";
        };
        addresses = lib.mkOption {
          type = lib.types.listOf lib.types.str;
          description = "The address of each host in turn, where they do not count on; used instead of `firstIP`.";
        };
        interface = lib.mkOption {
          type = lib.types.str;
          description = "The network interface that has the address: a device, a bond or a VLAN of the network section.";
        };
        macAddresses = lib.mkOption {
          type = lib.types.listOf (lib.types.either lib.types.str (lib.types.listOf lib.types.str));
          description = "The MAC address of each host in turn: the device with it gets the interface's name. Of a bond a list of those of its interfaces, in their order; none: names as they come.";
        };
        fabricFirstIP = lib.mkOption {
          type = lib.types.nullOr lib.types.str;
          description = "The IPv4 address of the first host on the fabric; the others count on. `null`: not on the fabric.";
        };
        system = lib.mkOption {
          type = lib.types.enum [
            "x86_64-linux"
            "aarch64-linux"
          ];
          description = "The platform that NixOS is built for.";
        };
        sockets = lib.mkOption {
          type = lib.types.ints.unsigned;
          description = "Processor sockets per node.";
        };
        coresPerSocket = lib.mkOption {
          type = lib.types.ints.unsigned;
          description = "Cores per socket, without hardware threads.";
        };
        threadsPerCore = lib.mkOption {
          type = lib.types.ints.unsigned;
          description = "Hardware threads per core; 2 with hyper-threading.";
        };
        cpus = lib.mkOption {
          type = lib.types.ints.unsigned;
          description = "The cores, where `coresPerSocket` does not say.";
        };
        memoryMB = lib.mkOption {
          type = lib.types.ints.unsigned;
          description = "The installed memory, in MiB; 0 where it is not known.";
        };
        hasGPU = lib.mkOption {
          type = lib.types.bool;
          description = "Whether it has GPUs.";
        };
        gpus = lib.mkOption {
          type = lib.types.ints.unsigned;
          description = "How many GPUs it has.";
        };
        gpuVendor = lib.mkOption {
          type = lib.types.enum [
            "nvidia"
            "amd"
          ];
          description = "Who made the GPUs.";
        };
        gpuModel = lib.mkOption {
          type = lib.types.str;
          description = "The model as Slurm's GRES type: `h100`.";
        };
        gpuFormFactor = lib.mkOption {
          type = lib.types.enum [
            "unspecified"
            "sxm"
            "pcie"
          ];
          description = "How NVIDIA's are built in: eight on an HGX or DGX board need the fabric manager.";
        };
        features = lib.mkOption {
          type = lib.types.listOf lib.types.str;
          description = "Slurm features, which jobs ask for with `--constraint`.";
        };
        weight = lib.mkOption {
          type = lib.types.ints.unsigned;
          description = "Slurm's weight: jobs get nodes of lower weight first.";
        };
        boot = lib.mkOption {
          type = clusterLib.record {
            loader = lib.mkOption {
              type = lib.types.enum [
                "systemd-boot"
                "grub"
              ];
              description = "The boot loader, which also says whether the firmware is UEFI or BIOS.";
            };
            grubDevice = lib.mkOption {
              type = lib.types.str;
              description = "The disk that GRUB is written to; used with GRUB only.";
            };
            hardwareConfig = lib.mkOption {
              type = lib.types.raw;
              description = "A file of the flake that the user brings and that declares the file systems, as `nixos-generate-config` writes it: `local/hardware.nix`. A folder, `local/hardware`, has one for each host: `cn001.nix`. Empty: the devices below.";
            };
            espDevice = lib.mkOption {
              type = lib.types.str;
              description = "The device of the EFI system partition; used with systemd-boot only.";
            };
            rootDevice = lib.mkOption {
              type = lib.types.str;
              description = "The device of the root file system. An array of disks is assembled where it is named `/dev/md…`.";
            };
            rootFsType = lib.mkOption {
              type = lib.types.str;
              description = "The type of the root file system.";
            };
          };
          description = "How each node starts, and where its file systems are.";
        };
        modules = lib.mkOption {
          type = lib.types.listOf lib.types.raw;
          description = "NixOS modules for these nodes alone.";
        };
        overrides = lib.mkOption {
          type = lib.types.listOf (
            clusterLib.record {
              hosts = lib.mkOption {
                type = lib.types.str;
                description = "The hosts that differ, in hostlist syntax; all must be of the group.";
              };
              firstIP = lib.mkOption {
                type = lib.types.str;
                description = "The IPv4 address of the first of them; the others count on from it.";
              };
              ip = lib.mkOption {
                type = lib.types.str;
                description = "The IPv4 address, of one host.";
              };
              interface = lib.mkOption {
                type = lib.types.str;
                description = "The network interface that has the address.";
              };
              macAddresses = lib.mkOption {
                type = lib.types.listOf (lib.types.either lib.types.str (lib.types.listOf lib.types.str));
                description = "The MAC address of each host in turn: the device with it gets the interface's name. Of a bond a list of those of its interfaces, in their order; none: names as they come.";
              };
              mac = lib.mkOption {
                type = lib.types.nullOr (lib.types.either lib.types.str (lib.types.listOf lib.types.str));
                description = "The MAC address of the interface, or of each of its devices in turn.";
              };
              fabricIP = lib.mkOption {
                type = lib.types.nullOr lib.types.str;
                description = "The IPv4 address on the fabric.";
              };
              fabricFirstIP = lib.mkOption {
                type = lib.types.nullOr lib.types.str;
                description = "The IPv4 address of the first of them on the fabric; the others count on.";
              };
              sockets = lib.mkOption {
                type = lib.types.ints.unsigned;
                description = "Processor sockets per node.";
              };
              coresPerSocket = lib.mkOption {
                type = lib.types.ints.unsigned;
                description = "Cores per socket, without hardware threads.";
              };
              threadsPerCore = lib.mkOption {
                type = lib.types.ints.unsigned;
                description = "Hardware threads per core; 2 with hyper-threading.";
              };
              cpus = lib.mkOption {
                type = lib.types.ints.unsigned;
                description = "The cores, where `coresPerSocket` does not say.";
              };
              memoryMB = lib.mkOption {
                type = lib.types.ints.unsigned;
                description = "The installed memory, in MiB; 0 where it is not known.";
              };
              hasGPU = lib.mkOption {
                type = lib.types.bool;
                description = "Whether it has GPUs.";
              };
              gpus = lib.mkOption {
                type = lib.types.ints.unsigned;
                description = "How many GPUs it has.";
              };
              gpuVendor = lib.mkOption {
                type = lib.types.enum [
                  "nvidia"
                  "amd"
                ];
                description = "Who made the GPUs.";
              };
              gpuModel = lib.mkOption {
                type = lib.types.str;
                description = "The model as Slurm's GRES type: `h100`.";
              };
              gpuFormFactor = lib.mkOption {
                type = lib.types.enum [
                  "unspecified"
                  "sxm"
                  "pcie"
                ];
                description = "How NVIDIA's are built in: eight on an HGX or DGX board need the fabric manager.";
              };
              features = lib.mkOption {
                type = lib.types.listOf lib.types.str;
                description = "Slurm features, instead of the group's.";
              };
              weight = lib.mkOption {
                type = lib.types.ints.unsigned;
                description = "Slurm's weight.";
              };
              boot = lib.mkOption {
                type = clusterLib.record {
                  loader = lib.mkOption {
                    type = lib.types.enum [
                      "systemd-boot"
                      "grub"
                    ];
                    description = "The boot loader, which also says whether the firmware is UEFI or BIOS.";
                  };
                  grubDevice = lib.mkOption {
                    type = lib.types.str;
                    description = "The disk that GRUB is written to; used with GRUB only.";
                  };
                  hardwareConfig = lib.mkOption {
                    type = lib.types.raw;
                    description = "A file of the flake that the user brings and that declares the file systems, as `nixos-generate-config` writes it: `local/hardware.nix`. A folder, `local/hardware`, has one for each host: `cn001.nix`. Empty: the devices below.";
                  };
                  espDevice = lib.mkOption {
                    type = lib.types.str;
                    description = "The device of the EFI system partition; used with systemd-boot only.";
                  };
                  rootDevice = lib.mkOption {
                    type = lib.types.str;
                    description = "The device of the root file system. An array of disks is assembled where it is named `/dev/md…`.";
                  };
                  rootFsType = lib.mkOption {
                    type = lib.types.str;
                    description = "The type of the root file system.";
                  };
                };
                description = "How each of them starts, instead of the group's.";
              };
              modules = lib.mkOption {
                type = lib.types.listOf lib.types.raw;
                description = "NixOS modules for these nodes alone.";
              };
            }
          );
          description = "What differs for some hosts of the group.";
        };
      }
    );
    default = [ ];
    description = "The nodes, in groups that are alike. `lib/default.nix` expands them.";
  };
  options.workerNodes = lib.mkOption {
    type = lib.types.listOf (
      clusterLib.record {
        hostname = lib.mkOption {
          type = lib.types.str;
          description = "The host name.";
        };
        ip = lib.mkOption {
          type = lib.types.str;
          description = "The IPv4 address.";
        };
        roles = lib.mkOption {
          type = lib.types.listOf (
            lib.types.enum [
              "controller"
              "worker"
              "login"
              "storage"
            ]
          );
          description = "What the nodes are for: each role they have.";
        };
        interface = lib.mkOption {
          type = lib.types.str;
          description = "The network interface that has the address: a device, a bond or a VLAN of the network section.";
        };
        mac = lib.mkOption {
          type = lib.types.nullOr (lib.types.either lib.types.str (lib.types.listOf lib.types.str));
          description = "The MAC address of the interface, or of each of its devices in turn.";
        };
        fabricIP = lib.mkOption {
          type = lib.types.nullOr lib.types.str;
          description = "The IPv4 address on the fabric.";
        };
        system = lib.mkOption {
          type = lib.types.enum [
            "x86_64-linux"
            "aarch64-linux"
          ];
          description = "The platform that NixOS is built for.";
        };
        sockets = lib.mkOption {
          type = lib.types.ints.unsigned;
          description = "Processor sockets per node.";
        };
        coresPerSocket = lib.mkOption {
          type = lib.types.ints.unsigned;
          description = "Cores per socket, without hardware threads.";
        };
        threadsPerCore = lib.mkOption {
          type = lib.types.ints.unsigned;
          description = "Hardware threads per core; 2 with hyper-threading.";
        };
        cpus = lib.mkOption {
          type = lib.types.ints.unsigned;
          description = "The cores, where `coresPerSocket` does not say.";
        };
        memoryMB = lib.mkOption {
          type = lib.types.ints.unsigned;
          description = "The installed memory, in MiB; 0 where it is not known.";
        };
        hasGPU = lib.mkOption {
          type = lib.types.bool;
          description = "Whether it has GPUs.";
        };
        gpus = lib.mkOption {
          type = lib.types.ints.unsigned;
          description = "How many GPUs it has.";
        };
        gpuVendor = lib.mkOption {
          type = lib.types.enum [
            "nvidia"
            "amd"
          ];
          description = "Who made the GPUs.";
        };
        gpuModel = lib.mkOption {
          type = lib.types.str;
          description = "The model as Slurm's GRES type: `h100`.";
        };
        gpuFormFactor = lib.mkOption {
          type = lib.types.enum [
            "unspecified"
            "sxm"
            "pcie"
          ];
          description = "How NVIDIA's are built in: eight on an HGX or DGX board need the fabric manager.";
        };
        features = lib.mkOption {
          type = lib.types.listOf lib.types.str;
          description = "Slurm features, which jobs ask for with `--constraint`.";
        };
        weight = lib.mkOption {
          type = lib.types.ints.unsigned;
          description = "Slurm's weight: jobs get nodes of lower weight first.";
        };
        boot = lib.mkOption {
          type = clusterLib.record {
            loader = lib.mkOption {
              type = lib.types.enum [
                "systemd-boot"
                "grub"
              ];
              description = "The boot loader, which also says whether the firmware is UEFI or BIOS.";
            };
            grubDevice = lib.mkOption {
              type = lib.types.str;
              description = "The disk that GRUB is written to; used with GRUB only.";
            };
            hardwareConfig = lib.mkOption {
              type = lib.types.raw;
              description = "A file of the flake that the user brings and that declares the file systems, as `nixos-generate-config` writes it: `local/hardware.nix`. A folder, `local/hardware`, has one for each host: `cn001.nix`. Empty: the devices below.";
            };
            espDevice = lib.mkOption {
              type = lib.types.str;
              description = "The device of the EFI system partition; used with systemd-boot only.";
            };
            rootDevice = lib.mkOption {
              type = lib.types.str;
              description = "The device of the root file system. An array of disks is assembled where it is named `/dev/md…`.";
            };
            rootFsType = lib.mkOption {
              type = lib.types.str;
              description = "The type of the root file system.";
            };
          };
          description = "How each node starts, and where its file systems are.";
        };
      }
    );
    default = [ ];
    description = "Nodes one by one, in the place of groups.";
  };
  options.sshKeys = lib.mkOption {
    type = lib.types.listOf lib.types.str;
    default = [ ];
    description = "Public SSH keys that may log in as root on every node.";
  };
}
