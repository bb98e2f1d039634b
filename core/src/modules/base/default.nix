# What every node has: a root file system, a boot loader, SSH, and the options through which modules meet.
#
# clusterConfig: name, timeZone, locale, stateVersion, allowUnfree
# sshKeys:       public keys that may log in as root
# node.boot:     loader, grubDevice, rootDevice, rootFsType, espDevice; or, in place of the devices, hardwareConfig:
#                a file that declares the file systems, or a folder with such a file for each host
{
  node,
  clusterConfig ? { },
  sshKeys ? [ ],
  ...
}:
{ lib, pkgs, ... }:
let
  boot = {
    loader = "systemd-boot";
    grubDevice = "/dev/sda";
    rootDevice = "/dev/disk/by-label/nixos";
    rootFsType = "ext4";
    espDevice = "/dev/disk/by-label/ESP";
    hardwareConfig = null;
  }
  // node.boot;
  uefi = boot.loader == "systemd-boot";

  bringsDisks = boot.hardwareConfig != null;
  hardwareFile =
    if lib.hasSuffix ".nix" (toString boot.hardwareConfig) then
      boot.hardwareConfig
    else
      boot.hardwareConfig + "/${node.hostname}.nix";
  hardwareFileName = lib.removePrefix "${toString ../..}/" (toString hardwareFile);
in
{
  _file = ./default.nix;

  imports = lib.optional bringsDisks (
    if builtins.pathExists hardwareFile then
      hardwareFile
    else
      throw ''
        The disks of ${node.hostname} are to be declared in ${hardwareFileName}, which is missing. Make it on that machine:
          nixos-generate-config --show-hardware-config > ${hardwareFileName}
        and let the flake see it: git add ${hardwareFileName}
      ''
  );

  options.cluster = {
    name = lib.mkOption {
      type = lib.types.str;
      default = clusterConfig.name or "cluster";
      description = "The cluster's name.";
    };
    services = lib.mkOption {
      type = lib.types.attrsOf (
        lib.types.submodule {
          options = {
            available = lib.mkOption {
              type = lib.types.bool;
              default = false;
              description = "Whether this node has the service.";
            };
            binPath = lib.mkOption {
              type = lib.types.nullOr lib.types.str;
              default = null;
              description = "The folder of the service's programs.";
            };
          };
        }
      );
      default = { };
      description = "What the cluster's modules offer on this node to each other.";
    };
  };

  config = {
    nixpkgs.hostPlatform = node.system;
    nixpkgs.config.allowUnfree = clusterConfig.allowUnfree or false;
    system.stateVersion = clusterConfig.stateVersion or "26.05";

    boot.loader.systemd-boot.enable = uefi;
    boot.loader.efi.canTouchEfiVariables = uefi;
    boot.loader.grub = {
      enable = !uefi;
      devices = lib.mkIf (!uefi) [ boot.grubDevice ];
    };
    # Besides NixOS's own list (AHCI, NVMe, USB): the storage of common servers and of virtual machines.
    boot.initrd.availableKernelModules = [
      "virtio_pci"
      "virtio_blk"
      "virtio_scsi"
    ]
    ++ lib.optionals (node.system == "x86_64-linux") [
      "megaraid_sas"
      "mpt3sas"
      "smartpqi"
    ];
    hardware.enableRedistributableFirmware = true;

    fileSystems = lib.mkIf (!bringsDisks) (
      {
        "/" = {
          device = boot.rootDevice;
          fsType = boot.rootFsType;
        };
      }
      // lib.optionalAttrs uefi {
        "/boot" = {
          device = boot.espDevice;
          fsType = "vfat";
          options = [ "umask=0077" ];
        };
      }
    );

    time.timeZone = clusterConfig.timeZone or "UTC";
    i18n.defaultLocale = clusterConfig.locale or "en_US.UTF-8";

    nix.settings.experimental-features = [
      "nix-command"
      "flakes"
    ];

    services.openssh = {
      enable = true;
      settings = {
        PasswordAuthentication = false;
        KbdInteractiveAuthentication = false;
        PermitRootLogin = "prohibit-password";
      };
    };
    users.users.root.openssh.authorizedKeys.keys = sshKeys;

    environment.systemPackages = [
      pkgs.git
      pkgs.htop
      pkgs.tmux
    ];
  };
}
