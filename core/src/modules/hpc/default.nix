# MPI, CUDA, tools and limits for jobs.
#
# hpcConfig: mpi (null, "openmpi", "mpich"), cudaAwareMPI, cuda ({ openKernelModule, persistence }),
#            compilers, apptainer, unlimitedMemlock, governor
{
  node,
  hpcConfig ? { },
  ...
}:
{ lib, pkgs, ... }:
let
  hpc = {
    mpi = null;
    cudaAwareMPI = false;
    cuda = null;
    compilers = false;
    apptainer = false;
    unlimitedMemlock = false;
    governor = null;
  }
  // hpcConfig;
  runsJobs = node.isWorker || node.isLogin;
  hasNvidia = node.hasGPU && node.gpuVendor == "nvidia";
in
{
  _file = ./default.nix;

  config = lib.mkMerge [
    (lib.mkIf (hpc.mpi != null) {
      environment.systemPackages = [
        pkgs.${hpc.mpi}
        # mpicc is in the package's dev output.
        (lib.getDev pkgs.${hpc.mpi})
      ];
      cluster.services.mpi = {
        available = true;
        binPath = "${lib.getDev pkgs.${hpc.mpi}}/bin";
      };
    })

    # Ranks listen on ports that the kernel picks (net.ipv4.ip_local_port_range).
    (lib.mkIf (hpc.mpi != null && node.isWorker) {
      cluster.firewall.tcpPortRanges = [
        {
          from = 32768;
          to = 60999;
        }
      ];
    })

    # Open MPI, UCX and UCC must agree on CUDA, or ranks crash; all nodes must have the same build.
    (lib.mkIf hpc.cudaAwareMPI {
      nixpkgs.overlays = [
        (_: previous: {
          ucx = previous.ucx.override { enableCuda = true; };
          ucc = previous.ucc.override { enableCuda = true; };
          openmpi = previous.openmpi.override { cudaSupport = true; };
        })
      ];
    })

    (lib.mkIf (hpc.cuda != null) {
      nix.settings = {
        substituters = [ "https://cache.nixos-cuda.org" ];
        trusted-public-keys = [ "cache.nixos-cuda.org:74DUi4Ye579gUqzH4ziL9IyiJBlDpMRn9MBN8oNan9M=" ];
      };
    })

    (lib.mkIf (hpc.cuda != null && hasNvidia) {
      # Names the driver; it starts no X server.
      services.xserver.videoDrivers = [ "nvidia" ];
      hardware.graphics.enable = true;
      hardware.nvidia = {
        open = hpc.cuda.openKernelModule or true;
        nvidiaPersistenced = hpc.cuda.persistence or true;
        nvidiaSettings = false;
      };
      cluster.services.cuda.available = true;
    })

    (lib.mkIf (hpc.cuda != null && (hasNvidia || node.isLogin)) {
      environment.systemPackages = [ pkgs.cudaPackages.cudatoolkit ];
    })

    (lib.mkIf (hpc.compilers && runsJobs) {
      environment.systemPackages = [
        pkgs.gcc
        pkgs.gfortran
        pkgs.gnumake
        pkgs.cmake
        pkgs.gdb
        pkgs.python3
      ];
    })

    (lib.mkIf (hpc.apptainer && runsJobs) {
      programs.singularity = {
        enable = true;
        package = pkgs.apptainer;
      };
    })

    (lib.mkIf hpc.unlimitedMemlock {
      security.pam.loginLimits = [
        {
          domain = "*";
          item = "memlock";
          type = "-";
          value = "unlimited";
        }
      ];
    })

    (lib.mkIf (hpc.governor != null && node.isWorker) {
      powerManagement.cpuFreqGovernor = hpc.governor;
    })
  ];
}
