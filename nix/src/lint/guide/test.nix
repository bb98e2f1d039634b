let
  clusterFlake = import ./path/to/flake.nix;
in clusterFlake.mkClusterFlake {
  # Minimal configuration with your module
  myModuleConfig = {
    enable = true;
    # Other options to test
  };
}
