{
  inputs.cluster.url = "git+ssh://git@example.org/cluster";

  outputs =
    { cluster, ... }:
    let
      values = import "${cluster}/cluster.nix";
      outputs = cluster.lib.mkClusterFlake (
        values
        // {
          extraCommonModules = [ ./site.nix ];
          extraNodeModules.__node__ = [ { services.fail2ban.enable = true; } ];
        }
      );
    in
    {
      inherit (outputs) nixosConfigurations packages;
    };
}
