# The NVIDIA driver on nodes with such GPUs, and CUDA there and on login nodes.
{
  node,
  hpc,
  runsJobs,
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (hpc) cuda;

  hasNvidia = node.hasGPU && node.gpuVendor == "nvidia";
  isLegacy = builtins.elem node.gpuModel cuda.legacyGPUs;
  hasNVSwitch =
    node.gpus >= 8
    && node.gpuFormFactor or null != "pcie"
    && builtins.elem node.gpuModel cuda.fabricManagerGPUs;
  # The toolkit's programs; the driver's are installed by NixOS.
  toolkit = pkgs.cudaPackages.cudatoolkit;
in
lib.mkIf (cuda != null) (
  lib.mkMerge [
    (lib.mkIf (cuda.binaryCache && (hasNvidia || node.isLogin || (hpc.cudaAwareMPI && runsJobs))) {
      nix.settings = {
        substituters = [ "https://cache.nixos-cuda.org" ];
        trusted-public-keys = [ "cache.nixos-cuda.org:74DUi4Ye579gUqzH4ziL9IyiJBlDpMRn9MBN8oNan9M=" ];
      };
    })

    (lib.mkIf hasNvidia {
      hardware.graphics.enable = true;
      hardware.nvidia = {
        # Volta and older lack the processor (GSP) that the open module talks to.
        open = cuda.openKernelModule && !isLegacy;
        nvidiaPersistenced = cuda.persistence;
        nvidiaSettings = lib.mkDefault false;
      };
      cluster.services.cuda = {
        available = true;
        binPath = "${toolkit}/bin";
      };
    })

    (lib.mkIf (hasNvidia && !hasNVSwitch) {
      # Names the driver; it starts no X server.
      services.xserver.videoDrivers = [ "nvidia" ];
      # 580 is the last branch that drives Maxwell to Volta.
      hardware.nvidia.branch = lib.mkIf (isLegacy || cuda.branch != null) (
        if isLegacy then "legacy_580" else cuda.branch
      );
    })

    # The driver for data centres is a branch of its own, excludes the other, and comes with the fabric manager.
    (lib.mkIf (hasNvidia && hasNVSwitch) {
      hardware.nvidia.datacenter.enable = true;
      nixpkgs.config.nvidia.acceptLicense = true;
      systemd.services.nvidia-fabricmanager.serviceConfig = {
        Restart = "on-failure";
        RestartSec = 10;
      };
      # What NixOS does with the other driver only: load the module before the daemons start, install GSP's firmware.
      boot.kernelModules = [ "nvidia" ];
      hardware.firmware = lib.optional (
        config.hardware.nvidia.package ? firmware
      ) config.hardware.nvidia.package.firmware;
    })

    (lib.mkIf (hasNvidia || node.isLogin) { environment.systemPackages = [ toolkit ]; })
  ]
)
