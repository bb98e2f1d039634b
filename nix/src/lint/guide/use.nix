let
  clusterFlake = import ./path/to/flake.nix;
in clusterFlake.mkClusterFlake {
  # Basic configuration...
  
  # Enable container orchestration with K3s
  containerConfig = {
    enable = true;
    type = "k3s";
    serverExtraFlags = "--no-deploy traefik";
  };
}
