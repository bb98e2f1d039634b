# GlusterFS: some nodes have bricks, which make a volume; every node mounts it, those with bricks too.
#
# fileSystems: [ { server (hostlist), export (the folder of each server's brick), volume, mount, mountOptions } ]
#
# Peers and volume are made once, by hand; until then the mounts fail.
{
  lib,
  node,
  clusterLib,
  fileSystems,
  ...
}:
let
  serversOf = fs: clusterLib.expandHostlist fs.server;
  serves = fs: builtins.elem node.hostname (serversOf fs);
  served = builtins.filter serves fileSystems;

  mountOf =
    fs:
    let
      others = lib.tail (serversOf fs);
      # A server asks itself for the volume, once its daemon runs; all others the first, or the next that answers.
      source =
        if serves fs then
          {
            host = "localhost";
            options = [ "x-systemd.requires=glusterd.service" ];
          }
        else
          {
            host = lib.head (serversOf fs);
            options = lib.optional (others != [ ]) "backup-volfile-servers=${lib.concatStringsSep ":" others}";
          };
    in
    {
      device = "${source.host}:/${fs.volume}";
      fsType = "glusterfs";
      options = [ "_netdev" ] ++ source.options ++ fs.mountOptions;
    };
in
lib.mkMerge [
  {
    fileSystems = lib.listToAttrs (map (fs: lib.nameValuePair fs.mount (mountOf fs)) fileSystems);
    cluster.services.glusterfs-client.available = true;
  }
  (lib.mkIf (served != [ ]) {
    # rpcbind stays on, as it is by default: NixOS's module for NFS turns it on too, and the two must agree. Nobody
    # outside reaches it.
    services.glusterfs.enable = true;
    systemd.tmpfiles.rules = map (fs: "d ${fs.export} 0755 root root -") served;
    cluster.services.glusterfs-server.available = true;
    # glusterd, and the bricks: since release 10 each takes any port of these.
    cluster.firewall = {
      tcpPorts = [ 24007 ];
      tcpPortRanges = [
        {
          from = 49152;
          to = 60999;
        }
      ];
    };
  })
]
