# MPI where jobs run and users log in, and the ports and networks that ranks reach each other by.
{
  node,
  networkConfig,
  hpc,
  runsJobs,
  lib,
  pkgs,
  ...
}:
let
  mpi = pkgs.${hpc.mpi};
  isOpenMPI = hpc.mpi == "openmpi";

  inherit (networkConfig) subnet fabric;
  subnets = [
    subnet
  ]
  ++ lib.optional (fabric != null && node.fabricIP != null) fabric.subnet;

  # Where the kernel picks ports for those who ask for none (net.ipv4.ip_local_port_range): mpirun and its daemons,
  # UCX, libfabric and PMIx listen there. Open MPI's own TCP would start at 1024, and is told to stay inside.
  ports = {
    from = 32768;
    to = 60999;
  };
in
lib.mkIf (hpc.mpi != null && runsJobs) (
  lib.mkMerge [
    {
      # mpicc is in the dev output of Open MPI.
      environment.systemPackages = [
        mpi
        (lib.getDev mpi)
      ];
      cluster.services.mpi = {
        available = true;
        binPath = "${lib.getDev mpi}/bin";
      };
      cluster.firewall = {
        tcpPortRanges = [ ports ];
        fabric.tcpPortRanges = lib.mkIf (node.fabricIP != null) [ ports ];
      };
    }

    (lib.mkIf isOpenMPI {
      # mpirun starts prted on other nodes, by its name.
      environment.systemPackages = [ pkgs.prrte ];
      # A file of each node, since a job takes the variables of the node that it was submitted from. The networks are
      # named since bridges of containers have the same address everywhere, and ranks would call themselves.
      environment.etc."openmpi/mca-params.conf".text = ''
        btl_tcp_if_include = ${lib.concatStringsSep "," subnets}
        btl_tcp_port_min_v4 = ${toString ports.from}
        btl_tcp_port_range_v4 = ${toString (ports.to - ports.from + 1)}
      ''
      # Without “any” UCX is refused on nodes that have no RDMA.
      + lib.optionalString hpc.ucx ''
        pml = ucx
        pml_ucx_tls = any
        pml_ucx_devices = any
      '';
      environment.variables = {
        # The first file that sets a parameter wins.
        OMPI_MCA_mca_base_param_files = "$HOME/.openmpi/mca-params.conf,/etc/openmpi/mca-params.conf";
        PRTE_MCA_prte_if_include = subnet;
      };
    })

    (lib.mkIf (hpc.mpi == "mpich") {
      # What is built with MPI (HDF5, ScaLAPACK, …) takes pkgs.mpi.
      nixpkgs.overlays = [ (final: _: { mpi = final.mpich; }) ];
      # libfabric would take the fastest interface, also a bridge of containers; it passes over names that it lacks.
      environment.variables.FI_TCP_IFACE = node.interface;
    })

    # ucx_info is in the dev output.
    (lib.mkIf hpc.ucx { environment.systemPackages = [ (lib.getDev pkgs.ucx) ]; })

    # Open MPI, UCX and UCC must agree on CUDA, or ranks crash. Nodes without GPUs have the same build: a program finds
    # its MPI by the store path that it was linked with.
    (lib.mkIf hpc.cudaAwareMPI {
      nixpkgs.overlays = [
        (_: previous: {
          ucx = previous.ucx.override { enableCuda = true; };
          ucc = previous.ucc.override { enableCuda = true; };
          openmpi = previous.openmpi.override { cudaSupport = true; };
        })
      ];
    })
  ]
)
