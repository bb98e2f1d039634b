use super::{choice, description};

choice! {
    /// An implementation of MPI.
    pub enum Mpi {
        /// No MPI; jobs bring their own.
        None "none" "none",
        /// Open MPI, nixpkgs' `openmpi`.
        OpenMpi "openmpi" "Open MPI",
        /// MPICH, nixpkgs' `mpich`.
        Mpich "mpich" "MPICH",
    }
}

choice! {
    /// A branch of the NVIDIA driver, for Turing and newer.
    pub enum DriverBranch {
        /// NixOS's default branch; legacy 580 on nodes whose GPU model is Volta or older.
        Automatic "automatic" "by GPU model",
        /// NVIDIA's production branch.
        Production "production" "production",
        /// The last that drives Maxwell to Volta.
        Legacy580 "legacy_580" "legacy 580",
        /// The newest release of any branch.
        Latest "latest" "latest",
        /// NVIDIA's beta releases.
        Beta "beta" "beta",
    }
}

description! {
    /// Environment modules with Lmod, which is not in nixpkgs.
    pub struct Lmod {
        /// Whether users get environment modules with Lmod.
        enable "enable": bool = false,
        /// A flake whose `packages.SYSTEM.lmod` is Lmod as its `make install` lays it out: `github:lab/lmod-nix`.
        package_source "packageSource": String = String::new(),
        /// The folders of modulefiles.
        module_path "modulePath": Vec<String> = vec!["/opt/modulefiles".to_owned()],
    }
}

description! {
    /// CUDA and the NVIDIA driver, on the nodes with NVIDIA GPUs.
    pub struct Cuda {
        /// Whether nodes with NVIDIA GPUs get the NVIDIA driver and CUDA.
        enable "enable": bool = false,
        /// Whether Turing (2018) and newer use the open kernel module; Volta and older never do.
        open_kernel_module "openKernelModule": bool = true,
        /// The branch of the driver, as in `hardware.nvidia.branch`. Nodes whose GPU model is Volta or older always get
        /// legacy 580, the last that drives them.
        branch "branch": DriverBranch = DriverBranch::Automatic,
        /// Whether the persistence daemon keeps the driver loaded.
        persistence "persistence": bool = true,
        /// Whether nodes with NVSwitch (eight GPUs or more, of a model that is built so) run the fabric manager, with the
        /// driver for data centres, whatever the branch.
        fabric_manager "fabricManager": bool = false,
        /// Whether CUDA packages may come from the binary cache of the NixOS CUDA team.
        binary_cache "binaryCache": bool = true,
    }
}

description! {
    /// MPI, GPUs, tools and limits for jobs.
    pub struct Hpc {
        /// The MPI that is installed for users, on workers and login nodes.
        mpi "mpi": Mpi = Mpi::None,
        /// Whether the commands of UCX are installed and Open MPI sends through UCX, not TCP.
        ucx "ucx": bool = false,
        /// Whether MPI can send GPU memory (Open MPI with CUDA).
        cuda_aware_mpi "cudaAwareMPI": bool = false,
        /// CUDA and the NVIDIA driver.
        cuda "cuda": Cuda = Cuda::default(),
        /// Whether nodes with AMD GPUs get ROCm.
        rocm "rocm": bool = false,
        /// Whether compilers and build tools are installed for users.
        compilers "compilers": bool = false,
        /// Whether numerical libraries are installed for users: OpenBLAS, ScaLAPACK, FFTW, HDF5, NetCDF.
        libraries "libraries": bool = false,
        /// Further packages of nixpkgs for users, by attribute: `julia`, `python3Packages.numpy`.
        packages "packages": Vec<String> = Vec::new(),
        /// Whether workers and login nodes have `/bin/bash` and `/usr/bin/bash`, with which job scripts begin. NixOS itself has
        /// `/bin/sh` only.
        bin_bash "binBash": bool = true,
        /// Whether programs built elsewhere, for other Linux systems, run on workers and login nodes (nix-ld): conda, vendors'
        /// compilers.
        nix_ld "nixLd": bool = true,
        /// Environment modules with Lmod.
        lmod "lmod": Lmod = Lmod::default(),
        /// Whether `mpi-selftest` is installed: a small MPI program, also for GPUs, and the hostfile of all workers.
        self_test "selfTest": bool = false,
        /// Whether Apptainer runs containers without root.
        apptainer "apptainer": bool = false,
        /// Whether locked memory is unlimited, which RDMA needs.
        unlimited_memlock "unlimitedMemlock": bool = false,
        /// How many pages of 2 MiB a worker keeps for programs that ask for huge pages.
        huge_pages "hugePages": u32 = 0,
        /// The workers' CPU frequency governor, `performance`; empty for the kernel's default.
        governor "governor": String = String::new(),
    }
}

/// What a huge page holds, in MiB: on x86_64, and on aarch64 as NixOS builds its kernel.
pub const HUGE_PAGE_MIB: u64 = 2;

impl Hpc {
    /// The memory that a worker keeps as huge pages, in MiB.
    pub fn huge_pages_mib(&self) -> u64 {
        u64::from(self.huge_pages) * HUGE_PAGE_MIB
    }
}
