# What cluster.nix may say, with types, defaults and what it means: flake.nix holds the values against it. It is made from the
# fields of the design, whose names in cluster.json differ here and there.
{ lib, ... }:
{
  options.hpcConfig = {
    mpi = lib.mkOption {
      type = lib.types.nullOr (
        lib.types.enum [
          "openmpi"
          "mpich"
        ]
      );
      default = null;
      description = "The MPI that is installed for users, on workers and login nodes.";
    };
    ucx = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether the commands of UCX are installed and Open MPI sends through UCX, not TCP.";
    };
    cudaAwareMPI = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether MPI can send GPU memory (Open MPI with CUDA).";
    };
    cuda = lib.mkOption {
      type = lib.types.nullOr (
        lib.types.submodule {
          options = {
            openKernelModule = lib.mkOption {
              type = lib.types.bool;
              default = true;
              description = "Whether Turing (2018) and newer use the open kernel module; Volta and older never do.";
            };
            branch = lib.mkOption {
              type = lib.types.nullOr (
                lib.types.enum [
                  "production"
                  "legacy_580"
                  "latest"
                  "beta"
                ]
              );
              default = null;
              description = "The branch of the driver, as in `hardware.nvidia.branch`; `null` for NixOS's default. Nodes whose GPU model is Volta or older always get legacy 580, the last that drives them.";
            };
            legacyGPUs = lib.mkOption {
              type = lib.types.listOf lib.types.str;
              default = [ ];
              description = "The cluster's GPU models of Maxwell to Volta.";
            };
            fabricManagerGPUs = lib.mkOption {
              type = lib.types.listOf lib.types.str;
              default = [ ];
              description = "The GPU models whose nodes with eight or more have NVSwitch, and run the fabric manager.";
            };
            persistence = lib.mkOption {
              type = lib.types.bool;
              default = true;
              description = "Whether the persistence daemon keeps the driver loaded.";
            };
            binaryCache = lib.mkOption {
              type = lib.types.bool;
              default = true;
              description = "Whether CUDA packages may come from the binary cache of the NixOS CUDA team.";
            };
          };
        }
      );
      default = null;
      description = "CUDA and the NVIDIA driver.";
    };
    rocm = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether nodes with AMD GPUs get ROCm.";
    };
    compilers = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether compilers and build tools are installed for users.";
    };
    libraries = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether numerical libraries are installed for users: OpenBLAS, ScaLAPACK, FFTW, HDF5, NetCDF.";
    };
    packages = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [ ];
      description = "Further packages of nixpkgs for users, by attribute: `julia`, `python3Packages.numpy`.";
    };
    lmod = lib.mkOption {
      type = lib.types.nullOr (
        lib.types.submodule {
          options = {
            modulePath = lib.mkOption {
              type = lib.types.listOf lib.types.str;
              default = [ "/opt/modulefiles" ];
              description = "The folders of modulefiles.";
            };
          };
        }
      );
      default = null;
      description = "Environment modules with Lmod.";
    };
    selfTest = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether `mpi-selftest` is installed: a small MPI program, also for GPUs, and the hostfile of all workers.";
    };
    apptainer = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether Apptainer runs containers without root.";
    };
    unlimitedMemlock = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether locked memory is unlimited, which RDMA needs.";
    };
    hugePages = lib.mkOption {
      type = lib.types.ints.unsigned;
      default = 0;
      description = "How many pages of 2 MiB a worker keeps for programs that ask for huge pages.";
    };
    governor = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = null;
      description = "The workers' CPU frequency governor, `performance`; `null` for the kernel's default.";
    };
  };
}
