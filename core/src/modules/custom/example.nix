# The smallest cluster with the module __name__. In the folder of the whole flake:
#   nixos-rebuild build --flake ./examples/__name__#controller
{
  description = __description__;

  inputs.cluster.url = "path:../..";

  outputs =
    { cluster, ... }:
    let
      example = cluster.lib.mkClusterFlake __cluster__;
    in
    {
      inherit (example) nixosConfigurations;
    };
}
