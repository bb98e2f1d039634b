# BeeGFS: every node mounts a BeeGFS that exists already.
#
# fileSystems: [ { server (the management service: a node, or another host's name or address), secretFile (null: a BeeGFS
#                without authentication), mount, mountOptions } ]
#
# nixpkgs has no BeeGFS. The input `beegfs` is a flake of your own, whose `overlays.default` adds
#   pkgs.beegfs                  the client's programs, with `bin/mount.beegfs` where the release needs it
#   pkgs.linuxPackages.beegfs    the kernel module `beegfs`, built for that kernel:
#                                linuxPackages = prev.linuxPackages.extend (kernel: _: { beegfs = kernel.callPackage … { }; })
# for the system of every node. Another `boot.kernelPackages` than the default needs the module too.
{
  config,
  inputs,
  lib,
  nodes,
  pkgs,
  fileSystems,
  ...
}:
let
  source =
    inputs.beegfs
      or (throw "BeeGFS needs an input `beegfs` in flake.nix: a flake with its packages, which nixpkgs has not");
  named = lib.imap1 (
    number: fs: fs // { file = "beegfs/client-${toString number}.conf"; }
  ) fileSystems;
  # The kernel's client looks no names up.
  addressOf = host: nodes.${host}.ip or host;
in
{
  nixpkgs.overlays = [ source.overlays.default ];
  boot.extraModulePackages = [ config.boot.kernelPackages.beegfs ];
  boot.kernelModules = [ "beegfs" ];
  environment.systemPackages = [ pkgs.beegfs ];
  cluster.services.beegfs-client.available = true;

  environment.etc = lib.listToAttrs (
    map (
      fs:
      lib.nameValuePair fs.file {
        text = ''
          sysMgmtdHost = ${addressOf fs.server}
          ${
            if fs.secretFile == null then
              "connDisableAuthentication = true"
            else
              "connAuthFile = ${fs.secretFile}"
          }
        '';
      }
    ) named
  );

  fileSystems = lib.listToAttrs (
    map (
      fs:
      lib.nameValuePair fs.mount {
        device = "beegfs_nodev";
        fsType = "beegfs";
        noCheck = true;
        options = [
          "cfgFile=/etc/${fs.file}"
          "_netdev"
        ]
        ++ fs.mountOptions;
      }
    ) named
  );

  # Servers tell their clients of changes; which of their networks they use is theirs to choose.
  cluster.firewall = {
    udpPorts = [ 8004 ];
    fabric.udpPorts = [ 8004 ];
  };
}
