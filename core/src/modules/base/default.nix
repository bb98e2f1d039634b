# What every node has: a root file system, a boot loader, SSH, and the options through which modules meet.
#
# clusterConfig and sshKeys: options.nix says what they have
# node.boot:     loader, grubDevice, rootDevice, rootFsType, espDevice; or, in place of the devices, hardwareConfig:
#                a file that declares the file systems, or a folder with such a file for each host. An array of disks is
#                assembled where a device is named /dev/md…
{
  node,
  clusterConfig,
  sshKeys,
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
  onArray =
    !bringsDisks
    && lib.any (lib.hasPrefix "/dev/md") ([ boot.rootDevice ] ++ lib.optional uefi boot.espDevice);
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
      default = clusterConfig.name;
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
    nixpkgs.config.allowUnfree = clusterConfig.allowUnfree;
    system.stateVersion = clusterConfig.stateVersion;

    boot.loader = {
      systemd-boot = {
        enable = lib.mkDefault uefi;
        # Each generation's kernel stays on the EFI system partition, which fills up.
        configurationLimit = lib.mkDefault 10;
      };
      efi.canTouchEfiVariables = lib.mkDefault uefi;
      grub = {
        enable = lib.mkDefault (!uefi);
        devices = lib.mkIf (!uefi) (lib.mkDefault [ boot.grubDevice ]);
        configurationLimit = lib.mkDefault 20;
      };
    };
    boot.swraid = lib.mkIf onArray {
      enable = true;
      # mdadm's monitor fails where nobody is named.
      mdadmConf = lib.mkDefault "MAILADDR root";
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
    hardware.enableRedistributableFirmware = lib.mkDefault true;
    # As in the file of nixos-generate-config, where the user brings that.
    hardware.cpu = lib.mkIf (!bringsDisks && node.system == "x86_64-linux") {
      amd.updateMicrocode = lib.mkDefault true;
      intel.updateMicrocode = lib.mkDefault true;
    };

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

    time.timeZone = lib.mkDefault clusterConfig.timeZone;
    i18n.defaultLocale = lib.mkDefault clusterConfig.locale;

    nix.settings.experimental-features = [
      "nix-command"
      "flakes"
    ];
    # Old generations would fill the disk.
    nix.gc = {
      automatic = lib.mkDefault true;
      dates = lib.mkDefault "weekly";
      options = lib.mkDefault "--delete-older-than 30d";
    };

    services.openssh = {
      enable = true;
      settings = {
        PasswordAuthentication = lib.mkDefault false;
        KbdInteractiveAuthentication = lib.mkDefault false;
        PermitRootLogin = lib.mkDefault "prohibit-password";
      };
    };
    users.users.root = {
      openssh.authorizedKeys.keys = sshKeys;
      # SSH takes no password: it is for the console, when the network fails. NixOS reads the file at each boot and switch.
      hashedPasswordFile = lib.mkIf (
        clusterConfig.rootPasswordFile != null
      ) clusterConfig.rootPasswordFile;
    };

    environment.systemPackages = [
      pkgs.git
      pkgs.htop
      pkgs.tmux
      (import ./node-benchmark { inherit pkgs; })
    ];
  };
}
