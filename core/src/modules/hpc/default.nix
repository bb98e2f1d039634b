# MPI, GPUs, tools and limits for jobs, and a self-test. Users compile on login nodes and run on workers: both get the
# same packages.
#
# hpcConfig: options.nix says what it has. Its lmod needs the input lmod.
{
  node,
  nodes,
  clusterLib,
  networkConfig,
  hpcConfig,
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
  part =
    file:
    import file {
      inherit
        node
        nodes
        clusterLib
        networkConfig
        inputs
        config
        lib
        pkgs
        ;
      hpc = hpcConfig;
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
