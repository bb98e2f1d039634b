{ nixpkgs }:
let
# In flake.nix
modules = {
  # Existing modules...
  mymodule = import ./modules/mymodule;
};
mkSystem = name: node:
  nixpkgs.lib.nixosSystem {
    inherit system;
    specialArgs = { inherit pkgs node nodes networkConfig storageConfig myModuleConfig; };
    modules = [
      # Existing modules...
      (modules.mymodule { inherit node nodes myModuleConfig; })
    ];
  };
mkClusterFlake = { 
  # Existing parameters...
  myModuleConfig ? {},
}: { };
in
mkClusterFlake
