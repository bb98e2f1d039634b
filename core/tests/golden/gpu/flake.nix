{
  description = "Eight nodes with eight H100 each, for training: Slurm and k3s, monitored";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      clusterLib = import ./lib { inherit lib; };

      # Each is a function of the cluster's values to a NixOS module.
      modules = {
        base = import ./modules/base;
        networking = import ./modules/networking;
        storage = import ./modules/storage;
        slurm = import ./modules/slurm;
        hpc = import ./modules/hpc;
        compatibility = import ./modules/compatibility;
        monitoring = import ./modules/monitoring;
        users = import ./modules/users;
        containers = import ./modules/containers;
      };

      # What the parameters of mkClusterFlake may be: names, types, defaults. For a module of yours it is enough to take its
      # parameter below; where it has such a file too, the file stands here and the parameter with those that are evaluated.
      options = [
        ./modules/base/options.nix
        ./modules/networking/options.nix
        ./modules/storage/options.nix
        ./modules/slurm/options.nix
        ./modules/hpc/options.nix
        ./modules/compatibility/options.nix
        ./modules/monitoring/options.nix
        ./modules/users/options.nix
        ./modules/containers/options.nix
      ];

      # The machines from which the cluster is administered.
      forEachSystem = lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
      ];

      # From the cluster's values to the outputs of its flake. Nodes come in groups (nodeGroups), or one by one
      # (controllerHostname, controllerIP, workerNodes with hostname, ip, hasGPU, cpus, memoryMB, gpus).
      mkClusterFlake = clusterLib.refusingOthers (
        {
          controllerHostname ? null,
          controllerIP ? null,
          workerNodes ? [ ],
          nodeGroups ? [ ],
          clusterConfig ? { },
          networkConfig ? { },
          storageConfig ? { },
          slurmConfig ? { },
          hpcConfig ? { },
          compatibilityConfig ? { },
          monitoringConfig ? { },
          containerConfig ? { },
          sshKeys ? [ ],
          users ? [ ],
          groups ? [ ],
          # The files that nodes need and no flake may hold, as tools/default.nix says.
          secrets ? [ ],
          # Modules for single nodes: { cn001 = [ ./hosts/cn001.nix ]; }
          extraNodeModules ? { },
          # Modules for every node.
          extraCommonModules ? [ ],
        }@given:
        let
          # With all defaults. A name or a type that is not among the options is refused.
          inherit (clusterLib.evaluate options given)
            workerNodes
            nodeGroups
            clusterConfig
            networkConfig
            storageConfig
            slurmConfig
            hpcConfig
            compatibilityConfig
            monitoringConfig
            containerConfig
            sshKeys
            users
            groups
            ;
          nodes = clusterLib.expandNodes {
            inherit
              controllerHostname
              controllerIP
              workerNodes
              nodeGroups
              ;
          };
          mkSystem =
            name: node:
            lib.nixosSystem {
              # Not pkgs, with which NixOS would pass over nixpkgs.config and nixpkgs.overlays.
              specialArgs = { inherit node nodes clusterLib; };
              modules = [
                (modules.base {
                  inherit
                    node
                    clusterConfig
                    sshKeys
                    ;
                })
                (modules.networking {
                  inherit
                    node
                    nodes
                    clusterLib
                    networkConfig
                    ;
                })
                (modules.storage {
                  inherit
                    node
                    nodes
                    clusterLib
                    networkConfig
                    storageConfig
                    inputs
                    ;
                })
                (modules.slurm {
                  inherit
                    node
                    nodes
                    clusterLib
                    clusterConfig
                    slurmConfig
                    hpcConfig
                    storageConfig
                    ;
                })
                (modules.hpc {
                  inherit
                    node
                    nodes
                    clusterLib
                    networkConfig
                    hpcConfig
                    inputs
                    ;
                })
                (modules.compatibility {
                  inherit
                    node
                    compatibilityConfig
                    ;
                })
                (modules.monitoring {
                  inherit
                    node
                    nodes
                    clusterLib
                    hpcConfig
                    slurmConfig
                    monitoringConfig
                    ;
                })
                (modules.users {
                  inherit
                    node
                    nodes
                    clusterLib
                    users
                    groups
                    storageConfig
                    inputs
                    ;
                })
                (modules.containers {
                  inherit
                    node
                    nodes
                    clusterLib
                    containerConfig
                    ;
                })
              ]
              ++ node.modules
              ++ extraCommonModules
              ++ (extraNodeModules.${name} or [ ]);
            };
          tools = import ./tools {
            inherit
              lib
              clusterLib
              nodes
              given
              clusterConfig
              networkConfig
              secrets
              storageConfig
              slurmConfig
              hpcConfig
              compatibilityConfig
              monitoringConfig
              containerConfig
              ;
          };
          packages = forEachSystem (system: {
            cluster-tools = tools.package nixpkgs.legacyPackages.${system};
          });
        in
        {
          inherit nodes tools packages;
          nixosConfigurations = lib.mapAttrs mkSystem nodes;
          apps = lib.mapAttrs (_: programs: {
            default = {
              type = "app";
              program = lib.getExe programs.cluster-tools;
              meta.description = "Commands for all nodes of the cluster at once";
            };
          }) packages;
          devShells = lib.mapAttrs (system: programs: {
            default = nixpkgs.legacyPackages.${system}.mkShellNoCC {
              packages = [
                programs.cluster-tools
                nixpkgs.legacyPackages.${system}.nixos-rebuild-ng
              ];
            };
          }) packages;
        }
      );

      cluster = mkClusterFlake (import ./cluster.nix);
    in
    {
      lib = clusterLib // {
        inherit mkClusterFlake;
      };

      inherit (cluster)
        nixosConfigurations
        packages
        apps
        devShells
        ;

      formatter = forEachSystem (system: nixpkgs.legacyPackages.${system}.nixfmt-tree);
    };
}
