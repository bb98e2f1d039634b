# Lustre: every node mounts a Lustre that exists already.
#
# fileSystems: [ { server (the NIDs of the MGS, "10.0.9.1@o2ib:10.0.9.2@o2ib"), export (the file system's name), mount,
#                mountOptions } ]
#
# nixpkgs has no Lustre. The input `lustre` is a flake of your own, whose `overlays.default` adds
#   pkgs.lustre-client                  the client's programs, with `bin/mount.lustre`
#   pkgs.linuxPackages.lustre-client    the kernel modules `lustre` and `lnet`, built for that kernel:
#                                       linuxPackages = prev.linuxPackages.extend (kernel: _: { lustre-client = … ; })
# for the system of every node. Another `boot.kernelPackages` than the default needs the modules too.
{
  config,
  inputs,
  lib,
  networkConfig,
  node,
  pkgs,
  fileSystems,
  ...
}:
let
  source =
    inputs.lustre
      or (throw "Lustre needs an input `lustre` in flake.nix: a flake with its packages, which nixpkgs has not");
  # "10.0.9.1@o2ib1" -> "o2ib1"
  networkOf = nid: lib.last (lib.splitString "@" nid);
  nids = lib.concatMap (
    fs: lib.concatMap (lib.splitString ",") (lib.splitString ":" fs.server)
  ) fileSystems;
  isFabric = lib.hasPrefix "o2ib";
  onFabric = networkConfig.fabric != null && node.fabricIP != null;
  networks = builtins.filter (network: !isFabric network || onFabric) (
    lib.unique (map networkOf nids)
  );
  interfaceOf = network: if isFabric network then networkConfig.fabric.interface else node.interface;
in
{
  nixpkgs.overlays = [ source.overlays.default ];
  boot.extraModulePackages = [ config.boot.kernelPackages.lustre-client ];
  # The kernel loads the modules when it mounts, and not earlier: they want the network's addresses.
  boot.extraModprobeConfig = ''
    options lnet networks="${
      lib.concatMapStringsSep "," (network: "${network}(${interfaceOf network})") networks
    }"
  '';
  environment.systemPackages = [ pkgs.lustre-client ];
  cluster.services.lustre-client.available = true;

  fileSystems = lib.listToAttrs (
    map (
      fs:
      lib.nameValuePair fs.mount {
        device = "${fs.server}:/${fs.export}";
        fsType = "lustre";
        noCheck = true;
        options = [
          "noatime"
          "_netdev"
        ]
        ++ fs.mountOptions;
      }
    ) fileSystems
  );

  # Servers connect to clients too, to take locks back; over the fabric that passes the firewall by.
  cluster.firewall.tcpPorts = lib.mkIf (!lib.all isFabric networks) [ 988 ];
}
