{
  description = __description__;

  inputs.nixpkgs.url = __nixpkgs__;
  inherit __inputs__;

  outputs =
    { nixpkgs, ... }@inputs:
    let
      inherit (nixpkgs) lib;
      clusterLib = import ./lib { inherit lib; };

      # Each is a function of the cluster's values to a NixOS module.
      modules = __modules__;

      # From the cluster's values to its nodes. Nodes come in groups (nodeGroups), or one by one
      # (controllerHostname, controllerIP, workerNodes with hostname, ip, hasGPU, cpus, memoryMB, gpus).
      mkClusterFlake =
        {
          controllerHostname ? null,
          controllerIP ? null,
          workerNodes ? [ ],
          nodeGroups ? [ ],
          clusterConfig ? { },
          networkConfig ? { },
          __parameters__,
          sshKeys ? [ ],
          users ? [ ],
          groups ? [ ],
          # Modules for single nodes: { cn001 = [ ./hosts/cn001.nix ]; }
          extraNodeModules ? { },
          # Modules for every node.
          extraCommonModules ? [ ],
        }:
        let
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
              specialArgs = { inherit node nodes clusterLib; };
              modules = [
                __calls__
              ]
              ++ node.modules
              ++ extraCommonModules
              ++ (extraNodeModules.${name} or [ ]);
            };
        in
        {
          inherit nodes;
          nixosConfigurations = lib.mapAttrs mkSystem nodes;
        };

      cluster = mkClusterFlake (import ./cluster.nix);
    in
    {
      lib = clusterLib // {
        inherit mkClusterFlake;
      };

      inherit (cluster) nixosConfigurations;

      formatter = lib.genAttrs [
        "x86_64-linux"
        "aarch64-linux"
      ] (system: nixpkgs.legacyPackages.${system}.nixfmt-tree);
    };
}
