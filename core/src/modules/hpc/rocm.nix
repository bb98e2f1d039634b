# ROCm: driver and tools on nodes with AMD GPUs, the compiler also on login nodes.
{
  node,
  hpc,
  lib,
  pkgs,
  ...
}:
let
  hasAMD = node.hasGPU && node.gpuVendor == "amd";
in
lib.mkIf hpc.rocm (
  lib.mkMerge [
    (lib.mkIf hasAMD {
      boot.kernelModules = [ "amdgpu" ];
      hardware.graphics.enable = true;
      hardware.amdgpu.opencl.enable = true;
      # Jobs are held to their GPUs by Slurm's cgroups, not by groups of users.
      services.udev.extraRules = ''
        KERNEL=="kfd", MODE="0666"
        SUBSYSTEM=="drm", KERNEL=="renderD*", MODE="0666"
      '';
      environment.systemPackages = [
        pkgs.rocmPackages.rocm-smi
        pkgs.rocmPackages.amdsmi
      ];
      cluster.services.rocm = {
        available = true;
        binPath = "${pkgs.rocmPackages.clr}/bin";
      };
    })

    (lib.mkIf (hasAMD || node.isLogin) {
      # hipcc, rocminfo.
      environment.systemPackages = [ pkgs.rocmPackages.clr ];
      # Many programs look for HIP at this path only.
      systemd.tmpfiles.rules = [ "L+ /opt/rocm/hip - - - - ${pkgs.rocmPackages.clr}" ];
    })
  ]
)
