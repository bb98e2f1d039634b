use super::{choice, description};

choice! {
    /// An implementation of MPI.
    pub enum Mpi {
        None "none" "none",
        OpenMpi "openmpi" "Open MPI",
        Mpich "mpich" "MPICH",
    }
}

description! {
    /// CUDA and the NVIDIA driver, on the nodes with NVIDIA GPUs.
    pub struct Cuda {
        enable "enable": bool = false,
        /// Whether the open kernel module is used: right for Turing (2018) and newer, wrong for Volta and older.
        open_kernel_module "openKernelModule": bool = true,
        /// Whether the persistence daemon keeps the driver loaded.
        persistence "persistence": bool = true,
    }
}

description! {
    /// MPI, GPUs, tools and limits for jobs.
    pub struct Hpc {
        mpi "mpi": Mpi = Mpi::None,
        /// Whether MPI can send GPU memory (Open MPI with CUDA).
        cuda_aware_mpi "cudaAwareMPI": bool = false,
        cuda "cuda": Cuda = Cuda::default(),
        /// Whether compilers and build tools are installed for users.
        compilers "compilers": bool = false,
        /// Whether Apptainer runs containers without root.
        apptainer "apptainer": bool = false,
        /// Whether programs may lock all memory, which RDMA needs.
        unlimited_memlock "unlimitedMemlock": bool = false,
        /// The workers' CPU frequency governor, `performance`; empty for the kernel's default.
        governor "governor": String = String::new(),
    }
}
