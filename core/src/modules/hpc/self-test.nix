# The command mpi-selftest, its program, and the hostfile of all workers.
{
  nodes,
  clusterLib,
  hpc,
  runsJobs,
  config,
  lib,
  pkgs,
  ...
}:
let
  isOpenMPI = hpc.mpi == "openmpi";
  mpi = pkgs.${hpc.mpi};
  hasSlurm = config.cluster.services.slurm.available or false;

  program = pkgs.stdenv.mkDerivation {
    name = "mpi-selftest-program";
    src = ./mpi-selftest;
    nativeBuildInputs = [ (lib.getDev mpi) ];
    buildPhase = "mpicc -O2 -o mpi-selftest-program mpi-selftest.c -ldl";
    installPhase = "install -D -t $out/bin mpi-selftest-program";
  };

  workers = clusterLib.withRole "worker" nodes;
  # A slot for each core.
  host =
    worker:
    let
      slots = toString (worker.sockets * worker.coresPerSocket);
    in
    if isOpenMPI then "${worker.hostname} slots=${slots}" else "${worker.hostname}:${slots}";

  # Two ranks on each of two nodes, if the user says nothing else.
  count = toString (if builtins.length workers > 1 then 2 else 1);
  ranks = toString (if builtins.length workers > 1 then 4 else 2);
  launcher =
    if hasSlurm then
      {
        name = "srun";
        # As users start their programs: how ranks find each other is slurm.conf's MpiDefault.
        command = "srun --nodes=${count} --ntasks-per-node=2";
        gpus = "--gpus-per-node=1";
        usual = "";
      }
    else
      {
        name = "mpirun";
        command = "${mpi}/bin/mpirun ${if isOpenMPI then "--hostfile" else "-f"} /etc/mpi/hostfile";
        gpus = "";
        usual = if isOpenMPI then "--map-by ppr:2:node -np ${ranks}" else "-ppn 2 -np ${ranks}";
      };

  command = pkgs.writeShellScriptBin "mpi-selftest" ''
    if [ "''${1-}" = --help ] || [ "''${1-}" = -h ]; then
      echo "usage: mpi-selftest [--gpu] [OPTIONS OF ${launcher.name}]"
      echo
      echo "Sends numbers between the ranks of an MPI job and tells whether they arrive right:"
      echo "  ${launcher.command} ${launcher.usual}"
      echo "  --gpu  from GPU to GPU (NVIDIA); needs an MPI with CUDA, and nodes with GPUs"
      ${lib.optionalString (
        !hasSlurm
      ) ''echo "mpirun reaches other nodes by SSH, which must let you in without a password."''}
      exit
    fi
    launch="${launcher.command}"
    where=
    if [ "''${1-}" = --gpu ]; then
      launch="$launch ${launcher.gpus}"
      where=--gpu
      shift
    fi
    if [ $# = 0 ]; then
      set -- ${launcher.usual}
    fi
    exec $launch "$@" ${program}/bin/mpi-selftest-program $where
  '';
in
lib.mkIf (hpc.selfTest && hpc.mpi != null && runsJobs) {
  environment.systemPackages = [ command ];
  environment.etc."mpi/hostfile".text = lib.concatMapStrings (worker: "${host worker}\n") workers;
}
