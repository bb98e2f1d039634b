{ nixpkgs }:
let
# In flake.nix
modules = {
  # Existing modules...
  containers = import ./modules/containers;
};

mkSystem = name: node:
  nixpkgs.lib.nixosSystem {
    inherit system;
    specialArgs = { inherit pkgs node nodes networkConfig storageConfig containerConfig; };
    modules = [
      # Existing modules...
      (modules.containers { inherit node nodes containerConfig; })
    ];
  };
  
mkClusterFlake = { 
  # Existing parameters...
  containerConfig ? { enable = false; type = "k3s"; },
}: { };
in
mkClusterFlake
