# MPI, GPUs, tools and limits for jobs, and a self-test. Users compile on login nodes and run on workers: both get the
# same packages.
#
# hpcConfig: mpi (null, "openmpi", "mpich"), ucx, cudaAwareMPI, rocm, compilers, libraries, selfTest, apptainer,
#            unlimitedMemlock, hugePages (pages of 2 MiB on each worker), governor,
#            packages ([ "julia" "python3Packages.numpy" ]), lmod ({ modulePath }), which needs the input lmod,
#            cuda ({ openKernelModule, branch, legacyGPUs, fabricManagerGPUs, persistence, binaryCache });
#            nvidia.nix says what these mean
{
  node,
  nodes,
  clusterLib,
  networkConfig ? { },
  hpcConfig ? { },
  inputs ? { },
  ...
}:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  hpc = {
    mpi = null;
    ucx = false;
    cudaAwareMPI = false;
    cuda = null;
    rocm = false;
    compilers = false;
    libraries = false;
    packages = [ ];
    lmod = null;
    selfTest = false;
    apptainer = false;
    unlimitedMemlock = false;
    hugePages = 0;
    governor = null;
  }
  // hpcConfig;

  part =
    file:
    import file {
      inherit
        node
        nodes
        clusterLib
        networkConfig
        hpc
        inputs
        config
        lib
        pkgs
        ;
      runsJobs = node.isWorker || node.isLogin;
    };
in
{
  _file = ./default.nix;

  config = lib.mkMerge (
    map part [
      ./mpi.nix
      ./nvidia.nix
      ./rocm.nix
      ./tools.nix
      ./limits.nix
      ./self-test.nix
    ]
  );
}
