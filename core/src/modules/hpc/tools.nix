# Compilers, libraries, users' packages, environment modules and Apptainer, where jobs run and users log in.
{
  node,
  hpc,
  runsJobs,
  inputs,
  lib,
  pkgs,
  ...
}:
let
  # The package of nixpkgs at an attribute path: "julia", "python3Packages.numpy".
  packageAt =
    name:
    lib.attrByPath (lib.splitString "." name) (throw "hpcConfig.packages: nixpkgs has no “${name}”")
      pkgs;
  # Python finds its packages only if they are built into one environment with it.
  isPython = lib.hasPrefix "python3Packages.";
  pythonPackages = builtins.filter isPython hpc.packages;
  python =
    if pythonPackages == [ ] then
      pkgs.python3
    else
      pkgs.python3.withPackages (_: map packageAt pythonPackages);

  # One folder of libraries and headers. The linker writes its path into programs, so it is the same on all nodes.
  libraries = pkgs.buildEnv {
    name = "hpc-libraries";
    paths = [
      pkgs.openblas
    ]
    ++ (
      if hpc.mpi == null then
        [
          pkgs.fftw
          pkgs.hdf5
          pkgs.netcdf
        ]
      else
        [
          pkgs.scalapack
          pkgs.fftwMpi
          pkgs.hdf5-mpi
          pkgs.netcdf-mpi
        ]
    );
    extraOutputsToInstall = [
      "dev"
      "lib"
    ];
    ignoreCollisions = true;
  };

  lmod =
    inputs.lmod.packages.${node.system}.lmod
      or (throw "hpcConfig.lmod: the flake's input “lmod” has no packages.${node.system}.lmod");
in
lib.mkIf runsJobs (
  lib.mkMerge [
    (lib.mkIf hpc.compilers {
      environment.systemPackages = [
        pkgs.gcc
        pkgs.gfortran
        pkgs.gnumake
        pkgs.cmake
        pkgs.ninja
        pkgs.gdb
      ];
    })

    (lib.mkIf (hpc.compilers || pythonPackages != [ ]) { environment.systemPackages = [ python ]; })

    (lib.mkIf hpc.libraries {
      # What gcc, gfortran and CMake search besides their own folders.
      environment.systemPackages = [ libraries ];
      environment.variables = {
        CPATH = [ "${libraries}/include" ];
        LIBRARY_PATH = [ "${libraries}/lib" ];
        PKG_CONFIG_PATH = [ "${libraries}/lib/pkgconfig" ];
        CMAKE_PREFIX_PATH = [ "${libraries}" ];
      };
    })

    (lib.mkIf (hpc.packages != [ ]) {
      environment.systemPackages = map packageAt (builtins.filter (name: !isPython name) hpc.packages);
    })

    # The flake must give what Lmod's own “make install” does, under $out: lmod/lmod/init/bash and lmod/lmod/init/zsh.
    (lib.mkIf (hpc.lmod != null) {
      environment.systemPackages = [ lmod ];
      environment.variables.MODULEPATH = hpc.lmod.modulePath;
      # Login shells of bash and zsh; jobs inherit the function from bash.
      environment.shellInit = ''
        if [ -n "''${BASH_VERSION-}" ]; then
          . ${lmod}/lmod/lmod/init/bash
        elif [ -n "''${ZSH_VERSION-}" ]; then
          . ${lmod}/lmod/lmod/init/zsh
        fi
      '';
    })

    # Without setuid, which would break GPUs (apptainer exec --nv).
    (lib.mkIf hpc.apptainer {
      programs.singularity = {
        enable = true;
        package = pkgs.apptainer;
        enableSuid = false;
      };
    })
  ]
)
